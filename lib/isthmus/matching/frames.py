"""Matching of pandas frames."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.errors import MatchingError
from isthmus.matching.balance import Balance, MeanDifference, cell_balance, mean_difference
from isthmus.matching.coarsening import MISSING, Coarsening, bin_codes, bin_name, cut_points, summary
from isthmus.matching.design import Design, Outcome, arm_of, outcome_columns
from isthmus.matching.matched import Group, Matched, OutcomeSums
from isthmus.matching.resampling import DRAWS, Values, dealt_anew, matched_values, rematched
from isthmus.matching.strata import Strata, stratify, tuple_ids
from isthmus.matching.sums import block_sums
from isthmus.matching.unmeasured import BoundSums, bound_sums, tipping_gamma

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class FrameMatch(Matched):
    """A match of the rows of a pandas frame.

    Attributes
    ----------
    used : bool array of shape (n,)
        Rows that have a treatment (and, where missing values are dropped, all covariates).
    treated : bool array of shape (u,)
        Arm of the used rows.
    strata : Strata
        Strata of the used rows.
    """

    def __init__(self, frame: pd.DataFrame, design: Design) -> None:
        self.design, self._frame = design, frame
        known = frame[design.treatment].notna().to_numpy()
        codes, self.cuts, self._levels = _codes(frame, design.covariates)
        lacking = {name: int((codes[known, at] == MISSING).sum()) for at, name in enumerate(design.covariates)}
        self.used: Bools = known & (codes != MISSING).all(axis=1) if design.missing == "drop" else known
        self.treated = _treated(frame[design.treatment][self.used], design)
        self.strata: Strata = stratify(codes[self.used], self.treated)
        self.notes = tuple(missing_notes(design, int((~known).sum()), lacking, int((known & ~self.used).sum())))

    @property
    def columns(self) -> list[str]:
        """Columns of the frame."""
        return [str(name) for name in self._frame.columns]

    def strata_counts(self) -> tuple[Ints, Ints, Ints]:
        """Return numbers of treated and control units of strata, and how many strata have them."""
        return self.strata.n_treated, self.strata.n_control, np.ones(self.strata.n_treated.size, np.int64)

    def outcome_sums(self, outcome: Outcome, by: Sequence[str] = ()) -> OutcomeSums:
        """Return the sums of an outcome.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        by : sequence of str
            Exact covariates that groups are made of.
        """
        y, known = self._outcome(outcome)
        stratum, arm, y = self.strata.of_unit[known], self.treated[known], y[known]
        lowest = float(y.min()) if y.size else float("nan")
        centre = 0.0 if (y == np.floor(y)).all() else float(y.mean())
        group, keys = self._groups(stratum, by)
        order = np.argsort(group, kind="stable")
        ends = np.searchsorted(group[order], np.arange(len(keys) + 1))
        groups: dict[Group, Any] = {}
        for at, key in enumerate(keys):
            mine = order[ends[at] : ends[at + 1]]
            groups[key] = block_sums(stratum[mine], arm[mine], y[mine], centre=centre)
        return OutcomeSums(groups, int((~known).sum()), lowest)

    def _groups(self, stratum: Ints, by: Sequence[str]) -> tuple[Ints, list[Group]]:
        """Return the group of each unit, and the values of the groups."""
        if not by:
            return np.zeros(stratum.size, np.int64), [()] if stratum.size else []
        at = [list(self.design.covariates).index(name) for name in by]
        levels = self.strata.levels[:, at]
        ids = tuple_ids(levels)
        present = np.unique(ids[stratum])
        first = {group: int(np.argmax(ids == group)) for group in present}
        keys = [tuple(self._level(n, levels[first[g], k]) for k, n in enumerate(by)) for g in present]
        return np.searchsorted(present, ids[stratum]), keys

    def _level(self, name: str, code: int) -> Any:
        if name in self.cuts:
            return bin_name(code, self.cuts[name])
        return None if code == MISSING else _plain(self._levels[name][code])

    def outcome_values(self, outcome: Outcome) -> Values:
        """Return the distinct values of the matched units.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        """
        y, known = self._outcome(outcome)
        stratum, arm = self.strata.of_unit[known], self.treated[known]
        # units without the outcome are left out before strata are kept
        return matched_values(arm, y[known], stratify(stratum, arm).unit_weights(arm))

    def outcome_bounds(self, outcome: Outcome, gammas: Sequence[float]) -> BoundSums:
        """Return the sums behind the range of the SATT.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        gammas : sequence of float
            Factors of the odds.
        """
        return bound_sums(*self._units(outcome), gammas)

    def tipping_gamma(self, outcome: Outcome) -> float:
        """Return the smallest factor of the odds with which the SATT may be 0.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        """
        return tipping_gamma(*self._units(outcome))

    def dealt_anew(self, outcome: Outcome, *, draws: int = DRAWS, seed: int = 0) -> Floats:
        """Return the SATT with the treatment dealt anew within strata: a placebo, shape (draws,).

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        draws : int
            Number of deals.
        seed : int
            Seed of the draws.
        """
        return dealt_anew(*self._units(outcome), np.random.default_rng(seed), draws)

    def rematched(self, outcome: Outcome, *, draws: int = DRAWS, seed: int = 0) -> Floats:
        """Return the SATT of resamples that are matched anew, see `isthmus.matching.resampling.rematched`.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        draws : int
            Resamples.
        seed : int
            Seed of the draws.
        """
        return rematched(*self._units(outcome), np.random.default_rng(seed), draws)

    def cell_balance(self, covariates: Mapping[str, Coarsening]) -> Balance:
        """Return the balance over the cells of some covariates.

        Parameters
        ----------
        covariates : mapping of str to Coarsening
            Covariates and their bins.
        """
        codes, _, _ = _codes(self._frame[self.used], covariates)
        return cell_balance(tuple_ids(codes), self.treated, self.strata.unit_weights(self.treated))

    def mean_differences(self) -> dict[str, MeanDifference]:
        """Return the standardised differences of the coarsened covariates' means."""
        weights = self.strata.unit_weights(self.treated)
        return {
            name: mean_difference(_numbers(self._frame[self.used], name), self.treated, weights)
            for name in self.design.coarsened
        }

    def weights(self) -> pd.DataFrame:
        """Return the stratum and the weight of every row, on the frame's index; rows left out have no stratum."""
        stratum = np.full(len(self._frame), -1, np.int64)
        stratum[self.used] = self.strata.of_unit
        weight = np.zeros(len(self._frame))
        weight[self.used] = self.strata.unit_weights(self.treated)
        numbers = pd.array(stratum, dtype="Int64")
        numbers[stratum < 0] = pd.NA
        return pd.DataFrame({"stratum": numbers, "weight": weight}, index=self._frame.index)

    def strata_table(self) -> pd.DataFrame:
        """Return a row for each stratum: its levels by name, units of each arm, weight of a control unit."""
        named = {
            name: [self._level(name, code) for code in self.strata.levels[:, at]]
            for at, name in enumerate(self.design.covariates)
        }
        counts = {"n_treated": self.strata.n_treated, "n_control": self.strata.n_control}
        rest = {"kept": self.strata.kept, "control_weight": self.strata.control_weights}
        return pd.DataFrame({**named, **counts, **rest})

    def again(self, design: Design) -> "FrameMatch":
        """Match the same rows by another design.

        Parameters
        ----------
        design : Design
            The design.
        """
        return FrameMatch(self._frame, design)

    def _outcome(self, outcome: Outcome) -> tuple[Floats, Bools]:
        """Return the outcome of the used rows, and which of them have one."""
        frame = self._frame[self.used]
        names = outcome_columns(outcome, list(frame.columns))
        y = _numbers(frame, names[0])
        if len(names) == 2:
            below = _numbers(frame, names[1])
            y = np.divide(y, below, out=np.full(y.size, np.nan), where=(below != 0) & ~np.isnan(below))
        return y, ~np.isnan(y)

    def _units(self, outcome: Outcome) -> tuple[Ints, Bools, Floats]:
        y, known = self._outcome(outcome)
        return self.strata.of_unit[known], self.treated[known], y[known]


