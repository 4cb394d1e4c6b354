from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import IndicatorError
from isthmus.indicators.novelty.hits import hit_test


def test_two_years_against_all_deals():
    # 3 of 5 papers and 1 of 4 hits; then 2 of 6 papers and 2 of 3 hits
    sums = [
        len({0, 1, 2} & set(first)) + len({0, 1} & set(second))
        for first in combinations(range(5), 2)
        for second in combinations(range(6), 3)
    ]
    found = hit_test([3, 2], [1, 2], [5, 6], [2, 3])
    assert found.expected == pytest.approx(np.mean(sums)) == pytest.approx(3 * 2 / 5 + 1)
    assert found.p_upper == pytest.approx(np.mean(np.array(sums) >= 3))
    assert found.p_lower == pytest.approx(np.mean(np.array(sums) <= 3))
    assert found.p_two_sided == pytest.approx(min(1, 2 * found.p_upper))
    assert (found.papers, found.hits) == (5, 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 300), st.data())
def test_one_year_is_fishers_exact_test(every, data):
    n, marked = data.draw(st.integers(1, every)), data.draw(st.integers(1, every))
    k = data.draw(st.integers(max(0, n + marked - every), min(n, marked)))
    found = hit_test([n], [k], [every], [marked])
    table = [[k, n - k], [marked - k, every - n - marked + k]]
    assert found.p_upper == pytest.approx(stats.fisher_exact(table, "greater").pvalue, abs=1e-9)
    assert found.p_lower == pytest.approx(stats.fisher_exact(table, "less").pvalue, abs=1e-9)
    assert found.low <= found.ratio <= found.high


def test_years_without_papers_or_hits_change_nothing():
    some = hit_test([30, 0, 20, 0], [2, 0, 0, 0], [100, 50, 60, 0], [5, 3, 0, 0])
    assert some.p_upper == pytest.approx(hit_test([30], [2], [100], [5]).p_upper)
    none = hit_test([0], [0], [0], [0])
    assert np.isnan(none.ratio)
    assert (none.p_upper, none.p_lower, none.p_two_sided) == (1, 1, 1)


def test_a_wide_law_is_cut_off_far_from_what_is_read():
    found = hit_test([400], [260], [1000], [600])
    assert found.p_upper == pytest.approx(stats.hypergeom.sf(259, 1000, 600, 400), rel=1e-6)
    assert found.p_lower == pytest.approx(stats.hypergeom.cdf(260, 1000, 600, 400), rel=1e-6)


def test_hits_far_beyond_chance():
    found = hit_test([1000], [900], [100_000], [1000])
    assert found.p_upper == 0
    assert found.p_lower == pytest.approx(1)
    assert found.ratio == pytest.approx(90)


def test_interval_covers_the_true_rate():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(400):
        hits = rng.hypergeometric(100, 9900, 3000, size=3)
        found = hit_test([3000] * 3, hits, [10_000] * 3, [100] * 3)
        inside += found.low <= 1 <= found.high
    assert inside / 400 >= 0.95


def test_a_part_is_no_larger_than_the_whole():
    with pytest.raises(IndicatorError, match=r"stratum 1 of the test \(from 0\) has 3 hits among 2 papers"):
        hit_test([2, 2], [1, 3], [9, 9], [4, 4])
