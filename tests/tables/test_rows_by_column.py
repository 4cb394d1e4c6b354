"""Rows made by the column in Arrow against a plain loop over the records, and files of parts against their rows."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructField, StructType

from isthmus.engine.ddl import spark_fields
from isthmus.engine.part_files import NAME, key_of
from isthmus.snapshot.schemas import WORKS_SCHEMA
from isthmus.tables import AUTHORSHIPS as AUTHORSHIPS_TABLE
from isthmus.tables import CITATIONS, WORKS, part_writer
from isthmus.tables.part_writer import PartWriter, state_key
from isthmus.tables.rows import authorships_of, citations_of, completeness, works_of

PART = "data/jsonl/works/updated_date=2026-06-24/part_0000.gz"
LAST = 2026
RECORD = [n for n in WORKS_SCHEMA.names if n not in {"entity", "part", "line", "reject", "summary"}]


def nullable(strategy):
    return st.none() | strategy


CODES = nullable(st.sampled_from(["", "DE", "NA", "CN"]))
INSTITUTIONS = nullable(st.sampled_from([1, 2, 4389424196]))
AFFILIATIONS = st.fixed_dictionaries(
    {"institution_id": INSTITUTIONS, "country_code": nullable(st.sampled_from(["DE", "NA"]))}
)
AUTHORSHIPS = st.fixed_dictionaries(
    {
        "author_position": nullable(st.sampled_from(["first", "last"])),
        "author_id": nullable(st.sampled_from([7, 9999999999, 5317838346])),
        "countries": nullable(st.lists(CODES, max_size=3)),
        "institutions": nullable(st.lists(AFFILIATIONS, max_size=4)),
        "has_orcid": nullable(st.booleans()),
    }
)
FLAGS = nullable(st.booleans())
RECORDS = st.fixed_dictionaries(
    {
        "work_id": st.integers(1, 9),
        "updated_date": nullable(st.just(datetime(2026, 5, 1, tzinfo=UTC))),
        "publication_year": nullable(st.sampled_from([1999, LAST, LAST + 1, 40_000, -40_000])),
        "publication_date": nullable(st.just(date(2020, 2, 29))),
        "work_type": nullable(st.sampled_from(["article", "paratext"])),
        "is_retracted": FLAGS,
        "is_paratext": FLAGS,
        "is_xpac": FLAGS,
        "source_id": nullable(st.just(3)),
        "authors_count": nullable(st.integers(0, 4)),
        "authorships": nullable(st.lists(AUTHORSHIPS, max_size=3)),
        "referenced_works": nullable(st.lists(nullable(st.integers(1, 12) | st.just(4285719527)), max_size=6)),
    }
)


def batch_of(records):
    rows = [dict.fromkeys(WORKS_SCHEMA.names) | {"entity": "works", "part": PART} | record for record in records]
    # nulls inside of a list of references are what no parser gives, and no matter for the rows
    return pa.RecordBatch.from_pylist(rows, WORKS_SCHEMA)


def expected_works(record, last):
    listed, counted, year = len(record["authorships"] or []), record["authors_count"], record["publication_year"]
    return {
        "work_id": record["work_id"],
        "publication_year": year if year is not None and (last is None or year <= last) else None,
        "is_paratext": bool(record["is_paratext"]) or record["work_type"] == "paratext",
        "is_retracted": bool(record["is_retracted"]),
        "is_xpac": bool(record["is_xpac"]),
        "n_authors": listed if counted is None else counted,
        "authors_truncated": listed == 100 if counted is None else counted > listed,
        "n_references": len(record["referenced_works"] or []),
        "updated_date": record["updated_date"] or datetime(2026, 6, 24, tzinfo=UTC),
        "part": PART,
    }


def expected_authorships(record, last):
    for sequence, author in enumerate(record["authorships"] or []):
        places = []
        for each in author["institutions"] or []:
            place = (each["institution_id"], each["country_code"])
            if place != (None, None) and place[0] != 4389424196 and place not in places:
                places.append(place)
        if not any(code for _, code in places):
            places += [(None, code) for code in dict.fromkeys(author["countries"] or []) if code]
        known = author["author_id"] if author["author_id"] == 7 else None
        year = expected_works(record, last)["publication_year"]
        for rank, (number, code) in enumerate(places or [(None, None)]):
            yield (
                record["work_id"],
                year,
                sequence,
                author["author_position"],
                known,
                number,
                code,
                record["publication_date"],
                rank,
                author["has_orcid"] or False,
            )


def expected_citations(record, last):
    year = expected_works(record, last)["publication_year"]
    small = year if year is not None and abs(year) < 2**15 else None
    for cited in dict.fromkeys(each for each in record["referenced_works"] or [] if each is not None):
        if cited not in (record["work_id"], 4285719527):
            yield record["work_id"], cited, small


@settings(deadline=None, max_examples=150)
@given(st.lists(RECORDS, max_size=6), st.sampled_from([LAST, 2050, None]))
def test_rows_are_those_of_a_plain_loop(records, last):
    batch = batch_of(records)
    works = works_of(batch, PART, last).to_pylist()
    for row, record in zip(works, records, strict=True):
        wanted = expected_works(record, last)
        assert {name: row[name] for name in wanted} == wanted
        assert row["source_id"] == record["source_id"]
    authorships = [tuple(row.values()) for row in authorships_of(batch, last).to_pylist()]
    assert authorships == [row for record in records for row in expected_authorships(record, last)]
    citations = [tuple(row.values()) for row in citations_of(batch, last).to_pylist()]
    assert citations == [row for record in records for row in expected_citations(record, last)]
    filled = [sum(record.get(name) is not None for name in RECORD) for record in records]
    assert completeness(batch).to_pylist() == filled
    # a slice of a batch begins elsewhere in its buffers
    if len(records) > 1:
        assert (
            authorships_of(batch.slice(1), last).to_pylist() == authorships_of(batch_of(records[1:]), last).to_pylist()
        )
        assert citations_of(batch.slice(1), last).to_pylist() == citations_of(batch_of(records[1:]), last).to_pylist()


@pytest.mark.parametrize(
    ("spec", "build"),
    [
        (WORKS, lambda batch: works_of(batch, PART, LAST)),
        (AUTHORSHIPS_TABLE, lambda batch: authorships_of(batch, LAST)),
        (CITATIONS, lambda batch: citations_of(batch, LAST)),
    ],
)
def test_columns_are_those_of_the_table(spec, build):
    expected = to_arrow_schema(
        StructType([StructField(f.name, f.dataType) for f in spark_fields(spec)]), timezone="UTC"
    )
    found = build(batch_of([{"work_id": 1, "authorships": [{}], "referenced_works": [2]}])).schema
    assert [(f.name, f.type) for f in found] == [(f.name, f.type) for f in expected]


def test_a_list_of_authors_as_long_as_the_longest_of_the_api_is_cut():
    author = {"author_position": None, "author_id": 7, "countries": None, "institutions": None}
    rows = works_of(batch_of([{"work_id": 1, "authorships": [author] * n} for n in (99, 100)]), PART, LAST)
    assert rows["authors_truncated"].to_pylist() == [False, True]


def test_a_record_without_any_date_has_none():
    rows = works_of(batch_of([{"work_id": 1}]), "works.jsonl", LAST)
    assert rows["updated_date"].to_pylist() == [None]
    assert works_of(batch_of([{"work_id": 1}]), "updated_date=2026-99-24/x", LAST)["updated_date"].to_pylist() == [None]


@pytest.mark.parametrize("buffered", [1, 1 << 20])
def test_files_hold_the_rows_and_say_what_is_in_them(tmp_path, monkeypatch, buffered):
    monkeypatch.setattr(part_writer, "BUFFERED_BYTES", buffered)
    folders = {name: str(tmp_path / name) for name in part_writer.TABLES}
    for folder in folders.values():
        (tmp_path / folder).mkdir()
    author = {"author_position": "first", "author_id": 7, "countries": ["DE"], "institutions": None}
    years = [2020, 1990, None, 2010]
    batches = [
        batch_of(
            [
                {"work_id": 10 * b + i, "publication_year": y, "authorships": [author], "referenced_works": [99, 98]}
                for i, y in enumerate(years)
            ]
        )
        for b in range(3)
    ]
    writer = PartWriter(folders, PART, LAST)
    for batch in batches:
        writer.add(batch)
    state = state_key("crc", 5, "reader", LAST, 2020, "")
    files = writer.close(state)
    made = {"works": works_of, "authorships": authorships_of, "citations": citations_of}
    for table, build in made.items():
        own = [file for name, file in files if name == table]
        assert all(NAME.fullmatch(file.name) and (file.part, file.state) == (key_of(PART), state) for file in own)
        assert len(own) == (3 if table == "citations" and buffered == 1 else 1)
        arguments = (PART, LAST) if table == "works" else (LAST,)
        expected = pa.concat_tables([build(batch, *arguments) for batch in batches]).to_pylist()
        found = []
        for file in own:
            path = tmp_path / table / file.name
            rows = pq.read_table(path)
            stats = json.loads(file.stats)
            assert (file.rows, file.bytes, stats["numRecords"]) == (len(rows), path.stat().st_size, len(rows))
            year = "citing_year" if table == "citations" else "publication_year"
            assert (stats["minValues"][year], stats["maxValues"][year]) == (1990, 2020)
            assert stats["nullCount"][year] == rows[year].null_count
            if table == "citations":
                known = [y for y in rows[year].to_pylist() if y is not None]
                assert known == sorted(known)
            found += rows.to_pylist()
        assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert {path.name for path in tmp_path.glob("*/*")} == {file.name for _, file in files}


def test_statistics_of_days():
    statistics = part_writer.Statistics()
    for days in ([-1, 364], [None, None], [20_000, 59]):
        statistics.add(pa.table({"day": pa.array(days, pa.int32()).cast(pa.date32())}))
    said = json.loads(statistics.as_json())
    assert (said["minValues"], said["maxValues"]) == ({"day": "1969-12-31"}, {"day": "2024-10-04"})
    assert (said["numRecords"], said["nullCount"]) == (6, {"day": 2})
    # the year 0, which Arrow reads and no date of Python's is
    statistics.add(pa.table({"day": pa.array([-719_500], pa.int32()).cast(pa.date32())}))
    said = json.loads(statistics.as_json())
    assert (said["minValues"], said["maxValues"]) == ({}, {"day": "2024-10-04"})


def test_a_part_without_works_has_no_file(tmp_path):
    folders = dict.fromkeys(part_writer.TABLES, str(tmp_path))
    assert PartWriter(folders, PART, LAST).close("0" * 16) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("buffered", [1, 1 << 20])
def test_a_part_without_authors_and_references_has_an_empty_file_in_each_table(tmp_path, monkeypatch, buffered):
    monkeypatch.setattr(part_writer, "BUFFERED_BYTES", buffered)
    writer = PartWriter(dict.fromkeys(part_writer.TABLES, str(tmp_path)), PART, LAST)
    for number in (1, 2):
        writer.add(batch_of([{"work_id": number}]))
    files = dict(writer.close("0" * 16))
    assert {table: file.rows for table, file in files.items()} == {"works": 2, "authorships": 0, "citations": 0}
    assert len(list(tmp_path.iterdir())) == 3
    assert json.loads(files["citations"].stats)["minValues"] == {}


@pytest.mark.parametrize("buffered", [1, 1 << 20])
def test_nothing_is_left_of_a_part_that_could_not_be_read_to_its_end(tmp_path, monkeypatch, buffered):
    monkeypatch.setattr(part_writer, "BUFFERED_BYTES", buffered)
    writer = PartWriter(dict.fromkeys(part_writer.TABLES, str(tmp_path)), PART, LAST)
    writer.add(batch_of([{"work_id": 1, "referenced_works": [2]}]))
    assert bool(list(tmp_path.iterdir())) == (buffered == 1)
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_what_the_rows_of_a_part_depend_on():
    one = state_key("crc", 5, "reader", 2025, 2020, "")
    assert one == state_key("crc", 5, "reader", 2026, 2020, ""), "no year of the part lies after either release"
    others = [
        state_key("other", 5, "reader", 2025, 2020, ""),
        state_key("crc", 6, "reader", 2025, 2020, ""),
        state_key("crc", 5, "another", 2025, 2020, ""),
        state_key("crc", 5, "reader", 2019, 2020, ""),
        state_key("crc", 5, "reader", 2025, 2020, "lines"),
    ]
    assert len({one, *others}) == 6
    assert state_key("crc", 5, "r", 2025, 2030, "") != state_key("crc", 5, "r", 2026, 2030, "")
    assert state_key("crc", 5, "r", 2025, 2027, "") != state_key("crc", 5, "r", 2026, 2027, "")
