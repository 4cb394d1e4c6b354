import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.impact import citations_within, top_share


def test_citations_within_counts_the_window_and_knows_what_it_cannot_know():
    years = [2000, 2000, 2010, 2012]
    cited, citing_year = [0, 0, 0, 0, 2, 3], [1999, 2000, 2002, 2003, 2012, 2012]
    counts = citations_within(cited, citing_year, years, window=2, last_full_year=2012)
    assert counts[:3].tolist() == [2, 0, 1]
    assert np.isnan(counts[3])


@pytest.mark.parametrize(("papers", "index"), [(100, 99), (150, 148), (200, 198)])
def test_the_cut_is_the_higher_quantile(papers, index):
    found = top_share(np.arange(1, papers + 1), np.full(papers, 2000))
    assert found.cut[0] == index + 1


def test_ties_are_all_hits_or_share_what_is_left():
    score = np.array([9, 5, 5, 5, *[1] * 196], dtype=float)
    whole = top_share(score, np.full(200, 2000))
    assert whole.realised_share[0] == pytest.approx(4 / 200)
    part = top_share(score, np.full(200, 2000), ties="fractional")
    assert part.weight[:5] == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=300), st.sampled_from([0.01, 0.05, 0.1]))
def test_fractional_weights_sum_to_the_share(scores, share):
    found = top_share(scores, np.zeros(len(scores)), share=share, ties="fractional", lowest=None)
    assert found.realised_share[0] == pytest.approx(share)
    assert ((found.weight >= -1e-12) & (found.weight <= 1 + 1e-12)).all()


def test_years_are_apart_and_a_missing_score_stays_missing():
    found = top_share([3, 1, np.nan, 7, 8], [2000, 2000, 2000, 2001, 2001], share=0.5)
    assert np.array_equal(found.weight, [1, 0, np.nan, 0, 1], equal_nan=True)
    assert found.years.tolist() == [2000, 2001]


def test_a_cut_of_zero_is_refused():
    with pytest.raises(IndicatorError, match=r"is 0 in \[2001\]"):
        top_share([3, 1, 0, 0], [2000, 2000, 2001, 2001], share=0.5)
    assert top_share([0.0, -1], [2001, 2001], share=0.5, lowest=None).weight.tolist() == [1, 0]


def test_errors():
    with pytest.raises(IndicatorError, match="expected 0 to 1"):
        citations_within([2], [2000], [2000, 2000], window=2, last_full_year=2010)
    with pytest.raises(IndicatorError, match="did you mean 'all'"):
        top_share([1], [1], ties="al")
    with pytest.raises(IndicatorError, match="between 0 and 1"):
        top_share([1], [1], share=1)
