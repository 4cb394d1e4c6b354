"""Papers of a place with and without a partner, as rows of a study (METHODS 3.7).

(A, B): the last author is in A, and another author has an affiliation in B. (A, not B): the last author is in A, and no
other author is in B. All papers of A are one or the other. A last author with several places is at the first one;
the others of his own do not make a paper a joint one, unless that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from isthmus.geography import Membership
from isthmus.indicators.belonging import belongs

#: Percentiles are whole multiples of this, so that sums of them and of their squares do not depend on their order.
STEPS_OF_A_PERCENT = 1024


@dataclass(frozen=True)
class Pair:
    """Papers of whom, with whom, and in which years.

    Attributes
    ----------
    home, partner : str
        Where the last author is, and where another author may be.
    kind : str
        What the comparison is for: see `isthmus.indicators.partnership.names`.
    home_parts, partner_parts : sequence of Membership
        The countries that both consist of, with their years.
    years : (int, int)
        First and last year of the papers.
    """

    home: str
    partner: str
    kind: str
    home_parts: Sequence[Membership]
    partner_parts: Sequence[Membership]
    years: tuple[int, int]


def pair_works(places: DataFrame, pairs: Sequence[Pair], *, own_affiliations: bool = False) -> DataFrame:
    """Return the papers of each pair: work_id, year, home, partner, kind, joint, n_authors, institution_id.

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    pairs : sequence of Pair
        The comparisons, one or more.
    own_affiliations : bool
        Whether another affiliation of the last author's own counts as a partner.
    """
    return reduce(DataFrame.unionByName, [_of_pair(places, pair, own_affiliations) for pair in pairs])


def _of_pair(places: DataFrame, pair: Pair, own_affiliations: bool) -> DataFrame:
    year = F.col("year")
    home = belongs(F.col("last_country"), year, pair.home_parts)
    columns = ("other_countries", "last_countries") if own_affiliations else ("other_countries",)
    there = [F.exists(name, lambda country: belongs(country, year, pair.partner_parts)) for name in columns]
    joint = there[0] | there[1] if own_affiliations else there[0]
    return places.where(home & year.between(*pair.years)).select(
        "work_id",
        "year",
        F.lit(pair.home).alias("home"),
        F.lit(pair.partner).alias("partner"),
        F.lit(pair.kind).alias("kind"),
        F.coalesce(joint, F.lit(False)).alias("joint"),
        "n_authors",
        F.col("last_institution_id").alias("institution_id"),
    )


def percentiles(citations: DataFrame) -> DataFrame:
    """Return where each work stands among those of its year by c2: (work_id, c2, c2_percentile), ties in the middle.

    The percentile is 100 (works with fewer + half of those with as many) / works of the year, in steps of 1/1024.

    Parameters
    ----------
    citations : DataFrame
        Rows of `work_citations`; a work whose c2 is not known has no percentile.
    """
    counts = citations.where(F.col("c2").isNotNull()).groupBy("year", "c2").agg(F.count("*").alias("tied"))
    year = Window.partitionBy("year")
    below = F.sum("tied").over(year.orderBy("c2").rowsBetween(Window.unboundedPreceding, -1))
    share = 100 * (F.coalesce(below, F.lit(0)) + F.col("tied") / 2) / F.sum("tied").over(year)
    step = F.round(share * STEPS_OF_A_PERCENT) / STEPS_OF_A_PERCENT
    known = counts.select("year", "c2", step.alias("c2_percentile"))
    return citations.join(known, ["year", "c2"], "left").select("work_id", "c2", "c2_percentile")


def leading_institutions(places: DataFrame, citations: DataFrame, *, years: tuple[int, int], number: int) -> DataFrame:
    """Return the institutions with most citations: institution_id, position, works, c2; the last author's counts.

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `work_citations`; works whose c2 is not known do not count.
    years : (int, int)
        First and last year of the works.
    number : int
        How many; of equals the one with the lower number comes first.
    """
    scored = citations.where(F.col("year").between(*years) & F.col("c2").isNotNull()).select("work_id", "c2")
    placed = places.where(F.col("last_institution_id").isNotNull())
    summed = (
        placed.select("work_id", F.col("last_institution_id").alias("institution_id"))
        .join(scored, "work_id")
        .groupBy("institution_id")
        .agg(F.count("*").alias("works"), F.sum("c2").alias("c2"))
    )
    first = summed.orderBy(F.desc("c2"), "institution_id").limit(number)
    position = F.row_number().over(Window.orderBy(F.desc("c2"), "institution_id"))
    return first.select("institution_id", position.alias("position"), "works", "c2")


def in_venues(works: DataFrame, sources: DataFrame) -> DataFrame:
    """Return the works that appeared in any of the venues: work_id, each once.

    Parameters
    ----------
    works : DataFrame
        Rows of the table `works`.
    sources : DataFrame
        As `isthmus.indicators.cities.venues.venue_sources` returns it.
    """
    return works.join(F.broadcast(sources.select("source_id").distinct()), "source_id", "left_semi").select("work_id")
