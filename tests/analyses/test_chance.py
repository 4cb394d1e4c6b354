"""The table of chance against one of its worlds."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from isthmus.report.chance import CHANCE_WORLDS, chances

BENCH = Path(__file__).resolve().parents[2] / "scripts" / "bench"


@pytest.fixture(scope="module")
def bench():
    """The module of the bench, with its own folder on the path."""
    sys.path.insert(0, str(BENCH))
    known = set(sys.modules)
    yield importlib.import_module("scorecard")
    sys.path[:] = [folder for folder in sys.path if folder != str(BENCH)]
    for name in set(sys.modules) - known:
        if name == "scorecard" or name.startswith("recovering"):
            del sys.modules[name]


def test_shares_are_of_the_worlds_that_give_a_value(bench):
    found = [{"a": True, "b": False}, {"a": False, "b": False}, {"a": True}, {"a": True, "b": True, "c": True}]
    table = bench.chance_table(found)
    expected = pd.DataFrame({"id": ["a", "b"], "worlds": [4, 3], "inside": [3, 1]})
    pd.testing.assert_frame_equal(table, expected)


def test_one_of_the_worlds_agrees_with_the_table(bench):
    """What is inside in all of the worlds, or in none, is so in any of them; another one every time."""
    seed = int(np.random.default_rng().integers(1, CHANCE_WORLDS + 1))
    found = bench.verdicts(seed)
    known = {name: share for name, share in chances().items() if name in found}
    assert len(known) > 40
    sure = {name: share for name, share in known.items() if share in (0.0, 1.0)}
    assert len(sure) >= 5
    assert {name: float(found[name]) for name in sure} == sure, f"seed {seed}"
    expected = sum(known.values())
    assert abs(sum(found[name] for name in known) - expected) < 15
