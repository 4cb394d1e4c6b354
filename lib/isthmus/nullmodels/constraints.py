"""What a null model holds fixed: degrees and strengths, read from a network and checked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from isthmus.errors import NetworkError

IntArray = NDArray[np.int64]

# Whole numbers stay exact in float64 up to here; a strength above it could not be checked against the fit.
LARGEST_WEIGHT = 2**53


def node_name(node: int, labels: Sequence[Any] | None) -> str:
    """Name a node the way its owner does: `node 3 ('FR')`, or `node 3` without labels."""
    return f"node {node}" if labels is None else f"node {node} ({labels[node]!r})"


def degrees_and_strengths(weights: Any, *, labels: Sequence[Any] | None = None) -> tuple[IntArray, IntArray]:
    """Degree (number of partners) and strength (sum of weights) of every node of an undirected network.

    Parameters
    ----------
    weights : symmetric matrix (N, N) of whole numbers >= 0 without loops; numpy or scipy sparse.
    labels : names of the N nodes, for error messages.

    Returns
    -------
    degrees, strengths : int64 arrays of shape (N,).

    Raises
    ------
    NetworkError : the matrix is not square, not symmetric, has a loop, or a weight that is no whole number >= 0.

    """
    matrix = as_sparse(weights, labels=labels)
    degrees = np.diff(matrix.indptr).astype(np.int64)
    strengths = np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()
    return degrees, strengths


def as_sparse(weights: Any, *, labels: Sequence[Any] | None = None) -> sparse.csr_array:
    """Check an undirected network of whole numbers and hand it back as int64 CSR without stored zeros.

    Raises
    ------
    NetworkError : see `degrees_and_strengths`.

    """
    matrix = sparse.coo_array(weights if sparse.issparse(weights) else np.asarray(weights))
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise NetworkError(f"the weights have shape {matrix.shape}; expected a square matrix (N, N)")
    row, col, data = matrix.row, matrix.col, matrix.data
    whole = _whole_numbers(data)
    if whole is None:
        bad = int(np.flatnonzero(~(np.isfinite(data) & (data == np.floor(data)) & (np.abs(data) <= LARGEST_WEIGHT)))[0])
        _refuse_entry(row[bad], col[bad], data[bad], "a whole number (null models take full counts)", labels)
    if (data < 0).any():
        bad = int(np.flatnonzero(data < 0)[0])
        _refuse_entry(row[bad], col[bad], data[bad], ">= 0", labels)
    if ((row == col) & (data != 0)).any():
        bad = int(np.flatnonzero((row == col) & (data != 0))[0])
        _refuse_entry(row[bad], col[bad], data[bad], "0: the networks have no loops, drop them first", labels)
    clean = sparse.csr_array((whole, (row, col)), shape=matrix.shape)
    clean.sum_duplicates()
    clean.eliminate_zeros()
    difference = clean - clean.T
    difference.eliminate_zeros()
    if difference.nnz:
        i, j = (int(index[0]) for index in difference.nonzero())
        raise NetworkError(
            f"the weights are not symmetric: {node_name(i, labels)} to {node_name(j, labels)} is {clean[i, j]}, the way "
            f"back is {clean[j, i]}; add the two directions (W + W.T) to make an undirected network of it"
        )
    return clean


def _whole_numbers(data: NDArray[Any]) -> IntArray | None:
    if data.dtype.kind in "biu":
        return data.astype(np.int64)
    if data.dtype.kind != "f" or not np.isfinite(data).all() or (np.abs(data) > LARGEST_WEIGHT).any():
        return None if data.size else data.astype(np.int64)
    return data.astype(np.int64) if (data == np.floor(data)).all() else None


def _refuse_entry(row: int, col: int, value: Any, expected: str, labels: Sequence[Any] | None) -> None:
    raise NetworkError(
        f"the weight of {node_name(int(row), labels)} and {node_name(int(col), labels)} is {value}; expected {expected}"
    )


def check_constraints(
    degrees: ArrayLike, strengths: ArrayLike, *, labels: Sequence[Any] | None = None
) -> tuple[IntArray, IntArray]:
    """Check degrees and strengths node by node: whole numbers, 0 <= k <= N - 1, s >= k, s = 0 where k = 0, even sums.

    The inequalities between nodes (Erdos-Gallai and its counterpart for weights) are checked by `isthmus.nullmodels.face`.

    Raises
    ------
    NetworkError : names the node and the inequality that fails.

    """
    k, s = _whole_vector(degrees, "degrees", labels), _whole_vector(strengths, "strengths", labels)
    if k.shape != s.shape:
        raise NetworkError(f"{k.size} degrees but {s.size} strengths; expected one of each per node")
    partners = max(int((k > 0).sum()) - 1, 0)
    for broken, rule in (
        (k < 0, "k >= 0"),
        ((k == 0) & (s > 0), "s = 0 where k = 0 (no partner, yet a weight)"),
        (s < k, "s >= k (every link weighs at least 1)"),
        (k > partners, f"k <= {partners}, the number of other nodes that have a link"),
    ):
        if broken.any():
            node = int(np.flatnonzero(broken)[0])
            raise NetworkError(
                f"{node_name(node, labels)} has degree k = {k[node]} and strength s = {s[node]}; expected {rule}"
            )
    for name, values in (("degrees", k), ("strengths", s)):
        if int(values.sum()) % 2:
            raise NetworkError(
                f"the {name} sum to {int(values.sum())}, an odd number; every link counts at both ends, so no network has them"
            )
    return k, s


def _whole_vector(values: ArrayLike, name: str, labels: Sequence[Any] | None) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise NetworkError(f"the {name} have shape {array.shape}; expected one number per node, shape (N,)")
    whole = _whole_numbers(array)
    if whole is None:
        if array.dtype.kind != "f":
            raise NetworkError(f"the {name} are of type {array.dtype}; expected whole numbers")
        node = int(np.flatnonzero(~(np.isfinite(array) & (array == np.floor(array))))[0])
        raise NetworkError(f"the {name[:-1]} of {node_name(node, labels)} is {array[node]}; expected a whole number")
    return whole
