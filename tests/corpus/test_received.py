"""Citations within five years, on literal rows: lags, the edge of the snapshot, works and cities that cite themselves."""

import pytest
from chispa import assert_df_equality
from hypothesis import given
from hypothesis import strategies as st

from isthmus.corpus.received import corpus_citations, last_full_year, place_citations, work_citations

DATED = "citing_work_id bigint, cited_work_id bigint, citing_year smallint, cited_year smallint"
RECEIVED = "citing_work_id bigint, cited_work_id bigint, cited_year int, lag int, from_corpus boolean"
CORPUS = "work_id bigint, year int, is_corpus boolean"
KEYS = (
    "citing_country string, citing_city bigint, cited_country string, cited_city bigint, cited_year int, lag int, "
    "citations bigint"
)
pytestmark = pytest.mark.spark


def alike(actual, expected):
    assert_df_equality(
        actual.select(*expected.columns), expected, ignore_row_order=True, ignore_nullable=True, ignore_metadata=True
    )


def test_citations_of_the_corpus_within_five_years(spark):
    works = spark.createDataFrame([(1, 2010, True), (2, 2013, True), (3, 2015, False), (4, 2018, True)], CORPUS)
    dated = spark.createDataFrame(
        [
            (2, 1, 2013, 2010),  # lag 3
            (3, 1, 2015, 2010),  # from outside the corpus, lag 5
            (4, 1, 2018, 2010),  # too late
            (1, 2, 2010, 2013),  # before the cited work
            (2, 2, 2013, 2013),  # itself
            (9, 1, 2011, 2010),  # a work that the study does not read (paratext)
            (2, 3, 2013, 2015),
            (4, 3, 2018, 2015),  # of a work outside the corpus
            (3, 2, 2015, 2013),
            (4, 2, 2018, 2013),  # after the last full year
            (3, 1, None, 2010),
        ],
        DATED,
    )
    expected = spark.createDataFrame([(2, 1, 2010, 3, True), (3, 1, 2010, 5, False), (3, 2, 2013, 2, False)], RECEIVED)
    alike(corpus_citations(works, dated, last=2017), expected)


def test_a_citation_at_lag_three_is_none_of_two_years_and_windows_that_are_not_over_are_null(spark):
    corpus = spark.createDataFrame([(1, 2010), (2, 2013), (4, 2014), (5, 2016)], "work_id bigint, year int")
    citations = spark.createDataFrame(
        [
            (2, 1, 2010, 3, True), (3, 1, 2010, 5, False), (8, 1, 2010, 0, True), (3, 2, 2013, 2, False),
            (6, 4, 2014, 1, True), (7, 5, 2016, 0, True),
        ],
        RECEIVED,
    )  # fmt: skip
    counted = work_citations(corpus, citations, last=2016)
    columns = "work_id bigint, year int, c2 bigint, c5 bigint"
    alike(counted, spark.createDataFrame([(1, 2010, 1, 3), (2, 2013, 1, None), (4, 2014, 1, None), (5, 2016, None, None)], columns))  # fmt: skip
    own = work_citations(corpus, citations, last=2018, citing="corpus")
    alike(own, spark.createDataFrame([(1, 2010, 1, 2), (2, 2013, 0, 0), (4, 2014, 1, None), (5, 2016, 1, None)], columns))  # fmt: skip


def test_who_cites_whom_by_place(spark):
    places = spark.createDataFrame(
        [(1, "CN", 1), (2, "CN", 1), (3, "US", 2), (4, "US", None), (5, None, None)],
        "work_id bigint, last_country string, last_city bigint",
    )
    citations = spark.createDataFrame(
        [
            (2, 1, 2010, 1, True),  # a city that cites itself
            (3, 1, 2010, 1, True),
            (3, 2, 2010, 1, True),  # the same cities again
            (3, 2, 2010, 2, True),  # another lag
            (1, 4, 2011, 0, True),  # the cited work has a country but no city
            (5, 1, 2010, 0, True),  # the citing work has no place
            (8, 1, 2010, 0, False),  # from outside the corpus
        ],
        RECEIVED,
    )
    expected = spark.createDataFrame(
        [
            ("CN", 1, "CN", 1, 2010, 1, 1),
            ("US", 2, "CN", 1, 2010, 1, 2),
            ("US", 2, "CN", 1, 2010, 2, 1),
            ("CN", 1, "US", None, 2011, 0, 1),
            (None, None, "CN", 1, 2010, 0, 1),
        ],
        KEYS,
    )
    alike(place_citations(places, citations), expected)


@given(st.integers(1990, 2100), st.integers(1990, 2100), st.integers(1, 12), st.integers(1, 28))
def test_the_last_full_year_is_over_at_the_release_and_read_by_the_study(until, year, month, day):
    last = last_full_year(until, f"{year}-{month:02}-{day:02}")
    assert last == min(until, year - 1)
    assert last_full_year(until, f"{year}-12-31") == min(until, year)
    assert last_full_year(until, "") == last_full_year(until, "loose") == until
