"""The same clustering by tslearn (extra `trajectories`), for those who want its implementation, and as an oracle."""

import importlib.util
import warnings

import numpy as np

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.kmeans import MAX_ITERATIONS, TOLERANCE, Clustering, assign


def check_installed() -> None:
    """Say what to install when tslearn is not there.

    Raises
    ------
    TrajectoryError
        Tslearn is not installed.
    """
    if importlib.util.find_spec("tslearn") is None:
        raise TrajectoryError(
            'engine "tslearn" needs the package tslearn, which is not installed: pip install "isthmus[trajectories]", '
            'or take engine "isthmus", which has the same objective'
        )


def tslearn_kmeans(
    series: Floats, k: int, *, seed: int = 0, max_iterations: int = MAX_ITERATIONS, tolerance: float = TOLERANCE
) -> Clustering:
    """Cluster series (n, T, d) by tslearn's TimeSeriesKMeans, metric "dtw", from one start.

    Parameters
    ----------
    series, k, seed, max_iterations, tolerance : array of float, int, float
        As in `isthmus.trajectories.kmeans.dtw_kmeans`.

    Raises
    ------
    TrajectoryError
        Tslearn is not installed, or every one of its ten attempts lost a cluster.
    """
    check_installed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that h5py is missing, and scikit-learn's own deprecations
        from tslearn.clustering import TimeSeriesKMeans

        if not 1 <= k <= len(series):
            raise TrajectoryError(f"{k} clusters of {len(series)} series are asked for; expected 1 to {len(series)}")
        model = TimeSeriesKMeans(k, metric="dtw", max_iter=max_iterations, tol=tolerance, random_state=seed)
        model.fit(series)
    if model.labels_ is None or model.cluster_centers_ is None:
        raise TrajectoryError(f"tslearn lost a cluster in each attempt with seed {seed}; lower the number of clusters")
    centroids = np.asarray(model.cluster_centers_, dtype=float)
    assignment, distance = assign(series, centroids)
    return Clustering(
        assignment=assignment,
        centroids=centroids,
        distance=distance,
        inertia=float(np.mean(distance**2)),
        iterations=int(model.n_iter_),
        status="converged" if model.n_iter_ < max_iterations else "not converged",
        seed=seed,
    )
