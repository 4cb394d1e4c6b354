"""Matching of Spark frames: the questions of `isthmus.matching.matched`, answered on the cluster."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import IntegralType

from isthmus.errors import MatchingError
from isthmus.matching.balance import Balance, MeanDifference
from isthmus.matching.balance_fanout import ARM_SUMS, arm_sums, arm_weights, balance_of_cells, standardised_of
from isthmus.matching.blocks import ARM, BELOW, CELL, NUMBER, UNITS, WEIGHT
from isthmus.matching.coarsening import Coarsening
from isthmus.matching.design import Design, Outcome, arm_of, outcome_columns
from isthmus.matching.fanout import fan_out_bounds, fan_out_sums, matched_histogram
from isthmus.matching.frames import missing_notes
from isthmus.matching.matched import Group, Matched, OutcomeSums
from isthmus.matching.resampling import Values
from isthmus.matching.sums import COUNTS, TOTALS, Sums, add_sums, sums_from
from isthmus.matching.units_fanout import coded, facts, key_columns, known, number, only_row, quoted
from isthmus.matching.unmeasured import BoundSums, bound_sums

#: Distinct values that the driver takes for a bootstrap.
MOST_VALUES = 5_000_000


class SparkMatch(Matched):
    """A match of the rows of a Spark frame.

    Attributes
    ----------
    keys : list of str
        Strata columns, in the order of the covariates.
    """

    def __init__(self, units: DataFrame, design: Design) -> None:
        self.design, self._units = design, units
        self.keys = key_columns(list(design.covariates))
        told = facts(units, design.treatment, design.covariates)
        self.cuts = told.cuts
        self._arm = F.col(quoted(design.treatment)) == F.lit(arm_of(told.values, design.treatment, design.treated))
        dropped = told.lacking_any if design.missing == "drop" else 0
        self.notes = tuple(missing_notes(design, told.without_treatment, told.lacking, dropped))

    def _used(self, *columns: Any) -> DataFrame:
        """Return the units that are matched: these columns, the arm, and the strata."""
        units = self._units.where(known(self._units, self.design.treatment).isNotNull())
        if self.design.missing == "drop":
            for name in self.design.covariates:
                units = units.where(known(self._units, name).isNotNull())
        return units.select(*columns, self._arm.alias(ARM), *coded(units, self.design.covariates, self.cuts))

    @cached_property
    def _strata(self) -> DataFrame:
        arms = [F.sum(F.col(ARM).cast("long")), F.sum((~F.col(ARM)).cast("long"))]
        return self._used().groupBy(*self.keys).agg(arms[0].alias("n_treated"), arms[1].alias("n_control"))

    @cached_property
    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        rows = self._strata.groupBy("n_treated", "n_control").agg(F.count("*").alias("strata")).toPandas()
        rows = rows.sort_values(["n_treated", "n_control"])
        n_treated, n_control, strata = (rows[name].to_numpy(np.int64) for name in ("n_treated", "n_control", "strata"))
        return n_treated, n_control, strata

    def strata_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return numbers of treated and control units of strata, and how many strata have them."""
        return self._counts

    def histogram(self, outcome: Outcome) -> DataFrame:
        """Return units by stratum, arm and outcome; without an outcome (or with a denominator of 0) it is null.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        """
        names = outcome_columns(outcome, self._units.columns)
        numbers = [number(self._units, name) for name in names]
        y = numbers[0]
        below = numbers[1] if len(names) == 2 else F.lit(None).cast("double")
        if len(names) == 2:
            y = F.when(below.isNotNull() & (below != 0), y)
        return (
            self._used(y.alias(NUMBER), below.alias(BELOW))
            .groupBy(*self.keys, ARM, NUMBER, BELOW)
            .agg(F.count("*").alias(UNITS))
        )

    def outcome_sums(self, outcome: Outcome, by: Sequence[str] = ()) -> OutcomeSums:
        """Return the sums of an outcome.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        by : sequence of str
            Exact covariates that groups are made of.
        """
        histogram = self.histogram(outcome).persist()
        try:
            left_out, lowest, centre = _outcome_facts(histogram)
            groups = [self.keys[list(self.design.covariates).index(name)] for name in by]
            known_ones = histogram.where(F.col(NUMBER).isNotNull())
            rows = fan_out_sums(known_ones, groups, self.keys, centre=centre).toPandas()
        finally:
            histogram.unpersist()
        whole = [isinstance(histogram.schema[name].dataType, IntegralType) for name in groups]
        parts = {key: add_sums([_sums(part, centre)]) for key, part in _parts(rows, groups, whole)}
        return OutcomeSums(parts, left_out, lowest)

    def outcome_values(self, outcome: Outcome) -> Values:
        """Return the distinct values of the matched units.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.

        Raises
        ------
        MatchingError
            There are too many distinct values for the driver.
        """
        histogram = self.histogram(outcome).where(F.col(NUMBER).isNotNull())
        rows = matched_histogram(histogram, self.keys).limit(MOST_VALUES + 1).toPandas()
        if len(rows) > MOST_VALUES:
            raise MatchingError(
                f"{outcome!r} has more than {MOST_VALUES:,} distinct values in the strata; round it, or read the "
                "errors in closed form (`effect`)"
            )
        rows = rows.sort_values([ARM, NUMBER, BELOW, "n_treated", "n_control"])
        treated = rows[ARM].to_numpy(bool)
        units = rows[UNITS].to_numpy(np.int64)
        ratio = (rows["n_treated"] / rows["n_control"]).to_numpy(np.float64)
        m_treated, m_control = units[treated].sum(), units[~treated].sum()
        weight = np.where(treated, 1.0, ratio * (m_control / m_treated if m_treated else 1.0))
        below = rows[BELOW].to_numpy(np.float64)
        y = rows[NUMBER].to_numpy(np.float64) / np.where(np.isnan(below), 1.0, below)
        return Values(treated, y, weight, units)

    def outcome_bounds(self, outcome: Outcome, gammas: Sequence[float]) -> BoundSums:
        """Return the sums behind the range of the SATT.

        Parameters
        ----------
        outcome : str or (str, str)
            A column, or numerator and denominator.
        gammas : sequence of float
            Factors of the odds.
        """
        nothing = bound_sums([], [], [], gammas)
        histogram = self.histogram(outcome).where(F.col(NUMBER).isNotNull())
        rows = fan_out_bounds(histogram, self.keys, gammas).toPandas()
        total = rows.groupby("gamma").sum().reindex(nothing.gamma).fillna(0)
        first = total.iloc[0]
        arrays = (total["lowest"].to_numpy(), total["highest"].to_numpy())
        return nothing + BoundSums(nothing.gamma, *arrays, float(first["s_treated"]), int(first["n_treated"]))

    def cell_balance(self, covariates: Mapping[str, Coarsening]) -> Balance:
        """Return the balance over the cells of some covariates.

        Parameters
        ----------
        covariates : mapping of str to Coarsening
            Covariates and their bins.
        """
        other = {name: how for name, how in covariates.items() if how != self.design.covariates.get(name)}
        cuts = {**self.cuts, **facts(self._units, self.design.treatment, other).cuts} if other else self.cuts
        units = self._weighted(coded(self._units, covariates, cuts, CELL))
        cells = units.groupBy(*key_columns(list(covariates), CELL)).agg(*arm_sums())
        whole = only_row(cells.agg(*(F.sum(name).alias(name) for name in ARM_SUMS)))
        return balance_of_cells(cells, {name: float(whole[name] or 0) for name in ARM_SUMS})

    def mean_differences(self) -> dict[str, MeanDifference]:
        """Return the standardised differences of the coarsened covariates' means."""
        names = list(self.design.coarsened)
        if not names:
            return {}
        values = [known(self._units, name).cast("double").alias(f"{CELL}{at}") for at, name in enumerate(names)]
        asked = []
        for at in range(len(names)):
            x = F.col(f"{CELL}{at}")
            for which, weight in arm_weights().items():
                asked.append(F.sum(F.when(x.isNotNull(), weight)).alias(f"n_{which}_{at}"))
                asked.append(F.sum(weight * x).alias(f"x_{which}_{at}"))
            asked.append(F.stddev_samp(F.when(F.col(ARM), x)).alias(f"deviation_{at}"))
        row = only_row(self._weighted(values).agg(*asked))
        return {name: standardised_of(row, at) for at, name in enumerate(names)}

    def weights(self) -> DataFrame:
        """Return every unit with its strata columns and its weight, 0 without a match; units left out are not there.

        Raises
        ------
        MatchingError
            The units have such a column already.
        """
        named = dict(zip(self.keys, [f"stratum_{name}" for name in self.design.covariates], strict=True))
        named[WEIGHT] = "weight"
        taken = [name for name in named.values() if name in self._units.columns]
        if taken:
            raise MatchingError(f"the units have a column {taken[0]!r} already; rename it, so that it can be added")
        own = [F.col(quoted(name)) for name in self._units.columns]
        return self._weighted(own).select(*own, *(F.col(name).alias(new) for name, new in named.items()))

    def again(self, design: Design) -> "SparkMatch":
        """Match the same rows by another design.

        Parameters
        ----------
        design : Design
            The design.
        """
        return SparkMatch(self._units, design)

    def _weighted(self, columns: Sequence[Column]) -> DataFrame:
        """Return these columns of the units with their arm, strata columns and weight."""
        n_treated, n_control, strata = self._counts
        kept = (n_treated > 0) & (n_control > 0)
        m_treated, m_control = (int((n * strata)[kept].sum()) for n in (n_treated, n_control))
        ratio = F.col("n_treated") / F.col("n_control") * F.lit(m_control / m_treated if m_treated else 0.0)
        weight = F.when(F.col(ARM), F.lit(1.0)).otherwise(ratio)
        both = (F.col("n_treated") > 0) & (F.col("n_control") > 0)
        strata_of = self._strata.select(*[F.col(key).alias(f"of_{key}") for key in self.keys], "n_treated", "n_control")
        units = self._used(*columns)
        same = [F.col(key).eqNullSafe(F.col(f"of_{key}")) for key in self.keys]
        joined = units.join(strata_of, same, "left")
        return joined.select(*units.columns, F.when(both, weight).otherwise(0.0).alias(WEIGHT))


