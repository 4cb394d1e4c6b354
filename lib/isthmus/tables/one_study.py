"""Only what one study needs, in two passes over the snapshot: its corpus, then the works that cite it.

A third pass, for studies that ask who is a scientist of the field, counts all works of the corpus's authors by year.

The first pass keeps of every record what decides which record of an id counts and what the accounts and the coverage
need (`seen_works`, some twenty bytes a work), and the whole of those that may belong to the corpus. The second keeps of
the works that cite the corpus their ids, years, authors and countries. `parsed_works` then holds these two, and all
further tables are made of it as ever.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.snapshot import Snapshot, read_works
from isthmus.snapshot.removals import read_merges
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS, PLACE, authorship_rows, places
from isthmus.tables.completeness import number_filled
from isthmus.tables.coverage import COVERAGE, coverage_rows
from isthmus.tables.entities import INSTITUTIONS
from isthmus.tables.parsed import PARSED_WORKS, plain_words
from isthmus.tables.reading import check_reading
from isthmus.tables.removed import REMOVED_RECORDS, frame, kept
from isthmus.tables.work_lines import WORK_LINES, write_work_lines
from isthmus.tables.works import last_year, rewritten, year_until
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WHOLE = (
    "publication_date",
    "source_id",
    "source_type",
    "primary_topic_id",
    "primary_subfield_id",
    "topics",
    "concepts",
    "authorships",
    "referenced_works",
)
"""Columns that only the corpus keeps."""

OF_CITING = (
    "work_id",
    "updated_date",
    "publication_year",
    "work_type",
    "is_retracted",
    "is_paratext",
    "is_xpac",
    "authors_count",
)
"""Columns that a work outside the corpus keeps beside its countries."""

LARGEST_BROADCAST = 10_000_000  # works or authors whose ids every task gets (8 bytes each, some 300 MB as a table)

SEEN_WORKS = TableSpec(
    name="seen_works",
    fields=(
        *PARSED_WORKS.fields,
        column("completeness", "int", "number of fields that are filled"),
        column("n_authors", "int", "number of authors: as shipped, else the length of the list"),
        column("n_references", "int", "number of references as listed"),
        column("places", f"array<{PLACE}>", "institutions and countries of all authors, once each"),
        column("is_candidate", "boolean", "may belong to the corpus, and is kept whole", False),
    ),
    key=("entity", "part", "line"),
    comment="Staging of a single study: what decides and counts each record; the whole record where it may be its own.",
)


def see_works(spark: "SparkSession", store: TableStore, snapshot: Snapshot, candidates: Column) -> Written:
    """Write `seen_works` and `work_lines` in the first pass, and check what was read against the manifest.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        An open snapshot.
    candidates : Column
        Which parsed records may belong to the corpus; too many do no harm.

    Raises
    ------
    SnapshotError
        As `parse_works`.
    """
    with plain_words():
        version = store.overwrite(SEEN_WORKS, seen_rows(read_works(spark, snapshot), candidates))
    write_work_lines(store, SEEN_WORKS)
    notes = check_reading(store.read(WORK_LINES), snapshot, ("works",))
    parts = len(snapshot.parts("works"))
    return Written(SEEN_WORKS.name, version, store.rows_written(SEEN_WORKS), notes=notes, parts_read=parts)


def seen_rows(lines: DataFrame, candidates: Column) -> DataFrame:
    """Return the rows of `seen_works`.

    Parameters
    ----------
    lines : DataFrame
        Parsed lines of works.
    candidates : Column
        Which of them may belong to the corpus.
    """
    chosen = F.coalesce(candidates, F.lit(False)) & F.col("work_id").isNotNull()
    everywhere = F.flatten(F.transform(F.coalesce("authorships", _none_of("authorships")), places))
    return lines.select(
        *(F.when(chosen, F.col(name)).alias(name) if name in WHOLE else F.col(name) for name in lines.columns),
        number_filled().alias("completeness"),
        F.coalesce("authors_count", F.array_size("authorships"), F.lit(0)).alias("n_authors"),
        F.coalesce(F.array_size("referenced_works"), F.lit(0)).alias("n_references"),
        F.array_distinct(everywhere).alias("places"),
        chosen.alias("is_candidate"),
    )


def _none_of(name: str) -> Column:
    return F.array().cast(spark_schema(PARSED_WORKS)[name].dataType)


def newest_year(store: TableStore) -> int | None:
    """Return the year of the newest record, which stands for the release's where a folder has none.

    Parameters
    ----------
    store : TableStore
        The tables; `seen_works` is there.
    """
    newest = store.read(SEEN_WORKS).agg(F.max(F.year("updated_date")).alias("year")).first()
    return newest.year if newest else None


def keep_works(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `parsed_works` in the second pass: the corpus and what cites it.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `seen_works` and `removed_records` are there.
    snapshot : Snapshot
        An open snapshot.
    """
    seen, removed = store.read(SEEN_WORKS), store.read(REMOVED_RECORDS)
    corpus = kept(seen.where("is_candidate"), removed).select(*PARSED_WORKS.columns)
    cited = _cited_ids(spark, snapshot, corpus)
    number = corpus.count()
    with plain_words():
        citing = citing_rows(read_works(spark, snapshot), _beside_every_task(cited, number))
        outside = kept(citing, removed).join(corpus.select("work_id"), "work_id", "left_anti")
        rows = corpus.unionByName(outside, allowMissingColumns=True)
        version = store.overwrite(PARSED_WORKS, rows)
    written = store.rows_written(PARSED_WORKS)
    note = f"of {number:,} works all is kept; of {written - number:,} that cite them ids, years, authors, countries"
    return Written(PARSED_WORKS.name, version, written, notes=(note,))


