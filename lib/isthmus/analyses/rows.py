"""A study's part of the tables that all studies share: its rows, its stamp, its networks."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.networks.names import COLLABORATION, KNOWLEDGE_EXCHANGE
from isthmus.tablespec import TableSpec


def of_study(context: Context, spec: TableSpec) -> DataFrame:
    """Return the rows of a study table that belong to this study."""
    return context.store.read(spec).where(F.col("study") == context.the_study.study)


def replace_rows(context: Context, spec: TableSpec, rows: DataFrame) -> int:
    """Replace this study's rows of a table; return the table's version."""
    return context.store.replace(spec, rows, {"study": context.the_study.study})


def stamped(rows: DataFrame, study: Study, release: str) -> DataFrame:
    """Rows with the columns study and release before their own."""
    return rows.select(F.lit(study.study).alias("study"), F.lit(release).alias("release"), "*")


def in_both_networks(citation_year: str) -> Column:
    """Whether a row belongs to collaboration, or to knowledge exchange under a citation year."""
    return (F.col("network") == COLLABORATION) | (
        (F.col("network") == KNOWLEDGE_EXCHANGE) & (F.col("citation_year") == citation_year)
    )
