"""Bootstrap over works: how far a statistic of a network moves when its works are drawn again.

The unit is whatever contributes to the network as a whole: the citing work for impact, the paper for collaboration, the
scientist for migration. Units draw Poisson(1) weights. Units that contribute the same cells draw together, as their
sum of weights is Poisson(count): a network of millions of works has some thousands of such signatures.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from isthmus.centrality.arcs import Floats, Ints
from isthmus.errors import CentralityError

REPLICATES = 500


@dataclass(frozen=True)
class Signatures:
    """Units of one network, those with the same contribution merged.

    Attributes
    ----------
    n_nodes : int
        N.
    counts : int64 array of shape (S,)
        Units of each signature.
    offsets : int64 array of shape (S + 1,)
        Cells of signature s are those from offsets[s] to offsets[s + 1].
    cells : int64 array of shape (C,)
        row * N + column.
    amounts : int64 array of shape (C,)
        What one unit adds to the cell.

    """

    n_nodes: int
    counts: Ints
    offsets: Ints
    cells: Ints
    amounts: Ints

    def network(self, draws: ArrayLike | None = None) -> Ints:
        """Return the network, or that of one replicate.

        Parameters
        ----------
        draws : int array of shape (S,), optional
            How often each signature counts; by default as often as observed.

        Returns
        -------
        int64 array of shape (N, N)
            Weights.

        """
        times = self.counts if draws is None else np.asarray(draws)
        weights = self.amounts * np.repeat(times, np.diff(self.offsets))
        # sums of whole numbers below 2^53: exact as floats, in any order
        flat = np.bincount(self.cells, weights=weights, minlength=self.n_nodes**2)
        return flat.astype(np.int64).reshape(self.n_nodes, self.n_nodes)


def merge_signatures(
    unit: ArrayLike, row: ArrayLike, column: ArrayLike, n_nodes: int, amount: ArrayLike | None = None
) -> Signatures:
    """Return the distinct contributions of units and how many units make each.

    Parameters
    ----------
    unit : int array of shape (M,)
        Id of the unit that each contribution comes from.
    row, column : int arrays of shape (M,)
        Cell that it goes to, each from 0 to N - 1.
    n_nodes : int
        N.
    amount : int array of shape (M,), optional
        What it adds there, by default 1; the same cell twice in a unit is added up.

    Returns
    -------
    Signatures
        In an order that does not depend on that of the input.

    Raises
    ------
    CentralityError
        Arrays of unlike length, or a cell outside the network.

    """
    units, rows, columns = (np.asarray(a, dtype=np.int64).ravel() for a in (unit, row, column))
    added = np.ones_like(units) if amount is None else np.asarray(amount, dtype=np.int64).ravel()
    if not units.size == rows.size == columns.size == added.size:
        raise CentralityError(
            f"{units.size} units, {rows.size} rows, {columns.size} columns, {added.size} amounts: expected one length"
        )
    outside = np.flatnonzero((rows < 0) | (rows >= n_nodes) | (columns < 0) | (columns >= n_nodes))
    if outside.size:
        at = outside[0]
        raise CentralityError(
            f"unit {units[at]} contributes to cell ({rows[at]}, {columns[at]}); expected nodes 0 to {n_nodes - 1}"
        )
    _, units = np.unique(units, return_inverse=True)
    keys, at = np.unique(units * n_nodes**2 + rows * n_nodes + columns, return_inverse=True)
    amounts = np.bincount(at, weights=added, minlength=keys.size).astype(np.int64)
    owner, cells = keys // n_nodes**2, keys % n_nodes**2
    return _merged(n_nodes, np.bincount(owner), cells, amounts)


def _merged(n_nodes: int, sizes: Ints, cells: Ints, amounts: Ints) -> Signatures:
    """Merge the units of equal size among each other: as rows of a table they can be sorted."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if sizes.size else np.zeros(0, dtype=np.int64)
    counts, lengths, all_cells, all_amounts = [], [], [], []
    for size in np.unique(sizes):
        positions = starts[sizes == size][:, None] + np.arange(size)
        table = np.concatenate([cells[positions], amounts[positions]], axis=1)
        rows, number = np.unique(table, axis=0, return_counts=True)
        counts.append(number)
        lengths.append(np.full(len(rows), size))
        all_cells.append(rows[:, :size].ravel())
        all_amounts.append(rows[:, size:].ravel())
    if not counts:
        nothing = np.zeros(0, dtype=np.int64)
        return Signatures(n_nodes, nothing, np.zeros(1, dtype=np.int64), nothing, nothing)
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    return Signatures(
        n_nodes,
        np.concatenate(counts).astype(np.int64),
        offsets,
        np.concatenate(all_cells),
        np.concatenate(all_amounts),
    )


@dataclass(frozen=True)
class Bootstrap:
    """A statistic of every node over replicates.

    Attributes
    ----------
    estimate : float64 array of shape (N,)
        From the observed network.
    replicates : float64 array of shape (B, N)
        From every replicate.

    """

    estimate: Floats
    replicates: Floats

    @property
    def sd(self) -> Floats:
        """Standard deviation over the replicates, shape (N,)."""
        return np.asarray(self.replicates.std(axis=0, ddof=1))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the percentile interval of every node, two arrays of shape (N,).

        Parameters
        ----------
        level : float
            Its probability.

        """
        lower, upper = np.quantile(self.replicates, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return lower, upper

    def first(self) -> Floats:
        """Return the share of replicates in which each node has the largest value, shape (N,); ties share one."""
        largest = self.replicates == self.replicates.max(axis=1, keepdims=True)
        return np.asarray((largest / largest.sum(axis=1, keepdims=True)).mean(axis=0))


def bootstrap(
    signatures: Signatures,
    statistic: Callable[[Ints], ArrayLike],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Bootstrap:
    """Return a statistic of the network and of replicates in which the units are drawn again.

    Parameters
    ----------
    signatures : Signatures
        The units.
    statistic : function of weights (N, N)
        A number for every node, shape (N,).
    replicates : int
        B.
    seed : int
        Seed; replicate k has the generator of (seed, k).

    Returns
    -------
    Bootstrap
        Estimate and replicates.

    Raises
    ------
    CentralityError
        Fewer than 2 replicates.

    """
    if replicates < 2:
        raise CentralityError(f"{replicates} replicates; a bootstrap needs at least 2")
    estimate = np.asarray(statistic(signatures.network()), dtype=np.float64)
    values = np.empty((replicates, estimate.size))
    for k in range(replicates):
        draws = np.random.default_rng([seed, k]).poisson(signatures.counts)
        values[k] = statistic(signatures.network(draws))
    return Bootstrap(estimate, values)
