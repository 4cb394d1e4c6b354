"""What a statistic of every node looks like in random networks: bands, and p-values for one node and for all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from isthmus.centrality.arcs import Floats
from isthmus.errors import CentralityError

Network = TypeVar("Network")
DRAWS = 500
LEVEL = 0.95


@dataclass(frozen=True)
class NullBand:
    """A statistic of every node tested against a null model.

    Attributes
    ----------
    observed : float64 array of shape (N,)
        The statistic of the observed network.
    mean, sd : float64 arrays of shape (N,)
        Moments over the random networks; sd with n - 1 in the denominator.
    lower, upper : float64 arrays of shape (N,)
        Band that a single node stays in with the probability `level`.
    family_lower, family_upper : float64 arrays of shape (N,)
        Band that all nodes together stay in with that probability.
    p : float64 array of shape (N,)
        (1 + random networks in which the node has at least the observed value) / (n + 1).
    family_p : float64 array of shape (N,)
        The same for the largest standardised deviation over all nodes: at most a share alpha of worlds without any
        bridge has a node with family_p <= alpha.
    n_draws : int
        Random networks.
    level : float
        Probability that the bands are made for.

    References
    ----------
    Westfall and Young (1993), Resampling-based multiple testing (single-step maxT); Davison and Hinkley (1997),
    Bootstrap methods and their application, section 4.2 (the 1 in the p-value).

    """

    observed: Floats
    mean: Floats
    sd: Floats
    lower: Floats
    upper: Floats
    family_lower: Floats
    family_upper: Floats
    p: Floats
    family_p: Floats
    n_draws: int
    level: float


def null_band(
    observed: ArrayLike,
    draw: Callable[[np.random.Generator], Network],
    statistic: Callable[[Network], ArrayLike],
    *,
    n_draws: int = DRAWS,
    seed: int = 0,
    level: float = LEVEL,
) -> NullBand:
    """Return a statistic of every node beside what random networks give.

    Parameters
    ----------
    observed : array of shape (N,)
        The statistic of the observed network.
    draw : function of a numpy Generator
        Makes one random network.
    statistic : function of a network
        The statistic of every node of it, shape (N,).
    n_draws : int
        Random networks.
    seed : int
        Seed; draw k has the generator of (seed, k), so parts of the draws can be made elsewhere.
    level : float
        Probability that the bands are made for.

    Returns
    -------
    NullBand
        Bands and p-values.

    Raises
    ------
    CentralityError
        Fewer than 2 draws, a level outside (0, 1), or a statistic of another shape.

    """
    seen = np.asarray(observed, dtype=np.float64)
    if n_draws < 2 or not 0 < level < 1:
        raise CentralityError(f"{n_draws} draws at level {level}: expected at least 2 draws and a level in (0, 1)")
    values = np.empty((n_draws, seen.size))
    for k in range(n_draws):
        found = np.asarray(statistic(draw(np.random.default_rng([seed, k]))), dtype=np.float64)
        if found.shape != seen.shape:
            raise CentralityError(
                f"draw {k} gives a statistic of shape {found.shape}; the observed one has {seen.shape}: "
                "a random network must keep all nodes"
            )
        values[k] = found
    return band_of(seen, values, level=level)


def band_of(observed: Floats, values: Floats, *, level: float = LEVEL) -> NullBand:
    """Return the bands from values that have been drawn already.

    Parameters
    ----------
    observed : float64 array of shape (N,)
        The statistic of the observed network.
    values : float64 array of shape (n, N)
        The statistic in every random network.
    level : float
        Probability that the bands are made for.

    """
    n = len(values)
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    lower, upper = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
    deviation = _standardised(values, mean, sd)
    reach = np.quantile(np.abs(deviation).max(axis=1, initial=0.0), level)
    own = _standardised(observed, mean, sd)
    highest = np.sort(deviation.max(axis=1, initial=-np.inf))
    return NullBand(
        observed=observed,
        mean=mean,
        sd=sd,
        lower=lower,
        upper=upper,
        family_lower=mean - reach * sd,
        family_upper=mean + reach * sd,
        p=(1 + np.sum(values >= observed, axis=0)) / (n + 1),
        family_p=(1 + n - np.searchsorted(highest, own, side="left")) / (n + 1),
        n_draws=n,
        level=level,
    )


def _standardised(values: Floats, mean: Floats, sd: Floats) -> Floats:
    """Deviations in sd; of a node that never varies 0 at its value and infinite elsewhere."""
    away = values - mean
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = away / sd
    constant = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    return np.where(sd > 0, scaled, constant)
