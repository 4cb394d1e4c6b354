"""The table `citations_dated`: citations inside of the copy, with the years of both works and the source cited."""

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.tables.citations import CITATIONS
from isthmus.tables.works import WORKS
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CITATIONS_DATED = TableSpec(
    name="citations_dated",
    fields=(
        column("citing_work_id", "bigint", "number of the work that cites", False),
        column("cited_work_id", "bigint", "number of the work that is cited; a row of works", False),
        column("citing_year", "smallint", "publication year of the work that cites, as in works"),
        column("cited_year", "smallint", "publication year of the work that is cited, as in works"),
        column("cited_source", "bigint", "number of the source of the work that is cited; null where it has none"),
    ),
    key=("citing_work_id", "cited_work_id"),
    comment="The rows of citations whose cited work is a row of works, dated on both sides. A file holds neighbouring "
    "citing years, sorted.",
    checks={"no_self_loop": "citing_work_id <> cited_work_id"},
)


def build_citations_dated(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `citations_dated`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `works` and `citations` are there.
    snapshot : Snapshot
        The snapshot.
    """
    rows = citations_dated_rows(store.read(CITATIONS), store.read(WORKS))
    # by range, so that a file holds few years and a reader of some years leaves most files alone
    return write(store, CITATIONS_DATED, rows.repartitionByRange("citing_year", "citing_work_id"))


def citations_dated_rows(citations: DataFrame, works: DataFrame) -> DataFrame:
    """Return the rows of `citations_dated`: one join, by the cited work.

    Parameters
    ----------
    citations, works : DataFrame
        Rows of the tables of those names.
    """
    cited = works.select(
        F.col("work_id").alias("cited_work_id"),
        F.col("publication_year").try_cast("smallint").alias("cited_year"),
        F.col("source_id").alias("cited_source"),
    )
    return citations.join(cited, "cited_work_id").select(*CITATIONS_DATED.columns)
