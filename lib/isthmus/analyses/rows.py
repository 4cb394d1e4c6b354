"""A study's part of the tables that all studies share: its rows, its stamp, its networks."""

from collections.abc import Mapping

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.engine.concurrent import concurrently
from isthmus.engine.ddl import spark_schema
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.tablespec import TableSpec


def of_study(context: Context, spec: TableSpec) -> DataFrame:
    """Return the rows of a study table that belong to this study."""
    return context.store.read(spec).where(F.col("study") == context.the_study.study)


def replace_rows(context: Context, spec: TableSpec, rows: DataFrame) -> int:
    """Replace this study's rows of a table; return the table's version."""
    return context.store.replace(spec, rows, {"study": context.the_study.study})


def write_rows(context: Context, spec: TableSpec, rows: DataFrame) -> int:
    """Replace this study's rows of a table by these, with the study's stamp; return the table's version.

    Parameters
    ----------
    context : Context
        The run.
    spec : TableSpec
        The table.
    rows : DataFrame
        Its columns in any order, others beside them; a stamp of the rows that they were made of is replaced.
    """
    own = stamped(rows.drop("study", "release"), context.the_study, context.release)
    return replace_rows(context, spec, own.select(*spec.columns))


def write_frames(context: Context, frames: Mapping[str, pd.DataFrame], specs: tuple[TableSpec, ...]) -> None:
    """Replace the study's rows of each table; a table that has no frame becomes empty."""
    name, release = context.the_study.study, context.release

    def write(spec: TableSpec) -> int:
        frame = frames.get(spec.name)
        if frame is None or frame.empty:
            rows = context.spark.createDataFrame([], spark_schema(spec))
        else:
            full = frame.assign(study=name, release=release)[spec.columns]
            rows = context.spark.createDataFrame(full, spark_schema(spec))
        return replace_rows(context, spec, rows)

    concurrently(*((lambda spec=spec: write(spec)) for spec in specs))


def stamped(rows: DataFrame, study: Study, release: str) -> DataFrame:
    """Rows with the columns study and release before their own."""
    return rows.select(F.lit(study.study).alias("study"), F.lit(release).alias("release"), "*")


def in_both_networks(citation_year: str) -> Column:
    """Whether a row belongs to collaboration, or to knowledge exchange under a citation year."""
    return (F.col("network") == COLLABORATION) | (
        (F.col("network") == KNOWLEDGE_EXCHANGE) & (F.col("citation_year") == citation_year)
    )
