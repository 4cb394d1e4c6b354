"""Effects on matched units in percent of the controls' mean, with intervals.

    percent           100 (muT - muC) / muC        of the kept units as they are
    percent_weighted  100 (muT - muCw) / muCw      of the kept units with their weights: the SATT in percent

An interval is that of the logarithm of the ratio of means, by the delta method: the ratio cannot be negative, and its
interval is not symmetric. The variances are Welch's of the plain means, Neyman's within strata of the weighted ones.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from isthmus.errors import MatchingError
from isthmus.matching.effects import Moments, unmatched, within
from isthmus.matching.sums import Sums


@dataclass(frozen=True)
class Percent:
    """A difference in percent of the controls' mean.

    Attributes
    ----------
    value : float or None
        The difference; None where the controls' mean is not above 0.
    low, high : float or None
        Its interval; None where an arm has no variance, or a mean is not above 0.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


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
        treated, control = (int((n * sums.strata).sum()) for n in (sums.n_treated, sums.n_control))
        raise MatchingError(unmatched(treated, control, int(sums.strata.sum())))
    m = Moments(kept)
    return Relative(
        _percent(m.mean_t, m.mean_c, *_plain_variances(m), level),
        _percent(m.mean_t, m.mean_cw, *_stratified_variances(m), level),
    )


def _plain_variances(m: Moments) -> tuple[float | None, float | None]:
    """Return the variances of the plain means; None of an arm with one unit."""

    def of(n: float, squares: float, mean: float) -> float | None:
        return max(squares - n * mean**2, 0.0) / (n - 1) / n if n > 1 else None

    return of(m.mt, float(m.qt.sum()), m.mean_t), of(m.mc, float(m.qc.sum()), m.mean_c)


def _stratified_variances(m: Moments) -> tuple[float | None, float | None]:
    """Return the variances within strata of the treated mean and of the controls' weighted mean."""
    found = []
    for squares, n in ((m.ss_t, m.nt), (m.ss_c, m.nc)):
        own = within(squares, n, m.strata)
        found.append(None if own is None else float((m.share**2 * own / n).sum()))
    return found[0], found[1]


def _percent(mean_t: float, mean_c: float, variance_t: float | None, variance_c: float | None, level: float) -> Percent:
    if mean_c <= 0:
        return Percent(None)
    value = 100 * (mean_t - mean_c) / mean_c
    if mean_t <= 0 or variance_t is None or variance_c is None or variance_t + variance_c <= 0:
        return Percent(value)
    half = float(stats.norm.ppf((1 + level) / 2)) * float(np.sqrt(variance_t / mean_t**2 + variance_c / mean_c**2))
    ratio = mean_t / mean_c
    return Percent(value, 100 * (ratio * float(np.exp(-half)) - 1), 100 * (ratio * float(np.exp(half)) - 1))
