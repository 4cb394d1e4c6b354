"""Works in the venues of a study, by the side of the world that their last author is on (METHODS 4.1, SI Fig. 4)."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

#: venue -> names of its sources, or their linking ISSN.
Venues = Mapping[str, Sequence[str]]


def venue_sources(sources: DataFrame, venues: Venues) -> DataFrame:
    """Return the sources of each venue: (venue, source_id).

    A source belongs to a venue by its name, whatever its capitals, or by its linking ISSN.

    Parameters
    ----------
    sources : DataFrame
        Rows of the table of that name.
    venues : Mapping
        venue -> names or ISSN.
    """
    rows = [(venue, key.strip().lower()) for venue, keys in venues.items() for key in keys]
    wanted = sources.sparkSession.createDataFrame(rows, "venue string, key string")
    known = sources.select("source_id", F.explode(F.array("display_name", "issn_l")).alias("key")).where(
        F.col("key").isNotNull()
    )
    matched = known.select("source_id", F.lower(F.trim("key")).alias("key")).join(F.broadcast(wanted), "key")
    return matched.select("venue", "source_id").distinct()


def venue_years(works: DataFrame, places: DataFrame, cities: DataFrame, sources: DataFrame) -> DataFrame:
    """Count works by venue, year and side: (venue, year, side, works).

    Parameters
    ----------
    works, places : DataFrame
        Rows of the tables `works` and `work_places`.
    cities : DataFrame
        city, side.
    sources : DataFrame
        As `venue_sources` returns it.
    """
    published = works.select("work_id", "source_id").join(F.broadcast(sources), "source_id").select("venue", "work_id")
    placed = places.select("work_id", "year", F.col("last_city").alias("city")).join(
        cities.select("city", "side"), "city", "left"
    )
    return published.join(placed, "work_id").groupBy("venue", "year", "side").agg(F.count("*").alias("works"))
