"""Grades of a tie: how well a window of years supports that it is stronger, or weaker, than size explains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FIRM, PROBABLE, FEW_PAPERS = "firm", "probable", "few papers"
STRONGER, WEAKER = "stronger", "weaker"

# A tie seen in one year only may be one large project: firm needs a second year.
FIRM_YEARS_SEEN = 2
# Below this many expected papers nothing observed is too usual to be called weaker.
FIRM_EXPECTED = 10.0
# p-value of one tail, without correction for the number of pairs.
PROBABLE_LEVEL = 0.05


@dataclass(frozen=True)
class Grades:
    """Grade and direction of n pairs.

    Attributes
    ----------
    grade : object array of shape (n,)
        "firm", "probable", "few papers", or None.
    direction : object array of shape (n,)
        "stronger", "weaker", or None where there is no grade.

    """

    grade: NDArray[np.object_]
    direction: NDArray[np.object_]


def grade_pairs(
    *,
    p_upper: ArrayLike,
    p_lower: ArrayLike,
    q_upper: ArrayLike,
    q_lower: ArrayLike,
    expected: ArrayLike,
    years_seen: ArrayLike,
    mean_z: ArrayLike,
    false_discovery_rate: float,
    threshold: float,
    firm_years_seen: int = FIRM_YEARS_SEEN,
    firm_expected: float = FIRM_EXPECTED,
    probable_level: float = PROBABLE_LEVEL,
) -> Grades:
    """Return how well each pair is supported: the first of firm, probable, few papers that holds.

    A pair cannot be graded in both directions: the two tails add up to at least 1.

    Parameters
    ----------
    p_upper, p_lower : array of shape (n,)
        Probabilities of both tails of the window's sum; nan is no test.
    q_upper, q_lower : array of shape (n,)
        The same after Benjamini-Hochberg over all pairs of the network and window.
    expected : array of shape (n,)
        Expected weight of the window.
    years_seen : array of shape (n,)
        Years with a weight above 0.
    mean_z : array of shape (n,)
        Mean z of the window; nan where too few years have one.
    false_discovery_rate : float
        Firm needs a q below this.
    threshold : float
        "few papers": mean z above this, and neither tail's p below `probable_level`.
    firm_years_seen : int
        Years with a weight that a firmly stronger tie needs.
    firm_expected : float
        Expected weight that a firmly weaker tie needs.
    probable_level : float
        Probable needs that tail's p below this.

    """
    arrays = (p_upper, p_lower, q_upper, q_lower, expected, years_seen, mean_z)
    up, low, qu, ql, mu, seen, z = (np.asarray(a, dtype=np.float64) for a in arrays)
    upper, lower = up <= low, low < up  # the tail that speaks
    firm_upper = upper & (qu < false_discovery_rate) & (seen >= firm_years_seen)
    firm_lower = lower & (ql < false_discovery_rate) & (mu >= firm_expected)
    stronger = firm_upper | (upper & (up < probable_level))
    weaker = firm_lower | (lower & (low < probable_level))
    few = (z > threshold) & ~stronger & ~weaker
    grade = np.full(up.shape, None, dtype=object)
    direction = np.full(up.shape, None, dtype=object)
    grade[few], grade[stronger | weaker], grade[firm_upper | firm_lower] = FEW_PAPERS, PROBABLE, FIRM
    direction[few | stronger], direction[weaker] = STRONGER, WEAKER
    return Grades(grade=grade, direction=direction)
