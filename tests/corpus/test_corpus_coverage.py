"""`corpus_coverage`: how much of a corpus can be placed, year by year."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.corpus.tables import CORPUS_COVERAGE
from isthmus.corpus.coverage import corpus_coverage

pytestmark = pytest.mark.spark


def test_each_year_counts_what_its_works_have(spark, make_rows, make_corpus_works, make_authorships):
    works = make_corpus_works(
        (1, 2010, True, 3, 10),  # everything
        (2, 2010, True, 1, 0),  # a country, no city, no references
        (3, 2010, True, 1, 5),  # authors without any place
        (4, 2010, True, 0, 5),  # no authors
        (5, 2011, True, None, None),  # nothing known, but an institution of known city and no country
        (6, 2010, False, 2, 7),  # only cites the corpus
    )
    authorships = make_authorships(
        (1, 0, 100, "US"),
        (1, 1, 101, "CN"),
        (2, 0, 200, "DE"),
        (3, 0, None, None),
        (5, 0, 101, None),
        (6, 0, 100, "US"),
        (7, 0, 100, "US"),
    )
    institutions = spark.createDataFrame(
        [(100, "Boston"), (101, "Beijing"), (200, None)], "institution_id bigint, city string"
    )
    countries = spark.createDataFrame(
        [("s", 1, "US"), ("s", 1, "CN"), ("s", 2, "DE"), ("s", 6, "US"), ("other", 3, "US")],
        "study string, work_id bigint, country string",
    )
    expected = make_rows(
        CORPUS_COVERAGE, ("s", "2026-06-25", 2010, 4, 3, 2, 1, 3), ("s", "2026-06-25", 2011, 1, 0, 0, 1, 0)
    )
    actual = corpus_coverage(works, countries, authorships, institutions)
    assert_df_equality(actual.orderBy("year"), expected, ignore_nullable=True)


def test_an_empty_corpus_has_no_years(spark, make_corpus_works, make_authorships):
    works = make_corpus_works((6, 2010, False, 2, 7))
    countries = spark.createDataFrame([("s", 6, "US")], "study string, work_id bigint, country string")
    institutions = spark.createDataFrame([(100, "Boston")], "institution_id bigint, city string")
    assert corpus_coverage(works, countries, make_authorships((6, 0, 100, "US")), institutions).count() == 0
