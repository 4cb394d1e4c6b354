"""A line of gzip counts only where the checksum of its member holds: no flipped bit leaves altered rows behind."""

import gzip
import io
import json
import random
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.config import Storage
from isthmus.files import open_root
from isthmus.snapshot.datasource import PartGroup
from isthmus.snapshot.json import lines as module
from isthmus.snapshot.json import parse as parsing
from isthmus.snapshot.json.lines import LineStream, vouched
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.model import Part
from isthmus.tables import one_pass
from isthmus.tables.one_pass import OnePassReader, Task

FLIPS = 150


def record(number):
    cited = [f"https://openalex.org/W{number * 31 + i}" for i in range(3)]
    fields = {"publication_year": 1900 + number % 120, "type": f"type {number}", "referenced_works": cited}
    return json.dumps({"id": f"https://openalex.org/W{number}"} | fields).encode()


def members(*sizes):
    """Gzip members of records, and the records."""
    packed, records, first = [], [], 1
    for size in sizes:
        own = [record(number) for number in range(first, first + size)]
        packed.append(gzip.compress(b"\n".join(own) + b"\n", mtime=0))
        records += own
        first += size
    return packed, records


def parsed(folder, data):
    (folder / "works.gz").write_bytes(data)
    part = Part("works", "works.gz", len(data))
    rows = [row for batch in parse_part(open_root(str(folder)), part) for row in batch.to_pylist()]
    return [row for row in rows if row["work_id"] is not None], rows[-1]["summary"]


def shown(row):
    return row["work_id"], row["publication_year"], row["work_type"], row["referenced_works"]


def test_no_flipped_bit_leaves_altered_rows(tmp_path):
    packed, _ = members(40, 40)
    whole = bytearray(b"".join(packed))
    expected, _ = parsed(tmp_path, bytes(whole))
    first = [shown(row) for row in expected[:40]]
    dice = random.Random(20)
    for _ in range(FLIPS):
        at, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        whole[at] ^= bit
        rows, summary = parsed(tmp_path, bytes(whole))
        found = [shown(row) for row in rows]
        if at < len(module.GZIP_MAGIC):  # no longer gzip at all: text of which no line is a record
            assert not found
        elif summary["status"] == "complete":  # of the header: a time, a name
            assert found == [shown(row) for row in expected]
        else:
            assert found == (first if at >= len(packed[0]) else [])
            assert "no line counts that no checksum vouches for" in summary["message"]
        whole[at] ^= bit


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=60), max_size=5), st.binary(max_size=30), st.integers(1, 50))
def test_the_text_that_counts_is_that_of_the_whole_members(texts, after, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "READ_BYTES", size)
        patch.setattr(module, "INFLATE_BYTES", size)
        packed = b"".join(gzip.compress(text) for text in texts) or gzip.compress(b"")
        data = packed + gzip.compress(after + b"!")[:-3]  # what it promises at its end is cut off
        until = vouched(io.BytesIO(data))
        assert until.text == sum(map(len, texts))
        lines, _, unfinished = b"".join(texts).removeprefix(b"\xef\xbb\xbf").rpartition(b"\n")
        stream = LineStream(io.BytesIO(data), until=until)
        assert b"\n".join(stream.texts()) == lines
        assert (stream.tail, stream.damage) == (unfinished, until.damage)
    assert vouched(io.BytesIO(packed)) is None


def test_a_part_in_object_storage_is_fetched_once(tmp_path, monkeypatch):
    """The bytes that were looked at are kept, in memory or on disk, and read from there."""
    packed, _ = members(500)
    (tmp_path / "works.gz").write_bytes(packed[0])
    fetched = []

    class Watched(io.BytesIO):
        def read(self, size=-1, /):
            data = super().read(size)
            fetched.append(len(data))
            return data

    for kept in (10, 1 << 20):
        fetched.clear()
        with parsing.SpooledTemporaryFile(kept) as copy:
            text, until = parsing._vouched(Watched(packed[0]), copy)
            assert until is None
            assert gzip.decompress(text.read()) == zlib.decompress(packed[0], 31)
        assert sum(fetched) == len(packed[0]) + len(b"\x1f\x8b")


@pytest.mark.parametrize("most", [0, 1 << 28])
def test_one_pass_writes_no_altered_row(tmp_path, monkeypatch, most):
    """Whether the rows fit into memory or not, and with nothing left of what was written before the damage showed."""
    monkeypatch.setattr(one_pass, "HELD_BYTES", most)
    packed, _ = members(3000, 3000)
    data = bytearray(b"".join(packed))
    data[-5] ^= 1  # of the second member's checksum
    (tmp_path / "works.gz").write_bytes(data)
    for name in ("works", "authorships", "citations"):
        (tmp_path / name).mkdir()
    part = Part("works", "works.gz", len(data))
    folders = {name: str(tmp_path / name) for name in ("works", "authorships", "citations")}
    task = Task(str(tmp_path), Storage().model_dump_json(), [part], folders, 2026, "reader")
    reader = OnePassReader(msgspec.json.encode(task).decode())
    rows = [row for batch in reader.read(PartGroup((part,))) for row in batch.to_pylist()]
    assert [row["work_id"] for row in rows if row["work_id"]] == list(range(1, 3001))
    assert rows[-1]["summary"]["status"] == "damaged"
    assert [each["rows"] for each in rows[-1]["files"] if each["table"] == "works"] == [3000]
    assert sorted(file.name for file in (tmp_path / "works").iterdir()) == [
        each["name"] for each in rows[-1]["files"] if each["table"] == "works"
    ]
