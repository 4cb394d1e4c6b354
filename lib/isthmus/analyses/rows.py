"""A study's part of the tables that all studies share: its rows, its stamp, its reading, its configuration."""

from collections.abc import Callable
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.stage import Run
from isthmus.config import Study
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.tablespec import TableSpec


def of_study(run: Run, spec: TableSpec) -> DataFrame:
    """Return the rows of a study table that belong to this study."""
    return run.store.read(spec).where(F.col("study") == run.the_study.study)


def replace_rows(run: Run, spec: TableSpec, rows: DataFrame) -> int:
    """Replace this study's rows of a table; return the table's version."""
    return run.store.replace(spec, rows, {"study": run.the_study.study})


def stamped(rows: DataFrame, study: Study, release: str) -> DataFrame:
    """Rows with the columns study and release before their own."""
    return rows.select(F.lit(study.study).alias("study"), F.lit(release).alias("release"), "*")


def in_both_networks(citation_year: str) -> Column:
    """Whether a row belongs to collaboration, or to knowledge exchange under a reading of the citation year."""
    return (F.col("network") == COLLABORATION) | (
        (F.col("network") == KNOWLEDGE_EXCHANGE) & (F.col("citation_year") == citation_year)
    )


def sections(*names: str) -> Callable[[Run], Any]:
    """Return what of a study's configuration a stage reads: these sections and fields, as plain values."""

    def read(run: Run) -> Any:
        study = run.the_study.model_dump(mode="json")
        return {name: study[name] for name in names}

    return read
