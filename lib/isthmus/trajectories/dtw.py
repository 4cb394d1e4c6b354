"""Dynamic time warping: distances between series, and their average (DTW barycenter averaging).

Dependent multivariate warping: one path for all dimensions, squared Euclidean cost of a point, no window; the distance
is the square root of the least sum over all paths. Barycenters after Petitjean, Ketterlin, Gancarski (2011), Pattern
Recognition 44, 678. Both are what tslearn computes.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import TrajectoryError
from isthmus.trajectories.kernels import LANES, align, squared_distances

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DBA_ITERATIONS, DBA_TOLERANCE = 30, 1e-5  # of one barycenter; tslearn's, which its k-means takes for metric "dtw"
CHUNK_BLOCKS = 32  # blocks that one call works on; sums are taken chunk by chunk, whatever the number of threads

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Packed:
    """Series in the layout of the kernels: blocks (B, T, d, LANES), and how many series there are."""

    blocks: Floats
    number: int

    def chunks(self) -> Iterator[tuple[Floats, int]]:
        """Parts of the blocks, with the number of series in each."""
        for start in range(0, len(self.blocks), CHUNK_BLOCKS):
            part = self.blocks[start : start + CHUNK_BLOCKS]
            yield part, min(self.number - start * LANES, len(part) * LANES)


def as_series(values: ArrayLike, *, name: str = "series") -> Floats:
    """Series as floats (n, T, d); the last dimension may be missing when it is one.

    Raises
    ------
    TrajectoryError
        Another shape, no point in time, or a value that is not finite; names the series.
    """
    found = np.ascontiguousarray(values, dtype=np.float64)
    if found.ndim == 2:
        found = found[:, :, None]
    if found.ndim != 3 or 0 in found.shape[1:]:
        raise TrajectoryError(f"{name} have shape {np.shape(values)}; expected (number, years, dimensions), none empty")
    broken = ~np.isfinite(found).all(axis=(1, 2))
    if broken.any():
        raise TrajectoryError(
            f"{int(broken.sum())} of {len(found)} {name} have values that are not finite, the first at position "
            f"{int(np.flatnonzero(broken)[0])}; leave them out (build_panel does) or fill them"
        )
    return found


def pack(series: Floats) -> Packed:
    """Lay series (n, T, d) out in blocks; the last block is filled up with copies of the last series."""
    number = len(series)
    missing = -number % LANES
    filled = np.concatenate([series, np.repeat(series[-1:], missing, axis=0)]) if missing else series
    blocks = filled.reshape(-1, LANES, *series.shape[1:]).transpose(0, 2, 3, 1)
    return Packed(np.ascontiguousarray(blocks), number)


def squared_to(packed: Packed, centroids: Floats, *, threads: int = 1) -> Floats:
    """Squared distances (k, n) of packed series to centroids (k, m, d)."""
    centroids = np.ascontiguousarray(centroids)

    def work(chunk: tuple[Floats, int]) -> Floats:
        blocks, number = chunk
        out = np.empty((len(centroids), len(blocks), LANES))
        squared_distances(blocks, centroids, out)
        return out.reshape(len(centroids), -1)[:, :number]

    return np.concatenate(_each(work, packed, threads), axis=1)


def dtw_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Return the distance of two series (T, d) or (T,), which may differ in length.

    Raises
    ------
    TrajectoryError
        Values that are not finite, nothing to compare, or different dimensions.
    """
    one, other = (as_series(np.asarray(s, dtype=float)[None], name="series") for s in (first, second))
    _same_dimensions(one, other)
    return float(np.sqrt(squared_to(pack(one), other)[0, 0]))


def dtw_distances(first: ArrayLike, second: ArrayLike | None = None, *, threads: int = 1) -> Floats:
    """Distances of every series of one set to every series of another, or of one set among itself.

    Parameters
    ----------
    first : ArrayLike
        (n, T, d) or (n, T).
    second : ArrayLike | None, optional
        (m, T', d) or (m, T'); without it the distances within `first`.
    threads : int, default 1
        To work with; the result does not depend on it.

    Returns
    -------
    array of float
        (n, m), or (n, n) with zeros on the diagonal.
    """
    one = as_series(first)
    if second is None:
        return _distances_within(one, threads)
    other = as_series(second)
    _same_dimensions(one, other)
    if not (len(one) and len(other)):
        return np.empty((len(one), len(other)))
    return np.sqrt(squared_to(pack(other), one, threads=threads))


