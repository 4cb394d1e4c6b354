"""The variance-corrected z: the Enhanced Configuration Model less the spread that comes from fluctuating strengths.

In the canonical ensemble strengths fluctuate (by 40 to 90 % for the largest nodes), and with them the weights of
dominant pairs, whose z can then never fall below -1. Conditioning the weights on the realised strengths, to second
order, gives

    Sigma = Cov(s) = V + diag(V 1)                                   V = [Var w_ij], zero diagonal
    h_ij  = v_ij ([Sigma^-1]_ii + [Sigma^-1]_jj + 2 [Sigma^-1]_ij)   leverage, sum over pairs = rank of Sigma
    sd_ij = sqrt(v_ij (1 - h_ij))

The paper names the correction and not its formula; the variants show how far a conclusion depends on it.
"""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.ecm import EcmFit, PairLaw
from isthmus.nullmodels.ensemble import Ensemble, PairIndex, gather
from isthmus.nullmodels.sampling import sample_ecm
from isthmus.nullmodels.significance import PairVerdict, Verdict
from isthmus.nullmodels.solver import FloatArray

Variant = Literal["conditional", "ipf", "poisson", "mad"]

# A pair whose spread is all due to the strengths keeps this share of its variance, so that z stays finite.
SMALLEST_SHARE = 1e-9
# Below this squared pivot of the scaled covariance it counts as singular (some nodes' strengths determine others').
SMALLEST_PIVOT = 1e-10
# Of the normal law: sd / median absolute deviation.
NORMAL_MAD = 1.482602218505602
IPF_SWEEPS = 500
IPF_TOLERANCE = 1e-8


def leverage(fit: EcmFit, i: IntArray, j: IntArray) -> FloatArray:
    """Share of each pair's variance that is explained by the strengths of its two nodes, between 0 and 1."""
    nodes, inverse = _inverse_covariance(fit)
    rank = np.full(fit.n_nodes, -1, dtype=np.int64)
    rank[nodes] = np.arange(nodes.size)
    return _leverage(fit.variance(i, j), rank[i], rank[j], inverse)


def corrected_verdict(fit: EcmFit, variant: Variant = "conditional", ensemble: Ensemble | None = None) -> Verdict:
    """Hold pairs against the fit with a corrected sd; p-values are those of a normal law with that mean and sd.

    A pair without a link has P(W >= 0) = 1. Where the sd is 0 there is no p-value: nan.

    Parameters
    ----------
    fit : EcmFit
        a fitted model.
    variant : Variant, default 'conditional'
        "conditional" (default, the formula above), "poisson" (sd = sqrt(mean)), "mad" (1.4826 times the median absolute
        deviation of the exact law), "ipf" (mean and sd over realisations rescaled to the observed strengths).
    ensemble : Ensemble | None, optional
        The rescaled realisations of `rescaled_ensemble`, for "ipf".
    """
    if variant == "conditional":
        nodes, inverse = _inverse_covariance(fit)
        rank = np.full(fit.n_nodes, -1, dtype=np.int64)
        rank[nodes] = np.arange(nodes.size)

    def verdict(i: IntArray, j: IntArray, w: IntArray) -> PairVerdict:
        law = fit.law(i, j)
        mean = law.expected_weight
        if variant == "conditional":
            v = law.variance
            sd = np.sqrt(v * np.maximum(1.0 - _leverage(v, rank[i], rank[j], inverse), SMALLEST_SHARE))
        elif variant == "poisson":
            sd = np.sqrt(mean)
        elif variant == "mad":
            sd = NORMAL_MAD * _median_absolute_deviation(law)
        else:
            assert ensemble is not None, "the ipf variant needs the realisations of rescaled_ensemble"
            at = ensemble.pairs.positions(i, j)
            mean, sd = ensemble.mean[at], ensemble.sd[at]
        z = np.divide(w - mean, sd, out=np.full(sd.shape, np.nan), where=sd > 0)
        upper, lower = special.ndtr(-z), special.ndtr(z)
        return PairVerdict(
            link_probability=law.link_probability,
            expected=mean,
            sd=sd,
            p_upper=np.where(w == 0, 1.0, upper),
            p_lower=lower,
            p_two_sided=np.minimum(1.0, 2.0 * np.minimum(upper, lower)),
        )

    return verdict


