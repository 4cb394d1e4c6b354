"""Who is cited: by year of the citing work, and by year of the cited one."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import UNITS, units
from isthmus.indicators.belonging import Entities
from isthmus.indicators.blocs.works import sides

MADE, TO_DATE = "citations_made", "citations_to_date"


def cited_works(corpus: DataFrame, citations: DataFrame, works: DataFrame) -> DataFrame:
    """Return how often each work of the corpus is cited by year of the citing works.

    A citation by a work of an earlier year is none. Rows: work_id, year (of the cited work), citing_year, n, places
    (null where the cited work has no country).

    Parameters
    ----------
    corpus : DataFrame
        Rows of `corpus_works`: the cited works are those of the corpus, the citing ones all of them.
    citations : DataFrame
        Rows of `citations`, distinct.
    works : DataFrame
        Rows of `work_countries`.
    """
    cited = corpus.where("is_corpus").select(F.col("work_id").alias("cited_work_id"), "year")
    citing = corpus.select(F.col("work_id").alias("citing_work_id"), F.col("year").alias("citing_year"))
    links = (
        citations.select("citing_work_id", "cited_work_id").join(cited, "cited_work_id").join(citing, "citing_work_id")
    )
    counted = (
        links.where(F.col("citing_year") >= F.col("year"))
        .groupBy(F.col("cited_work_id").alias("work_id"), "year", "citing_year")
        .agg(F.count("*").alias("n"))
    )
    return counted.join(works.select("work_id", "places"), "work_id", "left")


def entity_citations(cited: DataFrame, entities: Entities) -> DataFrame:
    """Return the citations of each entity by year: entity, year, and both readings in full and by fractions.

    `citations_made` counts citations made in the year to works of any year, `citations_to_date` those of works of the
    year, whenever they were made. Which entity a cited work belongs to is decided in its own year.

    Parameters
    ----------
    cited : DataFrame
        As `cited_works` returns it.
    entities : Entities
        The compared countries and blocs.
    """
    placed = cited.where(F.col("places").isNotNull())
    own = placed.select("year", "citing_year", "n", F.explode(sides(entities)).alias("own"))
    rows = own.select(F.col("own.entity").alias("entity"), F.col("own.fraction").alias("fraction"), "n", _readings())
    counted = rows.select("entity", "n", (F.col("n") * units(F.col("fraction"))).alias("units"), "reading.*")
    return counted.groupBy("entity", "year").agg(
        *(part for reading in (MADE, TO_DATE) for part in (_sum(reading, "n"), _fractional(reading)))
    )


def world_citations(cited: DataFrame) -> DataFrame:
    """Return all citations of the corpus by year, in both readings, and those of works with a country.

    Columns year, citations_made, citations_made_placed, citations_to_date, citations_to_date_placed.

    Parameters
    ----------
    cited : DataFrame
        As `cited_works` returns it.
    """
    placed = F.when(F.col("places").isNotNull(), F.col("n")).otherwise(0)
    rows = cited.select("n", placed.alias("placed"), _readings()).select("n", "placed", "reading.*")
    sums = (part for reading in (MADE, TO_DATE) for part in (_sum(reading, "n"), _sum(reading, "placed", "_placed")))
    return rows.groupBy("year").agg(*sums)


def _readings() -> Column:
    """Return both years that a citation counts in."""
    made = F.struct(F.lit(MADE).alias("of"), F.col("citing_year").alias("year"))
    to_date = F.struct(F.lit(TO_DATE).alias("of"), F.col("year").alias("year"))
    return F.explode(F.array(made, to_date)).alias("reading")


def _sum(reading: str, amount: str, suffix: str = "") -> Column:
    return F.sum(F.when(F.col("of") == reading, F.col(amount)).otherwise(0)).alias(f"{reading}{suffix}")


def _fractional(reading: str) -> Column:
    whole = F.sum(F.when(F.col("of") == reading, F.col("units")).otherwise(0))
    return (whole / F.lit(float(UNITS))).alias(f"{reading}_fractional")
