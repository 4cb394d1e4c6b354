"""Who leads since when: literal series, brute force, and coverage of a known overtaking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import IndicatorError
from isthmus.indicators.blocs.leaders import last_lead, leaders, overtaking

YEARS = np.arange(2000, 2006)


def by_hand(series):
    """The leader of every year by plain loops over a list of lists."""
    found, before = [], -1
    for year in series:
        best = max(year)
        if best and not (before >= 0 and year[before] == best):
            before = list(year).index(best)
        found.append(before)
    return found


def test_a_lead_begins_passes_over_equals_and_ends():
    counts = [[0, 0], [3, 1], [2, 2], [1, 4], [0, 0], [5, 5]]
    assert leaders(counts).tolist() == [-1, 0, 0, 1, 1, 1]
    assert [int(x) for x in last_lead(leaders(counts))] == [1, 3]
    assert leaders([[2, 2]]).tolist() == [0], "of equals the first, where nobody led before"


@settings(max_examples=200, deadline=None)
@given(arrays(np.int64, st.tuples(st.integers(1, 7), st.integers(1, 4), st.integers(1, 3)), elements=st.integers(0, 3)))
def test_resamples_are_led_as_each_by_itself(counts):
    found = leaders(counts)
    who, since = last_lead(found)
    for r in range(counts.shape[2]):
        order = by_hand(counts[:, :, r].tolist())
        assert found[:, r].tolist() == order
        assert who[r] == order[-1]
        assert all(leader == order[-1] for leader in order[since[r] :])
        assert since[r] == 0 or order[since[r] - 1] != order[-1]


@settings(max_examples=50, deadline=None)
@given(arrays(np.int64, (5, 3), elements=st.integers(0, 50)), st.integers(2, 9))
def test_a_lead_knows_no_unit(counts, factor):
    np.testing.assert_array_equal(leaders(counts), leaders(counts * factor))


def test_the_interval_is_of_the_resamples_in_which_the_same_one_leads_at_the_end():
    counts = np.array([[5, 1], [5, 1], [5, 9], [5, 9], [5, 9], [5, 9]])
    later, other = counts.copy(), counts.copy()
    later[2] = [5, 1]
    other[5] = [9, 1]
    found = overtaking(counts, np.stack([counts, later, later, other], axis=2), YEARS)
    assert (found.leader, found.since, found.overtook) == (1, 2002, 0)
    assert (found.low, found.high, found.support) == (2002, 2003, 0.75)


def test_a_lead_from_the_first_year_overtakes_nobody_and_no_agreement_has_no_interval():
    counts = np.tile([5, 1], (6, 1))
    found = overtaking(counts, counts[:, ::-1, None], YEARS)
    assert (found.leader, found.since, found.overtook) == (0, 2000, -1)
    assert (found.low, found.high, found.support) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("counts", "said"),
    [([1, 2], r"expected \(years, partners"), (np.zeros((2, 0)), "at least one"), ([[1, -1]], "the least count is -1")],
)
def test_what_is_refused(counts, said):
    with pytest.raises(IndicatorError, match=said):
        leaders(counts)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(IndicatorError, match=r"\(years, partners, resamples\)"):
        overtaking(np.ones((6, 2)), np.ones((6, 3, 4)), YEARS)


def test_intervals_cover_the_year_in_which_the_expectation_overtakes():
    """Of 300 worlds whose expected joint works cross in 2012 for good, most hold it in their interval."""
    years = np.arange(2000, 2025)
    expected = np.column_stack([np.full(25, 200.0), 200.0 * np.exp(0.08 * (years - 2011.5))])
    covered = 0
    rng = np.random.default_rng(5)
    for _ in range(300):
        counts = rng.poisson(expected)
        found = overtaking(counts, rng.poisson(counts[:, :, None], (25, 2, 200)), years)
        covered += found.low is not None and found.low <= 2012 <= found.high
    assert covered / 300 > 0.9
