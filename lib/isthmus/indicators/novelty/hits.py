"""Hits of a group against a null model in which the hits of each stratum are dealt at random among its papers.

A stratum is a year, or the papers of a year that were ranked among one another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from isthmus.errors import IndicatorError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Chance of a number of hits of a stratum that is left out at both ends: far below any p that is read.
_NEGLIGIBLE = 1e-15


@dataclass(frozen=True)
class HitTest:
    """Hits of a group over some strata, observed and expected.

    Attributes
    ----------
    papers, hits : int
        Papers of the group, and hits among them.
    expected : float
        Hits if every paper of a stratum were a hit with the same chance.
    ratio, low, high : float
        Hits over expected, with the interval of a Poisson count, which is a little wide; NaN where nothing is expected.
    p_upper, p_lower : float
        Chance of as many hits or more, and of as few or fewer, in the sum of hypergeometric numbers of the strata.
    """

    papers: int
    hits: int
    expected: float
    ratio: float
    low: float
    high: float
    p_upper: float
    p_lower: float

    @property
    def p_two_sided(self) -> float:
        """Twice the smaller tail, at most 1."""
        return min(1.0, 2 * min(self.p_upper, self.p_lower))


def hit_test(
    papers: ArrayLike, hits: ArrayLike, all_papers: ArrayLike, all_hits: ArrayLike, *, level: float = 0.95
) -> HitTest:
    """Test whether a group has more or fewer hits than its papers in each stratum make likely.

    Parameters
    ----------
    papers, hits : array of shape (T,)
        Papers of the group by stratum, such as the year, and hits among them.
    all_papers, all_hits : array of shape (T,)
        The same of all papers.
    level : float
        Coverage of the interval.

    Returns
    -------
    HitTest
        Observed, expected, interval and exact tails.

    Raises
    ------
    IndicatorError
        A group that is larger than the whole in a stratum.
    """
    n, k, every, marked = (np.asarray(x, dtype=np.int64) for x in (papers, hits, all_papers, all_hits))
    wrong = (k < 0) | (k > n) | (k > marked) | (n > every) | (marked > every)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise IndicatorError(
            f"stratum {at} of the test (from 0) has {k[at]} hits among {n[at]} papers, and {marked[at]} among "
            f"{every[at]} in all; expected a part of the whole"
        )
    expected = float(np.divide(n * marked, every, out=np.zeros(n.size), where=every > 0).sum())
    found = int(k.sum())
    first, chance = _law(n, every, marked)
    at = found - first
    upper = float(chance[max(at, 0) :].sum()) if at < chance.size else 0.0
    lower = float(chance[: at + 1].sum()) if at >= 0 else 0.0
    tail = (1 - level) / 2
    bounds = (stats.chi2.ppf(tail, 2 * found) / 2 if found else 0.0, stats.chi2.ppf(1 - tail, 2 * (found + 1)) / 2)
    ratio, low, high = (x / expected if expected else float("nan") for x in (found, *bounds))
    return HitTest(int(n.sum()), found, expected, ratio, float(low), float(high), min(upper, 1.0), min(lower, 1.0))


def _law(papers: Ints, all_papers: Ints, all_hits: Ints) -> tuple[int, Floats]:
    """Return the least likely sum of hits and the chances of it and the following ones."""
    first, chance = 0, np.ones(1)
    for n, every, marked in zip(papers.tolist(), all_papers.tolist(), all_hits.tolist(), strict=True):
        if n and marked:
            low, own = _hypergeometric(n, every, marked)
            first, chance = first + low, np.convolve(chance, own)
    return first, chance


def _hypergeometric(n: int, every: int, marked: int) -> tuple[int, Floats]:
    """Return the least likely number of hits of a stratum and the chances of it and the following ones.

    By the ratio of each chance to the one before, which takes a hundredth of the time of a general law.
    """
    low, high = max(0, n + marked - every), min(n, marked)
    k = np.arange(low, high, dtype=np.float64)
    rise = np.log((marked - k) * (n - k)) - np.log((k + 1) * (every - marked - n + k + 1))
    level = np.concatenate([[0.0], np.cumsum(rise)])
    chance = np.exp(level - level.max())
    chance /= chance.sum()
    kept = np.flatnonzero(chance > _NEGLIGIBLE)
    return low + int(kept[0]), chance[kept[0] : kept[-1] + 1]
