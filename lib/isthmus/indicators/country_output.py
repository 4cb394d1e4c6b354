"""What a country publishes, who works there and how much that is cited, by year (METHODS 3.1)."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.corpus.scientists import DEFINITIONS
from isthmus.geography import Membership
from isthmus.indicators.place_years import output_by_place, scientists_by_place


def country_output(
    places: DataFrame,
    citations: DataFrame,
    scientists: DataFrame,
    author_years: DataFrame,
    *,
    years: tuple[int, int],
    merged: Sequence[Membership] = (),
) -> DataFrame:
    """Return year, country, works, c2, mean_c2, majority, at_least_half; a row where a country has any of these.

    Parameters
    ----------
    places, citations, scientists, author_years : DataFrame
        Rows of `work_places`, `work_citations`, `corpus_scientists`, and of the table of that name.
    years : tuple of two int
        First and last year.
    merged : Sequence of Membership, optional
        Countries that count as part of a whole.
    """
    works = output_by_place(places, citations, "country").select("place", "year", "works", "c2")
    located = author_years.select("author_id", "year", node(merged).alias("country_code"))
    people = scientists_by_place(scientists, located, "country")
    both = works.join(people, ["place", "year"], "full").where(F.col("year").between(*years))
    return both.na.fill(0, ["works", *DEFINITIONS]).select(
        "year",
        F.col("place").alias("country"),
        "works",
        "c2",
        F.try_divide("c2", "works").alias("mean_c2"),
        *DEFINITIONS,
    )


def scientist_totals(
    scientists: DataFrame, author_years: DataFrame, *, until: int, merged: Sequence[Membership] = ()
) -> DataFrame:
    """Return the scientists by their last known country: country (null where none is known), majority, at_least_half.

    Parameters
    ----------
    scientists, author_years : DataFrame
        Rows of `corpus_scientists`, and of the table of that name.
    until : int
        Last year that is looked at.
    merged : Sequence of Membership, optional
        Countries that count as part of a whole.
    """
    known = author_years.where(F.col("country_code").isNotNull() & (F.col("year") <= until))
    last = known.groupBy("author_id").agg(F.max_by(node(merged), F.col("year")).alias("country"))
    found = scientists.select("author_id", *DEFINITIONS.values()).join(last, "author_id", "left")
    counts = [F.count_if(column).alias(name) for name, column in DEFINITIONS.items()]
    return found.groupBy("country").agg(*counts)


def output_totals(places: DataFrame) -> DataFrame:
    """Return the works of each year and those with a country: year, works, works_with_country.

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    """
    return places.groupBy("year").agg(F.count("*").alias("works"), F.count("last_country").alias("works_with_country"))
