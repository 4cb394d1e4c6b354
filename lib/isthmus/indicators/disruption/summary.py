"""What the disruption of a group of papers comes to: means, medians and shares with their intervals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, norm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCKS = 1000
"""Papers are resampled in at most so many blocks: with more papers than this a block holds several, each at random."""

LEAST_RESAMPLED = 30
"""Papers below which a mean has no interval: few papers seldom hold the rare ones far from 0 that move the mean, and
their resamples then vary too little; those of one paper do not vary at all."""

MEANS = ("cd", "cd_all", "cd5", "cdnok", "di5", "dependence", "rank", "class_rank", "above_expected")
"""Columns whose mean is taken over the papers that have a value."""


@dataclass(frozen=True)
class Estimate:
    """A number and its interval; NaN where there is none.

    Attributes
    ----------
    value, low, high : float
        The number and the ends of its interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Summary:
    """Disruption of a group of papers.

    Attributes
    ----------
    papers, without_references, measured : int
        Papers, those of them without any recorded reference, and those with an index CD.
    cd, cd_all, cd5, cdnok, di5, dependence : Estimate
        Means of the indices; `cd_all` is with the papers that have too few references for an index.
    rank, class_rank : Estimate
        Means of the ranks of CD, within the year and within the year and the class of reference counts; 0.5 is the
        mean of all papers of the year.
    above_expected : Estimate
        Mean of CD less the CD of the expected counts.
    median_cd : Estimate
        Median of CD.
    share_positive : Estimate
        Share of the papers with an index whose CD is above 0.
    observed_over_expected : Estimate
        Sum of n_j over the sum of its expectation under the null model of permuted citations.
    """

    papers: int
    without_references: int
    measured: int
    cd: Estimate
    cd_all: Estimate
    cd5: Estimate
    cdnok: Estimate
    di5: Estimate
    dependence: Estimate
    rank: Estimate
    class_rank: Estimate
    above_expected: Estimate
    median_cd: Estimate
    share_positive: Estimate
    observed_over_expected: Estimate

    def row(self) -> dict[str, Any]:
        """Return the numbers by name, an estimate as NAME, NAME_low, NAME_high."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Estimate):
                found |= {field.name: value.value, f"{field.name}_low": value.low, f"{field.name}_high": value.high}
            else:
                found[field.name] = value
        return found


def summarise(
    columns: Mapping[str, ArrayLike], draws: np.random.Generator, *, level: float = 0.95, replicates: int = 500
) -> Summary:
    """Return means, medians and shares of a group of papers.

    Intervals of means and of observed over expected are percentiles over resamples in which every paper counts
    Poisson(1) times; above `BLOCKS` papers these are drawn for blocks of papers, below `LEAST_RESAMPLED` there is no
    interval. That of the median is of order statistics and holds for any law of CD; that of the share is Wilson's.

    Parameters
    ----------
    columns : Mapping of str to array of shape (F,)
        The columns of `isthmus.indicators.disruption.counts.Disruption`, `expected_n_j` and `expected_cd`. The papers
        stand in an order that has nothing to do with CD, such as that of their ids.
    draws : numpy.random.Generator
        Where the resamples come from.
    level : float
        Coverage of the intervals.
    replicates : int
        Resamples.
    """
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    cd, n_j, expected = arrays["cd"], arrays["n_j"], arrays["expected_n_j"]
    arrays["above_expected"] = cd - arrays["expected_cd"]
    ratios = {name: (np.nan_to_num(arrays[name]), 1.0 * ~np.isnan(arrays[name])) for name in MEANS}
    compared = ~np.isnan(expected) & ~np.isnan(cd)
    ratios["observed_over_expected"] = (np.where(compared, n_j, 0.0), np.where(compared, expected, 0.0))
    estimates = _ratios(ratios, draws, level, replicates)
    known = np.sort(cd[~np.isnan(cd)])
    return Summary(
        papers=cd.size,
        without_references=int(np.count_nonzero(arrays["n_references"] == 0)),
        measured=known.size,
        median_cd=median_estimate(known, level),
        share_positive=share_estimate(int(np.count_nonzero(known > 0)), known.size, level),
        **estimates,
    )


def median_estimate(ordered: Floats, level: float) -> Estimate:
    """Return the median and its interval between two order statistics, which holds for any law.

    The l-th smallest and l-th largest of n values, with l the largest for which at most (1 - level) / 2 of the
    binomial law of n tosses lies below l; no interval where not even the extremes reach the level.

    Parameters
    ----------
    ordered : array of shape (n,)
        Values, ascending.
    level : float
        Least coverage of the interval.
    """
    if not ordered.size:
        return Estimate(math.nan, math.nan, math.nan)
    tail = (1 - level) / 2
    place = int(binom.ppf(tail, ordered.size, 0.5))  # the least number with P(at most it) >= tail
    if binom.cdf(place, ordered.size, 0.5) <= tail:
        place += 1
    ends = (ordered[place - 1], ordered[-place]) if place else (math.nan, math.nan)
    return Estimate(float(np.median(ordered)), float(ends[0]), float(ends[1]))


def share_estimate(part: int, whole: int, level: float) -> Estimate:
    """Return a share and its Wilson interval.

    Parameters
    ----------
    part, whole : int
        Numbers of papers.
    level : float
        Coverage of the interval.
    """
    if not whole:
        return Estimate(math.nan, math.nan, math.nan)
    share, z2 = part / whole, float(norm.ppf((1 + level) / 2)) ** 2
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * whole)) / whole) / (1 + z2 / whole)
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half))


def _ratios(
    parts: Mapping[str, tuple[Floats, Floats]], draws: np.random.Generator, level: float, replicates: int
) -> dict[str, Estimate]:
    """Return each sum of the first array over the sum of the second, with its interval over resampled blocks."""
    above, below = (np.column_stack([pair[at] for pair in parts.values()]) for at in (0, 1))
    block = np.arange(len(above)) % BLOCKS
    number = min(len(above), BLOCKS)
    sums = [np.column_stack([np.bincount(block, column, number) for column in side.T]) for side in (above, below)]
    weights = draws.poisson(1.0, (replicates, number)).astype(np.float64)
    drawn = _divided(weights @ sums[0], weights @ sums[1])
    whole = _divided(above.sum(axis=0), below.sum(axis=0))
    enough = (below > 0).sum(axis=0) >= LEAST_RESAMPLED
    drawn = np.where(enough, drawn, np.nan)
    return {name: _interval(whole[at], drawn[:, at], level) for at, name in enumerate(parts)}


def _divided(above: Floats, below: Floats) -> Floats:
    found: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return found


def _interval(value: float, drawn: Floats, level: float) -> Estimate:
    known = drawn[~np.isnan(drawn)]
    if not known.size or math.isnan(value):
        return Estimate(float(value), math.nan, math.nan)
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    return Estimate(float(value), float(low), float(high))
