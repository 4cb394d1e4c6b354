"""Which universities lead by the citations of all fields, and which movers came from one (METHODS 3.4).

A university is an institution of the type education. Its works are those on which any author names it, each once. A
mover is asked where he was in the last year in which his place was the origin: whoever names a leading university
there on a work of that year came from one.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from isthmus.corpus.countries import node
from isthmus.geography import Membership

UNIVERSITY = "education"
WINDOW = 2  # years within which a citation counts


def leading_universities(
    authorships: DataFrame, citations: DataFrame, institutions: DataFrame, *, years: tuple[int, int], number: int
) -> DataFrame:
    """Return the universities with most citations within two years: institution_id, position, name, country, works, c2.

    Only works with a citation are counted, for no others change the rank.

    Parameters
    ----------
    authorships, citations, institutions : DataFrame
        Rows of `authorships`, of `citations_dated` and of `institutions`.
    years : (int, int)
        First and last year of the works.
    number : int
        How many; of equals the one with the lower number comes first.
    """
    of_type = institutions.where(F.col("institution_type") == UNIVERSITY)
    known = of_type.select(
        "institution_id", F.col("display_name").alias("name"), F.col("country_code").alias("country")
    )
    lag = F.col("citing_year") - F.col("cited_year")
    within = citations.where(F.col("cited_year").between(*years) & lag.between(0, WINDOW))
    cited = within.groupBy(F.col("cited_work_id").alias("work_id")).agg(F.count("*").alias("c2"))
    of_years = authorships.where(F.col("publication_year").between(*years))
    places = of_years.join(F.broadcast(known.select("institution_id")), "institution_id", "left_semi")
    seats = places.select("work_id", "institution_id").distinct()
    summed = (
        seats.join(cited, "work_id").groupBy("institution_id").agg(F.count("*").alias("works"), F.sum("c2").alias("c2"))
    )
    order = (F.desc("c2"), F.col("institution_id"))
    first = summed.orderBy(*order).limit(number).withColumn("position", F.row_number().over(Window.orderBy(*order)))
    return first.join(F.broadcast(known), "institution_id").select(
        "institution_id", "position", "name", "country", "works", "c2"
    )


def university_movers(
    moves: DataFrame, authorships: DataFrame, leading: DataFrame, *, merged: Sequence[Membership] = ()
) -> DataFrame:
    """Count movers by what they left: whose, destination, origin, year, movers, with_institution, from_leading.

    Parameters
    ----------
    moves : DataFrame
        whose, author_id, year, origin, destination, years_between.
    authorships : DataFrame
        Rows of `authorships`.
    leading : DataFrame
        As `leading_universities` returns them: institution_id.
    merged : sequence of Membership, optional
        Countries that count as part of a whole.
    """
    last_year = (F.col("year") - F.col("years_between")).alias("last_year")
    left = moves.select("whose", "author_id", "origin", last_year, "year", "destination")
    at_origin = _named(left, authorships, leading, merged)
    one = ("author_id", "origin", "last_year")
    found = at_origin.groupBy(*one).agg(F.max("is_leading").alias("is_leading"))
    return (
        left.join(found, list(one), "left")
        .groupBy("whose", "destination", "origin", "year")
        .agg(
            F.count("*").alias("movers"),
            F.count("is_leading").alias("with_institution"),
            F.count_if("is_leading").alias("from_leading"),
        )
    )


def _named(left: DataFrame, authorships: DataFrame, leading: DataFrame, merged: Sequence[Membership]) -> DataFrame:
    """Return the institutions in the origin that movers name in their last year there, and whether each is leading."""
    signed = authorships.where(F.col("author_id").isNotNull() & F.col("institution_id").isNotNull())
    dated = signed.select("author_id", F.col("publication_year").alias("year"), "institution_id", "country_code")
    placed = dated.select("author_id", F.col("year").alias("last_year"), "institution_id", node(merged).alias("origin"))
    asked = left.select("author_id", "origin", "last_year").distinct()
    marks = F.broadcast(leading.select("institution_id", F.lit(True).alias("marked")))
    found = placed.join(asked, ["author_id", "origin", "last_year"], "left_semi").join(marks, "institution_id", "left")
    return found.select("author_id", "origin", "last_year", F.coalesce("marked", F.lit(False)).alias("is_leading"))
