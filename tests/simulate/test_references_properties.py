"""References: the law of every draw behind them, by exact shares; no dependence on how works are cut into chunks."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.exchange import LAGS, TO_AI
from isthmus.simulate.world.references import (
    CANDIDATES,
    DELETED_RATE,
    DELETED_WORK,
    FAME_SKEW,
    LATER_RATE,
    SELF_RATE,
    TWICE_RATE,
    _cited,
    _cited_layer,
    _famous,
    appeals,
    build_references,
    reference_counts,
    references_to,
)
from isthmus.simulate.world.seats import is_elite
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.teams import ELITE_PULL, TEAM_PULL

WORLD = World(works=3_000, first_year=2016, last_year=2021)
MANY = np.arange(30_000)


@pytest.fixture(scope="module")
def small():
    return build_plan(WORLD)


@pytest.fixture(scope="module")
def everything(small):
    works = np.arange(WORLD.works)
    return build_references(small, works, small.blocks.of(works))


def block_of(plan, year, layer=AI):
    """The largest block of a year and layer."""
    here = np.flatnonzero((plan.blocks.year == year) & (plan.blocks.layer == layer))
    return int(here[np.argmax(plan.blocks.count[here])])


def as_often(hits, trials, chance):
    """Whether hits out of trials are within the exact bounds of a share that is missed once in ten thousand."""
    return binom.ppf(5e-5, trials, chance) <= hits <= binom.ppf(1 - 5e-5, trials, chance)


@pytest.mark.parametrize("layer", [AI, EXPANSION])
def test_the_number_of_references_follows_its_law(small, layer):
    """One, and the whole part of the rate times the mean of two exponential draws: a gamma law's tail, by hand."""
    block = block_of(small, 2, layer)
    count = reference_counts(small, MANY, np.full(len(MANY), block))
    listed, rate = small.exchange.listed[2, layer], small.exchange.rate[2, layer] - 0.5
    assert as_often((count > 0).sum(), len(MANY), listed)
    beyond = [(1 + 2 * k / rate) * math.exp(-2 * k / rate) for k in range(31)]
    law = [a - b for a, b in pairwise(beyond)] + [beyond[-1]]
    have = np.minimum(count[count > 0], 31)
    assert chisquare(np.bincount(have, minlength=32)[1:], len(have) * np.array(law)).pvalue > 1e-3


@pytest.mark.parametrize("citing", range(EXPANSION + 1))
def test_layers_are_cited_as_often_as_planned(citing):
    """Draws at equal distances hit each layer by its share: 0.7 of what is left in its own field, the rest anywhere."""
    draws = (np.arange(100_000) + 0.5) / 100_000
    found = _cited_layer(np.full(len(draws), citing), draws)
    law = np.zeros(EXPANSION + 1)
    law[AI] = TO_AI[citing]
    law[1:EXPANSION] = (1 - TO_AI[citing]) * 0.3 / 4
    for own in (1, 2) if citing in (AI, EXPANSION) else (citing, citing):
        law[own] += (1 - TO_AI[citing]) * 0.7 / 2
    assert np.bincount(found, minlength=EXPANSION + 1) / len(draws) == pytest.approx(law, abs=2e-5)


def cited_by_papers(plan, year):
    """Blocks of artificial intelligence that many papers of one block of a year cite, and the number of references."""
    row = np.repeat(np.arange(3_000), 10)
    block = block_of(plan, year)
    cited = _cited(plan, 9_000 + row, np.full(len(row), block), np.tile(np.arange(10), 3_000))
    at = plan.blocks.of(cited[cited >= 0])
    return at[plan.blocks.layer[at] == AI], len(row), plan.blocks.home[block]


def test_lags_and_slips_of_the_year_are_as_frequent_as_planned(small):
    found, count, _ = cited_by_papers(small, 4)
    law = np.append(LAGS[4::-1] * (1 - LATER_RATE), LATER_RATE * LAGS.sum()) * TO_AI[AI]
    assert as_often(len(found), count, law.sum())
    observed = np.bincount(small.blocks.year[found], minlength=6)
    assert chisquare(observed, len(found) * law / law.sum()).pvalue > 1e-3


def test_citations_of_artificial_intelligence_go_home_by_home_as_preferred(small):
    n, (found, _, home) = small.sizes.output.shape[1], cited_by_papers(small, 4)
    chosen = small.blocks.home[found[small.blocks.year[found] == 3]]
    base = (3 * n + home) * n
    law = np.diff(small.exchange.preference[base : base + n + 1])
    law /= law.sum()
    frequent = np.argsort(-law)[:12]
    observed = np.bincount(chosen, minlength=n)
    both = [np.append(x[frequent], x.sum() - x[frequent].sum()) for x in (observed, len(chosen) * law)]
    assert chisquare(*both).pvalue > 1e-3


def fame_by_hand(plan, block):
    """The share of each work of a block: five candidates, the first works more often, one by its appeal."""
    works = np.arange(plan.blocks.start[block], plan.blocks.start[block + 1])
    here = np.full(len(works), block)
    team, elite = plan.teams.size(works, here, plan.blocks), is_elite(plan, works, here)
    appeal = [(t**TEAM_PULL * (1 + ELITE_PULL * e)) ** (5 / 4) for t, e in zip(team, elite, strict=True)]
    edge = [(k / len(works)) ** (1 / FAME_SKEW) for k in range(len(works) + 1)]
    share = np.zeros(len(works))
    for trial in product(range(len(works)), repeat=CANDIDATES):
        chance = math.prod(edge[k + 1] - edge[k] for k in trial)
        for k in trial:
            share[k] += chance * appeal[k] / sum(appeal[j] for j in trial)
    return share


