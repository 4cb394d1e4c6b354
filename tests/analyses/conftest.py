"""Results of a small study, for the tests of what analyses show."""

import importlib.util
import sys
from pathlib import Path

_FILE = Path(__file__).with_name("published_world.py")
_SPEC = importlib.util.spec_from_file_location("published_world", _FILE)
_WORLD = sys.modules.setdefault("published_world", importlib.util.module_from_spec(_SPEC))
if not hasattr(_WORLD, "write_results"):
    _SPEC.loader.exec_module(_WORLD)

results_dir = _WORLD.results_dir
make_results = _WORLD.make_results
put_table = _WORLD.put_table
plain_study = _WORLD.plain_study
