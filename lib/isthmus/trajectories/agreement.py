"""How well two clusterings agree, and how well one separates its series."""

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import Floats, dtw_distances


def adjusted_rand_index(first: ArrayLike, second: ArrayLike) -> float:
    """Agreement of two clusterings of the same things, corrected for chance: 1 for the same, about 0 for chance.

    Hubert, Arabie (1985), Journal of Classification 2, 193. It is 1 for two that put everything together or everything
    apart, and does not depend on the names of clusters.

    Parameters
    ----------
    first, second : ArrayLike
        (n,), the cluster of each thing; numbers or text.

    Raises
    ------
    TrajectoryError
        Different lengths, or nothing to compare.
    """
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape or one.ndim != 1 or not one.size:
        raise TrajectoryError(f"clusterings of {one.shape} and {other.shape} things; expected the same, not none")
    (a, rows), (b, columns) = (np.unique(labels, return_inverse=True) for labels in (one, other))
    table = np.bincount(rows * len(b) + columns, minlength=len(a) * len(b)).reshape(len(a), len(b))
    together = _pairs(table)
    in_first, in_second, everything = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0)), _pairs(np.array([one.size]))
    if in_first == in_second == together:  # the same partition, also the two where the formula has no value
        return 1.0
    expected = in_first * in_second / everything
    return (together - expected) / ((in_first + in_second) / 2 - expected)


def _pairs(counts: ArrayLike) -> float:
    n = np.asarray(counts, dtype=float)
    return float((n * (n - 1) / 2).sum())


def silhouette(series: ArrayLike, assignment: ArrayLike, *, distances: Floats | None = None, threads: int = 1) -> float:
    """How much nearer series are to their own cluster than to the next one, on average: -1 to 1.

    Rousseeuw (1987), with DTW distances; a series alone in its cluster counts 0. All pairs of series are compared: take
    a sample of many.

    Parameters
    ----------
    series : ArrayLike
        (n, T, d) or (n, T).
    assignment : ArrayLike
        (n,).
    distances : array of float | None, optional
        (n, n), when they are known already.

    Raises
    ------
    TrajectoryError
        Fewer than two clusters, or numbers that do not fit.
    """
    between = dtw_distances(series, threads=threads) if distances is None else distances
    clusters, own = np.unique(np.asarray(assignment), return_inverse=True)
    n = len(between)
    if own.size != n or len(clusters) < 2:
        raise TrajectoryError(f"{own.size} series in {len(clusters)} clusters, {n} with distances; expected 2 or more")
    member = np.eye(len(clusters))[own]
    sizes = member.sum(axis=0)
    sums = between @ member
    everyone = np.arange(n)
    alone = sizes[own] == 1
    within = sums[everyone, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[everyone, own] = np.inf
    nearest = means.min(axis=1)
    larger = np.maximum(within, nearest)
    score = np.where(alone | (larger == 0), 0.0, (nearest - within) / np.where(larger > 0, larger, 1.0))
    return float(score.mean())
