"""Arcs that lie on no shortest path, left out before any path is searched."""

import numpy as np
from scipy import sparse

from isthmus.centrality.arcs import Arcs, Floats, Ints
from isthmus.centrality.kernels import keep_direct, shortest_lengths

# Hubs tried; below this many nodes the search itself is the faster.
HUBS = 20
FEWEST_NODES = 48
# Share of all N^2 arcs above which the two arcs over a hub stand for the way over it.
DENSE = 0.3
# An arc goes only when it is longer by more than rounding can make it.
SLACK = 1 + 1e-9


def prune(arcs: Arcs) -> Arcs:
    """Return the network without arcs that are longer than a way over one of the strongest nodes.

    Such an arc is on no shortest path, so neither distances nor the number of shortest paths change. In a network whose
    weights follow the sizes of its nodes nearly all arcs go: 999,000 of 1,000 cities become about 2,000.

    Parameters
    ----------
    arcs : Arcs
        The network.

    Returns
    -------
    Arcs
        The network with fewer arcs and the same shortest paths.

    """
    if arcs.n_nodes < FEWEST_NODES or arcs.n_arcs == 0:
        return arcs
    lengths = arcs.lengths
    hubs = _strongest(arcs, lengths)
    direct = arcs.n_arcs > DENSE * arcs.n_nodes**2
    to_hub, from_hub = _direct_ways(arcs, lengths, hubs) if direct else _shortest_ways(arcs, lengths, hubs)
    kept = np.empty(arcs.n_arcs, dtype=np.bool_)
    keep_direct(arcs.offsets, arcs.heads, lengths, to_hub, from_hub, SLACK, kept)
    return arcs.only(kept)


def _strongest(arcs: Arcs, lengths: Floats) -> Ints:
    closeness = 1 / lengths
    strength = np.bincount(arcs.heads, closeness, arcs.n_nodes)
    strength += np.add.reduceat(np.append(closeness, 0.0), arcs.offsets[:-1]) * (np.diff(arcs.offsets) > 0)
    return np.argsort(-strength, kind="stable")[:HUBS]


def _direct_ways(arcs: Arcs, lengths: Floats, hubs: Ints) -> tuple[Floats, Floats]:
    n = arcs.n_nodes
    to_hub, from_hub = np.full((n, hubs.size), np.inf), np.full((n, hubs.size), np.inf)
    rank = np.full(n, -1)
    rank[hubs] = np.arange(hubs.size)
    into = np.flatnonzero(rank[arcs.heads] >= 0)
    tails = np.searchsorted(arcs.offsets, into, side="right") - 1
    to_hub[tails, rank[arcs.heads[into]]] = lengths[into]
    for k, hub in enumerate(hubs):
        own = slice(arcs.offsets[hub], arcs.offsets[hub + 1])
        from_hub[arcs.heads[own], k] = lengths[own]
    return to_hub, from_hub


def _shortest_ways(arcs: Arcs, lengths: Floats, hubs: Ints) -> tuple[Floats, Floats]:
    n = arcs.n_nodes
    turned = sparse.csr_array((lengths, arcs.heads, arcs.offsets), shape=(n, n)).T.tocsr()
    back = turned.indptr.astype(np.int64), turned.indices.astype(np.int64), turned.data
    to_hub, from_hub = np.empty((n, hubs.size)), np.empty((n, hubs.size))
    d, heap, place = np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    for k, hub in enumerate(hubs):
        shortest_lengths(arcs.offsets, arcs.heads, lengths, hub, d, heap, place)
        from_hub[:, k] = d
        shortest_lengths(*back, hub, d, heap, place)
        to_hub[:, k] = d
    return to_hub, from_hub
