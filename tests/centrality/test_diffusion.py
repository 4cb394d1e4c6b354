from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from isthmus.centrality.diffusion import (
    constant_probability,
    incoming_shares,
    independent_cascade,
    influence_of,
    linear_threshold,
)
from isthmus.centrality.diffusion_kernels import alias_tables, followers, reachable
from isthmus.errors import CentralityError

W = np.array([[0, 3, 1, 0], [2, 0, 1, 1], [0, 4, 0, 2], [1, 0, 0, 0]])
CASCADE = [1.69331066, 2.03395062, 1.86797682, 0.73299320]
THRESHOLD = [15 / 7, 8 / 3, 46 / 21, 17 / 21]


def reached_from(seed, arcs):
    """Nodes reached besides the seed, by search."""
    seen, todo = {seed}, [seed]
    while todo:
        u = todo.pop()
        for a, b in arcs:
            if a == u and b not in seen:
                seen.add(b)
                todo.append(b)
    return len(seen) - 1


def brute_cascade(p):
    """Expected influence over all sets of live arcs."""
    arcs = [(int(u), int(v)) for u, v in zip(*np.nonzero(p), strict=True)]
    total = np.zeros(len(p))
    for live in product([0, 1], repeat=len(arcs)):
        probability = np.prod([p[a] if on else 1 - p[a] for a, on in zip(arcs, live, strict=True)])
        chosen = [a for a, on in zip(arcs, live, strict=True) if on]
        total += probability * np.array([reached_from(s, chosen) for s in range(len(p))])
    return total


def threshold_process(seed, shares, thresholds):
    """The linear threshold model as it is defined, for one draw of thresholds."""
    active = {seed}
    while True:
        new = {
            v
            for v in range(len(shares))
            if v not in active and sum(shares[u, v] for u in active) >= thresholds[v] and shares[:, v].any()
        }
        if not new:
            return len(active) - 1
        active |= new


def brute_threshold(shares):
    """Expected influence over all choices of one in-neighbour."""
    n = len(shares)
    choices = []
    for v in range(n):
        own = [(u, shares[u, v]) for u in range(n) if shares[u, v] > 0]
        rest = 1 - sum(p for _, p in own)
        choices.append([*own, (-1, rest)] if rest > 1e-12 else own)
    total = np.zeros(n)
    for pick in product(*choices):
        arcs = [(u, v) for v, (u, _) in enumerate(pick) if u >= 0]
        total += np.prod([p for _, p in pick]) * np.array([reached_from(s, arcs) for s in range(n)])
    return total


def count_reachable(n, arcs):
    """What the kernel counts for a set of live arcs."""
    arcs = sorted(arcs)
    offsets = np.concatenate([[0], np.cumsum(np.bincount([u for u, _ in arcs], minlength=n))]).astype(np.int64)
    heads = np.array([v for _, v in arcs], dtype=np.int64)
    size, *rest = (np.empty(n, np.int64) for _ in range(7))
    reachable(offsets, heads, size, np.empty((n, (n + 63) >> 6), np.uint64), *rest)
    return size


def count_followers(parent):
    n = len(parent)
    size, waiting, stack = (np.empty(n, np.int64) for _ in range(3))
    followers(np.asarray(parent, dtype=np.int64), size, waiting, stack)
    return size


def test_brute_force_gives_the_literal_values():
    shares = incoming_shares(W).toarray()
    np.testing.assert_allclose(brute_cascade(shares), CASCADE, atol=5e-9)
    np.testing.assert_allclose(brute_threshold(shares), THRESHOLD, rtol=1e-12)


def test_the_threshold_process_has_the_same_expectation():
    shares, rng = incoming_shares(W).toarray(), np.random.default_rng(1)
    found = np.mean([[threshold_process(s, shares, t) for s in range(4)] for t in rng.random((4000, 4))], axis=0)
    np.testing.assert_allclose(found, THRESHOLD, atol=0.08)


def test_independent_cascade_within_its_error():
    found = independent_cascade(incoming_shares(W), n_worlds=40_000, seed=2)
    assert np.all(np.abs(found.influence - CASCADE) < 4 * found.sd)
    assert np.all(found.sd < 0.01)
    assert found.order.tolist() == [1, 2, 0, 3]


def test_linear_threshold_within_its_error():
    found = linear_threshold(incoming_shares(W), n_worlds=40_000, seed=2)
    assert np.all(np.abs(found.influence - THRESHOLD) < 4 * found.sd)
    assert found.order.tolist() == [1, 2, 0, 3]


