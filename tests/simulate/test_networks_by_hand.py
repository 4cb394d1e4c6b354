"""Networks of a world: of a few works written out by hand, and of all records of a small world read one by one."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from isthmus.simulate import World, build_plan
from isthmus.simulate.networks import Counted, Networks, count_works, world_networks
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.seats import COUNTRY, EMPTY, FULL, MISSING, OTHER_COUNTRY, STATELESS
from isthmus.simulate.world.sizes import AI, EXPANSION
from isthmus.simulate.world.works import ARTICLE, CONFERENCE, PARATEXT, build_works

# around the first and the last years that a study counts
EARLY, LATE = ((1998, 2001), (2020, 2024))


def counted(sides, year, corpus, citations):
    """What is counted of works with these countries, of four."""
    shown = np.array([[int(c in side) for c in range(4)] for side in sides]).reshape(len(sides), 4)
    links = np.array(citations, dtype=np.int64).reshape(-1, 2)
    return Counted(sparse.csr_array(shown), np.array(year, dtype=int), np.array(corpus, dtype=bool), *links.T)


def listed(weights):
    """Pairs i < j with a weight; both halves are the same and the diagonal is empty."""
    assert np.array_equal(weights, weights.T)
    assert not np.diagonal(weights).any()
    return {(int(i), int(j)): int(weights[i, j]) for i, j in np.argwhere(np.triu(weights))}


def test_papers_and_citations_by_hand():
    """Works 0 to 4: of countries 0 and 1; of 1; of 0, 1 and 2; of no known country; of 3, which is not in the corpus."""
    found = world_networks(
        counted(
            [{0, 1}, {1}, {0, 1, 2}, set(), {3}],
            [2010, 2010, 2011, 2010, 2010],
            [True, True, True, True, False],
            [(2, 0), (2, 1), (3, 0), (4, 1), (4, 2)],
        ),
        (2010, 2011, 2012),
    )
    assert listed(found.collaboration[2010]) == {(0, 1): 1}
    assert listed(found.collaboration[2011]) == {(0, 1): 1, (0, 2): 1, (1, 2): 1}
    # work 2 cites 0: 0-1 both ways, 2-0, 2-1; and 1: 0-1, 2-1; work 4 cites 1: 3-1
    assert listed(found.exchange[2010]) == {(0, 1): 3, (0, 2): 1, (1, 2): 2, (1, 3): 1}
    assert listed(found.exchange[2011]) == {(0, 3): 1, (1, 3): 1, (2, 3): 1}
    assert listed(found.collaboration[2012]) == listed(found.exchange[2012]) == {}
    # 0-1: work 2 adds 3 as citing work; works 0 and 1 have 2 and 1 as cited ones; the single citations are 2 and 1
    assert listed(found.exchange_variance[2010]) == {(0, 1): 9, (0, 2): 1, (1, 2): 4, (1, 3): 1}
    assert listed(found.exchange_variance[2011]) == listed(found.exchange[2011])


def test_a_citation_within_one_country_is_no_exchange():
    found = world_networks(counted([{2}, {2}], [2010, 2010], [True, True], [(0, 1)]), (2010,))
    assert listed(found.exchange[2010]) == {}


@pytest.mark.parametrize("sides", [[], [{0}], [set()], [{0, 1, 2, 3}]])
def test_no_work_and_one_work(sides):
    found = world_networks(counted(sides, [2010] * len(sides), [True] * len(sides), []), (2010,))
    assert len(listed(found.collaboration[2010])) == (6 if sides and len(sides[0]) == 4 else 0)
    assert listed(found.exchange[2010]) == {}


@given(
    sides=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=8),
    seed=st.integers(0, 10**6),
)
@settings(deadline=None, max_examples=40)
def test_networks_are_sums_over_works_and_citations(sides, seed):
    rng, n = np.random.default_rng(seed), len(sides)
    year, corpus = 2010 + rng.integers(0, 2, n), rng.random(n) < 0.8
    links = [(a, b) for a in range(n) for b in range(n) if a != b and corpus[b] and rng.random() < 0.4]
    found = world_networks(counted(sides, year, corpus, links), (2010, 2011))
    for y in (2010, 2011):
        together, exchange = Counter(), Counter()
        for side in (s for s, own, kept in zip(sides, year, corpus, strict=True) if own == y and kept):
            together.update((a, b) for a in side for b in side if a < b)
        for citing, cited in links:
            ends = [(a, b) for a in sides[citing] for b in sides[cited] if a != b and year[cited] == y]
            exchange.update(tuple(sorted(e)) for e in ends)
        assert listed(found.collaboration[y]) == together
        assert listed(found.exchange[y]) == exchange
        variance = Counter()
        for sign, of in ((1, lambda link: link[0]), (1, lambda link: link[1]), (-1, lambda link: link)):
            for name in {of(link) for link in links}:
                adds = Counter()
                for citing, cited in (link for link in links if of(link) == name and year[link[1]] == y):
                    adds.update(tuple(sorted((a, b))) for a in sides[citing] for b in sides[cited] if a != b)
                variance.update({pair: sign * count**2 for pair, count in adds.items()})
        assert listed(found.exchange_variance[y]) == variance


def test_edges_by_hand():
    n, code = len(countries()), countries().code
    weights = np.zeros((n, n), dtype=np.int64)
    weights[0, 2] = weights[2, 0] = 5
    weights[1, 2] = weights[2, 1] = 1
    edges = Networks({2010: weights, 2011: 0 * weights}, {2010: 2 * weights}, {2010: 3 * weights}).edges()
    assert code[:3] == ("US", "GB", "CN")
    expected = [
        ("collaboration", 2010, "CN", "US", 5, 5),
        ("collaboration", 2010, "CN", "GB", 1, 1),
        ("knowledge_exchange", 2010, "CN", "US", 10, 15),
        ("knowledge_exchange", 2010, "CN", "GB", 2, 3),
    ]
    wanted = pd.DataFrame(expected, columns=["network", "year", "src", "dst", "weight", "work_variance"])
    pd.testing.assert_frame_equal(edges, wanted, check_dtype=False)


@pytest.fixture(scope="module", params=[EARLY, LATE])
def records(request):
    """A small world, all of its works as one chunk, and what is counted of them."""
    plan = build_plan(World(works=1_000, first_year=request.param[0], last_year=request.param[1]))
    return plan, build_works(plan, np.arange(plan.world.works)), count_works(plan)


def test_the_corpus_is_articles_and_conference_papers_of_the_years_of_study(records):
    _, works, found = records
    for k in range(len(works)):
        study = works.layer[k] == AI and works.topics[k, 0] >= 0 and not works.retracted[k]
        assert found.corpus[k] == (study and works.kind[k] in (ARTICLE, CONFERENCE) and 2000 <= works.year[k] <= 2021)
    assert np.array_equal(found.year, works.year)


def test_countries_are_those_that_the_records_show(records):
    _, works, found = records
    shown = {state: state in (FULL, COUNTRY, OTHER_COUNTRY) for state in range(6)}
    assert [s for s in shown if not shown[s]] == [MISSING, EMPTY, STATELESS]
    wanted = set()
    for row, country, state in zip(works.seats.row, works.seats.country, works.seats.recorded, strict=True):
        if shown[int(state)]:
            wanted.add((int(row), int(country)))
    assert {(int(r), int(c)) for r, c in zip(*found.countries.nonzero(), strict=True)} == wanted
    assert found.countries.max() == 1


def test_citations_that_count_are_those_of_the_records_read_one_by_one(records):
    _, works, found = records
    number = {int(i): k for k, i in enumerate(works.work_id)}
    wanted, left_out = set(), Counter()
    for citing, reference in zip(works.references.row.tolist(), works.references.cited.tolist(), strict=True):
        cited = number.get(reference)
        if cited is None or not found.corpus[cited]:
            left_out["not of the corpus"] += 1
        elif works.layer[citing] == EXPANSION or works.retracted[citing] or works.kind[citing] == PARATEXT:
            left_out["not a work that cites"] += 1
        elif not 2000 <= works.year[citing] <= 2023 or works.year[citing] < works.year[cited] or citing == cited:
            left_out["not in time, or itself"] += 1
        else:
            wanted.add((citing, cited))
    assert len(left_out) == 3
    pairs = list(zip(found.citing.tolist(), found.cited.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == wanted


@pytest.mark.parametrize("size", [90, 999])
def test_networks_do_not_depend_on_how_works_are_cut_into_parts(records, size):
    plan, _, whole = records
    found = count_works(replace(plan, world=replace(plan.world, works_per_part=size)))
    assert (found.countries != whole.countries).nnz == 0
    assert np.array_equal(found.corpus, whole.corpus)
    pairs = [set(zip(c.citing.tolist(), c.cited.tolist(), strict=True)) for c in (found, whole)]
    assert pairs[0] == pairs[1]
