"""Combinations as sets of nodes: the concepts of a paper, or the sources that it cites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError

Ints = NDArray[np.int64]

LEAST_NODES = 2
"""Nodes that make a combination."""

MOST_NODES = 500
"""Nodes beyond which a set (the sources of a review) says nothing of a combination."""


@dataclass(frozen=True)
class NodeSets:
    """The node set of each of N papers. One with too few or too many nodes is empty here and has no score.

    Attributes
    ----------
    set_at : array of shape (N + 1,)
        Where the nodes of each paper begin.
    nodes : array of shape (E,)
        Positions in `names`, ascending within a paper, each once.
    names : array of shape (V,)
        Ids of the nodes.
    year : array of shape (N,)
        Year of each paper; negative where unknown.
    size : array of shape (N,)
        Distinct nodes of the paper, those of empty sets too.
    """

    set_at: Ints
    nodes: NDArray[np.int32]
    names: Ints
    year: Ints
    size: Ints

    def of(self, papers: Ints) -> tuple[Ints, NDArray[np.int32]]:
        """Return the sets of some papers: where each begins, and its nodes.

        Parameters
        ----------
        papers : array of shape (H,)
            Positions of the papers.
        """
        length = self.set_at[papers + 1] - self.set_at[papers]
        ends = np.concatenate([[0], np.cumsum(length)])
        return ends, self.nodes[np.repeat(self.set_at[papers] - ends[:-1], length) + np.arange(ends[-1])]


def node_sets(
    paper: ArrayLike, node: ArrayLike, year: ArrayLike, *, least: int = LEAST_NODES, most: int = MOST_NODES
) -> NodeSets:
    """Return the node sets of papers.

    Parameters
    ----------
    paper, node : array of shape (E,)
        Position in `year` of a paper, and the id of one of its nodes; a node named twice counts once.
    year : array of shape (N,)
        Year of each paper; negative where it is unknown: it has no set.
    least, most : int
        Nodes of the smallest and of the largest set that counts.

    Returns
    -------
    NodeSets
        The sets.

    Raises
    ------
    IndicatorError
        Lists of different length, or positions outside `year`.
    """
    papers, nodes, years = (np.asarray(x, dtype=np.int64) for x in (paper, node, year))
    if papers.ndim != 1 or papers.shape != nodes.shape:
        raise IndicatorError(f"paper has shape {papers.shape} and node {nodes.shape}; expected one equal length")
    if papers.size and (papers.min() < 0 or papers.max() >= years.size):
        raise IndicatorError(
            f"paper has positions from {papers.min()} to {papers.max()}; expected 0 to {years.size - 1}, one a year"
        )
    names = np.unique(nodes)
    pairs = np.sort(papers * max(names.size, 1) + np.searchsorted(names, nodes))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # a sorted list is twenty times as fast as np.unique
    owner, local = np.divmod(pairs, max(names.size, 1))
    size = np.bincount(owner, minlength=years.size)
    counts = (size >= least) & (size <= most) & (years >= 0)
    kept = counts[owner]
    set_at = np.concatenate([[0], np.cumsum(np.where(counts, size, 0))])
    return NodeSets(set_at, local[kept].astype(np.int32), names, years, size)
