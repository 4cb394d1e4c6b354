"""Expected counts: a plain reading of the formulas, permutations of a network, and cases known by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.expected import ExpectedCounts, expected_cd, expected_counts, marginals


def in_plain_python(citing, cited, years, f, low, last):
    """The formulas over dictionaries."""
    refs = {}
    for c, r in zip(citing.tolist(), cited.tolist(), strict=True):
        if years[c] >= 0 and years[r] >= 0:
            refs.setdefault(c, []).append(r)
    n_j = reached = 0.0
    own = [r for c, r in zip(citing.tolist(), cited.tolist(), strict=True) if c == f and years[r] >= 0]
    for t in sorted({int(years[c]) for c in refs}):
        if t - years[f] < low or (last is not None and t - years[f] > last):
            continue
        papers = [c for c in refs if years[c] == t]
        M, N = {}, {}
        for c in papers:
            cells = [int(years[r]) for r in refs[c]]
            for at, u in enumerate(cells):
                M[u] = M.get(u, 0) + 1
                for other, w in enumerate(cells):
                    if other != at:
                        N[u, w] = N.get((u, w), 0) + 1
        c_t = {}
        for c in papers:
            for r in refs[c]:
                c_t[r] = c_t.get(r, 0) + 1
        h = {}
        for r in own:
            h[int(years[r])] = h.get(int(years[r]), 0) + c_t.get(r, 0)
        rate = {w: h[w] / M[w] if w in M else 0.0 for w in h}
        reached += sum(h.values()) - sum(rate[w] * N.get((w, v), 0) * rate[v] for w in h for v in h) / 2
        if t == years[f]:
            reached -= sum(rate[int(years[r])] for r in own)
        u = int(years[f])
        if c_t.get(f):
            n_j += c_t[f] * (1 - math.exp(-sum(N.get((u, w), 0) * rate[w] for w in h) / M[u]))
    return n_j, reached


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(2, 30),
    st.integers(0, 300),
    st.integers(1, 8),
    st.booleans(),
    st.sampled_from([None, 5]),
)
def test_equals_the_formulas(seed, papers, citations, span, strict, last):
    rng = np.random.default_rng(seed)
    years = rng.integers(1990, 1990 + span, papers)
    years[rng.random(papers) < 0.1] = -1
    pairs = np.unique(rng.integers(0, papers, (citations, 2)), axis=0)
    citing, cited = pairs[pairs[:, 0] != pairs[:, 1]].T
    focal = np.flatnonzero(years >= 0)
    found = expected_counts(citing, cited, years, focal, strict=strict, last=last)
    for at, f in enumerate(focal):
        n_j, reached = in_plain_python(citing, cited, years, f, int(strict), last)
        assert found.n_j[at] == pytest.approx(n_j, abs=1e-9)
        assert found.reached[at] == pytest.approx(reached, abs=1e-9)


def network(papers=900, span=8, seed=2):
    """Papers that cite twelve earlier ones, a third of them from the list of one that they cite already."""
    rng = np.random.default_rng(seed)
    years = np.sort(rng.integers(0, span, papers)) + 2000
    pairs = set()
    lists = {}
    for paper in range(60, papers):
        own = set()
        for _ in range(12):
            copied = [r for c in own for r in lists.get(c, ())]
            choice = rng.choice(copied) if copied and rng.random() < 0.33 else rng.integers(0, paper)
            if years[choice] < years[paper]:
                own.add(int(choice))
        lists[paper] = own
        pairs |= {(paper, r) for r in own}
    return (*np.array(sorted(pairs)).T, years)


def test_equals_the_mean_of_permutations():
    citing, cited, years = network(papers=2500)
    focal = np.flatnonzero((years >= 2001) & (years <= 2004))[::80]
    found = expected_counts(citing, cited, years, focal, last=5)
    rng = np.random.default_rng(0)
    counts = np.zeros((2, focal.size))
    cells = years[citing] * 10_000 + years[cited]
    order = np.argsort(cells, kind="stable")
    real = np.isin(citing, focal)  # their references are what the counts are about, and are put back
    rounds = 60
    for _ in range(rounds):
        dealt = np.empty_like(cited)
        dealt[order] = cited[np.lexsort((rng.random(cited.size), cells))]
        # a paper may get a work twice, or itself: such a citation counts once, or not
        pairs = np.unique(np.column_stack([citing, np.where(real, cited, dealt)]), axis=0)
        permuted = disruption(*pairs.T, years, focal=focal, last=5)
        counts += [permuted.n_j, permuted.n_j + permuted.n_k]
    n_j, reached = counts / rounds
    assert reached.sum() == pytest.approx(found.reached.sum(), rel=0.02)
    assert n_j.sum() == pytest.approx(found.n_j.sum(), rel=0.1)
    assert np.corrcoef(reached, found.reached)[0, 1] > 0.99
    assert np.corrcoef(n_j, found.n_j)[0, 1] > 0.9


def test_what_is_built_upon_together_is_more_than_expected():
    citing, cited, years = network()
    focal = np.flatnonzero((years >= 2001) & (years <= 2004))
    observed, found = disruption(citing, cited, years, focal=focal), expected_counts(citing, cited, years, focal)
    assert observed.n_j.sum() > 1.5 * found.n_j.sum()


def test_a_case_by_hand():
    # r and f of 2000; a and b of 2001 cite both cells: M = 2 citations of f's year... all four of one cell
    years = np.array([1999, 2000, 2001, 2001])
    citing, cited = np.array([1, 2, 2, 3, 3]), np.array([0, 0, 1, 0, 1])
    margins = marginals(citing, cited, years)
    assert (margins.first_citing, margins.first_cited) == (2000, 1999)
    assert margins.slots.tolist() == [[1, 0], [2, 2]]
    assert margins.pairs[1].tolist() == [[0, 2], [2, 0]]
    found = expected_counts(citing, cited, years, [1])
    # both citations of 2001 to 1999 are to r: each citation of f stands beside one of them
    assert found.n_j[0] == pytest.approx(2 * (1 - math.exp(-1)))
    assert found.reached[0] == pytest.approx(2)  # f's own citation of r is not among those that reach it


def test_nothing_is_expected_without_references_or_citations():
    found = expected_counts([1], [0], [2000, 2001], [0, 1])
    assert found.n_j.tolist() == [0, 0]
    assert found.reached.tolist() == [0, 0]
    nothing = expected_counts([], [], [2000], [0])
    assert (nothing.n_j[0], nothing.reached[0]) == (0, 0)


def test_cd_of_the_expected_counts():
    found = ExpectedCounts(np.array([1.0, 0.0, 0.5]), np.array([3.0, 0.0, 0.25]))
    # 4 citers: 3 - 1 over 4 + 2; nobody; what is reached below n_j is rounding, and n_k is not below 0
    assert expected_cd([4, 0, 1], found) == pytest.approx([1 / 3, math.nan, 0.0], nan_ok=True)


def test_a_mistyped_year_is_said():
    with pytest.raises(IndicatorError, match=r"cited years 2 to 2005; .* mistyped"):
        marginals([0, 1, 2], [3, 4, 5], [2000, 2010, 2100, 2, 2005, 2001])
