"""A second opinion on betweenness between groups: igraph (GPL: in tests alone), which takes nearly equal lengths for equal.

With weights up to 10,000 no two ways are that near and not equal.
"""

import numpy as np
import pytest

from isthmus.centrality import group_betweenness, reciprocal_lengths


@pytest.mark.parametrize("density", [0.1, 1.0])
def test_betweenness_between_groups_is_that_of_igraph(density):
    igraph = pytest.importorskip("igraph", reason="igraph (GPL, extra `bench`) is not installed")
    n = 60
    rng = np.random.default_rng(int(10 * density))
    weights = rng.integers(1, 10**4, (n, n)) * (rng.random((n, n)) < density)
    np.fill_diagonal(weights, 0)
    first, second = np.arange(0, n, 2), np.arange(1, n, 2)
    tails, heads = np.nonzero(weights)
    graph = igraph.Graph(n=n, edges=np.stack([tails, heads], axis=1), directed=True)
    lengths = (1 / weights[tails, heads]).tolist()
    ways = [(first.tolist(), second.tolist()), (second.tolist(), first.tolist())]
    wanted = sum(np.array(graph.betweenness(weights=lengths, sources=s, targets=t)) for s, t in ways)
    found = group_betweenness(reciprocal_lengths(weights), first, second)
    np.testing.assert_allclose(found.betweenness, wanted, atol=1e-9)
