"""Which ordered pairs are certain: the boundary of the directed Enhanced Configuration Model, exactly.

* Links: a network with these out- and in-degrees exists iff the inequalities of Fulkerson, Chen and Anstee hold (those
  of Gale and Ryser with loops). With nodes in falling order of (out-degree, in-degree), for every rank r

      sum of the r largest out-degrees <= sum_j min(in_j, r) - #{i <= r : in_i >= r}      (no last term with loops)

  Only where one is tight can a link be certain. Which ones are follows from any one network with the degrees: links
  that lie on no alternating cycle, that is, whose ends are in different strong components of the graph with an arc
  sender -> receiver for every absent link and receiver -> sender for every present one.
* Excesses e = s - k: the same with an arc sender -> receiver for every pair that may be linked, back where there is
  excess now. Where all pairs may be linked, only a node with e_out + e_in = all excess bounds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components, maximum_flow

from isthmus.errors import NetworkError
from isthmus.nullmodels.boundary import EXCESS_FREE, LINK_FREE, LINK_PRESENT, Kinds
from isthmus.nullmodels.constraints import IntArray, node_name

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class DirectedClasses:
    """Nodes that no moment tells apart, as senders (rows) and receivers (columns).

    Without loops a class shares all four numbers, and row c and column c are the same nodes; with loops the sides are
    grouped apart.

    Attributes
    ----------
    loops : bool
        Whether a node may be linked to itself.
    out_degree, out_excess, row_size : array of int
        Shape (R,).
    in_degree, in_excess, column_size : array of int
        Shape (C,).
    row_members, column_members : array of int
        Shape (R, 2), (C, 2): the first and the last node of each class.
    row_of, column_of : array of int
        Shape (N,), class of each node; -1 without out-links, without in-links.

    """

    loops: bool
    out_degree: IntArray
    out_excess: IntArray
    row_size: IntArray
    in_degree: IntArray
    in_excess: IntArray
    column_size: IntArray
    row_members: IntArray
    column_members: IntArray
    row_of: IntArray
    column_of: IntArray


@dataclass(frozen=True)
class Margins:
    """Constraints per node, int64 (N,): out-degree, in-degree, out-excess, in-excess."""

    out_degree: IntArray
    in_degree: IntArray
    out_excess: IntArray
    in_excess: IntArray


def directed_classes_of(margins: Margins, *, loops: bool) -> DirectedClasses:
    """Group the nodes of a directed network.

    Parameters
    ----------
    margins : Margins
        Constraints per node.
    loops : bool
        Whether a node may be linked to itself.

    Returns
    -------
    DirectedClasses
        Classes of senders and receivers.

    """
    out = np.stack([margins.out_degree, margins.out_excess])
    into = np.stack([margins.in_degree, margins.in_excess])
    if loops:
        row_of, rows, row_size = _group(out, margins.out_degree > 0)
        column_of, columns, column_size = _group(into, margins.in_degree > 0)
    else:
        both = np.concatenate([out, into])
        row_of, rows, row_size = _group(both, (margins.out_degree > 0) | (margins.in_degree > 0))
        column_of, columns, column_size = row_of, rows, row_size
    return DirectedClasses(
        loops=loops,
        out_degree=out[0][rows[:, 0]],
        out_excess=out[1][rows[:, 0]],
        row_size=row_size,
        in_degree=into[0][columns[:, 0]],
        in_excess=into[1][columns[:, 0]],
        column_size=column_size,
        row_members=rows,
        column_members=columns,
        row_of=np.where(margins.out_degree > 0, row_of, -1),
        column_of=np.where(margins.in_degree > 0, column_of, -1),
    )


def _group(keys: IntArray, present: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Class of every node, the first and last member of each class, and its size."""
    nodes = np.flatnonzero(present)
    order = nodes[np.lexsort(tuple(-row[nodes] for row in keys[::-1]))]
    sorted_keys = keys[:, order]
    new = np.ones(order.size, dtype=bool)
    new[1:] = (sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)
    first = np.flatnonzero(new)
    size = np.diff(first, append=order.size)
    of = np.full(present.size, -1, dtype=np.int64)
    of[order] = np.cumsum(new) - 1
    return of, np.stack([order[first], order[first + size - 1]], axis=1), size


