"""Who leads since when: literal series, brute force, and coverage of a known overtaking."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import IndicatorError
from isthmus.indicators.blocs.leaders import crossing, leaders, overtaking

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
    assert leaders([[2, 2]]).tolist() == [0], "of equals the first, where nobody led before"


@settings(max_examples=200, deadline=None)
@given(arrays(np.int64, st.tuples(st.integers(1, 7), st.integers(1, 4), st.integers(1, 3)), elements=st.integers(0, 3)))
def test_resamples_are_led_as_each_by_itself(counts):
    found = leaders(counts)
    for r in range(counts.shape[2]):
        assert found[:, r].tolist() == by_hand(counts[:, :, r].tolist())


@settings(max_examples=200, deadline=None)
@given(arrays(np.int64, (6, 2), elements=st.integers(0, 9)))
def test_the_split_is_the_best_of_all_by_trying_each(counts):
    lead = np.sqrt(counts[:, 0]) - np.sqrt(counts[:, 1])
    split, was_behind = crossing(counts[:, 0], counts[:, 1])
    after = [lead[at:].sum() for at in range(7)]
    assert after[int(split)] == pytest.approx(max(after), abs=1e-9)
    assert all(value < after[int(split)] + 1e-9 for value in after[int(split) + 1 :])
    assert bool(was_behind) == (lead[: int(split)].sum() < -1e-9) or abs(lead[: int(split)].sum()) < 1e-9


def test_one_year_of_noise_moves_no_split():
    clean = [1, 1, 1, 9, 9, 9]
    assert crossing(clean, [4] * 6)[0] == 3
    assert crossing([1, 9, 1, 9, 9, 9], [4] * 6)[0] == 3, "ahead once before"
    assert crossing([1, 1, 1, 9, 3, 9, 9], [4] * 7)[0] == 3, "behind once after"
    assert [int(x) for x in crossing([0, 0, 5], [0, 0, 1])] == [2, 0], "while both have nothing nobody is ahead"
    assert int(crossing([1, 1], [4, 4])[0]) == 2, "at no end"


@settings(max_examples=50, deadline=None)
@given(arrays(np.int64, (5, 3), elements=st.integers(0, 50)), st.integers(2, 9))
def test_a_lead_knows_no_unit(counts, factor):
    np.testing.assert_array_equal(leaders(counts), leaders(counts * factor))


def test_the_interval_is_of_the_years_in_which_resamples_cross():
    counts = np.array([[5, 1], [5, 1], [5, 9], [5, 9], [5, 9], [5, 9]])
    later, other, never = counts.copy(), counts.copy(), counts.copy()
    later[2] = [5, 1]
    other[5] = [9, 1]
    never[:, 1] = 0
    found = overtaking(counts, np.stack([counts, later, later, other, never], axis=2), YEARS)
    assert (found.leader, found.since, found.overtook) == (1, 2002, 0)
    assert (found.low, found.high, found.support) == (2002, 2003, 0.6)


def test_the_last_of_several_rivals_counts():
    counts = np.array([[9, 7, 1], [9, 7, 4], [9, 4, 8], [9, 4, 8], [4, 4, 8], [4, 4, 8]])
    found = overtaking(counts, counts[..., None], YEARS)
    assert (found.leader, found.since, found.overtook) == (2, 2004, 0)


def test_a_lead_from_the_first_year_overtakes_nobody_and_no_agreement_has_no_interval():
    counts = np.tile([5, 1], (6, 1))
    found = overtaking(counts, counts[:, ::-1, None], YEARS)
    assert (found.leader, found.since, found.overtook) == (0, 2000, -1)
    assert (found.low, found.high, found.support) == (None, None, 0.0)
    alone = overtaking(counts[:, :1], counts[:, :1, None], YEARS)
    assert (alone.leader, alone.since, alone.overtook, alone.low) == (0, 2000, -1, 2000)
    nobody = overtaking(counts * 0, counts[..., None] * 0, YEARS)
    assert (nobody.leader, nobody.overtook, nobody.support) == (-1, -1, 0.0)
    level = overtaking([[1, 4], [4, 1], [4, 4]], np.ones((3, 2, 1)), [2000, 2001, 2002])
    assert (level.leader, level.since) == (0, 2001)


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


@pytest.mark.parametrize(("papers", "growth"), [(20, 0.08), (20, 0.02), (200, 0.08)])
def test_intervals_cover_the_year_in_which_the_expectation_overtakes(papers, growth):
    """In worlds whose expected joint works cross in 2012, with four partners; few works and slow growth are hard."""
    years = np.arange(2000, 2025)
    rising = papers * np.exp(growth * (years - 2011.5))
    expected = np.column_stack([np.full(25, papers), rising, np.full(25, 0.9 * papers), np.full(25, 0.5 * papers)])
    rng, covered, led = np.random.default_rng(5), 0, 0
    for _ in range(150):
        counts = rng.poisson(expected)
        found = overtaking(counts, rng.poisson(counts[:, :, None], (25, 4, 100)), years)
        led += found.leader == 1
        covered += found.leader == 1 and found.low is not None and found.low <= 2012 <= found.high
    assert led > 75
    assert covered / led > 0.9
