"""Compiled inner loop of the trends: one quasi-likelihood fit of log f_t = a + b x_t per pair."""

import numba
import numpy as np
from numpy.typing import NDArray

from isthmus.trajectories.dtw import Floats

# Newton's steps are at most this long in a and b: the likelihood is concave, but far from quadratic for few papers.
LONGEST_STEP = 1.5
MOST_STEPS = 100
SMALL_STEP = 1e-7  # the step after it would be of its square


@numba.njit(cache=True, error_model="numpy")
def fit_lines(
    weight: Floats, expected: Floats, x: Floats, kappa: Floats, prior_precision: float, start: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, NDArray[np.int64]]:
    """Fit a and b of each pair: mean m_t = mu_t exp(a + b x_t), variance m (1 + kappa m), b ~ N(0, 1 / precision).

    Parameters
    ----------
    weight, expected : float array of shape (n, T)
        w_t and mu_t; a year with mu_t = 0 is left out.
    x : float array of shape (T,)
        Centred years over the span.
    kappa : float array of shape (n,)
        Overdispersion of each pair.
    prior_precision : float
        1 / variance of the prior on b.
    start : float array of shape (n, 2)
        a and b to start from; where a is not finite, those of a constant propensity.

    Returns
    -------
    tuple
        a and b (n,); the data's information about b with a profiled out (n,), without the prior's; fitted m (n, T);
        leverages h_tt and h_t,t+1 of the fit (n, T), the second 0 where t or t + 1 is left out; Newton steps (n,).
        A pair without any weight has a = -inf, b = 0, no information and m = 0.

    """
    n, years = weight.shape
    a, b, information = np.full(n, -np.inf), np.zeros(n), np.zeros(n)
    fitted, own, next_ = np.zeros((n, years)), np.zeros((n, years)), np.zeros((n, years))
    steps = np.zeros(n, dtype=np.int64)
    for i in range(n):
        seen = explained = 0.0
        for t in range(years):
            if expected[i, t] > 0.0:
                seen += weight[i, t]
                explained += expected[i, t]
        if seen == 0.0:
            continue
        k = kappa[i]
        ai, bi = start[i, 0], start[i, 1]
        if not np.isfinite(ai):
            ai, bi = np.log(seen / explained), 0.0
        for step in range(MOST_STEPS):
            ga = haa = hab = hbb = 0.0
            gb = -prior_precision * bi
            for t in range(years):
                if expected[i, t] > 0.0:
                    m = expected[i, t] * np.exp(ai + bi * x[t])
                    scale = 1.0 / (1.0 + k * m)
                    g = (weight[i, t] - m) * scale
                    h = m * (1.0 + k * weight[i, t]) * scale * scale
                    ga += g
                    gb += g * x[t]
                    haa += h
                    hab += h * x[t]
                    hbb += h * x[t] * x[t]
            hbb += prior_precision
            det = haa * hbb - hab * hab
            da, db = (hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det
            size = max(abs(da), abs(db))
            if size > LONGEST_STEP:
                da, db = da * LONGEST_STEP / size, db * LONGEST_STEP / size
            ai += da
            bi += db
            steps[i] = step + 1
            if size < SMALL_STEP:
                break
        a[i], b[i] = ai, bi
        haa = hab = hbb = 0.0
        for t in range(years):
            if expected[i, t] > 0.0:
                m = expected[i, t] * np.exp(ai + bi * x[t])
                fitted[i, t] = m
                h = m / (1.0 + k * m)
                haa += h
                hab += h * x[t]
                hbb += h * x[t] * x[t]
        centre = hab / haa
        for t in range(years):  # about the weighted centre: a difference of sums would cancel
            if expected[i, t] > 0.0:
                information[i] += fitted[i, t] / (1.0 + k * fitted[i, t]) * (x[t] - centre) ** 2
        precision = information[i] + prior_precision
        for t in range(years):
            if expected[i, t] > 0.0:
                h = fitted[i, t] / (1.0 + k * fitted[i, t])
                own[i, t] = h * (1.0 / haa + (x[t] - centre) ** 2 / precision)
                if t + 1 < years and expected[i, t + 1] > 0.0:
                    other = fitted[i, t + 1] / (1.0 + k * fitted[i, t + 1])
                    cross = 1.0 / haa + (x[t] - centre) * (x[t + 1] - centre) / precision
                    next_[i, t] = np.sqrt(h * other) * cross
    return a, b, information, fitted, own, next_, steps
