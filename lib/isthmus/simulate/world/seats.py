"""Who signs each work, from where: authors, institutions and countries of a chunk of works, as flat arrays."""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.draws import Ints, choose_within, uniform
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.people import (
    DESK_SKEW,
    GUEST_BASE,
    GUEST_SLOTS,
    HALF_CAREER,
    MIGRANT_BASE,
    RETURN_RATE,
    pick,
)
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.sizes import EXPANSION

HOME_LAST = 0.65  # share of joint works whose last author is of the home country
HOME_SEAT = 0.55  # of the further seats, the part of the home country
SAME_INSTITUTION = 0.75
SECOND_AFFILIATION = 0.09
NO_AUTHORS = 0.012
NULL_AUTHOR, UNKNOWN_AUTHOR = 0.003, 0.002
UNKNOWN_AUTHOR_ID = 9_999_999_999
SEAT_MISSING = 0.03
COUNTRY_ONLY = 0.012
EMPTY_INSTITUTION, STATELESS_INSTITUTION, WRONG_COUNTRY = 0.002, 0.002, 0.003

# What of a seat's affiliation is recorded.
FULL, MISSING, COUNTRY, EMPTY, STATELESS, OTHER_COUNTRY = range(6)


@dataclass(frozen=True)
class Seats:
    """The authors of a chunk of works: S seats, in the order of works and positions.

    Attributes
    ----------
    row, position, team : array of int
        (S,) row of the work in the chunk, 0-based position, number of authors of the work.
    author : array of int
        (S,) OpenAlex number, or -1 for null.
    country, institution, second : array of int
        (S,) true country, institution and second institution (-1: none).
    recorded : array of int
        (S,) what the record says of it (FULL, MISSING, COUNTRY, EMPTY, STATELESS, OTHER_COUNTRY).
    """

    row: Ints
    position: Ints
    team: Ints
    author: Ints
    country: Ints
    institution: Ints
    second: Ints
    recorded: Ints


def first_institution(plan: Plan, works: Ints, block: Ints, country: Ints) -> Ints:
    """Return the institution through which a country takes part in each work."""
    where, teams = plan.places, plan.teams
    key = plan.key("institution")
    low, high = where.start[country], where.start[country + 1]
    draw, elite = uniform(key, works, country, 0), uniform(key, works, country, 1)
    found = choose_within(where.cumulative, low, high, draw)
    best = choose_within(where.elite_cumulative, low, high, draw)
    found = np.where(elite < teams.elite_rate[block], best, found)
    here = (country == where.country[where.bridge[0]]) & (uniform(key, works, country, 2) < teams.bridge_rate[block])
    if here.any():
        start, stop = where.bridge
        city = choose_within(where.cumulative, np.full(len(works), start), np.full(len(works), stop), draw)
        found = np.where(here, city, found)
    return found


def is_elite(plan: Plan, works: Ints, block: Ints) -> np.ndarray:
    """Whether the home institution of each work belongs to the elite of its country."""
    return plan.places.elite[first_institution(plan, works, block, plan.blocks.home[block])]


def missing_rate(plan: Plan, block: Ints) -> np.ndarray:
    """Return the chance that a work has no affiliation at all, by its year and layer."""
    year = plan.sizes.years[plan.blocks.year[block]]
    layer = plan.blocks.layer[block]
    rate = np.interp(year, [1996, 2010, 2023], [0.22, 0.13, 0.08])
    return np.where(layer == 0, rate, np.where(layer == EXPANSION, 0.88, 1.8 * rate))


def build_seats(plan: Plan, works: Ints, block: Ints, complete: np.ndarray) -> Seats:
    """Return the seats of the works of a chunk (their numbers and blocks).

    Of complete works every affiliation is recorded.
    """
    team = plan.teams.size(works, block, plan.blocks)
    team = np.where(uniform(plan.key("no authors"), works) < NO_AUTHORS, 0, team)
    row = np.repeat(np.arange(len(works)), team)
    position = np.arange(len(row)) - np.repeat(np.cumsum(team) - team, team)
    work, here, size = works[row], block[row], team[row]
    country = _countries(plan, work, here, position, size)
    institution = _institutions(plan, work, here, country, position)
    author, institution = _authors(plan, work, here, country, institution, position, row)
    return Seats(
        row,
        position,
        size,
        author,
        country,
        institution,
        _second(plan, work, institution, position),
        np.where(complete[row], FULL, _recorded(plan, work, here, position)),
    )


