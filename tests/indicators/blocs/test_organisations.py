"""Organisations as works list them and at the top above them, on literal rows."""

import pytest

from isthmus.geography import Membership
from isthmus.indicators.blocs.organisations import (
    institution_coverage,
    large_organisations,
    organisation_counts,
    organisation_works,
    organisation_years,
    placed_institutions,
    thresholds,
    top_parents,
)
from isthmus.tables.entities import INSTITUTIONS

pytestmark = pytest.mark.spark

OF_WORKS = "work_id bigint, year int, level string, institution_id bigint, fraction double"
#: An academy (1) with two institutes (2, 3); a joint laboratory (4) of the academy and a university (5); a company (6).
RECORDS = (
    (1, "Academy", "CN", [1], "Beijing", 11),
    (2, "Institute A", "CN", [2, 1], "Beijing", 11),
    (3, "Institute B", "HK", [3, 1], "Hong Kong", 12),
    (4, "Joint Laboratory", "FR", [4, 1, 5], "Paris", 13),
    (5, "University", "FR", [5], "Paris", 13),
    (6, "Company", None, None, None, None),
)


@pytest.fixture(scope="module")
def institutions(spark):
    """Rows of `institutions` from the records above."""
    schema = ", ".join(f"{f.name} {f.type}" for f in INSTITUTIONS.fields)
    rows = [
        (number, name, country, None, "education", lineage, city, None, geonames, None, None)
        for number, name, country, lineage, city, geonames in RECORDS
    ]
    return spark.createDataFrame(rows, schema)


@pytest.fixture(scope="module")
def make_authorships(spark):
    """Rows of `authorships`: (work, author's place in the list, institution)."""
    schema = "work_id bigint, author_sequence int, institution_id bigint"
    return lambda *rows: spark.createDataFrame(list(rows), schema)


@pytest.fixture(scope="module")
def make_corpus(spark):
    return lambda *rows: spark.createDataFrame(list(rows), "work_id bigint, year int")


def test_who_stands_at_the_top(institutions, same):
    rows = [(1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 2), (4, 5, 2), (5, 5, 1), (6, 6, 1)]
    same(top_parents(institutions), rows, "institution_id bigint, parent_id bigint, n_parents int")


def test_a_parent_without_a_record_is_at_the_top_and_a_circle_leaves_each_its_own(spark, same):
    schema = "institution_id bigint, lineage array<bigint>"
    found = top_parents(spark.createDataFrame([(1, [1, 99]), (2, [2, 3]), (3, [3, 2])], schema))
    same(found, [(1, 99, 1), (2, 2, 1), (3, 3, 1)], "institution_id bigint, parent_id bigint, n_parents int")


def test_two_institutions_of_one_parent_are_two_organisations_and_one_at_the_top(
    institutions, make_authorships, make_corpus, same
):
    authorships = make_authorships((1, 0, 2), (1, 1, 3), (1, 1, 3), (1, 2, None), (9, 0, 2))
    rows = [(1, 2010, "listed", 2, 0.5), (1, 2010, "listed", 3, 0.5), (1, 2010, "top", 1, 1.0)]
    same(organisation_works(make_corpus((1, 2010)), authorships, institutions), rows, OF_WORKS)


def test_fractions_divide_a_work_among_authors_institutions_and_parents(
    institutions, make_authorships, make_corpus, same
):
    authorships = make_authorships((1, 0, 4), (1, 0, 6), (1, 1, 77))
    rows = [
        (1, 2010, "listed", 4, 0.25),
        (1, 2010, "listed", 6, 0.25),
        (1, 2010, "listed", 77, 0.5),
        (1, 2010, "top", 1, 0.125),
        (1, 2010, "top", 5, 0.125),
        (1, 2010, "top", 6, 0.25),
        (1, 2010, "top", 77, 0.5),  # without a record: its own parent
    ]
    same(organisation_works(make_corpus((1, 2010)), authorships, institutions), rows, OF_WORKS)


def test_thresholds_are_a_number_or_a_share_of_the_year(spark, same):
    world = spark.createDataFrame([(2010, 600), (2011, 60_000)], "year int, works bigint")
    rows = [(2010, "papers", 50.0), (2010, "share", 0.5), (2011, "papers", 50.0), (2011, "share", 50.0)]
    found = thresholds(world, papers=50, share=50 / 60_000)
    same(found, rows, "year int, threshold string, more_than double")


