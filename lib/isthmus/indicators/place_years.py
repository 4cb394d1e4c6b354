"""Output, impact and scientists of each place in each year, at the level of countries or of cities (METHODS 3.1, 4.1).

A work counts once, for the place of its last author; a scientist once a year, at the place of most of his works.
"""

from typing import Literal

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.scientists import DEFINITIONS
from isthmus.corpus.work_places import LEVELS

Level = Literal["country", "city"]
SCIENTISTS_AT = {"country": "country_code", "city": "geonames_city_id"}
#: What places are ranked by.
METRICS = ("works", "c2", "c5", "scientists")


def output_by_place(places: DataFrame, citations: DataFrame, level: Level) -> DataFrame:
    """Return works and their citations by place and year: (place, year, works, c2, c5).

    c2 and c5 are sums, null in years whose window is not over. Works without a place are left out.

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `work_citations`.
    level : {"country", "city"}
        Which place.
    """
    placed = places.select("work_id", "year", F.col(LEVELS[level]).alias("place")).where("place IS NOT NULL")
    rows = placed.join(citations.select("work_id", "c2", "c5"), "work_id")
    return rows.groupBy("place", "year").agg(
        F.count("*").alias("works"), F.sum("c2").alias("c2"), F.sum("c5").alias("c5")
    )


def scientists_by_place(scientists: DataFrame, author_years: DataFrame, level: Level) -> DataFrame:
    """Return scientists with a work in the year by place: (place, year, majority, at_least_half).

    Parameters
    ----------
    scientists, author_years : DataFrame
        Rows of `corpus_scientists`, and of the table of that name.
    level : {"country", "city"}
        Which place.
    """
    years = author_years.select("author_id", "year", F.col(SCIENTISTS_AT[level]).alias("place"))
    seen = years.where("place IS NOT NULL").join(scientists.select("author_id", *DEFINITIONS.values()), "author_id")
    counts = [F.count_if(column).alias(name) for name, column in DEFINITIONS.items()]
    return seen.groupBy("place", "year").agg(*counts)


def ranked(rows: DataFrame, *metrics: str) -> DataFrame:
    """Return rows of places and years with the rank of each metric in its year, and its relation to the year's most.

    Ranks count from 1; equals share the best of theirs. `relative_X` is X over the largest X of the year. Where a
    metric is null so are both.

    Parameters
    ----------
    rows : DataFrame
        Column `year`, and the metrics.
    *metrics : str
        Names of the metrics.
    """
    year = Window.partitionBy("year")

    def of(metric: str) -> list[Column]:
        known = F.col(metric).isNotNull()
        rank = F.rank().over(year.orderBy(F.col(metric).desc_nulls_last())).cast("int")
        relative = F.try_divide(F.col(metric), F.max(metric).over(year))
        return [F.when(known, rank).alias(f"rank_{metric}"), relative.alias(f"relative_{metric}")]

    return rows.select("*", *(column for metric in metrics for column in of(metric)))
