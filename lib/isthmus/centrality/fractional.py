"""Betweenness of one source in exact fractions, for the sources that floats and residues leave undecided."""

from fractions import Fraction
from heapq import heappop, heappush

import numpy as np

from isthmus.centrality.arcs import Arcs, Floats, Ints
from isthmus.centrality.kernels import shortest_lengths

# An arc can lie on a shortest path only if it is tight within this; floats are right to about 1e-13.
SLACK = 1 + 1e-9


def exact_source(arcs: Arcs, lengths: Floats, source: int, targets: Ints) -> Floats:
    """Return what the shortest paths from one source to the targets bring to each node, shape (N,).

    The floats leave the few arcs that may lie on a shortest path; these are compared as fractions.

    Parameters
    ----------
    arcs : Arcs
        The network.
    lengths : float64 array of shape (A,)
        The lengths as floats.
    source : int
        Node that the paths start from.
    targets : int64 array
        Nodes that they lead to.

    Returns
    -------
    float64 array of shape (N,)
        Sum over the targets of the share of shortest paths through each node; 0 at the source.

    """
    n = arcs.n_nodes
    near = _tight_arcs(arcs, lengths, source)
    distance: dict[int, Fraction] = {source: Fraction(0)}
    paths = {source: 1}
    before: dict[int, list[int]] = {source: []}
    done: list[int] = []
    finished: set[int] = set()
    heap: list[tuple[Fraction, int]] = [(Fraction(0), source)]
    while heap:
        d, u = heappop(heap)
        if u in finished:
            continue
        finished.add(u)
        done.append(u)
        for v, length in near.get(u, ()):
            t = d + length
            if v not in distance or t < distance[v]:
                distance[v], paths[v], before[v] = t, paths[u], [u]
                heappush(heap, (t, v))
            elif t == distance[v]:
                paths[v] += paths[u]
                before[v].append(u)
    wanted = {int(t) for t in targets} - {source}
    delta = np.zeros(n)
    for v in reversed(done):
        for u in before[v]:
            delta[u] += paths[u] / paths[v] * ((v in wanted) + delta[v])
    delta[source] = 0.0
    return delta


def _tight_arcs(arcs: Arcs, lengths: Floats, source: int) -> dict[int, list[tuple[int, Fraction]]]:
    n = arcs.n_nodes
    d = np.empty(n)
    shortest_lengths(arcs.offsets, arcs.heads, lengths, source, d, np.empty(n, np.int64), np.empty(n, np.int64))
    tails = arcs.tails
    near: dict[int, list[tuple[int, Fraction]]] = {}
    tight = np.isfinite(d[tails]) & (d[tails] + lengths <= d[arcs.heads] * SLACK)
    for a in np.flatnonzero(tight):
        length = Fraction(int(arcs.numerators[a]), int(arcs.denominators[a]))
        near.setdefault(int(tails[a]), []).append((int(arcs.heads[a]), length))
    return near