def test_fame_is_the_choice_of_one_of_five_by_its_appeal(small):
    for size in (2, 4):
        block = int(np.flatnonzero(small.blocks.count == size)[0])
        found = _famous(small, MANY, MANY % 7, np.full(len(MANY), block), None) - small.blocks.start[block]
        share = fame_by_hand(small, block)
        assert share.sum() == pytest.approx(1)
        assert chisquare(np.bincount(found, minlength=size), len(MANY) * share).pvalue > 1e-3


def test_appeals_that_are_drawn_once_give_the_same_references(small, everything):
    works = np.arange(WORLD.works)
    known = appeals(small, works, small.blocks.of(works))
    found = build_references(small, works, small.blocks.of(works), known)
    assert np.array_equal(found.row, everything.row)
    assert np.array_equal(found.cited, everything.cited)


def test_the_only_work_of_a_block_is_the_famous_one(small):
    block = int(np.flatnonzero(small.blocks.count == 1)[0])
    found = _famous(small, MANY[:50], MANY[:50], np.full(50, block), None)
    assert set(found) == {small.blocks.start[block]}


@given(works=st.lists(st.integers(0, WORLD.works - 1), min_size=1, max_size=12, unique=True))
@settings(deadline=None, max_examples=25)
def test_references_of_a_work_do_not_depend_on_the_works_around_it(small, everything, works):
    chosen = np.array(works)
    found = build_references(small, chosen, small.blocks.of(chosen))
    assert (np.diff(found.row) >= 0).all()
    for row, work in enumerate(works):
        assert np.array_equal(found.cited[found.row == row], everything.cited[everything.row == work])


def test_works_older_than_the_longest_lag_are_not_cited():
    plan = build_plan(World(works=1_000, first_year=2005, last_year=2021))
    found, _, _ = cited_by_papers(plan, 16)
    assert set(plan.blocks.year[found]) == set(range(1, 17)), "the first of 17 years is out of reach"


def test_no_references_of_no_works(small):
    none = np.zeros(0, dtype=np.int64)
    found = build_references(small, none, none)
    assert len(found.row) == len(found.cited) == 0


def test_odd_references_stand_first_or_second_and_as_often_as_planned(small):
    works = MANY[:12_000]
    found = build_references(small, works, np.full(len(works), block_of(small, 0, EXPANSION)))
    start = np.flatnonzero(np.diff(found.row, prepend=-1))
    first, listing = found.cited[start], found.row[start]
    assert as_often((first == DELETED_WORK).sum(), len(start), DELETED_RATE)
    own = found.cited == work_ids(found.row, WORLD.works)
    assert set(np.flatnonzero(own)) <= set(start), "itself as the first only"
    assert as_often((first == work_ids(listing, WORLD.works)).sum(), len(start), SELF_RATE)
    second = start[:-1][np.diff(start) > 1] + 1
    assert as_often((found.cited[second] == found.cited[second - 1]).sum(), len(second), TWICE_RATE)
    assert not (np.delete(found.cited, start) == DELETED_WORK).any()


def test_nothing_is_cited_that_appeared_two_years_later_and_numbers_outside_stay_outside(small, everything):
    ids = work_ids(np.arange(WORLD.works), WORLD.works)
    number = {int(i): k for k, i in enumerate(ids)}
    year = small.blocks.year[small.blocks.of(np.arange(WORLD.works))]
    ahead = 0
    for row, cited in zip(everything.row.tolist(), everything.cited.tolist(), strict=True):
        if cited in number:
            assert year[number[cited]] <= year[row] + 1
            ahead += year[number[cited]] > year[row]
        else:
            assert cited == DELETED_WORK or 1_000_000_000 <= cited < 1_900_000_000
    assert 0 < ahead < 0.006 * len(everything.row)


def test_other_seeds_give_other_references(small):
    works = np.arange(200)
    other = build_plan(World(works=3_000, first_year=2016, last_year=2021, seed=2))
    counts = [reference_counts(p, works, np.full(200, block_of(p, 2))) for p in (small, other)]
    assert (counts[0] != counts[1]).mean() > 0.7


@pytest.mark.parametrize("seed", range(3))
def test_references_to_wanted_blocks_are_those_of_all_references(small, everything, seed):
    """Without what a list repeats and without works that cite themselves."""
    works, total = np.arange(WORLD.works), WORLD.works
    block, ids = small.blocks.of(works), work_ids(works, total)
    wanted = np.random.default_rng(seed).random(small.blocks.home.size) < 0.3
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], everything.cited), total - 1)
    cited = np.where(ids[order][at] == everything.cited, order[at], -1)
    kept = (cited >= 0) & (cited != everything.row) & wanted[block[np.maximum(cited, 0)]]
    expected = np.unique(np.column_stack([everything.row[kept], cited[kept]]), axis=0)
    found = references_to(small, works, block, wanted, appeals(small, works, block))
    assert 0 < len(expected) < everything.row.size
    np.testing.assert_array_equal(np.column_stack([found.row, found.cited]), expected)
