"""Whether one group has higher values than another, compared within strata by ranks (van Elteren 1960).

Within a stratum U counts the pairs of one member of each group in which the first is higher, ties half. Strata are
weighted with 1 / (N + 1), which has the most power where the groups differ alike in each; with a single stratum it is
the test of Mann and Whitney (1947) with its correction for ties, without one for continuity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from isthmus.errors import IndicatorError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RankComparison:
    """Two groups compared within strata; nan where no stratum has members of both with different values.

    Attributes
    ----------
    n_first, n_second : int
        Members in strata that have both groups.
    superiority : float
        Probability that a member of the first group is above one of the second of the same stratum, ties half; strata
        count by their pairs, weighted as in the test.
    z, p_value : float
        Test statistic, positive where the first group is higher, and its two-sided p.
    """

    n_first: int
    n_second: int
    superiority: float
    z: float
    p_value: float


def stratified_ranks(value: ArrayLike, stratum: ArrayLike, first: ArrayLike, count: ArrayLike) -> RankComparison:
    """Compare the first group with the second within strata.

    Parameters
    ----------
    value : array of shape (n,)
        Values; rows may repeat.
    stratum : array of shape (n,)
        Whole numbers.
    first : bool array of shape (n,)
        Whether a row is of the first group.
    count : array of shape (n,)
        Members with this value, whole numbers > 0.

    Raises
    ------
    IndicatorError
        Columns of different length, a value that is not finite, or a count below 1.
    """
    x, s = np.asarray(value, dtype=np.float64), np.asarray(stratum, dtype=np.int64)
    one, n = np.asarray(first, dtype=bool), np.asarray(count, dtype=np.int64)
    if not x.shape == s.shape == one.shape == n.shape or x.ndim != 1:
        raise IndicatorError(
            f"value, stratum, first and count have shapes {x.shape}, {s.shape}, {one.shape} and {n.shape}; "
            "expected columns of one length"
        )
    if x.size and (not np.isfinite(x).all() or n.min() < 1):
        raise IndicatorError("a value is not finite or a count is below 1; leave such rows out")
    parts = [_stratum(x[s == each], one[s == each], n[s == each]) for each in np.unique(s)]
    kept = np.array([part for part in parts if part[0] > 0 and part[1] > 0]).reshape(-1, 4)
    if not len(kept):
        return RankComparison(0, 0, np.nan, np.nan, np.nan)
    a, b, u, variance = kept.T
    weight = 1.0 / (a + b + 1.0)
    spread = float((weight**2 * variance).sum())
    z = float((weight * (u - a * b / 2)).sum() / np.sqrt(spread)) if spread > 0 else np.nan
    superiority = float((weight * u).sum() / (weight * a * b).sum())
    return RankComparison(int(a.sum()), int(b.sum()), superiority, z, 2 * float(ndtr(-abs(z))))


def _stratum(value: Floats, first: NDArray[np.bool_], count: Ints) -> tuple[float, float, float, float]:
    """Return both sizes, U and its variance without a difference, ties taken into account."""
    values, at = np.unique(value, return_inverse=True)
    own = np.bincount(at[first], weights=count[first], minlength=values.size)
    other = np.bincount(at[~first], weights=count[~first], minlength=values.size)
    a, b = own.sum(), other.sum()
    below = np.cumsum(other) - other
    u = float((own * (below + other / 2)).sum())
    n, tied = a + b, own + other
    ties = float((tied**3 - tied).sum())
    variance = a * b / 12 * (n + 1 - ties / (n * (n - 1))) if n > 1 else 0.0
    return float(a), float(b), u, float(variance)
