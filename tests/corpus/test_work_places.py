"""The place of each work by its last author, on literal rows: several affiliations, no city, one author, a cut list."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.places.tables import PLACE_COVERAGE, WORK_PLACES
from isthmus.corpus.work_places import place_coverage, work_places
from isthmus.engine.ddl import spark_schema
from isthmus.geography import Membership

pytestmark = pytest.mark.spark

SEATS = (
    "work_id bigint, author_sequence int, place_sequence int, author_id bigint, institution_id bigint, "
    "country_code string"
)
#: Institution -> city: 10 and 11 in city 1, 20 in city 2; 30 has none.
INSTITUTIONS = [(10, 1), (11, 1), (20, 2), (30, None)]


def places_of(spark, works, seats, cut_off=(), merged=()):
    frames = (
        spark.createDataFrame(works, "work_id bigint, year int, n_authors int"),
        spark.createDataFrame(seats, SEATS),
        spark.createDataFrame(INSTITUTIONS, "institution_id bigint, geonames_city_id bigint"),
        spark.createDataFrame([(number,) for number in cut_off], "work_id bigint"),
    )
    return work_places(*frames, merged=merged)


def check(actual, spec, rows):
    wanted = actual.sparkSession.createDataFrame([("s", "r", *row) for row in rows], spark_schema(spec)).drop(
        "study", "release"
    )
    assert_df_equality(
        actual.select(*wanted.columns).orderBy(*wanted.columns[:1]),
        wanted,
        ignore_nullable=True,
        ignore_metadata=True,
    )


def test_places_on_literal_works(spark):
    works = [(n, 2000 + n, authors) for n, authors in enumerate((3, 2, 1, 1, 2, 0, 200), start=1)]
    seats = [
        # two affiliations of the last author, listed against the order of their numbers; two cities of another one
        (1, 2, 1, 103, 10, "CN"), (1, 2, 0, 103, 20, "US"), (1, 0, 0, 101, 10, "CN"), (1, 0, 1, 101, 20, "US"),
        (1, 1, 0, 102, 11, "CN"),
        # the last author's institution has no city, the second listed one has; the country is the first one's
        (2, 0, 0, 101, 10, "CN"), (2, 1, 0, 104, 30, "DE"), (2, 1, 1, 104, 20, "US"),
        # a single author is the last
        (3, 0, 0, 105, 11, "CN"),
        # nothing is known of the last author but an address
        (4, 0, 0, None, None, "FR"),
        # an author like himself: both in one city
        (5, 0, 0, 101, 10, "CN"), (5, 1, 0, 105, 11, "CN"),
        # a list that is cut off after two of its authors
        (7, 0, 0, 101, 10, "CN"), (7, 1, 0, 106, 20, "US"),
        # a work of another corpus
        (9, 0, 0, 101, 10, "CN"),
    ]  # fmt: skip
    expected = [
        (1, 2001, 3, 103, 20, "US", 2, ["US", "CN"], [2, 1], ["CN", "US"], [1, 2]),
        (2, 2002, 2, 104, 30, "DE", 2, ["DE", "US"], [2], ["CN"], [1]),
        (3, 2003, 1, 105, 11, "CN", 1, ["CN"], [1], [], []),
        (4, 2004, 1, None, None, "FR", None, ["FR"], [], [], []),
        (5, 2005, 2, 105, 11, "CN", 1, ["CN"], [1], ["CN"], [1]),
        (6, 2006, 0, None, None, None, None, [], [], [], []),
        (7, 2007, 200, None, None, None, None, [], [], ["CN", "US"], [1, 2]),
    ]
    check(places_of(spark, works, seats, cut_off=[7]), WORK_PLACES, expected)


def test_hong_kong_counts_as_china_where_the_study_says_so(spark):
    seats = [(1, 0, 0, 101, 10, "HK"), (1, 0, 1, 101, 20, "CN"), (1, 1, 0, 102, 10, "HK")]
    [row] = places_of(spark, [(1, 2000, 2)], seats, merged=[Membership("CN", "HK")]).collect()
    assert (row.last_country, row.last_countries, row.other_countries) == ("CN", ["CN"], ["CN"])


def test_coverage_by_year(spark):
    schema = "work_id bigint, year int, last_author_id bigint, last_country string, last_city bigint"
    places = spark.createDataFrame(
        [
            (1, 2000, 7, "CN", 1),
            (2, 2000, 7, "CN", None),
            (3, 2000, None, None, None),
            (4, 2001, 8, "US", 2),
        ],
        schema,
    )
    citations = spark.createDataFrame([(1, 5), (2, 3), (3, 1), (4, None)], "work_id bigint, c2 bigint")
    check(
        place_coverage(places, citations),
        PLACE_COVERAGE,
        [(2000, 3, 2, 2, 1, 9, 8, 5), (2001, 1, 1, 1, 1, None, None, None)],
    )
