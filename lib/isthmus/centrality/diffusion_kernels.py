"""Worlds of a diffusion, and what every node reaches in each: the compiled part.

A world is what chance has decided before anything spreads: for the linear threshold model the one in-neighbour that
every node listens to, for the independent cascade the set of live arcs. In a world the influence of all nodes is
counted at once.
"""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def alias_tables(offsets, rates, threshold, alias):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill the alias tables of every node: threshold (A,) and alias (A,), the latter counted from the node's first arc.

    Vose's method (1991), IEEE Transactions on Software Engineering 17, 972.
    """
    longest = 0
    for v in range(offsets.size - 1):
        longest = max(longest, offsets[v + 1] - offsets[v])
    small, large, scaled = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest)
    for v in range(offsets.size - 1):
        start, n = offsets[v], offsets[v + 1] - offsets[v]
        total = 0.0
        for a in range(n):
            total += rates[start + a]
        n_small = n_large = 0
        for a in range(n):
            threshold[start + a] = 1.0
            alias[start + a] = a
            scaled[a] = rates[start + a] * n / total if total > 0 else 1.0
            if scaled[a] < 1:
                small[n_small] = a
                n_small += 1
            else:
                large[n_large] = a
                n_large += 1
        while n_small > 0 and n_large > 0:
            n_small -= 1
            a, b = small[n_small], large[n_large - 1]
            threshold[start + a] = scaled[a]
            alias[start + a] = b
            scaled[b] -= 1.0 - scaled[a]
            if scaled[b] < 1:
                n_large -= 1
                small[n_small] = b
                n_small += 1


@njit(**_OPTIONS)
def _pick(offsets, threshold, alias, v, u):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """One of v's arcs for a uniform number u in [0, 1)."""
    start, n = offsets[v], offsets[v + 1] - offsets[v]
    a = min(int(u * n), n - 1)
    return start + (a if u * n - a < threshold[start + a] else alias[start + a])


@njit(**_OPTIONS)
def followers(parent, size, waiting, stack):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill size (N,) with the nodes that a node activates besides itself, when each listens to one: parent[v], or -1.

    Every node above v in its chain of parents activates v; on a cycle all activate the whole component.
    """
    n = parent.size
    size[:] = 1
    waiting[:] = 0
    for v in range(n):
        if parent[v] >= 0:
            waiting[parent[v]] += 1
    top = 0
    for v in range(n):
        if waiting[v] == 0:
            stack[top] = v
            top += 1
    while top > 0:
        top -= 1
        v = stack[top]
        waiting[v] = -1
        u = parent[v]
        if u >= 0:
            size[u] += size[v]
            waiting[u] -= 1
            if waiting[u] == 0:
                stack[top] = u
                top += 1
    for v in range(n):  # what still waits lies on a cycle
        if waiting[v] > 0:
            total = 0
            u = v
            while waiting[u] > 0:
                total += size[u]
                waiting[u] = -2
                u = parent[u]
            while waiting[u] == -2:
                size[u] = total
                waiting[u] = -1
                u = parent[u]
    for v in range(n):
        size[v] -= 1


@njit(**_OPTIONS)
def threshold_worlds(offsets, tails, shares, threshold, alias, rng, reach):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill reach (worlds, N) with the influence of every node in worlds of the linear threshold model.

    shares (N,) is the sum of a node's in-weights: with the rest of the probability it listens to no one.
    """
    n = offsets.size - 1
    parent, size, waiting, stack = (
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
        np.empty(n, np.int64),
    )
    for world in range(reach.shape[0]):
        for v in range(n):
            parent[v] = -1
            if offsets[v + 1] > offsets[v]:
                u = rng.random() / shares[v]
                if u < 1:
                    parent[v] = tails[_pick(offsets, threshold, alias, v, u)]
        followers(parent, size, waiting, stack)
        for v in range(n):
            reach[world, v] = size[v]


