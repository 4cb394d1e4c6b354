"""Works at either end of their year by the city of their last author."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.indicators.city_names import named


def city_ends(measured: DataFrame, placed: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return the works of each city and year: city, name, country, year, measured, most_disruptive, most_developmental.

    Parameters
    ----------
    measured : DataFrame
        Rows of `work_disruption`; works without an index are left out.
    placed : DataFrame
        Rows of `work_places`; works without a city are left out.
    institutions : DataFrame
        Rows of `institutions`, which name the cities.
    """
    cities = placed.where(F.col("last_city").isNotNull()).select("work_id", F.col("last_city").alias("city"))
    works = measured.where(F.col("cd").isNotNull()).join(cities, "work_id")
    counted = works.groupBy("city", "year").agg(
        F.count("*").alias("measured"),
        F.sum("most_disruptive").alias("most_disruptive"),
        F.sum("most_developmental").alias("most_developmental"),
    )
    return named(counted, institutions).select(
        "city", "called.name", "called.country", "year", "measured", "most_disruptive", "most_developmental"
    )
