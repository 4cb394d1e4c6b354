"""Directed networks as arcs whose lengths are exact fractions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from isthmus.errors import CentralityError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Whole numbers up to here are exact as floats; the error bound of the comparison of lengths rests on that.
LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class Arcs:
    """A directed network without loops, arcs sorted by tail (compressed rows).

    Attributes
    ----------
    n_nodes : int
        Number of nodes N; those without arcs included.
    offsets : int64 array of shape (N + 1,)
        Arcs of node u are those from offsets[u] to offsets[u + 1].
    heads : int64 array of shape (A,)
        Node that each arc leads to.
    numerators, denominators : int64 arrays of shape (A,)
        Length of each arc as an exact fraction; both at least 1.

    """

    n_nodes: int
    offsets: Ints
    heads: Ints
    numerators: Ints
    denominators: Ints

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return int(self.heads.size)

    @property
    def lengths(self) -> Floats:
        """Lengths as floats, shape (A,); each within two roundings of the fraction."""
        return self.numerators / self.denominators

    @property
    def tails(self) -> Ints:
        """Node that each arc starts from, shape (A,)."""
        return np.repeat(np.arange(self.n_nodes, dtype=np.int64), np.diff(self.offsets))

    def only(self, kept: NDArray[np.bool_]) -> "Arcs":
        """Return the network with these arcs alone.

        Parameters
        ----------
        kept : bool array of shape (A,)
            True for the arcs that stay.

        """
        counts = np.bincount(self.tails[kept], minlength=self.n_nodes)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Arcs(self.n_nodes, offsets, self.heads[kept], self.numerators[kept], self.denominators[kept])


def reciprocal_lengths(weights: ArrayLike | sparse.sparray) -> Arcs:
    """Return the network with an arc of length 1 / weight wherever the weight is positive; loops are left out.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Whole numbers >= 0, row to column.

    Returns
    -------
    Arcs
        The network.

    Raises
    ------
    CentralityError
        Not square, negative, not whole, or above 2^53; names the first such pair.

    """
    n, tails, heads, whole = positive_entries(weights)
    return _sorted(n, tails, heads, np.ones_like(whole), whole)


def normalised_impact_lengths(
    impact: ArrayLike | sparse.sparray, productivity: ArrayLike, received: ArrayLike | None = None
) -> Arcs:
    """Return the network of normalised impact, an arc's length being the reciprocal of its weight.

    The weight is omega_ij = (M_ij / sum_k M_kj) / (n_j / n): the share of j's citations that comes from i, over j's
    share of the papers. Lengths are S_j n_j / M_ij; the common factor 1/n moves no shortest path and is left out.

    Parameters
    ----------
    impact : array or scipy sparse array of shape (N, N)
        M_ij, citations from i to j, whole numbers.
    productivity : array of shape (N,)
        n_j, papers of each city, whole numbers.
    received : array of shape (N,), optional
        S_j, citations that each city received from everywhere; by default the column sums of `impact`.

    Returns
    -------
    Arcs
        The network, without loops.

    Raises
    ------
    CentralityError
        As `reciprocal_lengths`; or a cited city without papers, or fractions beyond 64 bits.

    """
    n, tails, heads, whole = positive_entries(impact)
    papers = whole_numbers(productivity, "productivity", n)
    if received is None:
        received = np.asarray(impact.sum(axis=0) if sparse.issparse(impact) else np.sum(np.asarray(impact), axis=0))
    total = whole_numbers(received, "received", n)
    empty = np.unique(heads[(papers[heads] == 0) | (total[heads] == 0)])
    if empty.size:
        raise CentralityError(
            f"city {empty[0]} is cited but has {papers[empty[0]]} papers and {total[empty[0]]} citations received; "
            "both must be positive: take impact, productivity and received from the same years"
        )
    if n and float(papers.max(initial=0)) * float(total.max(initial=0)) >= 2.0**63:
        raise CentralityError("papers times citations of a city exceed 64 bits; divide one of them by a common factor")
    return _sorted(n, tails, heads, (papers * total)[heads], whole)


def positive_entries(weights: ArrayLike | sparse.sparray) -> tuple[int, Ints, Ints, Ints]:
    """Return N and, for every positive weight off the diagonal, its row, column and value.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Whole numbers >= 0.

    Raises
    ------
    CentralityError
        Not square, negative, not whole, or above 2^53.

    """
    if sparse.issparse(weights):
        table = sparse.coo_array(weights)
        table.sum_duplicates()
        shape, (rows, columns), values = table.shape, table.coords, table.data
        kept = (values != 0) & (rows != columns)
        rows, columns, values = rows[kept], columns[kept], values[kept]
    else:
        dense = np.asarray(weights)
        shape = dense.shape
        if dense.ndim == 2:
            rows, columns = np.nonzero(dense)
            off = rows != columns
            rows, columns = rows[off], columns[off]
            values = dense[rows, columns]
    if len(shape) != 2 or shape[0] != shape[1]:
        raise CentralityError(f"weights have shape {tuple(shape)}; expected a square table (N, N)")
    wrong = np.flatnonzero(~(values > 0) | (values > LARGEST_WHOLE) | (values != np.floor(values)))
    if wrong.size:
        at = wrong[0]
        raise CentralityError(
            f"weight {values[at]!r} from node {rows[at]} to node {columns[at]}: expected a whole number from 0 to "
            "2^53; count whole papers or people, fractional counts have no exact lengths"
        )
    return int(shape[0]), rows.astype(np.int64), columns.astype(np.int64), values.astype(np.int64)


def whole_numbers(values: ArrayLike, name: str, size: int) -> Ints:
    """Return values as int64 after checking them.

    Parameters
    ----------
    values : array of shape (size,)
        Whole numbers >= 0.
    name : str
        What they are, for the message.
    size : int
        How many there must be.

    Raises
    ------
    CentralityError
        Another shape, negative or not whole.

    """
    found = np.asarray(values)
    if found.shape != (size,):
        raise CentralityError(f"{name} has shape {found.shape}; expected one value per node, ({size},)")
    wrong = np.flatnonzero(~(found >= 0) | (found != np.floor(found)) | (found > LARGEST_WHOLE))
    if wrong.size:
        raise CentralityError(f"{name} of node {wrong[0]} is {found[wrong[0]]!r}; expected a whole number >= 0")
    return found.astype(np.int64)


def _sorted(n: int, tails: Ints, heads: Ints, numerators: Ints, denominators: Ints) -> Arcs:
    if np.any(tails[1:] < tails[:-1]):
        order = np.argsort(tails, kind="stable")
        tails, heads, numerators, denominators = tails[order], heads[order], numerators[order], denominators[order]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=n))]).astype(np.int64)
    return Arcs(n, offsets, heads, numerators, denominators)