def _cited_ids(spark: "SparkSession", snapshot: Snapshot, corpus: DataFrame) -> DataFrame:
    """Return the ids by which the corpus is cited: its own, and those that were merged into them."""
    own = corpus.select(F.col("work_id").alias("cited"))
    merges = read_merges(snapshot, "works")
    if not merges.num_rows:
        return own
    merged = frame(spark, merges).join(own, F.col("merge_into_id") == F.col("cited"), "left_semi")
    return own.union(merged.select("entity_id"))


def citing_rows(lines: DataFrame, cited: DataFrame) -> DataFrame:
    """Return the records that cite one of some works.

    Ids, year, flags, authors and countries, and of the references these works alone. Without the authors nobody could
    say which citations are an author's own.

    Parameters
    ----------
    lines : DataFrame
        Parsed lines of works.
    cited : DataFrame
        The works' ids, (cited).
    """
    key = ("entity", "part", "line")
    slim = F.transform("authorships", _slim).alias("authorships")
    links = lines.where(F.col("work_id").isNotNull()).select(
        *key, *OF_CITING, slim,
        F.explode(F.array_distinct("referenced_works")).alias("cited"),
    )  # fmt: skip
    found = links.join(cited, "cited", "left_semi")
    columns = (*OF_CITING, "authorships")
    return found.groupBy(*key).agg(
        *(F.first(name).alias(name) for name in columns), F.sort_array(F.collect_set("cited")).alias("referenced_works")
    )


def _slim(authorship: Column) -> Column:
    """Drop the position; keep the author's id, countries and institutions."""
    return authorship.withField("author_position", F.lit(None).cast("string"))


def build_author_years_of(least: int, read: Column) -> Callable[["SparkSession", TableStore, Snapshot], Written]:
    """Return what writes `author_years` of authors with so many works of the corpus or more, in a third pass.

    Works that the study does not read count only where they are among its tables, which tell how many these are.

    Parameters
    ----------
    least : int
        Least works that may belong to the corpus.
    read : Column
        Which parsed records the study reads, by their flags.
    """

    def build(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
        parsed = store.read(PARSED_WORKS)
        authors = authors_of(store.read(AUTHORSHIPS), parsed.join(_candidates(store), "work_id", "left_semi"), least)
        number = authors.count()
        merges = {
            name: frame(spark, rows)
            for name in ("authors", "institutions")
            if (rows := read_merges(snapshot, name)).num_rows
        }
        with plain_words():
            records = kept(read_works(spark, snapshot), store.read(REMOVED_RECORDS))
            held = parsed.select("work_id", F.lit(True).alias("is_held"))
            counted = records.join(_beside_every_task(held, parsed.count()), "work_id", "left").where(
                read | F.col("is_held")
            )
            signed = authorship_rows(counted, last_year(parsed, snapshot), merges.get("authors"))
            own = signed.join(_beside_every_task(authors, number), "author_id", "left_semi")
            if "institutions" in merges:
                own = rewritten(own, "institution_id", merges["institutions"])
            rows = author_years_rows(own, store.read(INSTITUTIONS)).sortWithinPartitions("author_id", "year")
            note = f"author_years holds the works of {number:,} authors with {least:,} works of the corpus or more"
            return write(store, AUTHOR_YEARS, rows, (note,))

    return build


def _beside_every_task(ids: DataFrame, number: int) -> DataFrame:
    """Return ids, marked to be sent to every task where so many fit there; else both sides are shuffled."""
    return F.broadcast(ids) if number <= LARGEST_BROADCAST else ids


def _candidates(store: TableStore) -> DataFrame:
    return store.read(SEEN_WORKS).where("is_candidate").select("work_id").distinct()


def authors_of(authorships: DataFrame, corpus: DataFrame, least: int) -> DataFrame:
    """Return the authors with so many works of a corpus or more: (author_id).

    Parameters
    ----------
    authorships : DataFrame
        Rows of the table of that name.
    corpus : DataFrame
        Its works: work_id.
    least : int
        How many.
    """
    signed = authorships.where(F.col("author_id").isNotNull()).join(corpus, "work_id", "left_semi")
    counted = signed.groupBy("author_id").agg(F.count_distinct("work_id").alias("works"))
    return counted.where(F.col("works") >= least).select("author_id")


def build_coverage_of_seen(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `coverage` of the whole snapshot from `seen_works`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `seen_works`, `removed_records` and `institutions` are there.
    snapshot : Snapshot
        The snapshot; its release's year is the last one of a publication.
    """
    seen = kept(store.read(SEEN_WORKS), store.read(REMOVED_RECORDS))
    paratext = F.coalesce("is_paratext", F.lit(False)) | F.coalesce(F.col("work_type") == "paratext", F.lit(False))
    works = seen.select(
        "work_id",
        year_until(snapshot.release_year).alias("publication_year"),
        F.coalesce("is_xpac", F.lit(False)).alias("is_xpac"),
        F.coalesce("is_retracted", F.lit(False)).alias("is_retracted"),
        paratext.alias("is_paratext"),
        "n_authors",
        "n_references",
    )
    affiliations = seen.select("work_id", F.explode("places").alias("place")).select("work_id", "place.*")
    merges = read_merges(snapshot, "institutions")
    if merges.num_rows:
        affiliations = rewritten(affiliations, "institution_id", frame(spark, merges))
    return write(store, COVERAGE, coverage_rows(works, affiliations, store.read(INSTITUTIONS)))
