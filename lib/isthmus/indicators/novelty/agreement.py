"""How far two rankings of the papers of a year agree: as a whole, and in whom they call new."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HIT_SHARE = 0.01
"""Share of a year's papers that are its novelty hits."""


@dataclass(frozen=True)
class YearAgreement:
    """How far sampled scores agree with exact ones in a year.

    Attributes
    ----------
    year : int
        The year.
    papers : int
        Papers with both scores.
    spearman : float
        Rank correlation; NaN below two papers or where one of them is constant.
    hits : int
        Papers at or above the cut of the highest one percent by the exact score.
    hits_in_common : float
        Share of these that are at or above the cut of the sampled score, too.
    """

    year: int
    papers: int
    spearman: float
    hits: int
    hits_in_common: float


def agreements(year: Ints, exact: Floats, sampled: Floats) -> tuple[YearAgreement, ...]:
    """Return how far two scores agree in each year, over the papers that have both.

    Parameters
    ----------
    year : array of shape (F,)
        Year of each paper.
    exact, sampled : array of shape (F,)
        Novelty, larger is newer; NaN where there is none.

    Returns
    -------
    tuple of YearAgreement
        A row for each year with a paper that has both.
    """
    both = np.isfinite(exact) & np.isfinite(sampled)
    return tuple(
        _agreement(int(t), exact[both & (year == t)], sampled[both & (year == t)]) for t in np.unique(year[both])
    )


def top(values: Floats) -> NDArray[np.bool_]:
    """Return which values lie at or above the cut of the highest one percent, the place ceil(0.99 (N - 1)).

    Parameters
    ----------
    values : array of shape (N,)
        Values, none NaN.

    Returns
    -------
    array of bool of shape (N,)
        All values that tie with the cut are above it.
    """
    return values >= np.quantile(values, 1 - HIT_SHARE, method="higher") if values.size else values >= 0


def _agreement(year: int, exact: Floats, sampled: Floats) -> YearAgreement:
    hits = top(exact)
    constant = exact.size < 2 or np.ptp(exact) == 0 or np.ptp(sampled) == 0
    spearman = float("nan") if constant else float(stats.spearmanr(exact, sampled).statistic)
    return YearAgreement(year, exact.size, spearman, int(hits.sum()), float(np.mean(top(sampled)[hits])))
