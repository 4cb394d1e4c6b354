"""Results of a small study, for the tests of what analyses show."""

import importlib.util
import json
import re
import sys
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

_FILE = Path(__file__).with_name("published_world.py")
_SPEC = importlib.util.spec_from_file_location("published_world", _FILE)
_WORLD = sys.modules.setdefault("published_world", importlib.util.module_from_spec(_SPEC))
if not hasattr(_WORLD, "write_results"):
    _SPEC.loader.exec_module(_WORLD)

results_dir = _WORLD.results_dir
make_results = _WORLD.make_results
put_table = _WORLD.put_table
plain_study = _WORLD.plain_study

#: Words that compare, and words that say how sure that is: a grade, a probability, a range, or that nothing is settled.
COMPARED = re.compile(
    r"\b(more|less|fewer|stronger|weaker|higher|lower|converg\w*|diverg\w*|rises?|falls?|closer)\b", re.IGNORECASE
)
SURE = re.compile(
    r"\b(firm(ly)?|probable|few papers|not settled|by all five readings)\b|\b[Pp] (=|>|<|of 0\.9)|\d%? to [−+-]?\d",
    re.IGNORECASE,
)

#: What a study says of itself, where a test does not say otherwise.
SMALL_STUDY = {
    "release": "2026-01-15",
    "simulated": False,
    "snapshot": "snapshots/tiny",
    "poles": ["US", "CN"],
    "citation_year": "cited",
    "null_model": "ecm",
    "threshold": 2.0,
    "isthmus_version": "0.1.0",
}
COUNTED = (
    "works", "core_works", "with_authors", "with_country", "with_city", "with_references", "corpus_works",
    "corpus_with_authors", "corpus_with_country", "corpus_with_city", "corpus_with_references",
)  # fmt: skip


@pytest.fixture(scope="session")
def compared():
    """A function that returns the sentences that say more, less, converge or diverge."""
    return lambda sentences: [said for said in sentences if COMPARED.search(said)]


@pytest.fixture(scope="session")
def unsupported():
    """A function that returns the sentences that compare and do not say how sure that is."""
    return lambda sentences: [said for said in sentences if COMPARED.search(said) and not SURE.search(said)]


@pytest.fixture
def publish_study(tmp_path):
    """A function that publishes tables of a small study: `publish_study({"cities": frame}, range(1990, 2020), study="c")`.

    Coverage, accounting and gates, which every study has, lie beside them; `without` names tables to leave out.
    """
    made = count()

    def write(frames, years, /, *, without=(), **described):
        folder = tmp_path / f"results{next(made)}"
        folder.mkdir()
        for name, frame in (_of_every_study(years) | frames).items():
            if name not in without:
                frame.to_parquet(folder / f"{name}.parquet", index=False)
        study = SMALL_STUDY | {"years": [min(years), max(years)]} | described
        (folder / "study.json").write_text(json.dumps(study), encoding="utf-8")
        return folder

    return write


def _of_every_study(years):
    coverage = pd.DataFrame({"year": list(years)} | {name: 1000 - 50 * at for at, name in enumerate(COUNTED)})
    accounting = pd.DataFrame({"entity": ["works"], "read": [10], "kept": [10], "rejected": [0]})
    gates = pd.DataFrame(columns=["stage", "table", "gate", "severity", "observed", "bound", "passed", "message"])
    return {"coverage": coverage, "accounting": accounting, "gates": gates.astype({"observed": float, "passed": bool})}