def _countries(plan: Plan, work: Ints, block: Ints, position: Ints, team: Ints) -> Ints:
    blocks = plan.blocks
    home, second, third = blocks.home[block], blocks.second[block], blocks.third[block]
    sides = 1 + (second != NOBODY) + (third != NOBODY)
    swap = (sides > 1) & (uniform(plan.key("last author"), work) >= HOME_LAST)
    order = np.stack([np.where(swap, second, home), np.where(swap, home, second), third])
    draw = uniform(plan.key("seat country"), work, position)
    other = 1 + ((draw - HOME_SEAT) / (1 - HOME_SEAT) * (sides - 1)).astype(np.int64)
    further = np.where((draw < HOME_SEAT) | (sides == 1), 0, np.minimum(other, sides - 1))
    from_last = team - 1 - position
    rank = np.where(from_last < sides, from_last, further)
    spread = np.stack([home, second, third])
    at = np.arange(len(work))
    return np.where(from_last < sides, order[np.minimum(rank, 2), at], spread[np.minimum(rank, 2), at])


def _institutions(plan: Plan, work: Ints, block: Ints, country: Ints, position: Ints) -> Ints:
    key, where = plan.key("seat institution"), plan.places
    common = first_institution(plan, work, block, country)
    own = choose_within(
        where.cumulative, where.start[country], where.start[country + 1], uniform(key, work, position, 0)
    )
    return np.where(uniform(key, work, position, 1) < SAME_INSTITUTION, common, own)


def _authors(
    plan: Plan, work: Ints, block: Ints, country: Ints, institution: Ints, position: Ints, row: Ints
) -> tuple[Ints, Ints]:
    people, blocks = plan.people, plan.blocks
    migrants, t = people.migrants, blocks.year[block]
    year = plan.sizes.years[t]
    desk = people.offset[institution] + (
        people.desks[institution, t] * uniform(people.key, work, position, 0) ** DESK_SKEW
    ).astype(np.int64)
    author = people.holder(desk, year)
    draw, who = uniform(people.key, work, position, 1), uniform(people.key, work, position, 2)
    arrived = pick(migrants.by_destination, country, year - HALF_CAREER + 1, year, who)
    leaving = pick(migrants.by_origin, country, year + 1, year + HALF_CAREER, who)
    chosen = np.where(
        uniform(people.key, work, position, 3) < 0.5, _at(migrants.arrivals, arrived), _at(migrants.leavers, leaving)
    )
    chosen = np.where(draw < people.migrant_rate[country, t], chosen, -1)
    if "return" in plan.world.planted:
        other = np.where(blocks.home[block] == country, blocks.second[block], blocks.home[block])
        pair = country * len(countries()) + np.maximum(other, 0)
        back = pick(migrants.by_pair, pair, year - HALF_CAREER + 1, year, who)
        chosen = np.where((other != NOBODY) & (draw > 1 - RETURN_RATE) & (back >= 0), back, chosen)
    moved = chosen >= 0
    person = np.maximum(chosen, 0)
    author = np.where(moved, MIGRANT_BASE + person, author)
    there = np.where(migrants.year[person] <= year, migrants.after[person], migrants.before[person])
    institution = np.where(moved, there, institution)
    order = np.lexsort((position, author, row))
    again = np.zeros(len(row), dtype=bool)
    again[order[1:]] = (row[order[1:]] == row[order[:-1]]) & (author[order[1:]] == author[order[:-1]])
    author = np.where(again, GUEST_BASE + work * GUEST_SLOTS + position, author)
    unknown = uniform(plan.key("unknown author"), work, position)
    author = np.where(unknown < NULL_AUTHOR, -1, author)
    return np.where(unknown > 1 - UNKNOWN_AUTHOR, UNKNOWN_AUTHOR_ID, author), institution


def _at(people: Ints, position: Ints) -> Ints:
    return np.where(position >= 0, people[np.maximum(position, 0)], -1)


def _second(plan: Plan, work: Ints, institution: Ints, position: Ints) -> Ints:
    key, where = plan.key("second affiliation"), plan.places
    country = where.country[institution]
    other = choose_within(
        where.cumulative, where.start[country], where.start[country + 1], uniform(key, work, position, 0)
    )
    other = np.where(where.parent[institution] != institution, where.parent[institution], other)
    kept = (uniform(key, work, position, 1) < SECOND_AFFILIATION) & (other != institution)
    return np.where(kept, other, -1)


def _recorded(plan: Plan, work: Ints, block: Ints, position: Ints) -> Ints:
    draw = uniform(plan.key("recorded"), work, position)
    edges = np.cumsum([SEAT_MISSING, COUNTRY_ONLY, EMPTY_INSTITUTION, STATELESS_INSTITUTION, WRONG_COUNTRY])
    states = np.array([MISSING, COUNTRY, EMPTY, STATELESS, OTHER_COUNTRY, FULL])
    found = states[np.searchsorted(edges, draw, side="right")]
    nothing = uniform(plan.key("no affiliation"), work) < missing_rate(plan, block)
    return np.where(nothing, MISSING, found)
