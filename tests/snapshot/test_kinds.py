"""Values that are none of their kind: mended where that is certain, else null and counted by field."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.files import open_root
from isthmus.geography import COUNTRIES
from isthmus.snapshot.datasource import parse_lines
from isthmus.snapshot.kinds import Kinds, country_code, without_control
from isthmus.snapshot.model import LINES, PARQUET, Part
from isthmus.snapshot.schemas import STRING

ODD = {
    "id": "https://openalex.org/W1",
    "publication_year": 999,
    "publication_date": "0000-01-01",
    "updated_date": "2026-01-02",
    "authors_count": 2,
    "authorships": [
        {
            "author": {"id": "https://openalex.org/A1"},
            "countries": [" us", "UK", "<script>", "gb ", "\u0007US", ""],
            "institutions": [
                {"id": "https://openalex.org/I1", "country_code": "us"},
                {"id": "https://openalex.org/I2", "country_code": "GB\u0000"},
                {"id": "https://openalex.org/I3", "country_code": None},
            ],
        },
        {"author": {"id": "https://evil.example/A9"}, "countries": None, "institutions": []},
    ],
    "referenced_works": ["https://evil.example/W9", "https://openalex.org/W8", "https://openalex.org/W7 "],
}
GOOD = {
    "id": "https://openalex.org/W2",
    "publication_year": 1000,
    "publication_date": "9999-12-31",
    "updated_date": "2026-01-02",
    "authors_count": 0,
    "authorships": [{"author": {"id": "https://openalex.org/A2"}, "countries": ["NA"], "institutions": []}],
    "referenced_works": ["https://openalex.org/W1"],
}


def as_lines(folder, entity, records):
    file = folder / "part.jsonl"
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return Part(entity, file.name, file.stat().st_size, LINES)


def as_parquet(folder, entity, records):
    file = folder / "part.parquet"
    pq.write_table(pa.Table.from_pylist(records), file)
    return Part(entity, file.name, file.stat().st_size, PARQUET)


def parsed(folder, part):
    rows = [row for batch in parse_lines(open_root(str(folder)), part) for row in batch.to_pylist()]
    return rows[:-1], dict(rows[-1]["summary"]["set_aside"])


@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_works_of_either_layout_keep_what_is_certain(tmp_path, write):
    rows, set_aside = parsed(tmp_path, write(tmp_path, "works", [ODD, GOOD]))
    odd, good = rows
    assert (odd["publication_year"], odd["publication_date"]) == (None, None)
    first, second = odd["authorships"]
    assert first["countries"] == ["US", None, None, "GB", None, None]
    assert [each["country_code"] for each in first["institutions"]] == ["US", None, None]
    assert [each["institution_id"] for each in first["institutions"]] == [1, 2, 3]
    assert (first["author_id"], second["author_id"]) == (1, None)
    assert odd["referenced_works"] == [8]
    assert (good["publication_year"], good["publication_date"]) == (1000, date(9999, 12, 31))
    assert good["authorships"][0]["countries"] == ["NA"]  # Namibia
    assert set_aside == {
        "publication_date": 1,
        "publication_year": 1,
        "authorships.countries": 3,
        "authorships.institutions.country_code": 1,
    }


@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_places_off_the_earth_and_names_that_steer_a_terminal(tmp_path, write):
    records = [
        {
            "id": "https://openalex.org/I1",
            "display_name": "A\u0007B\n\u202eC ",
            "country_code": "<b>",
            "geo": {"city": "Z\u00fcrich\u001b[31m", "latitude": 90.5, "longitude": 8.5},
        },
        {
            "id": "https://openalex.org/I2",
            "display_name": "=1+1",
            "country_code": "ch",
            "geo": {"city": "Bern", "latitude": -90.0, "longitude": 180.0},
        },
    ]
    rows, set_aside = parsed(tmp_path, write(tmp_path, "institutions", records))
    places = [row["institution"] for row in rows]
    assert [row["display_name"] for row in rows] == ["A B C", "=1+1"]
    assert [place["city"] for place in places] == ["Z\u00fcrich [31m", "Bern"]
    assert [place["country_code"] for place in places] == [None, "CH"]
    assert [(place["latitude"], place["longitude"]) for place in places] == [(None, None), (-90.0, 180.0)]
    assert set_aside == {"country_code": 1, "geo.latitude": 1, "geo.longitude": 1}


@pytest.mark.parametrize(
    ("year", "expected", "odd"),
    [(2019.0, 2019, 0), (2019.5, None, 1), (1e300, None, 1), (0, None, 1), (10000, None, 1), (None, None, 0)],
)
@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_a_year_is_whole_and_within_reason(tmp_path, write, year, expected, odd):
    records = [{"id": "https://openalex.org/W1", "publication_year": year}, {"id": "W2", "publication_year": 2000}]
    if write is as_parquet and year is not None:
        records[1]["publication_year"] = type(year)(2000)  # one type for a column
    rows, set_aside = parsed(tmp_path, write(tmp_path, "works", records))
    assert [row["publication_year"] for row in rows] == [expected, 2000]
    assert set_aside == ({"publication_year": odd} if odd else {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-02-28", date(2019, 2, 28)),
        ("2019-02-30", None),
        ("2019-1-1", None),
        ("20190101", None),
        ("0000-01-01", None),
        ("99999-01-01", None),
        ("2019", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_a_day_that_the_calendar_does_not_have_is_none_and_counted(tmp_path, write, text, expected):
    days = [text, "2020-01-01", "  ", None]
    records = [{"id": f"W{number}", "publication_date": day} for number, day in enumerate(days, start=1)]
    rows, set_aside = parsed(tmp_path, write(tmp_path, "works", records))
    assert [row["publication_date"] for row in rows] == [expected, date(2020, 1, 1), None, None]
    assert set_aside == ({"publication_date": 1} if text and expected is None else {})


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00", "0000-01-01", "0500-01-01", "yesterday"]
)
@pytest.mark.parametrize("write", [as_lines, as_parquet])
def test_a_moment_that_no_calendar_has_makes_no_table_unreadable_and_is_counted(tmp_path, write, text):
    moments = [text, "", "2026-01-02T03:04:05+01:00"]
    records = [{"id": f"W{number}", "updated_date": moment} for number, moment in enumerate(moments, start=1)]
    rows, set_aside = parsed(tmp_path, write(tmp_path, "works", records))
    assert [row["updated_date"] for row in rows] == [None, None, datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)]
    assert set_aside == {"updated_date": 1}


TEXTS = st.text(max_size=4) | st.sampled_from(sorted(COUNTRIES)).flatmap(
    lambda c: st.sampled_from([c, c.lower(), f" {c} "])
)


@settings(deadline=None)
@given(st.lists(st.none() | TEXTS, max_size=12))
def test_no_code_is_left_that_no_country_has(texts):
    authorships = [{"author_position": None, "author_id": 1, "countries": texts, "institutions": None}]
    from isthmus.snapshot.schemas import AUTHORSHIP, list_of

    kinds = Kinds()
    found = kinds.admit({"authorships": pa.array([authorships], list_of(AUTHORSHIP))})["authorships"][0].as_py()
    codes = found[0]["countries"]
    assert codes == [None if text is None else country_code(text) for text in texts]
    assert set(codes) <= {*COUNTRIES, None}
    lost = sum(bool(text and text.strip()) and country_code(text) is None for text in texts)
    assert kinds.set_aside["authorships.countries"] == lost


@settings(deadline=None)
@given(st.lists(st.none() | st.text(max_size=8), max_size=8))
def test_names_have_no_control_characters(texts):
    import unicodedata

    for before, after in zip(texts, without_control(pa.array(texts, STRING)).to_pylist(), strict=True):
        assert (before is None) == (after is None)
        assert not any(unicodedata.category(letter) == "Cc" for letter in after or "")
    clean = pa.array(["Zürich", "O'Higgins", None], STRING)
    assert without_control(clean) is clean


def test_the_range_of_moments():
    moments = pa.array([datetime(999, 12, 31, tzinfo=UTC), datetime(1000, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    kinds = Kinds()
    kept = kinds.admit({"updated_date": moments})["updated_date"]
    assert [each.is_valid for each in kept] == [False, True]
    assert kinds.set_aside == {"updated_date": 1}
