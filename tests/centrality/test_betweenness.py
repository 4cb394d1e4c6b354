from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from isthmus.centrality import betweenness as module
from isthmus.centrality.arcs import normalised_impact_lengths, reciprocal_lengths
from isthmus.centrality.betweenness import group_betweenness, residues
from isthmus.centrality.fractional import exact_source
from isthmus.centrality.kernels import PRIME
from isthmus.centrality.pruning import prune
from isthmus.errors import CentralityError

# Edges, and the betweenness of nodes 0, 1, 2 (East) and 3 (West); floats alone get the first three wrong.
LITERAL = [
    ([(0, 1, 10), (1, 3, 15), (0, 2, 12), (2, 3, 12)], [0, 0.5, 0.5, 0]),
    ([(0, 1, 3), (1, 3, 4), (0, 2, 2), (2, 3, 12)], [0, 0.5, 0.5, 0]),
    ([(0, 3, 6), (0, 1, 10), (1, 3, 15)], [0, 0.5, 0, 0]),
    ([(0, 1, 19699), (1, 3, 19898), (0, 2, 19797), (2, 3, 19799)], [0, 1, 0, 0]),
]


def networkx_betweenness(weights, first, second):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(weights)))
    graph.add_edges_from((u, v, {"len": 1 / weights[u, v]}) for u, v in zip(*np.nonzero(weights), strict=True))
    both = [
        nx.betweenness_centrality_subset(graph, a, b, normalized=False, weight="len")
        for a, b in ((first, second), (second, first))
    ]
    return np.array([both[0][v] + both[1][v] for v in range(len(weights))])


@pytest.mark.parametrize(("edges", "expected"), LITERAL)
def test_ties_between_sums_of_reciprocals(graphs, edges, expected):
    found = group_betweenness(reciprocal_lengths(graphs.matrix(4, edges)), [0, 1, 2], [3])
    np.testing.assert_array_equal(found.betweenness, expected)


def test_toy_with_cap(toy):
    found = group_betweenness(reciprocal_lengths(toy), [0, 1, 2], [3, 4])
    np.testing.assert_array_equal(found.betweenness, [8, 0, 0, 6, 0])
    np.testing.assert_array_equal(found.cap, [8, 8, 8, 6, 6])
    np.testing.assert_array_equal(found.share, [1, 0, 0, 1, 0])


def test_nodes_of_neither_group_count_too():
    weights = np.zeros((3, 3), dtype=int)
    weights[0, 2] = weights[2, 1] = weights[1, 2] = weights[2, 0] = 1
    found = group_betweenness(reciprocal_lengths(weights), [0], [1])
    np.testing.assert_array_equal(found.betweenness, [0, 0, 2])
    np.testing.assert_array_equal(found.cap, [0, 0, 2])
    np.testing.assert_array_equal(found.share, [np.nan, np.nan, 1])


