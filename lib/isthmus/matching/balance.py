"""Balance: how alike the arms are before matching, after it, and with weights.

L1 of Iacus, King and Porro (2011), JASA 106, 345: half the sum of the absolute differences of the two arms' shares over
the cells of a cross-tabulation; 0 where the arms are alike, 1 where no cell has both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Balance:
    """Balance of the arms over the cells of a cross-tabulation.

    Attributes
    ----------
    cells, cells_with_both : int
        Cells with a unit; cells with units of both arms (after matching: `cells_with_both_after`).
    l1_before, l1_after, l1_weighted : float
        Of all units, of the kept ones, and of the kept ones with their weights.
    local_common_support, local_common_support_after : float
        Share of the cells with a unit that have both arms, of all units and of the kept ones.
    """

    cells: int
    cells_with_both: int
    l1_before: float
    l1_after: float
    l1_weighted: float
    local_common_support: float
    local_common_support_after: float


@dataclass(frozen=True)
class MeanDifference:
    """Difference of the arms' means of one covariate, in standard deviations of the treated units before matching.

    Attributes
    ----------
    before, after, weighted : float
        Of all units, of the kept ones, of the kept ones with weights; NaN where the deviation is 0.
    deviation : float
        The standard deviation (n - 1) that they are divided by.
    """

    before: float
    after: float
    weighted: float
    deviation: float


def half_distance(first: Floats, second: Floats) -> float:
    """Return half the sum of absolute differences of two sets of counts, each as shares; NaN where one is empty.

    Parameters
    ----------
    first, second : array of shape (S,)
        Counts or weights, none negative.
    """
    if first.sum() <= 0 or second.sum() <= 0:
        return float("nan")
    return float(np.abs(first / first.sum() - second / second.sum()).sum() / 2)


def strata_balance(n_treated: Ints, n_control: Ints, strata: Ints | None = None) -> Balance:
    """Return the balance over the strata themselves; weighted L1 is 0 there by construction.

    Parameters
    ----------
    n_treated, n_control : int array of shape (K,)
        Units of each arm.
    strata : int array of shape (K,) or None
        How many strata have these numbers; None for one each.
    """
    times = np.ones(n_treated.size) if strata is None else strata.astype(np.float64)
    both = (n_treated > 0) & (n_control > 0)
    weights = _repeated_weights(n_treated, n_control, times)

    def shares(which: NDArray[np.bool_], control: Floats) -> float:
        # the strata of a row are alike, so their distances are, too
        m_t, m_c = float((times * n_treated)[which].sum()), float((times * control)[which].sum())
        if m_t <= 0 or m_c <= 0:
            return float("nan")
        return float((times * np.abs(n_treated / m_t - control / m_c))[which].sum() / 2)

    everything = np.ones(n_treated.size, bool)
    cells, with_both = int(times.sum()), int(times[both].sum())
    return Balance(
        cells=cells,
        cells_with_both=with_both,
        l1_before=shares(everything, n_control.astype(np.float64)),
        l1_after=shares(both, n_control.astype(np.float64)),
        l1_weighted=shares(both, weights * n_control),
        local_common_support=with_both / cells if cells else float("nan"),
        local_common_support_after=1.0 if with_both else float("nan"),
    )


def _repeated_weights(n_treated: Ints, n_control: Ints, times: Floats) -> Floats:
    """Return control weights where each row stands for several strata."""
    both = (n_treated > 0) & (n_control > 0)
    weights = np.zeros(n_treated.size)
    m_treated = float((times * n_treated)[both].sum())
    if m_treated > 0:
        weights[both] = (n_treated / np.maximum(n_control, 1))[both] * (times * n_control)[both].sum() / m_treated
    return weights


def effective_sample_size(n_treated: Ints, n_control: Ints, strata: Ints | None = None) -> float:
    """Return how many control units of equal weight the weighted ones are worth, (sum w)^2 / sum w^2; 0 for none.

    Parameters
    ----------
    n_treated, n_control : int array of shape (K,)
        Units of each arm.
    strata : int array of shape (K,) or None
        How many strata have these numbers; None for one each.
    """
    times = np.ones(n_treated.size) if strata is None else strata.astype(np.float64)
    weights = _repeated_weights(n_treated, n_control, times)
    total = float((times * weights * n_control).sum())
    return total**2 / float((times * weights**2 * n_control).sum()) if total > 0 else 0.0


def cell_balance(cell: ArrayLike, treated: ArrayLike, weights: ArrayLike) -> Balance:
    """Return the balance over any cells, such as finer bins than those of the match.

    Parameters
    ----------
    cell : int array of shape (n,)
        Cell of each unit, from 0 on.
    treated : bool array of shape (n,)
        Arm of each unit.
    weights : array of shape (n,)
        Weight of each unit, 0 without a match.

    Raises
    ------
    MatchingError
        Lengths differ.
    """
    ids, arm = np.asarray(cell, np.int64).ravel(), np.asarray(treated, bool).ravel()
    w = np.asarray(weights, np.float64).ravel()
    if not ids.size == arm.size == w.size:
        raise MatchingError(f"{ids.size} cells, {arm.size} treatments, {w.size} weights: expected one length")

    def counts(weight: Floats) -> tuple[Floats, Floats]:
        table = np.bincount(ids * 2 + arm, weights=weight, minlength=2 * (int(ids.max(initial=-1)) + 1)).reshape(-1, 2)
        return table[:, 1].astype(np.float64), table[:, 0].astype(np.float64)

    before, after, weighted = counts(np.ones(ids.size)), counts((w > 0).astype(np.float64)), counts(w)
    return balance_of_counts(before, after, weighted)


def balance_of_counts(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], weighted: tuple[Floats, Floats]
) -> Balance:
    """Return the balance of counts of cells; each pair is treated, control, arrays of shape (S,).

    Parameters
    ----------
    before, after, weighted : tuple of two float arrays of shape (S,)
        All units, kept units, weights of the kept units.
    """
    there, shared = (before[0] + before[1]) > 0, (before[0] > 0) & (before[1] > 0)
    left, shared_after = (after[0] + after[1]) > 0, (after[0] > 0) & (after[1] > 0)
    return Balance(
        cells=int(there.sum()),
        cells_with_both=int(shared.sum()),
        l1_before=half_distance(*before),
        l1_after=half_distance(*after),
        l1_weighted=half_distance(*weighted),
        local_common_support=float(shared.sum() / there.sum()) if there.any() else float("nan"),
        local_common_support_after=float(shared_after.sum() / left.sum()) if left.any() else float("nan"),
    )


def mean_difference(values: ArrayLike, treated: ArrayLike, weights: ArrayLike) -> MeanDifference:
    """Return the standardised differences of the arms' means.

    Parameters
    ----------
    values : array of shape (n,)
        Covariate; NaN is missing and left out.
    treated : bool array of shape (n,)
        Arm of each unit.
    weights : array of shape (n,)
        Weight of each unit, 0 without a match.
    """
    x, arm, w = np.asarray(values, np.float64), np.asarray(treated, bool), np.asarray(weights, np.float64)
    known = ~np.isnan(x)
    x, arm, w = x[known], arm[known], w[known]
    moments = [
        (float(u[side].sum()), float((u * x)[side].sum()))
        for u in (np.ones(x.size), (w > 0).astype(np.float64), w)
        for side in (arm, ~arm)
    ]
    deviation = float(x[arm].std(ddof=1)) if arm.sum() > 1 else 0.0
    return standardised(moments, deviation)


def standardised(moments: list[tuple[float, float]], deviation: float) -> MeanDifference:
    """Return standardised differences from sums.

    Parameters
    ----------
    moments : list of (sum of weights, sum of weighted values)
        Treated and control of all units, of the kept units, of the weighted ones: six pairs.
    deviation : float
        Standard deviation of the treated units before matching.
    """

    def mean(pair: tuple[float, float]) -> float:
        return pair[1] / pair[0] if pair[0] > 0 else float("nan")

    means = [mean(pair) for pair in moments]
    gaps = [
        (t - c) / deviation if deviation > 0 else float("nan") for t, c in zip(means[::2], means[1::2], strict=True)
    ]
    return MeanDifference(gaps[0], gaps[1], gaps[2], deviation)
