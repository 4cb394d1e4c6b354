"""How many authors a work has: teams grow over the years and with the number of countries."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from isthmus.simulate.world.blocks import NOBODY, Blocks
from isthmus.simulate.world.draws import Floats, Ints, choose_within, running, stream, uniform
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.places import BRIDGE_EAST, BRIDGE_WEST, Places
from isthmus.simulate.world.sizes import AI, EXPANSION, OTHER, Sizes
from isthmus.simulate.world.world import World

ALONE, TWO, THREE, POLES, EXPANSION_TEAM = range(5)
LARGEST_USUAL = 40
SHAPE = 3.0
HYPER_RATE = {AI: 1e-4, OTHER: 2e-3}  # works with more than 100 authors
HYPER_FEWEST, HYPER_MOST = 101, 320
TEAM_PULL = 0.35  # elasticity of citations to team size
ELITE_PULL = 0.5  # an elite first institution adds so much to a work's citations
ELITE_RATE, ELITE_RATE_POLES = 0.15, 0.6  # chance that the first institution is taken from the elite alone
POLES_IMPACT = 0.40  # planted: papers of the United States with China are cited that much more, all else equal


@dataclass(frozen=True)
class Teams:
    """Laws of team size per class of work and year.

    Attributes
    ----------
    kind : array of int
        (B,) class of each block: alone, two countries, three, the two poles, expansion.
    cumulative : array of float
        Running sum over (kind, year, extra authors).
    pull : array of float
        (B,) expected relative citations of one work of each block.
    years : int
        Number of years.
    mean : array of float
        (kinds, years) mean number of authors.
    elite_rate : array of float
        (B,) chance that a work's first institution is taken from its country's elite alone.
    bridge_rate : array of float
        (B,) chance that the institution of the bridging city's country is taken from that city alone.
    """

    kind: Ints
    cumulative: Floats
    pull: Floats
    years: int
    mean: Floats
    elite_rate: Floats
    bridge_rate: Floats
    key: np.uint64
    hyper_key: np.uint64

    def size(self, works: Ints, block: Ints, blocks: Blocks) -> Ints:
        """Return the number of authors of each work."""
        row = (self.kind[block] * self.years + blocks.year[block]) * LARGEST_USUAL
        extra = choose_within(self.cumulative, row, row + LARGEST_USUAL, uniform(self.key, works)) - row
        team = 1 + (blocks.second[block] != NOBODY) + (blocks.third[block] != NOBODY) + extra
        layer = blocks.layer[block]
        rate = np.where(layer == AI, HYPER_RATE[AI], np.where(layer == OTHER, HYPER_RATE[OTHER], 0.0))
        draw = uniform(self.hyper_key, works)
        hyper = draw < rate
        if hyper.any():
            spread = draw[hyper] / rate[hyper]
            team[hyper] = (HYPER_FEWEST + spread * (HYPER_MOST - HYPER_FEWEST)).astype(np.int64)
        sizes: Ints = team
        return sizes


def build_teams(world: World, sizes: Sizes, blocks: Blocks, where: Places) -> Teams:
    """Return the laws of team size of a world."""
    facts = countries()
    poles = {facts.at("US"), facts.at("CN")}
    among = np.isin(blocks.home, list(poles)) & np.isin(blocks.second, list(poles)) & (blocks.third == NOBODY)
    kind = np.where(blocks.second == NOBODY, ALONE, np.where(blocks.third == NOBODY, TWO, THREE))
    kind = np.where(among, POLES, kind)
    kind = np.where(blocks.layer == EXPANSION, EXPANSION_TEAM, kind)
    base = np.interp(sizes.years, [1996, 2023], [1.3, 2.9])
    added = np.array([0.0, 0.5, 0.9, 1.6 if "impact" in world.planted else 0.5, -0.8])
    extra = np.maximum(base[None, :] + added[:, None], 0.2)
    steps = np.arange(LARGEST_USUAL)
    law = nbinom.pmf(steps, SHAPE, SHAPE / (SHAPE + extra[..., None]))
    smallest = np.array([1, 2, 3, 2, 1])
    attraction = ((smallest[:, None, None] + steps) ** TEAM_PULL * law).sum(axis=2) / law.sum(axis=2)
    effect = np.where(among, 1.0 + POLES_IMPACT if "impact" in world.planted else 1.0, 1.0)
    rate = np.where(among & ("impact" in world.planted), ELITE_RATE_POLES, ELITE_RATE)
    bridge = bridge_rates(world, blocks)
    elite = rate + (1 - rate) * where.elite_share[blocks.home]
    through_bridge = bridge * (blocks.home == where.country[where.bridge[0]])
    elite = (1 - through_bridge) * elite + through_bridge * where.bridge_elite_share
    pull = attraction[kind, blocks.year] * (1 + ELITE_PULL * elite) * effect
    return Teams(
        kind,
        running(law.ravel()),
        pull,
        len(sizes.years),
        smallest[:, None] + extra,
        rate,
        bridge,
        stream(world.seed, "team"),
        stream(world.seed, "hyper"),
    )


def bridge_rates(world: World, blocks: Blocks) -> Floats:
    """Return the chance that works of each block go through the bridging city: high with the West, low with others."""
    if "bridge" not in world.planted:
        return np.zeros(len(blocks.home))
    west = np.append(countries().west, False)
    sides = np.stack([blocks.home, blocks.second, blocks.third])
    meets_west = (west[sides] & (sides != NOBODY)).any(axis=0)
    return np.where(meets_west, BRIDGE_WEST, np.where(blocks.second != NOBODY, BRIDGE_EAST, 0.0))
