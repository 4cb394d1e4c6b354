"""Careers and migrants: who sits at which desk in which year, and who moves from where to where."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import (
    DESK_BASE,
    GENERATIONS,
    GUEST_BASE,
    LONGEST_CAREER,
    MIGRANT_BASE,
    MOST_MIGRANT,
    MOVES_FROM,
    MOVES_TO,
    SHORTEST_CAREER,
    pair_key,
    pick,
)


@pytest.fixture(scope="module")
def people(plan):
    return plan.people


def test_a_desk_is_held_by_one_person_after_another_for_whole_careers(people):
    years = np.arange(1960, 2060)
    for desk in range(0, int(people.offset[-1]), int(people.offset[-1]) // 60):
        holder = people.holder(np.full(len(years), desk), years)
        span, _ = people.career(np.array([desk]))
        assert SHORTEST_CAREER <= span[0] < LONGEST_CAREER
        persons, stay = np.unique(holder, return_counts=True)
        assert np.array_equal(np.diff(persons), np.ones(len(persons) - 1)), "one after another"
        assert (np.diff(holder) >= 0).all()
        assert (stay[1:-1] == span[0]).all(), "but for the first and the last, whose careers are cut by these years"


def test_nobody_sits_at_two_desks_and_all_numbers_lie_in_their_range(plan, people):
    desks = np.arange(people.offset[-1])
    everyone = [people.holder(desks, np.full(len(desks), year)) for year in plan.sizes.years]
    numbers = np.unique(np.stack([desks, *everyone]), axis=1)
    owner = (np.concatenate(everyone) - DESK_BASE) // GENERATIONS
    assert np.array_equal(owner, np.tile(desks, len(everyone)))
    assert numbers[1:].min() >= DESK_BASE
    assert numbers[1:].max() < GUEST_BASE
    assert MIGRANT_BASE + len(people.migrants) < DESK_BASE


def test_institutions_never_shrink(people):
    assert (np.diff(people.desks, axis=1) >= 0).all()
    assert np.array_equal(np.diff(people.offset), people.desks[:, -1])


def test_a_migrant_moves_once_from_one_country_to_another(plan, people):
    migrants, where = people.migrants, plan.places
    assert (migrants.origin != migrants.destination).all()
    assert (migrants.year.min(), migrants.year.max()) == (MOVES_FROM, MOVES_TO)
    assert np.array_equal(where.country[migrants.before], migrants.origin)
    assert np.array_equal(where.country[migrants.after], migrants.destination)


def test_more_people_go_to_the_united_states_than_leave_and_after_2011_more_go_to_china(people):
    facts, migrants = countries(), people.migrants
    states, china = facts.at("US"), facts.at("CN")
    to_states = (migrants.destination == states).sum()
    assert to_states > 1.5 * (migrants.origin == states).sum()
    home = (migrants.origin == states) & (migrants.destination == china)
    late = migrants.year >= 2011
    assert (home & late).sum() > 2 * (home & ~late).sum()


def test_search_keys_are_sorted_and_say_who_they_are_of(people):
    migrants, n = people.migrants, len(countries())
    for key in (migrants.by_pair, migrants.by_destination, migrants.by_origin):
        assert (np.diff(key) >= 0).all()
    assert np.array_equal(migrants.by_pair, pair_key(migrants.destination * n + migrants.origin, migrants.year))
    assert np.array_equal(
        migrants.by_origin, pair_key(migrants.origin[migrants.leavers], migrants.year[migrants.leavers])
    )
    assert np.array_equal(
        migrants.by_destination, pair_key(migrants.destination[migrants.arrivals], migrants.year[migrants.arrivals])
    )


@settings(deadline=None)
@given(
    people=st.lists(st.tuples(st.integers(0, 3), st.integers(2000, 2009)), max_size=20),
    group=st.integers(0, 3),
    years=st.tuples(st.integers(1999, 2010), st.integers(1999, 2010)),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_a_pick_is_a_person_of_the_group_and_the_years_or_nobody(people, group, years, draw):
    ordered = sorted(people)
    keys = np.array([pair_key(g, y) for g, y in ordered], np.int64)
    [found] = pick(keys, np.array([group]), np.array([years[0]]), np.array([years[1]]), np.array([draw]))
    fitting = [k for k, (g, y) in enumerate(ordered) if g == group and years[0] <= y <= years[1]]
    assert found == (fitting[int(draw * len(fitting))] if fitting else -1)


def test_seats_of_migrants_are_as_frequent_as_planned():
    plan = build_plan(World(works=20_000).without("return"))
    rate = plan.people.migrant_rate
    assert rate.min() >= 0
    assert rate.max() <= MOST_MIGRANT

    from isthmus.simulate.world.works import build_works

    works = build_works(plan, np.arange(0, plan.world.works, 2))
    seats, t = works.seats, plan.blocks.year[works.block[works.seats.row]]
    moved = (seats.author >= MIGRANT_BASE) & (seats.author < MIGRANT_BASE + len(plan.people.migrants))
    planned = rate[seats.country, t]
    usual = planned > 0
    # one in some finds nobody who fits, or meets himself in the team, and is then another person
    assert 0.7 * planned[usual].mean() < moved[usual].mean() <= 1.02 * planned[usual].mean()
    assert not moved[~usual].any()
