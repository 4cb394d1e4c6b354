"""Small files that hold very much: every reader has a bound and says so, and memory does not grow with the content."""

import gzip
import json
import tracemalloc
from contextlib import contextmanager

import pytest

from isthmus.errors import SnapshotError
from isthmus.files import open_root
from isthmus.snapshot import loose, open_snapshot
from isthmus.snapshot.json import parse as parsing
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.model import LINES, PAGE, Part

MEGABYTE = 1 << 20


@contextmanager
def memory_below(megabytes):
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        tracemalloc.stop()
    assert peak < megabytes, f"{peak:.0f} MB"


def record(number, **fields):
    return json.dumps({"id": f"https://openalex.org/W{number}"} | fields).encode()


def parsed(folder, name, data, form):
    (folder / name).write_bytes(data)
    rows = []
    for batch in parse_part(open_root(str(folder)), Part("works", name, len(data), form)):
        rows += batch.select(["work_id", "line", "reject", "summary"]).to_pylist()
    return rows


@pytest.mark.parametrize("fill", [b" ", b"\n", b"\0"])
def test_a_file_of_blanks_is_looked_at_with_little_memory(tmp_path, fill):
    (tmp_path / "unknown.gz").write_bytes(gzip.compress(fill * (256 * MEGABYTE), 9))
    with memory_below(60), pytest.raises(SnapshotError, match="no file with OpenAlex records"):
        open_snapshot(str(tmp_path))


def test_a_page_that_is_larger_than_any_is_one_damaged_document(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "LARGEST_PAGE", 4 * MEGABYTE)
    data = gzip.compress(b'{"results": [\n' + record(1) + b",\n" * 1 + b" " * (64 * MEGABYTE), 9)
    with memory_below(40):
        rows = parsed(tmp_path, "works.json", data, PAGE)
    assert [row["line"] for row in rows if row["reject"]] == [1]
    assert [row["summary"]["status"] for row in rows if row["summary"]] == ["damaged"]
    assert "4 MiB" in rows[-1]["summary"]["message"]


def test_a_page_of_many_short_lines_is_bounded_too(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "LARGEST_PAGE", 2 * MEGABYTE)
    data = gzip.compress(b'{"results": [\n' + b"1,\n" * (4 * MEGABYTE), 9)
    rows = parsed(tmp_path, "works.json", data, PAGE)
    assert [row["reject"]["reason"] for row in rows if row["reject"]] == ["a document of the API larger than 2 MiB"]


def test_millions_of_empty_lines_are_counted_and_passed(tmp_path):
    empty = 3 * MEGABYTE
    text = record(1) + b"\n" * empty + b"  \n" + record(2) + b"\nno record\n" + b"\n" * empty + record(3)
    with memory_below(60):
        rows = parsed(tmp_path, "works.jsonl", gzip.compress(text), LINES)
    lines = {row["work_id"]: row["line"] for row in rows if row["work_id"]}
    assert lines == {1: 1, 2: empty + 2, 3: 2 * empty + 4}
    assert [row["line"] for row in rows if row["reject"]] == [empty + 3]
    assert rows[-1]["summary"]["read"] == 4


@pytest.mark.parametrize(
    ("content", "entity"),
    [
        (b'{"meta": {"id": "https://openalex.org/A9"}, "results": [' + record(1) + b"]}", "works"),
        (b'[{"id": "https://openalex.org/I4"}]', "institutions"),
        (b'{"id": "https://openalex.org/S4", "x": ' + b"[" * 500 + b"]" * 500 + b"}", "sources"),
        (b'{"id": "S4"}\n{"id": "S5"}', "sources"),
        (b'{"id": 7}\n' + record(1), "works"),
        (b'{"results": [{"no": "id"}, ' + record(1) + b"]}", "works"),
        (b'{"results": []}', None),
        (b'{"results": 5}', None),
        (b"[[[[", None),
        (b"\xff\xfe{", None),
        (b"[" * 100_000, None),
    ],
)
def test_the_first_record_tells_the_entity(content, entity):
    assert loose._entity_by_content(content) == entity
