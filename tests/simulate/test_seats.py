import numpy as np
import pytest

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import GUEST_BASE, MIGRANT_BASE
from isthmus.simulate.world.seats import FULL, MISSING, UNKNOWN_AUTHOR_ID
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.world.works import build_works


def test_every_country_of_a_work_has_an_author(plan, works):
    seats, blocks = works.seats, plan.blocks
    there = set(zip(seats.row.tolist(), seats.country.tolist(), strict=True))
    signed = np.unique(seats.row)
    for side in (blocks.home, blocks.second, blocks.third):
        wanted = [
            (r, c) for r, c in zip(signed.tolist(), side[works.block[signed]].tolist(), strict=True) if c != NOBODY
        ]
        assert set(wanted) <= there


def test_no_other_country_has_one(plan, works):
    seats, blocks = works.seats, plan.blocks
    block = works.block[seats.row]
    sides = np.stack([blocks.home[block], blocks.second[block], blocks.third[block]])
    assert (sides == seats.country).any(axis=0).all()


def test_an_author_stands_once_in_a_work(works):
    seats = works.seats
    known = (seats.author >= 0) & (seats.author != UNKNOWN_AUTHOR_ID)
    pairs = np.stack([seats.row[known], seats.author[known]], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)


def test_institutions_lie_in_the_country_of_the_seat(plan, works):
    assert np.array_equal(plan.places.country[works.seats.institution], works.seats.country)


def test_people_who_do_not_migrate_stay_at_their_institution(works):
    seats = works.seats
    settled = (seats.author >= 5_400_000_000) & (seats.author < GUEST_BASE)
    pairs = np.unique(np.stack([seats.author[settled], seats.institution[settled]], axis=1), axis=0)
    assert len(np.unique(pairs[:, 0])) == len(pairs)
    assert settled.mean() > 0.6


def test_migrants_are_where_their_move_says(plan, works):
    seats, migrants = works.seats, plan.people.migrants
    moved = (seats.author >= MIGRANT_BASE) & (seats.author < MIGRANT_BASE + len(migrants))
    person = seats.author[moved] - MIGRANT_BASE
    after = works.year[seats.row[moved]] >= migrants.year[person]
    assert np.array_equal(seats.institution[moved], np.where(after, migrants.after[person], migrants.before[person]))
    assert {True, False} == set(after.tolist())


def test_teams_grow(plan, works):
    team = np.bincount(works.seats.row, minlength=len(works))
    usual = (works.layer == AI) & (team > 0) & (team < 60)
    assert team[usual & (works.year >= 2018)].mean() > team[usual & (works.year <= 2004)].mean() + 0.6


def test_affiliations_are_missing_less_often_in_later_years(works):
    missing = works.seats.recorded == MISSING
    core = works.layer[works.seats.row] == AI
    year = works.year[works.seats.row]
    early, late = missing[core & (year <= 2005)].mean(), missing[core & (year >= 2015)].mean()
    assert 0.12 < early < 0.30
    assert 0.07 < late < early


def test_every_state_of_recording_occurs(works):
    assert set(np.unique(works.seats.recorded)) == set(range(6))


def _share_in_bridge(world):
    plan = build_plan(world)
    works = build_works(plan, np.arange(0, world.works, 2))
    facts, seats, blocks = countries(), works.seats, plan.blocks
    block = works.block[seats.row]
    west = np.append(facts.west, False)
    meets = west[blocks.home[block]] | west[blocks.second[block]]
    mine = (seats.country == facts.at("CN")) & meets & (seats.recorded == FULL)
    start, stop = plan.places.bridge
    return np.mean((seats.institution[mine] >= start) & (seats.institution[mine] < stop))


def test_the_bridge_city_holds_the_meetings_of_east_and_west_only_when_planted():
    assert _share_in_bridge(World(works=8_000)) > 4 * _share_in_bridge(World(works=8_000).without("bridge"))


def _share_of_returns(world):
    """Of the seats of migrants after their move: the share in works with the country they left."""
    plan = build_plan(world)
    works = build_works(plan, np.arange(world.works))
    seats, migrants = works.seats, plan.people.migrants
    moved = (seats.author >= MIGRANT_BASE) & (seats.author < MIGRANT_BASE + len(migrants))
    person = seats.author[moved] - MIGRANT_BASE
    row = seats.row[moved]
    after = works.year[row] >= migrants.year[person]
    with_origin = set(zip(seats.row.tolist(), seats.country.tolist(), strict=True))
    return np.mean([(r, o) in with_origin for r, o in zip(row[after], migrants.origin[person[after]], strict=True)])


def test_migrants_collaborate_back_only_when_planted():
    assert _share_of_returns(World(works=8_000)) > 1.8 * _share_of_returns(World(works=8_000).without("return"))


def test_turning_a_switch_off_leaves_the_other_draws_alone(plan):
    other = build_plan(plan.world.without("bridge", "return"))
    assert np.array_equal(other.weights, plan.weights)
    assert np.array_equal(other.blocks.start, plan.blocks.start)
    # the bridging city has fewer elite institutions, so its works are cited a little less: habits make up for that
    assert other.exchange.preference == pytest.approx(plan.exchange.preference, rel=0.02)
