"""Empirical-Bayes shrinkage of trends: what pairs of one size say about how large trends are, and how noisy.

The prior of a slope is a mixture of normal laws around 0 with standard deviations from the slab's down, the weights of
which are those that make the slopes of the size class most probable (adaptive shrinkage: Stephens 2017, Biostatistics
18, 275, with normal components). Where most pairs do not move, a noisy slope is pulled to 0; a well measured one is
not. Each size class has its own law: what the ties of large countries do says little about pairs of a few papers.

Pairs of one size differ in how much they scatter. A pair's variance is phi times that of its size class; the law of phi
in the class is estimated likewise, on a grid, from the pairs' sums of squared residuals, so that a restless series is
trusted less than the class as a whole would be (the moderated variances of Smyth 2004, without their gamma law).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from isthmus.trajectories.dtw import Floats

# Each component has a standard deviation half as large as the one before, this many at most.
COMPONENTS = 8
# The narrowest component in parts of the change below which a slope is level. A spike at 0 would say that the level
# pairs of a network do not move at all, which few papers cannot tell from moving a little: 9 % of the pairs that it
# called level with P >= .9 in simulated worlds were not, and 2 % with this one (docs/methods/what-holds.md).
NARROWEST = 0.5
EXPECTATION_STEPS = 100
# phi: a pair's own variance in units of its class's.
NOISE_FACTORS = 2.0 ** np.arange(-3.0, 6.0)
# As if so many pairs of each component had been seen: with few pairs the weights stay near equal.
PSEUDO_PAIRS = 1.0


@dataclass(frozen=True)
class Prior:
    """The law of the slopes of the pairs of each size class: a mixture of normal laws around 0.

    Attributes
    ----------
    sd : float array of shape (k,)
        Standard deviation of each component, the slab first.
    share : float array of shape (c, k)
        Weight of each component in each class; those of a class sum to 1.

    """

    sd: Floats
    share: Floats


@dataclass(frozen=True)
class Posterior:
    """What is known of n slopes: a mixture of k normal laws for each.

    Attributes
    ----------
    share, mean, sd : float array of shape (n, k)
        Weight, mean and standard deviation of each component; the weights of a slope sum to 1.

    """

    share: Floats
    mean: Floats
    sd: Floats

    def moments(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of each slope, two arrays of shape (n,)."""
        mean = (self.share * self.mean).sum(axis=1)
        spread = (self.share * (self.sd**2 + (self.mean - mean[:, None]) ** 2)).sum(axis=1)
        return mean, np.sqrt(spread)

    def above(self, bound: float) -> Floats:
        """Return P(slope > bound), shape (n,)."""
        return (self.share * special.ndtr((self.mean - bound) / self.sd)).sum(axis=1)

    def below(self, bound: float) -> Floats:
        """Return P(slope < bound), shape (n,)."""
        return (self.share * special.ndtr((bound - self.mean) / self.sd)).sum(axis=1)


@dataclass(frozen=True)
class Estimates:
    """Slopes of n pairs as their own data give them.

    Attributes
    ----------
    slope, information : float array of shape (n,)
        Estimate without a prior, and 1 / variance at the scatter of the size class; 0 where the data say nothing.
    noise : float array of shape (n, j)
        Probability of each of `NOISE_FACTORS`.

    """

    slope: Floats
    information: Floats
    noise: Floats


def noise_probabilities(squares: Floats, freedom: Floats, size_class: NDArray[np.int64]) -> Floats:
    """Return the probability of each of `NOISE_FACTORS` for each pair, shape (n, j).

    Parameters
    ----------
    squares : float array of shape (n,)
        Sum of squared residuals in units of the class's variance.
    freedom : float array of shape (n,)
        Degrees of freedom of that sum; with 0 a pair is as its class.
    size_class : int64 array of shape (n,)
        Number of the class; -1 where there is none, which counts as a class.

    """
    log_density = -0.5 * (freedom[:, None] * np.log(NOISE_FACTORS) + squares[:, None] / NOISE_FACTORS)
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True, initial=-np.inf))
    found = np.empty_like(density)
    for number in np.unique(size_class):
        mine = size_class == number
        weighted = density[mine] * _shares(density[mine & (freedom > 0.0)])
        found[mine] = weighted / weighted.sum(axis=1, keepdims=True)
    return found