def _distances_within(series: Floats, threads: int) -> Floats:
    """Each pair once: a series against the blocks from its own on."""
    n = len(series)
    found = np.zeros((n, n))
    if n < 2:
        return found
    packed = pack(series)
    for start in range(0, n, LANES):
        rest = Packed(packed.blocks[start // LANES :], n - start)
        found[start : start + LANES, start:] = np.sqrt(squared_to(rest, series[start : start + LANES], threads=threads))
    upper = np.triu(found, 1)
    return upper + upper.T


@dataclass(frozen=True)
class Barycenter:
    """An average series.

    Attributes
    ----------
    centroid : array of float
        (m, d).
    cost : float
        Mean squared distance of the series to the centroid of the last iteration but its update.
    iterations : int
        How often all series were aligned.
    converged : bool
        Whether the cost changed by less than the tolerance.
    """

    centroid: Floats
    cost: float
    iterations: int
    converged: bool


def dba(
    series: ArrayLike,
    initial: ArrayLike | None = None,
    *,
    max_iterations: int = DBA_ITERATIONS,
    tolerance: float = DBA_TOLERANCE,
    threads: int = 1,
) -> Barycenter:
    """Return the series with the least mean squared distance to given ones, as far as Petitjean's iteration finds it.

    Parameters
    ----------
    series : ArrayLike
        (n, T, d) or (n, T), n >= 1.
    initial : ArrayLike | None, optional
        (m, d), where the iteration starts; the plain mean when missing.
    max_iterations, tolerance : int, float
        It ends when the mean squared distance changes by less, or after so many iterations.
    threads : int, default 1
        To work with; the result does not depend on it.

    Raises
    ------
    TrajectoryError
        No series, or values that are not finite.
    """
    given = as_series(series)
    if not len(given):
        raise TrajectoryError("there is no series to average; expected at least one")
    start = given.mean(axis=0) if initial is None else as_series(np.asarray(initial, dtype=float)[None])[0]
    _same_dimensions(given, start[None])
    return average(pack(given), start, max_iterations=max_iterations, tolerance=tolerance, threads=threads)


def average(packed: Packed, centroid: Floats, *, max_iterations: int, tolerance: float, threads: int) -> Barycenter:
    """As `dba`, on packed series."""
    before, best = np.inf, centroid
    for iteration in range(1, max_iterations + 1):
        cost, updated = _aligned_mean(packed, centroid, threads)
        if cost > before:  # by rounding alone: an update never raises the cost
            return Barycenter(best, before, iteration, True)
        if before - cost < tolerance:
            return Barycenter(updated, cost, iteration, True)
        before, best, centroid = cost, centroid, updated
    return Barycenter(centroid, before, max_iterations, False)


def _aligned_mean(packed: Packed, centroid: Floats, threads: int) -> tuple[float, Floats]:
    """Mean squared distance to a centroid, and the mean of all points aligned with each of its points."""
    centroid = np.ascontiguousarray(centroid)

    def work(chunk: tuple[Floats, int]) -> tuple[float, Floats, Floats]:
        sums, counts = np.zeros(centroid.shape), np.zeros(len(centroid))
        return align(*chunk, centroid, sums, counts), sums, counts

    parts = _each(work, packed, threads)
    total = sum(part[0] for part in parts)
    sums, counts = sum(part[1] for part in parts), sum(part[2] for part in parts)
    return total / packed.number, sums / np.asarray(counts)[:, None]


def _each(work: Callable[[tuple[Floats, int]], _Result], packed: Packed, threads: int) -> list[_Result]:
    """Results of all chunks in their order; the kernels let other threads run."""
    if threads <= 1:
        return [work(chunk) for chunk in packed.chunks()]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, packed.chunks()))


def _same_dimensions(first: Any, second: Any) -> None:
    if first.shape[2] != second.shape[2]:
        raise TrajectoryError(f"series of {first.shape[2]} and of {second.shape[2]} dimensions cannot be compared")
