"""Where files lie and what the manifests say: everything recounted from the bytes, in all three layouts."""

import gzip
import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import ConfigError
from isthmus.simulate import World, simulate_releases, simulate_snapshot
from isthmus.simulate.world.target import Target
from isthmus.simulate.writing.layout import (
    write_deleted,
    write_manifests,
    write_merged,
    write_table,
)
from isthmus.simulate.writing.write import all_tasks, check_target, readable, run_tasks
from isthmus.snapshot.releases import PartFile, gzip_lines, part_path

FOLDERS = {"jsonl": "data/jsonl", "parquet": "data/parquet", "legacy": "legacy-data"}
ENTITIES = {
    "works", "authors", "institutions", "sources", "topics", "concepts", "keywords", "subfields", "fields", "domains", "countries",
    "continents", "publishers", "work-types", "languages",
}  # fmt: skip
DAY = date(2026, 6, 24)
LAYOUTS = pytest.mark.parametrize("layout", ["jsonl", "parquet", "legacy"])


@pytest.fixture(scope="module")
def root(small_snapshot):
    return Path(small_snapshot.folder)


def parts_on_disk(root, layout):
    return sorted((root / FOLDERS[layout]).rglob("part_*"))


@cache
def records_in(path):
    """Return the id and the day of update of every record of a part."""
    if path.suffix == ".parquet":
        rows = pq.read_table(path, columns=["id", "updated_date"]).to_pylist()
    else:
        rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    return [(row["id"], str(row["updated_date"])[:10]) for row in rows]


def files_of(root, layout, entity):
    """Return the files that an entity's manifest lists, and its totals."""
    name = "manifest" if layout == "legacy" else "manifest.json"
    manifest = json.loads((root / FOLDERS[layout] / entity / name).read_text())
    return manifest["entries" if layout == "legacy" else "files"], manifest.get("meta", manifest)


def path_of(root, layout, url):
    inside = url.removeprefix("s3://openalex/")
    return root / (inside.replace("data/", "legacy-data/", 1) if layout == "legacy" else inside)


@LAYOUTS
def test_every_entity_has_a_folder_and_a_manifest(root, layout):
    folders = {p.name for p in (root / FOLDERS[layout]).iterdir() if p.is_dir()}
    assert folders - {"merged_ids"} == ENTITIES
    assert ("merged_ids" in folders) == (layout == "legacy")


@LAYOUTS
@pytest.mark.parametrize("entity", ["works", "institutions", "topics", "countries"])
def test_a_manifest_has_the_bytes_and_records_of_its_files(root, layout, entity):
    files, totals = files_of(root, layout, entity)
    records, size = 0, 0
    for file in files:
        path = path_of(root, layout, file["url"])
        assert file["meta"] == {"content_length": len(path.read_bytes()), "record_count": len(records_in(path))}
        records, size = records + len(records_in(path)), size + path.stat().st_size
    assert (totals["record_count"], totals["content_length"]) == (records, size)


@LAYOUTS
def test_manifests_list_every_part_once_in_the_order_of_dates(root, layout):
    listed = []
    for entity in sorted(ENTITIES):
        urls = [file["url"] for file in files_of(root, layout, entity)[0]]
        assert urls == sorted(urls)
        listed += [path_of(root, layout, url) for url in urls]
    assert sorted(listed) == parts_on_disk(root, layout)
    assert len(listed) > len(ENTITIES)


@LAYOUTS
def test_addresses_are_those_of_the_public_bucket(root, layout):
    pattern = {
        "jsonl": r"s3://openalex/data/jsonl/works/updated_date=\d{4}-\d\d-\d\d/part_\d{4}\.gz",
        "parquet": r"s3://openalex/data/parquet/works/updated_date=\d{4}-\d\d-\d\d/part_\d{4}\.parquet",
        "legacy": r"s3://openalex/data/works/updated_date=\d{4}-\d\d-\d\d/part_\d{3}\.gz",
    }[layout]
    files, _ = files_of(root, layout, "works")
    assert len(files) == 3
    assert all(re.fullmatch(pattern, file["url"]) for file in files)


@pytest.mark.parametrize("layout", ["jsonl", "parquet"])
def test_the_combined_manifest_is_the_manifests_and_their_totals(root, layout):
    whole = json.loads((root / FOLDERS[layout] / "manifest.json").read_text())
    assert set(whole) == {"date", "format", "entities", "meta"}
    assert (whole["date"], whole["format"]) == ("2026-06-25", layout)
    assert set(whole["entities"]) == ENTITIES
    size = sum(path.stat().st_size for path in parts_on_disk(root, layout))
    records = sum(len(records_in(path)) for path in parts_on_disk(root, layout))
    assert whole["meta"] == {"record_count": records, "content_length": size}
    for entity, manifest in whole["entities"].items():
        assert list(manifest) == ["date", "format", "entity", "record_count", "content_length", "files"]
        assert (manifest["entity"], manifest["format"], manifest["date"]) == (entity, layout, "2026-06-25")


