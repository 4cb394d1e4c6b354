"""Trends of shares against scipy's Theil-Sen and Kendall, and at their boundaries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kendalltau, theilslopes

from isthmus.errors import IndicatorError
from isthmus.indicators.blocs.trends import share_trend, theil_sen

SHARES = arrays(np.float64, st.integers(2, 12), elements=st.floats(0, 1, width=32))


@settings(max_examples=100, deadline=None)
@given(SHARES, st.integers(0, 1000))
def test_slopes_are_those_of_scipy_on_uneven_years_and_in_every_resample(shares, seed):
    years = np.cumsum(np.random.default_rng(seed).integers(1, 4, len(shares))) + 2000
    expected = 10 * theilslopes(shares, years).slope
    np.testing.assert_allclose(theil_sen(shares, years), expected, atol=1e-12)
    both = np.stack([shares, shares[::-1]], axis=1)
    np.testing.assert_allclose(theil_sen(both, years)[0], expected, atol=1e-12)
    assert theil_sen(1 - shares, years) == pytest.approx(-float(theil_sen(shares, years)), abs=1e-12)


def test_a_falling_share_by_hand():
    years = np.arange(2000, 2005)
    whole = np.array([100, 100, 0, 100, 100])
    part = np.array([50, 48, 0, 44, 42])  # two points a year; 2002 has no work
    found = share_trend(part, whole, np.stack([part, part * 0], 1), np.stack([whole, whole], 1), years, level=0.5)
    assert found.years == 4
    assert found.slope == pytest.approx(-0.2)
    assert (found.low, found.high) == (pytest.approx(-0.15), pytest.approx(-0.05))
    assert (found.tau, found.p_value) == tuple(kendalltau([0, 1, 3, 4], [50, 48, 44, 42]))


@pytest.mark.parametrize("whole", [[0, 0, 0], [0, 9, 0]])
def test_without_two_years_there_is_no_trend(whole):
    found = share_trend([0, 3, 0], whole, np.zeros((3, 2)), np.tile(whole, (2, 1)).T, [2000, 2001, 2002])
    assert np.isnan([found.slope, found.low, found.high, found.tau, found.p_value]).all()
    assert np.isnan(theil_sen([0.5], [2000]))


def test_a_share_that_never_changes_has_a_slope_and_no_rank_correlation():
    found = share_trend([1, 2, 4], [2, 4, 8], np.ones((3, 2)), np.ones((3, 2)), [2000, 2001, 2002])
    assert found.slope == found.low == found.high == 0
    assert np.isnan(found.tau)


@pytest.mark.parametrize("years", [[2000], [2001, 2000]])
def test_years_that_do_not_fit_are_refused(years):
    with pytest.raises(IndicatorError, match="each share, ascending"):
        theil_sen([0.1, 0.2], years)
