import numpy as np
import pytest

from isthmus.indicators.novelty.agreement import agreements, top


@pytest.mark.parametrize(
    ("number", "place"), [(1, 0), (2, 1), (100, 99), (101, 99), (150, 148), (200, 198), (201, 198)]
)
def test_the_cut_of_the_highest_percent(number, place):
    values = np.random.default_rng(number).permutation(number).astype(float)
    assert top(values).sum() == number - place
    assert values[top(values)].min() == place


def test_ties_at_the_cut_are_all_above_it():
    assert top(np.array([1.0, 5, 5, 5])).tolist() == [False, True, True, True]
    assert top(np.array([])).size == 0


def test_agreement_by_year():
    year = np.repeat([2000, 2001, 2002], 4)
    exact = np.array([1, 2, 3, 4, 1, 2, np.nan, 3, np.nan, np.nan, np.nan, 1])
    sampled = np.array([1, 2, 3, 4, 3, 2, 5, 1, np.nan, np.nan, 3, np.nan])
    first, second = agreements(year, exact, sampled)
    assert (first.year, first.papers, first.spearman, first.hits, first.hits_in_common) == (2000, 4, 1, 1, 1)
    assert (second.year, second.papers, second.hits, second.hits_in_common) == (2001, 3, 1, 0)
    assert second.spearman == pytest.approx(-1)
    (constant,) = agreements(np.zeros(2, dtype=int), np.array([1.0, 1]), np.array([2.0, 1]))
    assert np.isnan(constant.spearman)
    assert (constant.hits, constant.hits_in_common) == (2, 0.5)
