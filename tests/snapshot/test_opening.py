"""What a folder is, and whether it is what its manifest says."""

import gzip
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus.errors import SnapshotError, StorageError
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.manifest import read_manifests

ENTITIES = {"works": "W", "institutions": "I", "sources": "S", "topics": "T"}
DATE = "2026-06-25"


def put(path, content=b""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def official(root, layout="jsonl", *, records=2, combined=True, own=True, entities=ENTITIES):
    """A tiny official copy; returns the folder of the format."""
    base = root / layout
    manifests = {}
    for entity in entities:
        files = []
        for partition in ("2026-06-01", "2026-06-24"):
            name = "part_0000." + ("gz" if layout == "jsonl" else "parquet")
            path = put(base / entity / f"updated_date={partition}" / name)
            lines = [json.dumps({"id": f"https://openalex.org/{ENTITIES[entity]}{i}"}) for i in range(records)]
            if layout == "jsonl":
                path.write_bytes(gzip.compress("\n".join(lines).encode()))
            else:
                pq.write_table(pa.Table.from_pylist([json.loads(line) for line in lines]), path)
            url = f"s3://openalex/data/{layout}/{entity}/updated_date={partition}/{name}"
            files.append({"url": url, "meta": {"content_length": path.stat().st_size, "record_count": records}})
        totals = {
            "record_count": 2 * records,
            "content_length": sum(file["meta"]["content_length"] for file in files),
        }
        manifests[entity] = totals | {"files": files}
        if own:
            manifest = {"date": DATE, "format": layout, "entity": entity} | manifests[entity]
            put(base / entity / "manifest.json", json.dumps(manifest).encode())
    if combined:
        document = {"date": DATE, "format": layout, "entities": manifests, "meta": {"record_count": 0}}
        put(base / "manifest.json", json.dumps(document).encode())
    return base


def edit(path, change):
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("where", ["", "data", "legacy-data"])
def test_official_trees_are_found_at_their_usual_places(tmp_path, where):
    official(tmp_path / where)
    snapshot = open_snapshot(str(tmp_path))
    assert (snapshot.layout, snapshot.release, snapshot.release_year) == ("jsonl", DATE, 2026)
    assert snapshot.entities == tuple(ENTITIES)
    assert snapshot.manifest_records == dict.fromkeys(ENTITIES, 4)
    assert [part.updated_date for part in snapshot.parts("works")] == ["2026-06-01", "2026-06-24"]
    assert [part.records for part in snapshot.parts("works")] == [2, 2]
    assert all((tmp_path / part.path).stat().st_size == part.bytes for part in snapshot.parts("works"))
    assert snapshot.problems == ()


@pytest.mark.parametrize(("combined", "own"), [(True, False), (False, True)])
def test_either_manifest_is_enough(tmp_path, combined, own):
    official(tmp_path, combined=combined, own=own)
    assert open_snapshot(str(tmp_path)).release == DATE


def test_the_folder_of_the_format_itself(tmp_path):
    base = official(tmp_path, "parquet")
    assert open_snapshot(str(base)).layout == "parquet"
    assert open_snapshot(f"file://{base}").parts("works")[0].format == "parquet"


def test_parquet_is_preferred_and_layout_chooses(tmp_path):
    official(tmp_path, "parquet")
    official(tmp_path, "jsonl")
    assert open_snapshot(str(tmp_path)).layout == "parquet"
    assert open_snapshot(str(tmp_path), layout="jsonl").layout == "jsonl"
    with pytest.raises(SnapshotError, match="asked for the layout 'legacy', found jsonl, parquet"):
        open_snapshot(str(tmp_path), layout="legacy")
    with pytest.raises(SnapshotError, match="did you mean 'parquet'"):
        open_snapshot(str(tmp_path), layout="parket")


def test_a_copy_with_manifest_goes_before_one_without(tmp_path):
    official(tmp_path, "parquet", combined=False, own=False)
    official(tmp_path, "jsonl")
    assert open_snapshot(str(tmp_path)).layout == "jsonl"


def refused(tmp_path, *messages):
    with pytest.raises(SnapshotError) as error:
        open_snapshot(str(tmp_path))
    for message in (*messages, "--partial"):
        assert message in str(error.value)
    return open_snapshot(str(tmp_path), partial=True)


def test_a_missing_part_is_named(tmp_path):
    base = official(tmp_path)
    (base / "works/updated_date=2026-06-01/part_0000.gz").unlink()
    snapshot = refused(tmp_path, "works: part updated_date=2026-06-01/part_0000.gz is missing (2 records)")
    assert len(snapshot.parts("works")) == 1
    assert len(snapshot.problems) == 1


def test_a_part_of_another_size_is_named(tmp_path):
    base = official(tmp_path)
    path = base / "sources/updated_date=2026-06-24/part_0000.gz"
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-3])
    refused(
        tmp_path, f"sources: part updated_date=2026-06-24/part_0000.gz has {size - 3} bytes, the manifest says {size}"
    )


