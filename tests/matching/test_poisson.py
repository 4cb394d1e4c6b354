"""The Poisson model with two sets of effects: pyfixest, statsmodels, a closed form, properties, and what has no answer."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import MatchingError
from isthmus.matching.poisson import poisson_effect

_spec = importlib.util.spec_from_file_location("poisson_reference", Path(__file__).with_name("poisson_reference.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)
KEY = ["treated", "group", "level", "cluster"]
#: Coefficient, clustered error and units of pyfixest 0.60.0 (poisson_reference.py).
PYFIXEST = (0.24531215317683744, 0.11332875217625953, 1467)


def cells(frame):
    return frame.groupby(KEY, as_index=False).agg(units=("y", "size"), total=("y", "sum"))


def fitted(frame, **asked):
    return poisson_effect(*(frame[name] for name in (*KEY, "units", "total")), **asked)


@pytest.fixture(scope="module")
def frame():
    return reference.world()


def test_pyfixest_finds_the_same(frame):
    found = fitted(cells(frame))
    assert (found.coefficient, found.error, found.units) == pytest.approx(PYFIXEST, rel=1e-8)
    assert found.left_out == (frame["group"] == 3).sum()
    assert found.imbalance < 1e-12


def test_statsmodels_with_a_column_for_every_effect_finds_the_same(frame):
    used = frame[frame["group"] != 3]
    dummies = pd.get_dummies(used[["group", "level"]].astype(str), drop_first=True)
    x = pd.concat([used[["treated"]], dummies], axis=1).assign(one=1.0).astype(float)
    fit = sm.GLM(used["y"], x, family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": used["cluster"], "use_correction": False}, tol=1e-14
    )
    found = fitted(cells(frame))
    factor = np.sqrt(found.clusters / (found.clusters - 1))
    assert found.coefficient == pytest.approx(fit.params["treated"], abs=1e-9)
    assert found.error == pytest.approx(fit.bse["treated"] * factor, rel=1e-7)
    assert found.low < found.coefficient < found.high


def test_two_cells_are_a_ratio_of_means():
    found = poisson_effect([True, False], [0, 0], [0, 0], [0, 0], [10, 40], [30, 60])
    assert found.coefficient == pytest.approx(np.log((30 / 10) / (60 / 40)))
    assert found.percent[0] == pytest.approx(100.0)
    assert "one cluster" in found.reason


def test_cells_say_as_much_as_units(frame):
    one, many = fitted(cells(frame)), fitted(frame.assign(units=1, total=frame["y"]))
    assert (one.coefficient, one.error) == pytest.approx((many.coefficient, many.error), rel=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.5, 20.0))
def test_order_names_and_unit_change_nothing(seed, times):
    rows = cells(reference.world(seed).head(400))
    first = fitted(rows)
    mixed = rows.sample(frac=1.0, random_state=seed)
    mixed = mixed.assign(group=1_000 - mixed["group"], level=mixed["level"] * 7, total=times * mixed["total"])
    second = fitted(mixed)
    assert second.coefficient == pytest.approx(first.coefficient, abs=1e-8)
    assert second.error == pytest.approx(first.error, rel=1e-6)


def test_the_planted_factor_is_covered_as_often_as_it_should_be():
    """An effect of 30 percent on units confounded by group and level, in repeated experiments."""
    covered = [
        found.low < 0.3 < found.high for found in (fitted(cells(reference.world(seed))) for seed in range(100, 200))
    ]
    assert 88 <= sum(covered) <= 99  # 95 percent, and errors clustered by 25 clusters are a little small


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(1, 0, 0, 0, 3, 0), (0, 0, 0, 0, 4, 5)], "no treated unit has an outcome"),
        ([(1, 0, 0, 0, 3, 2), (0, 0, 0, 0, 4, 0)], "no control unit has an outcome"),
        ([(1, 0, 0, 0, 3, 2), (0, 1, 0, 1, 4, 2)], "the treatment is one of their effects"),
        ([(1, 0, 0, 0, 3, 2), (0, 0, 1, 0, 4, 2), (0, 1, 1, 1, 4, 2)], "the treatment is one of their effects"),
    ],
)
def test_what_cannot_be_told_has_a_reason(rows, reason):
    found = fitted(pd.DataFrame(rows, columns=[*KEY, "units", "total"]))
    assert found.coefficient is None
    assert reason in found.reason
    assert found.percent == (None, None, None)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (([1], [0], [0], [0], [0], [1]), "no unit"),
        (([1], [0], [0], [0], [1], [-1]), "negative"),
        (([1, 0], [0], [0], [0], [1], [1]), "one length"),
        (([1, 0], [0, 0], [0, 0], [0, 1], [1, 1], [1, 1]), "two clusters"),
    ],
)
def test_cells_that_make_no_sense_are_refused(cell, message):
    with pytest.raises(MatchingError, match=message):
        poisson_effect(*cell)