def estimate_prior(estimates: Estimates, slab: float, level: float, size_class: NDArray[np.int64]) -> Prior:
    """Estimate the weights of each class's mixture by expectation-maximisation over its slopes with information.

    Parameters
    ----------
    estimates : Estimates
        Of all pairs of a network.
    slab : float
        Standard deviation of the widest component.
    level : float
        Change below which a slope counts as level, in the unit of the slopes.
    size_class : int64 array of shape (n,)
        Number of the class, 0 for the smallest; -1 where nothing was observed.

    """
    sd = _standard_deviations(slab, level)
    told = estimates.information > 0.0
    marginal = _marginal(estimates, sd).sum(axis=1)
    classes = range(max(int(size_class.max(initial=0)) + 1, 1))
    return Prior(sd=sd, share=np.stack([_shares(marginal[told & (size_class == number)]) for number in classes]))


def _standard_deviations(slab: float, level: float) -> Floats:
    sd: Floats = slab * 0.5 ** np.arange(COMPONENTS, dtype=np.float64)
    return sd[(sd >= NARROWEST * level) | (sd == slab)]


def posterior(estimates: Estimates, prior: Prior, size_class: NDArray[np.int64]) -> Posterior:
    """Return the law of each slope, given its estimate and what the pairs of its class say.

    Parameters
    ----------
    estimates : Estimates
        Of n pairs.
    prior : Prior
        The law of the slopes of each class.
    size_class : int64 array of shape (n,)
        Number of the class; -1, where nothing was observed, is as the smallest.

    """
    of_class = prior.share[np.maximum(size_class, 0)]
    shape = (len(estimates.slope), NOISE_FACTORS.size * prior.sd.size)
    information = estimates.information[:, None] / NOISE_FACTORS
    precision = information[:, :, None] + prior.sd**-2.0
    share = (_marginal(estimates, prior.sd) * of_class[:, None, :]).reshape(shape)
    return Posterior(
        share=share / share.sum(axis=1, keepdims=True),
        mean=((information * estimates.slope[:, None])[:, :, None] / precision).reshape(shape),
        sd=(1.0 / np.sqrt(precision)).reshape(shape),
    )


def _shares(likelihood: Floats) -> Floats:
    """Weights of a mixture's components, shape (k,), from the likelihood (n, k) of each observation under each."""
    share = np.full(likelihood.shape[1], 1.0 / likelihood.shape[1])
    for _ in range(EXPECTATION_STEPS if len(likelihood) else 0):
        share = share * (likelihood.T @ (1.0 / (likelihood @ share))) + PSEUDO_PAIRS
        share /= share.sum()
    return share


def _marginal(estimates: Estimates, sd: Floats) -> Floats:
    """Density of each estimate under each factor of noise and each component, shape (n, j, k), up to one of each pair.

    Divided by the largest of the pair, so that an estimate far from 0 does not underflow under all of them.
    """
    information = estimates.information[:, None, None] / NOISE_FACTORS[:, None]
    growth = 1.0 + information * sd**2
    square = information * estimates.slope[:, None, None] ** 2
    log_density = 0.5 * (_log_ratio(information, growth) - square / growth)
    largest = log_density.max(axis=(1, 2), keepdims=True, initial=-np.inf)
    return np.exp(log_density - largest) * estimates.noise[:, :, None]


def _log_ratio(information: Floats, growth: Floats) -> Floats:
    """log(information / growth), 0 where there is no information: the estimate then prefers no component."""
    told = np.broadcast_to(information > 0.0, growth.shape)
    return np.where(told, np.log(np.where(told, information / growth, 1.0)), 0.0)
