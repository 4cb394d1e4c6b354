"""Weights that come in clusters: what a test of a count says when one paper can bring many citations.

The null model's law takes every unit of weight as an event of its own. Citations are none: a famous paper brings a tie
dozens at once, and so does a paper that cites many of the other country's. Where works, not citations, are the events,
a weight varies by d times what single events would (d, the design effect: Kish 1965, Survey Sampling, section 8.2), and
the variance under the null model is Var + (d - 1) mu instead of Var. A tail probability p is read as the normal score
that it stands for, and the score divided by the root of how much larger the variance is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class Clusters:
    """Design effects of the summed weights of n pairs.

    Attributes
    ----------
    own : float array of shape (n,)
        Variance of the weight as works come and go, over the weight; nan where nothing was observed.
    pooled : float
        The same of all pairs together; 1 where nothing was observed.

    """

    own: FloatArray
    pooled: float

    @property
    def at_least_pooled(self) -> FloatArray:
        """The larger of both, (n,): of a small weight the clusters that it lacks cannot be seen."""
        return np.fmax(self.own, self.pooled)


def clusters_of(weight: ArrayLike, work_variance: ArrayLike) -> Clusters:
    """Return the design effects of summed weights.

    Parameters
    ----------
    weight : array of shape (n,)
        Observed weights, >= 0.
    work_variance : array of shape (n,)
        Sum of the squared weights that single works bring, as `isthmus.networks.clusters` counts it; the weight itself
        where every unit is an event of its own.
    """
    w, variance = (np.asarray(values, dtype=np.float64) for values in (weight, work_variance))
    seen = w > 0.0
    own = np.divide(variance, w, out=np.full(w.shape, np.nan), where=seen)
    pooled = float(variance[seen].sum() / w[seen].sum()) if seen.any() else 1.0
    return Clusters(own=own, pooled=pooled)


def inflation(effect: ArrayLike, expected: ArrayLike, variance: ArrayLike) -> FloatArray:
    """Return how many times the null model's variance a sum of clustered weights varies, at least 1.

    Parameters
    ----------
    effect : array of shape (n,)
        Design effects; nan counts as 1.
    expected, variance : array of shape (n,)
        Mean and variance of the sum under the null model; where the variance is 0 nothing varies: 1.
    """
    d, mu, var = (np.asarray(values, dtype=np.float64) for values in (effect, expected, variance))
    more = np.where(np.isnan(d), 0.0, np.maximum(d - 1.0, 0.0)) * mu
    return np.asarray(1.0 + np.divide(more, var, out=np.zeros(more.shape), where=var > 0.0))


def tempered(p: ArrayLike, inflated: ArrayLike) -> FloatArray:
    """Return tail probabilities at their normal scores over the root of the inflation.

    Parameters
    ----------
    p : array of shape (n,)
        Tail probabilities; nan stays nan.
    inflated : array of shape (n,)
        As `inflation` gives it; 1 leaves p as it is, to the last bit.
    """
    tail, more = np.asarray(p, dtype=np.float64), np.asarray(inflated, dtype=np.float64)
    return np.where(more > 1.0, special.ndtr(special.ndtri(tail) / np.sqrt(more)), tail)
