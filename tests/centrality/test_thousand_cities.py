"""Betweenness between the halves of a thousand cities: each pair's one shortest way by scipy, added up."""

import time

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from isthmus.centrality import group_betweenness, reciprocal_lengths
from isthmus.centrality.diffusion import incoming_shares, independent_cascade, linear_threshold

pytestmark = pytest.mark.slow

N = 1000
MOST_SECONDS = 5.0


def passing(lengths, first, second):
    """Betweenness where no two ways are of equal length: the targets below each node in the tree of every source."""
    found = np.zeros(N)
    for sources, targets in ((first, second), (second, first)):
        distance, before = dijkstra(lengths, indices=sources, return_predecessors=True)
        for row, source in enumerate(sources):
            below = np.zeros(N)
            below[targets] = 1.0
            for node in np.argsort(-distance[row]):
                if node != source:
                    found[node] += below[node] - (1.0 if node in targets else 0.0)
                    below[before[row, node]] += below[node]
    return found


def test_a_complete_network_of_a_thousand_cities(graphs):
    rng = np.random.default_rng(1)
    # so many different weights that no two ways are equally long
    weights = graphs.gravity_weights(N, rng, scale=2e6) * 1000 + rng.integers(1, 1000, (N, N))
    np.fill_diagonal(weights, 0)
    order = rng.permutation(N)
    first, second = np.sort(order[: N // 2]), np.sort(order[N // 2 :])
    group_betweenness(reciprocal_lengths(weights[:60, :60]), np.arange(30), np.arange(30, 60))
    began = time.process_time()
    found = group_betweenness(reciprocal_lengths(weights), first, second)
    seconds = time.process_time() - began
    lengths = sparse.csr_array(np.divide(1.0, weights, out=np.zeros((N, N)), where=weights > 0))
    assert seconds < MOST_SECONDS
    np.testing.assert_allclose(found.betweenness, passing(lengths, first, second), atol=1e-6)


def test_influence_of_a_hundred_cities_in_ten_thousand_worlds(graphs):
    shares = incoming_shares(graphs.gravity_weights(100, np.random.default_rng(2)))
    for spread in (linear_threshold, independent_cascade):
        spread(shares, n_worlds=10)
        began = time.process_time()
        found = spread(shares, n_worlds=10_000)
        seconds = time.process_time() - began
        assert found.n_worlds == 10_000
        assert seconds < MOST_SECONDS
