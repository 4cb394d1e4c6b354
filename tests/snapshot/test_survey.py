"""The size of a snapshot, from manifests and listings alone."""

import gzip
import json

import pytest

from isthmus.config import Bucket, Storage
from isthmus.errors import SnapshotError
from isthmus.snapshot.survey import Extent, survey

PARTITION = "updated_date=2026-06-24"


def manifest(layout, entity, files, **totals):
    url = f"s3://openalex/data/{layout}/{entity}/{PARTITION}/"
    listed = [{"url": url + name, "meta": {"content_length": size, "record_count": n}} for name, size, n in files]
    return {"date": "2026-06-25", "format": layout, "entity": entity, "files": listed} | totals


def put(folder, path, content):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


def test_a_manifest_promises_what_need_not_be_there(tmp_path):
    works = manifest("jsonl", "works", [("part_0000.gz", 1000, 10), ("part_0001.gz", 500, 4)])
    put(tmp_path, "data/jsonl/works/manifest.json", works)
    put(tmp_path, "data/jsonl/topics/manifest.json", manifest("jsonl", "topics", [("part_0000.gz", 70, 7)]))
    found = survey(str(tmp_path))
    assert (found.layout, found.release, found.origin) == ("jsonl", "2026-06-25", "manifest")
    assert found.extents == {"works": Extent(2, 1500, 14), "topics": Extent(1, 70, 7)}
    assert found.bytes == 1570


def test_only_what_is_there_counts_in_a_partial_copy(tmp_path):
    works = manifest("jsonl", "works", [("part_0000.gz", 1000, 10), ("part_0001.gz", 500, 4)])
    put(tmp_path, "data/jsonl/works/manifest.json", works)
    put(tmp_path, f"data/jsonl/works/{PARTITION}/part_0001.gz", b"x" * 500)
    found = survey(str(tmp_path), partial=True)
    assert found.works == Extent(1, 500, 4)
    assert found.origin == "listing"


@pytest.mark.parametrize("layout", ["parquet", "jsonl"])
def test_a_manifest_alone_is_enough(tmp_path, layout):
    name = "part_0000.parquet" if layout == "parquet" else "part_0000.gz"
    works = manifest(layout, "works", [(name, 1000, 10)], content_length=1000, record_count=10)
    file = put(tmp_path, "manifest.json", {"date": "2026-06-25", "entities": {"works": works}})
    found = survey(str(file))
    assert (found.layout, found.works) == (layout, Extent(1, 1000, 10))


def test_a_bucket_is_measured_by_its_manifest_without_a_part_in_it(s3_server):
    endpoint, client = s3_server
    client.create_bucket(Bucket="planned", ACL="public-read")
    works = manifest("jsonl", "works", [("part_0000.gz", 1000, 10)])
    for name, document in (("works", works), ("topics", manifest("jsonl", "topics", [("part_0000.gz", 70, 7)]))):
        key = f"data/jsonl/{name}/manifest.json"
        client.put_object(Bucket="planned", Key=key, Body=json.dumps(document).encode(), ACL="public-read")
    storage = Storage(buckets={"planned": Bucket(endpoint=endpoint, region="us-east-1", access="anonymous")})
    found = survey("s3://planned", storage=storage)
    assert (found.origin, found.works, found.bytes) == ("manifest", Extent(1, 1000, 10), 1070)


def test_a_legacy_copy_says_its_records_but_no_release(tmp_path):
    entry = {
        "url": f"s3://openalex/data/works/{PARTITION}/part_000.gz",
        "meta": {"content_length": 9, "record_count": 1},
    }
    put(tmp_path, "data/works/manifest", {"entries": [entry]})
    put(tmp_path, f"data/works/{PARTITION}/part_000.gz", b"123456789")
    found = survey(str(tmp_path))
    assert (found.layout, found.release, found.works) == ("legacy", "2026-06-24", Extent(1, 9, 1))


def test_loose_records_say_their_bytes_only(tmp_path):
    text = gzip.compress(b'{"id": "https://openalex.org/W1"}\n')
    put(tmp_path, "works.jsonl.gz", text)
    found = survey(str(tmp_path))
    assert (found.layout, found.origin, found.works) == ("loose", "listing", Extent(1, len(text), None))


def test_a_snapshot_without_works_cannot_be_planned(tmp_path):
    put(tmp_path, "topics.jsonl", b'{"id": "https://openalex.org/T1"}\n')
    with pytest.raises(SnapshotError, match="holds no works"):
        survey(str(tmp_path))


def test_a_manifest_without_lengths_is_said(tmp_path):
    works = manifest("jsonl", "works", [("part_0000.gz", None, 10)])
    put(tmp_path, "data/jsonl/works/manifest.json", works)
    with pytest.raises(SnapshotError, match="how long it is"):
        survey(str(tmp_path))