@pytest.fixture(scope="module")
def yearly(spark):
    """Institute A has 3 papers, the university 2, the company 4 of small fractions; in 2011 A has 2."""
    rows = [
        (2010, "listed", 2, 3, 2.5),
        (2010, "listed", 5, 2, 2.0),
        (2010, "listed", 6, 4, 0.5),
        (2011, "listed", 2, 2, 2.0),
    ]
    return spark.createDataFrame(
        rows, "year int, level string, institution_id bigint, papers bigint, papers_fractional double"
    )


@pytest.fixture(scope="module")
def limits(spark):
    rows = [(2010, "papers", 2.0), (2010, "share", 3.0), (2011, "papers", 2.0), (2011, "share", 1.0)]
    return spark.createDataFrame(rows, "year int, threshold string, more_than double")


def test_papers_of_an_organisation_by_year(spark, same):
    of_works = spark.createDataFrame(
        [(1, 2010, "top", 5, 0.5), (2, 2010, "top", 5, 0.25), (3, 2011, "top", 5, 1.0)], OF_WORKS
    )
    schema = "year int, level string, institution_id bigint, papers bigint, papers_fractional double"
    same(organisation_years(of_works), [(2010, "top", 5, 2, 0.75), (2011, "top", 5, 1, 1.0)], schema)


def test_large_is_more_than_and_not_as_many(yearly, limits, institutions, same):
    placed = placed_institutions(institutions, ())
    rows = [
        (2010, 2, "Institute A", "CN", "Asia", "Beijing", 3, True, False),
        (2010, 6, "Company", None, None, None, 4, True, True),
        (2011, 2, "Institute A", "CN", "Asia", "Beijing", 2, False, True),
    ]
    schema = (
        "year int, institution_id bigint, display_name string, country string, continent string, city string, "
        "papers bigint, above_papers boolean, above_share boolean"
    )
    same(large_organisations(yearly, limits, placed), rows, schema)


def test_counts_by_place_of_full_and_fractional_papers(yearly, limits, institutions, entities, spark, same):
    placed = placed_institutions(institutions, ())
    coverage = spark.createDataFrame([(2010, 0.75)], "year int, share_with_institution double")
    found = organisation_counts(yearly, limits, placed, coverage, entities=entities)
    of_papers = found.where("year = 2010 AND level = 'listed' AND threshold = 'papers' AND place_kind <> 'continent'")
    rows = [
        ("world", "world", None, 2.0, 2, 1, 0.75),
        ("country", "CN", None, 2.0, 1, 1, 0.75),
        ("city", "11", "Beijing", 2.0, 1, 1, 0.75),
        ("entity", "CN", None, 2.0, 1, 1, 0.75),
        ("entity", "Union", None, 2.0, 0, 0, 0.75),
        ("entity", "GB", None, 2.0, 0, 0, 0.75),
    ]
    schema = (
        "place_kind string, place string, city string, more_than double, organisations bigint, "
        "organisations_fractional bigint, share_with_institution double"
    )
    same(of_papers, rows, schema)
    continents = found.where("year = 2011 AND level = 'top' AND threshold = 'share' AND place_kind = 'continent'")
    assert {row.place: row.organisations for row in continents.collect()} == dict.fromkeys(
        ("Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania"), 0
    )
    assert found.groupBy("year", "level", "threshold", "place_kind", "place").count().where("count > 1").count() == 0


def test_hong_kong_counts_as_china_where_the_study_says_so(institutions, same):
    placed = placed_institutions(institutions, (Membership("CN", "HK"), Membership("CN", "MO")))
    schema = "institution_id bigint, country string, continent string"
    same(placed.where("institution_id IN (3, 6)"), [(3, "CN", "Asia"), (6, None, None)], schema)


def test_coverage_is_the_share_of_works_with_an_institution(spark, same):
    world = spark.createDataFrame([(2010, 4), (2011, 2)], "year int, works bigint")
    of_works = spark.createDataFrame(
        [(1, 2010, "listed", 5, 0.5), (1, 2010, "listed", 6, 0.5), (1, 2010, "top", 5, 1.0)], OF_WORKS
    )
    same(institution_coverage(world, of_works), [(2010, 0.25), (2011, 0.0)], "year int, share_with_institution double")