def _outcome_facts(histogram: DataFrame) -> tuple[int, float, float]:
    """Return units without an outcome, the smallest outcome, and what to take off before adding."""
    y = F.col(NUMBER) / F.coalesce(F.col(BELOW), F.lit(1.0))
    units = F.when(F.col(NUMBER).isNotNull(), F.col(UNITS)).otherwise(0)
    row = only_row(
        histogram.agg(
            F.sum(F.when(F.col(NUMBER).isNull(), F.col(UNITS)).otherwise(0)).alias("left_out"),
            F.min(y).alias("lowest"),
            (F.sum(y * units) / F.nullif(F.sum(units), F.lit(0))).alias("mean"),
            F.max((y != F.floor(y)).cast("int")).alias("broken"),
            F.sum(F.when(y.isin(float("inf"), float("-inf")), units).otherwise(0)).alias("infinite"),
        )
    )
    if row["infinite"]:
        raise MatchingError(
            f"the outcome of {int(row['infinite']):,} units is infinite; expected finite numbers, or nothing"
        )
    centre = float(row["mean"]) if row["broken"] else 0.0
    lowest = float("nan") if row["lowest"] is None else float(row["lowest"])
    return int(row["left_out"] or 0), lowest, centre


def _parts(rows: pd.DataFrame, groups: Sequence[str], whole: Sequence[bool]) -> Iterator[tuple[Group, pd.DataFrame]]:
    """Yield the values of the groups and their rows; `whole` says which of them are whole numbers."""
    if not groups:
        if len(rows):
            yield (), rows
        return
    for key, part in rows.groupby(list(groups), dropna=False, sort=False):
        values: list[Any] = list(key)
        yield tuple(_plain(value, number) for value, number in zip(values, whole, strict=True)), part


def _plain(value: Any, whole: bool) -> Any:
    """Return a value as Python's own; a column of whole numbers with a missing one comes as floats."""
    if pd.isna(value):
        return None
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if whole else value


def _sums(rows: pd.DataFrame, centre: float) -> Sums:
    return sums_from({name: rows[name].to_numpy() for name in (*COUNTS, *TOTALS)}, centre)
