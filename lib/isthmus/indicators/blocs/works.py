"""Works with their countries, and the works of an entity by the set of its partners."""

from collections.abc import Iterator, Sequence
from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.exact import exact_sum
from isthmus.geography import Membership
from isthmus.indicators.belonging import Entities, belongs


def work_countries(shares: DataFrame) -> DataFrame:
    """Return a row per work with its countries by code: (work_id, year, places).

    Parameters
    ----------
    shares : DataFrame
        work_id, year, country, fraction, as `isthmus.corpus.countries.country_shares` gives them.
    """
    place = F.struct("country", "fraction")
    return shares.groupBy("work_id", "year").agg(F.array_sort(F.collect_list(place)).alias("places"))


def sides(entities: Entities) -> Column:
    """Return the entities that a work belongs to: array of (entity, members, fraction), in the entities' order.

    Members are the work's countries inside the entity in the work's year, the fraction is their share of the work. The
    columns `places` and `year` are read.

    Parameters
    ----------
    entities : Entities
        The compared countries and blocs; a work may belong to several, a country, too.
    """
    return F.filter(F.array(*_sides(entities)), lambda side: F.size(side["members"]) > 0)


def _sides(entities: Entities) -> Iterator[Column]:
    for name, parts in entities.items():
        inside = F.filter("places", partial(_is_inside, parts))
        yield F.struct(
            F.lit(name).alias("entity"),
            F.transform(inside, lambda place: place["country"]).alias("members"),
            F.aggregate(inside, F.lit(0.0), lambda total, place: total + place["fraction"]).alias("fraction"),
        )


def _is_inside(parts: Sequence[Membership], place: Column) -> Column:
    return belongs(place["country"], F.col("year"), parts)


def partner_sets(works: DataFrame, entities: Entities) -> DataFrame:
    """Return the works of each entity by year and set of partners.

    Columns entity, year, blocs, countries, several_members, works, fraction. A work is joint with another entity if two
    different countries sign it, one of each: a British work is no joint work of the United Kingdom with a bloc that it
    belongs to, a British and French one is.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_countries`.
    entities : Entities
        The compared countries and blocs.
    """
    placed = works.select(
        "year", F.transform("places", lambda place: place["country"]).alias("signing"), _all(entities)
    )
    own = placed.select("year", "signing", "sides", F.explode("sides").alias("own"))
    key = ("entity", "year", "blocs", "countries", "several_members")
    one = own.select(
        F.col("own.entity").alias("entity"),
        "year",
        _joint_entities().alias("blocs"),
        F.array_except("signing", "own.members").alias("countries"),
        (F.size("own.members") > 1).alias("several_members"),
        F.col("own.fraction").alias("fraction"),
    )
    return one.groupBy(*key).agg(F.count("*").alias("works"), exact_sum(F.col("fraction")).alias("fraction"))


def _all(entities: Entities) -> Column:
    return sides(entities).alias("sides")


def _joint_entities() -> Column:
    own = F.col("own")

    def is_joint(other: Column) -> Column:
        together = F.size(F.array_union(own["members"], other["members"]))
        return (other["entity"] != own["entity"]) & (together > 1)

    return F.transform(F.filter("sides", is_joint), lambda other: other["entity"])


def country_pairs_of(works: DataFrame) -> DataFrame:
    """Return the collaboration of countries by year: (year, src, dst, weight), src < dst, full counting.

    Parameters
    ----------
    works : DataFrame
        Rows of `work_countries`.
    """
    signing = works.select("year", F.transform("places", lambda place: place["country"]).alias("signing"))
    one = signing.where(F.size("signing") > 1).select("year", "signing", F.explode("signing").alias("src"))
    both = one.select("year", "src", F.explode("signing").alias("dst")).where(F.col("src") < F.col("dst"))
    return both.groupBy("year", "src", "dst").agg(F.count("*").alias("weight"))