def test_the_legacy_layout_has_no_combined_manifest_and_no_date(root):
    assert not list((root / "legacy-data").glob("manifest*"))
    manifest = json.loads((root / "legacy-data/works/manifest").read_text())
    assert set(manifest) == {"entries", "meta"}


@LAYOUTS
def test_a_record_lies_in_the_partition_of_its_updated_date(root, layout):
    days = set()
    for path in parts_on_disk(root, layout):
        days.add(day := path.parent.name.removeprefix("updated_date="))
        assert {stamp for _, stamp in records_in(path)} == {day}, path
        assert date.fromisoformat(day) < date(2026, 6, 25)
    assert len(days) == 3


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_the_layouts_hold_the_same_ids(root, entity):
    found = [
        Counter(url for path in parts_on_disk(root, layout) if path.parts[-3] == entity for url, _ in records_in(path))
        for layout in FOLDERS
    ]
    assert found[0] == found[1] == found[2]
    assert set(found[0].values()) == {1}


def test_the_two_json_layouts_are_the_same_bytes(root):
    new, old = parts_on_disk(root, "jsonl"), parts_on_disk(root, "legacy")
    assert [path.read_bytes() for path in new] == [path.read_bytes() for path in old]


def test_what_is_said_to_be_written_is_what_lies_there(root, small_snapshot):
    said = {file.path: file.size for file in small_snapshot.files}
    found = {str(p.relative_to(root)): p.stat().st_size for layout in FOLDERS for p in parts_on_disk(root, layout)}
    assert said == found
    assert small_snapshot.size == sum(found.values())
    assert small_snapshot.records("works") == small_snapshot.world.works == 600


def test_a_gzip_part_is_one_member_without_a_time_and_ends_with_a_line_end(root):
    for path in parts_on_disk(root, "jsonl"):
        packed = path.read_bytes()
        assert packed[:3] == b"\x1f\x8b\x08"
        assert packed[4:8] == b"\0\0\0\0", "a time stamp would make equal parts differ"
        text = gzip.decompress(packed)
        assert text.endswith(b"}\n")
        assert int.from_bytes(packed[-4:], "little") == len(text), "a second member would count itself only"


def test_parquet_parts_are_snappy_with_microseconds(root):
    for path in parts_on_disk(root, "parquet"):
        group = pq.read_metadata(path).row_group(0)
        assert {group.column(k).compression for k in range(group.num_columns)} == {"SNAPPY"}
    schema = pq.ParquetFile(next(p for p in parts_on_disk(root, "parquet") if "works" in p.parts)).schema
    stamps = {column.name: str(column.logical_type) for column in schema if "Timestamp" in str(column.logical_type)}
    assert set(stamps) == {"updated_date", "created_date"}
    assert all("timeUnit=microseconds" in kind for kind in stamps.values())


def test_no_parquet_column_is_without_a_type(root):
    for path in parts_on_disk(root, "parquet"):
        assert "null" not in re.findall(r": (\w+)", pq.read_schema(path).remove_metadata().to_string()), path


@given(st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b), max_size=8))
def test_packed_lines_come_back_as_they_were(lines):
    packed = gzip_lines(lines)
    assert gzip.decompress(packed) == b"".join(line + b"\n" for line in lines)
    assert gzip_lines(list(lines)) == packed


@pytest.mark.parametrize(
    ("layout", "number", "path"),
    [
        ("jsonl", 0, "data/jsonl/works/updated_date=2026-06-24/part_0000.gz"),
        ("parquet", 12, "data/parquet/works/updated_date=2026-06-24/part_0012.parquet"),
        ("legacy", 7, "legacy-data/works/updated_date=2026-06-24/part_007.gz"),
        ("jsonl", 12_345, "data/jsonl/works/updated_date=2026-06-24/part_12345.gz"),
    ],
)
def test_a_part_has_the_name_that_openalex_gives_it(layout, number, path):
    assert part_path(layout, "works", DAY, number) == path


file_sizes = st.tuples(st.sampled_from(["works", "authors"]), st.integers(0, 10**12), st.integers(0, 10**6))


@settings(max_examples=20)
@given(files=st.lists(file_sizes, min_size=1, max_size=6))
def test_totals_add_up_whatever_the_files(tmp_path_factory, files):
    target = Target(str(tmp_path_factory.mktemp("m")))
    parts = [PartFile("jsonl", e, part_path("jsonl", e, DAY, k), s, n) for k, (e, s, n) in enumerate(files)]
    write_manifests(target, reversed(parts), date(2026, 6, 25))
    whole = json.loads((Path(target.uri) / "data/jsonl/manifest.json").read_text())
    assert whole["meta"] == {"record_count": sum(f[2] for f in files), "content_length": sum(f[1] for f in files)}
    listed = [file["url"] for entity in whole["entities"].values() for file in entity["files"]]
    assert sorted(listed) == sorted(f"s3://openalex/{part.path}" for part in parts)