@njit(**_OPTIONS)
def _ones(word):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Bits that are set in 64."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(**_OPTIONS)
def reachable(offsets, heads, size, bits, index, low, component, stack, calls, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill size (N,) with the nodes that each reaches besides itself over live arcs (compressed rows).

    Strongly connected components by Tarjan (1972) without recursion; they are completed after all that they lead to,
    so that the set of a component, one bit a node, is the union of sets that are ready.
    """
    n = offsets.size - 1
    words = bits.shape[1]
    index[:] = -1
    component[:] = -1
    counter = n_components = top = 0
    for root in range(n):
        if index[root] >= 0:
            continue
        depth = 0
        calls[0] = root
        index[root] = low[root] = counter
        counter += 1
        at[root] = offsets[root]
        stack[top] = root
        top += 1
        while depth >= 0:
            v = calls[depth]
            if at[v] < offsets[v + 1]:
                w = heads[at[v]]
                at[v] += 1
                if index[w] < 0:
                    index[w] = low[w] = counter
                    counter += 1
                    at[w] = offsets[w]
                    stack[top] = w
                    top += 1
                    depth += 1
                    calls[depth] = w
                elif component[w] < 0:
                    low[v] = min(low[v], index[w])
                continue
            depth -= 1
            if depth >= 0:
                low[calls[depth]] = min(low[calls[depth]], low[v])
            if low[v] != index[v]:
                continue
            own = n_components
            n_components += 1
            bits[own, :] = np.uint64(0)
            first = top
            while True:
                first -= 1
                w = stack[first]
                component[w] = own
                bits[own, w >> 6] |= np.uint64(1) << np.uint64(w & 63)
                if w == v:
                    break
            for k in range(first, top):
                w = stack[k]
                for a in range(offsets[w], offsets[w + 1]):
                    other = component[heads[a]]
                    if other != own:
                        for b in range(words):
                            bits[own, b] |= bits[other, b]
            members = np.int64(0)
            for b in range(words):
                members += np.int64(_ones(bits[own, b]))
            for k in range(first, top):
                size[stack[k]] = members - 1
            top = first


@njit(**_OPTIONS)
def cascade_worlds(offsets, tails, certain, rates, threshold, alias, rng, reach):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill reach (worlds, N) with the influence of every node in worlds of the independent cascade.

    Per node Poisson(rates) events, each on an arc drawn in proportion to -ln(1 - p): an arc is hit at least once with
    probability p, and the arcs are independent of each other (Poisson splitting). certain (A,) marks arcs with p = 1.
    """
    n = offsets.size - 1
    size, index, low = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    component, stack = np.empty(n, np.int64), np.empty(n, np.int64)
    calls, at = np.empty(n, np.int64), np.empty(n, np.int64)
    bits = np.empty((n, (n + 63) >> 6), np.uint64)
    n_certain = np.sum(certain)
    room = n_certain + 4 * n + 64
    live_tail, live_head = np.empty(room, np.int64), np.empty(room, np.int64)
    counts = np.zeros(n + 1, np.int64)
    for world in range(reach.shape[0]):
        m = 0
        for v in range(n):
            events = 0
            if rates[v] > 0:
                events = rng.poisson(rates[v])
            needed = m + events + (offsets[v + 1] - offsets[v] if n_certain > 0 else 0)
            if needed > live_tail.size:
                longer_tail, longer_head = np.empty(2 * needed, np.int64), np.empty(2 * needed, np.int64)
                longer_tail[:m], longer_head[:m] = live_tail[:m], live_head[:m]
                live_tail, live_head = longer_tail, longer_head
            for _ in range(events):
                live_tail[m] = tails[_pick(offsets, threshold, alias, v, rng.random())]
                live_head[m] = v
                m += 1
            if n_certain > 0:
                for a in range(offsets[v], offsets[v + 1]):
                    if certain[a]:
                        live_tail[m] = tails[a]
                        live_head[m] = v
                        m += 1
        counts[:] = 0
        for k in range(m):
            counts[live_tail[k] + 1] += 1
        for v in range(n):
            counts[v + 1] += counts[v]
            at[v] = counts[v]
        heads = np.empty(m, np.int64)
        for k in range(m):
            u = live_tail[k]
            heads[at[u]] = live_head[k]
            at[u] += 1
        reachable(counts, heads, size, bits, index, low, component, stack, calls, at)
        for v in range(n):
            reach[world, v] = size[v]
