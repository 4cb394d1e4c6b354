"""Betweenness between two groups of nodes, with ties decided exactly.

    b(v) = sum over e in E without v and w in W without v of  sigma_ew(v) / sigma_ew + sigma_we(v) / sigma_we

where sigma_ew is the number of shortest paths from e to w and sigma_ew(v) the number of those through v; pairs without
a path count nothing. Lengths are reciprocals of whole numbers, and whether two sums of them are equal decides how a
path is shared out. Floats order them, residues equate them, fractions settle the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.centrality.arcs import Arcs, Floats, Ints
from isthmus.centrality.fractional import exact_source
from isthmus.centrality.kernels import PRIME, betweenness_sums
from isthmus.centrality.pruning import prune
from isthmus.errors import CentralityError


@dataclass(frozen=True)
class Bridging:
    """Betweenness of every node between two groups.

    Attributes
    ----------
    betweenness : float64 array of shape (N,)
        b, unnormalised: pairs of nodes, one of each group, in both directions, whose shortest paths pass.
    cap : float64 array of shape (N,)
        The most it can be: 2 (|own group| - 1) |other group|, or 2 |E| |W| for a node of neither.
    n_arcs, n_kept : int
        Arcs of the network, and those left after pruning.
    n_settled : int
        Sources that were settled by fractions.

    """

    betweenness: Floats
    cap: Floats
    n_arcs: int
    n_kept: int
    n_settled: int

    @property
    def share(self) -> Floats:
        """Betweenness over its cap, shape (N,); NaN where the cap is 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.cap > 0, self.betweenness / self.cap, np.nan)


def group_betweenness(arcs: Arcs, first: ArrayLike, second: ArrayLike) -> Bridging:
    """Return the betweenness of every node between two groups, both directions added, end points not counted.

    Turning all arcs round swaps the two directions, so a network of citations and one of impact give the same.

    Parameters
    ----------
    arcs : Arcs
        The network, of `reciprocal_lengths` or `normalised_impact_lengths`.
    first, second : arrays of int, or bool arrays of shape (N,)
        The nodes of the two groups; they share none.

    Returns
    -------
    Bridging
        Betweenness, its cap, and how it was found.

    Raises
    ------
    CentralityError
        A group is empty, has a node twice or one that does not exist, or the groups share a node.

    References
    ----------
    Brandes (2008), Social Networks 30, 136 (accumulation over sources).

    """
    side = sides(arcs.n_nodes, first, second)
    kept = prune(arcs)
    lengths = kept.lengths
    betweenness, undecided = np.zeros(arcs.n_nodes), np.zeros(arcs.n_nodes, dtype=np.bool_)
    betweenness_sums(kept.offsets, kept.heads, lengths, residues(kept), side, betweenness, undecided)
    for source in np.flatnonzero(undecided):
        betweenness += exact_source(kept, lengths, int(source), np.flatnonzero(side == 3 - side[source]))
    return Bridging(betweenness, caps(side), arcs.n_arcs, kept.n_arcs, int(undecided.sum()))


def residues(arcs: Arcs) -> NDArray[np.uint64]:
    """Return the length of every arc modulo the prime 2^61 - 1.

    Parameters
    ----------
    arcs : Arcs
        The network.

    Returns
    -------
    uint64 array of shape (A,)
        numerator / denominator in the field of the prime.

    """
    values, at = np.unique(arcs.denominators, return_inverse=True)
    inverse = np.array([pow(int(w), -1, PRIME) for w in values], dtype=np.uint64)[at]
    if np.all(arcs.numerators == 1):
        return inverse
    return np.array([int(a) * int(b) % PRIME for a, b in zip(arcs.numerators, inverse, strict=True)], dtype=np.uint64)


def sides(n_nodes: int, first: ArrayLike, second: ArrayLike) -> NDArray[np.int8]:
    """Return the side of every node: 1, 2, or 0 for neither.

    Parameters
    ----------
    n_nodes : int
        N.
    first, second : arrays of int, or bool arrays of shape (N,)
        The nodes of the two groups.

    Raises
    ------
    CentralityError
        As `group_betweenness`.

    """
    side = np.zeros(n_nodes, dtype=np.int8)
    for number, group in ((1, first), (2, second)):
        nodes = _nodes(group, n_nodes, "first" if number == 1 else "second")
        taken = nodes[side[nodes] != 0]
        if taken.size:
            raise CentralityError(f"node {taken[0]} stands in both groups; betweenness between groups needs them apart")
        side[nodes] = number
    return side


def caps(side: NDArray[np.int8]) -> Floats:
    """Return the largest betweenness that each node can have.

    Parameters
    ----------
    side : int8 array of shape (N,)
        1, 2, or 0 for neither.

    """
    one, two = int(np.sum(side == 1)), int(np.sum(side == 2))
    return np.choose(side, [2.0 * one * two, 2.0 * (one - 1) * two, 2.0 * one * (two - 1)])


def _nodes(group: ArrayLike, n_nodes: int, name: str) -> Ints:
    found = np.asarray(group)
    if found.dtype == np.bool_:
        if found.shape != (n_nodes,):
            raise CentralityError(f"the {name} group has shape {found.shape}; expected a mark per node, ({n_nodes},)")
        found = np.flatnonzero(found)
    if found.size == 0:
        raise CentralityError(f"the {name} group is empty: betweenness between groups needs a node in each")
    nodes = found.astype(np.int64).ravel()
    wrong = nodes[(nodes < 0) | (nodes >= n_nodes)]
    if wrong.size:
        raise CentralityError(f"the {name} group names node {wrong[0]}; expected 0 to {n_nodes - 1}")
    values, counts = np.unique(nodes, return_counts=True)
    if np.any(counts > 1):
        raise CentralityError(f"the {name} group names node {values[counts > 1][0]} twice")
    return nodes
