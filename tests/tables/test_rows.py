"""Parsed records as rows of works, authorships and citations: every rule on a few literal rows."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from chispa import assert_df_equality

from isthmus.engine.ddl import spark_schema
from isthmus.snapshot.schemas import WORKS_SCHEMA
from isthmus.tables.author_years import AUTHOR_YEARS, author_years_rows
from isthmus.tables.authorships import AUTHORSHIPS, authorship_rows
from isthmus.tables.citations import CITATIONS, citation_rows
from isthmus.tables.citations_dated import CITATIONS_DATED, citations_dated_rows
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


def author(number=None, position=None, institutions=None, countries=None, has_orcid=None):
    places = (
        None
        if institutions is None
        else [dict(zip(("institution_id", "country_code"), i, strict=True)) for i in institutions]
    )
    named = {"author_position": position, "author_id": number, "institutions": places, "countries": countries}
    return named | {"has_orcid": has_orcid}


def test_authorships(spark):
    work = {
        "work_id": 1,
        "publication_year": 2020,
        "publication_date": date(2020, 2, 29),
        "authorships": [
            author(11, "first", [(21, "US"), (22, "US"), (21, "US")], ["US"], True),  # the same institution twice
            author(12, "middle", [], ["CN", "FR", "CN"], False),  # the country came from the address
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
    second = {rows[1], rows[3], rows[5]}
    dated = [(*row, date(2020, 2, 29) if row[0] == 1 else None, int(row in second), row[4] == 11) for row in rows]
    check(actual, AUTHORSHIPS, dated)


def test_authorships_with_merges(spark):
    work = {
        "work_id": 1,
        "publication_year": 2020,
        "authorships": [author(11, "first", [(21, "US"), (22, "US")]), author(12, "last", [(22, "US")], None, True)],
    }
    authors = spark.createDataFrame([(11, 4317838346), (12, 13)], MERGES)
    institutions = spark.createDataFrame([(21, 22)], MERGES)
    actual = authorship_rows(parsed(spark, work), 2026, authors, institutions)
    rows = [(1, 2020, 0, "first", None, 22, "US", None, 0, False), (1, 2020, 1, "last", 13, 22, "US", None, 0, True)]
    check(actual, AUTHORSHIPS, rows)


def test_citations(spark):
    works = [
        {"work_id": 1, "publication_year": 2020, "referenced_works": [2, 2, 1, 4285719527, 3]},
        {"work_id": 2, "publication_year": 2020, "referenced_works": []},
        {"work_id": 3, "publication_year": 2020, "referenced_works": None},
        {"work_id": 4, "publication_year": 2027, "referenced_works": [1, None]},
        {"work_id": 5, "publication_year": -99999, "referenced_works": [1]},
    ]
    expected = [(1, 2, 2020), (1, 3, 2020), (4, 1, None), (5, 1, None)]
    check(citation_rows(parsed(spark, *works), 2026), CITATIONS, expected)


def test_citations_with_merges(spark):
    works = [{"work_id": 1, "referenced_works": [2, 3, 5, 6]}, {"work_id": 2, "referenced_works": [9]}]
    merges = spark.createDataFrame([(3, 2), (5, 1), (6, 4285719527)], MERGES)
    check(citation_rows(parsed(spark, *works), None, merges), CITATIONS, [(1, 2, None), (2, 9, None)])


def test_citations_of_a_task_are_in_the_order_of_the_citing_year(spark):
    works = [{"work_id": i, "publication_year": 1900 + i % 7, "referenced_works": [90, 91]} for i in range(60)]
    years = citation_rows(parsed(spark, *works).coalesce(1), 2026).toPandas()["citing_year"]
    assert years.is_monotonic_increasing


def test_citations_dated(spark):
    citations = spark.createDataFrame(
        [(1, 2, 2020), (1, 3, 2020), (1, 9, 2020), (2, 3, None), (3, 2, 2019)], spark_schema(CITATIONS)
    )
    works = spark.createDataFrame(
        [(1, 2020, 71), (2, 2018, 4306400194), (3, None, None)],
        "work_id bigint, publication_year int, source_id bigint",
    )
    expected = [
        (1, 2, 2020, 2018, 4306400194),
        (1, 3, 2020, None, None),  # neither year nor source, yet in the copy
        (2, 3, None, None, None),
        (3, 2, 2019, 2018, 4306400194),
    ]  # 9 is not in the copy
    check(citations_dated_rows(citations, works), CITATIONS_DATED, expected)


SEAT = "author_id bigint, publication_year int, work_id bigint, publication_date date, institution_id bigint, country_code string, has_orcid boolean"  # fmt: skip
CITIES = [(21, 1), (22, 1), (23, 3), (24, 4), (25, None)]  # institution, city


def test_author_years(spark):
    early, late = date(2020, 1, 1), date(2020, 9, 9)
    seats = [
        # two works in US, one of them also in CN: US; two institutions of city 1 on one work are one
        (1, 2020, 100, early, 21, "US"), (1, 2020, 100, early, 22, "US"), (1, 2020, 101, late, 23, "US"),
        (1, 2020, 101, late, 24, "CN"),
        (1, 2021, 102, None, None, None),  # no place at all
        # as often: the latest work's, though its number is lower; its two cities: the lowest code
        (2, 2020, 201, early, 21, "US"), (2, 2020, 200, late, 24, "FR"), (2, 2020, 200, late, 23, "FR"),
        # as often, on the same day: the higher number; the same work: the lower code
        (3, 2020, 301, early, 23, "CN"), (3, 2020, 302, early, 21, "US"),
        (4, 2020, 400, None, None, "SE"), (4, 2020, 400, None, None, "NO"), (4, 2020, 401, None, 25, None),
        (5, 2020, 500, None, 21, "US"), (5, 2020, 499, early, 23, "CN"),  # a date before none
        (None, 2020, 600, early, 21, "US"), (6, None, 601, early, 21, "US"),  # nobody; at no time
    ]  # fmt: skip
    # on one work of the two, so in both years; of another author, who has it on one place of a work alone
    named = {(1, 101, 23), (4, 400, None)}
    seats = [(*seat, (seat[0], seat[2], seat[4]) in named) for seat in seats]
    expected = [
        (1, 2020, 2, "US", 2, 3, 3),  # three cities have a work each: those of the later one, of these the lower code
        (1, 2021, 1, None, 0, None, 0),
        (2, 2020, 2, "FR", 2, 3, 3),
        (3, 2020, 2, "US", 2, 1, 2),
        (4, 2020, 2, "NO", 2, None, 0),
        (5, 2020, 2, "CN", 2, 3, 2),
    ]
    expected = [(*row, row[0] in {1, 4}) for row in expected]
    actual = author_years_rows(
        spark.createDataFrame(seats, SEAT),
        spark.createDataFrame(CITIES, "institution_id bigint, geonames_city_id bigint"),
    )
    check(actual, AUTHOR_YEARS, expected)


def test_author_years_are_those_of_a_plain_reader(spark):
    """The same counts by dictionaries, over works that share places and days."""
    dice = np.random.default_rng(5)
    seats = [
        (
            int(dice.integers(1, 30)), 2020, work, date(2020, 1, int(dice.integers(1, 4))), int(dice.integers(21, 26)),
            ("CH", "FR", None)[dice.integers(3)], bool(dice.random() < 0.03),
        )
        for work in range(1, 200)
        for _ in range(3)
    ]  # fmt: skip
    dates = {seat[2]: seat[3] for seat in seats}
    seats = [(*seat[:3], dates[seat[2]], *seat[4:]) for seat in seats]
    city, expected = dict(CITIES), []
    for author in {seat[0] for seat in seats}:
        own = [seat for seat in seats if seat[0] == author]
        row = [author, 2020, len({seat[2] for seat in own})]
        for place in (lambda seat: seat[5], lambda seat: city[seat[4]]):
            works = {code: {seat[2] for seat in own if place(seat) == code} for code in set(map(place, own)) - {None}}
            latest = {code: max((dates[work].toordinal(), work) for work in works[code]) for code in works}
            ranked = sorted(works, key=lambda c: (-len(works[c]), -latest[c][0], -latest[c][1], c))
            row += [ranked[0] if ranked else None, len(works)]
        expected.append((*row, any(seat[6] for seat in own)))
    assert len({row[-1] for row in expected}) == 2
    actual = author_years_rows(
        spark.createDataFrame(seats, SEAT),
        spark.createDataFrame(CITIES, "institution_id bigint, geonames_city_id bigint"),
    )
    check(actual, AUTHOR_YEARS, expected)


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
