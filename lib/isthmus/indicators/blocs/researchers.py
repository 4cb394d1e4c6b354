"""Active researchers: authors with so many papers of a corpus in so many years, where they are at home."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.belonging import Entities, belongs
from isthmus.indicators.blocs.output import entity_grid

YOUNG_YEARS = 10
CELL = ("least_papers", "window_years")


def papers_in_windows(works: DataFrame, authorships: DataFrame, windows: Sequence[int]) -> DataFrame:
    """Return the papers of each author in the window that ends in a year: (author_id, year, window_years, papers).

    Years in which an author's window holds no paper have no row.

    Parameters
    ----------
    works : DataFrame
        work_id, year of the corpus.
    authorships : DataFrame
        Rows of `authorships`; places without an author are left out.
    windows : Sequence[int]
        Lengths of the windows in years.
    """
    signed = authorships.where(F.col("author_id").isNotNull()).select("work_id", "author_id").distinct()
    yearly = (
        signed.join(works.select("work_id", "year"), "work_id")
        .groupBy("author_id", "year")
        .agg(F.count("*").alias("n"))
    )
    ends = F.explode(F.array(*(_ends(window) for window in windows))).alias("of")
    spread = yearly.select("author_id", "n", ends).select(
        "author_id", "n", "of.window_years", F.explode("of.years").alias("year")
    )
    return spread.groupBy("author_id", "year", "window_years").agg(F.sum("n").alias("papers"))


def _ends(window: int) -> Column:
    years = F.sequence(F.col("year"), F.col("year") + F.lit(window - 1))
    return F.struct(F.lit(window).alias("window_years"), years.alias("years"))


def located(papers: DataFrame, homes: DataFrame, author_years: DataFrame) -> DataFrame:
    """Return the same rows with the author's country and age in the year: country (null without a home), age.

    Parameters
    ----------
    papers : DataFrame
        As `papers_in_windows` returns it.
    homes : DataFrame
        As `isthmus.corpus.homes.homes` returns it.
    author_years : DataFrame
        Rows of the table of that name: the age counts from the author's first.
    """
    authors = papers.select("author_id").distinct()
    began = author_years.join(authors, "author_id", "left_semi").groupBy("author_id").agg(F.min("year").alias("began"))
    spans = homes.join(authors, "author_id", "left_semi").withColumnRenamed("author_id", "of_author")
    at_home = (F.col("author_id") == F.col("of_author")) & F.col("year").between(
        F.col("first_year"), F.col("last_year")
    )
    return (
        papers.join(spans, at_home, "left")
        .join(began, "author_id", "left")
        .select("author_id", "year", "window_years", "papers", "country", (F.col("year") - F.col("began")).alias("age"))
    )


def active_researchers(
    authors: DataFrame, *, least: Sequence[int], windows: Sequence[int], entities: Entities, years: tuple[int, int]
) -> DataFrame:
    """Return the active researchers of each entity, by least number of papers, window and year.

    Windows that begin before the first year are left out: they are not whole.

    Parameters
    ----------
    authors : DataFrame
        As `located` returns it.
    least : Sequence[int]
        Least numbers of papers.
    windows : Sequence[int]
        Lengths of the windows in years.
    entities : Entities
        The compared countries and blocs.
    years : tuple[int, int]
        First and last year of the corpus.
    """
    first, last = years
    whole = F.col("year").between(F.lit(first) + F.col("window_years") - 1, last)
    bars = F.filter(F.array(*map(F.lit, least)), lambda bar: bar <= F.col("papers"))
    cells = authors.where(whole).select("year", "window_years", "country", "age", F.explode(bars).alias("least_papers"))
    world = cells.groupBy("year", *CELL).agg(
        F.count("*").alias("world_researchers"), F.count("country").alias("world_located")
    )
    inside = cells.where(F.col("country").isNotNull()).select("*", F.explode(_entities(entities)).alias("entity"))
    counted = inside.groupBy("entity", "year", *CELL).agg(
        F.count("*").alias("researchers"),
        F.median("age").alias("median_age"),
        F.try_divide(F.count_if(F.col("age") < YOUNG_YEARS), F.count("age")).alias("share_young"),
    )
    every = entity_grid(authors, entities, years).select("*", F.explode(_cells(least, windows)).alias("cell"))
    grid = every.select("entity", "year", "cell.*").where(whole)
    joined = grid.join(counted, ["entity", "year", *CELL], "left").join(world, ["year", *CELL], "left")
    return joined.na.fill(0, ["researchers", "world_researchers", "world_located"])


def _entities(entities: Entities) -> Column:
    names = [F.when(belongs(F.col("country"), F.col("year"), parts), F.lit(name)) for name, parts in entities.items()]
    return F.array_compact(F.array(*names))


def _cells(least: Sequence[int], windows: Sequence[int]) -> Column:
    cells = [
        F.struct(F.lit(bar).alias("least_papers"), F.lit(window).alias("window_years"))
        for bar in least
        for window in windows
    ]
    return F.array(*cells)
