"""Movers and those who are alike: the row of a comparison against strata counted by hand, and what cannot be matched."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.migration.matched import NUMBERS, matched_row
from isthmus.matching.frames import FrameMatch

COLUMNS = ["moved", "year", "career_age", "works", "citations", "later_joint", "later_works"]


def units(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_strata_of_the_same_year_by_hand():
    """Career age, works and citations are one value each, so that the year alone makes strata."""
    frame = units(
        (True, 2001, 5, 2, 9, 3, 4), (True, 2001, 5, 2, 9, 1, 4), (False, 2001, 5, 2, 9, 1, 2),
        (True, 2002, 5, 2, 9, 1, 1), (False, 2002, 5, 2, 9, 0, 3), (False, 2002, 5, 2, 9, 1, 4), (False, 2002, 5, 2, 9, 0, 1),
        (True, 2003, 5, 2, 9, 1, 1),  # nobody is alike
        (False, 2004, 5, 2, 9, 1, 1),
    )  # fmt: skip
    found = matched_row(frame, FrameMatch)
    assert (found["all_treated"], found["all_control"]) == (4, 5)
    assert (found["n_treated"], found["n_control"], found["n_strata"]) == (3, 4, 2)
    assert found["mean_treated"] == pytest.approx((0.75 + 0.25 + 1) / 3)
    assert found["mean_control"] == pytest.approx((0.5 + 0.25) / 4)
    weighted = 2 / 3 * 0.5 + 1 / 3 * (0.25 / 3)
    assert found["mean_control_weighted"] == pytest.approx(weighted)
    assert found["satt"] == pytest.approx(2 / 3 - weighted)
    assert found["difference"] == pytest.approx(2 / 3 - 0.1875)
    treated, control = np.array([2, 1, 1, 0]) / 4, np.array([1, 3, 0, 1]) / 5
    assert found["l1_before"] == pytest.approx(np.abs(treated - control).sum() / 2)
    assert found["l1_after"] == pytest.approx(np.abs(np.array([2, 1]) / 3 - np.array([1, 3]) / 4).sum() / 2)


def test_a_world_confounded_by_career_age_is_put_right():
    """Older scientists work more with the origin and move more; the move itself adds a fifth."""
    rng = np.random.default_rng(3)
    age = rng.integers(0, 30, 6_000)
    moved = rng.random(age.size) < 0.02 + 0.015 * age
    chance = 0.02 + 0.015 * age + 0.2 * moved
    joint = rng.binomial(8, chance)
    frame = pd.DataFrame({"moved": moved, "year": 2005, "career_age": age, "works": 2, "citations": 9,
                          "later_joint": joint, "later_works": 8})  # fmt: skip
    found = matched_row(frame, FrameMatch)
    naive = (joint[moved].mean() - joint[~moved].mean()) / 8
    assert naive > 0.27, "confounded"
    assert found["low"] < 0.2 < found["high"]
    assert found["satt"] == pytest.approx(0.2, abs=0.02)
    assert found["p_value"] < 1e-6


@pytest.mark.parametrize(
    "frame",
    [
        units(),
        units((True, 2001, 5, 2, 9, 3, 4)),
        units((True, 2001, 5, 2, 9, 3, 4), (False, 2002, 5, 2, 9, 3, 4)),
    ],
    ids=["nobody", "only movers", "no common year"],
)
def test_without_anybody_who_is_alike_there_is_a_reason(frame):
    found = matched_row(frame, FrameMatch)
    assert (found["n_treated"], found["n_control"]) == (0, 0)
    assert all(found[name] is None for name in NUMBERS if name not in ("n_treated", "n_control"))
    assert len(found["reason"]) > 10