def test_five_hundred_small_graphs_with_many_ties_by_brute_force(graphs):
    rng = np.random.default_rng(5)
    for trial in range(500):
        n = int(rng.integers(4, 9))
        high = int(rng.choice([4, 12, 30]))
        weights = rng.integers(1, high + 1, (n, n)) * (rng.random((n, n)) < rng.uniform(0.3, 1.0))
        np.fill_diagonal(weights, 0)
        first, second = np.arange(n // 2), np.arange(n // 2, n - int(rng.random() < 0.3 and n > 4))
        expected = graphs.brute_betweenness(graphs.reciprocal(weights), n, first, second)
        found = group_betweenness(reciprocal_lengths(weights), first, second)
        np.testing.assert_allclose(found.betweenness, expected, rtol=1e-12, atol=1e-12, err_msg=f"graph {trial}")


def test_weights_of_a_capital_by_brute_force(graphs):
    rng = np.random.default_rng(6)
    for _ in range(100):
        n = 6
        weights = rng.integers(19_000, 20_001, (n, n))
        np.fill_diagonal(weights, 0)
        expected = graphs.brute_betweenness(graphs.reciprocal(weights), n, [0, 1, 2], [3, 4, 5])
        np.testing.assert_allclose(
            group_betweenness(reciprocal_lengths(weights), [0, 1, 2], [3, 4, 5]).betweenness, expected, atol=1e-12
        )


def test_undecided_sources_are_done_again_in_fractions(graphs):
    # 1/a + 1/b and 1/c + 1/d with ab = cd - 1 and a + b = c + d: apart by less than a float can say
    a, c = 94906200, 94906201
    b, d = c + 1, c
    weights = graphs.matrix(4, [(0, 1, a), (1, 3, b), (0, 2, c), (2, 3, d)])
    assert Fraction(1, c) + Fraction(1, d) < Fraction(1, a) + Fraction(1, b)
    assert abs((1 / a + 1 / b) - (1 / c + 1 / d)) <= 1e-15 * (1 / a + 1 / b)
    found = group_betweenness(reciprocal_lengths(weights), [0, 1, 2], [3])
    np.testing.assert_array_equal(found.betweenness, [0, 0, 1, 0])
    assert found.n_settled >= 1


def test_without_the_fractions_the_answer_would_lack_the_source(graphs, monkeypatch):
    a = 94906200
    weights = graphs.matrix(4, [(0, 1, a), (1, 3, a + 2), (0, 2, a + 1), (2, 3, a + 1)])
    monkeypatch.setattr(module, "exact_source", lambda *_: 0.0)
    assert group_betweenness(reciprocal_lengths(weights), [0, 1, 2], [3]).betweenness[2] == 0


def test_a_tiny_arc_into_a_finished_node_is_settled_exactly(graphs):
    # 0 -> 1 -> 2 adds 2^-53 to a length of 1: the floats of nodes 1 and 2 are the same
    weights = graphs.matrix(4, [(0, 1, 1), (1, 2, 2**53), (0, 2, 1), (2, 3, 5), (1, 3, 5)])
    expected = graphs.brute_betweenness(graphs.reciprocal(weights), 4, [0, 1, 2], [3])
    np.testing.assert_array_equal(group_betweenness(reciprocal_lengths(weights), [0, 1, 2], [3]).betweenness, expected)


def test_fractions_alone_give_the_same_as_the_kernel(graphs):
    rng = np.random.default_rng(8)
    weights = rng.integers(1, 13, (30, 30))
    arcs = reciprocal_lengths(weights)
    first, second = np.arange(12), np.arange(12, 30)
    b = sum(exact_source(arcs, arcs.lengths, s, second) for s in first)
    b = b + sum(exact_source(arcs, arcs.lengths, s, first) for s in second)
    np.testing.assert_allclose(group_betweenness(arcs, first, second).betweenness, b, rtol=1e-12)


@pytest.mark.parametrize("density", [1.0, 0.1])
def test_networkx_where_no_float_ties(density, graphs):
    rng = np.random.default_rng(9)
    weights = rng.integers(10**7, 10**9, (60, 60)) * (rng.random((60, 60)) < density)
    np.fill_diagonal(weights, 0)
    first, second = np.arange(25), np.arange(25, 60)
    found = group_betweenness(reciprocal_lengths(weights), first, second)
    np.testing.assert_allclose(found.betweenness, networkx_betweenness(weights, first, second), atol=1e-9)


@pytest.mark.parametrize("density", [1.0, 0.15])
def test_pruning_leaves_the_result_as_it_is(density, graphs):
    rng = np.random.default_rng(10)
    weights = (1 + graphs.gravity_weights(90, rng)) * (rng.random((90, 90)) < density)
    arcs = reciprocal_lengths(weights)
    kept = prune(arcs)
    assert kept.n_arcs < arcs.n_arcs / 3
    b = np.zeros(90)
    first, second = np.arange(40), np.arange(40, 90)
    for sources, targets in ((first, second), (second, first)):
        b += sum(exact_source(arcs, arcs.lengths, s, targets) for s in sources)
    np.testing.assert_allclose(group_betweenness(arcs, first, second).betweenness, b, rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7).flatmap(lambda n: st.lists(st.integers(0, 9), min_size=n * n, max_size=n * n)))
