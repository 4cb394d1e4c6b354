"""Hits of a year from counts: the same as from the papers themselves, and boundary cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.hit_counts import hits_of_counts
from isthmus.indicators.impact import top_share


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 40)), min_size=1, max_size=20),
    st.sampled_from([0.01, 0.05, 0.25, 0.5]),
)
def test_counts_give_what_papers_give(rows, share):
    value, count = map(np.array, zip(*rows, strict=True))
    found = hits_of_counts(value, count, share=share, lowest=-1)
    papers = np.repeat(value, count)
    for ties, weight, realised in (
        ("all", found.weight, found.realised),
        ("fractional", found.fractional, found.realised_fractional),
    ):
        expected = top_share(papers, np.zeros(papers.size), share=share, ties=ties, lowest=None)
        np.testing.assert_allclose(np.repeat(weight, count), expected.weight, atol=1e-12)
        assert realised == pytest.approx(expected.realised_share[0])
        assert found.cut == expected.cut[0]
    assert found.realised_fractional == pytest.approx(share)
    assert found.realised >= share - 1e-12


def test_a_tie_at_the_cut_by_hand():
    found = hits_of_counts([0, 3, 3, 9], [90, 4, 4, 2], share=0.05)
    assert (found.cut, found.scored, found.realised) == (3, 100, 0.1)
    assert found.weight.tolist() == [0, 1, 1, 1]
    assert found.fractional.tolist() == [0, 3 / 8, 3 / 8, 1]


def test_a_cut_of_no_citation_makes_no_hits():
    found = hits_of_counts([0, 5], [99, 1], share=0.05)
    assert (found.cut, found.scored) == (0, 100)
    assert np.isnan(found.weight).all()
    assert np.isnan(found.realised)
    empty = hits_of_counts([], [], share=0.05)
    assert empty.scored == 0
    assert np.isnan(empty.cut)


def test_wrong_input_is_refused():
    with pytest.raises(IndicatorError, match="columns of one length"):
        hits_of_counts([1, 2], [1])
    with pytest.raises(IndicatorError, match="share is 1; expected a number between 0 and 1"):
        hits_of_counts([1], [1], share=1)
    with pytest.raises(IndicatorError, match="a count is 0; expected 1 or more"):
        hits_of_counts([1], [0])