def rescaled_ensemble(fit: EcmFit, n_samples: int, rng: np.random.Generator) -> Ensemble:
    """Realisations, each rescaled to the observed strengths (u_i u_j w_ij, iterative proportional fitting)."""
    pairs = PairIndex(np.flatnonzero(fit.degrees > 0), fit.n_nodes)
    target = fit.strengths.astype(float)

    def rescaled() -> Iterator[tuple[IntArray, FloatArray]]:
        for network in sample_ecm(fit, n_samples, rng):
            u = np.where(target > 0, 1.0, 0.0)
            for _ in range(IPF_SWEEPS):
                sums = u * (network @ u)
                off = np.divide(target, sums, out=np.ones_like(sums), where=sums > 0)
                u *= np.sqrt(off)
                if np.max(np.abs(off - 1.0)) < IPF_TOLERANCE:
                    break
            upper = network.tocoo()
            keep = upper.row < upper.col
            i, j = upper.row[keep].astype(np.int64), upper.col[keep].astype(np.int64)
            yield pairs.positions(i, j), upper.data[keep] * u[i] * u[j]

    return gather(pairs, rescaled())


def _inverse_covariance(fit: EcmFit) -> tuple[IntArray, FloatArray]:
    """Return the linked nodes and the (pseudo-)inverse of the covariance of their strengths."""
    nodes = np.flatnonzero(fit.degrees > 0)
    n = nodes.size
    covariance = np.zeros((n, n))
    for row in range(n - 1):
        covariance[row, row + 1 :] = fit.variance(nodes[row], nodes[row + 1 :])
    covariance += covariance.T
    covariance[np.arange(n), np.arange(n)] = covariance.sum(axis=1)
    diagonal = np.diagonal(covariance).copy()
    scale = np.divide(1.0, np.sqrt(diagonal), out=np.zeros(n), where=diagonal > 0)
    covariance *= scale[:, None]
    covariance *= scale
    inverse = _symmetric_inverse(covariance)
    inverse *= scale[:, None]
    inverse *= scale
    return nodes, inverse


def _symmetric_inverse(matrix: FloatArray) -> FloatArray:
    try:
        factor = linalg.cholesky(matrix, lower=True)
    except linalg.LinAlgError:
        return np.asarray(linalg.pinvh(matrix))
    if np.min(np.diagonal(factor), initial=1.0) ** 2 < SMALLEST_PIVOT:
        return np.asarray(linalg.pinvh(matrix))
    return np.asarray(linalg.cho_solve((factor, True), np.eye(matrix.shape[0])))


def _leverage(v: FloatArray, i: IntArray, j: IntArray, inverse: FloatArray) -> FloatArray:
    return np.clip(v * (inverse[i, i] + inverse[j, j] + 2.0 * inverse[i, j]), 0.0, 1.0)


def _median_absolute_deviation(law: PairLaw) -> FloatArray:
    """Of the exact law of each pair's weight, by bisection over whole numbers."""
    shape = law.link_probability.shape
    far = np.ceil(np.where(np.isfinite(law.rate), 2.0 / np.maximum(law.rate, 1e-300), 2.0)) + 2.0
    median = _bisect(lambda w: law.lower_tail(w) >= 0.5, far, shape)
    return _bisect(lambda d: law.lower_tail(median + d) - law.lower_tail(median - d - 1.0) >= 0.5, far + median, shape)


def _bisect(holds: Callable[[FloatArray], NDArray[np.bool_]], far: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Return the least whole number >= 0 at which a monotone condition holds, per pair; it holds at `far`."""
    low, high = np.full(shape, -1.0), far.copy()
    while np.max(high - low, initial=0.0) > 1.0:
        middle = np.floor((low + high) / 2.0)
        yes = holds(middle)
        high = np.where(yes, middle, high)
        low = np.where(yes, low, middle)
    return high
