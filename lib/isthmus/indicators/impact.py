"""Citations within some years of publication, and hits: the top share of each year."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError, did_you_mean

Ties = Literal["all", "fractional"]
TIES = ("all", "fractional")


@dataclass(frozen=True)
class Hits:
    """Hits of each year.

    Attributes
    ----------
    weight : array of shape (N,)
        1 for a hit, 0 for another paper; a tied paper counts a fraction of 1 under ties "fractional"; NaN without a
        score.
    years : array of shape (Y,)
        Years with a score, ascending.
    cut : array of shape (Y,)
        Least score of a hit of the year.
    realised_share : array of shape (Y,)
        Sum of the weights over the number of scored papers of the year.
    """

    weight: NDArray[np.float64]
    years: NDArray[np.int64]
    cut: NDArray[np.float64]
    realised_share: NDArray[np.float64]


def citations_within(
    cited: ArrayLike, citing_year: ArrayLike, year: ArrayLike, *, window: int, last_full_year: int
) -> NDArray[np.float64]:
    """Count the citations of each paper from its year of publication to `window` years after it.

    Parameters
    ----------
    cited : array of shape (E,)
        Position of the cited paper in `year`, one row per distinct pair of citing and cited paper.
    citing_year : array of shape (E,)
        Year of the citing paper.
    year : array of shape (N,)
        Year of each paper.
    window : int
        Years after publication that count, 2 for c2 and 5 for c5.
    last_full_year : int
        Last year whose citing papers are all known.

    Returns
    -------
    array of shape (N,)
        Counts; 0 for a paper without citations, NaN where the window ends after `last_full_year`.

    Raises
    ------
    IndicatorError
        A negative window, lists of different length, or a position outside `year`.
    """
    to, when, years = np.asarray(cited, dtype=np.int64), np.asarray(citing_year), np.asarray(year, dtype=np.int64)
    if window < 0:
        raise IndicatorError(f"window is {window} years; expected 0 or more")
    if to.shape != when.shape:
        raise IndicatorError(f"cited has {to.size} rows and citing_year {when.size}; expected the same number")
    if to.size and not (to.min() >= 0 and to.max() < years.size):
        raise IndicatorError(
            f"cited has positions from {to.min()} to {to.max()}; expected 0 to {years.size - 1}, as there are years"
        )
    age = when - years[to]
    counts = np.bincount(to[(age >= 0) & (age <= window)], minlength=years.size).astype(np.float64)
    counts[years + window > last_full_year] = np.nan
    return counts


def top_share(
    score: ArrayLike,
    year: ArrayLike,
    *,
    share: float = 0.01,
    ties: Ties = "all",
    lowest: float | None = 0.0,
) -> Hits:
    """Find the hits of each year: papers at or above the (1 - share) quantile, method "higher", of their year.

    Parameters
    ----------
    score : array of shape (N,)
        What is ranked; NaN for a paper without a score.
    year : array of shape (N,)
        Year of each paper.
    share : float
        Share of the year's scored papers.
    ties : {"all", "fractional"}
        Whether all papers at the cut are hits, or each counts a fraction, so that the weights of a year sum to exactly
        `share` of its papers.
    lowest : float or None
        A cut at or below this is refused, since papers without any citation would be hits; None for scores that have
        no zero, such as novelty.

    Returns
    -------
    Hits
        Weights, cuts and realised shares.

    Raises
    ------
    IndicatorError
        A cut at or below `lowest`, a share outside (0, 1), or an unknown rule of ties.
    """
    values, years = np.asarray(score, dtype=np.float64), np.asarray(year, dtype=np.int64)
    if values.shape != years.shape:
        raise IndicatorError(f"score has {values.size} rows and year {years.size}; expected the same number")
    if not 0 < share < 1:
        raise IndicatorError(f"share is {share}; expected a number between 0 and 1, 0.01 for the top percent")
    if ties not in TIES:
        raise IndicatorError(f"ties is {ties!r}; {did_you_mean(ties, TIES)}")
    scored = np.flatnonzero(~np.isnan(values))
    weight = np.full(values.size, np.nan)
    found, group = np.unique(years[scored], return_inverse=True)
    order = scored[np.argsort(group, kind="stable")]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=found.size))])
    cuts = np.zeros(found.size)
    for at in range(found.size):
        rows = order[bounds[at] : bounds[at + 1]]
        cuts[at] = np.quantile(values[rows], 1 - share, method="higher")
        weight[rows] = _weights(values[rows], cuts[at], share, ties)
    if lowest is not None and (cuts <= lowest).any():
        raise IndicatorError(
            f"the cut of the top {share:.2%} is {cuts[cuts <= lowest][0]:g} in {found[cuts <= lowest].tolist()}: every "
            f"paper would be a hit; expected a cut above {lowest:g}. Leave these years out or widen the window"
        )
    sizes = np.diff(bounds)
    realised = np.array([weight[order[a:b]].sum() for a, b in pairwise(bounds)])
    return Hits(weight, found, cuts, realised / np.maximum(sizes, 1))


def _weights(values: NDArray[np.float64], cut: float, share: float, ties: Ties) -> NDArray[np.float64]:
    weight = (values >= cut).astype(np.float64)
    if ties == "fractional":
        tied = values == cut
        weight[tied] = (share * values.size - np.count_nonzero(values > cut)) / np.count_nonzero(tied)
    return weight
