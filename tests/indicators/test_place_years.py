"""Output, impact and scientists by place and year, on literal rows, at both levels; ranks with equals and gaps."""

import pytest
from chispa import assert_df_equality

from isthmus.indicators.place_years import output_by_place, ranked, scientists_by_place

pytestmark = pytest.mark.spark


def alike(actual, expected):
    assert_df_equality(actual.select(*expected.columns), expected, ignore_row_order=True, ignore_nullable=True)


def test_output_and_impact_of_cities_and_countries(spark):
    places = spark.createDataFrame(
        [(1, 2010, "CN", 1), (2, 2010, "CN", 2), (3, 2010, "CN", None), (4, 2011, "US", 3), (5, 2010, None, None)],
        "work_id bigint, year int, last_country string, last_city bigint",
    )
    citations = spark.createDataFrame(
        [(1, 4, 9), (2, 0, 0), (3, 2, 5), (4, 3, None), (5, 7, 7)], "work_id bigint, c2 bigint, c5 bigint"
    )
    cities = [(1, 2010, 1, 4, 9), (2, 2010, 1, 0, 0), (3, 2011, 1, 3, None)]
    columns = "year int, works bigint, c2 bigint, c5 bigint"
    alike(output_by_place(places, citations, "city"), spark.createDataFrame(cities, f"place bigint, {columns}"))
    countries = [("CN", 2010, 3, 6, 14), ("US", 2011, 1, 3, None)]
    alike(output_by_place(places, citations, "country"), spark.createDataFrame(countries, f"place string, {columns}"))


def test_a_scientist_counts_once_a_year_where_he_is(spark):
    scientists = spark.createDataFrame(
        [(1, True, True), (2, False, True)], "author_id bigint, is_majority boolean, is_at_least_half boolean"
    )
    years = spark.createDataFrame(
        [
            (1, 2010, "CN", 1),
            (1, 2011, "US", 3),
            (2, 2010, "CN", 1),
            (2, 2011, "CN", None),  # no city in this year
            (3, 2010, "CN", 1),  # no scientist of the field
        ],
        "author_id bigint, year int, country_code string, geonames_city_id bigint",
    )
    columns = "year int, majority bigint, at_least_half bigint"
    cities = [(1, 2010, 1, 2), (3, 2011, 1, 1)]
    alike(scientists_by_place(scientists, years, "city"), spark.createDataFrame(cities, f"place bigint, {columns}"))
    countries = [("CN", 2010, 1, 2), ("CN", 2011, 0, 1), ("US", 2011, 1, 1)]
    found = scientists_by_place(scientists, years, "country")
    alike(found, spark.createDataFrame(countries, f"place string, {columns}"))


def test_ranks_share_the_best_place_and_are_null_without_a_value(spark):
    rows = spark.createDataFrame(
        [("a", 2010, 8), ("b", 2010, 4), ("c", 2010, 8), ("d", 2010, 0), ("e", 2010, None), ("a", 2011, 0)],
        "place string, year int, works bigint",
    )
    expected = spark.createDataFrame(
        [
            ("a", 2010, 8, 1, 1.0),
            ("c", 2010, 8, 1, 1.0),
            ("b", 2010, 4, 3, 0.5),
            ("d", 2010, 0, 4, 0.0),
            ("e", 2010, None, None, None),
            ("a", 2011, 0, 1, None),
        ],
        "place string, year int, works bigint, rank_works int, relative_works double",
    )
    alike(ranked(rows, "works"), expected)
