"""Parsed records as rows of works, authorships and citations: every rule on a few literal rows."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from chispa import assert_df_equality

from isthmus.engine.ddl import spark_schema
from isthmus.snapshot.schemas import WORKS_SCHEMA
from isthmus.tables.authorships import AUTHORSHIPS, authorship_rows
from isthmus.tables.citations import CITATIONS, citation_rows
from isthmus.tables.coverage import COVERAGE, coverage_rows
from isthmus.tables.works import WORKS, rewritten, works_rows

pytestmark = pytest.mark.spark

MERGES = "entity_id bigint, merge_into_id bigint"


def parsed(spark, *works):
    rows = [{"entity": "works", "part": "p", "line": i} | work for i, work in enumerate(works, 1)]
    return spark.createDataFrame(pa.Table.from_pylist(rows, WORKS_SCHEMA))


def check(actual, spec, rows):
    expected = actual.sparkSession.createDataFrame(rows, spark_schema(spec))
    assert_df_equality(
        actual.select(*spec.columns), expected, ignore_row_order=True, ignore_nullable=True, ignore_metadata=True
    )


def test_works(spark):
    topic = {"topic_id": 1, "subfield_id": 1702, "field_id": 17, "domain_id": 3, "score": 0.5}
    full = {
        "work_id": 1, "updated_date": datetime(2026, 1, 2, tzinfo=UTC), "publication_year": 2020,
        "publication_date": date(2020, 2, 29), "work_type": "article", "is_retracted": True, "is_paratext": False,
        "is_xpac": True, "source_id": 5, "source_type": "journal", "primary_topic_id": 1, "primary_subfield_id": 1702,
        "topics": [topic], "concepts": [{"concept_id": 9, "score": 0.1}], "authors_count": 1, "authorships": [{}],
        "referenced_works": [2, 2, 1],
    }  # fmt: skip
    actual = works_rows(parsed(spark, full), 2026)
    values = (
        1, 2020, date(2020, 2, 29), "article", True, False, True, 5, "journal", 1, 1702, [tuple(topic.values())],
        [(9, 0.1)], 1, False, 3, datetime(2026, 1, 2), "p",
    )  # fmt: skip
    check(actual, WORKS, [values])


def test_works_of_older_vintages_miss_fields(spark):
    works = [
        {"work_id": 1},
        {"work_id": 2, "work_type": "paratext", "is_paratext": False},
        {"work_id": 3, "is_paratext": True, "part": "works/updated_date=2023-05-16/part_000.gz"},
    ]
    rows = {row.work_id: row for row in works_rows(parsed(spark, *works), 2026).collect()}
    flags = {key: (row.is_retracted, row.is_paratext, row.is_xpac) for key, row in rows.items()}
    assert flags == {1: (False, False, False), 2: (False, True, False), 3: (False, True, False)}
    assert (rows[1].n_authors, rows[1].n_references, rows[1].authors_truncated) == (0, 0, False)
    assert rows[1].updated_date is None
    assert rows[3].updated_date == datetime(2023, 5, 16)


@pytest.mark.parametrize(
    ("last", "expected"), [(2026, {1: 1846, 2: 2026, 3: None, 4: None}), (None, {1: 1846, 2: 2026, 3: 2027, 4: None})]
)
def test_a_year_after_the_release_is_unknown(spark, last, expected):
    works = [{"work_id": i, "publication_year": year} for i, year in enumerate((1846, 2026, 2027, None), 1)]
    assert {row.work_id: row.publication_year for row in works_rows(parsed(spark, *works), last).collect()} == expected


def test_lists_of_authors_that_were_cut(spark):
    def work(number, listed, counted=None):
        return {"work_id": number, "authorships": [{}] * listed, "authors_count": counted}

    works = [work(1, 100), work(2, 100, 100), work(3, 100, 5103), work(4, 99), work(5, 101), work(6, 3, 3)]
    rows = works_rows(parsed(spark, *works), 2026).collect()
    assert {row.work_id: (row.n_authors, row.authors_truncated) for row in rows} == {
        1: (100, True),
        2: (100, False),
        3: (5103, True),
        4: (99, False),
        5: (101, False),
        6: (3, False),
    }


def test_merged_ids_are_rewritten(spark):
    rows = spark.createDataFrame([(1, 5), (2, 6), (3, None)], "a bigint, b bigint")
    merges = spark.createDataFrame([(5, 7), (9, 8)], MERGES)
    expected = spark.createDataFrame([(1, 7), (2, 6), (3, None)], "a bigint, b bigint")
    assert_df_equality(rewritten(rows, "b", merges), expected, ignore_row_order=True)


def author(number=None, position=None, institutions=None, countries=None):
    places = (
        None
        if institutions is None
        else [dict(zip(("institution_id", "country_code"), i, strict=True)) for i in institutions]
    )
    return {"author_position": position, "author_id": number, "institutions": places, "countries": countries}


def test_authorships(spark):
    work = {
        "work_id": 1,
        "publication_year": 2020,
        "authorships": [
            author(11, "first", [(21, "US"), (22, "US"), (21, "US")], ["US"]),  # the same institution twice
            author(12, "middle", [], ["CN", "FR", "CN"]),  # the country came from the address
            author(13, "middle", [(23, None)], ["DE"]),  # an institution without country, and an address
            author(14, "middle", [(None, None), (None, "NA")], ["ZA"]),  # every id null; NA is Namibia
            author(15, "middle", [(24, "GB")], ["IT"]),  # the two disagree: the institution's code holds
            author(9999999999, "middle", [(25, "SE")], []),  # nobody
            author(5317838346, "middle", [(4389424196, "SE")], None),  # nobody, at no institution
            author(None, None, None, None),
            author(16, "last", [(4389424196, None)], [None, "", "NO"]),
        ],
    }
    none = {"work_id": 2, "publication_year": 2030, "authorships": [author(17, "first", [(26, "CH")], None)]}
    actual = authorship_rows(parsed(spark, work, none, {"work_id": 3}, {"work_id": 4, "authorships": []}), 2026)
    rows = [
        (1, 2020, 0, "first", 11, 21, "US"),
        (1, 2020, 0, "first", 11, 22, "US"),
        (1, 2020, 1, "middle", 12, None, "CN"),
        (1, 2020, 1, "middle", 12, None, "FR"),
        (1, 2020, 2, "middle", 13, 23, None),
        (1, 2020, 2, "middle", 13, None, "DE"),
        (1, 2020, 3, "middle", 14, None, "NA"),
        (1, 2020, 4, "middle", 15, 24, "GB"),
        (1, 2020, 5, "middle", None, 25, "SE"),
        (1, 2020, 6, "middle", None, None, None),
        (1, 2020, 7, None, None, None, None),
        (1, 2020, 8, "last", 16, None, "NO"),
        (2, None, 0, "first", 17, 26, "CH"),
    ]
    check(actual, AUTHORSHIPS, rows)


def test_authorships_with_merges(spark):
    work = {
        "work_id": 1,
        "publication_year": 2020,
        "authorships": [author(11, "first", [(21, "US"), (22, "US")]), author(12, "last", [(22, "US")])],
    }
    authors = spark.createDataFrame([(11, 4317838346), (12, 13)], MERGES)
    institutions = spark.createDataFrame([(21, 22)], MERGES)
    actual = authorship_rows(parsed(spark, work), 2026, authors, institutions)
    check(actual, AUTHORSHIPS, [(1, 2020, 0, "first", None, 22, "US"), (1, 2020, 1, "last", 13, 22, "US")])


def test_citations(spark):
    works = [
        {"work_id": 1, "referenced_works": [2, 2, 1, 4285719527, 3]},
        {"work_id": 2, "referenced_works": []},
        {"work_id": 3, "referenced_works": None},
        {"work_id": 4, "referenced_works": [1, None]},
    ]
    check(citation_rows(parsed(spark, *works)), CITATIONS, [(1, 2), (1, 3), (4, 1)])


def test_citations_with_merges(spark):
    works = [{"work_id": 1, "referenced_works": [2, 3, 5, 6]}, {"work_id": 2, "referenced_works": [9]}]
    merges = spark.createDataFrame([(3, 2), (5, 1), (6, 4285719527)], MERGES)
    check(citation_rows(parsed(spark, *works), merges), CITATIONS, [(1, 2), (2, 9)])


def test_coverage(spark):
    works = spark.createDataFrame(
        [
            (1, 2020, 2, 3, False, False, False),
            (2, 2020, 1, 0, False, False, False),
            (3, 2020, 1, 1, True, False, False),
            (4, 2021, 1, 1, False, True, False),
            (5, 2021, 0, 0, False, False, False),
            (6, None, 1, 1, False, False, False),
            (7, 2020, 1, 1, False, False, True),
        ],
        "work_id bigint, publication_year int, n_authors int, n_references int, is_xpac boolean, is_paratext boolean, "
        "is_retracted boolean",
    )
    authorships = spark.createDataFrame(
        [(1, 21, "US"), (1, 22, "US"), (2, None, "FR"), (3, 21, "US"), (6, 21, "US"), (7, 21, "US")],
        "work_id bigint, institution_id bigint, country_code string",
    )
    institutions = spark.createDataFrame([(21, "Bern"), (22, None)], "institution_id bigint, city string")
    check(
        coverage_rows(works, authorships, institutions),
        COVERAGE,
        [(2020, 4, 2, 2, 2, 1, 1), (2021, 2, 1, 0, 0, 0, 0)],
    )
