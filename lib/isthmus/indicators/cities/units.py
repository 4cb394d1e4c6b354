"""What each citing work, paper and scientist adds to the networks of some cities: the units of a bootstrap over works.

A bootstrap draws units again, as a whole: all that a citing work cites moves together. Units that add the same are one
signature with a count, since their sum of Poisson(1) weights is Poisson(count).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.cities.ties import WINDOW, Years, joint_works, scientist_moves


def impact_units(places: DataFrame, citations: DataFrame, cities: DataFrame, years: Years) -> DataFrame:
    """Return what each citing work adds to who builds on whom: (unit, src, dst, weight).

    Parameters
    ----------
    places, citations : DataFrame
        Rows of `work_places` and of `corpus_citations`.
    cities : DataFrame
        city: ties within these cities count, those of a city with itself do not.
    years : tuple of int
        First and last year of the cited works.
    """
    located = places.join(F.broadcast(cities.select(F.col("city").alias("last_city"))), "last_city", "left_semi")
    ends = [
        located.select(F.col("work_id").alias(f"{role}_work_id"), F.col("last_city").alias(end))
        for role, end in (("citing", "src"), ("cited", "dst"))
    ]
    counted = citations.where(F.col("from_corpus") & F.col("cited_year").between(*years) & (F.col("lag") <= WINDOW))
    pairs = counted.join(ends[1], "cited_work_id").join(ends[0], "citing_work_id").where("src <> dst")
    return pairs.groupBy(F.col("citing_work_id").alias("unit"), "src", "dst").agg(F.count("*").alias("weight"))


def migration_units(where: DataFrame, cities: DataFrame, years: Years) -> DataFrame:
    """Return what each scientist adds to who moves where: (unit, src, dst, weight), once for an ordered pair.

    Parameters
    ----------
    where : DataFrame
        Rows of `scientist_places`.
    cities, years : DataFrame, tuple of int
        As in `impact_units`.
    """
    return _within(scientist_moves(where, years).withColumnRenamed("author_id", "unit"), cities)


def collaboration_units(places: DataFrame, cities: DataFrame, years: Years) -> DataFrame:
    """Return what each paper adds to who writes with whom: (unit, src, dst, weight).

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    cities, years : DataFrame, tuple of int
        As in `impact_units`.
    """
    return _within(joint_works(places, years).withColumnRenamed("work_id", "unit"), cities)


def signatures(units: DataFrame) -> DataFrame:
    """Merge the units that add the same: (signature, units, src, dst, weight), a row for each tie of a signature.

    Parameters
    ----------
    units : DataFrame
        unit, src, dst, weight. A signature is called by the smallest of its units.
    """
    cell = F.struct("src", "dst", "weight")
    whole = units.groupBy("unit").agg(F.array_sort(F.collect_list(cell)).alias("cells"))
    merged = whole.groupBy("cells").agg(F.min("unit").alias("signature"), F.count("*").alias("units"))
    return merged.select("signature", "units", F.explode("cells").alias("cell")).select("signature", "units", "cell.*")


def _within(pairs: DataFrame, cities: DataFrame) -> DataFrame:
    for end in ("src", "dst"):
        pairs = pairs.join(F.broadcast(cities.select(F.col("city").alias(end))), end, "left_semi")
    return (
        pairs.where("src <> dst").select("unit", "src", "dst").distinct().withColumn("weight", F.lit(1).cast("bigint"))
    )