def directed_certain_pairs(
    margins: Margins, classes: DirectedClasses, weights: Any = None, *, labels: Sequence[Any] | None = None
) -> Kinds | None:
    """Mark what every pair of classes may do, as bits LINK_FREE, LINK_PRESENT, EXCESS_FREE in an (R, C) matrix.

    Parameters
    ----------
    margins : Margins
        Constraints per node.
    classes : DirectedClasses
        The same, grouped.
    weights : sparse array or None
        A network with these margins; made where it is needed and absent.
    labels : sequence or None
        Names of the nodes, for messages.

    Returns
    -------
    Kinds or None
        None says that no pair is certain, but that pairs of a node with excess 0 carry none: the frequent case.

    Raises
    ------
    NetworkError
        No network has these margins; names the node and the inequality.

    """
    loops = classes.loops
    tight_links = _check_degrees(margins, loops, labels)
    tight_excess = _check_excess(margins, loops, labels)
    if not (tight_links or tight_excess):
        return None
    n = margins.out_degree.size
    opened = (margins.out_degree > 0)[:, None] & (margins.in_degree > 0)[None, :]
    if not loops:
        opened[np.arange(n), np.arange(n)] = False
    links = opened
    same = np.ones((n, n), dtype=bool)
    if tight_links:
        links = _links(margins, opened) if weights is None else (weights != 0).toarray()
        same = _same_component(opened & ~links, links)
    absent = opened & ~links & ~same
    allowed = opened & ~absent & (margins.out_excess > 0)[:, None] & (margins.in_excess > 0)[None, :]
    if tight_excess or absent.any():
        now = _assignment(margins, allowed, labels) if weights is None else weights.toarray() > 1
        allowed &= _same_component(allowed, now)
    marks = np.zeros((n, n), dtype=np.uint8)
    marks[opened & same] = LINK_FREE
    marks[opened & ~same & links] = LINK_PRESENT
    marks[allowed] |= EXCESS_FREE
    kinds: Kinds = marks[np.ix_(classes.row_members[:, 0], classes.column_members[:, 0])]
    if not loops:
        own = np.arange(classes.row_size.size)
        kinds[own, own] = marks[classes.row_members[:, 0], classes.row_members[:, 1]]
    return kinds


def _check_degrees(margins: Margins, loops: bool, labels: Sequence[Any] | None) -> bool:
    """Whether an inequality between the degrees is tight."""
    order = np.lexsort((-margins.in_degree, -margins.out_degree))
    out, into = margins.out_degree[order], margins.in_degree[order]
    n = out.size
    senders = int((out > 0).sum())
    if senders == 0:
        return False
    rank = np.arange(1, n + 1)
    rising = np.sort(into)
    below = np.searchsorted(rising, rank, side="right")  # receivers with in <= r
    room = np.concatenate([[0], np.cumsum(rising)])[below] + rank * (n - below)
    if not loops:
        # Node i (from 0) is among the first r and has in >= r for r = i + 1 ... in_i.
        steps = np.zeros(n + 2, dtype=np.int64)
        counts = into > np.arange(n)
        np.add.at(steps, np.arange(n)[counts] + 1, 1)
        np.add.at(steps, np.minimum(into[counts], n) + 1, -1)
        room = room - np.cumsum(steps)[1 : n + 1]
    slack = room - np.cumsum(out)
    if (slack[:senders] < 0).any():
        r = int(np.argmax(slack < 0))
        raise NetworkError(
            f"no network has these degrees: the {r + 1} largest out-degrees, down to "
            f"{node_name(int(order[r]), labels)} with k_out = {out[r]}, sum to {int(out[: r + 1].sum())}, but the "
            f"in-degrees leave room for {int(room[r])} (Fulkerson-Chen-Anstee at rank {r + 1})"
        )
    most = senders - (0 if loops else (margins.out_degree > 0).astype(np.int64))
    return bool((slack[: senders - 1] == 0).any() or ((margins.in_degree == most) & (margins.in_degree > 0)).any())


