"""Degree, strength, closeness and PageRank against networkx, closed forms and a linear system."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from isthmus.centrality import closeness, degrees, pagerank, reciprocal_lengths, strengths
from isthmus.errors import CentralityError

seeds = st.integers(0, 10_000)


def random_weights(seed, *, symmetric=False):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    weights = rng.integers(0, 6, (n, n)) * rng.integers(0, 2, (n, n))
    np.fill_diagonal(weights, 0)
    return np.triu(weights) + np.triu(weights).T if symmetric else weights


def graph_of(weights):
    return nx.from_numpy_array(np.asarray(weights), create_using=nx.DiGraph)


def test_a_literal_network_with_a_loop_and_a_node_alone():
    weights = np.array([[9, 2, 0, 0], [0, 0, 3, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(degrees(weights), [2, 2, 2, 0])
    np.testing.assert_array_equal(strengths(weights), [2, 3, 1, 0])
    np.testing.assert_array_equal(strengths(weights.T), [1, 2, 3, 0])
    # 0 -> 1 (1/2) -> 2 (1/3): two of three others at 1/2 and 5/6
    assert closeness(reciprocal_lengths(weights))[0] == pytest.approx((2 / 3) * 2 / (1 / 2 + 5 / 6))
    assert closeness(reciprocal_lengths(weights))[3] == 0


def test_pagerank_of_two_nodes_by_hand():
    # the second has no way out: x = .85 y / 2 + .075, with x + y = 1
    first = (0.15 + 0.85) / 2 / (1 + 0.85 / 2)
    np.testing.assert_allclose(pagerank([[0, 7], [0, 0]]), [first, 1 - first], rtol=1e-12)
    np.testing.assert_allclose(pagerank(np.zeros((3, 3))), 1 / 3)
    np.testing.assert_allclose(pagerank([[0, 1], [1, 0]], damping=0.0), 0.5)
    assert pagerank(np.zeros((0, 0))).size == 0


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_pagerank_is_the_solution_of_its_linear_system(seed):
    weights, damping = random_weights(seed), 0.85
    n = len(weights)
    out = weights.sum(axis=1, keepdims=True)
    walk = np.where(out > 0, weights / np.maximum(out, 1), 1 / n)
    expected = np.linalg.solve(np.eye(n) - damping * walk.T, np.full(n, (1 - damping) / n))
    np.testing.assert_allclose(pagerank(weights), expected, rtol=1e-9)
    np.testing.assert_allclose(pagerank(sparse.csr_array(weights)), expected, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_networkx_agrees(seed):
    weights = random_weights(seed)
    graph = graph_of(weights)
    nx.set_edge_attributes(graph, {(u, v): 1 / d["weight"] for u, v, d in graph.edges(data=True)}, "length")
    n = len(weights)
    by_networkx = nx.pagerank(graph, tol=1e-13, max_iter=5000)
    np.testing.assert_allclose(pagerank(weights), [by_networkx[v] for v in range(n)], atol=1e-9)
    # networkx measures the way towards a node
    close = nx.closeness_centrality(graph.reverse(), distance="length")
    np.testing.assert_allclose(closeness(reciprocal_lengths(weights)), [close[v] for v in range(n)], rtol=1e-12)
    undirected = random_weights(seed, symmetric=True)
    neighbours = nx.from_numpy_array(undirected)
    np.testing.assert_array_equal(degrees(undirected), [d for _, d in neighbours.degree()])
    np.testing.assert_array_equal(strengths(undirected), [d for _, d in neighbours.degree(weight="weight")])


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(2, 50))
def test_pagerank_sums_to_one_and_knows_no_unit(seed, factor):
    weights = random_weights(seed)
    assert pagerank(weights).sum() == pytest.approx(1)
    np.testing.assert_allclose(pagerank(weights * factor), pagerank(weights), rtol=1e-9)
    order = np.random.default_rng(seed).permutation(len(weights))
    np.testing.assert_allclose(pagerank(weights[np.ix_(order, order)]), pagerank(weights)[order], rtol=1e-9)


@pytest.mark.parametrize(
    ("weights", "damping", "said"),
    [
        ([[0, 1, 2]], 0.85, "as many rows as columns"),
        ([1, 2], 0.85, r"expected \(N, N\)"),
        ([[0, -1], [0, 0]], 0.85, "a weight is -1"),
        ([[0, np.nan], [0, 0]], 0.85, "a weight is nan"),
        ([[0, 1], [0, 0]], 1.0, "damping is 1.0"),
    ],
)
def test_what_is_refused(weights, damping, said):
    with pytest.raises(CentralityError, match=said):
        pagerank(weights, damping=damping)


def test_what_does_not_settle_says_what_helps():
    path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])  # the walker is in the middle every second step
    with pytest.raises(CentralityError, match="further from 1"):
        pagerank(path, damping=1 - 1e-9)