def test_random_four_node_graphs_by_enumeration():
    rng = np.random.default_rng(3)
    for trial in range(25):
        p = rng.random((4, 4)) * (rng.random((4, 4)) < 0.6)
        np.fill_diagonal(p, 0)
        p[0, 1] = 1.0 if trial % 3 == 0 else p[0, 1]
        found = independent_cascade(p, n_worlds=8000, seed=trial)
        assert np.all(np.abs(found.influence - brute_cascade(p)) <= 4.5 * found.sd + 1e-12), trial
        shares = p / np.maximum(p.sum(axis=0), 1)
        found = linear_threshold(shares, n_worlds=8000, seed=trial)
        assert np.all(np.abs(found.influence - brute_threshold(shares)) <= 4.5 * found.sd + 1e-12), trial


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_reach_by_components_is_reach_by_search(case):
    n, arcs = case
    assert count_reachable(n, list(arcs)).tolist() == [reached_from(s, arcs) for s in range(n)]


def test_reach_in_a_network_of_several_words_of_bits():
    rng = np.random.default_rng(4)
    arcs = list(zip(rng.integers(0, 200, 260), rng.integers(0, 200, 260), strict=True))
    assert count_reachable(200, arcs).tolist() == [reached_from(s, arcs) for s in range(200)]


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
def test_followers_are_reach_by_search(parent):
    parent = [-1 if u == v else u for v, u in enumerate(parent)]
    arcs = [(u, v) for v, u in enumerate(parent) if u >= 0]
    assert count_followers(parent).tolist() == [reached_from(s, arcs) for s in range(len(parent))]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=8).filter(lambda r: sum(r) > 1e-6))
def test_alias_tables_hold_the_probabilities(rates):
    rates = np.array(rates)
    n = rates.size
    threshold, alias = np.empty(n), np.empty(n, np.int64)
    alias_tables(np.array([0, n]), rates, threshold, alias)
    chance = threshold.copy()
    np.add.at(chance, alias, 1 - threshold)
    np.testing.assert_allclose(chance / n, rates / rates.sum(), atol=1e-12)


def test_all_seeds_share_the_worlds():
    # 0 and 1 have the same fate in every world, as both lead to 2 for certain
    p = np.array([[0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0.3], [0, 0, 0, 0]])
    found = independent_cascade(p, n_worlds=1000, seed=5)
    assert found.sd[0] > 0.01
    assert found.order[:2].tolist() == [0, 1]
    assert found.lead[0] == found.lead_sd[0] == 0
    np.testing.assert_allclose(found.lead, -np.diff(found.influence[found.order]))


def test_errors_of_leads_are_those_of_differences():
    reach = np.array([[3, 1], [2, 2], [5, 1]], dtype=np.int32)
    found = influence_of(reach)
    assert found.lead[0] == pytest.approx(2)
    assert found.lead_sd[0] == pytest.approx(np.std([2, 0, 4], ddof=1) / np.sqrt(3))


def test_constant_probability_and_certain_arcs():
    path = np.diag([5, 2, 9], k=1)
    found = independent_cascade(constant_probability(path, 1.0), n_worlds=10)
    assert found.influence.tolist() == [3, 2, 1, 0]
    found = independent_cascade(constant_probability(path, 0.15), n_worlds=20_000, seed=1)
    expected = [0.15 + 0.15**2 + 0.15**3, 0.15 + 0.15**2, 0.15, 0]
    assert np.all(np.abs(found.influence - expected) <= 4 * found.sd)


def test_the_diagonal_goes_before_weights_are_shared_out():
    weights = W + np.diag([100, 50, 70, 10])
    np.testing.assert_array_equal(incoming_shares(weights).toarray(), incoming_shares(W).toarray())


def test_nodes_without_in_arcs_are_never_activated():
    shares = incoming_shares(np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]]))
    assert linear_threshold(shares, n_worlds=10).influence.tolist() == [1, 0, 0]
    assert linear_threshold(sparse.csr_array((3, 3)), n_worlds=10).influence.tolist() == [0, 0, 0]


def test_the_same_seed_gives_the_same_worlds_and_chunks_do_not_matter():
    first, second = (independent_cascade(incoming_shares(W), n_worlds=700, seed=6) for _ in range(2))
    np.testing.assert_array_equal(first.influence, second.influence)
    assert not np.array_equal(first.influence, independent_cascade(incoming_shares(W), n_worlds=700, seed=7).influence)


def test_what_cannot_spread():
    with pytest.raises(CentralityError, match=r"node 0 sum to 2"):
        linear_threshold([[0, 0], [2, 0]])
    with pytest.raises(CentralityError, match="largest probability is 2"):
        independent_cascade([[0, 0], [2, 0]])
    with pytest.raises(CentralityError, match="from node 1 to node 0"):
        incoming_shares([[0, 0], [-1, 0]])
    with pytest.raises(CentralityError, match="square"):
        incoming_shares(np.ones((2, 3)))
    with pytest.raises(CentralityError, match="at least 2"):
        linear_threshold([[0, 0], [1, 0]], n_worlds=1)
