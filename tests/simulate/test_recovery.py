"""What was planted can be found again: small worlds, counted without files, held against the null model."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from isthmus.simulate import World, build_plan
from isthmus.simulate.references import build_references
from isthmus.simulate.sizes import AI
from isthmus.simulate.teams import POLES, POLES_IMPACT

BENCH = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "simulate.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_simulate", BENCH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_simulate"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_simulate"]


def test_in_an_empty_world_p_values_are_uniform(bench):
    found = bench.recover(20_000, "empty", 3)
    assert found["collaboration p upper"] == pytest.approx(0.05, abs=0.006)
    assert found["collaboration p lower"] == pytest.approx(0.05, abs=0.006)
    assert found["exchange p upper"] == pytest.approx(0.05, abs=0.012)
    assert found["collaboration q year-pairs"] <= 2


def test_strong_ties_and_the_divergence_of_the_poles_are_found(bench):
    found = bench.recover(60_000, "full", 3)
    assert found["strong z"] + found["medium z"] >= 0.6 * (found["strong n"] + found["medium n"])
    assert found["poles collaboration falls"] == 1
    assert found["poles exchange falls"] == 1
    assert found["poles collaboration late"] < 0 < found["poles collaboration early"]


def test_networks_counted_from_records_are_the_drawn_ones_but_for_what_is_missing(bench, plan):
    networks = bench.direct_networks(plan)
    for k, year in enumerate(plan.sizes.years):
        if year in networks.collaboration:
            assert np.all(networks.collaboration[year] <= plan.weights[k])
    counted = sum(w.sum() for w in networks.collaboration.values())
    drawn = plan.weights[(plan.sizes.years >= 2000) & (plan.sizes.years <= 2021)].sum()
    assert 0.5 < counted / drawn < 0.85


def _citations(plan):
    works = np.arange(plan.world.works)
    refs = build_references(plan, works, plan.blocks.of(works))
    place = {int(w): k for k, w in enumerate(bench_ids(plan))}
    cited = np.array([place.get(int(c), -1) for c in refs.cited])
    return np.bincount(cited[cited >= 0], minlength=plan.world.works)


def bench_ids(plan):
    from isthmus.simulate.blocks import work_ids

    return work_ids(np.arange(plan.world.works), plan.world.works)


def test_papers_of_the_poles_are_cited_more_at_equal_team_size_only_when_planted():
    effects = {}
    for name, world in (("planted", World(works=40_000)), ("off", World(works=40_000).without("impact"))):
        plan = build_plan(world)
        citations, block = _citations(plan), plan.blocks.of(np.arange(world.works))
        kind = plan.teams.kind[block]
        mine = (plan.blocks.layer[block] == AI) & np.isin(
            plan.blocks.home[block], plan.blocks.home[plan.teams.kind == POLES]
        )
        mine &= (kind == POLES) | (plan.blocks.second[block] >= 0)
        team = plan.teams.size(np.arange(world.works), block, plan.blocks)
        ratios, weights = [], []
        for year in range(4, 22):
            for size in range(2, 9):
                cell = mine & (plan.blocks.year[block] == year) & (team == size)
                with_, without = citations[cell & (kind == POLES)], citations[cell & (kind != POLES)]
                if len(with_) and len(without):
                    ratios.append((with_.mean(), without.mean()))
                    weights.append(len(with_))
        treated, control = np.average(np.array(ratios), axis=0, weights=weights)
        effects[name] = treated / control - 1
    assert effects["planted"] > effects["off"] + 0.2
    assert effects["planted"] < POLES_IMPACT + 0.6  # matching on team size alone leaves the institutions' part in
