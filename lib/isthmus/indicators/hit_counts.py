"""Hits of a year from how many papers have which number of citations: no paper leaves the executors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class YearHits:
    """Hits of one year.

    Attributes
    ----------
    cut : float
        Least score of a hit: the (1 - share) quantile, method "higher"; nan without a paper.
    scored : int
        Papers with a score.
    weight, fractional : array of shape (n,)
        Of each value: 1 for a hit, 0 for another, ties all being hits; the same with the papers at the cut dividing
        what is left of the share. All nan where the cut is at or below `lowest`: then any paper would be a hit.
    realised, realised_fractional : float
        Weights over scored papers; nan where there are no hits.
    """

    cut: float
    scored: int
    weight: Floats
    fractional: Floats
    realised: float
    realised_fractional: float


def hits_of_counts(value: ArrayLike, count: ArrayLike, *, share: float = 0.01, lowest: float = 0.0) -> YearHits:
    """Find the hits of a year; the same as `isthmus.indicators.impact.top_share` does from the papers themselves.

    Parameters
    ----------
    value : array of shape (n,)
        Scores; rows may repeat.
    count : array of shape (n,)
        Papers with this score, whole numbers > 0.
    share : float
        Share of the year's papers that are hits.
    lowest : float
        A cut at or below this makes no hits.

    Raises
    ------
    IndicatorError
        Columns of different length, a share outside (0, 1), or a count below 1.
    """
    x, n = np.asarray(value, dtype=np.float64), np.asarray(count, dtype=np.int64)
    if x.shape != n.shape or x.ndim != 1:
        raise IndicatorError(f"value and count have shapes {x.shape} and {n.shape}; expected columns of one length")
    if not 0 < share < 1:
        raise IndicatorError(f"share is {share}; expected a number between 0 and 1, 0.01 for the top percent")
    if n.size and n.min() < 1:
        raise IndicatorError(f"a count is {n.min()}; expected 1 or more")
    total = int(n.sum())
    none = np.full(x.shape, np.nan)
    if not total:
        return YearHits(np.nan, 0, none, none, np.nan, np.nan)
    order = np.argsort(x, kind="stable")
    running = np.cumsum(n[order])
    cut = float(x[order][np.searchsorted(running, _rank(total, share), side="right")])
    if cut <= lowest:
        return YearHits(cut, total, none, none, np.nan, np.nan)
    above, tied = x > cut, x == cut
    left = (share * total - int(n[above].sum())) / int(n[tied].sum())
    weight, fractional = (above | tied).astype(np.float64), above + tied * left
    return YearHits(cut, total, weight, fractional, float(weight @ n) / total, float(fractional @ n) / total)


def _rank(total: int, share: float) -> int:
    """Return the position, from 0, of the quantile by numpy's method "higher"."""
    place = (total - 1) * (1 - share)
    return int(np.ceil(place))