def test_deleted_works_are_listed_with_full_addresses(root, tmp_path):
    write_deleted(Target(str(tmp_path)), "jsonl", [(12, DAY)])
    text = (tmp_path / "data/jsonl/works/deleted_ids.csv").read_text()
    assert text == "work_id,deleted_date\nhttps://openalex.org/W12,2026-06-24\n"
    lists = [(root / f"data/{layout}/works/deleted_ids.csv").read_text() for layout in ("jsonl", "parquet")]
    assert lists[0] == lists[1]
    assert not list((root / "legacy-data").rglob("deleted_ids.csv"))


def test_deleted_works_of_a_single_release_were_never_in_it(root, plain):
    lines = (root / "data/jsonl/works/deleted_ids.csv").read_text().splitlines()[1:]
    gone = {line.split(",")[0] for line in lines}
    assert len(gone) == len(lines) == 2
    assert not gone & {work["id"] for work in plain.read(root)}


def test_merged_ids_are_short_and_in_a_file_per_entity(tmp_path):
    write_merged(Target(str(tmp_path)), DAY, [("W", 1, 2), ("A", 3, 4), ("W", 2, 5)])
    folder = tmp_path / "legacy-data/merged_ids"
    texts = {p.parent.name: gzip.decompress(p.read_bytes()).decode() for p in folder.rglob("2026-06-24.csv.gz")}
    head = "merge_date,id,merge_into_id\n"
    assert texts == {"works": f"{head}2026-06-24,W1,W2\n2026-06-24,W2,W5\n", "authors": f"{head}2026-06-24,A3,A4\n"}


def test_a_written_table_says_its_size_and_rows(tmp_path):
    file = write_table(Target(str(tmp_path)), "topics", DAY, 3, pa.table({"id": ["a", "b"]}))
    assert (file.layout, file.entity, file.records) == ("parquet", "topics", 2)
    assert file.size == (tmp_path / file.path).stat().st_size


def test_columns_of_nulls_become_text_at_any_depth():
    table = pa.Table.from_pylist([{"a": None, "b": [None], "c": {"d": None, "e": 1}, "f": [{"g": []}]}])
    found = readable(table)
    assert found.schema.field("a").type == pa.string()
    assert found.schema.field("b").type == pa.list_(pa.string())
    assert found.schema.field("c").type == pa.struct([("d", pa.string()), ("e", pa.int64())])
    assert found.schema.field("f").type == pa.list_(pa.struct([("g", pa.list_(pa.string()))]))
    assert found.to_pylist() == table.to_pylist()


@pytest.mark.parametrize("inside", ["file.txt", ".hidden", "deep/er/file.txt"])
def test_a_folder_that_holds_anything_is_refused_and_left_as_it_is(tmp_path, inside):
    (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / inside).write_text("precious")
    for write in (simulate_snapshot, simulate_releases):
        with pytest.raises(ConfigError, match="not empty"):
            write(tmp_path, world=World(works=200))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / inside]


def test_an_empty_folder_and_a_new_one_are_taken(tmp_path):
    (tmp_path / "empty").mkdir()
    assert check_target(tmp_path / "empty", ("jsonl",)).uri == str(tmp_path / "empty")
    assert check_target(tmp_path / "a/new/one", ("jsonl",)).uri == str(tmp_path / "a/new/one")


@pytest.mark.parametrize(("formats", "message"), [((), "no format is named"), (("jsonl", "csv"), "'csv' is unknown")])
def test_no_format_and_an_unknown_one_are_refused_before_anything_is_written(tmp_path, formats, message):
    with pytest.raises(ConfigError, match=message):
        simulate_snapshot(tmp_path / "new", world=World(works=200), formats=formats)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("works", [-1, 0, 1, 199])
def test_a_world_of_hardly_any_works_is_refused(tmp_path, works):
    with pytest.raises(ConfigError, match=f"works = {works}: a world needs at least 200 works"):
        simulate_snapshot(tmp_path / "new", works=works)
    assert not (tmp_path / "new").exists()


def test_tasks_are_every_part_once(small_plan):
    tasks = all_tasks(small_plan)
    assert [part for entity, part in tasks if entity == "works"] == [0, 1, 2]
    assert [part for entity, part in tasks if entity == "authors"] == [0, 1, 2]
    assert list(run_tasks(lambda task: [task], tasks, 1)) == [[task] for task in tasks]
    assert list(run_tasks(lambda task: [task], [], 8)) == []


def test_progress_counts_up_to_all_parts(small_plan, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr("isthmus.simulate.writing.write.write_part", lambda *_: [])
    monkeypatch.setattr("isthmus.simulate.writing.write.finish", lambda plan, root, formats, files: files)
    world = small_plan.world
    simulate_snapshot(tmp_path / "new", world=world, processes=1, progress=lambda *n: calls.append(n))
    assert calls == [(k, 6) for k in range(1, 7)]


def test_size_and_seed_are_those_of_both_releases(tmp_path, monkeypatch):
    monkeypatch.setattr("isthmus.simulate.writing.write.simulate_snapshot", lambda folder, world, **_: world)
    first, second = simulate_releases(tmp_path / "two", world=World(), works=300, seed=5)
    assert (first.works, first.seed) == (300, 5)
    assert (second.works, second.seed) == (300, 5)
