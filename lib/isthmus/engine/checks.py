"""What every row of a table must satisfy, asked while Spark makes the rows: the same refusals as Delta's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def checked(rows: "DataFrame", spec: TableSpec, where: Mapping[str, object]) -> "DataFrame":
    """Return the rows, which raise an error as soon as one breaks a check of its table.

    Parameters
    ----------
    rows : DataFrame
        Rows with the columns of the table.
    spec : TableSpec
        The table.
    where : Mapping[str, object]
        column -> the value, or values, that all rows must have.
    """
    from pyspark.sql import functions as F

    broken = F.lit(None).cast("string")
    for condition, words in reversed([*_required(spec, rows), *_checks(spec), *_named(spec, where)]):
        # as Delta does, a check that is unknown does not hold
        broken = F.when(~F.coalesce(condition, F.lit(False)), words).otherwise(broken)
    # Spark asks a condition as early as it can, unless it depends on more than the row: asked before a join, this one
    # would refuse rows that never come.
    here = F.spark_partition_id() >= 0
    return rows.where(F.when(here & broken.isNotNull(), F.raise_error(broken).cast("boolean")).otherwise(True))


def _required(spec: TableSpec, rows: "DataFrame") -> "Iterable[tuple[Column, Column]]":
    from pyspark.sql import functions as F

    may_be_null = {field.name for field in rows.schema if field.nullable}
    for field in spec.fields:
        if not field.nullable and field.name in may_be_null:
            words = f"NOT NULL constraint violated for column: {field.name}."
            yield F.col(field.name).isNotNull(), F.lit(words)


def _checks(spec: TableSpec) -> "Iterable[tuple[Column, Column]]":
    from pyspark.sql import functions as F

    for name, sql in spec.checks.items():
        shown = [column for column in spec.columns if re.search(rf"\b{re.escape(column)}\b", sql)]
        yield F.expr(sql), _with_values(f"CHECK constraint {name.lower()} ({sql}) violated by row with values:", shown)


def _named(spec: TableSpec, where: Mapping[str, object]) -> "Iterable[tuple[Column, Column]]":
    from pyspark.sql import functions as F

    for name, values in where.items():
        listed: Sequence[object] = values if isinstance(values, list | tuple) else [values]
        words = f"a row is none of those that are replaced, whose {name} is {', '.join(map(str, listed))}:"
        yield F.col(name).isin(list(listed)), _with_values(words, [name])


def _with_values(words: str, columns: Sequence[str]) -> "Column":
    from pyspark.sql import functions as F

    values = (F.concat(F.lit(f"\n - {c} : "), F.coalesce(F.col(c).cast("string"), F.lit("null"))) for c in columns)
    return F.concat(F.lit(words), *values)
