"""How joint papers differ from the others: shares by Fisher's exact test, means by Student's and Welch's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from isthmus.errors import IndicatorError


@dataclass(frozen=True)
class Contrast:
    """A measure of joint papers beside that of the others.

    Attributes
    ----------
    joint, others : float or None
        Share or mean; None without papers.
    ratio : float or None
        Of shares: the odds ratio, infinite where no other paper has it; of means: joint over others; None without one.
    p_value : float or None
        Two-sided: Fisher's of shares, Student's of means.
    p_welch : float or None
        Two-sided, of means alone: with unlike variances.
    """

    joint: float | None
    others: float | None
    ratio: float | None = None
    p_value: float | None = None
    p_welch: float | None = None


def of_shares(joint_with: int, joint: int, others_with: int, others: int) -> Contrast:
    """Compare the shares of joint and other papers that have something.

    Parameters
    ----------
    joint_with, joint : int
        Joint papers that have it, and all joint papers.
    others_with, others : int
        The same of other papers.

    Raises
    ------
    IndicatorError
        More papers have it than there are.
    """
    if not (0 <= joint_with <= joint and 0 <= others_with <= others):
        raise IndicatorError(f"{joint_with} of {joint} and {others_with} of {others} papers: expected parts of wholes")
    one = joint_with / joint if joint else None
    two = others_with / others if others else None
    if not (joint and others):
        return Contrast(one, two)
    table = np.array([[joint_with, joint - joint_with], [others_with, others - others_with]])
    if joint_with + others_with in (0, joint + others):
        return Contrast(one, two, p_value=1.0)
    against = (joint - joint_with) * others_with
    ratio = joint_with * (others - others_with) / against if against else float("inf")
    return Contrast(one, two, ratio, float(stats.fisher_exact(table)[1]))


def of_means(n: tuple[int, int], sums: tuple[float, float], squares: tuple[float, float]) -> Contrast:
    """Compare the means of a measure of joint and other papers.

    Parameters
    ----------
    n : (int, int)
        Joint papers, other papers.
    sums, squares : (float, float)
        Of the measure, and of its square, over each.
    """
    means = [s / m if m else None for m, s in zip(n, sums, strict=True)]
    first, second = means
    if first is None or second is None:
        return Contrast(first, second)
    ratio = first / second if second else None
    if min(n) < 2:
        return Contrast(first, second, ratio)
    variances = [max(q - s * s / m, 0.0) / (m - 1) for m, s, q in zip(n, sums, squares, strict=True)]
    if sum(variances) <= 0:
        return Contrast(first, second, ratio)
    given = (first, variances[0] ** 0.5, n[0], second, variances[1] ** 0.5, n[1])
    p = [float(stats.ttest_ind_from_stats(*given, equal_var=equal).pvalue) for equal in (True, False)]
    return Contrast(first, second, ratio, p[0], p[1])


def of_years(joint: ArrayLike, others: ArrayLike) -> Contrast:
    """Compare numbers of papers year by year: the paired test of Student; means per year.

    Parameters
    ----------
    joint, others : array of shape (Y,)
        Papers of each year.
    """
    one, two = np.asarray(joint, np.float64), np.asarray(others, np.float64)
    if one.size == 0:
        return Contrast(None, None)
    means = float(one.mean()), float(two.mean())
    ratio = means[0] / means[1] if means[1] else None
    gap = one - two
    if one.size < 2 or np.ptp(gap) == 0:
        return Contrast(*means, ratio)
    return Contrast(*means, ratio, float(stats.ttest_rel(one, two).pvalue))