def missing_notes(design: Design, without_treatment: int, lacking: Mapping[str, int], dropped: int) -> list[str]:
    """Return what was left out and how missing values were treated, as sentences.

    Parameters
    ----------
    design : Design
        The design.
    without_treatment : int
        Units without a treatment.
    lacking : mapping of str to int
        Units without each covariate, among those with a treatment.
    dropped : int
        Units left out for lack of a covariate.
    """
    said = []
    if without_treatment:
        said.append(f"{without_treatment:,} units have no treatment and are left out")
    told = ", ".join(f"{name} of {number:,}" for name, number in lacking.items() if number)
    if told and design.missing == "drop":
        said.append(f"{dropped:,} units lack a covariate and are left out (missing: {told} units)")
    elif told:
        said.append(f"a missing value is a level of its own (missing: {told} units)")
    return said


def _plain(value: Any) -> Any:
    """Return a value as Python's own, so that people see 3 and not np.int64(3)."""
    return value.item() if isinstance(value, np.generic) else value


def _treated(column: pd.Series, design: Design) -> Bools:
    wanted = arm_of(list(column.unique()), design.treatment, design.treated)
    return (column == wanted).to_numpy(dtype=bool)


def _codes(
    frame: pd.DataFrame, covariates: Mapping[str, Coarsening]
) -> tuple[Ints, dict[str, tuple[float, ...]], dict[str, Any]]:
    """Return the codes of covariates, shape (n, k), their cut points, and the values of the exact ones."""
    codes = np.empty((len(frame), len(covariates)), np.int64)
    cuts: dict[str, tuple[float, ...]] = {}
    levels: dict[str, Any] = {}
    for at, (name, how) in enumerate(covariates.items()):
        if how.rule == "exact":
            codes[:, at], levels[name] = _factorised(frame[name])
        else:
            numbers = _numbers(frame, name, above=-1.0 if how.log else None)
            cuts[name] = cut_points(how, summary(numbers, how))
            codes[:, at] = bin_codes(numbers, cuts[name])
    return codes, cuts, levels


def _factorised(column: pd.Series) -> tuple[Ints, Any]:
    try:
        codes, values = pd.factorize(column, sort=True)
    except TypeError:  # values of several types have no order; any will do
        codes, values = pd.factorize(column)
    return codes.astype(np.int64), values


def _numbers(frame: pd.DataFrame, name: str, above: float | None = None) -> Floats:
    """Return a column as numbers, NaN where missing; refuse text and infinity."""
    column = frame[name]
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise MatchingError(f"{name} holds dates; make numbers of them first, such as the year")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (np.isnan(numbers) & column.notna().to_numpy()) | np.isinf(numbers)
    expected = "a finite number"
    if above is not None:
        wrong |= numbers <= above
        expected = f"a number above {above:g}, since its logarithm ln(1 + x) is coarsened"
    if wrong.any():
        at = int(np.argmax(wrong))
        raise MatchingError(
            f"{name} is {_plain(column.iloc[at])!r} in row {frame.index[at]} (one of {int(wrong.sum()):,} such); "
            f"expected {expected} or nothing; covariates of text belong under exact"
        )
    return numbers
