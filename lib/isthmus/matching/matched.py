"""A match and what can be asked of it; the same questions for pandas and for Spark."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from isthmus.errors import MatchingError
from isthmus.matching.balance import Balance, MeanDifference, strata_balance
from isthmus.matching.coarsening import Coarsening, coarsening
from isthmus.matching.design import Design, Outcome
from isthmus.matching.effects import Effect, effect, unmatched
from isthmus.matching.resampling import DRAWS, Bootstrap, Values, bootstrap
from isthmus.matching.sums import Sums
from isthmus.matching.unmeasured import GAMMAS, BoundSums, EValue, unmeasured

AS_GIVEN = "as given"
OTHER_RULES = ("sturges", "scott", "quantiles:3", "quantiles:5", "quantiles:10", "width:5")
#: Least and largest number of bins of a random binning.
PROFILE_BINS = (2, 12)

Group = tuple[Any, ...]


@dataclass(frozen=True)
class OutcomeSums:
    """The sums of an outcome, by group.

    Attributes
    ----------
    groups : dict of tuple to Sums
        Values of the columns asked for, and the sums of their strata.
    left_out : int
        Units without the outcome (or with a denominator of 0).
    lowest : float
        Smallest outcome.
    """

    groups: dict[Group, Sums]
    left_out: int
    lowest: float


class Matched(ABC):
    """Units in strata. Made by `isthmus.matching.match`.

    Attributes
    ----------
    design : Design
        What is matched on what.
    cuts : dict of str to tuple of float
        Cut points of the coarsened covariates.
    notes : tuple of str
        What was left out, and how missing values were treated.
    """

    design: Design
    cuts: dict[str, tuple[float, ...]]
    notes: tuple[str, ...]

    @abstractmethod
    def strata_counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return numbers of treated and control units of strata, and how many strata have them."""

    @abstractmethod
    def outcome_sums(self, outcome: Outcome, by: Sequence[str] = ()) -> OutcomeSums:
        """Return the sums of an outcome.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        by : sequence of str
            Exact covariates that groups are made of.
        """

    @abstractmethod
    def outcome_values(self, outcome: Outcome) -> Values:
        """Return the distinct values of the matched units.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        """

    @abstractmethod
    def outcome_bounds(self, outcome: Outcome, gammas: Sequence[float]) -> BoundSums:
        """Return the sums behind the range of the SATT.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        gammas : sequence of float
            Factors of the odds.
        """

    @abstractmethod
    def cell_balance(self, covariates: Mapping[str, Coarsening]) -> Balance:
        """Return the balance over the cells of some covariates.

        Parameters
        ----------
        covariates : mapping of str to Coarsening
            Covariates and their bins.
        """

    @abstractmethod
    def mean_differences(self) -> dict[str, MeanDifference]:
        """Return the standardised differences of the coarsened covariates' means."""

    @abstractmethod
    def weights(self) -> Any:
        """Return every unit with its stratum and its weight, 0 without a match."""

    @abstractmethod
    def again(self, design: Design) -> "Matched":
        """Match the same units by another design.

        Parameters
        ----------
        design : Design
            The design.
        """

    def effect(self, outcome: Outcome, *, level: float = 0.95) -> Effect:
        """Return the effect on an outcome, with its errors.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator of a share. Units without it are left out before strata are kept.
        level : float
            Coverage of the intervals.

        Raises
        ------
        MatchingError
            No such column, no number, or no stratum with both arms.
        """
        return self._effect(self.outcome_sums(outcome), level)

    def _effect(self, sums: OutcomeSums, level: float) -> Effect:
        found = effect(_only(sums.groups), level=level)
        said = f"{sums.left_out:,} units have no outcome and are left out"
        return replace(found, notes=(*self.notes, *((said,) if sums.left_out else ()), *found.notes))

    def effects(self, outcome: Outcome, *, by: str | Sequence[str], level: float = 0.95) -> pd.DataFrame:
        """Return the effect in each group, one row each; a group without a match is a row that says so.

        Parameters
        ----------
        outcome : str or (str, str)
            As in `effect`.
        by : str or sequence of str
            Exact covariates, such as the year.
        level : float
            Coverage of the intervals.

        Raises
        ------
        MatchingError
            A column to group by is no exact covariate, so that strata would fall into several groups.
        """
        names = (by,) if isinstance(by, str) else tuple(by)
        for name in names:
            if self.design.covariates.get(name, None) != Coarsening("exact"):
                raise MatchingError(
                    f"{name!r} is no exact covariate; effects can be told apart by exact covariates only"
                )
        groups = self.outcome_sums(outcome, names).groups
        rows = [dict(zip(names, key, strict=True)) | _row(groups[key], level) for key in sorted(groups, key=_rank)]
        return pd.DataFrame(rows)

    def bootstrap(self, outcome: Outcome, *, draws: int = DRAWS, seed: int = 0) -> Bootstrap:
        """Resample the matched units of each arm, with strata and weights fixed; exact in law.

        Parameters
        ----------
        outcome : str or (str, str)
            As in `effect`.
        draws : int
            Resamples.
        seed : int
            Seed of the draws.
        """
        return bootstrap(self.outcome_values(outcome), np.random.default_rng(seed), draws)

    def bounds(self, outcome: Outcome, gammas: Sequence[float] = GAMMAS) -> pd.DataFrame:
        """Return the range of the SATT if something unmeasured moved the odds of treatment: gamma, low, high.

        Parameters
        ----------
        outcome : str or (str, str)
            As in `effect`.
        gammas : sequence of float
            Factors of the odds, from 1 on.
        """
        found = self.outcome_bounds(outcome, gammas)
        low, high = found.satt
        return pd.DataFrame({"gamma": found.gamma, "low": low, "high": high})

    def e_value(self, outcome: Outcome, *, level: float = 0.95) -> EValue | None:
        """Return the association that an unmeasured cause would need to explain the effect; None without an interval.

        Parameters
        ----------
        outcome : str or (str, str)
            As in `effect`.
        level : float
            Coverage of the interval.
        """
        sums = self.outcome_sums(outcome)
        return unmeasured(self._effect(sums, level), nonnegative=sums.lowest >= 0)

    def balance(self, bins: Mapping[str, Any] | str | None = None) -> Balance:
        """Return the balance over the strata, or over the cells of other bins, such as finer ones.

        Parameters
        ----------
        bins : mapping of str to rule, str or None
            Rules of covariates for the cells; one rule for all coarsened covariates; None: the strata themselves.
        """
        if bins is None:
            return strata_balance(*self.strata_counts())
        asked = dict.fromkeys(self.design.coarsened, bins) if isinstance(bins, str) else dict(bins)
        unknown = [name for name in asked if name not in self.design.covariates]
        if unknown:
            raise MatchingError(f"{unknown[0]!r} is no covariate of this match; bins are for its covariates")
        rules = {name: coarsening(rule, name) for name, rule in asked.items()}
        return self.cell_balance({**self.design.covariates, **rules})

    def balance_profile(self, *, draws: int = 100, seed: int = 0) -> pd.DataFrame:
        """Return L1 under random binnings, one row each: bins, l1_before, l1_after, l1_weighted. Read the medians.

        L1 depends on the bins that it is counted over; over many of them it no longer depends on a choice (Iacus, King
        and Porro 2011). Each draw cuts every coarsened covariate into a random number of bins of equal width.

        Parameters
        ----------
        draws : int
            Binnings.
        seed : int
            Seed of the binnings.

        Raises
        ------
        MatchingError
            No covariate is coarsened, so that there is nothing to bin otherwise.
        """
        names = list(self.design.coarsened)
        if not names:
            raise MatchingError("no covariate is coarsened; the balance over exact covariates has no other bins")
        drawn = np.random.default_rng(seed).integers(*PROFILE_BINS, size=(draws, len(names)), endpoint=True)
        rows = []
        for bins in drawn.tolist():
            found = self.balance(dict(zip(names, bins, strict=True)))
            rows.append(
                {"bins": ", ".join(map(str, bins))}
                | {f"l1_{when}": getattr(found, f"l1_{when}") for when in ("before", "after", "weighted")}
            )
        return pd.DataFrame(rows)

    def covariate_balance(self) -> pd.DataFrame:
        """Return a row for each covariate: L1 of its own levels, and standardised differences of means if coarsened."""
        means = self.mean_differences()
        rows = []
        for name, how in self.design.covariates.items():
            own, mean = self.cell_balance({name: how}), means.get(name)
            rows.append(
                {"covariate": name, "coarsening": how.text, "levels": own.cells}
                | {f"l1_{when}": getattr(own, f"l1_{when}") for when in ("before", "after", "weighted")}
                | {f"smd_{when}": getattr(mean, when, None) for when in ("before", "after", "weighted")}
            )
        return pd.DataFrame(rows)

    def sensitivity(
        self, outcome: Outcome, others: Mapping[str, Mapping[str, Any]] | None = None, *, level: float = 0.95
    ) -> pd.DataFrame:
        """Return the effect under other coarsenings, one row each; one without a match is a row that says so.

        Parameters
        ----------
        outcome : str or (str, str)
            As in `effect`.
        others : mapping of name to (mapping of covariate to rule), or None
            Other coarsenings; None: all coarsened covariates by each of `OTHER_RULES`.
        level : float
            Coverage of the intervals.
        """
        if others is None:
            coarsened = self.design.coarsened
            others = {rule: dict.fromkeys(coarsened, rule) for rule in OTHER_RULES} if coarsened else {}
        asked = {AS_GIVEN: self.design}
        for title, rules in others.items():
            asked[title] = self.design.with_coarsenings({n: coarsening(rule, n) for n, rule in rules.items()})
        rows = []
        for title, other in asked.items():
            try:
                found = self if title == AS_GIVEN else self.again(other)
                row = _row(_only(found.outcome_sums(outcome).groups), level)
            except MatchingError as error:
                if title == AS_GIVEN:
                    raise
                row = {"notes": str(error)}
            rows.append({"coarsening": title} | row)
        return pd.DataFrame(rows)


def _only(groups: dict[Group, Sums]) -> Sums:
    if not groups:
        raise MatchingError("no unit has an outcome, a treatment and the covariates; nothing can be matched")
    [found] = groups.values()
    return found


def _row(sums: Sums, level: float) -> dict[str, Any]:
    """Return the row of an effect, or one that says that nothing is matched."""
    if sums.both.any():
        return effect(sums, level=level).row()
    treated, control = (int((n * sums.strata).sum()) for n in (sums.n_treated, sums.n_control))
    strata = int(sums.strata.sum())
    empty = {"all_treated": treated, "all_control": control, "all_strata": strata}
    return empty | {"n_treated": 0, "n_control": 0, "n_strata": 0, "notes": unmatched(treated, control, strata)}


def _rank(key: Group) -> list[tuple[bool, Any]]:
    """Rank groups by their values, missing ones last."""
    return [(bool(pd.isna(value)), 0 if pd.isna(value) else value) for value in key]
