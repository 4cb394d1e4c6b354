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
    weights : array or sparse matrix of shape (N, N)
        Symmetric matrix (N, N) of whole numbers >= 0 without loops; numpy or scipy sparse.
    labels : Sequence[Any] | None, optional
        Names of the N nodes, for error messages.

    Returns
    -------
    tuple[array of int, array of int]
        Degrees, strengths : int64 arrays of shape (N,).

    Raises
    ------
    NetworkError
        The matrix is not square, not symmetric, has a loop, or a weight that is no whole number >= 0.
    """
    matrix = as_sparse(weights, labels=labels)
    degrees = np.diff(matrix.indptr).astype(np.int64)
    strengths = np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()
    return degrees, strengths


def as_sparse(weights: Any, *, labels: Sequence[Any] | None = None) -> sparse.csr_array:
    """Check an undirected network of whole numbers and hand it back as int64 CSR without stored zeros.

    Raises
    ------
    NetworkError
        See `degrees_and_strengths`.
    """
    given: Any = weights if sparse.issparse(weights) else np.asarray(weights)
    if given.dtype.kind not in "biuf":
        raise NetworkError(f"the weights are of type {given.dtype}; expected whole numbers")
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise NetworkError(f"the weights have shape {given.shape}; expected a square matrix (N, N)")
    # Rows as they are: a large network is not sorted again.
    is_rows = getattr(given, "format", "") == "csr"
    matrix: Any = sparse.csr_array(given) if is_rows else sparse.coo_array(given)
    _refuse_entries(matrix, labels)
    clean: Any = matrix.astype(np.int64, copy=True).tocsr()
    clean.sum_duplicates()
    clean.eliminate_zeros()
    back = clean.T.tocsr()
    back.sort_indices()
    if not (np.array_equal(back.indices, clean.indices) and np.array_equal(back.data, clean.data)):
        difference = clean - back
        difference.eliminate_zeros()
        i, j = (int(index[0]) for index in difference.nonzero())
        raise NetworkError(
            f"the weights are not symmetric: {node_name(i, labels)} to {node_name(j, labels)} is {clean[i, j]}, the "
            f"way back is {clean[j, i]}; add the two directions (W + W.T) to make an undirected network of it"
        )
    return clean


def _refuse_entries(matrix: Any, labels: Sequence[Any] | None) -> None:
    """Refuse weights that are no whole numbers >= 0, and loops; names the two nodes."""
    data, loops = matrix.data, matrix.diagonal()
    for broken, expected in (
        (~_is_whole(data), "a whole number up to 2^53 (null models take full counts)"),
        (data < 0, ">= 0"),
    ):
        if broken.any():
            entries, at = matrix.tocoo(), int(np.flatnonzero(broken)[0])
            ends = f"{node_name(int(entries.row[at]), labels)} and {node_name(int(entries.col[at]), labels)}"
            raise NetworkError(f"the weight of {ends} is {data[at]}; expected {expected}")
    if loops.any():
        node = int(np.flatnonzero(loops)[0])
        ends = f"{node_name(node, labels)} and {node_name(node, labels)}"
        raise NetworkError(
            f"the weight of {ends} is {loops[node]}; expected 0: the networks have no loops, drop them first"
        )


def _is_whole(data: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each number is whole, and small enough to be exact in float64."""
    if data.dtype.kind == "f":
        return np.isfinite(data) & (data == np.floor(data)) & (np.abs(data) <= LARGEST_WEIGHT)
    return np.ones(data.shape, dtype=bool)


def check_constraints(
    degrees: ArrayLike, strengths: ArrayLike, *, labels: Sequence[Any] | None = None
) -> tuple[IntArray, IntArray]:
    """Check degrees and strengths node by node: whole numbers, 0 <= k <= N - 1, s >= k, s = 0 where k = 0, even sums.

    The inequalities between nodes (Erdos-Gallai and its counterpart for weights) are checked by `certain_pairs`.

    Raises
    ------
    NetworkError
        Names the node and the inequality that fails.
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
        total = int(values.sum())
        if total % 2:
            raise NetworkError(
                f"the {name} sum to {total}, an odd number; every link counts at both ends, so no network has them"
            )
    return k, s


def _whole_vector(values: ArrayLike, name: str, labels: Sequence[Any] | None) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise NetworkError(f"the {name} have shape {array.shape}; expected one number per node, shape (N,)")
    if array.size and array.dtype.kind not in "biuf":
        raise NetworkError(f"the {name} are of type {array.dtype}; expected whole numbers")
    whole = _is_whole(array)
    if not whole.all():
        node = int(np.flatnonzero(~whole)[0])
        raise NetworkError(f"the {name[:-1]} of {node_name(node, labels)} is {array[node]}; expected a whole number")
    return array.astype(np.int64)
