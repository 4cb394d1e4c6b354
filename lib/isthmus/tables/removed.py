"""Records that do not become rows: an older copy of the same id, a deleted work, a merged id.

One row per id (OpenAlex repeats a record where a copy was updated without deleting): the newest `updated_date` wins; a
record without one loses against any other; of equally new ones the more complete wins (more fields filled), then the
later part and line, so that the choice never depends on how Spark split the work. A record without a date of its own
has the date of its partition.
"""

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import NEEDED_ENTITIES, Snapshot
from isthmus.snapshot.removals import read_deletions, read_merges
from isthmus.snapshot.schemas import ENTITY_FIELDS, INSTITUTION, SOURCE, TOPIC_RECORD
from isthmus.tables.completeness import filled
from isthmus.tables.parsed import PARSED_ENTITIES
from isthmus.tables.rows import PARTITION_DATE
from isthmus.tables.sentinels import SENTINEL_WORKS
from isthmus.tables.work_lines import WORK_LINES
from isthmus.tables.writing import Written
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

REMOVED_RECORDS = TableSpec(
    name="removed_records",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("entity_id", "bigint", "number of the record", False),
        column("part", "string", "part that the record lies in", False),
        column("line", "bigint", "its line there", False),
        column("updated_date", "timestamp", "its own date, or that of its partition"),
        column("reason", "string", "superseded, deleted or merged", False),
        column("merge_into_id", "bigint", "the id that stands for a merged one"),
    ),
    key=("entity", "part", "line"),
    comment="Records that were read and do not become rows, and why.",
    checks={"reason_known": "reason IN ('superseded', 'deleted', 'merged')"},
)

MOST_IN_QUESTION = 1_000_000  # ids that every worker can hold

REMOVAL_REASONS = ("superseded", "deleted", "merged")


def updated() -> Column:
    """Return when a parsed record was last changed: its own date, or that of its partition."""
    return F.coalesce(
        F.col("updated_date"),
        F.try_to_timestamp(F.nullif(F.regexp_extract("part", PARTITION_DATE, 1), F.lit(""))),
    )


