"""Units in Spark: the columns of their strata, and what one pass over them tells."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DecimalType, DoubleType, FloatType, NumericType

from isthmus.errors import MatchingError
from isthmus.matching.blocks import KEY
from isthmus.matching.coarsening import MISSING, Coarsening, Summary, cut_points, shares


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
    column = F.col(quoted(name))
    if isinstance(units.schema[name].dataType, FloatType | DoubleType):
        return F.when(~F.isnan(column), column)
    return column


def quoted(name: str) -> str:
    """Return a name that stands for one column even with a dot in it."""
    return "`" + name.replace("`", "``") + "`"


class Facts:
    """What one pass over the units tells: the treatment's values, what is missing, and cut points."""

    def __init__(self, row: Any, values: list[Any], covariates: Mapping[str, Coarsening]) -> None:
        self.values = values
        self.without_treatment = int(row["without_treatment"] or 0)
        self.lacking_any = int(row["lacking_any"] or 0)
        self.lacking = {name: int(row[f"lacking_{at}"] or 0) for at, name in enumerate(covariates)}
        self.cuts = {
            name: cut_points(how, _summary(row, at))
            for at, (name, how) in enumerate(covariates.items())
            if how.rule != "exact"
        }


def facts(units: DataFrame, treatment: str, covariates: Mapping[str, Coarsening]) -> Facts:
    """Summarise treatment and covariates in one pass; refuse text and infinity."""
    arm = known(units, treatment)
    has_arm = arm.isNotNull()
    lacking = [has_arm & known(units, name).isNull() for name in covariates]
    asked = [
        F.sum((~has_arm).cast("long")).alias("without_treatment"),
        F.sum(_any(lacking).cast("long")).alias("lacking_any"),
        *(F.sum(is_lacking.cast("long")).alias(f"lacking_{at}") for at, is_lacking in enumerate(lacking)),
    ]
    for at, (name, how) in enumerate(covariates.items()):
        if how.rule != "exact":
            asked += _asked(units, name, how, at)
    row = only_row(units.agg(*asked))
    for at, (name, how) in enumerate(covariates.items()):
        if how.rule != "exact":
            _refuse(name, int(row[f"wrong_{at}"] or 0), -1.0 if how.log else None)
    values = [value[0] for value in units.select(arm).where(has_arm).distinct().limit(7).collect()]
    return Facts(row, values, covariates)


def _asked(units: DataFrame, name: str, how: Coarsening, at: int) -> list[Column]:
    """Return the aggregates that the rule of a covariate needs."""
    value = number(units, name)
    infinite = value.isin(float("inf"), float("-inf"))
    wrong = infinite | (value <= -1) if how.log else infinite
    used = F.log1p(F.when(~wrong, value)) if how.log else F.when(~wrong, value)
    columns = {"wrong": F.sum(wrong.cast("long"))}
    if how.rule != "cut points":
        columns |= {"n": F.count(used), "low": F.min(used), "high": F.max(used)}
    if how.rule == "scott":
        columns["deviation"] = F.stddev_samp(used)
    if how.rule == "quantiles" and how.bins > 1:
        columns["quantiles"] = F.percentile(used, F.array(*[F.lit(share) for share in shares(how.bins)]))
    return [column.alias(f"{what}_{at}") for what, column in columns.items()]


def _summary(row: Any, at: int) -> Summary:
    found = row.asDict()
    n = int(found.get(f"n_{at}") or 0)
    if n == 0:
        return Summary(0, float("nan"), float("nan"), 0.0)
    values = found.get(f"quantiles_{at}") or ()
    deviation = float(found.get(f"deviation_{at}") or 0)
    return Summary(n, float(row[f"low_{at}"]), float(row[f"high_{at}"]), deviation, tuple(float(v) for v in values))


def number(units: DataFrame, name: str) -> Column:
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


def only_row(frame: DataFrame) -> Any:
    """Return the one row of an aggregate.

    Parameters
    ----------
    frame : DataFrame
        An aggregate without groups.
    """
    return frame.collect()[0]
