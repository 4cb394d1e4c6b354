"""Results of a small study, and the command line as a person meets it."""

import importlib.util
import sys
from pathlib import Path

import pytest

from isthmus.cli.main import cli, guarded

_FILE = Path(__file__).parents[1] / "analyses" / "published_world.py"
_SPEC = importlib.util.spec_from_file_location("published_world", _FILE)
_WORLD = sys.modules.setdefault("published_world", importlib.util.module_from_spec(_SPEC))
if not hasattr(_WORLD, "write_results"):
    _SPEC.loader.exec_module(_WORLD)

results_dir = _WORLD.results_dir
make_results = _WORLD.make_results
put_table = _WORLD.put_table


@pytest.fixture
def isthmus(capsys):
    """A function that runs `isthmus WORDS` in this process: `isthmus("pair", "CN", "US")` -> (exit code, out, err)."""

    def call(*words):
        code = guarded(lambda: cli.main([str(word) for word in words], standalone_mode=False))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture(scope="session")
def small_results(tmp_path_factory):
    """Results of four countries over five years: read, drawn and copied in a moment."""
    world = _WORLD.World(
        years=(2017, 2021),
        sizes={"US": 90.0, "CN": 80.0, "FR": 50.0, "NA": 9.0},
        trajectories=False,
        uncertainty=False,
        name="small",
    )
    return _WORLD.write_results(tmp_path_factory.mktemp("results") / "small", world)
