"""The trend of a yearly share with errors clustered by scientist, from sums that add up exactly.

Every work k of scientist i has x (years since the move) and y (0 or 1). The least-squares slope has the error of Liang
and Zeger (1986): the scores of a scientist's works are added before they are squared. A scientist's score is linear in
five sums, (n, sum x, sum y, sum x^2, sum xy), so that the 5 x 5 sums of their products over scientists suffice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from isthmus.errors import IndicatorError

#: The sums of one scientist, in the order of rows and columns of the products.
SUMS = ("n", "x", "y", "xx", "xy")


@dataclass(frozen=True)
class ClusteredTrend:
    """Change of a share per year; nan where it cannot be told.

    Attributes
    ----------
    slope, standard_error : float
        Per year.
    low, high : float
        95 % interval.
    p_value : float
        Two-sided, Student's t with as many degrees of freedom as scientists less one.
    """

    slope: float
    standard_error: float
    low: float
    high: float
    p_value: float


def clustered_trend(totals: ArrayLike, products: ArrayLike, scientists: int) -> ClusteredTrend:
    """Return the least-squares slope of y on x with errors clustered by scientist.

    The variance has the factor G / (G - 1) (N - 1) / (N - 2) of Stata and statsmodels.

    Parameters
    ----------
    totals : array of shape (5,)
        `SUMS` over all works.
    products : array of shape (5, 5)
        Sums over scientists of the products of their `SUMS`.
    scientists : int
        Number of scientists, G.

    Raises
    ------
    IndicatorError
        Other shapes.
    """
    n, sx, sy, sxx, sxy = total = np.asarray(totals, dtype=np.float64)
    square = np.asarray(products, dtype=np.float64)
    if total.shape != (5,) or square.shape != (5, 5):
        raise IndicatorError(f"totals and products have shapes {total.shape} and {square.shape}; expected (5,), (5, 5)")
    spread = sxx - sx**2 / n if n else 0.0
    if scientists < 2 or n < 3 or spread <= 0:
        return ClusteredTrend(*[float("nan")] * 5)
    slope = (sxy - sx * sy / n) / spread
    mean, level = sx / n, sy / n - slope * sx / n
    # sum of (x - mean)(y - level - slope x) over the works of a scientist
    score = np.array([level * mean, slope * mean - level, -mean, -slope, 1.0])
    correction = scientists / (scientists - 1) * (n - 1) / (n - 2)
    error = float(np.sqrt(max(correction * score @ square @ score, 0.0)) / spread)
    reach = float(student.ppf(0.975, scientists - 1)) * error
    p = 2 * float(student.sf(abs(slope) / error, scientists - 1)) if error > 0 else float("nan")
    return ClusteredTrend(float(slope), error, float(slope) - reach, float(slope) + reach, p)
