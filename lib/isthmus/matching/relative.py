"""Effects on matched units in percent of the controls' mean, with intervals.

    percent           100 (muT - muC) / muC        of the kept units as they are
    percent_weighted  100 (muT - muCw) / muCw      of the kept units with their weights: the SATT in percent

An interval is that of the logarithm of the ratio of means, by the delta method: the ratio cannot be negative, and its
interval is not symmetric. The variances are Welch's of the plain means, Neyman's within strata of the weighted ones. An
arm that has hardly two units in a stratum tells little of the variance within strata: below `LEAST_DEGREES` degrees of
freedom that of its units about their mean is taken, which is larger. The law is Student's with Satterthwaite's degrees
of freedom.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from isthmus.errors import MatchingError
from isthmus.matching.effects import Moments, unmatched, within
from isthmus.matching.sums import Sums

Floats = NDArray[np.float64]
#: Of a variance within strata.
LEAST_DEGREES = 30


@dataclass(frozen=True)
class Percent:
    """A difference in percent of the controls' mean.

    Attributes
    ----------
    value : float or None
        The difference; None where the controls' mean is not above 0.
    low, high : float or None
        Its interval; None where an arm has no variance, or a mean is not above 0.
    p : float or None
        Two-sided p-value of no difference, by the law of the interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Relative:
    """Both differences of the arms in percent.

    Attributes
    ----------
    plain : Percent
        Of the means of the kept units.
    weighted : Percent
        Of the treated units' mean and the weighted mean of the controls.
    """

    plain: Percent
    weighted: Percent


def relative(sums: Sums, *, level: float = 0.95) -> Relative:
    """Return the differences of the arms in percent, with intervals.

    Parameters
    ----------
    sums : Sums
        Of all strata, those with one arm among them; of outcomes from which nothing was taken off.
    level : float
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    MatchingError
        No stratum has both arms, or something was taken off the outcomes, so that their mean says nothing.
    """
    if sums.centre:
        raise MatchingError(f"{sums.centre} was taken off the outcomes; a difference in percent needs them whole")
    kept = sums.matched()
    if kept.strata.size == 0:
        n_treated, n_control = (int((n * sums.strata).sum()) for n in (sums.n_treated, sums.n_control))
        raise MatchingError(unmatched(n_treated, n_control, int(sums.strata.sum())))
    m = Moments(kept)
    treated, control = _within(m, m.ss_t, m.nt), _within(m, m.ss_c, m.nc)
    return Relative(
        _percent(m.mean_t, m.mean_c, _about(m.mt, m.qt, m.mean_t), _about(m.mc, m.qc, m.mean_c), level),
        _percent(m.mean_t, m.mean_cw, treated or _about(m.mt, m.qt, m.mean_t), control or _weighted(m), level),
    )


#: Variance of a mean, and its degrees of freedom; None of an arm with one unit.
Variance = tuple[float, float] | None


def _about(n: float, squares: Floats, mean: float) -> Variance:
    """Return the variance of a plain mean, from its units about it."""
    return (max(float(squares.sum()) - n * mean**2, 0.0) / (n - 1) / n, n - 1) if n > 1 else None


def _within(m: Moments, squares: Floats, n: Floats) -> Variance:
    """Return the variance within strata of an arm's mean over strata; None where too few units tell it."""
    degrees = float((m.strata * (n - 1))[n > 1].sum())
    own = within(squares, n, m.strata) if degrees >= LEAST_DEGREES else None
    return None if own is None else (float((m.share**2 * own / n).sum()), degrees)


def _weighted(m: Moments) -> Variance:
    """Return the variance of the controls' weighted mean, from its units about it."""
    squares = m.w**2 * (m.qc - 2 * m.mean_cw * m.sc + m.mean_cw**2 * m.strata * m.nc)
    return (max(float(squares.sum()), 0.0) / m.mc / (m.mc - 1), m.mc - 1) if m.mc > 1 else None


def _percent(mean_t: float, mean_c: float, treated: Variance, control: Variance, level: float) -> Percent:
    if mean_c <= 0:
        return Percent(None)
    value = 100 * (mean_t - mean_c) / mean_c
    if mean_t <= 0 or treated is None or control is None:
        return Percent(value)
    parts = [(variance / mean**2, degrees) for (variance, degrees), mean in ((treated, mean_t), (control, mean_c))]
    total = sum(part for part, _ in parts)
    if total <= 0:
        return Percent(value)
    freedom = total**2 / sum(part**2 / degrees for part, degrees in parts)
    law, error, ratio = stats.t(freedom), total**0.5, mean_t / mean_c
    half = float(law.ppf((1 + level) / 2)) * error
    low, high = (100 * (ratio * float(np.exp(side * half)) - 1) for side in (-1, 1))
    return Percent(value, low, high, float(2 * law.sf(abs(np.log(ratio)) / error)))
