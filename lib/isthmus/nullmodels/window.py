"""The pooled test of a window of years: whether a pair's summed weight is more, or less, than size explains.

Under the Enhanced Configuration Model the weight of a pair in year t is zero with probability 1 - p_t and otherwise
geometric on {1, 2, ...} with P(W > n | W > 0) = Y_t^n. The sum over the years of the window is tested exactly.

With u_t(n) = P(S_{t-1} + G_t >= n), where S_{t-1} sums the years before t and G_t is the weight of a link of year t,

    u_t(n) = Y_t u_t(n-1) + (1 - Y_t) sum_{s<t} a_s,t-1 u_s(n-1),   a_s,t = p_s prod_{s<r<=t} (1 - p_r),   u_t(1) = 1

which is a linear recurrence with a constant, lower triangular, non-negative matrix: its n-th power, taken by repeated
squaring, gives P(S >= n) in O(T^3 log n) instead of O(T n) steps. All terms are positive, so nothing cancels, however
small the probability. The lower tail obeys the same recurrence with one more state, the constant 1. The law is a
discrete phase-type distribution (Neuts 1981, Matrix-Geometric Solutions in Stochastic Models, chapter 2).
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import NetworkError
from isthmus.nullmodels.solver import FloatArray

# Above this a float no longer holds every whole number.
LARGEST_SUM = 2.0**53
# The expected weight may lie below the link probability by rounding only: a link weighs at least 1.
ROUNDING = 1e-9


@dataclass(frozen=True)
class WindowTest:
    """The summed weight of each of n pairs tested against the null model's exact law of the sum.

    Attributes
    ----------
    weight : float array of shape (n,)
        Sum of the observed weights over the years in which the pair is present, whole numbers.
    expected : float array of shape (n,)
        Sum of the expected weights over the same years.
    variance : float array of shape (n,)
        Variance of the sum under the null model.
    years_present : int64 array of shape (n,)
        Years in which the null model says something about the pair.
    years_seen : int64 array of shape (n,)
        Years with a weight above 0.
    p_upper, p_lower : float array of shape (n,)
        P(S >= weight) and P(S <= weight); nan where the pair is present in no year.
    p_two_sided : float array of shape (n,)
        min(1, 2 min(upper mid-p, lower mid-p)); nan where the pair is present in no year.

    """

    weight: FloatArray
    expected: FloatArray
    variance: FloatArray
    years_present: NDArray[np.int64]
    years_seen: NDArray[np.int64]
    p_upper: FloatArray
    p_lower: FloatArray
    p_two_sided: FloatArray


def window_test(weight: ArrayLike, link_probability: ArrayLike, expected: ArrayLike) -> WindowTest:
    """Test the summed weight of every pair against the sum of independent zero-inflated geometric laws.

    Parameters
    ----------
    weight : array of shape (n, T)
        Observed weights of n pairs in T years, whole numbers >= 0; nan in a year in which the pair is absent.
    link_probability : array of shape (n, T)
        p_t, probability of a weight above 0; nan in a year in which the pair is absent.
    expected : array of shape (n, T)
        Mean weight mu_t = p_t / (1 - Y_t), which gives Y_t; nan in a year in which the pair is absent.

    Returns
    -------
    WindowTest
        Sums and probabilities of the n pairs.

    Raises
    ------
    NetworkError
        Shapes that differ, a weight that is no whole number, a probability outside [0, 1], an expected weight below
        the link probability; names the first pair and year.

    """
    w, p, mu = (np.atleast_2d(np.asarray(values, dtype=np.float64)) for values in (weight, link_probability, expected))
    if not w.shape == p.shape == mu.shape or w.ndim != 2:
        raise NetworkError(
            f"weight, link_probability and expected have shapes {w.shape}, {p.shape} and {mu.shape}; "
            "expected the same (pairs, years)"
        )
    present = ~(np.isnan(w) | np.isnan(p) | np.isnan(mu))
    _check(w, p, mu, present)
    total = np.where(present, w, 0.0).sum(axis=1)
    if total.size and total.max() >= LARGEST_SUM:
        raise NetworkError(f"the weights of pair {int(total.argmax())} add up to {total.max():g}; expected below 2^53")
    p = np.where(present, p, 0.0)
    mu = np.where(present, np.maximum(mu, p), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        stop = np.where(mu > 0.0, p / mu, 1.0)  # 1 - Y
        carry = np.where(mu > 0.0, (mu - p) / mu, 0.0)  # Y
        variance = np.where(mu > 0.0, mu * (2.0 * mu / p - 1.0 - mu), 0.0)
    tails = sum_tails(total.astype(np.int64), p, stop, carry)
    upper, above, lower, below = np.where(present.any(axis=1), tails.T, np.nan)
    return WindowTest(
        weight=total,
        expected=mu.sum(axis=1),
        variance=np.maximum(variance.sum(axis=1), 0.0),
        years_present=present.sum(axis=1),
        years_seen=(present & (w > 0.0)).sum(axis=1),
        p_upper=upper,
        p_lower=lower,
        p_two_sided=np.minimum(1.0, np.minimum(upper + above, lower + below)),
    )


def _check(w: FloatArray, p: FloatArray, mu: FloatArray, present: NDArray[np.bool_]) -> None:
    with np.errstate(invalid="ignore"):
        broken = {
            "weight is {0:g}; expected a whole number >= 0": ~((w >= 0.0) & (w == np.floor(w)) & np.isfinite(w)),
            "link_probability is {1:g}; expected 0 to 1": ~((p >= 0.0) & (p <= 1.0)),
            "expected is {2:g} and link_probability {1:g}; a link weighs at least 1, so the expected weight is at "
            "least the link probability (this test is for the Enhanced Configuration Model)": ~(
                (mu >= p * (1.0 - ROUNDING)) & np.isfinite(mu)
            ),
        }
    for message, where in broken.items():
        if (where & present).any():
            pair, year = np.argwhere(where & present)[0]
            raise NetworkError(
                f"pair {pair}, year {year} of the window: " + message.format(*(a[pair, year] for a in (w, p, mu)))
            )


@numba.njit(cache=True, error_model="numpy")
def sum_tails(total: NDArray[np.int64], p: FloatArray, stop: FloatArray, carry: FloatArray) -> FloatArray:
    """Return P(S >= s), P(S > s), P(S <= s), P(S < s) of each pair, shape (n, 4).

    Parameters
    ----------
    total : int64 array of shape (n,)
        s of each pair.
    p : float array of shape (n, T)
        Link probabilities; 0 in a year that does not count.
    stop, carry : float array of shape (n, T)
        1 - Y and Y, each to full relative precision.

    """
    n, years = p.shape
    tails = np.empty((n, 4))
    power, square = np.zeros((years + 1, years + 1)), np.zeros((years + 1, years + 1))
    last = np.empty(years + 1)
    upper, lower, spare = np.empty(years + 1), np.empty(years + 1), np.empty(years + 1)
    for pair in range(n):
        size = _transition(p[pair], stop[pair], carry[pair], power, last)
        s = total[pair]
        # upper[t] = P(S_{t-1} + G_t >= 1) = 1, lower[t] = P(S_{t-1} + G_t <= 0) = 0; the state 0 is the constant.
        upper[0], lower[0] = 0.0, 1.0
        upper[1:size], lower[1:size] = 1.0, 0.0
        if s == 0:
            tails[pair, 0], tails[pair, 3] = 1.0, 0.0
            tails[pair, 1] = _dot(last, upper, size)
            tails[pair, 2] = _dot(last, lower, size)
            continue
        first = power[:size, :size].copy()
        steps = s - 1
        while steps > 0:
            if steps & 1:
                _apply(power, upper, spare, size)
                _apply(power, lower, spare, size)
            steps >>= 1
            if steps > 0:
                _square(power, square, size)
        tails[pair, 0], tails[pair, 3] = _dot(last, upper, size), _dot(last, lower, size)
        _apply(first, upper, spare, size)
        _apply(first, lower, spare, size)
        tails[pair, 1], tails[pair, 2] = _dot(last, upper, size), _dot(last, lower, size)
    return tails


@numba.njit(cache=True, error_model="numpy")
def _transition(p: FloatArray, stop: FloatArray, carry: FloatArray, power: FloatArray, last: FloatArray) -> int:
    """Fill the matrix of one step and the weights of the states in the sum; return the number of states."""
    size = 1
    last[0] = 1.0  # P(no link in the years so far)
    power[0, 0] = 1.0
    for year in range(p.size):
        if p[year] == 0.0:
            continue
        for state in range(size):
            power[size, state] = stop[year] * last[state]
            power[state, size] = 0.0
            last[state] *= 1.0 - p[year]
        power[size, size] = carry[year]
        last[size] = p[year]
        size += 1
    return size


@numba.njit(cache=True, error_model="numpy")
def _square(power: FloatArray, square: FloatArray, size: int) -> None:
    for i in range(size):
        for j in range(i + 1):
            total = 0.0
            for k in range(j, i + 1):
                total += power[i, k] * power[k, j]
            square[i, j] = total
    for i in range(size):
        for j in range(i + 1):
            power[i, j] = square[i, j]


@numba.njit(cache=True, error_model="numpy")
def _apply(power: FloatArray, vector: FloatArray, spare: FloatArray, size: int) -> None:
    for i in range(size):
        total = 0.0
        for k in range(i + 1):
            total += power[i, k] * vector[k]
        spare[i] = total
    vector[:size] = spare[:size]


@numba.njit(cache=True, error_model="numpy")
def _dot(one: FloatArray, other: FloatArray, size: int) -> float:
    total = 0.0
    for k in range(size):
        total += one[k] * other[k]
    return total
