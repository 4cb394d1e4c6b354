"""Snapshots that are not what they promise: each fault is named, nothing else is lost, every line is accounted for."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus.errors import SnapshotError
from isthmus.snapshot import open_snapshot
from isthmus.tables import build_all, parse_works

pytestmark = pytest.mark.spark


def work(number, **fields):
    record = {
        "id": f"https://openalex.org/W{number}",
        "publication_year": 2020,
        "type": "article",
        "updated_date": "2026-05-01",
        "authorships": [{"author": {"id": "https://openalex.org/A1"}, "institutions": [], "countries": ["CH"]}],
        "referenced_works": ["https://openalex.org/W1"],
    }
    return json.dumps(record | fields).encode()


OTHERS = {
    "institutions": [b'{"id": "https://openalex.org/I1", "display_name": "Uni", "geo": {"city": "Bern"}}'],
    "sources": [b'{"id": "https://openalex.org/S1", "display_name": "Journal"}'],
    "topics": [
        b'{"id": "https://openalex.org/T1", "display_name": "t", "subfield": {"id": "https://openalex.org/subfields/1"}}'
    ],
}


def other_part(root, layout, name, content):
    folder = root / "data" / layout / "works" / "updated_date=2026-06-24"
    (folder / name).write_bytes(content)


def test_hostile_snapshot(spark, store, as_jsonl, renew_manifests, tmp_path):
    """Every kind of bad line and part at once, in a copy that `partial` lets pass."""
    huge = [{"author": {"id": f"https://openalex.org/A{i}"}, "raw": "x" * 400} for i in range(1, 5104)]
    lines = [
        work(1),
        b"{bad json",
        work(2, publication_year="2020"),
        work(3, authorships=huge),  # 2 MB
        work(4, authorships=[{"author": None}, None], referenced_works=None),
        work(5),
        work(5, updated_date="2026-05-02"),
        work(6),
        work(7, publication_year=2031),
        b"",
        work(8, referenced_works=[[]]),
    ]
    root = as_jsonl(tmp_path / "snapshot", {"works": lines} | OTHERS)
    more = [work(i, title=f"{i * 7919}" * 30) + b"\n" for i in range(1000, 3000)]
    whole, cut_off = gzip.compress(b"".join(more[:700])), gzip.compress(b"".join(more[700:]))
    other_part(root, "jsonl", "part_0001.gz", whole + cut_off[: len(cut_off) // 2])
    other_part(root, "jsonl", "part_0002.gz", b"")
    renew_manifests(root, "jsonl", {"works": 10} | dict.fromkeys(OTHERS, 1))
    (root / "data/jsonl/works/deleted_ids.csv").write_text("work_id,deleted_date\nhttps://openalex.org/W6,2026-05-01\n")
    snapshot = open_snapshot(str(root), partial=True)
    notes = [note for built in build_all(spark, store, snapshot) for note in built.notes]

    rejects = {(row.part[-7:], row.line): row for row in store.read("rejects").collect()}
    cut = max(line for part, line in rejects if part == "0001.gz")
    assert set(rejects) == {("0000.gz", 2), ("0000.gz", 3), ("0000.gz", 11), ("0001.gz", cut)}
    assert "malformed" in rejects["0000.gz", 2].reason
    assert rejects["0000.gz", 2].raw == "{bad json"
    assert rejects["0000.gz", 3].reason == "Expected `int | float | null`, got `str` - at `$.publication_year`"
    assert rejects["0000.gz", 11].reason.endswith("at `$.referenced_works[0]`")
    assert cut == 701, "no line counts that no checksum vouches for"
    assert "truncated gzip" in rejects["0001.gz", cut].reason

    works = {row.work_id: row for row in store.read("works").collect()}
    assert set(works) == {1, 3, 4, 5, 7} | set(range(1000, 1000 + cut - 1))
    assert works[3].n_authors == 5103
    assert works[7].publication_year is None
    assert store.read("authorships").where("work_id = 3").count() == 5103
    assert store.read("authorships").where("work_id = 4").count() == 2
    assert store.read("citations").where("citing_work_id < 1000").count() == 3

    account = store.read("accounting").where("entity = 'works'").first()
    assert (account.rejected, account.superseded, account.deleted) == (4, 1, 1)
    assert account.read == account.kept + 6 == len(works) + 6
    parts = {row.part[-7:]: row for row in store.read("snapshot_parts").where("entity = 'works'").collect()}
    assert {name: row.status for name, row in parts.items()} == {
        "0000.gz": "complete",
        "0001.gz": "damaged",
        "0002.gz": "empty",
    }
    text = " ".join(notes)
    for told in ("part_0001.gz: truncated gzip", "part_0002.gz: holds no record", "4 lines were rejected"):
        assert told in text
    assert "1 records have a publication year after 2026" in text


def refuse(spark, store, root, **options):
    with pytest.raises(SnapshotError) as error:
        parse_works(spark, store, open_snapshot(str(root), **options))
    return str(error.value)


def test_another_count_than_the_manifest_says(spark, store, as_jsonl, renew_manifests, tmp_path):
    root = as_jsonl(tmp_path / "snapshot", {"works": [work(1), work(2)]} | OTHERS)
    renew_manifests(root, "jsonl", {"works": 3} | dict.fromkeys(OTHERS, 1))
    message = refuse(spark, store, root)
    assert "works/updated_date=2026-06-24/part_0000.gz: 2 records were read, the manifest says 3" in message
    built = parse_works(spark, store, open_snapshot(str(root), partial=True))
    assert any("2 records were read, the manifest says 3" in note for note in built.notes)


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (
            [work(i, publication_year=str(i)) for i in range(12)] + [work(99)],
            ["part_0000.gz", "'publication_year'", "12 of 13 lines", "Expected `int | float | null`, got `str`"],
        ),
        (
            [work(i, authorships=[{"author": {"id": i}}] * (i % 3 + 1)) for i in range(12)],
            ["'authorships[].author.id'", "12 of 12 lines"],
        ),
        (
            [work(i, referenced_works=None) for i in range(3)],
            ["part_0000.gz", "'referenced_works'", "none of 3 records"],
        ),
        ([b"x", b"y"], ["none of the 2 lines of works could be read", "malformed"]),
        ([], ["hold no record at all"]),
    ],
    ids=["retyped", "retyped inside", "missing", "nothing readable", "nothing"],
)
def test_needed_fields(spark, store, as_jsonl, tmp_path, lines, messages):
    root = as_jsonl(tmp_path / "snapshot", {"works": lines} | OTHERS)
    message = refuse(spark, store, root)
    for each in messages:
        assert each in message


def test_parquet_that_changed(spark, store, as_parquet, renew_manifests, tmp_path):
    root = as_parquet(tmp_path / "snapshot", {"works": [work(1)]} | OTHERS)
    file = root / "data/parquet/works/updated_date=2026-06-24/part_0000.parquet"
    table = pq.read_table(file)

    def changed(column, values):
        at = table.schema.get_field_index(column)
        pq.write_table(table.remove_column(at) if values is None else table.set_column(at, column, values), file)
        renew_manifests(root, "parquet", {"works": 1} | dict.fromkeys(OTHERS, 1))
        return refuse(spark, store, root)

    message = changed("publication_year", pa.array(["2020"]))
    for told in ("part_0000.parquet", "'publication_year'", "an integer", "is string"):
        assert told in message
    message = changed("authorships", pa.array([[{"author": {"id": 1.5}}]]))
    assert "'authorships[].author.id' was expected to be a string or an integer and is double" in message
    message = changed("referenced_works", None)
    assert "'referenced_works'" in message
    assert "none of 1 records" in message


def test_parquet_rows_that_are_no_works(spark, store, as_parquet, renew_manifests, tmp_path):
    lines = [work(1), work(2, id="https://openalex.org/A2"), work(3, id=None)]
    root = as_parquet(tmp_path / "snapshot", {"works": lines} | OTHERS)
    other_part(root, "parquet", "part_0001.parquet", b"no parquet")
    renew_manifests(root, "parquet", {"works": 3} | dict.fromkeys(OTHERS, 1))
    parse_works(spark, store, open_snapshot(str(root), partial=True))
    rows = store.read("parsed_works").collect()
    assert [(row.work_id, row.line) for row in rows if row.work_id] == [(1, 1)]
    rejects = {(row.part[-9:-8], row.line): row.reject.reason for row in rows if row.reject}
    assert rejects.pop(("1", 1)).startswith("no readable Parquet file")
    assert rejects == {
        ("0", 2): "Expected an OpenAlex id with W and digits, got 'https://openalex.org/A2' - at `$.id`",
        ("0", 3): "Expected an OpenAlex id with W and digits, got `null` - at `$.id`",
    }
