import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import NetworkError
from isthmus.nullmodels.propensity import garwood_interval, propensity


@given(st.integers(0, 100_000), st.floats(0.5, 0.999))
@settings(deadline=None)
def test_bounds_are_quantiles_of_chi_square(count, level):
    low, high = garwood_interval(count, level=level)
    tail = (1 - level) / 2
    expected = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    assert low == pytest.approx(expected, rel=1e-9)
    assert high == pytest.approx(stats.chi2.isf(tail, 2 * count + 2) / 2, rel=1e-9)


def test_bounds_are_where_the_tails_are_two_and_a_half_percent():
    low, high = garwood_interval([1, 5, 300])
    np.testing.assert_allclose(stats.poisson.sf([0, 4, 299], low), 0.025, rtol=1e-9)
    np.testing.assert_allclose(stats.poisson.cdf([1, 5, 300], high), 0.025, rtol=1e-9)


def test_published_bounds_of_ten_events():
    low, high = garwood_interval(10)
    assert (low, high) == (pytest.approx(4.795, abs=5e-4), pytest.approx(18.390, abs=5e-4))  # Garwood 1936, table 1


@pytest.mark.parametrize("mean", [0.05, 0.7, 3.0, 20.0])
def test_coverage_is_at_least_nominal(mean):
    counts = np.arange(200)
    low, high = garwood_interval(counts)
    covered = stats.poisson.pmf(counts, mean)[(low <= mean) & (mean <= high)].sum()
    assert 0.95 <= covered <= 1


def test_nothing_observed_has_an_upper_bound():
    found = propensity([0, 0], [2.0, 0.0])
    assert (found.value[0], found.low[0]) == (0, 0)
    assert found.high[0] == pytest.approx(-math.log(0.025) / 2)
    assert np.isnan([found.value[1], found.low[1], found.high[1]]).all()


def test_propensity_is_the_ratio_within_its_bounds():
    found = propensity([3, 10], [1.5, 40.0])
    np.testing.assert_allclose(found.value, [2.0, 0.25])
    assert (found.low < found.value).all()
    assert (found.value < found.high).all()
    assert np.isnan(propensity([np.nan], [np.nan]).value).all()


def test_impossible_values_are_refused():
    with pytest.raises(NetworkError, match="a count is -1"):
        garwood_interval([3, -1])
    with pytest.raises(NetworkError, match="an expected weight is -2"):
        propensity([1], [-2.0])
    with pytest.raises(NetworkError, match=r"level of the interval is 95; expected between 0 and 1"):
        garwood_interval(3, level=95)
