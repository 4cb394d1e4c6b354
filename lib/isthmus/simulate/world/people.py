"""Authors: desks of institutions, each held by one person after another, and migrants with an origin and a destination.

Nothing is stored per author but for migrants. A desk of an institution is held for a career of some years and then by
the next person, so who sits there in a year is arithmetic; the lower a desk's number, the more it publishes.
"""

from dataclasses import dataclass

import numpy as np

from isthmus.simulate.world.blocks import NOBODY, Blocks
from isthmus.simulate.world.draws import Floats, Ints, choose_within, integers, stream, uniform
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.places import Places
from isthmus.simulate.world.sizes import Sizes, largest_remainder
from isthmus.simulate.world.teams import Teams
from isthmus.simulate.world.world import World

MIGRANT_BASE = 5_000_000_001
DESK_BASE = 5_400_000_000
GUEST_BASE = 7_000_000_000  # people of a single work, where a team is larger than its institution
GUEST_SLOTS = 512  # no team is larger
GENERATIONS = 16
ERA = 1950  # careers are counted from here
SHORTEST_CAREER, LONGEST_CAREER = 8, 34
WORKS_A_YEAR = 0.8  # of a desk
FEWEST_DESKS = 6
DESK_SKEW = 1.6
MIGRANT_SHARE = 0.05  # migrants per desk
MIGRANT_WORKS = 1.6  # works a year of a migrant, about
HALF_CAREER = 10  # years of a migrant's papers before and after the move
MOST_MIGRANT = 0.35
RETURN_RATE = 0.5  # planted: share of the seats of a joint paper held by migrants between the two countries
MOVES_FROM, MOVES_TO = 2000, 2021


@dataclass(frozen=True)
class Migrants:
    """People who move once, from one country to another: arrays of length M, ordered by destination, origin and year.

    Attributes
    ----------
    origin, destination : array of int
        (M,) countries. year : (M,) first year at the destination.
    before, after : array of int
        (M,) institutions.
    by_pair, by_destination, by_origin : array of int
        Sorted search keys (pair and year, destination and year, origin and year).
    arrivals, leavers : array of int
        Orders of the people for the last two keys.
    """

    origin: Ints
    destination: Ints
    year: Ints
    before: Ints
    after: Ints
    by_pair: Ints
    by_destination: Ints
    by_origin: Ints
    arrivals: Ints
    leavers: Ints

    def __len__(self) -> int:
        return len(self.year)


@dataclass(frozen=True)
class People:
    """Who can sign a work.

    Attributes
    ----------
    desks : array of int
        (m, T) desks of each institution in each year.
    offset : array of int
        (m + 1,) first desk number of each institution.
    migrant_rate : array of float
        (n, T) chance that a seat of a country is a migrant's.
    """

    desks: Ints
    offset: Ints
    migrants: Migrants
    migrant_rate: Floats
    key: np.uint64
    career_key: np.uint64

    def career(self, desk: Ints) -> tuple[Ints, Ints]:
        """Length in years of the careers at each desk, and the shift of their starts."""
        span = SHORTEST_CAREER + integers(self.career_key, LONGEST_CAREER - SHORTEST_CAREER, desk, 0)
        return span, integers(self.career_key, span, desk, 1)

    def holder(self, desk: Ints, year: Ints) -> Ints:
        """Return the author at each desk in each calendar year."""
        span, shift = self.career(desk)
        return DESK_BASE + desk * GENERATIONS + (year - ERA + shift) // span


def build_people(world: World, sizes: Sizes, blocks: Blocks, teams: Teams, places: Places) -> People:
    """Return the people of a world: desks by the expected number of seats, migrants by the sizes of both countries."""
    n, T = len(places.start) - 1, len(sizes.years)
    seats = np.zeros((n, T))
    each = blocks.count * teams.mean[teams.kind, blocks.year]
    for other, share in ((blocks.home, 0.6), (blocks.second, 0.4), (blocks.third, 0.2)):
        kept = other != NOBODY
        alone = (blocks.second == NOBODY) & (other is blocks.home)
        part = np.where(alone, 1.0, share) * each
        np.add.at(seats, (other[kept], blocks.year[kept]), part[kept])
    within = places.weight / np.add.reduceat(places.weight, places.start[:-1])[places.country]
    wanted = within[:, None] * seats[places.country] / WORKS_A_YEAR
    desks = np.maximum(np.ceil(np.maximum.accumulate(wanted, axis=1)), FEWEST_DESKS).astype(np.int64)
    offset = np.concatenate([[0], np.cumsum(desks[:, -1])])
    migrants = _migrants(world, sizes, places, int(MIGRANT_SHARE * offset[-1]))
    active = np.zeros((n, T))
    for t, year in enumerate(sizes.years):
        arrived = (migrants.year <= year) & (migrants.year > year - HALF_CAREER)
        coming = (migrants.year > year) & (migrants.year <= year + HALF_CAREER)
        active[:, t] = np.bincount(migrants.destination[arrived], minlength=n)
        active[:, t] += np.bincount(migrants.origin[coming], minlength=n)
    rate = np.minimum(MIGRANT_WORKS * active / np.maximum(seats, 1.0), MOST_MIGRANT)
    return People(desks, offset, migrants, rate, stream(world.seed, "people"), stream(world.seed, "career"))


def _migrants(world: World, sizes: Sizes, places: Places, number: int) -> Migrants:
    facts = countries()
    n = len(facts)
    usable = (sizes.years >= MOVES_FROM) & (sizes.years <= MOVES_TO)
    years = sizes.years[usable]
    push, draw = sizes.share[usable] ** 0.7, sizes.share[usable] ** 1.1
    flow = push[:, :, None] * draw[:, None, :] * (1 - np.eye(n))
    states, china = facts.at("US"), facts.at("CN")
    flow[:, :, states] *= 2.0
    flow[:, china, states] *= 2.5
    flow[years >= 2011, states, china] *= 3.0
    count = largest_remainder(flow, number)
    year, origin, destination = np.nonzero(count)
    row = np.repeat(np.arange(len(year)), count[year, origin, destination])
    origin, destination, when = origin[row], destination[row], years[year[row]]
    order = np.lexsort((when, origin, destination))
    origin, destination, when = origin[order], destination[order], when[order]
    who, key = np.arange(len(when)), stream(world.seed, "migrants")
    before = choose_within(places.cumulative, places.start[origin], places.start[origin + 1], uniform(key, who, 0))
    after = choose_within(
        places.cumulative, places.start[destination], places.start[destination + 1], uniform(key, who, 1)
    )
    arrivals = np.lexsort((when, destination))
    leavers = np.lexsort((when, origin))
    return Migrants(
        origin,
        destination,
        when,
        before,
        after,
        by_pair=pair_key(destination * n + origin, when),
        by_destination=pair_key(destination[arrivals], when[arrivals]),
        by_origin=pair_key(origin[leavers], when[leavers]),
        arrivals=arrivals,
        leavers=leavers,
    )


def pair_key(group: Ints, year: Ints) -> Ints:
    """One sortable number for a group and a year."""
    return group * 10_000 + year


def pick(keys: Ints, group: Ints, first: Ints, last: Ints, draws: Floats) -> Ints:
    """Return the position of a person of each group whose year lies in first..last, or -1 where there is none."""
    low = np.searchsorted(keys, pair_key(group, first), side="left")
    high = np.searchsorted(keys, pair_key(group, last), side="right")
    found = low + (draws * (high - low)).astype(np.int64)
    return np.where(high > low, found, -1)
