"""The table `citations`: which work cites which."""

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.snapshot.removals import read_merges
from isthmus.tables.parsed import PARSED_WORKS
from isthmus.tables.removed import REMOVED_RECORDS, frame, kept
from isthmus.tables.sentinels import SENTINEL_WORKS
from isthmus.tables.works import last_year, rewritten, small_year
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CITATIONS = TableSpec(
    name="citations",
    fields=(
        column("citing_work_id", "bigint", "number of the work that cites", False),
        column("cited_work_id", "bigint", "number of the work that is cited; need not be a row of works", False),
        column("citing_year", "smallint", "publication year of the work that cites, as in works"),
    ),
    key=("citing_work_id", "cited_work_id"),
    comment="Distinct citations without self-citations of a work; references to works outside of the copy are kept. "
    "Every file is sorted by citing_year.",
    checks={"no_self_loop": "citing_work_id <> cited_work_id"},
)


def build_citations(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `citations`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_works` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    merges, parsed = read_merges(snapshot, "works"), store.read(PARSED_WORKS)
    records = kept(parsed, store.read(REMOVED_RECORDS))
    last = last_year(parsed, snapshot)
    return write(store, CITATIONS, citation_rows(records, last, frame(spark, merges) if merges.num_rows else None))


def citation_rows(records: DataFrame, last: int | None, merges: DataFrame | None = None) -> DataFrame:
    """Return the rows of `citations`, those of each task in the order of the citing year.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_works`.
    last : int | None
        The last year in which a work can have been published.
    merges : DataFrame | None, optional
        (entity_id, merge_into_id) of works; None where there are none.
    """
    # distinct within a work is distinct over all, for a work has one row; works are fewer to sort than citations
    works = records.select(
        F.col("work_id").alias("citing_work_id"),
        small_year(last).alias("citing_year"),
        F.array_distinct("referenced_works").alias("cited"),
    ).sortWithinPartitions("citing_year")
    rows = works.select("citing_work_id", F.explode("cited").alias("cited_work_id"), "citing_year")
    rows = rows.where(F.col("cited_work_id").isNotNull())
    if merges is not None:
        rows = rewritten(rows, "cited_work_id", merges).distinct().sortWithinPartitions("citing_year")
    cited = F.col("cited_work_id")
    return rows.where((cited != F.col("citing_work_id")) & ~cited.isin(*SENTINEL_WORKS))
