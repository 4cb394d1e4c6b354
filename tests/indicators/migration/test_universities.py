"""Which universities lead, and who came from one, on literal rows."""

import pytest
from chispa import assert_df_equality

from isthmus.geography import Membership
from isthmus.indicators.migration.universities import leading_universities, university_movers

pytestmark = pytest.mark.spark

SIGNED = "work_id bigint, publication_year int, author_id bigint, institution_id bigint, country_code string"
CITED = "citing_work_id bigint, cited_work_id bigint, citing_year smallint, cited_year smallint"
PLACES = "institution_id bigint, display_name string, country_code string, institution_type string"
MOVES = "whose string, author_id bigint, year int, origin string, destination string, years_between int"


@pytest.fixture(scope="module")
def institutions(spark):
    rows = [
        (1, "First", "US", "education"), (2, "Second", "CN", "education"), (3, "Third", "DE", "education"),
        (4, "A company", "US", "company"), (5, None, None, None),
    ]  # fmt: skip
    return spark.createDataFrame(rows, PLACES)


def test_universities_lead_by_citations_within_two_years_and_works_count_once(spark, institutions):
    signed = [
        (10, 2000, 1, 1, "US"), (10, 2000, 2, 1, "US"), (10, 2000, 2, 2, "CN"),  # two authors at one, one at both
        (11, 2001, 3, 2, "CN"), (11, 2001, 3, 4, "US"), (11, 2001, 3, 5, None),
        (12, 2002, 4, 3, "DE"),  # cited as often as the first, and with a higher number
        (13, 1999, 5, 3, "DE"),  # before the years
        (14, 2000, 6, 3, "DE"),  # not cited
    ]  # fmt: skip
    cited = [
        (20, 10, 2000, 2000), (21, 10, 2002, 2000), (22, 10, 2003, 2000), (23, 10, 1999, 2000),  # two of these count
        (24, 11, 2001, 2001), (25, 12, 2002, 2002), (26, 12, 2003, 2002), (27, 13, 2000, 1999),
    ]  # fmt: skip
    found = leading_universities(
        spark.createDataFrame(signed, SIGNED), spark.createDataFrame(cited, CITED), institutions,
        years=(2000, 2002), number=2,
    )  # fmt: skip
    expected = [(2, 1, "Second", "CN", 2, 3), (1, 2, "First", "US", 1, 2)]
    schema = "institution_id bigint, position int, name string, country string, works bigint, c2 bigint"
    assert_df_equality(found.orderBy("position"), spark.createDataFrame(expected, schema), ignore_nullable=True)


def test_movers_came_from_where_they_were_in_their_last_year_at_the_origin(spark):
    moves = [
        ("field", 1, 2005, "CN", "US", 2),  # at a leading university, and at another institution
        ("field", 2, 2005, "CN", "US", 1),  # at no leading one
        ("field", 3, 2005, "CN", "US", 1),  # no institution is known in the last year
        ("field", 4, 2005, "CN", "US", 1),  # at a leading one, which is not in the origin
        ("field", 5, 2006, "CN", "US", 1),  # in Hong Kong
        ("field", 1, 2007, "US", "CN", 2),  # the same scientist goes back
        ("with_orcid", 1, 2005, "CN", "US", 2),
    ]
    signed = [
        (10, 2003, 1, 1, "CN"), (11, 2003, 1, 9, "CN"), (12, 2005, 1, 8, "US"),
        (13, 2004, 2, 9, "CN"), (14, 2003, 2, 1, "CN"),  # the leading one was a year before
        (15, 2004, 3, None, "CN"), (16, 2003, 3, 1, "CN"),
        (17, 2004, 4, 8, "US"), (18, 2004, 4, None, "CN"),
        (19, 2005, 5, 7, "HK"), (20, 2004, None, 1, "CN"),
    ]  # fmt: skip
    leading = spark.createDataFrame([(1,), (7,), (8,)], "institution_id bigint")
    found = university_movers(
        spark.createDataFrame(moves, MOVES), spark.createDataFrame(signed, SIGNED), leading,
        merged=(Membership("CN", "HK"),),
    )  # fmt: skip
    expected = [
        ("field", "CN", "US", 2007, 1, 1, 1), ("field", "US", "CN", 2005, 4, 2, 1), ("field", "US", "CN", 2006, 1, 1, 1),
        ("with_orcid", "US", "CN", 2005, 1, 1, 1),
    ]  # fmt: skip
    schema = "whose string, destination string, origin string, year int, movers bigint, with_institution bigint, from_leading bigint"
    assert_df_equality(
        found.orderBy("whose", "destination", "year"), spark.createDataFrame(expected, schema), ignore_nullable=True
    )
