"""Resampling works: how much a tie, and the label of a trajectory, depends on single papers (METHODS 9.4).

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
NOTHING_CITED = -1
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
def _add(pairs: IntArray, works: IntArray, cited: IntArray, streams: Any, cumulative: FloatArray, total: Any) -> None:
    weights = np.zeros(streams.size, dtype=np.int64)
    for row in range(pairs.size):
        # a citation between works of several countries is several rows in a row: its weights are made once
        if row == 0 or works[row] != works[row - 1] or cited[row] != cited[row - 1]:
            for r in range(streams.size):
                weights[r] = _weight(np.uint64(works[row]), streams[r], cumulative)
                if cited[row] != NOTHING_CITED and weights[r] > 0:
                    weights[r] *= _weight(np.uint64(cited[row]), streams[r], cumulative)
        for r in range(streams.size):
            total[pairs[row], r] += weights[r]


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

    A work's row counts its weight. A citation's row counts the product of the weights of its two works, each of which
    might not have been there: the pigeonhole bootstrap of two crossed factors (Owen 2007, Annals of Applied Statistics
    1, 386). A work has one weight in a replicate, whether it cites, is cited, or joins countries.

    Parameters
    ----------
    contributions : pandas.DataFrame
        work_id, cited_work_id (missing where nothing is cited), src, dst: each row adds 1 to its tie.
    replicates : int
        Number of replicates.
    seed : int
        The study's seed.

    Returns
    -------
    pandas.DataFrame
        `src`, `dst`, `weights`, `surplus`: one row per tie, `weights` an array (replicates,) of whole numbers, 0 where
        the tie vanishes; `surplus` as in `isthmus.trajectories.replicates.without_surplus`: twice the sum of the
        squared counts of its citations.
    """
    tie = contributions.groupby(["src", "dst"], sort=True)
    codes = np.asarray(tie.ngroup(), dtype=np.int64)
    ties = tie.size().reset_index()
    total = np.zeros((len(ties), replicates), dtype=np.int64)
    works = np.asarray(contributions["work_id"], dtype=np.int64)
    cited = np.asarray(contributions["cited_work_id"].astype("Int64").fillna(NOTHING_CITED), dtype=np.int64)
    _add(codes, works, cited, _streams(seed, replicates), _CUMULATIVE, total)
    return ties[["src", "dst"]].assign(weights=list(total), surplus=_surplus(codes, works, cited, len(ties)))


def _surplus(codes: IntArray, works: IntArray, cited: IntArray, ties: int) -> IntArray:
    citation = pd.DataFrame({"tie": codes, "work": works, "cited": cited})[cited != NOTHING_CITED]
    counts = citation.groupby(["tie", "work", "cited"]).size().reset_index(name="count")
    squares = np.bincount(counts["tie"], weights=counts["count"] ** 2, minlength=ties)
    return 2 * squares.astype(np.int64)


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

    Returns
    -------
    array of int
        (replicates,).
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
