"""Resamples of matched units with the strata fixed, and treatments dealt anew as a placebo.

Resampling units of an arm with replacement gives each distinct value a multinomial number of units; so the draws are
exact in law and cost as much as there are distinct values, however many units there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError
from isthmus.matching.kernels import dealt_satt, resampled_satt
from isthmus.matching.sums import block_sums

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DRAWS = 1000
# Drawn counts held at once; more values are drawn in turns.
CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Values:
    """Distinct values of the matched units of both arms.

    Attributes
    ----------
    treated : bool array of shape (V,)
        The arm.
    y : float array of shape (V,)
        The outcome.
    weight : float array of shape (V,)
        The weight of these units; of treated units 1.
    count : int array of shape (V,)
        How many units.
    """

    treated: Bools
    y: Floats
    weight: Floats
    count: NDArray[np.int64]


@dataclass(frozen=True)
class Bootstrap:
    """Statistics of resamples.

    Attributes
    ----------
    satt, difference, percent, percent_weighted : float array of shape (B,)
        See `isthmus.matching.effects.Effect`; NaN where the mean of the controls of a resample is 0.
    """

    satt: Floats
    difference: Floats
    percent: Floats
    percent_weighted: Floats

    def interval(self, of: str = "satt", level: float = 0.95) -> tuple[float, float]:
        """Return the percentile interval; NaN where no resample has the statistic.

        Parameters
        ----------
        of : str
            "satt", "difference", "percent" or "percent_weighted".
        level : float
            Coverage.
        """
        known = getattr(self, of)
        known = known[~np.isnan(known)]
        if known.size == 0:
            return float("nan"), float("nan")
        low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)


def matched_values(treated: ArrayLike, y: ArrayLike, weight: ArrayLike, count: ArrayLike | None = None) -> Values:
    """Return the distinct (arm, outcome, weight) of the units that have a weight.

    Parameters
    ----------
    treated : bool array of shape (n,)
        Arm.
    y, weight : array of shape (n,)
        Outcome and weight; weight 0 is unmatched.
    count : int array of shape (n,) or None
        Units of each row; None for one each.
    """
    w = np.asarray(weight, np.float64).ravel()
    kept = w > 0
    units = np.ones(w.size, np.int64) if count is None else np.asarray(count, np.int64).ravel()
    rows = np.column_stack([np.asarray(treated, np.float64).ravel(), np.asarray(y, np.float64).ravel(), w])[kept]
    order = np.lexsort(rows.T[::-1])
    rows, units = rows[order], units[kept][order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    first = np.flatnonzero(new)
    counts = np.add.reduceat(units, first) if first.size else units
    return Values(rows[first, 0] > 0, rows[first, 1], rows[first, 2], counts)


def bootstrap(values: Values, rng: np.random.Generator, draws: int = DRAWS) -> Bootstrap:
    """Resample the units of each arm, with strata and weights fixed.

    Weighted means are ratios, sum w y over sum w of the resample, so a constant added to the outcome changes nothing.

    Parameters
    ----------
    values : Values
        Of the matched units.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int
        Resamples B.

    Raises
    ------
    MatchingError
        An arm is empty, or fewer than one draw.
    """
    _check_draws(draws)
    if not (values.treated.any() and (~values.treated).any()):
        raise MatchingError("an arm has no matched unit; there is nothing to resample")
    treated, control = (_resampled(values, side, rng, draws) for side in (values.treated, ~values.treated))
    mean_t, mean_c, mean_cw = treated[0], control[0], control[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(mean_c != 0, 100 * (mean_t - mean_c) / mean_c, np.nan)
        percent_weighted = np.where(mean_cw != 0, 100 * (mean_t - mean_cw) / mean_cw, np.nan)
    return Bootstrap(mean_t - mean_cw, mean_t - mean_c, percent, percent_weighted)


def _resampled(values: Values, side: Bools, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Return plain and weighted means of an arm's resamples."""
    y, w, count = values.y[side], values.weight[side], values.count[side]
    m = int(count.sum())
    plain, weighted = np.empty(draws), np.empty(draws)
    step = max(1, CELLS_AT_ONCE // count.size)
    for first in range(0, draws, step):
        drawn = rng.multinomial(m, count / m, size=min(step, draws - first)).astype(np.float64)
        at = slice(first, first + len(drawn))
        plain[at], weighted[at] = drawn @ y / m, drawn @ (w * y) / (drawn @ w)
    return plain, weighted


def strata_bootstrap(
    stratum: ArrayLike, treated: ArrayLike, y: ArrayLike, rng: np.random.Generator, draws: int = DRAWS
) -> Floats:
    """Return the SATT of resamples of units within the arms of each stratum, shape (B,).

    Parameters
    ----------
    stratum, treated, y : array of shape (n,)
        Stratum (from 0 on), arm and outcome of each unit; strata with one arm are left out.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int
        Resamples B.

    Raises
    ------
    MatchingError
        No stratum has both arms, or fewer than one draw.
    """
    return _drawn(resampled_satt, stratum, treated, y, rng, draws)


def dealt_anew(
    stratum: ArrayLike, treated: ArrayLike, y: ArrayLike, rng: np.random.Generator, draws: int = DRAWS
) -> Floats:
    """Return the SATT with the treatment dealt anew within each stratum, shape (B,): what there is without any effect.

    Parameters
    ----------
    stratum, treated, y : array of shape (n,)
        As in `strata_bootstrap`.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int
        Number of deals B.

    Raises
    ------
    MatchingError
        No stratum has both arms, or fewer than one draw.
    """
    return _drawn(dealt_satt, stratum, treated, y, rng, draws)


def rematched(
    stratum: ArrayLike, treated: ArrayLike, y: ArrayLike, rng: np.random.Generator, draws: int = DRAWS
) -> Floats:
    """Return the SATT of resamples of all units of each arm that are matched anew, shape (B,); NaN without a match.

    A stratum with one unit in an arm is missing in 37 % of the resamples, so each has other strata and asks for another
    effect: a sign of how much hangs on which units are matched, never an interval.

    Parameters
    ----------
    stratum, treated, y : array of shape (n,)
        Stratum (from 0 on), arm and outcome of every unit.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int
        Resamples B.

    Raises
    ------
    MatchingError
        Fewer than one draw.
    """
    _check_draws(draws)
    ids, arm, values = np.asarray(stratum, np.int64), np.asarray(treated, bool), np.asarray(y, np.float64)
    sides = [np.flatnonzero(side) for side in (arm, ~arm)]
    found = np.full(draws, np.nan)
    for b in range(draws):
        drawn = np.concatenate([side[rng.integers(0, side.size, side.size)] for side in sides if side.size])
        kept = block_sums(ids[drawn], arm[drawn], values[drawn]).matched()
        if kept.strata.size:
            ratio = kept.n_treated / kept.n_control
            found[b] = (kept.s_treated - ratio * kept.s_control).sum() / (kept.n_treated * kept.strata).sum()
    return found


def permutation_p(satt: float, dealt: Floats) -> float:
    """Return the two-sided p-value (1 + #{|dealt| >= |satt|}) / (B + 1).

    Parameters
    ----------
    satt : float
        The observed effect.
    dealt : array of shape (B,)
        Effects with the treatment dealt anew.
    """
    # sums in another order may differ in the last digits: equal counts as reached
    reached = np.count_nonzero(np.abs(dealt) >= abs(satt) * (1 - 1e-12))
    return (1 + reached) / (dealt.size + 1)


def _drawn(
    kernel: Callable[..., Any],
    stratum: ArrayLike,
    treated: ArrayLike,
    y: ArrayLike,
    rng: np.random.Generator,
    draws: int,
) -> Floats:
    _check_draws(draws)
    ids, arm, values = np.asarray(stratum, np.int64), np.asarray(treated, bool), np.asarray(y, np.float64)
    n = np.bincount(ids * 2 + arm, minlength=2 * (int(ids.max(initial=-1)) + 1)).reshape(-1, 2)
    kept = (n[:, 0] > 0) & (n[:, 1] > 0)
    if not kept.any():
        raise MatchingError("no stratum has both arms; there is nothing to resample")
    order = np.argsort(ids * 2 + arm, kind="stable")
    order = order[kept[ids[order]]]
    n = n[kept]
    start = np.concatenate([[0], np.cumsum(n.sum(axis=1))[:-1]])
    found: Floats = kernel(values[order], start, n[:, 1].copy(), n[:, 0].copy(), draws, rng)
    return found


def _check_draws(draws: int) -> None:
    if draws < 1:
        raise MatchingError(f"{draws} draws; expected one or more")
