"""Resampling works: how much a tie, and the label of a trajectory, depends on single papers (METHODS 2.5, 7).

A Poisson bootstrap gives each work of each replicate a weight drawn from Poisson(1), from a hash of the study's seed,
the replicate and the work's number: the same work has the same weight wherever it is met, on whatever machine.
"""

import math
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from isthmus.trajectories.kmeans import assign
from isthmus.trajectories.panel import rescale

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# Weights above this have a probability below 1e-14 a draw: the table of the distribution function ends there.
LARGEST_WEIGHT = 16
_CUMULATIVE = np.cumsum([math.exp(-1.0) / math.factorial(k) for k in range(LARGEST_WEIGHT)])


@numba.njit(cache=True)
def _mixed(value: np.uint64) -> np.uint64:
    """One step of splitmix64 (Steele, Lea & Flood 2014): a bijection that scatters every bit."""
    value = (value + np.uint64(0x9E3779B97F4A7C15)) & np.uint64(0xFFFFFFFFFFFFFFFF)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@numba.njit(cache=True)
def _weight(work: np.uint64, stream: np.uint64, cumulative: FloatArray) -> int:
    uniform = float(_mixed(work ^ stream) >> np.uint64(11)) * (1.0 / 9007199254740992.0)  # 53 bits, in [0, 1)
    k = 0
    while k < cumulative.size and uniform >= cumulative[k]:
        k += 1
    return k


@numba.njit(cache=True)
def _streams(seed: int, replicates: int) -> Any:
    streams = np.empty(replicates, dtype=np.uint64)
    for r in range(replicates):
        streams[r] = _mixed(_mixed(np.uint64(seed)) + np.uint64(r))
    return streams


@numba.njit(cache=True)
def _weights(works: IntArray, streams: Any, cumulative: FloatArray) -> Any:
    weights = np.empty((works.size, streams.size), dtype=np.uint8)
    for row in range(works.size):
        for r in range(streams.size):
            weights[row, r] = _weight(np.uint64(works[row]), streams[r], cumulative)
    return weights


@numba.njit(cache=True)
def _add(pairs: IntArray, works: IntArray, amounts: IntArray, streams: Any, cumulative: FloatArray, total: Any) -> None:
    for row in range(pairs.size):
        work = np.uint64(works[row])
        for r in range(streams.size):
            total[pairs[row], r] += amounts[row] * _weight(work, streams[r], cumulative)


def poisson_weights(work_ids: IntArray, *, replicates: int, seed: int) -> NDArray[np.uint8]:
    """Return the weights of works in each replicate, Poisson(1).

    Parameters
    ----------
    work_ids : array of int
        int64 (n,), numbers of works.
    replicates : int
        Number of replicates.
    seed : int
        The study's seed.

    Returns
    -------
    array of uint8
        uint8 (n, replicates).
    """
    works = np.ascontiguousarray(work_ids, dtype=np.int64)
    return np.asarray(_weights(works, _streams(seed, replicates), _CUMULATIVE))


def resampled_edges(contributions: pd.DataFrame, *, replicates: int, seed: int) -> pd.DataFrame:
    """Return the weight of each tie of one network in each replicate.

    Parameters
    ----------
    contributions : pandas.DataFrame
        work_id, src, dst, amount (whole numbers): what each work adds to each tie.
    replicates : int
        Number of replicates.
    seed : int
        The study's seed.

    Returns
    -------
    pandas.DataFrame
        `src`, `dst`, `weights`: one row per tie, `weights` an array (replicates,) of whole numbers, 0 where
        the tie vanishes.
    """
    tie = contributions.groupby(["src", "dst"], sort=True)
    codes, ties = tie.ngroup().to_numpy(), tie.size().reset_index()
    total = np.zeros((len(ties), replicates), dtype=np.int64)
    works, amounts = (contributions[name].to_numpy(dtype=np.int64) for name in ("work_id", "amount"))
    _add(codes.astype(np.int64), works, amounts, _streams(seed, replicates), _CUMULATIVE, total)
    return ties[["src", "dst"]].assign(weights=list(total))


def percentile_interval(values: FloatArray, *, level: float) -> tuple[float, float, int]:
    """Return the percentile interval of replicated values and how many there were; nan, nan, 0 without any.

    Parameters
    ----------
    values : array of float
        (replicates,), nan where a replicate has none.
    level : float
        Coverage, e.g. 0.95.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return math.nan, math.nan, 0
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(finite, (tail, 1.0 - tail))
    return float(low), float(high), int(finite.size)


def centroids_of(frame: pd.DataFrame) -> FloatArray:
    """Return the centroids (k, T, 2) of a table of centroids: cluster (0 to k - 1), year, collaboration, exchange."""
    ordered = frame.sort_values(["cluster", "year"])
    k = ordered["cluster"].nunique()
    return ordered[["collaboration", "exchange"]].to_numpy(dtype=float).reshape(k, -1, 2)


def replicated_labels(z: FloatArray, centroids: FloatArray, *, window: int, order: int) -> IntArray:
    """Return the nearest centroid of a pair's trajectory in each replicate; -1 where it has none.

    Each replicate is smoothed and rescaled as the study's own trajectories.

    Parameters
    ----------
    z : array of float
        (replicates, T, 2), nan where there is none.
    centroids : array of float
        (k, T, 2), rescaled.
    window, order : int
        Of the Savitzky-Golay filter.
    """
    found = np.full(len(z), -1, dtype=np.int64)
    whole = np.isfinite(z).all(axis=(1, 2))
    if whole.any():
        scaled, moves = rescale(savgol_filter(z[whole], window, order, axis=1, mode="interp"))
        nearest = np.full(len(scaled), -1, dtype=np.int64)
        if moves.any():
            nearest[moves] = assign(scaled[moves], centroids)[0]
        found[whole] = nearest
    return found
