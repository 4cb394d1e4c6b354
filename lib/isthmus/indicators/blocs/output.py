"""What compared countries and blocs publish, how much of it with others, and how it is cited."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.indicators.belonging import Entities
from isthmus.indicators.blocs.works import sides

ANY_OTHER = "any of the others"
_OF_PAPERS = ("papers_international", "papers_internal")
_OF_WORLD = ("papers", "citations_made", "citations_to_date")
_SHARES = {"papers_international": "share_international", "papers_internal": "share_internal"}


def entity_papers(sets: DataFrame) -> DataFrame:
    """Return papers, international papers and papers of several members by entity and year, in full and by fractions.

    Parameters
    ----------
    sets : DataFrame
        Rows of `partner_sets`.
    """
    conditions = {
        "papers": F.lit(True),
        "papers_international": F.size("countries") > 0,
        "papers_internal": F.col("several_members"),
    }
    sums = (part for name, condition in conditions.items() for part in _counts(name, condition))
    return sets.groupBy("entity", "year").agg(*sums)


def _counts(name: str, condition: Column) -> tuple[Column, Column]:
    works, fraction = (F.when(condition, F.col(of)).otherwise(0) for of in ("works", "fraction"))
    return F.sum(works).alias(name), exact_sum(fraction).alias(f"{name}_fractional")


def bloc_years(
    papers: DataFrame, citations: DataFrame, world: DataFrame, *, entities: Entities, years: tuple[int, int]
) -> DataFrame:
    """Return a row per entity and year, those with nothing in them too, with the shares of the world and of its papers.

    Parameters
    ----------
    papers, citations : DataFrame
        As `entity_papers` and `entity_citations` return them.
    world : DataFrame
        year, works, citations_made, citations_to_date: what the shares are shares of.
    entities : Entities
        The compared countries and blocs.
    years : tuple[int, int]
        First and last year of the rows.
    """
    counted = (
        entity_grid(papers, entities, years)
        .join(papers, ["entity", "year"], "left")
        .join(citations, ["entity", "year"], "left")
        .na.fill(0)
    )
    totals = world.select(
        "year",
        F.col("works").alias("world_papers"),
        *(F.col(name).alias(f"world_{name}") for name in ("citations_made", "citations_to_date")),
    )
    shares = [
        F.try_divide(f"{name}{suffix}", f"world_{name}").alias(f"share_{name}{suffix}")
        for name in _OF_WORLD
        for suffix in ("", "_fractional")
    ]
    shares += [
        F.try_divide(f"{name}{suffix}", f"papers{suffix}").alias(f"{_SHARES[name]}{suffix}")
        for name in _OF_PAPERS
        for suffix in ("", "_fractional")
    ]
    joined = counted.join(F.broadcast(totals), "year", "left")
    return joined.select("*", *shares).drop("world_papers", "world_citations_made", "world_citations_to_date")


def entity_grid(like: DataFrame, entities: Entities, years: tuple[int, int]) -> DataFrame:
    """Return every entity with every year: (entity, year).

    Parameters
    ----------
    like : DataFrame
        Any rows of the session.
    entities : Entities
        The compared countries and blocs.
    years : tuple[int, int]
        First and last year.
    """
    first, last = years
    span = like.sparkSession.range(first, last + 1).select(F.col("id").cast("int").alias("year"))
    return span.select(F.explode(F.array(*map(F.lit, entities))).alias("entity"), "year")


def world_papers(corpus: DataFrame, works: DataFrame, entities: Entities) -> DataFrame:
    """Return the works of the corpus by year: works, works_with_country, works_of_others.

    Works of others belong to any entity but the first, each counted once.

    Parameters
    ----------
    corpus : DataFrame
        Rows of `corpus_works`.
    works : DataFrame
        Rows of `work_countries`.
    entities : Entities
        The compared countries and blocs.
    """
    others = {name: parts for at, (name, parts) in enumerate(entities.items()) if at}
    placed = works.select("work_id", (F.size(sides(others)) > 0).alias("of_others"))
    joined = corpus.where("is_corpus").select("work_id", "year").join(placed, "work_id", "left")
    return joined.groupBy("year").agg(
        F.count("*").alias("works"),
        F.count_if(F.col("of_others").isNotNull()).alias("works_with_country"),
        F.count_if("of_others").alias("works_of_others"),
    )


def bloc_world_years(
    world: DataFrame, citations: DataFrame, papers: DataFrame, *, entities: Entities, years: tuple[int, int]
) -> DataFrame:
    """Return a row per year: totals, coverage, and the output of the first entity over that of the others.

    Parameters
    ----------
    world, citations, papers : DataFrame
        As `world_papers`, `world_citations` and `entity_papers` return them.
    entities : Entities
        The compared countries and blocs.
    years : tuple[int, int]
        First and last year of the rows.
    """
    first = F.col("entity") == next(iter(entities))
    sums = [
        F.sum(F.when(side, F.col(f"papers{suffix}")).otherwise(0)).alias(f"{name}{suffix}")
        for name, side in (("own", first), ("others", ~first))
        for suffix in ("", "_fractional")
    ]
    compared = papers.groupBy("year").agg(*sums)
    span = entity_grid(papers, dict(list(entities.items())[:1]), years).select("year")
    joined = span.join(world, "year", "left").join(citations, "year", "left").join(compared, "year", "left").na.fill(0)
    totals = [f"{name}{suffix}" for name in ("citations_made", "citations_to_date") for suffix in ("", "_placed")]
    return joined.select(
        "year",
        "works",
        "works_with_country",
        *totals,
        F.try_divide("own", "others").alias("ratio"),
        F.try_divide("own_fractional", "others_fractional").alias("ratio_fractional"),
        F.try_divide("own", "works_of_others").alias("ratio_union"),
    )
