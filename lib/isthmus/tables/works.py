"""The table `works`: one row per work, its newest record."""

from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.snapshot.removals import read_merges
from isthmus.tables.parsed import PARSED_WORKS
from isthmus.tables.removed import REMOVED_RECORDS, frame, kept, updated
from isthmus.tables.rows import API_AUTHOR_LIMIT
from isthmus.tables.writing import Written
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WORKS = TableSpec(
    name="works",
    fields=(
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("publication_year", "int", "year; null where it is missing or later than the release"),
        column("publication_date", "date", "date as shipped"),
        column("work_type", "string", "article, review, preprint, ... as shipped; words differ between vintages"),
        column("is_retracted", "boolean", "retracted; false where not shipped", False),
        column("is_paratext", "boolean", "front matter and the like, flagged or of type paratext", False),
        column("is_xpac", "boolean", "of the expansion pack of November 2025; false where not shipped", False),
        column("source_id", "bigint", "number of the journal, conference or repository of its primary location"),
        column("source_type", "string", "journal, conference, repository, ..."),
        column("primary_topic_id", "bigint", "number of the primary topic"),
        column("primary_subfield_id", "int", "subfield of the primary topic, such as 1702 for Artificial Intelligence"),
        column(
            "topics",
            "array<struct<topic_id:bigint,subfield_id:int,field_id:int,domain_id:int,score:double>>",
            "up to three topics, as shipped",
        ),
        column("concepts", "array<struct<concept_id:bigint,score:double>>", "legacy concepts, as shipped"),
        column("n_authors", "int", "number of authors: as shipped, else the length of the list", False),
        column("authors_truncated", "boolean", "the list of authors was cut (by the API, at 100)", False),
        column("n_references", "int", "number of references as listed", False),
        column("updated_date", "timestamp", "when OpenAlex last changed the record; else its partition's date"),
        column("part", "string", "part that the record lies in", False),
    ),
    key=("work_id",),
    comment="One row per work: its newest record, without deleted and merged works.",
)


def build_works(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `works`; its notes say how many years and lists of authors were cut.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_works` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    parsed = store.read(PARSED_WORKS)
    last = last_year(parsed, snapshot)
    records = kept(parsed, store.read(REMOVED_RECORDS))
    rows = works_rows(records, last)
    merges = read_merges(snapshot, "sources")
    if merges.num_rows:
        rows = rewritten(rows, "source_id", frame(spark, merges))
    version = store.overwrite(WORKS, rows)
    return Written(WORKS.name, version, store.rows_written(WORKS), notes=works_notes(store, parsed, last))


def last_year(parsed: DataFrame, snapshot: Snapshot) -> int | None:
    """Return the last year in which a work can have been published: the release's.

    Of a loose folder, the newest record's.

    Parameters
    ----------
    parsed : DataFrame
        Rows of `parsed_works`.
    snapshot : Snapshot
        The snapshot.
    """
    if snapshot.release_year is not None:
        return snapshot.release_year
    newest = parsed.agg(F.max(F.year("updated_date")).alias("year")).first()
    return newest.year if newest else None


def year_until(last: int | None) -> Column:
    """Return the publication year, null where it lies after the last possible one.

    Parameters
    ----------
    last : int | None
        The last possible year; None for no limit.
    """
    year = F.col("publication_year")
    return year if last is None else F.when(year <= last, year)


def small_year(last: int | None) -> Column:
    """Return the publication year as a SMALLINT; null where `year_until` has none, or where it is no year at all.

    Parameters
    ----------
    last : int | None
        The last possible one; None for no limit.
    """
    return year_until(last).try_cast("smallint")


def works_rows(records: DataFrame, last: int | None) -> DataFrame:
    """Return the rows of `works`.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_works`.
    last : int | None
        The last year in which a work can have been published.
    """
    listed, counted = _listed("authorships"), F.col("authors_count")
    return records.select(
        "work_id",
        year_until(last).alias("publication_year"),
        "publication_date",
        "work_type",
        F.coalesce("is_retracted", F.lit(False)).alias("is_retracted"),
        (F.coalesce("is_paratext", F.lit(False)) | F.coalesce(F.col("work_type") == "paratext", F.lit(False))).alias(
            "is_paratext"
        ),
        F.coalesce("is_xpac", F.lit(False)).alias("is_xpac"),
        "source_id",
        "source_type",
        "primary_topic_id",
        "primary_subfield_id",
        "topics",
        "concepts",
        F.coalesce(counted, listed).alias("n_authors"),
        _is_cut(counted, listed).alias("authors_truncated"),
        _listed("referenced_works").alias("n_references"),
        updated().alias("updated_date"),
        "part",
    )


def rewritten(rows: DataFrame, name: str, merges: DataFrame) -> DataFrame:
    """Return the rows with merged ids of a column replaced by those that stand for them.

    Parameters
    ----------
    rows : DataFrame
        Any rows.
    name : str
        The column of ids.
    merges : DataFrame
        (entity_id, merge_into_id).
    """
    renamed = merges.select(F.col("entity_id").alias("_merged"), F.col("merge_into_id").alias("_into"))
    joined = rows.join(renamed, rows[name] == F.col("_merged"), "left")
    return joined.select(*(F.coalesce("_into", name).alias(c) if c == name else rows[c] for c in rows.columns))


def _listed(name: str) -> Column:
    """Return the length of a list, 0 where there is none."""
    return F.coalesce(F.array_size(name), F.lit(0))


def _is_cut(counted: Column, listed: Column) -> Column:
    """Whether authors are missing: the list is shorter than counted, or, uncounted, as long as the API's longest."""
    return F.when(counted.isNotNull(), counted > listed).otherwise(listed == API_AUTHOR_LIMIT)


def works_notes(store: TableStore, parsed: DataFrame, last: int | None) -> tuple[str, ...]:
    """Return how many lists of authors are cut and how many years are unknown, in sentences.

    Parameters
    ----------
    store : TableStore
        The tables; `works` is there.
    parsed : DataFrame
        All records that were read.
    last : int | None
        The last year in which a work can have been published.
    """
    notes = []
    cut = store.read(WORKS).agg(F.count_if("authors_truncated").alias("n")).first()
    if cut and cut.n:
        notes.append(
            f"{cut.n} works list fewer authors than they have, or exactly {API_AUTHOR_LIMIT}, where the API cuts: the "
            "countries of the others are unknown"
        )
    late = parsed.agg(F.count_if(F.col("publication_year") > last).alias("n")).first() if last is not None else None
    if late and late.n:
        notes.append(f"{late.n} records have a publication year after {last}: their year is unknown")
    return tuple(notes)
