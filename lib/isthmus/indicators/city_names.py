"""What cities are called: the institutions of the snapshot name them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def named(cities: DataFrame, institutions: DataFrame) -> DataFrame:
    """Return rows of cities with `called`, a struct of name and country; null where no institution names the city.

    Parameters
    ----------
    cities : DataFrame
        Any rows with the column city (GeoNames).
    institutions : DataFrame
        Rows of `institutions`.
    """
    # institutions of one city may spell it differently: the first by alphabet names it
    spelled = institutions.where(F.col("geonames_city_id").isNotNull() & F.col("city").isNotNull())
    names = spelled.groupBy("geonames_city_id").agg(
        F.min(F.struct(F.col("city").alias("name"), F.col("country_code").alias("country"))).alias("called")
    )
    return cities.join(names.withColumnRenamed("geonames_city_id", "city"), "city", "left")