def test_a_manifest_that_does_not_add_up_is_named(tmp_path):
    base = official(tmp_path)
    for path in (base / "works/manifest.json",):
        edit(path, lambda document: document.update(record_count=5))
    refused(tmp_path, "record_count of works is 5, its files add up to 4")


def test_manifests_of_different_releases_are_named(tmp_path):
    base = official(tmp_path, combined=False)
    edit(base / "topics/manifest.json", lambda document: document.update(date="2026-03-01"))
    snapshot = refused(tmp_path, "different releases", "jsonl/topics/manifest.json is of 2026-03-01")
    assert snapshot.release == DATE


def test_an_entity_without_parts_or_manifest_is_named(tmp_path):
    base = official(tmp_path, combined=False)
    shutil.rmtree(base / "institutions")
    (base / "sources/manifest.json").unlink()
    refused(tmp_path, "institutions: no part", "sources: 2 parts and no manifest")


def test_parts_that_the_manifest_does_not_list_are_left_aside(tmp_path):
    base = official(tmp_path)
    put(base / "works/updated_date=2020-01-01/part_0000.gz", b"x")
    put(base / "works/_SUCCESS")
    snapshot = open_snapshot(str(tmp_path))
    assert len(snapshot.parts("works")) == 2
    assert any("updated_date=2020-01-01/part_0000.gz: left aside" in note for note in snapshot.notes)


def test_entities_that_become_no_table_are_not_checked(tmp_path):
    base = official(tmp_path)
    manifest = {"date": DATE, "files": [{"url": "s3://x/authors/updated_date=2026-01-01/part_0000.gz", "meta": {}}]}
    put(base / "authors/manifest.json", json.dumps(manifest).encode())
    assert open_snapshot(str(tmp_path)).parts("authors") == ()


def test_deletions_are_found(tmp_path):
    base = official(tmp_path)
    put(base / "works/deleted_ids.csv", b"work_id,deleted_date\n")
    assert open_snapshot(str(tmp_path)).deletions == ("jsonl/works/deleted_ids.csv",)


def test_legacy_tree_of_real_records(openalex_records):
    uri = str(openalex_records / "legacy_snapshot")
    with pytest.raises(
        SnapshotError, match=r"works: part updated_date=2023-07-17/part_000.gz is missing \(24 records\)"
    ):
        open_snapshot(uri)
    snapshot = open_snapshot(uri, partial=True)
    assert (snapshot.layout, snapshot.release) == ("legacy", "2023-09-20")
    [part] = snapshot.parts("works")
    assert (part.path, part.records, part.bytes) == ("works/updated_date=2023-05-16/part_000.gz", 27, 6937)
    assert len(snapshot.merges["authors"]) == 2
    assert not any("topics" in problem for problem in snapshot.problems)
    assert snapshot.manifest_records["works"] == 244371844


def test_loose_folder_of_real_records(openalex_records):
    snapshot = open_snapshot(str(openalex_records))
    assert snapshot.layout == "loose"
    assert snapshot.release.startswith("loose-")
    assert snapshot.release_year is None
    assert [part.path for part in snapshot.parts("works")] == [
        "works_2026_format.jsonl.gz",
        "works_legacy_snapshot_rows.jsonl.gz",
        "works_reissued.jsonl.gz",
        "works_walden_2025_11_rows.jsonl.gz",
    ]
    assert len(snapshot.parts("institutions")) == 2
    assert len(snapshot.parts("sources")) == len(snapshot.parts("topics")) == 1
    notes = " ".join(snapshot.notes)
    assert "country_coauthorship_odd_years.csv.gz: left aside" in notes
    assert "legacy_snapshot/: left aside, it is a snapshot tree of its own" in notes


