"""Trends of the propensity: whether a tie grows, falls or stays level beyond what size explains, and how sure that is.

z of a pair with a constant preference grows with the field; the propensity f = w / mu does not. Here

    log f_t = a + b x_t,  x_t = (year - middle) / span,  E[w_t] = m_t = mu_t f_t,  Var[w_t] = m_t (1 + kappa m_t)

is fitted to each pair by quasi-likelihood, its scatter estimated from the pairs' own series (`dispersion`), its slope
shrunk by what pairs of its size say (`shrinkage`). Two networks give a pair one of seven classes, each with a
probability.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dispersion import fit_dispersed
from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.shrinkage import Estimates, Prior, estimate_prior, noise_probabilities, posterior

# A propensity that changes by less than a quarter per decade is level.
DELTA = math.log(1.25)
# Standard deviation of the wide prior on b: over all years a propensity changes e^2 = 7-fold at most as a rule.
SLAB = 2.0
YEARS_PER_DECADE = 10.0
# How many times the variance of a slope is what the scatter around lines says. Where nothing is planted it is 1.4 to
# 1.6: counts of few, uneven papers give slopes with fat tails (1.2 by themselves), luck that lasts is seen too short in
# 20 years (1.1), and a null model that is not exact drifts (1.15). Found on the worlds of seeds 1 to 5.
SLOW_SCATTER = 1.5

CLASSES = ("SC", "SD", "KI", "KD", "KDr", "level", "rest")


@dataclass(frozen=True)
class Trends:
    """Trend of the log propensity of n pairs in one network.

    Attributes
    ----------
    trend, sd : float array of shape (n,)
        Mean and standard deviation of b, per decade.
    rise, fall, level : float array of shape (n,)
        P(b > delta), P(b < -delta), P(-delta <= b <= delta); they sum to 1.
    years_used : int64 array of shape (n,)
        Years with an expected weight above 0.
    papers : float array of shape (n,)
        Observed weight over these years.
    kappa, rho : float array of shape (n,)
        Overdispersion and lag-1 autocorrelation of the pair's size class; nan for a pair without papers.
    prior : Prior
        The law of the slopes of each size class, per span of years.

    """

    trend: Floats
    sd: Floats
    rise: Floats
    fall: Floats
    level: Floats
    years_used: NDArray[np.int64]
    papers: Floats
    kappa: Floats
    rho: Floats
    prior: Prior


def propensity_trends(
    weight: ArrayLike, expected: ArrayLike, years: ArrayLike, *, delta: float = DELTA, slab: float = SLAB
) -> Trends:
    """Fit the trends of all pairs of one network.

    Parameters
    ----------
    weight : array of shape (n, T)
        Observed weights, >= 0; nan in a year in which the pair is absent.
    expected : array of shape (n, T)
        Mean weights under the null model; nan in a year in which the pair is absent. A year in which nothing is
        expected says nothing of a propensity and is left out.
    years : array of shape (T,)
        The years, ascending.
    delta : float
        Change of the log propensity per decade below which it is level.
    slab : float
        Standard deviation of the wide prior on the change of the log propensity over all years.

    Raises
    ------
    TrajectoryError
        Shapes that do not fit, years that do not ascend, a negative number, or a bound that is not above 0.

    """
    w, mu, when = _checked(weight, expected, years, delta, slab)
    span = float(when[-1] - when[0]) or 1.0
    x = (when - 0.5 * (when[0] + when[-1])) / span
    used = ~(np.isnan(w) | np.isnan(mu)) & (mu > 0.0)
    w, mu = np.where(used, w, 0.0), np.where(used, mu, 0.0)
    lines = fit_dispersed(w, mu, x, slab**-2.0)
    # The wide prior only kept the fit finite: taken out again here, the mixture over all pairs replaces it.
    own = lines.slope * (
        1.0 + np.divide(slab**-2.0, lines.information, out=np.zeros(len(w)), where=lines.information > 0)
    )
    noise = noise_probabilities(lines.squares, lines.freedom, lines.size_class)
    estimates = Estimates(slope=own, information=lines.information / SLOW_SCATTER, noise=noise)
    per_span = span / YEARS_PER_DECADE
    prior = estimate_prior(estimates, slab, delta * per_span, lines.size_class)
    known = posterior(estimates, prior, lines.size_class)
    mean, sd = known.moments()
    rise, fall = known.above(delta * per_span), known.below(-delta * per_span)
    return Trends(
        trend=mean / per_span,
        sd=sd / per_span,
        rise=rise,
        fall=fall,
        level=np.clip(1.0 - rise - fall, 0.0, 1.0),
        years_used=used.sum(axis=1),
        papers=w.sum(axis=1),
        kappa=lines.kappa,
        rho=lines.rho,
        prior=prior,
    )


def class_shares(collaboration: Floats, exchange: Floats) -> Floats:
    """Return the probability of each of the seven classes of n pairs, shape (n, 7), in the order of `CLASSES`.

    SC: both rise. SD: both fall. KI: collaboration falls, knowledge exchange rises. KD: collaboration level, exchange
    falls. KDr: collaboration rises, exchange falls. level: both level. rest: anything else. Given the data, the two
    slopes of a pair are taken to be independent: they come from different counts, but a paper of both countries that
    cites adds to both.

    Parameters
    ----------
    collaboration, exchange : float array of shape (n, 3)
        P(rise), P(fall), P(level) of the same pairs in the same order.

    Raises
    ------
    TrajectoryError
        Other shapes.

    """
    if collaboration.shape != exchange.shape or collaboration.shape[1:] != (3,):
        raise TrajectoryError(
            f"probabilities have shapes {collaboration.shape} and {exchange.shape}; expected (pairs, 3) twice, the "
            "same pairs in the same order"
        )
    (rise, fall, level), (k_rise, k_fall, k_level) = collaboration.T, exchange.T
    named = [rise * k_rise, fall * k_fall, fall * k_rise, level * k_fall, rise * k_fall, level * k_level]
    rest = level * k_rise + fall * k_level + rise * k_level
    return np.stack([*named, rest], axis=1)


def _checked(
    weight: ArrayLike, expected: ArrayLike, years: ArrayLike, delta: float, slab: float
) -> tuple[Floats, Floats, Floats]:
    w, mu, when = (np.asarray(values, dtype=np.float64) for values in (weight, expected, years))
    if w.ndim != 2 or w.shape != mu.shape or when.shape != w.shape[1:] or not when.size:
        raise TrajectoryError(
            f"weight, expected and years have shapes {w.shape}, {mu.shape} and {when.shape}; expected (pairs, years) "
            "twice and (years,), at least one year"
        )
    if (np.diff(when) <= 0).any():
        raise TrajectoryError(f"the years are {when.astype(int).tolist()}; expected each once, ascending")
    for name, values in (("weight", w), ("expected", mu)):
        if (values < 0.0).any() or np.isinf(values).any():
            pair, year = np.argwhere((values < 0.0) | np.isinf(values))[0]
            raise TrajectoryError(f"{name} of pair {pair} in {when[year]:.0f} is {values[pair, year]:g}; expected >= 0")
    if not (delta > 0.0 and slab > 0.0):
        raise TrajectoryError(f"delta is {delta} and slab {slab}; expected both above 0")
    return w, mu, when
