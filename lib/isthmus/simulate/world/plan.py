"""The plan of a world: what is drawn once, before any work; small enough to be built again by every process."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from isthmus.simulate.world.blocks import Blocks, build_blocks
from isthmus.simulate.world.draws import Floats, Ints, running, stream
from isthmus.simulate.world.exchange import Exchange, build_exchange
from isthmus.simulate.world.people import People, build_people
from isthmus.simulate.world.places import Places, places
from isthmus.simulate.world.sizes import Sizes, sizes
from isthmus.simulate.world.teams import Teams, build_teams
from isthmus.simulate.world.ties import PlantedTie, collaboration_weights, planted_ties
from isthmus.simulate.world.world import World


@dataclass(frozen=True)
class Plan:
    """A world with its sizes, planted ties, blocks of works, places and people."""

    world: World
    sizes: Sizes
    ties: tuple[PlantedTie, ...]
    weights: Ints
    blocks: Blocks
    teams: Teams
    exchange: Exchange
    places: Places
    people: People

    def key(self, name: str) -> np.uint64:
        """Return the key of one kind of draw in this world."""
        return stream(self.world.seed, name)

    @cached_property
    def output(self) -> Floats:
        """Running sum over (year, country) of the countries' output."""
        return running(self.sizes.output.ravel())


@lru_cache(maxsize=2)
def build_plan(world: World) -> Plan:
    """Return the plan of a world; the same for the same world, in whatever process."""
    size = sizes(world)
    ties = planted_ties(world)
    weights = collaboration_weights(world, size, ties)
    blocks = build_blocks(size, weights)
    where = places()
    teams = build_teams(world, size, blocks, where)
    exchange = build_exchange(world, size, blocks, teams.pull, ties)
    return Plan(
        world, size, ties, weights, blocks, teams, exchange, where, build_people(world, size, blocks, teams, where)
    )
