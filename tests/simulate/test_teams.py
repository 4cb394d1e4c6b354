"""Team sizes, how they draw citations, and how often works go through the bridging city: against counts by hand."""

import numpy as np
import pytest
from scipy.stats import nbinom

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.places import BRIDGE_EAST, BRIDGE_WEST
from isthmus.simulate.world.sizes import AI, EXPANSION, OTHER
from isthmus.simulate.world.teams import (
    ALONE,
    ELITE_PULL,
    ELITE_RATE,
    ELITE_RATE_POLES,
    EXPANSION_TEAM,
    HYPER_FEWEST,
    HYPER_MOST,
    HYPER_RATE,
    LARGEST_USUAL,
    POLES,
    POLES_IMPACT,
    SHAPE,
    TEAM_PULL,
    THREE,
    TWO,
)

FEWEST = {ALONE: 1, TWO: 2, THREE: 3, POLES: 2, EXPANSION_TEAM: 1}


@pytest.fixture(scope="module")
def plan():
    """A world large enough for works of three countries."""
    return build_plan(World(works=60_000))


@pytest.fixture(scope="module")
def sizes_of_works(plan):
    works = np.arange(plan.world.works)
    block = plan.blocks.of(works)
    return block, plan.teams.size(works, block, plan.blocks)


def test_every_country_of_a_work_has_room_for_an_author(plan, sizes_of_works):
    block, team = sizes_of_works
    sides = 1 + (plan.blocks.second[block] != NOBODY) + (plan.blocks.third[block] != NOBODY)
    assert (team >= sides).all()


def test_the_mean_team_of_each_kind_is_the_planned_one(plan, sizes_of_works):
    block, team = sizes_of_works
    usual = team < HYPER_FEWEST
    kind, year = plan.teams.kind[block], plan.blocks.year[block]
    assert set(kind) == set(FEWEST)
    for each in FEWEST:
        chosen = usual & (kind == each)
        planned = plan.teams.mean[each, year[chosen]]
        # the law is cut at forty authors, and a mean of n teams errs by its spread over the root of n
        error = 5 * team[chosen].std() / np.sqrt(chosen.sum())
        assert abs(team[chosen].mean() - planned.mean()) < error + 0.02


def test_kinds_are_told_by_countries_and_layer(plan):
    blocks, facts = plan.blocks, countries()
    poles = {facts.at("US"), facts.at("CN")}
    for k in range(0, len(blocks.home), 7):
        sides = {int(side[k]) for side in (blocks.home, blocks.second, blocks.third)} - {NOBODY}
        expected = {1: ALONE, 2: TWO, 3: THREE}[len(sides)]
        expected = POLES if sides == poles else expected
        expected = EXPANSION_TEAM if blocks.layer[k] == EXPANSION else expected
        assert plan.teams.kind[k] == expected


def test_enormous_teams_are_as_rare_as_planned(plan, sizes_of_works):
    block, team = sizes_of_works
    layer = plan.blocks.layer[block]
    enormous = team >= HYPER_FEWEST
    assert team[enormous].max() < HYPER_MOST
    assert team[~enormous].max() <= LARGEST_USUAL + 3
    assert set(layer[enormous]) <= set(HYPER_RATE)
    for each in (AI, OTHER):
        expected = HYPER_RATE[each] * (layer == each).sum()
        assert abs((enormous & (layer == each)).sum() - expected) < 5 * np.sqrt(expected)


def test_the_pull_of_a_work_is_the_mean_over_its_possible_teams_and_institutions(plan):
    teams, blocks, where = plan.teams, plan.blocks, plan.places
    bridge_country = where.country[where.bridge[0]]
    extra = np.arange(LARGEST_USUAL)
    for k in range(0, len(blocks.home), 401):
        kind, home = int(teams.kind[k]), int(blocks.home[k])
        mean = teams.mean[kind, blocks.year[k]] - FEWEST[kind]
        law = nbinom.pmf(extra, SHAPE, SHAPE / (SHAPE + mean))
        attraction = np.average((FEWEST[kind] + extra) ** TEAM_PULL, weights=law)
        rate = ELITE_RATE_POLES if kind == POLES else ELITE_RATE
        elite = rate + (1 - rate) * where.elite_share[home]
        if home == bridge_country:
            through = teams.bridge_rate[k]
            elite = (1 - through) * elite + through * where.bridge_elite_share
        impact = 1 + POLES_IMPACT if kind == POLES else 1
        assert teams.pull[k] == pytest.approx(attraction * (1 + ELITE_PULL * elite) * impact)


@pytest.mark.parametrize("planted", [True, False])
def test_works_with_the_west_go_through_the_bridge_more_often(planted):
    world = World(works=3_000) if planted else World(works=3_000).without("bridge")
    plan, west = build_plan(world), countries().west
    rates = {}
    for k in range(len(plan.blocks.home)):
        sides = [int(s[k]) for s in (plan.blocks.home, plan.blocks.second, plan.blocks.third) if s[k] != NOBODY]
        meets = "west" if any(west[s] for s in sides) else "east" if len(sides) > 1 else "alone"
        rates.setdefault(meets, set()).add(float(plan.teams.bridge_rate[k]))
    usual = {"west": {BRIDGE_WEST}, "east": {BRIDGE_EAST}, "alone": {0.0}}
    assert rates == (usual if planted else {meets: {0.0} for meets in usual})
