"""k-means of series under dynamic time warping: assignment to the nearest centroid, centroids by DBA.

The objective is the mean squared DTW distance of a series to its centroid, as in tslearn's TimeSeriesKMeans with metric
"dtw"; the same seed starts from the same series, too. Unlike there, a cluster that loses all its series is started
anew from the series that lies farthest from its centroid, so that no start is lost and none goes on for ever.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import (
    DBA_ITERATIONS,
    DBA_TOLERANCE,
    Floats,
    Ints,
    Packed,
    as_series,
    average,
    pack,
    squared_to,
)

MAX_ITERATIONS, TOLERANCE = 50, 1e-6  # tslearn's
LARGEST_SEED = 2**32 - 1  # of numpy's RandomState


@dataclass(frozen=True)
class Clustering:
    """Series in k clusters.

    Attributes
    ----------
    assignment : array of int
        int64 (n,), the cluster of each series, 0 to k - 1.
    centroids : array of float
        (k, T, d).
    distance : array of float
        (n,), DTW distance of each series to its centroid.
    inertia : float
        Mean of the squared distances.
    iterations : int
        How often all series were assigned before the last time.
    status : str
        "converged", or "not converged" when the limit of iterations came first.
    seed : int, optional
        Of the start; -1 when the first centroids were given.
    inertias : tuple[float, ...], optional
        Of every iteration; it never rises.
    restarted : int, default 0
        How often an empty cluster was started anew.
    seconds : float
        wall-clock time, where it was taken.
    """

    assignment: Ints = field(repr=False)
    centroids: Floats = field(repr=False)
    distance: Floats = field(repr=False)
    inertia: float
    iterations: int
    status: str
    seed: int = -1
    inertias: tuple[float, ...] = field(default=(), repr=False)
    restarted: int = 0
    seconds: float = float("nan")

    @property
    def k(self) -> int:
        """Number of clusters."""
        return len(self.centroids)

    @property
    def members(self) -> Ints:
        """Series in each cluster (k,)."""
        return np.bincount(self.assignment, minlength=self.k)


def dtw_kmeans(
    series: ArrayLike,
    k: int,
    *,
    seed: int = 0,
    initial: ArrayLike | None = None,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
    barycenter_iterations: int = DBA_ITERATIONS,
    barycenter_tolerance: float = DBA_TOLERANCE,
    threads: int = 1,
) -> Clustering:
    """Cluster series by their shape, from one start.

    Parameters
    ----------
    series : ArrayLike
        (n, T, d) or (n, T), n >= k.
    k : int
        Number of clusters.
    seed : int, default 0
        Of the first centroids, 0 to 2^32 - 1; the result depends on nothing else.
    initial : ArrayLike | None, optional
        First centroids (k, T, d); without them k-means++ chooses them among the series.
    max_iterations, tolerance : int, float
        It ends when the inertia changes by less, or after so many iterations.
    barycenter_iterations, barycenter_tolerance : int, float
        Of each centroid in each iteration.
    threads : int, default 1
        To work with; the result does not depend on it.

    Raises
    ------
    TrajectoryError
        k is not between 1 and the number of (different) series, a value is not finite, a bad seed.
    """
    given = as_series(series)
    _check(given, k, seed, max_iterations)
    packed = pack(given)
    if initial is None:
        centroids = given[first_centroids(given, k, seed=seed, threads=threads, packed=packed)]
    else:
        centroids = as_series(initial, name="initial centroids").copy()
        if centroids.shape[0] != k or centroids.shape[2] != given.shape[2]:
            raise TrajectoryError(f"initial centroids have shape {centroids.shape}; expected {k} of the series' kind")
    inertias: list[float] = []
    restarted, status = 0, "not converged"
    for _ in range(max_iterations):
        state = _assigned(given, packed, centroids, threads)
        restarted += state.restarted
        centroids = _averages(given, state, barycenter_iterations, barycenter_tolerance, threads)
        inertias.append(state.inertia)
        if len(inertias) > 1 and abs(inertias[-2] - inertias[-1]) < tolerance:
            status = "converged"
            break
    last = _assigned(given, packed, centroids, threads)
    return replace(
        last,
        iterations=len(inertias),
        status=status,
        seed=seed if initial is None else -1,
        inertias=(*inertias, last.inertia),
        restarted=restarted + last.restarted,
    )


def assign(series: ArrayLike, centroids: ArrayLike, *, threads: int = 1) -> tuple[Ints, Floats]:
    """Return the nearest of given centroids (k, m, d) for each series (n, T, d), and the DTW distance to it.

    Two arrays (n,).

    Raises
    ------
    TrajectoryError
        Values that are not finite, or different dimensions.
    """
    given, centres = as_series(series), as_series(centroids, name="centroids")
    if given.shape[2] != centres.shape[2]:
        raise TrajectoryError(f"series have {given.shape[2]} dimensions and the centroids {centres.shape[2]}")
    if not len(given):
        return np.empty(0, dtype=np.int64), np.empty(0)
    squared = squared_to(pack(given), centres, threads=threads)
    nearest = squared.argmin(axis=0)
    return nearest, np.sqrt(squared[nearest, np.arange(len(given))])


def first_centroids(series: Floats, k: int, *, seed: int, threads: int = 1, packed: Packed | None = None) -> Ints:
    """Positions of k series that k-means++ chooses (Arthur, Vassilvitskii 2007): greedily, each the best of a few.

    Candidates are drawn with a probability proportional to their squared distance to the nearest centroid so far. The
    draws are those of scikit-learn and tslearn, number by number, so that one seed means one start in both.

    Raises
    ------
    TrajectoryError
        Fewer than k series differ.
    """
    packed = packed or pack(series)
    random, trials = np.random.RandomState(seed), 2 + int(np.log(k))
    chosen = [int(random.randint(len(series)))]
    nearest = squared_to(packed, series[chosen], threads=threads)[0]
    while len(chosen) < k:
        total = nearest.sum()
        if not total > 0:
            raise TrajectoryError(
                f"only {len(chosen)} of the {len(series)} series differ under time warping; {k} clusters need as many "
                "different ones: lower the number of clusters"
            )
        wanted = random.random_sample(trials) * total
        candidates = np.minimum(np.searchsorted(np.cumsum(nearest), wanted), len(series) - 1)
        then = np.minimum(nearest, squared_to(packed, series[candidates], threads=threads))
        best = int(then.sum(axis=1).argmin())
        chosen.append(int(candidates[best]))
        nearest = then[best]
    return np.array(chosen, dtype=np.int64)


def _assigned(series: Floats, packed: Packed, centroids: Floats, threads: int) -> Clustering:
    """Return the clusters around some centroids, empty ones started anew."""
    k, everyone = len(centroids), np.arange(len(series))
    squared = squared_to(packed, centroids, threads=threads)
    restarted = 0
    # Each round lowers the inertia, so it ends; the bound is there for distances that are equal but for rounding.
    for _ in range(2 * k):
        assignment = squared.argmin(axis=0)
        own = squared[assignment, everyone]
        members = np.bincount(assignment, minlength=k)
        empty = np.flatnonzero(members == 0)
        farthest = int(np.where(members[assignment] > 1, own, -1.0).argmax())
        if not empty.size or not own[farthest] > 0:
            break
        centroids = centroids.copy()
        centroids[empty[0]] = _resampled(series[farthest], centroids.shape[1])
        squared[empty[0]] = squared_to(packed, centroids[empty[:1]], threads=threads)[0]
        restarted += 1
    return Clustering(assignment, centroids, np.sqrt(own), float(own.mean()), 0, "", restarted=restarted)


def _averages(series: Floats, state: Clustering, iterations: int, tolerance: float, threads: int) -> Floats:
    """Return the barycenter of each cluster's series; an empty cluster keeps its centroid."""
    centroids = state.centroids.copy()
    for cluster in range(state.k):
        members = series[state.assignment == cluster]
        if len(members):
            found = average(
                pack(members), centroids[cluster], max_iterations=iterations, tolerance=tolerance, threads=threads
            )
            centroids[cluster] = found.centroid
    return centroids


def _resampled(one: Floats, length: int) -> Floats:
    """Return a series (T, d) at another number of points; itself when they are as many."""
    if len(one) == length:
        return one
    at = np.linspace(0, len(one) - 1, length)
    return np.stack([np.interp(at, np.arange(len(one)), values) for values in one.T], axis=1)


def _check(series: Floats, k: int, seed: int, max_iterations: int) -> None:
    if not 1 <= k <= len(series):
        raise TrajectoryError(
            f"{k} clusters of {len(series)} series are asked for; expected between 1 and as many as there are series"
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise TrajectoryError(f"seed {seed} is out of range; expected 0 to {LARGEST_SEED}")
    if max_iterations < 1:
        raise TrajectoryError(f"max_iterations is {max_iterations}; expected at least 1")
