"""Ranks within strata: against scipy, brute force over permutations, and boundary cases."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from isthmus.errors import IndicatorError
from isthmus.indicators.migration.ranks import stratified_ranks


def compared(first, second, stratum=0):
    value = np.concatenate([first, second])
    return value, np.full(value.size, stratum), np.arange(value.size) < len(first), np.ones(value.size, dtype=int)


@pytest.mark.parametrize("seed", range(5))
def test_one_stratum_is_the_test_of_mann_and_whitney(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 6, 17), rng.integers(0, 5, 23)
    expected = mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
    found = stratified_ranks(*compared(first, second))
    assert found.superiority == pytest.approx(expected.statistic / (17 * 23))
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)
    assert (found.n_first, found.n_second) == (17, 23)
    assert np.sign(found.z) == np.sign(expected.statistic - 17 * 23 / 2)


def test_mean_and_variance_over_strata_are_those_of_all_permutations():
    """Under the null every choice of the members of the first group within a stratum is as likely."""
    strata = [(np.array([1.0, 2, 2, 5]), 2), (np.array([3.0, 3, 4]), 1)]
    value = np.concatenate([values for values, _ in strata])
    stratum = np.repeat([0, 1], [4, 3])
    statistics = []
    for one in combinations(range(4), 2):
        for other in combinations(range(4, 7), 1):
            first = np.isin(np.arange(7), [*one, *other])
            total = 0.0
            for s in (0, 1):
                inside = stratum == s
                a, b = value[inside & first], value[inside & ~first]
                u = sum((x > y) + 0.5 * (x == y) for x in a for y in b)
                total += (u - len(a) * len(b) / 2) / (inside.sum() + 1)
            statistics.append((total, first))
    spread = np.sqrt(np.mean([t**2 for t, _ in statistics]))
    assert np.mean([t for t, _ in statistics]) == pytest.approx(0, abs=1e-12)
    for total, first in statistics:
        found = stratified_ranks(value, stratum, first, np.ones(7, dtype=int))
        assert found.z == pytest.approx(total / spread)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.integers(1, 4)), min_size=1, max_size=25)
)
def test_counts_stand_for_rows_and_groups_change_places(rows):
    value, stratum, first, count = map(np.array, zip(*rows, strict=True))
    packed = stratified_ranks(value, stratum, first, count)
    spread = [np.repeat(column, count) for column in (value, stratum, first)]
    spread_out = stratified_ranks(*spread, np.ones(count.sum(), dtype=int))
    turned = stratified_ranks(value, stratum, ~first, count)
    assert (packed.n_first, packed.n_second) == (spread_out.n_first, spread_out.n_second)
    np.testing.assert_allclose([packed.superiority, packed.z], [spread_out.superiority, spread_out.z])
    np.testing.assert_allclose([turned.superiority, turned.z], [1 - packed.superiority, -packed.z], atol=1e-12)
    assert np.isnan(packed.p_value) or 0 <= packed.p_value <= 1


def test_a_difference_between_years_alone_is_none():
    """Movers of late years have more works because everyone has: within years nothing differs."""
    value = np.array([1, 1, 1, 9, 9, 9])
    stratum = np.array([0, 0, 0, 1, 1, 1])
    first = np.array([True, False, False, True, True, False])
    found = stratified_ranks(value, stratum, first, np.array([5, 50, 50, 25, 25, 5]))
    assert found.superiority == pytest.approx(0.5)
    assert np.isnan(found.z), "all values of a year are equal"


def test_strata_with_one_group_do_not_count():
    found = stratified_ranks([1, 2, 3], [0, 1, 1], [True, True, False], [9, 1, 1])
    assert (found.n_first, found.n_second, found.superiority) == (1, 1, 0.0)
    empty = stratified_ranks([], [], [], [])
    assert empty.n_first == 0
    assert np.isnan(empty.p_value)


def test_wrong_columns_are_refused():
    with pytest.raises(IndicatorError, match="columns of one length"):
        stratified_ranks([1, 2], [0], [True, False], [1, 1])
    with pytest.raises(IndicatorError, match="not finite or a count is below 1"):
        stratified_ranks([np.nan], [0], [True], [1])
    with pytest.raises(IndicatorError, match="count is below 1"):
        stratified_ranks([1.0], [0], [True], [0])
