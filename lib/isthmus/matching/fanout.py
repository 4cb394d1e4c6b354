"""Matching of Spark frames: units become a histogram of values, blocks of whole strata become sums, the driver adds.

No unit leaves the executors. The sums are those of `isthmus.matching.sums`, by the same function.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegralType,
    LongType,
    NumericType,
    StructField,
    StructType,
)

from isthmus.errors import MatchingError
from isthmus.matching.balance import Balance, MeanDifference, standardised
from isthmus.matching.coarsening import MISSING, Coarsening, Summary, cut_points, shares
from isthmus.matching.design import Design, Outcome, arm_of, outcome_columns
from isthmus.matching.frames import missing_notes
from isthmus.matching.matched import Group, Matched, OutcomeSums
from isthmus.matching.resampling import Values
from isthmus.matching.strata import tuple_ids
from isthmus.matching.sums import COUNTS, TOTALS, add_sums, block_sums, sums_from
from isthmus.matching.unmeasured import BoundSums, bound_sums

#: Blocks of strata of a group; each is one call of Python.
BLOCKS = 16
#: Distinct values that the driver takes for a bootstrap.
MOST_VALUES = 5_000_000

# columns of our own begin with an underscore, so that they do not meet those of the units
ARM, NUMBER, BELOW, UNITS, BLOCK, WEIGHT = "_treated", "_outcome", "_denominator", "_units", "_block", "_weight"
KEY, CELL, COPY = "_stratum_", "_cell_", "_copy_"
SUM_TYPES: dict[str, DataType] = {name: LongType() for name in COUNTS} | {name: DoubleType() for name in TOTALS}
WHEN = ("before", "after", "weighted")
# numbers of units of each arm: all, kept, weighted
ARM_SUMS = tuple(f"{side}_{when}" for when in WHEN for side in ("treated", "control"))


def key_columns(covariates: Sequence[str], prefix: str = KEY) -> list[str]:
    """Return the names of the columns that hold the strata's codes.

    Parameters
    ----------
    covariates : sequence of str
        Covariates in their order.
    prefix : str
        What the names begin with.
    """
    return [f"{prefix}{at}" for at in range(len(covariates))]


def coded(
    units: DataFrame, covariates: Mapping[str, Coarsening], cuts: Mapping[str, Sequence[float]], prefix: str = KEY
) -> list[Column]:
    """Return the columns of the strata: exact covariates as they are, coarsened ones as bins, -1 where missing.

    Parameters
    ----------
    units : DataFrame
        One row a unit.
    covariates : mapping of str to Coarsening
        Covariates in their order.
    cuts : mapping of str to sequence of float
        Cut points of the coarsened ones.
    prefix : str
        What the names of the columns begin with.
    """
    columns = []
    for name, key in zip(covariates, key_columns(list(covariates), prefix), strict=True):
        value = known(units, name)
        if covariates[name].rule != "exact":
            value = F.when(value.isNull(), MISSING).otherwise(_bin(value.cast("double"), tuple(cuts[name])))
        columns.append(value.alias(key))
    return columns


def _bin(value: Column, cuts: Sequence[float]) -> Column:
    """Return the number of cut points that are not above a value, by halving."""

    def count(first: int, last: int) -> Column:
        if first == last:
            return F.lit(first)
        middle = (first + last) // 2
        return F.when(value < F.lit(cuts[middle]), count(first, middle)).otherwise(count(middle + 1, last))

    return count(0, len(cuts))


def known(units: DataFrame, name: str) -> Column:
    """Return a column with NaN as null, so that a missing value is one value.

    Parameters
    ----------
    units : DataFrame
        Any.
    name : str
        Its column.
    """
    column = F.col(_quoted(name))
    if isinstance(units.schema[name].dataType, FloatType | DoubleType):
        return F.when(~F.isnan(column), column)
    return column


def _quoted(name: str) -> str:
    """Return a name that stands for one column even with a dot in it."""
    return "`" + name.replace("`", "``") + "`"


def fan_out_sums(
    histogram: DataFrame, by: Sequence[str], keys: Sequence[str], *, centre: float = 0.0, blocks: int = BLOCKS
) -> DataFrame:
    """Return the sums of strata with the same numbers of units: one row per group, block and pair of numbers.

    Parameters
    ----------
    histogram : DataFrame
        Strata columns `keys`, `ARM`, `NUMBER`, `BELOW` (null: the outcome is the number itself), `UNITS`.
    by : sequence of str
        Those of the strata columns that groups are made of.
    keys : sequence of str
        Strata columns.
    centre : float
        Taken off every outcome, see `isthmus.matching.sums.block_sums`.
    blocks : int
        Blocks of strata in each group.
    """
    groups = [histogram.schema[name] for name in by]
    schema = StructType([*groups, *(StructField(name, dtype) for name, dtype in SUM_TYPES.items())])

    def work(key: tuple[Any, ...], rows: pd.DataFrame) -> pd.DataFrame:
        sums = block_sums(*_arrays(rows), centre=centre)
        table = pd.DataFrame(sums.arrays())
        return table.assign(**dict(zip(by, key[: len(by)], strict=True)))[schema.fieldNames()]

    copies = _lossless(histogram, keys)
    return _by_block(histogram, by, copies, blocks).applyInPandas(work, schema=schema)


def fan_out_bounds(
    histogram: DataFrame, keys: Sequence[str], gammas: Sequence[float], *, blocks: int = BLOCKS
) -> DataFrame:
    """Return the sums behind the range of the SATT, one row per block and gamma.

    Parameters
    ----------
    histogram : DataFrame
        As in `fan_out_sums`.
    keys : sequence of str
        Strata columns.
    gammas : sequence of float
        Factors of the odds.
    blocks : int
        Blocks of strata.
    """
    factors = tuple(gammas)

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        stratum, treated, y, count = _arrays(rows)
        found = bound_sums(stratum, treated, y, factors, count)
        return pd.DataFrame(
            {
                "gamma": found.gamma,
                "lowest": found.lowest,
                "highest": found.highest,
                "s_treated": found.s_treated,
                "n_treated": found.n_treated,
            }
        )

    schema = "gamma double, lowest double, highest double, s_treated double, n_treated bigint"
    return _by_block(histogram, (), _lossless(histogram, keys), blocks).applyInPandas(work, schema=schema)


def _lossless(histogram: DataFrame, keys: Sequence[str]) -> list[Column]:
    """Return copies of the strata columns for Python: a whole number that may be null would come as a rounded float."""
    copies = []
    for at, name in enumerate(keys):
        value = F.col(name)
        if isinstance(histogram.schema[name].dataType, IntegralType):
            copies += [F.coalesce(value, F.lit(0)).alias(f"{COPY}{at}"), value.isNull().alias(f"{COPY}{at}_null")]
        else:
            copies.append(value.alias(f"{COPY}{at}"))
    return copies


def _by_block(histogram: DataFrame, by: Sequence[str], copies: Sequence[Column], blocks: int) -> Any:
    # the block decides only where a stratum is added up; strata are told apart by their keys themselves
    rows = histogram.select(*by, *copies, ARM, NUMBER, BELOW, UNITS)
    block = F.pmod(F.hash(*[F.col(name) for name in rows.columns if name.startswith(COPY)]), F.lit(blocks))
    return rows.select("*", block.alias(BLOCK)).groupBy(*by, BLOCK)


def _arrays(rows: pd.DataFrame) -> tuple[Any, Any, Any, Any]:
    """Return stratum, arm, outcome and units of the rows of a histogram."""
    keys = [name for name in rows.columns if name.startswith(COPY)]
    codes = np.column_stack([pd.factorize(rows[name])[0].astype(np.int64) for name in keys])
    y = rows[NUMBER].to_numpy(np.float64)
    below = rows[BELOW].to_numpy(np.float64)
    share = ~np.isnan(below)
    y[share] /= below[share]
    return tuple_ids(codes), rows[ARM].to_numpy(bool), y, rows[UNITS].to_numpy(np.int64)


def matched_histogram(histogram: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the values of the units of strata with both arms: n_treated, n_control, arm, outcome, units.

    Parameters
    ----------
    histogram : DataFrame
        As in `fan_out_sums`.
    keys : sequence of str
        Strata columns.
    """
    values = F.collect_list(F.struct(ARM, NUMBER, BELOW, UNITS)).alias("values")
    arms = [F.sum(F.when(F.col(ARM) == side, F.col(UNITS)).otherwise(0)) for side in (True, False)]
    strata = histogram.groupBy(*keys).agg(arms[0].alias("n_treated"), arms[1].alias("n_control"), values)
    kept = strata.where((F.col("n_treated") > 0) & (F.col("n_control") > 0))
    rows = kept.select("n_treated", "n_control", F.inline("values"))
    return rows.groupBy("n_treated", "n_control", ARM, NUMBER, BELOW).agg(F.sum(UNITS).alias(UNITS))


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
        facts = _facts(units, design.treatment, design.covariates)
        self.cuts = facts.cuts
        self._arm = F.col(_quoted(design.treatment)) == F.lit(arm_of(facts.values, design.treatment, design.treated))
        dropped = facts.lacking_any if design.missing == "drop" else 0
        self.notes = tuple(missing_notes(design, facts.without_treatment, facts.lacking, dropped))

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
        numbers = [_number(self._units, name) for name in names]
        number = numbers[0]
        below = numbers[1] if len(names) == 2 else F.lit(None).cast("double")
        if len(names) == 2:
            number = F.when(below.isNotNull() & (below != 0), number)
        return (
            self._used(number.alias(NUMBER), below.alias(BELOW))
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
        cuts = {**self.cuts, **_facts(self._units, self.design.treatment, other).cuts} if other else self.cuts
        units = self._weighted(coded(self._units, covariates, cuts, CELL))
        cells = units.groupBy(*key_columns(list(covariates), CELL)).agg(*_arm_sums())
        whole = _first(cells.agg(*(F.sum(name).alias(name) for name in ARM_SUMS)))
        return _balance(cells, {name: float(whole[name] or 0) for name in ARM_SUMS})

    def mean_differences(self) -> dict[str, MeanDifference]:
        """Return the standardised differences of the coarsened covariates' means."""
        names = list(self.design.coarsened)
        if not names:
            return {}
        values = [known(self._units, name).cast("double").alias(f"{CELL}{at}") for at, name in enumerate(names)]
        asked = []
        for at in range(len(names)):
            x = F.col(f"{CELL}{at}")
            for which, weight in _arm_weights().items():
                asked.append(F.sum(F.when(x.isNotNull(), weight)).alias(f"n_{which}_{at}"))
                asked.append(F.sum(weight * x).alias(f"x_{which}_{at}"))
            asked.append(F.stddev_samp(F.when(F.col(ARM), x)).alias(f"deviation_{at}"))
        row = _first(self._weighted(values).agg(*asked))
        return {name: _standardised(row, at) for at, name in enumerate(names)}

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
        own = [F.col(_quoted(name)) for name in self._units.columns]
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


class _Facts:
    """What one pass over the units tells: the treatment's values, what is missing, and cut points."""

    def __init__(self, row: Any, covariates: Mapping[str, Coarsening]) -> None:
        self.values = list(row["values"])
        self.without_treatment = int(row["without_treatment"] or 0)
        self.lacking_any = int(row["lacking_any"] or 0)
        self.lacking = {name: int(row[f"lacking_{at}"] or 0) for at, name in enumerate(covariates)}
        self.cuts = {
            name: cut_points(how, _summary(row, at))
            for at, (name, how) in enumerate(covariates.items())
            if how.rule != "exact"
        }


def _facts(units: DataFrame, treatment: str, covariates: Mapping[str, Coarsening]) -> _Facts:
    """Summarise treatment and covariates in one pass; refuse text and infinity."""
    arm = known(units, treatment)
    has_arm = arm.isNotNull()
    lacking = [has_arm & known(units, name).isNull() for name in covariates]
    asked = [
        F.slice(F.collect_set(arm), 1, 7).alias("values"),
        F.sum((~has_arm).cast("long")).alias("without_treatment"),
        F.sum(_any(lacking).cast("long")).alias("lacking_any"),
        *(F.sum(is_lacking.cast("long")).alias(f"lacking_{at}") for at, is_lacking in enumerate(lacking)),
    ]
    for at, (name, how) in enumerate(covariates.items()):
        if how.rule != "exact":
            asked += _asked(units, name, how, at)
    row = _first(units.agg(*asked))
    for at, (name, how) in enumerate(covariates.items()):
        if how.rule != "exact":
            _refuse(name, int(row[f"wrong_{at}"] or 0), -1.0 if how.log else None)
    return _Facts(row, covariates)


def _asked(units: DataFrame, name: str, how: Coarsening, at: int) -> list[Column]:
    """Return the aggregates that the rule of a covariate needs."""
    value = _number(units, name)
    infinite = value.isin(float("inf"), float("-inf"))
    wrong = infinite | (value <= -1) if how.log else infinite
    used = F.log1p(F.when(~wrong, value)) if how.log else F.when(~wrong, value)
    columns = {
        "n": F.count(used),
        "low": F.min(used),
        "high": F.max(used),
        "deviation": F.stddev_samp(used),
        "wrong": F.sum(wrong.cast("long")),
    }
    if how.rule == "quantiles" and how.bins > 1:
        columns["quantiles"] = F.percentile(used, F.array(*[F.lit(share) for share in shares(how.bins)]))
    return [column.alias(f"{what}_{at}") for what, column in columns.items()]


def _summary(row: Any, at: int) -> Summary:
    n = int(row[f"n_{at}"] or 0)
    if n == 0:
        return Summary(0, float("nan"), float("nan"), 0.0)
    values = row.asDict().get(f"quantiles_{at}") or ()
    deviation = float(row[f"deviation_{at}"] or 0) if n > 1 else 0.0
    return Summary(n, float(row[f"low_{at}"]), float(row[f"high_{at}"]), deviation, tuple(float(v) for v in values))


def _number(units: DataFrame, name: str) -> Column:
    """Return a column as a number, null where missing; refuse other types."""
    kind = units.schema[name].dataType
    if not isinstance(kind, NumericType | BooleanType | DecimalType):
        raise MatchingError(
            f"{name} is {kind.simpleString()}; expected numbers (cast it first); covariates of text belong under exact"
        )
    return known(units, name).cast("double")


def _refuse(name: str, wrong: int, above: float | None) -> None:
    expected = "finite numbers" if above is None else f"finite numbers above {above:g}, since ln(1 + x) is coarsened"
    if wrong:
        raise MatchingError(f"{name} has {wrong:,} values that cannot be coarsened; expected {expected}, or nothing")


def _any(conditions: Sequence[Column]) -> Column:
    found = F.lit(False)
    for condition in conditions:
        found = found | condition
    return found


def _first(frame: DataFrame) -> Any:
    return frame.collect()[0]


def _outcome_facts(histogram: DataFrame) -> tuple[int, float, float]:
    """Return units without an outcome, the smallest outcome, and what to take off before adding."""
    y = F.col(NUMBER) / F.coalesce(F.col(BELOW), F.lit(1.0))
    units = F.when(F.col(NUMBER).isNotNull(), F.col(UNITS)).otherwise(0)
    row = _first(
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


def _standardised(row: Any, at: int) -> MeanDifference:
    moments = [(float(row[f"n_{which}_{at}"] or 0), float(row[f"x_{which}_{at}"] or 0)) for which in ARM_SUMS]
    return standardised(moments, float(row[f"deviation_{at}"] or 0))


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


def _sums(rows: pd.DataFrame, centre: float) -> Any:
    return sums_from({name: rows[name].to_numpy() for name in (*COUNTS, *TOTALS)}, centre)


def _arm_weights() -> dict[str, Column]:
    """Return what each unit adds to each of `ARM_SUMS`."""
    weight = {"before": F.lit(1.0), "after": (F.col(WEIGHT) > 0).cast("double"), "weighted": F.col(WEIGHT)}
    sides: dict[str, Callable[[], Column]] = {"treated": lambda: F.col(ARM), "control": lambda: ~F.col(ARM)}
    return {
        f"{side}_{when}": F.when(sides[side](), weight[when]).otherwise(0.0)
        for when in WHEN
        for side in ("treated", "control")
    }


def _arm_sums() -> list[Column]:
    return [F.sum(column).alias(name) for name, column in _arm_weights().items()]


def _balance(cells: DataFrame, whole: Mapping[str, float]) -> Balance:
    """Return the balance of cells that hold `ARM_SUMS`, given the sums over all cells."""

    def distance(when: str) -> Column:
        sides = [F.col(f"{side}_{when}") / F.lit(whole[f"{side}_{when}"] or 1.0) for side in ("treated", "control")]
        return F.sum(F.abs(sides[0] - sides[1]) / 2).alias(f"l1_{when}")

    def number(condition: Column) -> Column:
        return F.sum(condition.cast("long"))

    both = {when: (F.col(f"treated_{when}") > 0) & (F.col(f"control_{when}") > 0) for when in WHEN}
    left = (F.col("treated_after") > 0) | (F.col("control_after") > 0)
    row = _first(
        cells.agg(
            F.count("*").alias("cells"),
            number(both["before"]).alias("both"),
            number(both["after"]).alias("both_after"),
            number(left).alias("left"),
            *(distance(when) for when in WHEN),
        )
    )
    l1 = {
        when: float(row[f"l1_{when}"]) if whole[f"treated_{when}"] and whole[f"control_{when}"] else float("nan")
        for when in WHEN
    }
    return Balance(
        cells=int(row["cells"]),
        cells_with_both=int(row["both"]),
        l1_before=l1["before"],
        l1_after=l1["after"],
        l1_weighted=l1["weighted"],
        local_common_support=row["both"] / row["cells"] if row["cells"] else float("nan"),
        local_common_support_after=row["both_after"] / row["left"] if row["left"] else float("nan"),
    )
