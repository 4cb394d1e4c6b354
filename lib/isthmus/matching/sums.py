"""Additive sums of blocks of strata: all that effects and their errors need, and nothing of single units.

Strata with the same numbers of treated and control units share one row, so that every statistic is a function of sums
of values, squares and products. Sums of whole numbers below 2^53 are exact: blocks can be added in any order and split
anywhere, and the result is the same to the last bit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

COUNTS = ("n_treated", "n_control", "strata")
TOTALS = ("s_treated", "s_control", "q_treated", "q_control", "tt", "tc", "cc")


@dataclass(frozen=True)
class Sums:
    """Sums over the strata that have the same numbers of units, K rows in rising order of the two numbers.

    Attributes
    ----------
    n_treated, n_control : int array of shape (K,)
        Units of each arm in each of these strata.
    strata : int array of shape (K,)
        How many such strata.
    s_treated, s_control : float array of shape (K,)
        Sum of the outcome of each arm, S.
    q_treated, q_control : float array of shape (K,)
        Sum of its squares.
    tt, tc, cc : float array of shape (K,)
        Sums over strata of S_T^2, S_T S_C and S_C^2.
    centre : float
        What was taken off every outcome before.
    """

    n_treated: Ints
    n_control: Ints
    strata: Ints
    s_treated: Floats
    s_control: Floats
    q_treated: Floats
    q_control: Floats
    tt: Floats
    tc: Floats
    cc: Floats
    centre: float = 0.0

    @property
    def both(self) -> Bools:
        """Whether the strata of a row have both arms, shape (K,)."""
        return (self.n_treated > 0) & (self.n_control > 0)

    def matched(self) -> "Sums":
        """Return the rows of strata with both arms."""
        return _rows(self, self.both)

    def arrays(self) -> dict[str, Ints | Floats]:
        """Return the columns by name, without the centre."""
        return {name: getattr(self, name) for name in (*COUNTS, *TOTALS)}


def _rows(sums: Sums, which: Bools) -> Sums:
    return sums_from({name: values[which] for name, values in sums.arrays().items()}, sums.centre)


def block_sums(
    stratum: ArrayLike, treated: ArrayLike, y: ArrayLike, count: ArrayLike | None = None, *, centre: float = 0.0
) -> Sums:
    """Return the sums of a block of whole strata, from units or from a histogram of their values.

    Parameters
    ----------
    stratum : int array of shape (n,)
        Stratum of each row, from 0 on.
    treated : bool array of shape (n,)
        Arm of each row.
    y : array of shape (n,)
        Outcome, finite.
    count : int array of shape (n,) or None
        Units of each row; None for one each.
    centre : float
        Taken off every outcome; keeps digits where outcomes are no whole numbers and far from 0.

    Raises
    ------
    MatchingError
        Lengths differ, or an outcome is not finite.
    """
    ids, arm = np.asarray(stratum, np.int64).ravel(), np.asarray(treated, bool).ravel()
    values = np.asarray(y, np.float64).ravel()
    units = np.ones(ids.size) if count is None else np.asarray(count, np.float64).ravel()
    if not ids.size == arm.size == values.size == units.size:
        raise MatchingError(
            f"{ids.size} strata, {arm.size} treatments, {values.size} outcomes, {units.size} counts: expected one "
            "length"
        )
    if not np.isfinite(values).all():
        at = int(np.argmax(~np.isfinite(values)))
        raise MatchingError(f"the outcome of row {at} is {values[at]}; expected a finite number (leave such units out)")
    shifted, side = values - centre, ids * 2 + arm
    size = 2 * (int(ids.max()) + 1) if ids.size else 0

    def total(weights: Floats) -> Floats:
        return np.bincount(side, weights=weights, minlength=size).astype(np.float64).reshape(-1, 2)

    n, s, q = total(units).astype(np.int64), total(units * shifted), total(units * shifted**2)
    there = n.sum(axis=1) > 0
    n, s, q = n[there], s[there], q[there]
    parts = (s[:, 1], s[:, 0], q[:, 1], q[:, 0], s[:, 1] ** 2, s[:, 0] * s[:, 1], s[:, 0] ** 2)
    return _grouped(n[:, 1], n[:, 0], np.ones(len(n), np.int64), parts, centre)


def add_sums(blocks: Iterable[Sums]) -> Sums:
    """Add the sums of blocks that have no stratum in common.

    Parameters
    ----------
    blocks : iterable of Sums
        One or more, of the same centre.

    Raises
    ------
    MatchingError
        No block, or different centres.
    """
    some = list(blocks)
    if not some:
        raise MatchingError("there is no block of strata to add")
    if len({block.centre for block in some}) > 1:
        raise MatchingError(f"the blocks have different centres: {sorted({block.centre for block in some})}")
    joined = {name: np.concatenate([getattr(b, name) for b in some]) for name in (*COUNTS, *TOTALS)}
    totals = tuple(joined[name] for name in TOTALS)
    return _grouped(joined["n_treated"], joined["n_control"], joined["strata"], totals, some[0].centre)


def _grouped(n_treated: Ints, n_control: Ints, strata: Ints, totals: tuple[Floats, ...], centre: float) -> Sums:
    """Add up rows with the same numbers of units."""
    base = int(n_control.max(initial=0)) + 1
    keys, at = np.unique(n_treated * base + n_control, return_inverse=True)

    def total(values: Floats) -> Floats:
        return np.bincount(at, weights=values, minlength=keys.size).astype(np.float64)

    counted = total(strata.astype(np.float64)).astype(np.int64)
    numbers = {"n_treated": keys // base, "n_control": keys % base, "strata": counted}
    return sums_from(numbers | dict(zip(TOTALS, map(total, totals), strict=True)), centre)


def sums_from(columns: Mapping[str, ArrayLike], centre: float = 0.0) -> Sums:
    """Return sums from their columns, such as those of a table.

    Parameters
    ----------
    columns : mapping of str to array of shape (K,)
        `COUNTS` and `TOTALS`.
    centre : float
        See `Sums.centre`.
    """
    arrays: dict[str, Any] = {name: np.asarray(columns[name], np.int64) for name in COUNTS}
    arrays |= {name: np.asarray(columns[name], np.float64) for name in TOTALS}
    return Sums(**arrays, centre=centre)
