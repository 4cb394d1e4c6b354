"""What a set of sampled networks says about every pair: streaming moments and tails, never all samples at once."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.solver import FloatArray

# Heaviest pairs whose autocorrelation is followed to count effective samples.
TRACKED_PAIRS = 32


@dataclass(frozen=True)
class PairIndex:
    """The pairs i < j of some nodes in one row: position 0 is (nodes[0], nodes[1]), then (nodes[0], nodes[2]), ...

    Attributes
    ----------
    nodes : array of int
        int64 (n,), node indices in rising order.
    n_total : int
        Number of nodes of the network, those without links included.
    """

    nodes: IntArray
    n_total: int

    @property
    def size(self) -> int:
        """Number of pairs, n (n - 1) / 2."""
        return self.nodes.size * (self.nodes.size - 1) // 2

    @property
    def offsets(self) -> IntArray:
        """Position of the first pair of each node, shape (n,)."""
        rank = np.arange(self.nodes.size, dtype=np.int64)
        return rank * self.nodes.size - rank * (rank + 1) // 2

    def positions(self, i: IntArray, j: IntArray) -> IntArray:
        """Positions of pairs of nodes; -1 where a node is not in the index or i = j."""
        rank = np.full(self.n_total, -1, dtype=np.int64)
        rank[self.nodes] = np.arange(self.nodes.size)
        a, b = np.minimum(rank[i], rank[j]), np.maximum(rank[i], rank[j])
        return np.where((a < 0) | (a == b), -1, self.offsets[a] + b - a - 1)

    def ends(self, positions: IntArray) -> tuple[IntArray, IntArray]:
        """Return the nodes i < j of pairs by position."""
        offsets = self.offsets
        a = np.searchsorted(offsets[: max(self.nodes.size - 1, 1)], positions, side="right") - 1
        return self.nodes[a], self.nodes[positions - offsets[a] + a + 1]

    def network(self, positions: IntArray, weights: IntArray) -> sparse.csr_array:
        """Return the symmetric network with these weights, shape (n_total, n_total)."""
        i, j = self.ends(positions)
        both = np.concatenate([weights, weights]), (np.concatenate([i, j]), np.concatenate([j, i]))
        return sparse.coo_array(both, shape=(self.n_total, self.n_total)).tocsr()


@dataclass(frozen=True)
class Ensemble:
    """Moments and tail counts of every pair over sampled networks; arrays by position in `pairs`.

    Attributes
    ----------
    pairs : PairIndex
        The index of the pairs.
    n_samples : int
        Networks drawn.
    mean, sd : array of float
        (M,), of the weight; sd with n - 1 in the denominator.
    linked : array of float
        (M,), share of the samples with a link.
    at_least, at_most : NDArray[np.int32]
        int32 (M,), samples with a weight >= and <= the observed one; empty without an observed network.
    effective_samples : float
        n_samples divided by the autocorrelation time of the slowest of the heaviest pairs.
    """

    pairs: PairIndex
    n_samples: int
    mean: FloatArray
    sd: FloatArray
    linked: FloatArray
    at_least: NDArray[np.int32]
    at_most: NDArray[np.int32]
    effective_samples: float


def gather(
    pairs: PairIndex,
    samples: Iterable[tuple[IntArray, NDArray[np.generic]]],
    *,
    observed: IntArray | None = None,
    tracked: IntArray | None = None,
) -> Ensemble:
    """Collect an ensemble from a stream of samples.

    Parameters
    ----------
    pairs : PairIndex
        The index of the pairs.
    samples : Iterable[tuple[array of int, NDArray[np.generic]]]
        Per sample the positions of the pairs with a weight above 0, and these weights; each position once.
    observed : array of int | None, optional
        (M,) weights of the observed network, to count tails against.
    tracked : array of int | None, optional
        Positions whose series decide the effective sample size; default none, independent samples.

    Raises
    ------
    NetworkError
        Fewer than two samples.
    """
    total, squares, linked = np.zeros(pairs.size), np.zeros(pairs.size), np.zeros(pairs.size, dtype=np.int32)
    above = np.zeros(pairs.size if observed is not None else 0, dtype=np.int32)
    at_least = np.zeros_like(above)
    seen = np.zeros(0, dtype=np.int64) if observed is None else observed
    series: list[FloatArray] = []
    count = 0
    for positions, weights in samples:
        w = weights.astype(float)
        _add(positions, w, seen, total, squares, linked, above, at_least)
        if tracked is not None:
            dense = np.zeros(pairs.size)
            dense[positions] = w
            series.append(dense[tracked])
        count += 1
    if count < 2:
        raise NetworkError(f"{count} samples have no standard deviation; expected at least 2")
    mean = total / count
    variance = np.maximum(squares - count * mean * mean, 0.0) / (count - 1)
    variance[variance < 1e-12 * np.maximum(mean, 1.0) ** 2] = 0.0  # rounding of sums of squares, not spread
    if observed is not None:
        at_least[observed == 0] = count  # the samples without a link, which are not listed, too
    return Ensemble(
        pairs=pairs,
        n_samples=count,
        mean=mean,
        sd=np.sqrt(variance),
        linked=linked / count,
        at_least=at_least,
        at_most=(count - above).astype(np.int32) if observed is not None else above,
        effective_samples=effective_samples(np.array(series)) if series else float(count),
    )


@njit(cache=True)
def _add(positions, weights, observed, total, squares, linked, above, at_least):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add one sample to the sums and to the counts of samples above, and not below, the observed weights."""
    for n in range(positions.size):
        at, w = positions[n], weights[n]
        total[at] += w
        squares[at] += w * w
        linked[at] += 1
        if observed.size > 0:
            above[at] += w > observed[at]
            at_least[at] += w >= observed[at]


def effective_samples(series: FloatArray) -> float:
    """How many independent samples a chain of samples is worth: the least over its columns.

    Autocorrelations are summed by Geyer's initial positive sequence (Geyer 1992, Statistical Science 7, 473).

    Parameters
    ----------
    series : array of float
        (n_samples, n_statistics), in the order of the chain; columns that never vary are left out.
    """
    n = series.shape[0]
    centred = series - series.mean(axis=0)
    varying = centred[:, centred.std(axis=0) > 0]
    if n < 4 or varying.shape[1] == 0:
        return float(n)
    spectrum = np.fft.rfft(varying, n=2 * n, axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[:n] / n
    rho = covariance / covariance[0]
    paired = rho[0 : n - n % 2 : 2] + rho[1 : n - n % 2 + 1 : 2]
    positive = np.cumprod(paired > 0, axis=0)
    time = np.maximum(2.0 * (paired * positive).sum(axis=0) - 1.0, 1.0)
    return float(n / time.max())
