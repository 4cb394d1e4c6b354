"""Agreement of flows: rank correlation against scipy, permutations of countries, boundary cases."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from isthmus.errors import IndicatorError
from isthmus.indicators.migration.agreement import rank_agreement


def random_flows(seed, n=8):
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.0, n) + 0.2
    return rng.poisson(3 * np.outer(size, size)).astype(float), rng.poisson(2 * np.outer(size, size)).astype(float)


def test_the_correlation_is_that_of_scipy_off_the_diagonal():
    one, other = random_flows(1)
    off = ~np.eye(8, dtype=bool)
    found = rank_agreement(one, other)
    assert found.spearman == pytest.approx(spearmanr(one[off], other[off]).statistic)
    assert (found.countries, found.pairs) == (8, 56)
    assert found.linked_both == ((one > 0) & (other > 0) & off).sum()


def test_p_is_the_share_of_permuted_countries_that_agree_as_well():
    one, other = random_flows(2, n=4)
    off = ~np.eye(4, dtype=bool)
    observed = spearmanr(one[off], other[off]).statistic
    every = [spearmanr(one[off], other[np.ix_(p, p)][off]).statistic for p in map(list, permutations(range(4)))]
    exact = np.mean(np.array(every) >= observed - 1e-12)
    found = rank_agreement(one, other, permutations=4_000, seed=3)
    assert found.p_value == pytest.approx(exact, abs=0.03)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_ranks_do_not_depend_on_units_or_the_diagonal(seed):
    one, other = random_flows(seed, n=5)
    found = rank_agreement(one, other, permutations=9)
    scaled = rank_agreement(one * 7 + np.eye(5), other**2, permutations=9)
    np.testing.assert_equal(scaled.spearman, found.spearman)
    np.testing.assert_equal(scaled.p_value, found.p_value)
    assert np.isnan(found.spearman) or abs(found.spearman) <= 1 + 1e-12


def test_unrelated_networks_agree_as_often_as_they_should():
    rng = np.random.default_rng(5)
    p = [rank_agreement(rng.random((7, 7)), rng.random((7, 7)), permutations=99, seed=k).p_value for k in range(150)]
    assert 0.01 < np.mean(np.array(p) <= 0.1) < 0.2


def test_flows_that_are_all_alike_have_no_ranks():
    assert np.isnan(rank_agreement(np.ones((4, 4)), random_flows(1, n=4)[0]).spearman)


def test_shapes_that_differ_are_refused():
    with pytest.raises(IndicatorError, match=r"shapes \(3, 3\) and \(4, 4\)"):
        rank_agreement(np.ones((3, 3)), np.ones((4, 4)))
