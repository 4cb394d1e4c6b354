"""Several seeded starts of one clustering, of which the lowest inertia wins."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from isthmus.errors import IsthmusError, TrajectoryError, did_you_mean
from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.kmeans import MAX_ITERATIONS, TOLERANCE, Clustering, dtw_kmeans
from isthmus.trajectories.labels import LABELS, label_centroids

Engine = Literal["isthmus", "tslearn"]
# Starts that end in the same optimum differ by rounding; the first of them is taken, on every machine.
SAME_INERTIA = 1e-9


@dataclass(frozen=True)
class Restart:
    """One start: its number, the seed it had, and what came of it.

    Attributes
    ----------
    restart, seed : int
        Number from 0, and the seed derived from the study's seed and this number.
    clustering : Clustering | None
        None when it failed.
    message : str, default ''
        Why it failed; empty otherwise.
    """

    restart: int
    seed: int
    clustering: Clustering | None
    message: str = ""

    @property
    def status(self) -> str:
        """"converged", "not converged" or "failed"."""  # fmt: skip
        return "failed" if self.clustering is None else self.clustering.status


def restart_seed(seed: int, restart: int) -> int:
    """Return the seed of one start, 0 to 2^32 - 1, from the study's seed and the number of the start alone."""
    return int(np.random.SeedSequence([seed, restart]).generate_state(1, np.uint32)[0])


def check_engine(engine: str) -> None:
    """Refuse an engine that is unknown or not installed, before any work.

    Raises
    ------
    TrajectoryError
        With what to write or to install.
    """
    if engine not in get_args(Engine):
        raise TrajectoryError(f"unknown engine {engine!r}; {did_you_mean(engine, get_args(Engine))}")
    if engine == "tslearn":
        from isthmus.trajectories.tslearn_engine import check_installed

        check_installed()


def run_restart(
    series: Floats,
    restart: int,
    *,
    k: int,
    seed: int,
    engine: Engine = "isthmus",
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
    threads: int = 1,
) -> Restart:
    """Cluster series from the start of one number; a failure is a result that says why.

    Parameters
    ----------
    series : array of float
        (n, T, d).
    restart : int
        Number of the start.
    k, max_iterations, tolerance, threads : int, float
        As in `isthmus.trajectories.kmeans.dtw_kmeans`.
    seed : int
        Of the study.
    engine : Engine, default 'isthmus'
        "isthmus", or "tslearn" for its implementation of the same method.
    """
    own, start = restart_seed(seed, restart), time.perf_counter()
    try:
        if engine == "tslearn":
            from isthmus.trajectories.tslearn_engine import tslearn_kmeans

            found = tslearn_kmeans(series, k, seed=own, max_iterations=max_iterations, tolerance=tolerance)
        else:
            found = dtw_kmeans(series, k, seed=own, max_iterations=max_iterations, tolerance=tolerance, threads=threads)
    except IsthmusError as error:
        return Restart(restart, own, None, str(error))
    return Restart(restart, own, replace(found, seconds=time.perf_counter() - start))


def best_restart(restarts: Sequence[Restart]) -> Restart:
    """Return the start with the lowest inertia; of those that are equal but for rounding, the first.

    Raises
    ------
    TrajectoryError
        Every start failed; gives the first reason.
    """
    done = [(r, r.clustering.inertia) for r in sorted(restarts, key=lambda r: r.restart) if r.clustering is not None]
    if not done:
        reason = restarts[0].message if restarts else "none was made"
        raise TrajectoryError(f"all {len(restarts)} starts of the clustering failed: {reason}")
    lowest = min(inertia for _, inertia in done)
    return next(r for r, inertia in done if inertia <= lowest * (1 + SAME_INERTIA))


def in_order(clustering: Clustering) -> Clustering:
    """Return the same clusters numbered alike in every start: by label when they have labels, otherwise by size."""
    if clustering.centroids.shape[0] == len(LABELS) and clustering.centroids.shape[2] == 2:
        labels = label_centroids(clustering.centroids)
        order = np.array([labels.index(label) for label in LABELS])
    else:
        order = np.argsort(-clustering.members, kind="stable")
    position = np.empty(clustering.k, dtype=np.int64)
    position[order] = np.arange(clustering.k)
    return replace(clustering, assignment=position[clustering.assignment], centroids=clustering.centroids[order])
