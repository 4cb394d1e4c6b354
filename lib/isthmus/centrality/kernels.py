"""Shortest paths with exact ties: the compiled part of betweenness.

Every length is carried twice: as a float, which orders, and as its residue modulo the prime 2^61 - 1, which equates.
Two sums whose floats are clearly apart are ordered by them. Where the floats are too close, equal residues are a tie;
different residues are certainly different lengths, and which is the shorter one the floats cannot say: the source is
marked as undecided, to be done again with fractions.
"""

from typing import Any

import numpy as np
from numba import njit

PRIME = 2**61 - 1
# An arc carries at most 3 roundings, a sum of h arcs h - 1 more: two equal sums differ by less than this times h + 4.
ROUNDING = 4.5e-16

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
_PRIME = np.uint64(PRIME)


@njit(**_OPTIONS)
def _up(heap, place, d, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move the node at position `at` of the heap up to where it belongs."""
    node = heap[at]
    key = d[node]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if d[other] <= key:
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = node
    place[node] = at


@njit(**_OPTIONS)
def _pop(heap, place, d, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Take the nearest node off a heap of this size."""
    top = heap[0]
    node = heap[size - 1]
    size -= 1
    key = d[node]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and d[heap[below + 1]] < d[heap[below]]:
            below += 1
        other = heap[below]
        if key <= d[other]:
            break
        heap[at] = other
        place[other] = at
        at = below
    heap[at] = node
    place[node] = at
    place[top] = -2
    return top


@njit(**_OPTIONS)
def shortest_lengths(offsets, heads, lengths, source, d, heap, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill d (N,) with the float lengths of the shortest paths from a source; infinity where there is none."""
    d[:] = np.inf
    place[:] = -1
    d[source] = 0.0
    heap[0] = source
    place[source] = 0
    size = 1
    while size > 0:
        u = _pop(heap, place, d, size)
        size -= 1
        for a in range(offsets[u], offsets[u + 1]):
            v = heads[a]
            t = d[u] + lengths[a]
            if t < d[v] and place[v] != -2:
                d[v] = t
                if place[v] == -1:
                    heap[size] = v
                    place[v] = size
                    size += 1
                _up(heap, place, d, place[v])


@njit(**_OPTIONS)
def _paths(offsets, heads, lengths, residues, source, d, f, sigma, hops, open_, heap, place, order):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Distances, residues, numbers of shortest paths from a source; the nodes reached and how many are undecided."""
    d[:] = np.inf
    place[:] = -1
    sigma[:] = 0.0
    open_[:] = False
    d[source] = 0.0
    f[source] = np.uint64(0)
    sigma[source] = 1.0
    hops[source] = 0
    heap[0] = source
    place[source] = 0
    size = 1
    reached = 0
    while size > 0:
        u = _pop(heap, place, d, size)
        size -= 1
        order[reached] = u
        reached += 1
        for a in range(offsets[u], offsets[u + 1]):
            v = heads[a]
            t = d[u] + lengths[a]
            known = d[v]
            step = hops[u] + 1
            if known == np.inf:
                shorter = True
            else:
                tolerance = ROUNDING * (max(step, hops[v]) + 4) * known
                if t > known + tolerance:
                    continue
                shorter = t < known - tolerance
            if place[v] == -2:  # only rounding can bring a path to a node that is done
                open_[v] = True
                continue
            r = f[u] + residues[a]
            if r >= _PRIME:
                r -= _PRIME
            if shorter:
                d[v] = t
                f[v] = r
                sigma[v] = sigma[u]
                hops[v] = step
                open_[v] = False
                if place[v] == -1:
                    heap[size] = v
                    place[v] = size
                    size += 1
                _up(heap, place, d, place[v])
            elif r == f[v]:
                sigma[v] += sigma[u]
                hops[v] = max(step, hops[v])
            else:
                open_[v] = True
    undecided = 0
    for k in range(reached):
        undecided += open_[order[k]]
    return reached, undecided


@njit(**_OPTIONS)
def betweenness_sums(offsets, heads, lengths, residues, side, betweenness, undecided):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add to betweenness (N,) what the paths from every source to the other side bring, undecided sources apart.

    side (N,) is 1 and 2 for the two groups, 0 for neither; undecided (N,) receives True for the sources left out.
    Accumulation after Brandes (2008), Social Networks 30, 136, with sources and targets restricted to the groups.
    """
    n = offsets.size - 1
    d, f, sigma, delta = np.empty(n), np.empty(n, np.uint64), np.empty(n), np.empty(n)
    hops, heap, place, order = (
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
    )
    open_ = np.empty(n, np.bool_)
    for source in range(n):
        if side[source] == 0:
            continue
        target = 3 - side[source]
        reached, doubts = _paths(
            offsets, heads, lengths, residues, source, d, f, sigma, hops, open_, heap, place, order
        )
        if doubts > 0:
            undecided[source] = True
            continue
        for k in range(reached - 1, -1, -1):
            u = order[k]
            total = 0.0
            for a in range(offsets[u], offsets[u + 1]):
                v = heads[a]
                t = d[u] + lengths[a]
                if t > d[v] + ROUNDING * (hops[v] + 4) * d[v]:
                    continue
                r = f[u] + residues[a]
                if r >= _PRIME:
                    r -= _PRIME
                if r == f[v]:
                    total += sigma[u] / sigma[v] * ((1.0 if side[v] == target else 0.0) + delta[v])
            delta[u] = total
            if u != source:
                betweenness[u] += total


@njit(**_OPTIONS)
def keep_direct(offsets, heads, lengths, to_hub, from_hub, slack, kept):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill kept (A,): False for an arc u -> v that is longer than a way over some hub.

    to_hub (N, H) and from_hub (N, H) are the lengths of the ways u -> hub and hub -> v, infinity where there is none.
    """
    n_hubs = to_hub.shape[1]
    for u in range(offsets.size - 1):
        for a in range(offsets[u], offsets[u + 1]):
            v = heads[a]
            longest = lengths[a]
            stays = True
            for h in range(n_hubs):
                if (to_hub[u, h] + from_hub[v, h]) * slack < longest:
                    stays = False
                    break
            kept[a] = stays
