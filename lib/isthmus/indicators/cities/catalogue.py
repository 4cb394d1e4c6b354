"""The cities of a corpus: name, country, coordinates, side; Cambridge in two countries is two cities (METHODS 1.2)."""

from collections.abc import Collection
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.geography import COUNTRIES


@dataclass(frozen=True)
class Side:
    """Where the cities of one side are.

    Attributes
    ----------
    countries : Collection[str]
        Codes of countries.
    cities : Collection[int]
        Numbers of cities; they count before countries do.
    """

    countries: Collection[str]
    cities: Collection[int]


def city_catalogue(institutions: DataFrame, places: DataFrame) -> DataFrame:
    """Return the cities of a corpus: (city, name, label, country, region, latitude, longitude).

    Name, country and region are those that most works of the corpus stand under; coordinates are the mean of the
    institutions' coordinates weighted by these works, of a city without any the plain mean. The label tells cities of
    one name apart by their country, those of one country by their region.

    Parameters
    ----------
    institutions, places : DataFrame
        Rows of the tables `institutions` and `work_places`.
    """
    output = places.groupBy(F.col("last_institution_id").alias("institution_id")).agg(F.count("*").alias("works"))
    there = places.select(F.explode(F.concat("last_cities", "other_cities")).alias("geonames_city_id")).distinct()
    here = institutions.join(there, "geonames_city_id", "left_semi").join(output, "institution_id", "left")
    rows = here.select(
        F.col("geonames_city_id").alias("city"),
        F.coalesce("city", F.concat(F.lit("city "), "geonames_city_id")).alias("name"),
        F.col("country_code").alias("country"),
        "region",
        "latitude",
        "longitude",
        F.coalesce("works", F.lit(0)).alias("works"),
    )
    return _labelled(_named(rows).join(_located(rows), "city"))


def side(west: Side, east: Side | None, names: tuple[str, str]) -> Column:
    """Return the side of a row with `city` and `country`: the second name is that of the west, null is neither.

    Parameters
    ----------
    west, east : Side
        Where each side is; without an east every city that is not of the west.
    names : tuple of str
        Of east and west.
    """
    to_east, to_west = F.lit(names[0]), F.lit(names[1])
    by_city = F.when(_city_in(west), to_west)
    if east is None:
        return by_city.when(_country_in(west), to_west).otherwise(to_east)
    return by_city.when(_city_in(east), to_east).when(_country_in(west), to_west).when(_country_in(east), to_east)


def in_order_of_impact(years: DataFrame, year: int) -> DataFrame:
    """Return the cities with impact in a year in their order: (city, position) from 1.

    Of equal impact the city with more works comes first, then the lower number.

    Parameters
    ----------
    years : DataFrame
        place, year, works, c2.
    year : int
        Which year.
    """
    of_year = years.where((F.col("year") == year) & (F.col("c2") > 0))
    order = Window.orderBy(F.desc("c2"), F.desc("works"), "place")
    return of_year.select(F.col("place").alias("city"), F.row_number().over(order).alias("position"))


def _city_in(side: Side) -> Column:
    return F.col("city").isin(list(side.cities))


def _country_in(side: Side) -> Column:
    return F.coalesce(F.col("country").isin(list(side.countries)), F.lit(False))


def _named(rows: DataFrame) -> DataFrame:
    """Return the name, country and region of each city under which most works stand."""
    spelled = rows.groupBy("city", "name", "country", "region").agg(
        F.sum("works").alias("works"), F.count("*").alias("institutions")
    )
    order = Window.partitionBy("city").orderBy(F.desc("works"), F.desc("institutions"), "name", "country", "region")
    ranked = spelled.select("*", F.row_number().over(order).alias("nth"))
    return ranked.where("nth = 1").select("city", "name", "country", "region")


def _located(rows: DataFrame) -> DataFrame:
    """Return the coordinates of each city."""
    known = rows.where(F.col("latitude").isNotNull() & F.col("longitude").isNotNull())

    def mean(name: str) -> Column:
        weighted = F.try_divide(F.sum(F.col(name) * F.col("works")), F.sum("works"))
        return F.coalesce(weighted, F.avg(name)).alias(name)

    located = known.groupBy("city").agg(mean("latitude"), mean("longitude"))
    return rows.select("city").distinct().join(located, "city", "left")


def _labelled(cities: DataFrame) -> DataFrame:
    """Return the cities with labels that no two of them share, but where even the region is the same."""
    country = _country_name(F.col("country"))
    namesakes = F.count("*").over(Window.partitionBy("name"))
    at_home = F.count("*").over(Window.partitionBy("name", "country"))
    by_region = F.coalesce("region", F.concat(F.lit("GeoNames "), "city"))
    label = (
        F.when(namesakes == 1, F.col("name"))
        .when(at_home == 1, F.concat(F.col("name"), F.lit(" ("), country, F.lit(")")))
        .otherwise(F.concat(F.col("name"), F.lit(" ("), by_region, F.lit(", "), country, F.lit(")")))
    )
    return cities.select("city", "name", label.alias("label"), "country", "region", "latitude", "longitude")


def _country_name(code: Column) -> Column:
    names = F.create_map(*(F.lit(part) for key, found in COUNTRIES.items() for part in (key, found.name)))
    return F.coalesce(F.try_element_at(names, F.coalesce(code, F.lit(""))), code, F.lit("unknown country"))
