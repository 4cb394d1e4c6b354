"""Joint papers beside the others: scipy on the papers themselves, tables by hand, and what has no answer."""

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import IndicatorError
from isthmus.indicators.partnership.contrasts import Contrast, of_means, of_shares, of_years


def test_fishers_tea():
    """The lady tasting tea: three of four against one of four, p = 34/70 (Fisher 1935)."""
    found = of_shares(3, 4, 1, 4)
    assert found.p_value == pytest.approx(34 / 70)
    assert (found.joint, found.others, found.ratio) == (0.75, 0.25, 9.0)


@settings(max_examples=60)
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_the_exact_law_of_small_tables(joint, others, data):
    with_it = data.draw(st.integers(0, joint)), data.draw(st.integers(0, others))
    total = sum(with_it)
    law = {
        k: comb(joint, k) * comb(others, total - k) / comb(joint + others, total)
        for k in range(max(0, total - others), min(joint, total) + 1)
    }
    p = sum(value for value in law.values() if value <= law[with_it[0]] * (1 + 1e-9))
    assert of_shares(with_it[0], joint, with_it[1], others).p_value == pytest.approx(min(p, 1.0))


@settings(max_examples=40)
@given(*(st.lists(st.integers(1, 30), min_size=2, max_size=30) for _ in range(2)))
def test_means_from_sums_are_those_of_scipy(joint, others):
    one, two = np.array(joint, float), np.array(others, float)
    found = of_means((one.size, two.size), (one.sum(), two.sum()), ((one**2).sum(), (two**2).sum()))
    assert (found.joint, found.others) == pytest.approx((one.mean(), two.mean()))
    if np.ptp(one) == np.ptp(two) == 0:
        assert found.p_value is None
        return
    assert found.p_value == pytest.approx(stats.ttest_ind(one, two).pvalue, abs=1e-9)
    assert found.p_welch == pytest.approx(stats.ttest_ind(one, two, equal_var=False).pvalue, abs=1e-9)


def test_years_are_paired():
    found = of_years([1, 2, 4], [10, 12, 11])
    assert found.p_value == pytest.approx(stats.ttest_rel([1, 2, 4], [10, 12, 11]).pvalue)
    assert found.ratio == pytest.approx(7 / 33)


def test_what_has_no_answer():
    assert of_shares(0, 0, 1, 4) == Contrast(None, 0.25)
    assert of_shares(0, 3, 0, 4) == Contrast(0.0, 0.0, p_value=1.0)
    assert of_shares(2, 3, 0, 4).ratio == float("inf")
    assert of_means((1, 5), (4, 10), (16, 30)) == Contrast(4.0, 2.0, 2.0)
    assert of_means((0, 5), (0, 10), (0, 30)) == Contrast(None, 2.0)
    assert of_means((2, 2), (4, 2), (8, 2)) == Contrast(2.0, 1.0, 2.0), "nothing varies"
    assert of_years([], []) == Contrast(None, None)
    assert of_years([1], [2]) == Contrast(1.0, 2.0, 0.5)
    with pytest.raises(IndicatorError, match="parts of wholes"):
        of_shares(5, 4, 0, 1)
