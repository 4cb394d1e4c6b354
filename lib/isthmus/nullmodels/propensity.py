"""Propensity: how many times what size explains, with an exact interval for the count behind it.

f = w / mu, the observed weight over the null model's mean; over several years sum w / sum mu. The interval is Garwood's
for the mean of a Poisson count (Garwood 1936, Biometrika 28, 437), divided by mu.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from isthmus.errors import NetworkError
from isthmus.nullmodels.solver import FloatArray

LEVEL = 0.95


@dataclass(frozen=True)
class Propensity:
    """Observed over expected weight, arrays of one shape.

    Attributes
    ----------
    value : float array
        w / mu, "times what size explains"; 0 where nothing was observed, nan where nothing was expected.
    low, high : float array
        Bounds of the interval; at w = 0 low is 0 and high the upper bound, -ln((1 - level) / 2) / mu.

    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


def garwood_interval(count: ArrayLike, *, level: float = LEVEL) -> tuple[FloatArray, FloatArray]:
    """Return the exact central interval for the mean of a Poisson variable of which one value is known.

    Parameters
    ----------
    count : array
        Observed counts, >= 0; nan gives nan.
    level : float
        Coverage, at least this for every mean; each side misses with probability at most (1 - level) / 2.

    Returns
    -------
    tuple of two float arrays
        Lower and upper bounds: the means at which P(W >= count) and P(W <= count) are (1 - level) / 2.

    Raises
    ------
    NetworkError
        A negative count, or a level outside (0, 1).

    """
    if not 0.0 < level < 1.0:
        raise NetworkError(f"the level of the interval is {level}; expected between 0 and 1, for example 0.95")
    counts = np.asarray(count, dtype=np.float64)
    if (counts < 0.0).any():
        raise NetworkError(f"a count is {counts[counts < 0.0].flat[0]:g}; expected >= 0")
    tail = (1.0 - level) / 2.0
    seen = np.where(counts > 0.0, counts, 1.0)
    low = np.where(counts > 0.0, special.gammaincinv(seen, tail), np.where(np.isnan(counts), np.nan, 0.0))
    return low, np.asarray(special.gammainccinv(counts + 1.0, tail))


def propensity(weight: ArrayLike, expected: ArrayLike, *, level: float = LEVEL) -> Propensity:
    """Return the observed weight in units of what size explains, per pair and year or of a window's sums.

    Parameters
    ----------
    weight : array
        Observed weights, or their sums over a window; nan where the pair is absent.
    expected : array of the same shape
        Mean weights under the null model, or their sums; nan where the pair is absent.
    level : float
        Coverage of the interval if links were independent papers; a paper of many countries makes many links at once,
        and the bootstrap over works shows what that adds.

    Raises
    ------
    NetworkError
        A negative weight or expected weight, or a level outside (0, 1).

    """
    w, mu = np.asarray(weight, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if (mu < 0.0).any():
        raise NetworkError(f"an expected weight is {mu[mu < 0.0].flat[0]:g}; expected >= 0")
    low, high = garwood_interval(w, level=level)
    known = np.where(mu > 0.0, mu, np.nan)
    return Propensity(value=w / known, low=low / known, high=high / known)