def test_turning_all_arcs_and_scaling_all_weights_change_nothing(cells):
    n = int(len(cells) ** 0.5)
    weights = np.array(cells).reshape(n, n)
    first, second = np.arange(n // 2 or 1), np.arange(n // 2 or 1, n)
    b = group_betweenness(reciprocal_lengths(weights), first, second)
    turned = group_betweenness(reciprocal_lengths(weights.T), first, second)
    scaled = group_betweenness(reciprocal_lengths(weights * 1001), first, second)
    np.testing.assert_allclose(turned.betweenness, b.betweenness, atol=1e-12)
    np.testing.assert_allclose(scaled.betweenness, b.betweenness, atol=1e-12)
    assert np.all(b.betweenness <= b.cap + 1e-9)


def test_dense_and_sparse_input_and_marks_agree(toy):
    dense = group_betweenness(reciprocal_lengths(toy), [0, 1, 2], [3, 4])
    thin = group_betweenness(
        reciprocal_lengths(sparse.csr_array(toy)), np.array([1, 1, 1, 0, 0], bool), np.array([0, 0, 0, 1, 1], bool)
    )
    np.testing.assert_array_equal(dense.betweenness, thin.betweenness)


def test_normalised_impact_is_the_same_as_lengths_one_over_omega(graphs):
    rng = np.random.default_rng(11)
    for _ in range(60):
        impact, papers = rng.integers(0, 6, (6, 6)), rng.integers(1, 5, 6)
        total = impact.sum(axis=0)
        n = int(papers.sum())
        lengths = {}
        for (i, j), w in np.ndenumerate(impact):
            if w and i != j:
                omega = Fraction(int(w), int(total[j])) / Fraction(int(papers[j]), n)
                lengths[i, j] = 1 / omega
        expected = graphs.brute_betweenness(lengths, 6, [0, 1, 2], [3, 4, 5])
        found = group_betweenness(normalised_impact_lengths(impact, papers), [0, 1, 2], [3, 4, 5])
        np.testing.assert_allclose(found.betweenness, expected, atol=1e-12)


def test_normalised_impact_of_larger_totals(toy):
    received = toy.sum(axis=0) * 7
    arcs = normalised_impact_lengths(toy, [5, 4, 3, 2, 1], received)
    first = arcs.tails == 3
    np.testing.assert_allclose(arcs.lengths[first], [received[0] * 5 / 5, received[4] * 1 / 4])


def test_residues_are_reciprocals_in_the_field_of_the_prime(toy):
    arcs = normalised_impact_lengths(toy, [5, 4, 3, 2, 1])
    for a, b, r in zip(arcs.numerators, arcs.denominators, residues(arcs), strict=True):
        assert int(r) * int(b) % PRIME == int(a) % PRIME


def test_a_network_without_arcs():
    found = group_betweenness(reciprocal_lengths(np.zeros((4, 4))), [0, 1], [2, 3])
    np.testing.assert_array_equal(found.betweenness, 0)
    assert found.n_arcs == 0


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (np.ones((2, 3)), r"shape \(2, 3\)"),
        ([[0, 1.5], [1, 0]], r"weight .*1\.5.* from node 0 to node 1"),
        ([[0, -1], [1, 0]], "from node 0 to node 1"),
        ([[0, np.nan], [1, 0]], "whole number"),
        ([[0, 2.0**60], [1, 0]], r"2\^53"),
    ],
)
def test_weights_that_have_no_exact_length(weights, said):
    with pytest.raises(CentralityError, match=said):
        reciprocal_lengths(np.asarray(weights))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ([0, 1], [1, 2], "node 1 stands in both groups"),
        ([], [1], "first group is empty"),
        ([0], [9], "second group names node 9"),
        ([0, 0], [1], "node 0 twice"),
        ([True, False], [2], "expected a mark per node"),
    ],
)
def test_groups_that_are_none(toy, first, second, said):
    with pytest.raises(CentralityError, match=said):
        group_betweenness(reciprocal_lengths(toy), first, second)


def test_a_cited_city_without_papers(toy):
    with pytest.raises(CentralityError, match="city 1 is cited but has 0 papers"):
        normalised_impact_lengths(toy, [5, 0, 3, 2, 1])
    with pytest.raises(CentralityError, match="one value per node"):
        normalised_impact_lengths(toy, [5, 1])
