"""Names, coordinates, sides and order of cities on literal institutions; two Cambridges are two."""

import pytest
from chispa import assert_df_equality

from isthmus.indicators.cities.catalogue import Side, city_catalogue, in_order_of_impact, side

pytestmark = pytest.mark.spark

INSTITUTIONS = (
    "institution_id bigint, geonames_city_id bigint, city string, country_code string, region string, "
    "latitude double, longitude double"
)
PLACES = "work_id bigint, last_institution_id bigint, last_cities array<bigint>, other_cities array<bigint>"


@pytest.fixture
def cities(spark):
    institutions = spark.createDataFrame(
        [
            (1, 10, "Cambridge", "GB", "England", 52.0, 0.0),
            (2, 10, "Cambridge", "GB", "England", 53.0, 1.0),
            (3, 20, "Cambridge", "US", "Massachusetts", 42.0, -71.0),
            (4, 30, "Peking", "CN", "Beijing", 39.0, 116.0),
            (5, 30, "Beijing", "CN", "Beijing", 40.0, 117.0),
            (6, 40, "Suzhou", "CN", "Jiangsu", None, None),
            (7, 50, "Suzhou", "CN", "Anhui", 33.6, 117.0),
            (8, 60, None, None, None, 1.0, 2.0),
            (9, 70, "Cambridge", "CA", "Ontario", 43.0, -80.0),  # no author of the corpus
        ],
        INSTITUTIONS,
    )
    places = spark.createDataFrame(
        [
            (1, 1, [10], [20]), (2, 1, [10], []), (3, 1, [10], []), (4, 2, [10], []),
            (5, 5, [30], [40, 50]), (6, 3, [20], [60]), (7, None, [], []),
        ],
        PLACES,
    )  # fmt: skip
    return city_catalogue(institutions, places)


def test_one_row_a_city_and_no_two_alike(spark, cities):
    expected = spark.createDataFrame(
        [
            (10, "Cambridge", "Cambridge (United Kingdom)", "GB", "England", 52.25, 0.25),
            (20, "Cambridge", "Cambridge (United States)", "US", "Massachusetts", 42.0, -71.0),
            (30, "Beijing", "Beijing", "CN", "Beijing", 40.0, 117.0),  # the name and place that works stand under
            (40, "Suzhou", "Suzhou (Jiangsu, China)", "CN", "Jiangsu", None, None),
            (50, "Suzhou", "Suzhou (Anhui, China)", "CN", "Anhui", 33.6, 117.0),
            (60, "city 60", "city 60", None, None, 1.0, 2.0),
        ],
        "city bigint, name string, label string, country string, region string, latitude double, longitude double",
    )
    assert_df_equality(cities.orderBy("city"), expected, ignore_nullable=True)


@pytest.mark.parametrize(
    ("west", "east", "expected"),
    [
        (Side(["US", "GB"], []), None, {10: "W", 20: "W", 30: "E", 60: "E"}),
        (Side(["US"], [10]), Side(["CN"], []), {10: "W", 20: "W", 30: "E", 60: None}),
        (Side(["US", "CN"], []), Side([], [30]), {10: None, 20: "W", 30: "E", 60: None}),  # a city before its country
        (Side([], [30]), Side(["CN"], []), {10: None, 20: None, 30: "W", 60: None}),
    ],
)
def test_sides_by_country_and_by_city(cities, west, east, expected):
    rows = cities.withColumn("side", side(west, east, ("E", "W"))).collect()
    assert {row.city: row.side for row in rows if row.city not in (40, 50)} == expected


def test_order_of_impact_with_equals(spark):
    years = spark.createDataFrame(
        [(1, 2017, 5, 9), (2, 2017, 7, 9), (3, 2017, 7, 9), (4, 2017, 9, 0), (5, 2017, 1, 20), (6, 2016, 9, 99),
         (7, 2017, 3, None)],
        "place bigint, year int, works bigint, c2 bigint",
    )  # fmt: skip
    rows = in_order_of_impact(years, 2017).orderBy("position").collect()
    assert [(row.city, row.position) for row in rows] == [(5, 1), (2, 2), (3, 3), (1, 4)]
