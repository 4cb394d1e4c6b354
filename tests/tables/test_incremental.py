"""Reading only the parts that changed ends with the same tables as reading all of them, row by row."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from isthmus.engine import TableStore
from isthmus.errors import SnapshotError
from isthmus.simulate import World, simulate_releases
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.checksum import require_unchanged
from isthmus.tables import TABLES, build_all, parse_entities, parse_works
from isthmus.tables.removed import build_removed_records

pytestmark = pytest.mark.spark

OTHERS = {
    "institutions": [b'{"id": "https://openalex.org/I1", "display_name": "Uni", "geo": {"city": "Bern"}}'],
    "sources": [b'{"id": "https://openalex.org/S1", "display_name": "Journal"}'],
    "topics": [
        b'{"id": "https://openalex.org/T1", "display_name": "t", "subfield": {"id": "https://openalex.org/subfields/1"}}'
    ],
}


def rows(store, spec):
    return sorted(map(repr, store.read(spec).drop("files").collect()))  # their names are drawn


def same_tables(one, other):
    different = [spec.name for spec in TABLES if rows(one, spec) != rows(other, spec)]
    assert different == []


def works_parts(root, release, partitions):
    """Works by partition as an official snapshot; equal lines give equal files."""
    files = []
    for day, lines in sorted(partitions.items()):
        file = root / f"data/jsonl/works/updated_date={day}/part_0000.gz"
        file.parent.mkdir(parents=True)
        file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))
        url = f"s3://openalex/{file.relative_to(root)}"
        files.append({"url": url, "meta": {"content_length": file.stat().st_size, "record_count": len(lines)}})
    manifest = {"date": release, "format": "jsonl", "entity": "works", "files": files}
    (root / "data/jsonl/works/manifest.json").write_text(json.dumps(manifest))
    for entity, lines in OTHERS.items():
        file = root / f"data/jsonl/{entity}/updated_date=2026-01-01/part_0000.gz"
        file.parent.mkdir(parents=True)
        file.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))
        meta = {"content_length": file.stat().st_size, "record_count": len(lines)}
        document = {
            "date": release,
            "entity": entity,
            "files": [{"url": f"x/{entity}/{file.parent.name}/{file.name}", "meta": meta}],
        }
        (root / f"data/jsonl/{entity}/manifest.json").write_text(json.dumps(document))
    return root


@pytest.fixture(scope="module")
def reissued(openalex_records, tmp_path_factory):
    """Two releases of the really re-issued works: their first and their last record, in partitions by date.

    Works whose record changed move to another partition; every fortieth is deleted.
    """
    by_work = defaultdict(list)
    for line in gzip.decompress((openalex_records / "works_reissued.jsonl.gz").read_bytes()).splitlines():
        by_work[json.loads(line)["id"]].append(line)
    for lines in by_work.values():
        lines.sort(key=lambda line: json.loads(line)["updated_date"])

    def partitions(chosen):
        found = defaultdict(list)
        for line in chosen:
            found[json.loads(line)["updated_date"][:10]].append(line)
        return found

    folder, works = tmp_path_factory.mktemp("reissued"), sorted(by_work)
    # half of the works change between the releases: the partitions of the others stay as they are
    first = [by_work[work][0] for work in works]
    last = [by_work[work][-1 if number % 2 else 0] for number, work in enumerate(works) if number % 40]
    one = works_parts(folder / "one", "2026-02-01", partitions(first))
    two = works_parts(folder / "two", "2026-03-01", partitions(last))
    deleted = "".join(f"{work},2026-02-20\n" for number, work in enumerate(works) if number % 40 == 0)
    (two / "data/jsonl/works/deleted_ids.csv").write_text("work_id,deleted_date\n" + deleted)
    return one, two


def unread(folder, other, works="data/jsonl/works"):
    """The parts that are the same file in both releases."""
    return [
        file
        for file in sorted((folder / works).rglob("part_*"))
        if (twin := other / file.relative_to(folder)).is_file() and twin.read_bytes() == file.read_bytes()
    ]


def read_on(spark, store, snapshot):
    """The tables of a further release: parts that changed, then what is made of them."""
    return build_all(spark, store, snapshot, incremental=True)


@pytest.mark.slow
def test_really_reissued_records(spark, reissued, tmp_path):
    one, two = reissued
    full, further = (TableStore(spark, str(tmp_path / name)) for name in ("full", "further"))
    build_all(spark, full, open_snapshot(str(two)))
    build_all(spark, further, open_snapshot(str(one)))
    snapshot = open_snapshot(str(two))
    same = unread(two, one)
    assert 0 < len(same) < len(snapshot.parts("works"))
    # what nobody reads cannot be missed: the unchanged parts keep their size and checksum, and hold nothing now
    content = {file: file.read_bytes() for file in same}
    for file, whole in content.items():
        file.write_bytes(bytes(len(whole) - 8) + whole[-8:])
    try:
        built = read_on(spark, further, snapshot)
    finally:
        for file, whole in content.items():
            file.write_bytes(whole)
    same_tables(full, further)
    [works] = [one for one in built if one.table in {"work_lines", "parsed_works"} and one.parts_read is not None]
    assert works.parts_read == len(snapshot.parts("works")) - len(same)
    assert f"{len(same)} are unchanged" in works.notes[0]
    gone = {part.path for part in open_snapshot(str(one)).parts("works")} - {p.path for p in snapshot.parts("works")}
    assert f"{len(gone)} are gone" in works.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["jsonl", "parquet", "legacy"])
def test_two_simulated_releases(spark, tmp_path, layout):
    world = World(works=6_000, seed=5, hostile=True)
    one, two = simulate_releases(tmp_path / "world", world=world, formats=[layout])
    full, further = (TableStore(spark, str(tmp_path / name)) for name in ("full", "further"))
    options = {"layout": layout, "partial": True}
    build_all(spark, full, open_snapshot(two.folder, **options))
    build_all(spark, further, open_snapshot(one.folder, **options))
    built = read_on(spark, further, open_snapshot(two.folder, **options))
    same_tables(full, further)
    [works] = [one for one in built if one.table in {"work_lines", "parsed_works"} and one.parts_read is not None]
    place = {"jsonl": "data/jsonl/works", "parquet": "data/parquet/works", "legacy": "legacy-data/works"}[layout]
    same = unread(Path(two.folder), Path(one.folder), place)
    assert works.parts_read == len(open_snapshot(two.folder, **options).parts("works")) - len(same)
    assert same or layout == "parquet"


def test_nothing_changed_and_nothing_there(spark, store, as_jsonl, tmp_path, monkeypatch):
    line = b'{"id": "https://openalex.org/W1", "publication_year": 2020, "type": "article", "authorships": [], "referenced_works": []}'
    snapshot = open_snapshot(str(as_jsonl(tmp_path / "snapshot", {"works": [line]} | OTHERS)))
    first = parse_works(spark, store, snapshot, incremental=True)  # no tables yet: all is read
    assert first.parts_read == 1
    assert "all parts were read" in first.notes[0]
    second = parse_works(spark, store, snapshot, incremental=True)
    assert (second.parts_read, second.version) == (0, first.version)
    # rows of another version of the reader are not mixed with new ones
    monkeypatch.setattr("isthmus.tables.changes.reader_version", lambda: "another")
    third = parse_works(spark, store, snapshot, incremental=True)
    assert third.parts_read == 1
    assert third.version > second.version


def test_a_snapshot_that_changes_while_it_is_read_is_refused(as_jsonl, renew_manifests, tmp_path):
    root = as_jsonl(tmp_path / "snapshot", {"works": [b'{"id": "https://openalex.org/W1"}']} | OTHERS)
    before = open_snapshot(str(root))
    require_unchanged(before, open_snapshot(str(root)))
    folder = root / "data/jsonl/works/updated_date=2026-06-24"
    (folder / "part_0001.gz").write_bytes((folder / "part_0000.gz").read_bytes())
    renew_manifests(root, "jsonl", {"works": 2} | dict.fromkeys(OTHERS, 1))
    with pytest.raises(SnapshotError, match=r"changed while it was read.*1 parts of works.*with 2;.*part_000"):
        require_unchanged(before, open_snapshot(str(root), partial=True))


def test_deletions_count_although_no_part_changed(spark, store, as_jsonl, tmp_path):
    line = b'{"id": "https://openalex.org/W1", "publication_year": 2020, "type": "article", "authorships": [], "referenced_works": [], "updated_date": "2026-06-01"}'
    root = as_jsonl(tmp_path / "snapshot", {"works": [line]} | OTHERS)
    for parse in (parse_works, parse_entities):
        parse(spark, store, open_snapshot(str(root)))
    (root / "data/jsonl/works/deleted_ids.csv").write_text("work_id,deleted_date\nhttps://openalex.org/W1,2026-06-20\n")
    parse_works(spark, store, open_snapshot(str(root)), incremental=True)
    assert build_removed_records(spark, store, open_snapshot(str(root))).rows_out == 1