def record(word, **fields):
    return json.dumps({"id": f"https://openalex.org/{word}"} | fields)


def test_loose_files_by_name_and_by_content(tmp_path):
    page = {"meta": {"count": 1}, "results": [json.loads(record("W1")), json.loads(record("W2"))]}
    put(tmp_path / "page_1.json", json.dumps(page).encode())
    put(tmp_path / "page_2.json", json.dumps(page, indent=1).encode())
    put(tmp_path / "export.jsonl.gz", gzip.compress(record("I5", geo=None).encode()))
    put(tmp_path / "sources/first.ndjson", record("S1").encode())
    put(tmp_path / "Topics-2026.json", f"[{record('T1')},\n{record('T2')}]".encode())
    put(tmp_path / "works_of_mine.jsonl", b"this line is bad\n" + record("W3").encode())
    put(tmp_path / "authors", record("A1").encode())
    put(tmp_path / "package.json", b'{"name": "x"}')
    put(tmp_path / "broken.gz", b"\x1f\x8b\x08nothing")
    put(tmp_path / "works_empty.jsonl")
    put(tmp_path / "empty.jsonl")
    put(tmp_path / "notes.txt", b"hello")
    put(tmp_path / ".hidden.jsonl", record("W9").encode())
    snapshot = open_snapshot(str(tmp_path))
    found = {part.path: (entity, part.format) for entity in snapshot.entities for part in snapshot.parts(entity)}
    assert found == {
        "page_1.json": ("works", "lines"),
        "page_2.json": ("works", "page"),
        "works_of_mine.jsonl": ("works", "lines"),
        "works_empty.jsonl": ("works", "lines"),
        "export.jsonl.gz": ("institutions", "lines"),
        "sources/first.ndjson": ("sources", "lines"),
        "Topics-2026.json": ("topics", "page"),
        "authors": ("authors", "lines"),
    }
    notes = dict(note.split(": left aside, ") for note in snapshot.notes)
    assert set(notes) == {"package.json", "broken.gz", "empty.jsonl", "notes.txt"}


def test_one_file(tmp_path):
    path = put(tmp_path / "works.jsonl", record("W1").encode())
    [part] = open_snapshot(str(path)).parts("works")
    assert part.entity == "works"


@pytest.mark.parametrize(
    ("content", "message"), [(None, "nothing is there"), (b"hello", "no file with OpenAlex records")]
)
def test_folders_without_records(tmp_path, content, message):
    if content:
        put(tmp_path / "notes.txt", content)
    with pytest.raises(SnapshotError, match=message):
        open_snapshot(str(tmp_path))


def test_an_address_that_nobody_knows():
    with pytest.raises(StorageError, match="the scheme 'ftp' is not known"):
        open_snapshot("ftp://host/x")


def test_fingerprint_follows_the_files(tmp_path):
    path = put(tmp_path / "works.jsonl", record("W1").encode())
    put(tmp_path / "institutions.jsonl", record("I1").encode())
    first = open_snapshot(str(tmp_path))
    assert open_snapshot(str(tmp_path)).fingerprint("works") == first.fingerprint("works")
    path.write_bytes(record("W1", x=1).encode())
    second = open_snapshot(str(tmp_path))
    assert second.fingerprint("works") != first.fingerprint("works")
    assert second.release != first.release


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"date": "x"}', b'{"files": [{}]}', b'{"entities": [1]}'])
def test_manifests_that_cannot_be_read(content):
    with pytest.raises(SnapshotError, match=r"manifest m\.json"):
        read_manifests(content, "m.json", "works")


def test_manifest_forms():
    file = {"url": "data/works/updated_date=2026-01-01/part_0000.gz", "meta": {"content_length": 5, "record_count": 1}}
    listed = read_manifests(
        json.dumps({"date": DATE, "entities": [{"entity": "works", "files": [file]}]}).encode(), "m"
    )
    legacy = read_manifests(json.dumps({"entries": [file], "meta": {"record_count": 1}}).encode(), "m", "works")
    for manifest in (listed["works"], legacy["works"]):
        assert manifest.files[0].path == "updated_date=2026-01-01/part_0000.gz"
        assert (manifest.files[0].bytes, manifest.files[0].records) == (5, 1)
    assert listed["works"].release == DATE
    assert legacy["works"].release is None
