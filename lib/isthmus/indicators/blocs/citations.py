"""Who is cited: by year of the citing work, and by year of the cited one."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import UNITS, units
from isthmus.indicators.belonging import Entities
from isthmus.indicators.blocs.works import sides
from isthmus.tables.citationorder import cites_back

MADE, TO_DATE = "citations_made", "citations_to_date"
WORLD, PLACED = "world", "world with a country"


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
        links.where(cites_back(F.col("citing_year"), F.col("year")))
        .groupBy(F.col("cited_work_id").alias("work_id"), "year", "citing_year")
        .agg(F.count("*").alias("n"))
    )
    return counted.join(works.select("work_id", "places"), "work_id", "left")


def entity_citations(cited: DataFrame, entities: Entities) -> DataFrame:
    """Return the citations of each entity, and of the world, by year: entity, year, both readings, full and fractional.

    `citations_made` counts citations made in the year to works of any year, `citations_to_date` those of works of the
    year, whenever they were made. Which entity a cited work belongs to is decided in its own year. Two more entities
    are the world: all works, and all works with a country.

    Parameters
    ----------
    cited : DataFrame
        As `cited_works` returns it.
    entities : Entities
        The compared countries and blocs.
    """
    own = F.transform(sides(entities), _entity_and_fraction)
    of_world = F.when(F.col("places").isNull(), F.array(_whole(WORLD))).otherwise(
        F.concat(F.array(_whole(WORLD), _whole(PLACED)), own)
    )
    rows = cited.select("n", "year", "citing_year", F.explode(of_world).alias("own"))
    counted = rows.select(
        F.col("own.entity").alias("entity"),
        "n",
        (F.col("n") * units(F.col("own.fraction"))).alias("units"),
        _readings(),
    ).select("entity", "n", "units", "reading.*")
    sums = (total for reading in (MADE, TO_DATE) for total in _sums(reading))
    return counted.groupBy("entity", "year").agg(*sums)


def world_citations(citations: DataFrame) -> DataFrame:
    """Return all citations of the corpus by year, in both readings, and those of works with a country.

    Columns year, citations_made, citations_made_placed, citations_to_date, citations_to_date_placed.

    Parameters
    ----------
    citations : DataFrame
        As `entity_citations` returns it.
    """
    of_world = citations.where(F.col("entity").isin(WORLD, PLACED)).select(
        "year",
        *(
            F.when(F.col("entity") == entity, F.col(reading)).otherwise(0).alias(f"{reading}{suffix}")
            for reading in (MADE, TO_DATE)
            for entity, suffix in ((WORLD, ""), (PLACED, "_placed"))
        ),
    )
    return of_world.groupBy("year").agg(*(F.sum(name).alias(name) for name in of_world.columns if name != "year"))


def _entity_and_fraction(side: Column) -> Column:
    return F.struct(side["entity"].alias("entity"), side["fraction"].alias("fraction"))


def _whole(entity: str) -> Column:
    return F.struct(F.lit(entity).alias("entity"), F.lit(1.0).alias("fraction"))


def _readings() -> Column:
    """Return both years that a citation counts in."""
    made = F.struct(F.lit(MADE).alias("of"), F.col("citing_year").alias("year"))
    to_date = F.struct(F.lit(TO_DATE).alias("of"), F.col("year").alias("year"))
    return F.explode(F.array(made, to_date)).alias("reading")


def _sums(reading: str) -> tuple[Column, Column]:
    of = F.col("of") == reading
    full, fractional = (F.sum(F.when(of, F.col(amount)).otherwise(0)) for amount in ("n", "units"))
    return full.alias(reading), (fractional / F.lit(float(UNITS))).alias(f"{reading}_fractional")
