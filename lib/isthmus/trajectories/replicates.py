"""Intervals of the propensity from a bootstrap over works, with the null model held fixed.

A link of one paper vanishes from 37 % of Poisson replicates: a null model refitted to them is that of a sparser
network, and its z is biased. Here only the observed weight is resampled; the interval is that of log(w / mu), and the
basic one, 2 theta - quantile (Davison & Hinkley 1997, section 5.2), which turns the bias around instead of doubling it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import TrajectoryError
from isthmus.nullmodels.propensity import LEVEL, garwood_interval
from isthmus.trajectories.dtw import Floats


@dataclass(frozen=True)
class LogInterval:
    """Intervals of log(w / mu) of n pairs.

    Attributes
    ----------
    point : float array of shape (n,)
        log(w / mu); -inf where nothing was observed, nan where nothing was expected.
    low, high : float array of shape (n,)
        Bounds; where nothing was observed low is -inf and high the upper bound.
    design_effect : float array of shape (n,)
        Variance of the weight over the replicates in units of a Poisson count's; nan where nothing was observed.

    """

    point: Floats
    low: Floats
    high: Floats
    design_effect: Floats


def log_propensity_interval(
    replicates: ArrayLike,
    point: ArrayLike,
    expected: ArrayLike,
    *,
    level: float = LEVEL,
    zero_effect: float = 1.0,
) -> LogInterval:
    """Return the bias-corrected bootstrap interval of each pair's log propensity.

    Parameters
    ----------
    replicates : array of shape (n, R)
        Weight of each pair in each of R replicates.
    point : array of shape (n,)
        Observed weight.
    expected : array of shape (n,)
        Mean weight under the null model that was fitted to the observed network.
    level : float
        Coverage.
    zero_effect : float
        Design effect taken for pairs of which nothing was observed, where no replicate can tell it: 1 where each paper
        adds 1 (collaboration), that of small ties where a paper adds many (citations).

    Notes
    -----
    The upper bound needs the low quantile of log w*. Where the pair vanishes from more than (1 - level) / 2 of the
    replicates that is -inf; the bound is then Garwood's for the number of independent papers, w / design effect, times
    the design effect (the device of Korn & Graubard 1998, Survey Methodology 24, 193, for proportions). With w = 0
    there is no interval, only Garwood's upper bound, -ln((1 - level) / 2) zero_effect / mu.

    Raises
    ------
    TrajectoryError
        Shapes that do not fit, no replicates, or a negative number.

    """
    resampled, w, mu = (np.asarray(values, dtype=np.float64) for values in (replicates, point, expected))
    if resampled.ndim != 2 or w.shape != resampled.shape[:1] or mu.shape != w.shape or not resampled.shape[1]:
        raise TrajectoryError(
            f"replicates, point and expected have shapes {resampled.shape}, {w.shape} and {mu.shape}; expected "
            "(pairs, replicates) and (pairs,) twice, at least one replicate"
        )
    for name, values in (("replicates", resampled), ("point", w), ("expected", mu)):
        if (values < 0.0).any():
            raise TrajectoryError(f"a value of {name} is {values[values < 0.0].flat[0]:g}; expected >= 0")
    tail = (1.0 - level) / 2.0
    seen = w > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.where(seen, ((resampled - w[:, None]) ** 2).mean(axis=1) / w, np.nan)
        base = np.log(np.where(mu > 0.0, mu, np.nan))
        theta = np.log(w)
        # "lower" and "higher": between -inf and a number there is no interpolating.
        least = np.log(np.quantile(resampled, tail, axis=1, method="lower"))
        most = np.log(np.quantile(resampled, 1.0 - tail, axis=1, method="higher"))
        low = np.where(seen, 2.0 * theta - most, -np.inf)
        high = np.where(seen, 2.0 * theta - least, np.inf)
        unit = np.where(seen, np.maximum(effect, 1.0), zero_effect)
        few = np.log(garwood_interval(w / unit, level=level)[1] * unit)
    return LogInterval(
        point=theta - base, low=low - base, high=np.where(np.isinf(high), few, high) - base, design_effect=effect
    )
