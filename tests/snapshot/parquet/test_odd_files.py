"""Parquet parts that other programs would not write: each is read as far as it can be, or refused in a sentence."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import SnapshotError
from isthmus.files import open_root
from isthmus.snapshot.datasource import parse_lines
from isthmus.snapshot.model import PARQUET, Part
from isthmus.snapshot.parquet.texts import readable


def texts(*values):
    """A column of text of these bytes, whatever they are."""
    ends = np.cumsum([0, *map(len, values)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(b"".join(values)))


def parsed(folder, entity, table, **how):
    file = folder / "part.parquet"
    pq.write_table(table, file, **how)
    return read(folder, entity, file)


def read(folder, entity, file):
    part = Part(entity, file.name, file.stat().st_size, PARQUET)
    return [row for batch in parse_lines(open_root(str(folder)), part) for row in batch.to_pylist()]


@pytest.mark.parametrize("entity", ["works", "institutions"])
@pytest.mark.parametrize("name", ["id", "type"])
def test_a_needed_column_that_stands_twice_is_refused(tmp_path, entity, name):
    table = pa.Table.from_arrays([texts(b"W1"), texts(b"a"), texts(b"b")], names=["id", name, name])
    with pytest.raises(SnapshotError, match=rf"^part\.parquet: the column '{name}' stands there twice, and nobody can"):
        parsed(tmp_path, entity, table)


def test_a_field_that_stands_twice_inside_another_is_refused(tmp_path):
    source = pa.StructArray.from_arrays([texts(b"S1"), texts(b"S2")], names=["id", "id"])
    location = pa.StructArray.from_arrays([source], names=["source"])
    with pytest.raises(SnapshotError, match=r"column 'id' stands there twice in 'primary_location.source'"):
        parsed(tmp_path, "works", pa.table({"id": ["W1"], "primary_location": location}))


def test_columns_that_nobody_reads_may_stand_twice(tmp_path):
    table = pa.Table.from_arrays([texts(b"W1"), texts(b"a"), texts(b"b")], names=["id", "new", "new"])
    assert [row["work_id"] for row in parsed(tmp_path, "works", table)][:1] == [1]


@pytest.mark.parametrize(("entity", "key"), [("works", "work_id"), ("sources", "entity_id")])
def test_a_row_with_text_that_is_no_utf8_is_rejected_alone(tmp_path, entity, key):
    letter = entity[0].upper().encode()
    ids = [letter + b"%d" % number for number in range(1, 8)]
    kinds = [b"journal"] * 7
    kinds[2], kinds[5] = b"\xff\xfe", b"\xc3"
    *rows, summary = parsed(tmp_path, entity, pa.table({"id": texts(*ids), "type": texts(*kinds)}))
    assert {row["line"]: row[key] for row in rows if row[key]} == {n: n for n in (1, 2, 4, 5, 7)}
    assert {row["line"] for row in rows if row["reject"]} == {3, 6}
    assert all(row["reject"]["reason"].startswith("Invalid UTF-8 encoded string") for row in rows if row["reject"])
    assert (summary["summary"]["read"], summary["summary"]["status"]) == (7, "complete")


@pytest.mark.parametrize("name", ["homepage_url", "a_new_column"])
@pytest.mark.parametrize(("entity", "key"), [("works", "work_id"), ("sources", "entity_id")])
def test_text_that_is_no_utf8_where_nobody_reads_it_costs_nothing(tmp_path, entity, key, name):
    ids = texts(entity[0].upper().encode() + b"7")
    row, _ = parsed(tmp_path, entity, pa.table({"id": ids, name: texts(b"\xff\xfe")}))
    assert (row[key], row["reject"]) == (7, None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=12))
def test_the_rows_that_are_readable_are_those_that_python_decodes(values):
    def decodes(value):
        try:
            value.decode()
        except UnicodeDecodeError:
            return False
        return True

    found = readable(pa.record_batch({"a": texts(*values), "b": pa.array(range(len(values)))}))
    expected = [decodes(value) for value in values]
    assert (found is None) == all(expected)
    assert found is None or found.tolist() == expected


@pytest.mark.parametrize("entity", ["works", "sources"])
def test_a_flipped_bit_in_a_page_is_seen(tmp_path, entity):
    """Only its checksum tells: the page is neither packed nor encoded."""
    letter = entity[0].upper()
    table = pa.table({"id": [f"{letter}{n}" for n in range(1, 500)], "type": [f"type {n}" for n in range(1, 500)]})
    how = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
    assert parsed(tmp_path, entity, table, **how)[-1]["summary"]["status"] == "complete"
    file = tmp_path / "part.parquet"
    content = file.read_bytes()
    assert content.count(b"type 250") == 1
    file.write_bytes(content.replace(b"type 250", b"type 251"))
    *rows, summary = read(tmp_path, entity, file)
    assert summary["summary"]["status"] == "damaged"
    assert [row["reject"] is not None for row in rows] == [True]


def test_a_schema_nested_too_deep_is_damage(tmp_path):
    nested, value = pa.string(), "x"
    for _ in range(60):
        nested, value = pa.list_(nested), [value]
    reject, summary = parsed(tmp_path, "works", pa.table({"id": ["W1"], "new": pa.array([value], nested)}))
    assert "too deeply nested" in reject["reject"]["reason"]
    assert summary["summary"]["status"] == "damaged"
