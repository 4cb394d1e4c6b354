"""Where references go, against sums over all blocks and all pairs of countries in plain Python."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.exchange import (
    FOREIGN,
    LAGS,
    MOST_FOREIGN,
    TO_AI,
    build_exchange,
    build_supply,
    solve_preferences,
    solve_supply,
)
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.ties import draw_weights, multipliers, path, planted_ties

WORLD = World(works=16_000, first_year=2018, last_year=2021)


@pytest.fixture(scope="module")
def small():
    return build_plan(WORLD)


@pytest.fixture(scope="module")
def supply(small):
    return build_supply(small.sizes, small.blocks, small.teams.pull)


@st.composite
def problems(draw):
    """Any references, joint papers and wanted exchange of a few countries, some of which have nothing to cite."""
    n = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    off = 1 - np.eye(n)
    refs = rng.uniform(0, 1000, (2, n)) * (rng.random((2, n)) < 0.9)
    along, behind = rng.uniform(0, 0.3, (2, 2, n, n)) * off
    citable = rng.random((2, n)) < 0.8
    target = rng.uniform(0, 300, (2, n, n)) * (rng.random((2, n, n)) < 0.7) * off
    return refs, along, behind, citable, rng.uniform(0.1, 1, (2, n)), target + target.transpose(0, 2, 1)


def plain_exchange(flow, along, behind):
    """Each citation counts for every pair of a citing and a cited country, and once for each such pair."""
    n = len(flow)
    found = np.zeros((n, n))
    for home in range(n):
        for cited in range(n):
            for a in range(n):
                for b in range(n):
                    here = flow[home, cited] * (1.0 if a == home else along[home, a])
                    here *= 1.0 if b == cited else behind[cited, b]
                    if a != b:
                        found[a, b] += here
                        found[b, a] += here
    return found


def sides(blocks, k):
    return [int(s[k]) for s in (blocks.second, blocks.third) if s[k] != NOBODY]


@given(problem=problems())
@settings(deadline=None, max_examples=40)
def test_references_are_kept_and_most_stay_within_what_a_country_gives(problem):
    refs, along, behind, citable, *_ = problem
    flow, solved = solve_preferences(*problem)
    assert flow.min() >= 0
    assert flow.transpose(0, 2, 1)[~citable].sum() == 0, "nothing goes where there is nothing to cite"
    foreign = flow.sum(axis=2) - np.diagonal(flow, axis1=1, axis2=2)
    assert (foreign <= MOST_FOREIGN * refs + 1e-6).all()
    assert flow.sum(axis=2)[citable] == pytest.approx(refs[citable])
    for t in range(2):
        assert solved[t] == pytest.approx(plain_exchange(flow[t], along[t], behind[t]))


@given(seed=st.integers(0, 10**6), n=st.integers(2, 6))
@settings(deadline=None, max_examples=30)
def test_without_joint_papers_every_possible_target_is_reached(seed, n):
    rng = np.random.default_rng(seed)
    target = np.triu(rng.uniform(1, 40, (1, n, n)), 1)
    target += target.transpose(0, 2, 1)
    none, refs = np.zeros((1, n, n)), np.full((1, n), 1000.0)
    flow, solved = solve_preferences(refs, none, none, refs > 0, np.full((1, n), 1 / n), target)
    assert solved == pytest.approx(target)
    assert flow[0] + flow[0].T - 2 * np.diag(np.diag(flow[0])) == pytest.approx(target[0])


def test_one_country_cites_itself():
    flow, solved = solve_preferences(
        np.array([[50.0]]), *np.zeros((2, 1, 1, 1)), np.array([[True]]), np.ones((1, 1)), np.zeros((1, 1, 1))
    )
    assert (flow.tolist(), solved.tolist()) == ([[[50.0]]], [[[0.0]]])


def test_where_nothing_can_be_cited_nothing_is():
    none = np.zeros((1, 2, 2))
    flow, solved = solve_preferences(
        np.full((1, 2), 50.0), none, none, np.zeros((1, 2), bool), np.full((1, 2), 0.5), none + 9 * (1 - np.eye(2))
    )
    assert not flow.any()
    assert not solved.any()


def test_eight_references_in_a_hundred_stay_at_home_however_much_is_wanted():
    none, wanted = np.zeros((1, 2, 2)), 1e6 * (1 - np.eye(2)[None])
    flow, _ = solve_preferences(np.array([[100.0, 50.0]]), none, none, none[..., 0] == 0, np.full((1, 2), 0.5), wanted)
    assert flow[0] == pytest.approx(np.array([[8.0, 92.0], [46.0, 4.0]]))


def test_the_larger_country_cites_and_is_cited_more_when_it_is_wanted_more():
    none, target = np.zeros((1, 3, 3)), np.array([[[0.0, 60, 10], [60, 0, 10], [10, 10, 0]]])
    flow, _ = solve_preferences(
        np.full((1, 3), 100.0), none, none, none[..., 0] == 0, np.array([[0.6, 0.3, 0.1]]), target
    )
    assert flow[0, 1, 0] == pytest.approx(40)  # in proportion to the sizes of whom is cited: 6 of 9 parts
    assert flow[0, 0, 1] == pytest.approx(20)


def test_reference_lists_by_hand(supply):
    """2018 is 22 of 27 years from 1996 to 2023, and 8 of 9 from 2010 to 2019, when most works have references."""
    assert supply.rate[0, :EXPANSION] == pytest.approx(np.full(5, 11.0 * (0.65 + 0.6 * 22 / 27)))
    assert supply.rate[0, EXPANSION] == pytest.approx(supply.rate[0, AI] / 2)
    assert supply.listed[0] == pytest.approx(0.9 * np.array([1, 0.92, 0.92, 0.92, 0.85, 0.35]))
    assert supply.listed[3, AI] == pytest.approx(0.9 - 0.18 / 2)


def test_lags_leave_something_to_older_works(small):
    assert LAGS.sum() == pytest.approx(0.948)
    assert np.diff(small.exchange.lags)[:-1] == pytest.approx(LAGS)
    assert np.diff(small.exchange.lags)[-1] == pytest.approx(0.052)


def test_references_are_the_sum_over_all_citing_blocks_of_the_same_and_later_years(small, supply):
    blocks, given_, along = small.blocks, Counter(), Counter()
    assert (blocks.third != NOBODY).any()
    for k, count in enumerate(blocks.count):
        t, layer, home = int(blocks.year[k]), int(blocks.layer[k]), int(blocks.home[k])
        for year in range(t + 1):
            part = count * supply.rate[t, layer] * supply.listed[t, layer] * TO_AI[layer] * LAGS[t - year]
            given_[year, home] += part
            for other in sides(blocks, k):
                along[year, home, other] += part
    for (year, home), value in given_.items():
        assert supply.refs[year, home] == pytest.approx(value)
    assert supply.refs.sum() == pytest.approx(sum(given_.values()))
    for (year, home, other), value in along.items():
        assert supply.along[year, home, other] == pytest.approx(value / given_[year, home])
    assert np.count_nonzero(supply.along) == len(along)


def test_what_stands_behind_a_citation_is_the_sum_over_cited_blocks_of_artificial_intelligence(small, supply):
    blocks, cited, behind = small.blocks, Counter(), Counter()
    for k in np.flatnonzero(blocks.layer == AI):
        at = int(blocks.year[k]), int(blocks.home[k])
        cited[at] += blocks.count[k] * small.teams.pull[k]
        for other in sides(blocks, k):
            behind[(*at, other)] += blocks.count[k] * small.teams.pull[k]
    for (year, home, other), value in behind.items():
        assert supply.behind[year, home, other] == pytest.approx(value / cited[year, home])
    assert np.count_nonzero(supply.behind) == len(behind)
    assert {tuple(map(int, at)) for at in np.argwhere(supply.citable)} == set(cited)


def test_preferences_are_laid_out_by_cited_year_citing_home_and_cited_home(small, supply):
    flow, solved = solve_supply(supply, small.sizes.share, small.exchange.target)
    n = flow.shape[1]
    assert len(small.exchange.preference) == flow.size + 1
    for year, home, cited in ((0, 0, 0), (1, 2, 5), (3, n - 1, 0), (2, 7, n - 1)):
        at = (year * n + home) * n + cited
        step = small.exchange.preference[at + 1] - small.exchange.preference[at]
        assert step == pytest.approx(flow[year, home, cited], abs=1e-8)
    assert small.exchange.solved == pytest.approx(solved)
    assert np.diff(small.exchange.pull) == pytest.approx(small.blocks.count * small.teams.pull)


def test_size_explains_one_and_a_half_pairs_per_reference(small, supply):
    total = small.exchange.law.expected.sum(axis=(1, 2)) / 2
    assert total == pytest.approx(FOREIGN * supply.refs.sum(axis=1), rel=1e-5)
    target = small.exchange.target
    assert np.array_equal(target, np.rint(target))
    assert np.array_equal(target, target.transpose(0, 2, 1))


def test_collaboration_ties_do_not_change_the_wanted_exchange(small):
    """Of the same blocks: the target is drawn from the sizes, and static ties are ties of collaboration only."""
    ties = planted_ties(WORLD.without("ties"))
    other = build_exchange(WORLD, small.sizes, small.blocks, small.teams.pull, ties)
    static = {(t.first, t.second) for t in small.ties} - {(t.first, t.second) for t in ties}
    assert len(static) > 10
    assert np.array_equal(other.target, small.exchange.target)


def test_planted_exchange_appears_on_average_over_seeds(small):
    """The poles' exchange: 0.35 times what size explains at the end."""
    law, years, at = small.exchange.law, small.sizes.years, countries().at
    multiplier = multipliers(planted_ties(WORLD), years, "exchange")
    drawn = [draw_weights(replace(WORLD, seed=s), law, multiplier, years, "exchange") for s in range(40)]
    found = np.mean([d[:, at("US"), at("CN")] for d in drawn], axis=0)
    by_hand = path((2.5, 0.35), years) * law.expected[:, at("US"), at("CN")]
    spread = np.sqrt((by_hand + by_hand**2 / 12) / 40)
    assert (np.abs(found - by_hand) < 4 * spread).all()
    assert (np.abs(found - law.expected[:, at("US"), at("CN")]) > 4 * spread).all()
