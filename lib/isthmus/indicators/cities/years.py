"""Cities, and the two sides of the world, year by year: output, impact, scientists, ranks (METHODS 4.1)."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.received import WINDOWS
from isthmus.indicators.place_years import METRICS, output_by_place, ranked, scientists_by_place

WORLD = "world"


def city_years(
    places: DataFrame,
    citations: DataFrame,
    scientists: DataFrame,
    author_years: DataFrame,
    *,
    definition: str,
    years: tuple[int, int],
    last: int,
) -> DataFrame:
    """Return each city in each year with its ranks: columns of the table `city_years` but study and release.

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `work_citations`.
    scientists, author_years : DataFrame
        Rows of `corpus_scientists`, and of the table of that name.
    definition : str
        "majority" or "at_least_half".
    years : tuple of int
        First and last year.
    last : int
        Last year whose citing works are all known.
    """
    output = output_by_place(places, citations, "city")
    people = scientists_by_place(scientists, author_years, "city").select(
        "place", "year", F.col(definition).alias("scientists")
    )
    both = output.join(people, ["place", "year"], "full").where(F.col("year").between(*years))
    known = both.select(
        F.col("place").alias("city"),
        "year",
        F.coalesce("works", F.lit(0)).alias("works"),
        *(_over(name, window, last) for name, window in WINDOWS.items()),
        F.coalesce("scientists", F.lit(0)).alias("scientists"),
    )
    return ranked(known, *METRICS)


def side_years(years: DataFrame, cities: DataFrame) -> DataFrame:
    """Return the sums of the cities of each side, and of the world, by year: (side, year, cities, works, c2, ...).

    Parameters
    ----------
    years, cities : DataFrame
        Rows of `city_years` and of `cities`.
    """
    rows = years.select("city", "year", *METRICS).join(cities.select("city", "side"), "city", "left")
    sides = F.array_compact(F.array(F.lit(WORLD), F.col("side")))
    each = rows.select("year", "works", "c2", "c5", "scientists", F.explode(sides).alias("side"))
    return each.groupBy("side", "year").agg(
        F.count_if(F.col("works") > 0).alias("cities"), *(F.sum(name).alias(name) for name in METRICS)
    )


def _over(name: str, window: int, last: int) -> Column:
    return F.when(F.col("year") + window <= last, F.coalesce(name, F.lit(0))).alias(name)
