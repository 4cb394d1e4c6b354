"""Whether a yearly share rises or falls: Theil-Sen slope, Mann-Kendall test, interval over resamples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kendalltau

from isthmus.errors import IndicatorError

Floats = NDArray[np.float64]
YEARS_PER_DECADE = 10.0


@dataclass(frozen=True)
class ShareTrend:
    """The trend of a yearly share; nan where it cannot be told.

    Attributes
    ----------
    years : int
        Years with a share.
    slope, low, high : float
        Change per decade and its interval over resamples.
    tau, p_value : float
        Rank correlation with the year, and its two-sided p-value for independent years.
    """

    years: int
    slope: float
    low: float
    high: float
    tau: float
    p_value: float


def theil_sen(shares: ArrayLike, years: ArrayLike) -> Floats:
    """Return the median of the slopes between all pairs of years, per decade (Theil 1950, Sen 1968).

    Parameters
    ----------
    shares : array of shape (T, ...)
        Shares by year, nan in a year without one; further axes are resamples.
    years : array of shape (T,)
        The years, ascending.

    Returns
    -------
    float64 array of shape (...)
        Slopes; nan with fewer than two years.

    Raises
    ------
    IndicatorError
        Shapes that do not fit, or years that do not ascend.
    """
    values, when = np.asarray(shares, dtype=np.float64), np.asarray(years, dtype=np.float64)
    if when.ndim != 1 or values.shape[:1] != when.shape or (np.diff(when) <= 0).any():
        raise IndicatorError(
            f"shares have shape {values.shape} and the years are {when.tolist()}; expected a year for "
            "each share, ascending"
        )
    first, second = np.triu_indices(len(when), 1)
    runs = (when[second] - when[first]).reshape(-1, *[1] * (values.ndim - 1))
    slopes = YEARS_PER_DECADE * (values[second] - values[first]) / runs
    known = np.isfinite(slopes).any(axis=0)
    filled = np.where(known, slopes, 0.0)  # a column without any slope is nan below, without a warning
    return np.where(known, np.nanmedian(filled, axis=0) if len(first) else 0.0, np.nan)


def share_trend(
    part: ArrayLike,
    whole: ArrayLike,
    resampled_part: ArrayLike,
    resampled_whole: ArrayLike,
    years: ArrayLike,
    *,
    level: float = 0.95,
) -> ShareTrend:
    """Return the trend of part over whole by year, with the percentile interval over resamples.

    Parameters
    ----------
    part, whole : array of shape (T,)
        Counts by year; a year with a whole of 0 has no share.
    resampled_part, resampled_whole : array of shape (T, R)
        The same in R resamples.
    years : array of shape (T,)
        The years, ascending.
    level : float
        Coverage of the interval.
    """
    shares, drawn = _share(part, whole), _share(resampled_part, resampled_whole)
    slopes = theil_sen(drawn, years)
    slopes = slopes[np.isfinite(slopes)]
    low, high = np.quantile(slopes, ((1 - level) / 2, (1 + level) / 2)) if slopes.size else (np.nan, np.nan)
    known = np.isfinite(shares)
    tau, p_value = np.nan, np.nan
    if known.sum() > 1 and np.ptp(shares[known]) > 0:
        tau, p_value = kendalltau(np.asarray(years)[known], shares[known])
    return ShareTrend(
        int(known.sum()), float(theil_sen(shares, years)), float(low), float(high), float(tau), float(p_value)
    )


def _share(part: ArrayLike, whole: ArrayLike) -> Floats:
    numerator, denominator = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    found: Floats = np.divide(numerator, denominator, out=np.full(denominator.shape, np.nan), where=denominator > 0)
    return found
