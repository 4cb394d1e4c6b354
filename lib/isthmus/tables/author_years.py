"""The table `author_years`: what each author published in a year, and from where.

Every later question about scientists (who is one of a field, who moves, for how long) starts from these rows instead of
from all authorships: it is the only time that all of them are grouped by author.
"""

from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.snapshot import Snapshot
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.entities import INSTITUTIONS
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AUTHOR_YEARS = TableSpec(
    name="author_years",
    fields=(
        column("author_id", "bigint", "number of the author", False),
        column("year", "int", "publication year", False),
        column("works", "int", "works of the author in the year, of any field and type", False),
        column("country_code", "string", "country of most of these works; null where none has one"),
        column("n_countries", "int", "distinct countries of these works", False),
        column("geonames_city_id", "bigint", "city of most of these works; null where none has one"),
        column("n_cities", "int", "distinct cities of these works", False),
        column("has_orcid", "boolean", "whether a work of the author, of whatever year, names an ORCID", False),
    ),
    key=("author_id", "year"),
    comment="An author in a year. The place is that of most works; of equally frequent ones that of the latest work "
    "(date, then number), then the lowest code. A file holds a range of authors, sorted.",
    checks={"some_work": "works > 0"},
)

BEFORE_ALL_DATES = -(2**31)  # a work without a date is older than any other


def build_author_years(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `author_years`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `authorships` and `institutions` are there.
    snapshot : Snapshot
        The snapshot.
    """
    rows = author_years_rows(store.read(AUTHORSHIPS), store.read(INSTITUTIONS))
    return write(store, AUTHOR_YEARS, rows.sortWithinPartitions("author_id", "year"))


def build_no_author_years(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `author_years` without a row: the tables of a single study do not hold all works of an author.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        The snapshot.
    """
    note = "author_years is empty: the works of one study do not say what its authors published elsewhere"
    return write(store, AUTHOR_YEARS, spark.createDataFrame([], spark_schema(AUTHOR_YEARS)), (note,))


def author_years_rows(authorships: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return the rows of `author_years`; the rows are moved once, into ranges of authors.

    Parameters
    ----------
    authorships, institutions : DataFrame
        Rows of the tables of those names.
    """
    cities = institutions.where(F.col("geonames_city_id").isNotNull()).select("institution_id", "geonames_city_id")
    known = authorships.where(F.col("author_id").isNotNull() & F.col("publication_year").isNotNull())
    placed = known.join(F.broadcast(cities), "institution_id", "left").select(
        "author_id",
        F.col("publication_year").alias("year"),
        "work_id",
        F.coalesce(F.unix_date("publication_date"), F.lit(BEFORE_ALL_DATES)).alias("day"),
        "country_code",
        "geonames_city_id",
        "has_orcid",
    )
    work = ("author_id", "year", "work_id")
    per_work = (
        placed.repartitionByRange("author_id")
        .groupBy(*work)
        .agg(
            F.max("day").alias("day"),
            F.collect_set("country_code").alias("countries"),
            F.collect_set("geonames_city_id").alias("cities"),
            F.max("has_orcid").alias("has_orcid"),
        )
    )
    own = (*work, "day", "has_orcid")
    counted = per_work.select(*own, F.explode(_places()).alias("place")).select(*own, "place.*")
    frequent = counted.groupBy("author_id", "year", "kind", "country_code", "geonames_city_id").agg(
        F.count("*").alias("works"),
        F.max(F.struct("day", "work_id")).alias("latest"),
        F.max("has_orcid").alias("has_orcid"),
    )
    by_year = frequent.groupBy("author_id", "year").agg(
        F.max(F.when(F.col("kind") == "all", F.col("works"))).cast("int").alias("works"),
        _first("country", "country_code"),
        F.count_if(F.col("kind") == "country").cast("int").alias("n_countries"),
        _first("city", "geonames_city_id"),
        F.count_if(F.col("kind") == "city").cast("int").alias("n_cities"),
        F.max("has_orcid").alias("has_orcid"),
    )
    # records of an author's works are as old as their last change: some name the ORCID, others not yet. In the order
    # of the years, so that the rows need no other sort to be written
    career = Window.partitionBy("author_id").orderBy("year")
    whole = career.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    return by_year.withColumn("has_orcid", F.max("has_orcid").over(whole))


def _places() -> Column:
    """Return what a work counts for: once as a work, once for each of its countries, once for each of its cities."""

    def place(kind: str, country: Column | None = None, city: Column | None = None) -> Column:
        return F.struct(
            F.lit(kind).alias("kind"),
            (F.lit(None) if country is None else country).cast("string").alias("country_code"),
            (F.lit(None) if city is None else city).cast("bigint").alias("geonames_city_id"),
        )

    return F.concat(
        F.array(place("all")),
        F.transform("countries", lambda code: place("country", country=code)),
        F.transform("cities", lambda city: place("city", city=city)),
    )


def _first(kind: str, name: str) -> Column:
    """Return the place of most works; of equals that of the latest work, then the lowest code."""
    rank = F.struct(-F.col("works"), -F.col("latest.day").cast("bigint"), -F.col("latest.work_id"), F.col(name))
    return F.min(F.when(F.col("kind") == kind, rank))[name].alias(name)