def build_removed_records(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `removed_records` from the parsed lines and from the snapshot's deletions and merges.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `work_lines` and `parsed_entities` are there.
    snapshot : Snapshot
        The snapshot.
    """
    found = read_deletions(snapshot)
    deletions = frame(spark, found) if found.num_rows else None
    merges = _merges(spark, snapshot)
    records = candidates(store.read(WORK_LINES), store.read(PARSED_ENTITIES))
    rows = removed_rows(in_question(records, deletions, merges), deletions, merges)
    version = store.overwrite(REMOVED_RECORDS, rows)
    written = store.rows_written(REMOVED_RECORDS)
    return Written(
        REMOVED_RECORDS.name,
        version,
        written,
        notes=(f"{written} records are superseded, deleted or merged",) if written else (),
    )


def frame(spark: "SparkSession", rows: "pa.Table") -> DataFrame:
    """Return an Arrow table of ids as a DataFrame.

    Parameters
    ----------
    spark : SparkSession
        The session.
    rows : pyarrow.Table
        The rows, at least one.
    """
    return spark.createDataFrame(rows)


def _merges(spark: "SparkSession", snapshot: Snapshot) -> DataFrame | None:
    """Return the merges of all entities, (entity, entity_id, merge_into_id); None where there are none."""
    found = {entity: rows for entity in NEEDED_ENTITIES if (rows := read_merges(snapshot, entity)).num_rows}
    frames = [frame(spark, rows).withColumn("entity", F.lit(entity)) for entity, rows in found.items()]
    return reduce(DataFrame.unionByName, frames) if frames else None


def candidates(works: DataFrame, entities: DataFrame) -> DataFrame:
    """Return all records that were read: (entity, entity_id, part, line, updated_date, completeness).

    Parameters
    ----------
    works : DataFrame
        Rows of `work_lines`.
    entities : DataFrame
        Rows of `parsed_entities`.
    """
    of_works = works.where(F.col("work_id").isNotNull()).select(
        F.lit("works").alias("entity"),
        F.col("work_id").alias("entity_id"),
        "part",
        "line",
        updated().alias("updated_date"),
        "completeness",
    )
    nested = [
        F.col(f"{name}.{f.name}")
        for name, s in (("institution", INSTITUTION), ("source", SOURCE), ("topic", TOPIC_RECORD))
        for f in s
    ]
    of_entities = entities.where(F.col("entity_id").isNotNull()).select(
        "entity",
        "entity_id",
        "part",
        "line",
        updated().alias("updated_date"),
        filled(
            [F.col(name) for name, _ in ENTITY_FIELDS if name not in {"institution", "source", "topic"}] + nested
        ).alias("completeness"),
    )
    return of_works.unionByName(of_entities)


def in_question(
    records: DataFrame, deletions: DataFrame | None, merges: DataFrame | None, most: int = MOST_IN_QUESTION
) -> DataFrame:
    """Return the records of ids that occur more than once or that a list removes: no other can be removed.

    They are few in an official copy, where an id occurs once. To know them takes the ids alone, a twentieth of what is
    stored; to rank all records takes every column, for the ranking asks how complete a record is.

    Parameters
    ----------
    records, deletions, merges : DataFrame, DataFrame | None
        As `removed_rows` takes them.
    most : int, optional
        Where more ids are in question, all records are returned.
    """
    key = ["entity", "entity_id"]
    ids = records.select(*key, F.lit(1).alias("read"))
    if deletions is not None:
        ids = ids.unionByName(deletions.select(F.lit("works").alias("entity"), "entity_id", F.lit(0).alias("read")))
    if merges is not None:
        ids = ids.unionByName(merges.select(*key, F.lit(0).alias("read")))
    listed = ids.groupBy(*key).agg(F.sum("read").alias("read"), F.count("*").alias("named"))
    is_sentinel = (F.col("entity") == "works") & F.col("entity_id").isin(*SENTINEL_WORKS)
    wanted = listed.where((F.col("read") > 0) & ((F.col("named") > 1) | is_sentinel))
    found = wanted.select(*key).limit(most + 1).toArrow()
    if found.num_rows > most:
        return records
    if found.num_rows == 0:
        return records.where(F.lit(False))
    return records.join(F.broadcast(records.sparkSession.createDataFrame(found)), key, "left_semi")


def removed_rows(records: DataFrame, deletions: DataFrame | None, merges: DataFrame | None) -> DataFrame:
    """Return the records that do not become rows, with their reason.

    The newest record of an id is kept unless the id was merged into another, or the work was deleted on the day of its
    last change or later; all other records of the id are superseded.

    Parameters
    ----------
    records : DataFrame
        As `candidates` gives them.
    deletions : DataFrame | None
        (entity_id, deleted_date) of works; None where there are none.
    merges : DataFrame | None
        (entity, entity_id, merge_into_id); None where there are none.
    """
    newest_first = Window.partitionBy("entity", "entity_id").orderBy(
        F.col("updated_date").desc_nulls_last(), F.desc("completeness"), F.desc("part"), F.desc("line")
    )
    ranked = records.select("*", F.row_number().over(newest_first).alias("rank"))
    key = ["entity", "entity_id"]
    marked = ranked.withColumns({"deleted_date": F.lit(None).cast("date"), "merge_into_id": F.lit(None).cast("bigint")})
    if deletions is not None:
        of_works = deletions.select("entity_id", "deleted_date", F.lit("works").alias("entity"))
        marked = marked.drop("deleted_date").join(of_works, key, "left")
    if merges is not None:
        marked = marked.drop("merge_into_id").join(merges, key, "left")
    is_deleted = (F.col("entity") == "works") & (
        F.col("entity_id").isin(*SENTINEL_WORKS)
        | (
            F.col("deleted_date").isNotNull()
            & (F.col("updated_date").isNull() | (F.col("deleted_date") >= F.to_date("updated_date")))
        )
    )
    reason = (
        F.when(F.col("rank") > 1, F.lit("superseded"))
        .when(F.col("merge_into_id").isNotNull(), F.lit("merged"))
        .when(is_deleted, F.lit("deleted"))
    )
    return marked.select(
        "entity",
        "entity_id",
        "part",
        "line",
        "updated_date",
        reason.alias("reason"),
        F.when(reason == "merged", F.col("merge_into_id")).alias("merge_into_id"),
    ).where(F.col("reason").isNotNull())


def kept(parsed: DataFrame, removed: DataFrame, identifier: str = "work_id") -> DataFrame:
    """Return the parsed records that become rows.

    Parameters
    ----------
    parsed : DataFrame
        Rows of a staging table.
    removed : DataFrame
        Rows of `removed_records`.
    identifier : str, default 'work_id'
        The column of the record's number.
    """
    records = parsed.where(F.col(identifier).isNotNull())
    return records.join(removed.select("entity", "part", "line"), ["entity", "part", "line"], "left_anti")
