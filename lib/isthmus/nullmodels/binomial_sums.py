"""Sums of independent binomials: the weight of a tie when every paper is an event, with exact tails at any depth.

W = sum_k Binomial(n_k, p_k). The tail beyond the observed w is taken under a tilted law, p'_k = p_k e^t / (1 - p_k +
p_k e^t), whose mean is w, and weighed back (kappa = log E[exp(t W)]):

    P(W >= w) = exp(kappa - t w) sum_{d >= 0} exp(-t d) P_t(W = w + d)

The sum is the trapezoidal rule of the inversion of the characteristic function (Hong 2013, Computational Statistics &
Data Analysis 59, 41), with the sum over d in closed form. Nothing is approximated beyond these bounds, all relative to
a sum of about 1 / sd: what lies outside the window has a probability below 1e-20 (Bernstein's inequality), the
frequencies that are left out have |phi| <= exp(-var (1 - cos omega)) < 1e-21, and arithmetic costs about 1e-12. The
work depends on the number of different k alone, not on n_k or w.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from isthmus.nullmodels.solver import FloatArray

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
# -log of the probability that may lie outside the window, and of the characteristic function that may be left out.
_WINDOW = 46.1
_SILENCE = 48.5


@dataclass(frozen=True)
class Tails:
    """Both tails of some observed weights.

    Attributes
    ----------
    upper : array of shape (M,)
        P(W >= w).
    lower : array of shape (M,)
        P(W <= w).
    point : array of shape (M,)
        P(W = w).

    """

    upper: FloatArray
    lower: FloatArray
    point: FloatArray

    @property
    def upper_mid_p(self) -> FloatArray:
        """P(W > w) + P(W = w) / 2, shape (M,)."""
        return self.upper - 0.5 * self.point

    @property
    def lower_mid_p(self) -> FloatArray:
        """P(W < w) + P(W = w) / 2, shape (M,)."""
        return self.lower - 0.5 * self.point


@dataclass(frozen=True)
class BinomialSums:
    """The laws of M weights, each a sum of K independent binomials.

    Attributes
    ----------
    trials : array of shape (K,)
        Numbers of papers n_k, whole numbers > 0.
    probabilities : array of shape (M, K)
        Probability p_k that a paper counts, of each weight.

    """

    trials: FloatArray
    probabilities: FloatArray

    @property
    def expected_weight(self) -> FloatArray:
        """Return the means, sum_k n_k p_k, shape (M,)."""
        return self.probabilities @ self.trials

    @property
    def variance(self) -> FloatArray:
        """Return the variances, sum_k n_k p_k (1 - p_k), shape (M,)."""
        return (self.probabilities * (1.0 - self.probabilities)) @ self.trials

    @property
    def link_probability(self) -> FloatArray:
        """Return P(W > 0), shape (M,), without cancellation where it is small."""
        with np.errstate(divide="ignore"):
            return -np.expm1(np.log1p(-self.probabilities) @ self.trials)

    def tails(self, weights: ArrayLike) -> Tails:
        """Return both exact tails of observed weights.

        Parameters
        ----------
        weights : array of shape (M,)
            Observed weights, whole numbers >= 0.

        Returns
        -------
        Tails
            The smaller tail to about twelve digits however small it is, the other one as its complement.

        """
        observed = np.ascontiguousarray(weights, dtype=np.float64)
        out = _all_tails(self.trials, np.ascontiguousarray(self.probabilities), observed)
        return Tails(upper=out[0], lower=out[1], point=out[2])


def pooled(laws: Sequence[BinomialSums]) -> BinomialSums:
    """Return the laws of the weights of the same pairs summed over independent years.

    Parameters
    ----------
    laws : sequence of BinomialSums
        One per year, each of the same M pairs; a pair that a year lacks has probabilities 0 there.

    Returns
    -------
    BinomialSums
        Of the summed weights, again exact: the binomials of all years are independent.

    """
    return BinomialSums(
        trials=np.concatenate([law.trials for law in laws]),
        probabilities=np.concatenate([law.probabilities for law in laws], axis=1),
    )


@njit(**_OPTIONS)
def _all_tails(trials, probabilities, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    m, k = probabilities.shape
    out = np.empty((3, m))
    n, p, tilted = np.empty(k), np.empty(k), np.empty(k)
    for row in range(m):
        free, certain = 0, 0.0
        for at in range(k):
            if probabilities[row, at] >= 1.0:
                certain += trials[at]
            elif probabilities[row, at] > 0.0:
                n[free], p[free] = trials[at], probabilities[row, at]
                free += 1
        out[0, row], out[1, row], out[2, row] = _tails(n[:free], p[:free], tilted[:free], weights[row] - certain)
    return out


@njit(**_OPTIONS)
def _tails(n, p, tilted, w):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """P(W >= w), P(W <= w) and P(W = w) of one sum with all 0 < p < 1; fills `tilted`."""
    most = n.sum()
    if w < 0:
        return 1.0, 0.0, 0.0
    if w > most:
        return 0.0, 1.0, 0.0
    if w == 0:
        none = math.exp((n * np.log1p(-p)).sum())
        return 1.0, none, none
    if w == most:
        every = math.exp((n * np.log(p)).sum())
        return every, 1.0, every
    tilt, variance = _tilt(n, p, tilted, w)
    above = w >= (n * p).sum()
    tail, point = _inverted(n, tilted, w, tilt if above else -tilt, variance, above)
    kappa = (n * np.log1p(p * math.expm1(tilt))).sum()
    weight = math.exp(kappa - tilt * w)
    tail, point = min(1.0, weight * tail), weight * point
    other = min(1.0, max(0.0, 1.0 - tail + point))
    return (tail, other, point) if above else (other, tail, point)


@njit(**_OPTIONS)
def _tilt(n, p, tilted, w):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the tilt under which the mean is w, 0 < w < n.sum(), and the variance; fill `tilted`."""
    most, mean = n.sum(), (n * p).sum()
    t = math.log(w / (most - w)) - math.log(mean / (n * (1.0 - p)).sum())
    low, high = -math.inf, math.inf
    variance = 0.0
    for _ in range(200):
        growth = math.exp(t)
        mean = variance = 0.0
        for k in range(n.size):
            odds = p[k] / (1.0 - p[k]) * growth
            q = 1.0 / (1.0 + odds)
            tilted[k] = odds * q
            mean += n[k] * tilted[k]
            variance += n[k] * tilted[k] * q
        miss = w - mean
        if abs(miss) <= 1e-10 * (1.0 + w):
            break
        low, high = (t, high) if miss > 0 else (low, t)
        t += min(5.0, max(-5.0, miss / variance))
        if t <= low or t >= high:
            t = 0.5 * (low + high)
            if t in (low, high):
                break
    return t, variance


