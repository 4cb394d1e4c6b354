"""What is found of planted combinations: the committed table, and a world of it made again."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("novelty_recovery", ROOT / "scripts/bench/novelty_recovery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(bench):
    return pd.read_csv(bench.TABLE)


def test_a_row_of_the_committed_table_is_found_again(bench, rows):
    seed = 7
    again = pd.DataFrame([bench.seed_row(seed)])
    committed = rows[rows["seed"] == seed].reset_index(drop=True)
    assert list(again) == list(committed)
    # a sum in another order moves a set of the model by one rank at most
    pd.testing.assert_frame_equal(again, committed, atol=1e-4, rtol=0, check_dtype=False)


def test_the_documentation_shows_the_committed_table(bench, rows):
    page = (ROOT / "docs" / "methods" / "novelty.md").read_text(encoding="utf-8")
    assert bench.table(rows) in page


def test_every_score_finds_new_works_and_nothing_in_a_group_drawn_at_random(bench, rows):
    assert sorted(rows["seed"]) == list(bench.SEEDS)
    for name in bench.SCORES:
        assert rows[f"{name}: above"].min() > 0.95, name
        assert (rows[f"{name}: above, drawn"] - 0.5).abs().max() < 0.02, name
        assert (rows[f"{name}: p, drawn"] < bench.LEVEL).sum() <= 2, name
    for name in ("surprise", "lift"):
        assert (rows[f"{name}: p, country"] < bench.LEVEL).all(), name


def test_the_chance_to_score_higher(bench):
    new = np.array([True, False, False, True])
    # of four comparisons 3 > 1, 3 > 2 and half of 1 = 1 are won; the last, 1 > 2, is not
    assert bench.above(np.array([3.0, 1.0, 2.0, 1.0]), new) == 2.5 / 4
    assert bench.above(np.array([3.0, 1.0, np.nan, 1.0]), new) == 1.5 / 2
