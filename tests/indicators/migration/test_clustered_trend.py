"""The clustered trend: against statsmodels on units, and invariance."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.migration.clustered_trend import clustered_trend


def sums(who, x, y):
    """Sums of every scientist, added up in plain Python."""
    rows = []
    for one in sorted(set(who)):
        at = [k for k, other in enumerate(who) if other == one]
        rows.append([len(at), sum(x[k] for k in at), sum(y[k] for k in at), sum(x[k] ** 2 for k in at),
                     sum(x[k] * y[k] for k in at)])  # fmt: skip
    own = np.array(rows, dtype=np.int64)
    return own.sum(axis=0), own.T @ own, len(own)


@pytest.mark.parametrize("seed", range(4))
def test_slope_and_error_are_those_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    who = rng.integers(0, 12, 150)
    x, y = rng.integers(1, 11, 150), (rng.random(150) < 0.3 + 0.03 * who).astype(int)
    fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="cluster", cov_kwds={"groups": who}, use_t=True)
    found = clustered_trend(*sums(who.tolist(), x.tolist(), y.tolist()))
    assert found.slope == pytest.approx(fit.params[1])
    assert found.standard_error == pytest.approx(fit.bse[1])
    assert found.p_value == pytest.approx(fit.pvalues[1])
    assert [found.low, found.high] == pytest.approx(fit.conf_int()[1].tolist())


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9), st.integers(0, 1)), min_size=4, max_size=40))
def test_joint_and_not_joint_mirror_each_other(rows):
    who, x, y = (list(column) for column in zip(*rows, strict=True))
    found = clustered_trend(*sums(who, x, y))
    mirrored = clustered_trend(*sums(who, x, [1 - value for value in y]))
    np.testing.assert_allclose(mirrored.slope, -found.slope, atol=1e-9)
    np.testing.assert_allclose(mirrored.standard_error, found.standard_error, atol=1e-6)


def test_nothing_is_said_of_one_scientist_or_one_year():
    assert np.isnan(clustered_trend(*sums([1, 1, 1], [1, 2, 3], [0, 1, 1])).slope)
    assert np.isnan(clustered_trend(*sums([1, 2, 3], [4, 4, 4], [0, 1, 1])).slope)
    assert np.isnan(clustered_trend(np.zeros(5), np.zeros((5, 5)), 0).p_value)
    flat = clustered_trend(*sums([1, 1, 2, 2], [1, 2, 1, 2], [0, 0, 0, 0]))
    assert flat.slope == 0
    assert np.isnan(flat.p_value), "no error to compare a slope of 0 with"


def test_other_shapes_are_refused():
    with pytest.raises(IndicatorError, match=r"expected \(5,\), \(5, 5\)"):
        clustered_trend(np.zeros(5), np.zeros((4, 5)), 3)
