"""Strata: units whose coarsened covariates are all equal, and the weights that make the arms alike.

Iacus, King and Porro (2012), Political Analysis 20, 1: strata with both arms are kept; a treated unit weighs 1, a
control unit of stratum s weighs (nT_s / nC_s)(mC / mT), where mT and mC are the kept units.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import MatchingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Products of levels up to this are looked up in a table; above, keys are sorted.
TABLE = 1 << 22
LARGEST_KEY = 1 << 62


@dataclass(frozen=True)
class Strata:
    """The strata of some units.

    Attributes
    ----------
    of_unit : int array of shape (n,)
        Stratum of each unit, 0 to S - 1.
    levels : int array of shape (S, k)
        Code of each covariate in each stratum; strata in the order of their codes.
    n_treated, n_control : int array of shape (S,)
        Units of each arm.
    """

    of_unit: Ints
    levels: Ints
    n_treated: Ints
    n_control: Ints

    @property
    def kept(self) -> Bools:
        """Whether a stratum has both arms, shape (S,)."""
        return (self.n_treated > 0) & (self.n_control > 0)

    @property
    def control_weights(self) -> Floats:
        """Weight of a control unit of each stratum, 0 where the stratum is not kept, shape (S,)."""
        return control_weights(self.n_treated, self.n_control)

    def unit_weights(self, treated: ArrayLike) -> Floats:
        """Return the weight of every unit: 1, the control weight of its stratum, or 0 without a match.

        Parameters
        ----------
        treated : bool array of shape (n,)
            Whether a unit is treated.
        """
        arm = np.asarray(treated, bool)
        weights = np.where(arm, self.kept[self.of_unit], self.control_weights[self.of_unit])
        return weights.astype(np.float64)


def control_weights(n_treated: Ints, n_control: Ints) -> Floats:
    """Return (nT / nC)(mC / mT), 0 where an arm is empty.

    Parameters
    ----------
    n_treated, n_control : int array of shape (S,)
        Units of each arm in each stratum.
    """
    kept = (n_treated > 0) & (n_control > 0)
    if not kept.any():
        return np.zeros(n_treated.size)
    share = n_control[kept].sum() / n_treated[kept].sum()
    weights = np.zeros(n_treated.size)
    weights[kept] = n_treated[kept] / n_control[kept] * share
    return weights


def stratify(codes: ArrayLike, treated: ArrayLike) -> Strata:
    """Put units with equal codes into one stratum.

    Parameters
    ----------
    codes : int array of shape (n, k)
        Code of each covariate of each unit, from -1 (missing) on.
    treated : bool array of shape (n,)
        Whether a unit is treated.

    Raises
    ------
    MatchingError
        The two do not have one length, or a code is below -1.
    """
    table = np.asarray(codes, np.int64)
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    arm = np.asarray(treated, bool).ravel()
    if table.shape[0] != arm.size:
        raise MatchingError(f"{table.shape[0]} rows of codes and {arm.size} treatments; expected one length")
    if table.size and table.min() < -1:
        raise MatchingError(f"the code {table.min()} is below -1, the code of a missing value")
    of_unit = tuple_ids(table)
    n_strata = int(of_unit.max()) + 1 if of_unit.size else 0
    first = np.empty(n_strata, np.int64)
    first[of_unit[::-1]] = np.arange(of_unit.size)[::-1]
    everyone = np.bincount(of_unit, minlength=n_strata)
    n_treated = np.bincount(of_unit[arm], minlength=n_strata)
    return Strata(of_unit, table[first], n_treated.astype(np.int64), (everyone - n_treated).astype(np.int64))


def tuple_ids(codes: Ints) -> Ints:
    """Return a number for every distinct row of codes, 0 to S - 1 in the rows' order; no hashes, so no collisions.

    Parameters
    ----------
    codes : int array of shape (n, k)
        Codes from -1 on.
    """
    ids, size = np.zeros(codes.shape[0], np.int64), 1
    if ids.size == 0:
        return ids
    for column in codes.T:
        digit, levels = column + 1, int(column.max()) + 2
        if size * levels > LARGEST_KEY:
            digit, levels = _dense(digit, levels)
            ids, size = _dense(ids, size)
        ids, size = ids * levels + digit, size * levels
    return _dense(ids, size)[0]


def _dense(keys: Ints, size: int) -> tuple[Ints, int]:
    """Return keys below `size` renumbered without gaps, in their order, and how many there are."""
    if size <= TABLE:
        present = np.zeros(size, np.int64)
        present[keys] = 1
        place = np.cumsum(present) - 1
        return place[keys], int(place[-1]) + 1
    values, ids = np.unique(keys, return_inverse=True)
    return ids.astype(np.int64), values.size