def _check_excess(margins: Margins, loops: bool, labels: Sequence[Any] | None) -> bool:
    """Whether a node's pairs must carry all excess, when every pair may be linked."""
    total = int(margins.out_excess.sum())
    if loops or total == 0:
        return False
    of_node = margins.out_excess + margins.in_excess
    node = int(np.argmax(of_node))
    if of_node[node] > total:
        others = total - int(margins.in_excess[node])
        raise NetworkError(
            f"no weights have these strengths: {node_name(node, labels)} has an excess s_out - k_out of "
            f"{margins.out_excess[node]}, the other nodes can receive only {others}; without loops each unit above a "
            f"link's first leaves one node and enters another"
        )
    return bool(of_node[node] == total)


def _same_component(forward: BoolArray, backward: BoolArray) -> BoolArray:
    """Whether sender and receiver of each pair are in one strong component."""
    n = forward.shape[0]
    graph: Any = sparse.block_array(
        [[None, sparse.csr_array(forward)], [sparse.csr_array(backward.T), sparse.csr_array((n, n), dtype=bool)]]  # type: ignore[arg-type]
    )
    _, label = connected_components(sparse.csr_array(graph, dtype=np.int8), directed=True, connection="strong")
    return np.asarray(label[:n, None] == label[None, n:])


def _links(margins: Margins, opened: BoolArray) -> BoolArray:
    """Return a network with the degrees, by maximum flow."""
    n = margins.out_degree.size
    i, j = np.nonzero(opened)
    ones = np.ones(i.size, dtype=np.int32)
    nodes = np.arange(n)
    ends = np.full(n, 2 * n), np.full(n, 2 * n + 1)
    graph = sparse.coo_array(
        (
            np.concatenate([ones, margins.out_degree, margins.in_degree]).astype(np.int32),
            (np.concatenate([i, ends[0], n + nodes]), np.concatenate([n + j, nodes, ends[1]])),
        ),
        shape=(2 * n + 2, 2 * n + 2),
    )
    flow = maximum_flow(sparse.csr_array(graph), 2 * n, 2 * n + 1)
    return np.asarray(flow.flow.toarray()[:n, n : 2 * n] > 0)


def _assignment(margins: Margins, allowed: BoolArray, labels: Sequence[Any] | None) -> BoolArray:
    """Pairs that carry excess in one assignment of it to the allowed pairs, by linear programming.

    Raises
    ------
    NetworkError
        There is none; names the node that keeps most of its excess.

    """
    n = margins.out_degree.size
    i, j = np.nonzero(allowed)
    column = np.arange(i.size)
    sums = sparse.coo_array(
        (np.ones(2 * i.size), (np.concatenate([i, n + j]), np.concatenate([column, column]))), shape=(2 * n, i.size)
    ).tocsr()
    right = np.concatenate([margins.out_excess, margins.in_excess]).astype(float)
    constraints: Any = sums  # scipy takes sparse matrices here; its stubs do not say so
    found: Any = linprog(-np.ones(i.size), A_ub=constraints, b_ub=right, method="highs") if i.size else None
    flow = np.round(found.x) if found is not None else np.zeros(0)
    missing = right - sums @ flow
    if missing.max(initial=0.0) > 0.5:
        node = int(np.argmax(missing))
        raise NetworkError(
            f"no weights have these strengths: of the {'in' if node >= n else 'out'}-excess s - k = {int(right[node])} "
            f"of {node_name(node % n, labels)} at least {int(missing[node])} finds no pair that may be linked"
        )
    now = np.zeros((n, n), dtype=bool)
    now[i, j] = flow > 0
    return now
