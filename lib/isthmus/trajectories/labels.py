"""Names of clusters, and how far pairs move: convergence, divergence, integration.

The paper names its four clusters by eye; here the centroids' directions decide. A limit of the method, measured on
simulated worlds: a z that stays level is noise, and rescaling stretches noise to [-1, 1] like any trend, so that a pair
whose exchange falls at level collaboration is taken for SD about as often as for KD.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import Floats

SC, SD, KI, KD = "SC", "SD", "KI", "KD"
LABELS = (SC, SD, KI, KD)
LABEL_NAMES = {
    SC: "scientific convergence",
    SD: "scientific divergence",
    KI: "knowledge integration",
    KD: "knowledge divergence",
}
# Ideal changes (collaboration, knowledge exchange) of the labels, in their order.
DIRECTIONS = np.array([[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0], [0.0, -1.0]])
DIRECTIONS /= np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)
SETTLED = 0.9  # probability from which on a direction is said
END_YEARS = 3  # years at either end whose mean counts as start and as end


def changes(series: Floats) -> Floats:
    """How far each series moves in each dimension: the mean of its last three points minus that of its first three.

    Parameters
    ----------
    series : array of float
        (n, T, d).

    Returns
    -------
    array of float
        (n, d).
    """
    found: Floats = series[:, -END_YEARS:].mean(axis=1) - series[:, :END_YEARS].mean(axis=1)
    return found


def label_centroids(centroids: Floats) -> tuple[str, ...]:
    """Return the labels of four centroids, one each, such that their directions fit best in all.

    SC: both networks rise; SD: both fall; KI: exchange rises and collaboration falls; KD: exchange falls and
    collaboration stays. The sum of the cosines between the centroids' changes and these directions is the largest that
    any one-to-one naming has.

    Parameters
    ----------
    centroids : array of float
        (4, T, 2), collaboration first, then knowledge exchange.

    Raises
    ------
    TrajectoryError
        Not four centroids in two dimensions; other numbers of clusters have no names.
    """
    if centroids.ndim != 3 or centroids.shape[0] != len(LABELS) or centroids.shape[2] != 2:
        raise TrajectoryError(
            f"centroids have shape {centroids.shape}; only four in two networks, (4, T, 2), have names"
        )
    change = changes(centroids)
    size = np.linalg.norm(change, axis=1, keepdims=True)
    cosine = (change / np.where(size > 0, size, 1.0)) @ DIRECTIONS.T
    rows, columns = linear_sum_assignment(cosine, maximize=True)
    names = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return tuple(LABELS[names[cluster]] for cluster in range(len(LABELS)))


def speeds(z: Floats) -> Floats:
    """How far each pair's z moved in the plane of the two networks from the first year to the last.

    Gallo et al. 2026, eq. 9: the square root of the summed squares of both networks' change.

    Parameters
    ----------
    z : array of float
        (n, T, 2), raw or smoothed, not rescaled.

    Returns
    -------
    array of float
        (n,); divided by T - 1 it is the speed per year.
    """
    found: Floats = np.linalg.norm(z[:, -1] - z[:, 0], axis=1)
    return found
