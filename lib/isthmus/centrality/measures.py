"""Degree, strength, closeness and PageRank of weighted networks."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from isthmus.centrality.arcs import Arcs, Floats, Ints
from isthmus.errors import CentralityError

DAMPING = 0.85  # Brin and Page 1998
# Changes below this, summed over all nodes, end the iteration; each step shrinks the change by the damping.
TOLERANCE = 1e-14
MOST_STEPS = 10_000


def degrees(weights: ArrayLike | sparse.sparray) -> Ints:
    """Return the degree of every node: the number of other nodes that it has an arc to or from.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Weights >= 0, row to column; symmetric for an undirected network. Loops do not count.

    Returns
    -------
    int64 array of shape (N,)
        Degrees.

    Raises
    ------
    CentralityError
        The matrix is not square, or a weight is negative or no number.
    """
    matrix = _checked(weights)
    linked = matrix + matrix.T
    return np.asarray((linked > 0).sum(axis=1), dtype=np.int64).ravel()


def strengths(weights: ArrayLike | sparse.sparray) -> Floats:
    """Return the strength of every node: the sum of the weights of its arcs, in the direction of the rows.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Weights >= 0, row to column; symmetric for an undirected network. Loops do not count.

    Returns
    -------
    float64 array of shape (N,)
        Strengths; of a directed network the outgoing ones (transpose the matrix for the incoming).

    Raises
    ------
    CentralityError
        The matrix is not square, or a weight is negative or no number.
    """
    return np.asarray(_checked(weights).sum(axis=1), dtype=np.float64).ravel()


def pagerank(weights: ArrayLike | sparse.sparray, *, damping: float = DAMPING) -> Floats:
    """Return the weighted PageRank of every node: where a walker along the arcs is found in the long run.

    With probability `damping` the walker follows an arc, each as often as its weight says; else, and from a node
    without outgoing arcs, he starts anew at any node (Brin and Page 1998).

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Weights >= 0, row to column. Loops do not count.
    damping : float
        Probability to follow an arc, at least 0 and below 1.

    Returns
    -------
    float64 array of shape (N,)
        Probabilities; they sum to 1.

    Raises
    ------
    CentralityError
        The matrix is not square, a weight is negative or no number, or the damping is outside [0, 1).
    """
    if not 0 <= damping < 1:
        raise CentralityError(f"damping is {damping}; expected at least 0 and below 1")
    matrix = _checked(weights)
    n_nodes = matrix.shape[0]
    if not n_nodes:
        return np.zeros(0)
    out = np.asarray(matrix.sum(axis=1)).ravel()
    along = sparse.csr_array(matrix.multiply(np.divide(1.0, out, out=np.zeros(n_nodes), where=out > 0)[:, None]).T)
    stuck = out == 0
    rank = np.full(n_nodes, 1.0 / n_nodes)
    for _ in range(MOST_STEPS):
        anew = (1.0 - damping + damping * rank[stuck].sum()) / n_nodes
        following = damping * (along @ rank) + anew
        following /= following.sum()
        if np.abs(following - rank).sum() < TOLERANCE * n_nodes:
            return np.asarray(following, dtype=np.float64)
        rank = following
    raise CentralityError(
        f"PageRank with damping {damping} still moved after {MOST_STEPS:,} steps; "
        "a damping further from 1 settles sooner"
    )


def closeness(arcs: Arcs) -> Floats:
    """Return the closeness of every node to the nodes that it reaches (Wasserman and Faust 1994).

    (r / (N - 1)) * (r / sum of the lengths to the r nodes that it reaches); 0 for a node that reaches none.

    Parameters
    ----------
    arcs : Arcs
        The network with its lengths, such as `reciprocal_lengths` gives.

    Returns
    -------
    float64 array of shape (N,)
        Closeness along outgoing arcs.
    """
    n_nodes = arcs.n_nodes
    graph: Any = sparse.csr_array((arcs.lengths, arcs.heads, arcs.offsets), shape=(n_nodes, n_nodes))
    length: Floats = np.asarray(dijkstra(graph, directed=True))
    np.fill_diagonal(length, np.inf)
    reached = np.isfinite(length)
    number, total = reached.sum(axis=1), np.where(reached, length, 0.0).sum(axis=1)
    share = number / max(n_nodes - 1, 1)
    found: Floats = np.divide(share * number, total, out=np.zeros(n_nodes), where=total > 0)
    return found


def _checked(weights: ArrayLike | sparse.sparray) -> sparse.csr_array:
    matrix = sparse.csr_array(weights, dtype=np.float64) if sparse.issparse(weights) else _dense(weights)
    if matrix.shape[0] != matrix.shape[1]:
        raise CentralityError(f"the matrix has shape {matrix.shape}; expected as many rows as columns")
    values: NDArray[np.float64] = matrix.data
    if not np.isfinite(values).all() or (values < 0).any():
        wrong = values[~np.isfinite(values) | (values < 0)][0]
        raise CentralityError(f"a weight is {wrong:g}; expected numbers >= 0")
    return sparse.csr_array(matrix - sparse.diags_array(matrix.diagonal()))


def _dense(weights: ArrayLike | sparse.sparray) -> sparse.csr_array:
    found = np.asarray(weights, dtype=np.float64)
    if found.ndim != 2:
        raise CentralityError(f"weights have shape {found.shape}; expected (N, N)")
    return sparse.csr_array(found)
