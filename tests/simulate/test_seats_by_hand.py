"""Team sizes and seats: the law of each draw by exact shares, and the same seats however works are cut into chunks."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import DESK_BASE, DESK_SKEW, GENERATIONS, GUEST_BASE, GUEST_SLOTS, People
from isthmus.simulate.world.places import BRIDGE_WEST
from isthmus.simulate.world.seats import (
    FULL,
    HOME_LAST,
    HOME_SEAT,
    MISSING,
    NO_AUTHORS,
    NULL_AUTHOR,
    SAME_INSTITUTION,
    SECOND_AFFILIATION,
    UNKNOWN_AUTHOR,
    UNKNOWN_AUTHOR_ID,
    _countries,
    _institutions,
    _recorded,
    _second,
    build_seats,
    first_institution,
    missing_rate,
)
from isthmus.simulate.world.sizes import AI, EXPANSION, OTHER
from isthmus.simulate.world.teams import ELITE_RATE, LARGEST_USUAL

WORLD = World(works=12_000, first_year=2019, last_year=2021)
MANY = np.arange(20_000)
FIELDS = ("author", "country", "institution", "second", "recorded", "position", "team")


@pytest.fixture(scope="module")
def small():
    return build_plan(WORLD)


@pytest.fixture(scope="module")
def everything(small):
    works = np.arange(2_000)
    return build_seats(small, works, small.blocks.of(works), works < 0)


def block_where(plan, sides, layer=AI, home=None):
    """A block of a layer with so many countries."""
    blocks = plan.blocks
    count = 1 + (blocks.second != NOBODY) + (blocks.third != NOBODY)
    fits = (count == sides) & (blocks.layer == layer)
    if home is not None:
        fits &= blocks.home == countries().at(home)
    return int(np.flatnonzero(fits)[0])


def full(value):
    return np.full(len(MANY), value)


def as_often(hits, trials, chance):
    """Whether hits out of trials are within the exact bounds of a share that is missed once in ten thousand."""
    return binom.ppf(5e-5, trials, chance) <= hits <= binom.ppf(1 - 5e-5, trials, chance)


def fits(observed, shares):
    """Whether counts have these shares; what is expected less than eight times is put together."""
    observed, expected = np.asarray(observed, float), np.sum(observed) * np.asarray(shares) / np.sum(shares)
    rare = expected < 8
    both = [np.append(x[~rare], x[rare].sum()) for x in (observed, expected)]
    if both[1][-1] < 1:
        assert both[0][-1] < 12
        both = [x[:-1] * (both[1][:-1].sum() / x[:-1].sum()) for x in both]
    return chisquare(*both).pvalue > 1e-3


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_team_sizes_follow_a_negative_binomial_cut_at_forty(small, sides):
    block = block_where(small, sides)
    year, kind = small.blocks.year[block], small.teams.kind[block]
    mean = small.teams.mean[kind, year] - sides
    chance = 3.0 / (3.0 + mean)
    law = [math.comb(k + 2, k) * chance**3 * (1 - chance) ** k for k in range(LARGEST_USUAL)]
    works = np.arange(150_000)
    team = small.teams.size(works, np.full(len(works), block), small.blocks)
    usual = team[team <= LARGEST_USUAL + sides] - sides
    assert fits(np.bincount(usual, minlength=LARGEST_USUAL), law)


def test_enormous_teams_are_spread_evenly_over_their_range(small):
    team = small.teams.size(np.arange(400_000), np.full(400_000, block_where(small, 1, OTHER)), small.blocks)
    enormous = team[team > 100]
    assert as_often(len(enormous), 400_000, 2e-3)
    assert chisquare(np.histogram(enormous, 4, (101, 320))[0]).pvalue > 1e-3


@pytest.mark.parametrize("home", ["DE", "US", "JP"])
def test_the_first_institution_is_drawn_by_size_and_sometimes_from_the_elite(small, home):
    block, where = block_where(small, 1, home=home), small.places
    country = countries().at(home)
    here = slice(where.start[country], where.start[country + 1])
    found = first_institution(small, MANY, full(block), full(country)) - here.start
    weight, elite = where.weight[here], where.weight[here] * where.elite[here]
    law = (1 - ELITE_RATE) * weight / weight.sum() + ELITE_RATE * elite / elite.sum()
    assert fits(np.bincount(found, minlength=len(law)), law)


def test_joint_works_of_china_with_the_west_go_through_the_bridging_city(small):
    blocks, facts = small.blocks, countries()
    china, west = facts.at("CN"), np.append(facts.west, False)
    block = int(np.flatnonzero((blocks.home == china) & west[blocks.second] & (blocks.layer == AI))[0])
    start, stop = small.places.bridge
    found = first_institution(small, MANY, full(block), full(china))
    inside = ((found >= start) & (found < stop)).sum()
    low, high = small.places.start[china : china + 2]
    by_chance = small.places.weight[start:stop].sum() / small.places.weight[low:high].sum()
    assert inside > BRIDGE_WEST * len(MANY)
    assert inside < (BRIDGE_WEST + (1 - BRIDGE_WEST) * 3 * by_chance) * len(MANY)
    other = first_institution(small, MANY, full(block), full(blocks.second[block]))
    assert not ((other >= start) & (other < stop)).any()


def test_the_last_author_is_of_the_home_country_two_times_in_three(small):
    block = block_where(small, 2)
    home, second = small.blocks.home[block], small.blocks.second[block]
    last, before = (_countries(small, MANY, full(block), full(p), full(4)) for p in (3, 2))
    assert as_often((last == home).sum(), len(MANY), HOME_LAST)
    assert np.array_equal(last + before, full(home + second)), "the seat before is of the other country"


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_further_seats_are_shared_between_the_countries(small, sides):
    block = block_where(small, sides)
    names = [int(s[block]) for s in (small.blocks.home, small.blocks.second, small.blocks.third)][:sides]
    found = Counter(_countries(small, MANY, full(block), full(0), full(9)).tolist())
    shares = {1: [1.0], 2: [HOME_SEAT, 1 - HOME_SEAT], 3: [HOME_SEAT, *[(1 - HOME_SEAT) / 2] * 2]}[sides]
    assert set(found) == set(names)
    assert sides == 1 or fits([found[c] for c in names], shares)


def test_a_team_as_large_as_its_countries_has_one_seat_each(small):
    block = block_where(small, 3)
    seats = np.stack([_countries(small, MANY, full(block), full(p), full(3)) for p in range(3)])
    names = sorted(int(s[block]) for s in (small.blocks.home, small.blocks.second, small.blocks.third))
    assert np.array_equal(np.unique(np.sort(seats, axis=0), axis=1), np.array(names)[:, None])


def test_most_seats_of_a_country_are_at_its_first_institution(small):
    block, country = block_where(small, 1, home="JP"), countries().at("JP")
    found = _institutions(small, MANY, full(block), full(country), full(2))
    common = found == first_institution(small, MANY, full(block), full(country))
    where = small.places
    weight = where.weight[where.start[country] : where.start[country + 1]]
    largest = weight.max() / weight.sum()
    low, high = SAME_INSTITUTION, SAME_INSTITUTION + (1 - SAME_INSTITUTION) * largest
    assert binom.ppf(1e-4, len(MANY), low) <= common.sum() <= binom.ppf(1 - 1e-4, len(MANY), high)


def test_a_hospital_has_its_university_as_second_affiliation_and_an_only_institution_none(small):
    where = small.places
    below = int(np.flatnonzero(where.parent != np.arange(len(where)))[0])
    found = _second(small, MANY, full(below), MANY % 5)
    assert set(found) == {-1, where.parent[below]}
    assert as_often((found >= 0).sum(), len(MANY), SECOND_AFFILIATION)
    other = _second(small, MANY, full(where.parent[below]), MANY % 5)
    assert where.parent[below] not in set(other)
    assert set(where.country[other[other >= 0]]) == {where.country[below]}


def test_what_is_recorded_of_a_seat_follows_its_shares(small):
    """In order: all, nothing, the country only, an empty institution, one without a country, a wrong country."""
    block = block_where(small, 1)
    nothing = float(missing_rate(small, np.array([block]))[0])
    works = np.arange(200_000)
    found = _recorded(small, works, np.full(len(works), block), np.ones(len(works), dtype=np.int64))
    kept = np.array([1 - 0.049, 0.03, 0.012, 0.002, 0.002, 0.003]) * (1 - nothing)
    kept[MISSING] += nothing
    assert kept.sum() == pytest.approx(1)
    assert fits(np.bincount(found, minlength=6), kept)


def test_the_share_without_affiliations_by_hand(small):
    """2019 lies 9 of 13 years on the way from 13 per cent in 2010 to 8 in 2023; other fields lack 1.8 times as many."""
    blocks = [int(np.flatnonzero((small.blocks.year == 0) & (small.blocks.layer == layer))[0]) for layer in range(6)]
    base = 0.13 - 0.05 * 9 / 13
    assert missing_rate(small, np.array(blocks)) == pytest.approx([base, *[1.8 * base] * 4, 0.88])


def test_a_work_lacks_its_affiliations_as_a_whole(small, everything):
    nothing = np.bincount(everything.row, everything.recorded == MISSING) == np.bincount(everything.row)
    large = np.bincount(everything.row) >= 4
    rate = missing_rate(small, small.blocks.of(np.arange(len(large))[large]))
    assert abs(nothing[large].sum() - rate.sum()) < 4 * np.sqrt((rate * (1 - rate)).sum())


def test_of_complete_works_everything_is_recorded_and_nothing_else_changes(small, everything):
    works = np.arange(2_000)
    found = build_seats(small, works, small.blocks.of(works), works % 2 == 0)
    even = found.row % 2 == 0
    assert set(found.recorded[even]) == {FULL}
    assert np.array_equal(found.recorded[~even], everything.recorded[~even])
    for name in set(FIELDS) - {"recorded"}:
        assert np.array_equal(getattr(found, name), getattr(everything, name))


@given(works=st.lists(st.integers(0, 1_999), min_size=1, max_size=12, unique=True))
@settings(deadline=None, max_examples=25)
def test_seats_of_a_work_do_not_depend_on_the_works_around_it(small, everything, works):
    chosen = np.array(works)
    found = build_seats(small, chosen, small.blocks.of(chosen), chosen < 0)
    for row, work in enumerate(works):
        for name in FIELDS:
            alone = getattr(everything, name)[everything.row == work]
            assert np.array_equal(getattr(found, name)[found.row == row], alone), name


def test_positions_count_up_to_the_team_and_some_works_have_no_authors(small, everything):
    seats = np.bincount(everything.row, minlength=2_000)
    assert as_often((seats == 0).sum(), 2_000, NO_AUTHORS)
    assert everything.position.tolist() == [p for size in seats for p in range(size)]
    assert np.array_equal(everything.team, seats[everything.row])


def test_no_seats_of_no_works(small):
    none = np.zeros(0, dtype=np.int64)
    found = build_seats(small, none, none, none < 0)
    assert {len(getattr(found, name)) for name in FIELDS} == {0}


def test_authors_without_a_number_are_as_frequent_as_planned(everything):
    count = len(everything.author)
    assert as_often((everything.author == -1).sum(), count, NULL_AUTHOR)
    assert as_often((everything.author == UNKNOWN_AUTHOR_ID).sum(), count, UNKNOWN_AUTHOR)


def test_guests_are_people_of_their_work_and_seat(everything):
    guest = (everything.author >= GUEST_BASE) & (everything.author != UNKNOWN_AUTHOR_ID)
    work, position = np.divmod(everything.author[guest] - GUEST_BASE, GUEST_SLOTS)
    assert guest.sum() > 50
    assert np.array_equal(work, everything.row[guest])
    assert np.array_equal(position, everything.position[guest])


def test_the_first_desks_of_an_institution_publish_most(small, everything):
    """A quarter of the desks holds the first (1/4) ** (1 / DESK_SKEW) of the seats of people who stay."""
    settled = (everything.author >= DESK_BASE) & (everything.author < GUEST_BASE)
    institution = everything.institution[settled]
    desk = (everything.author[settled] - DESK_BASE) // GENERATIONS - small.people.offset[institution]
    year = small.blocks.year[small.blocks.of(everything.row[settled])]
    room = small.people.desks[institution, year]
    assert (desk >= 0).all()
    assert (desk < room).all()
    law = (np.ceil(room / 4) / room) ** (1 / DESK_SKEW)
    first = desk < np.ceil(room / 4)
    # those who sit at their desk already are replaced by a guest, most often at the first desks
    assert law.mean() - 0.03 < first.mean() < law.mean() + 0.01


@given(desk=st.integers(0, 10**6), year=st.integers(1960, 2060))
@settings(deadline=None, max_examples=60)
def test_who_holds_a_desk_by_hand(small, desk, year):
    people: People = small.people
    [span], [shift] = people.career(np.array([desk]))
    starts = [1950 - int(shift) + k * int(span) for k in range(20)]
    generation = max(k for k, start in enumerate(starts) if start <= year)
    assert people.holder(np.array([desk]), np.array([year])).tolist() == [DESK_BASE + 16 * desk + generation]


def test_the_expansion_has_small_teams_and_almost_no_affiliations(small):
    block = block_where(small, 1, EXPANSION)
    assert small.teams.mean[small.teams.kind[block]] == pytest.approx(small.teams.mean[0] - 0.8)
    assert float(missing_rate(small, np.array([block]))[0]) == 0.88