@njit(**_OPTIONS)
def _inverted(n, tilted, w, decay, variance, above):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """sum_{d >= 0} exp(-decay d) P(W = w + d), or w - d below, and P(W = w), under tilted probabilities of mean w."""
    reach = math.ceil(_WINDOW / 3.0 + math.sqrt(_WINDOW * _WINDOW / 9.0 + 2.0 * _WINDOW * variance))
    up, down = min(reach, n.sum() - w), min(reach, w)
    ahead, behind = (up, down) if above else (down, up)
    decay = max(decay, 0.0)
    last = ahead if decay * ahead <= _WINDOW else math.ceil(_WINDOW / decay)
    # So long that a weight and its alias, one period away, are never both in reach.
    period = max(last + behind, ahead) + 2
    sign = -1.0 if above else 1.0
    # Frequency 0: phi = 1.
    tail = last + 1.0 if decay == 0.0 else math.expm1(-decay * (last + 1.0)) / math.expm1(-decay)
    point = 1.0
    shrink, shrunk = math.exp(-decay), math.exp(-decay * (last + 1.0))
    for m in range(1, int(period) // 2 + 1):
        omega = 2.0 * math.pi * m / period
        half = math.sin(0.5 * omega)
        fall = 2.0 * half * half
        if variance * fall > _SILENCE:
            break
        sine, cosine = math.sin(omega), math.cos(omega)
        size, phase = 0.0, -omega * w
        for k in range(n.size):
            p = tilted[k]
            size += 0.5 * n[k] * math.log1p(-2.0 * p * (1.0 - p) * fall)
            phase += n[k] * math.atan2(p * sine, 1.0 - p * fall)
        both = (1.0 if 2 * m == period else 2.0) * math.exp(size)
        phi = complex(both * math.cos(phase), both * math.sin(phase))
        turned = sign * omega * (last + 1.0)
        geometric = (1.0 - shrunk * complex(math.cos(turned), math.sin(turned))) / (
            1.0 - shrink * complex(cosine, sign * sine)
        )
        tail += (phi * geometric).real
        point += phi.real
    return tail / period, point / period
