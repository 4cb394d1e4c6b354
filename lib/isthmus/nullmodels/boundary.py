"""Where the maximum of the likelihood lies at infinity: the pairs that every network with these margins agrees on.

The likelihood of the Enhanced Configuration Model has a finite maximum iff the degrees lie strictly inside the
polytope of degree sequences and the excesses e = s - k strictly inside their cone. On the boundary some pairs are
certain: linked with probability 1, never linked, or linked with weight exactly 1. Removing those pairs from the fit
leaves a smaller model whose maximum is finite, and its moments are those of the original model's limit.

Both tests are exact, in integers:

* degrees: a tight Erdos-Gallai inequality at rank r (degrees in falling order). S = the first r nodes, U = the others
  with k >= r, T = the others with k <= r. Pairs S x S and S x U are always linked, pairs T x (not S) never.
* excesses: the pairs that may be linked form a threshold graph G. A fractional assignment of the excesses to pairs
  exists iff e(I) <= e(N(I)) for every independent set I of G with neighbours N(I); because the neighbourhoods are
  nested, the sets to try are one per rank and one per node. Where it is tight, N(I) spends all its excess on I.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import IntArray, node_name

# What is left open about a pair of classes, one bit each.
LINK_FREE = 1  # the link may be present or absent
LINK_PRESENT = 2  # the link is certain
EXCESS_FREE = 4  # the weight may exceed 1

Kinds = NDArray[np.uint8]


@dataclass(frozen=True)
class Classes:
    """Nodes with equal degree and strength, in falling order of degree; nodes without links belong to none.

    Attributes
    ----------
    degree, excess, size : array of int
        int64 (C,), what the nodes of a class share, and how many they are.
    member : array of int
        int64 (C,), one node of each class, for messages.
    of_node : array of int
        int64 (N,), the class of each node, -1 where the degree is 0.
    """

    degree: IntArray
    excess: IntArray
    size: IntArray
    member: IntArray
    of_node: IntArray


def classes_of(degrees: IntArray, strengths: IntArray) -> Classes:
    """Group the nodes that no moment can tell apart; shapes as in `Classes`."""
    linked = np.flatnonzero(degrees > 0)
    order = linked[np.lexsort((strengths[linked], -degrees[linked]))]
    k, s = degrees[order], strengths[order]
    starts = np.ones(order.size, dtype=bool)
    starts[1:] = (k[1:] != k[:-1]) | (s[1:] != s[:-1])
    first = np.flatnonzero(starts)
    of_node = np.full(degrees.size, -1, dtype=np.int64)
    of_node[order] = np.cumsum(starts) - 1
    return Classes(k[first], s[first] - k[first], np.diff(first, append=order.size), order[first], of_node)


def certain_pairs(classes: Classes, *, labels: Sequence[Any] | None = None) -> Kinds | None:
    """Return what a pair of classes may do, as bits LINK_FREE, LINK_PRESENT, EXCESS_FREE in a symmetric (C, C) matrix.

    None says that no pair is certain, but that pairs of a node with excess 0 carry none: the frequent case.

    Raises
    ------
    NetworkError
        No network has these degrees, or no assignment of weights these strengths; names node and inequality.
    """
    if classes.size.size == 0:
        return None
    # Links depend on degrees only: work on the distinct degrees, which are few.
    group_degree, group_of = np.unique(-classes.degree, return_inverse=True)
    group_degree = -group_degree
    group_size = np.bincount(group_of, weights=classes.size).astype(np.int64)
    links = _certain_links(group_degree, group_size, classes, group_of, labels)
    if links is None:
        links = np.zeros((2, group_size.size, group_size.size), dtype=bool)
    present, absent = links
    barred = _certain_weights(absent, group_size, classes, group_of, labels)
    if not (present.any() or absent.any() or barred is not None):
        return None
    present, absent = present[np.ix_(group_of, group_of)], absent[np.ix_(group_of, group_of)]
    kinds = np.full(present.shape, LINK_FREE, dtype=np.uint8)
    kinds[present] = LINK_PRESENT
    carries = (classes.excess > 0)[:, None] & (classes.excess > 0)[None, :]
    if barred is not None:
        carries &= ~barred
    kinds[carries] |= EXCESS_FREE
    kinds[absent] = 0
    return kinds


def _certain_links(
    degree: IntArray, size: IntArray, classes: Classes, group_of: IntArray, labels: Sequence[Any] | None
) -> NDArray[np.bool_] | None:
    """Pairs of degree groups that are always, and never, linked: (2, G, G), or None if no inequality is tight."""
    k = np.repeat(degree, size)
    n = k.size
    groups = degree.size
    rank = np.arange(1, n + 1)
    at_least = np.searchsorted(-k, -rank, side="right")  # how many have k >= r
    above = np.searchsorted(-k, -rank, side="left")  # how many have k > r
    before = np.concatenate([[0], np.cumsum(k)])
    split = np.maximum(rank, at_least)
    slack = rank * (rank - 1) + (split - rank) * rank + before[n] - before[split] - before[rank]
    if (slack < 0).any():
        r = int(rank[np.argmax(slack < 0)])
        node = int(classes.member[np.flatnonzero(group_of == np.searchsorted(-degree, -k[r - 1]))[0]])
        raise NetworkError(
            f"no network has these degrees: the {r} largest, down to {node_name(node, labels)} with k = {k[r - 1]}, "
            f"sum to {before[r]}, but at most {before[r] + slack[r - 1]} is possible (Erdos-Gallai at rank {r})"
        )
    tight = slack == 0
    if not tight.any():
        return None
    # present(i, j), i < j, iff j < reach(i); absent(i, j) iff j >= cut(i): two staircases over the ranks.
    reach = np.maximum.accumulate(np.where(tight, split, 0)[::-1])[::-1]
    cut_at = np.where(tight, np.maximum(rank, above), n)
    cut = np.concatenate([[n], np.minimum.accumulate(cut_at)])[:n]
    last = np.cumsum(size) - 1
    first = last - size + 1
    every = np.arange(groups)
    a, b = np.minimum.outer(every, every), np.maximum.outer(every, every)
    same = a == b
    # Nodes of equal degree are exchangeable: what is certain for one order of them is certain for all.
    present = np.where(same, first[b] + 1, first[b]) < reach[first[a]]
    absent = last[b] >= cut[np.where(same, np.maximum(last[a] - 1, 0), last[a])]
    lone = np.flatnonzero(size == 1)
    present[lone, lone] = absent[lone, lone] = False
    return np.stack([present, absent])


def _certain_weights(
    absent: NDArray[np.bool_], group_size: IntArray, classes: Classes, group_of: IntArray, labels: Sequence[Any] | None
) -> NDArray[np.bool_] | None:
    """Pairs of classes whose weight cannot exceed 1 although both nodes have excess; None if there is no such pair."""
    groups = group_size.size
    allowed = ~absent
    allowed[np.arange(groups), np.arange(groups)] &= group_size > 1
    farthest = _last_true(allowed)
    mass = np.bincount(group_of, weights=classes.excess * classes.size, minlength=groups).astype(np.int64)
    head = np.concatenate([[0], np.cumsum(mass)])
    barred = np.zeros((classes.size.size, classes.size.size), dtype=bool)
    # Where every pair may be linked, a set of nodes without links between them is a single node: the second test below.
    for m in range(1, groups) if absent.any() else ():
        outer = (np.arange(groups) >= m) & (farthest < m)
        need = int(mass[outer].sum())
        if need > head[m]:
            node = int(classes.member[np.flatnonzero(outer[group_of])[0]])
            raise NetworkError(
                f"no weights have these strengths: {node_name(node, labels)} and the others that can only be "
                f"linked to the {int(group_size[:m].sum())} nodes of highest degree have an excess s - k of {need}"
                f", those only {head[m]}"
            )
        if need == head[m] and need > 0:
            inner = group_of < m
            barred |= (inner[:, None] & ~outer[group_of][None, :]) | (inner[None, :] & ~outer[group_of][:, None])
    # A node on its own against all up to its last possible partner, itself included: it is taken out in the formula.
    limit = _last_true(~absent)[group_of]
    central = limit >= group_of
    slack = head[limit + 1] - 2 * classes.excess - (head[-1] - head[limit + 1])
    if (central & (slack < 0)).any():
        c = int(np.flatnonzero(central & (slack < 0))[0])
        node = int(classes.member[c])
        e = int(classes.excess[c])
        raise NetworkError(
            f"no weights have these strengths: {node_name(node, labels)} has an excess s - k of {e}, its possible "
            f"partners together only {e + int(slack[c])}; each unit above a link's first needs one at both ends"
        )
    for c in map(int, np.flatnonzero(central & (slack == 0) & (classes.excess > 0))):
        inner = group_of <= limit[c]
        alone = classes.size[c] == 1
        before = barred[c].copy()
        barred |= inner[:, None] & inner[None, :]
        if alone:
            barred[c], barred[:, c] = before, before
        else:  # two equals that hold all the excess: only the pair between them carries it
            barred[c, c] = before[c]
    return barred if barred.any() else None


def _last_true(mask: NDArray[np.bool_]) -> IntArray:
    """Column of the last True of each row, -1 where there is none."""
    last = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return np.where(mask.any(axis=1), last, -1)
