"""Ties between cities over some years: citations, over-impact, moves, collaboration (METHODS 4.2).

A tie runs from a row to a column: who cites to who is cited, where a scientist was to where he is, last author to
coauthor.
"""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from isthmus.corpus.careers import GAP, moves

Years = tuple[int, int]
#: Years after publication in which a citation counts.
WINDOW = 2
TIES = ("impact", "migration", "collaboration")


def impact(citations: DataFrame, years: Years) -> DataFrame:
    """Count the citations that works of one city make to works of another: (src, dst, weight, years_seen).

    `years_seen` are the years of cited works with such a citation. src cites dst.

    Parameters
    ----------
    citations : DataFrame
        Rows of `place_citations`; only those with both cities known count.
    years : tuple of int
        First and last year of the cited works.
    """
    chosen = citations.where(F.col("cited_year").between(*years) & (F.col("lag") <= WINDOW))
    known = chosen.where(F.col("citing_city").isNotNull() & F.col("cited_city").isNotNull())
    return known.groupBy(F.col("citing_city").alias("src"), F.col("cited_city").alias("dst")).agg(
        F.sum("citations").alias("weight"), _years_seen("cited_year")
    )


def masses(places: DataFrame, cites: DataFrame, scientists: DataFrame, years: Years) -> DataFrame:
    """Return the size of each city over some years: (city, works, citations_made, citations_received, scientists).

    Parameters
    ----------
    places, cites, scientists : DataFrame
        Rows of `work_places`, of `impact` and of `scientist_places`.
    years : tuple of int
        First and last year of the works and of the scientists.
    """
    works = places.where(F.col("last_city").isNotNull() & F.col("year").between(*years))
    parts = (
        works.groupBy(F.col("last_city").alias("city")).agg(F.count("*").alias("works")),
        cites.groupBy(F.col("src").alias("city")).agg(F.sum("weight").alias("citations_made")),
        cites.groupBy(F.col("dst").alias("city")).agg(F.sum("weight").alias("citations_received")),
        scientists.where(F.col("year").between(*years))
        .groupBy("city")
        .agg(F.count_distinct("author_id").alias("scientists")),
    )
    return reduce(lambda left, right: left.join(right, "city", "full"), parts).na.fill(0)


def over_impact(cites: DataFrame, sizes: DataFrame, *, world: int) -> DataFrame:
    """Return the over-impact of all pairs of the cities given: (src, dst, weight, excess, expected_by_output).

    O = M - (n_j / n) m_i, what i cites of j beyond j's share of the world's works. `excess` is n O, a whole number, so
    that sums over all cited cities are exactly 0.

    Parameters
    ----------
    cites : DataFrame
        Rows of `impact`.
    sizes : DataFrame
        Rows of `masses`: all pairs of a city that cites and a city with works are returned.
    world : int
        n, works of all cities in the same years.
    """
    citing = sizes.where("citations_made > 0").select(F.col("city").alias("src"), F.col("citations_made").alias("made"))
    cited = sizes.where("works > 0").select(F.col("city").alias("dst"), "works")
    counted = cites.select("src", "dst", "weight")
    grid = citing.crossJoin(cited).join(counted, ["src", "dst"], "left").na.fill({"weight": 0})
    excess = F.lit(world) * F.col("weight") - F.col("works") * F.col("made")
    return grid.select(
        "src",
        "dst",
        "weight",
        excess.cast("bigint").alias("excess"),
        F.try_divide(F.col("works") * F.col("made"), F.lit(world)).alias("expected_by_output"),
    )


def over_impact_sums(cites: DataFrame, sizes: DataFrame, *, world: int) -> DataFrame:
    """Return what the over-impact of each citing city adds up to over all cited cities: (src, excess).

    It is n sum_j M_ij - m_i sum_j n_j, a whole number: 0 where all counts are of the same works.

    Parameters
    ----------
    cites, sizes, world : DataFrame, DataFrame, int
        As in `over_impact`, of all cities.
    """
    counted = cites.groupBy(F.col("src").alias("city")).agg(F.sum("weight").alias("cited"))
    total = sizes.agg(F.sum("works").alias("all_works"))
    rows = sizes.where("citations_made > 0").join(counted, "city", "left").crossJoin(total)
    excess = F.lit(world) * F.coalesce("cited", F.lit(0)) - F.col("citations_made") * F.col("all_works")
    return rows.select(F.col("city").alias("src"), excess.cast("bigint").alias("excess"))


def scientist_places(scientists: DataFrame, author_years: DataFrame, years: Years) -> DataFrame:
    """Return where each scientist worked in which year: (author_id, year, works, city), known cities alone.

    Parameters
    ----------
    scientists, author_years : DataFrame
        author_id of the scientists, and rows of the table of that name.
    years : tuple of int
        First and last year.
    """
    chosen = author_years.where(F.col("year").between(*years) & F.col("geonames_city_id").isNotNull())
    own = chosen.join(scientists.select("author_id"), "author_id", "left_semi")
    return own.select("author_id", "year", "works", F.col("geonames_city_id").alias("city"))


def scientist_moves(where: DataFrame, years: Years) -> DataFrame:
    """Return each scientist's moves between cities within some years: (author_id, src, dst, year).

    Two consecutive known places differ, both years within. Those who were in one city in the first and in the last
    year, both times by a work, have a row of the city with itself.

    Parameters
    ----------
    where : DataFrame
        Rows of `scientist_places`.
    years : tuple of int
        First and last year.
    """
    within = where.where(F.col("year").between(*years))
    moved = moves(within.withColumnRenamed("city", "geonames_city_id"), place="geonames_city_id", gap=GAP)
    ends = within.where(F.col("year").isin(list(years)))
    stayed = ends.groupBy("author_id", F.col("city").alias("src")).agg(F.count_distinct("year").alias("ends"))
    both = stayed.where(F.col("ends") == len(set(years))).select(
        "author_id", "src", F.col("src").alias("dst"), F.lit(years[1]).alias("year")
    )
    pairs = moved.select("author_id", F.col("origin").alias("src"), F.col("destination").alias("dst"), "year")
    return pairs.unionByName(both)


def migration(where: DataFrame, years: Years) -> DataFrame:
    """Count scientists who moved between two cities within some years: (src, dst, weight, years_seen).

    A scientist counts once for each ordered pair, and for the city itself by `scientist_moves`.

    Parameters
    ----------
    where : DataFrame
        Rows of `scientist_places`.
    years : tuple of int
        First and last year.
    """
    counted = scientist_moves(where, years).groupBy("src", "dst")
    return counted.agg(F.count_distinct("author_id").alias("weight"), _years_seen("year"))


def joint_works(places: DataFrame, years: Years) -> DataFrame:
    """Return works by last author's city and each city of the others: (work_id, year, src, dst).

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    years : tuple of int
        First and last year.
    """
    chosen = places.where(F.col("year").between(*years) & F.col("last_city").isNotNull())
    return chosen.select("work_id", "year", F.col("last_city").alias("src"), F.explode("other_cities").alias("dst"))


def collaboration(places: DataFrame, years: Years) -> DataFrame:
    """Count works with the last author in one city and some other author in another: (src, dst, weight, years_seen).

    A work counts once for each city of its other authors, the last author's own among them.

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    years : tuple of int
        First and last year.
    """
    pairs = joint_works(places, years)
    return pairs.groupBy("src", "dst").agg(F.count("*").alias("weight"), _years_seen("year"))


def _years_seen(year: str) -> Column:
    return F.count_distinct(year).cast("int").alias("years_seen")
