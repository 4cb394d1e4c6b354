"""What was planted can be found again: small worlds, counted without files, tested against the null model."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.references import build_references
from isthmus.simulate.world.seats import is_elite
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.world.teams import POLES, POLES_IMPACT

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


def _citations(plan):
    works = np.arange(plan.world.works)
    refs = build_references(plan, works, plan.blocks.of(works))
    place = {int(w): k for k, w in enumerate(bench_ids(plan))}
    cited = np.array([place.get(int(c), -1) for c in refs.cited])
    return np.bincount(cited[cited >= 0], minlength=plan.world.works)


def bench_ids(plan):
    from isthmus.simulate.world.blocks import work_ids

    return work_ids(np.arange(plan.world.works), plan.world.works)


def test_papers_of_the_poles_are_cited_more_at_equal_year_team_home_and_institution_only_when_planted():
    effects = {}
    for name, world in (("planted", World(works=60_000)), ("off", World(works=60_000).without("impact"))):
        plan = build_plan(world)
        works = np.arange(world.works)
        block = plan.blocks.of(works)
        kind = plan.teams.kind[block]
        papers = pd.DataFrame(
            {
                "treated": kind == POLES,
                "citations": _citations(plan),
                "year": plan.blocks.year[block],
                "team": plan.teams.size(works, block, plan.blocks),
                "home": plan.blocks.home[block],
                "elite": is_elite(plan, works, block),
            }
        )
        homes = plan.blocks.home[plan.teams.kind == POLES]
        joint = (
            (plan.blocks.layer[block] == AI)
            & np.isin(plan.blocks.home[block], homes)
            & (plan.blocks.second[block] >= 0)
        )
        cells = papers[joint].groupby(["year", "team", "home", "elite", "treated"])["citations"].agg(["mean", "size"])
        matched = cells.unstack("treated").dropna()
        weights = matched["size"][True]
        effects[name] = (
            np.average(matched["mean"][True], weights=weights) / np.average(matched["mean"][False], weights=weights) - 1
        )
    assert abs(effects["off"]) < 0.2
    # a pair's few papers share its citations, whatever their own teams: a little of the teams' part stays in
    assert POLES_IMPACT - 0.15 < effects["planted"] < POLES_IMPACT + 0.3
