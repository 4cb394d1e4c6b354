"""The table `coverage`: what share of the works of a year can be studied at all."""

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot import Snapshot
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.entities import INSTITUTIONS
from isthmus.tables.works import WORKS
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COVERAGE = TableSpec(
    name="coverage",
    fields=(
        column("publication_year", "int", "publication year", False),
        column("works", "bigint", "all works of the year", False),
        column("core_works", "bigint", "of these, works that are neither expansion, paratext nor retracted", False),
        column("with_authors", "bigint", "core works that list an author", False),
        column("with_country", "bigint", "core works with at least one country", False),
        column("with_city", "bigint", "core works with at least one institution whose city is known", False),
        column("with_references", "bigint", "core works with at least one reference", False),
    ),
    key=("publication_year",),
    comment="How many works of a year have what a study needs; works without a known year are in no row.",
    checks={"core_within_works": "core_works <= works", "country_within_core": "with_country <= core_works"},
)


def build_coverage(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> Written:
    """Write `coverage`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `works`, `authorships` and `institutions` are there.
    snapshot : Snapshot
        The snapshot.
    """
    rows = coverage_rows(store.read(WORKS), store.read(AUTHORSHIPS), store.read(INSTITUTIONS))
    return write(store, COVERAGE, rows)


def coverage_rows(works: DataFrame, authorships: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return the rows of `coverage`.

    Parameters
    ----------
    works, authorships, institutions : DataFrame
        Rows of the tables of those names.
    """
    cities = institutions.where(F.col("city").isNotNull()).select("institution_id", F.lit(True).alias("has_city"))
    places = (
        authorships.where(F.col("country_code").isNotNull() | F.col("institution_id").isNotNull())
        .join(cities, "institution_id", "left")
        .groupBy("work_id")
        .agg(F.max(F.col("country_code").isNotNull()).alias("has_country"), F.max("has_city").alias("has_city"))
    )
    core = ~(F.col("is_xpac") | F.col("is_paratext") | F.col("is_retracted"))
    dated = works.where(F.col("publication_year").isNotNull()).join(places, "work_id", "left")
    return dated.groupBy("publication_year").agg(
        F.count("*").alias("works"),
        F.count_if(core).alias("core_works"),
        F.count_if(core & (F.col("n_authors") > 0)).alias("with_authors"),
        F.count_if(core & F.col("has_country")).alias("with_country"),
        F.count_if(core & F.col("has_city")).alias("with_city"),
        F.count_if(core & (F.col("n_references") > 0)).alias("with_references"),
    )
