"""The table `authorships`: who signed a work, from which institution and country."""

from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.snapshot.removals import read_merges
from isthmus.tables.parsed import PARSED_WORKS
from isthmus.tables.removed import REMOVED_RECORDS, frame, kept
from isthmus.tables.sentinels import SENTINEL_AUTHORS, SENTINEL_INSTITUTIONS, without_sentinels
from isthmus.tables.works import last_year, rewritten, year_until
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AUTHORSHIPS = TableSpec(
    name="authorships",
    fields=(
        column("work_id", "bigint", "number of the OpenAlex work", False),
        column("publication_year", "int", "year of the work, as in works"),
        column("author_sequence", "int", "place of the author in the list, from 0", False),
        column("author_position", "string", "first, middle or last, as shipped"),
        column("author_id", "bigint", "number of the author; null where nobody knows who it is"),
        column("institution_id", "bigint", "number of the institution; null where only a country is known"),
        column("country_code", "string", "ISO 3166-1 alpha-2 code of the institution, or of the address text"),
        column("publication_date", "date", "date of the work, as in works"),
        column("place_sequence", "int", "rank of the place in the author's list of institutions or countries, from 0"),
        column("has_orcid", "boolean", "whether the work names an ORCID of the author", False),
    ),
    key=("work_id", "author_sequence", "institution_id", "country_code"),
    comment="One row per work, author and institution; where no institution of an author has a country, one "
    "row per country of the address; where no place is known, one row of nulls.",
)

PLACE = "struct<institution_id:bigint,country_code:string>"


def build_authorships(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `authorships`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `parsed_works` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    parsed = store.read(PARSED_WORKS)
    merges = {
        name: frame(spark, rows)
        for name in ("authors", "institutions")
        if (rows := read_merges(snapshot, name)).num_rows
    }
    records = kept(parsed, store.read(REMOVED_RECORDS))
    rows = authorship_rows(records, last_year(parsed, snapshot), merges.get("authors"), merges.get("institutions"))
    return write(store, AUTHORSHIPS, rows)


def authorship_rows(
    records: DataFrame,
    last: int | None,
    author_merges: DataFrame | None = None,
    institution_merges: DataFrame | None = None,
) -> DataFrame:
    """Return the rows of `authorships`.

    Parameters
    ----------
    records : DataFrame
        The kept rows of `parsed_works`.
    last : int | None
        The last year in which a work can have been published.
    author_merges, institution_merges : DataFrame | None
        (entity_id, merge_into_id); None where there are none.
    """
    authors = records.select(
        "work_id",
        year_until(last).alias("publication_year"),
        "publication_date",
        F.posexplode("authorships").alias("author_sequence", "authorship"),
    )
    placed = authors.select(
        "work_id",
        "publication_year",
        "publication_date",
        "author_sequence",
        F.col("authorship.author_position").alias("author_position"),
        F.col("authorship.author_id").alias("author_id"),
        F.coalesce(F.col("authorship.has_orcid"), F.lit(False)).alias("has_orcid"),
        F.posexplode_outer(places(F.col("authorship"))).alias("listed", "place"),
    ).select("*", "place.*", F.coalesce("listed", F.lit(0)).alias("place_sequence"))
    rows = placed.drop("place", "listed")
    if author_merges is not None:
        rows = rewritten(rows, "author_id", author_merges)
    if institution_merges is not None:
        # two institutions of an author may have become one, which stands where the first of them stood
        rows = rewritten(rows, "institution_id", institution_merges)
        same = [name for name in AUTHORSHIPS.columns if name != "place_sequence"]
        rows = rows.groupBy(*same).agg(F.min("place_sequence").alias("place_sequence"))
    return rows.withColumn("author_id", without_sentinels(F.col("author_id"), SENTINEL_AUTHORS))


def places(authorship: Column) -> Column:
    """Return the institutions of an author, and the countries of the address where no institution has one.

    Parameters
    ----------
    authorship : Column
        One authorship as parsed.
    """
    listed = F.coalesce(authorship["institutions"], F.array().cast(f"array<{PLACE}>"))
    known = F.array_distinct(F.filter(listed, _is_place))
    codes = F.coalesce(authorship["countries"], F.array().cast("array<string>"))
    named = F.array_distinct(F.filter(codes, lambda code: code.isNotNull() & (code != "")))
    by_address = F.transform(
        named, lambda code: F.struct(F.lit(None).cast("bigint").alias("institution_id"), code.alias("country_code"))
    )
    has_country = F.exists(known, lambda place: place["country_code"].isNotNull())
    return F.when(has_country, known).otherwise(F.concat(known, by_address))


def _is_place(institution: Column) -> Column:
    number, country = institution["institution_id"], institution["country_code"]
    nobody = F.coalesce(number.isin(*SENTINEL_INSTITUTIONS), F.lit(False))
    return ~nobody & (number.isNotNull() | country.isNotNull())
