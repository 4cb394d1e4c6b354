"""Where a scientist is at home: most works of the year, carried forward for some years, never backward."""

import pytest
from chispa import assert_df_equality

from isthmus.corpus.homes import homes
from isthmus.geography import Membership
from isthmus.tables.author_years import AUTHOR_YEARS

pytestmark = pytest.mark.spark

SPANS = "author_id bigint, country string, first_year int, last_year int"


@pytest.fixture(scope="module")
def make_author_years(spark):
    """Rows of `author_years` from (author, year, country)."""
    schema = ", ".join(f"{f.name} {f.type}" for f in AUTHOR_YEARS.fields)
    return lambda *rows: spark.createDataFrame([(a, y, 1, c, 1, None, 0, False) for a, y, c in rows], schema)


def test_a_home_lasts_until_the_next_is_known_and_five_years_at_most(spark, make_author_years):
    rows = make_author_years(
        (1, 2000, "US"), (1, 2001, "US"), (1, 2004, "CN"),  # moves
        (2, 2000, "DE"), (2, 2010, "DE"),  # without a home from 2006 to 2009
        (3, 2000, None), (3, 2001, "FR"), (3, 2003, None),  # a year without a country changes nothing
        (4, 2000, None),  # never has one
    )  # fmt: skip
    expected = [
        (1, "US", 2000, 2000), (1, "US", 2001, 2003), (1, "CN", 2004, 2009),
        (2, "DE", 2000, 2005), (2, "DE", 2010, 2015),
        (3, "FR", 2001, 2006),
    ]  # fmt: skip
    assert_df_equality(homes(rows), spark.createDataFrame(expected, SPANS), ignore_row_order=True, ignore_nullable=True)


def test_countries_are_merged_by_the_year_of_the_work(spark, make_author_years):
    rows = make_author_years((1, 2000, "HK"), (2, 2001, "GB"), (2, 2002, "GB"))
    merged = (Membership("CN", "HK"), Membership("EU", "GB", 1990, 2001))
    expected = [(1, "CN", 2000, 2001), (2, "EU", 2001, 2001), (2, "GB", 2002, 2003)]
    found = homes(rows, most_years=1, merged=merged)
    assert_df_equality(found, spark.createDataFrame(expected, SPANS), ignore_row_order=True, ignore_nullable=True)
