"""Where scientists are at home, year by year (METHODS 1.4)."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.geography import Membership

MOST_YEARS_WITHOUT_A_PLACE = 5


def homes(
    author_years: DataFrame, *, most_years: int = MOST_YEARS_WITHOUT_A_PLACE, merged: Sequence[Membership] = ()
) -> DataFrame:
    """Return where each author is at home in which years: (author_id, country, first_year, last_year).

    The home of a year is the country of most of the author's works of the year. In a year without a work, or without a
    country, it is the last known one, for a few years; never one that is known only later. The spans of an author
    do not overlap, and he has no home in years in no span.

    Parameters
    ----------
    author_years : DataFrame
        Rows of the table of that name.
    most_years : int
        Years for which a home is carried forward.
    merged : Sequence[Membership], optional
        Countries that count as part of a whole, as in `isthmus.corpus.countries.country_shares`.
    """
    known = author_years.where(F.col("country_code").isNotNull()).select(
        "author_id", "year", node(merged).alias("country")
    )
    following = F.lead("year").over(Window.partitionBy("author_id").orderBy("year"))
    carried = F.col("year") + F.lit(most_years)
    return known.select(
        "author_id",
        "country",
        F.col("year").alias("first_year"),
        F.least(carried, following - 1).alias("last_year"),  # `least` passes over what is null
    )
