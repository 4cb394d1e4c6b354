"""Snapshots in object storage: a real S3 server on this machine, anonymous and with a key."""

import gzip
import json

import pytest

from isthmus.config import Bucket, Storage
from isthmus.errors import StorageError
from isthmus.files import open_root
from isthmus.snapshot import open_snapshot
from isthmus.snapshot.entities import read_entities
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.model import Part
from isthmus.snapshot.removals import read_deletions

PARTITION = "updated_date=2026-06-24"
BULK = "".join(f'{{"id":"https://openalex.org/W{i}","title":"{i * 7919 % 10007}"}}\n' for i in range(40_000)).encode()


def files():
    """A small official snapshot: path -> content."""
    lines = {
        "works": [{"id": f"https://openalex.org/W{i}", "publication_year": 2020} for i in (1, 2)],
        "institutions": [{"id": "https://openalex.org/I1", "display_name": "Uni"}],
        "sources": [{"id": "https://openalex.org/S1", "display_name": "Journal"}],
        "topics": [{"id": "https://openalex.org/T1", "display_name": "t"}],
    }
    found, entities = {}, {}
    for entity, records in lines.items():
        content = gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode())
        path = f"data/jsonl/{entity}/{PARTITION}/part_0000.gz"
        found[path] = content
        meta = {"content_length": len(content), "record_count": len(records)}
        entities[entity] = meta | {"files": [{"url": f"s3://openalex/{path}", "meta": meta}]}
    found["data/jsonl/works/deleted_ids.csv"] = b"work_id,deleted_date\nhttps://openalex.org/W2,2026-06-01\n"
    manifest = {"date": "2026-06-25", "format": "jsonl", "entities": entities}
    found["data/jsonl/manifest.json"] = json.dumps(manifest).encode()
    return found


@pytest.fixture(scope="module")
def buckets(s3_server, flaky_proxy):
    """The bucket `openalex`, for all to read, and `private` with the same objects; the proxy before both."""
    endpoint, client = s3_server
    for name, acl in (("openalex", "public-read"), ("private", "private")):
        client.create_bucket(Bucket=name, ACL=acl)
        for path, content in files().items():
            client.put_object(Bucket=name, Key=path, Body=content, ACL=acl)
        client.put_object(Bucket=name, Key="bulk/works.jsonl.gz", Body=gzip.compress(BULK), ACL=acl)
    proxy = flaky_proxy(endpoint)
    yield proxy, client
    proxy.stop()


@pytest.fixture
def server(buckets, s3_server):
    return s3_server[0]


@pytest.fixture
def proxy(buckets):
    buckets[0].fail()
    return buckets[0]


def reach(endpoint, name="openalex", **options):
    options = {"access": "anonymous"} | options
    bucket = Bucket(endpoint=endpoint, region="us-east-1", **options)
    return Storage(attempts=4, first_wait_seconds=0.01, longest_wait_seconds=0.05, buckets={name: bucket})


def bulk(storage, name="openalex"):
    root = open_root(f"s3://{name}/bulk", storage)
    [part] = [Part("works", file.path, file.bytes) for file in root.list()]
    return root, part


def test_a_public_bucket_is_read_without_a_key(server, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    snapshot = open_snapshot("s3://openalex", storage=reach(server))
    assert (snapshot.layout, snapshot.release, snapshot.problems) == ("jsonl", "2026-06-25", ())
    assert [part.records for part in snapshot.parts("works")] == [2]
    assert read_deletions(snapshot)["entity_id"].to_pylist() == [2]
    rows = read_entities(snapshot, "institutions", "sources", "topics").to_pylist()
    assert [row["entity_id"] for row in rows if row["entity_id"]] == [1, 1, 1]


def test_a_private_bucket_needs_its_key(server, monkeypatch, tmp_path):
    with pytest.raises(StorageError, match=r"s3://private.*ACCESS_DENIED.*--storage"):
        open_snapshot("s3://private", storage=reach(server, "private"))
    monkeypatch.setenv("LAB_KEY", "key")
    monkeypatch.setenv("LAB_SECRET", "secret")
    by_variables = {"access": "environment", "key_variable": "LAB_KEY", "secret_variable": "LAB_SECRET"}
    profiles = tmp_path / "credentials"
    profiles.write_text("[lab]\naws_access_key_id = key\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(profiles))
    for options in (by_variables, {"access": "profile", "profile": "lab"}):
        snapshot = open_snapshot("s3://private", storage=reach(server, "private", **options))
        assert [part.records for part in snapshot.parts("works")] == [2]


@pytest.mark.parametrize("faults", [["busy"], ["cut"], ["cut", "busy", "cut"]])
def test_what_fails_for_a_moment_is_tried_again(proxy, faults):
    root, part = bulk(reach(proxy.endpoint))
    proxy.fail(*faults, where="works.jsonl.gz")
    batches = list(parse_part(root, part))
    assert proxy.faults == []
    assert sum(batch.num_rows for batch in batches) == 40_000 + 1
    assert batches[-1]["summary"][0].as_py()["status"] == "complete"


def test_what_never_works_is_an_error_and_no_damaged_part(proxy):
    root, part = bulk(reach(proxy.endpoint))
    proxy.fail(*["cut"] * 1000, where="works.jsonl.gz")
    with pytest.raises(StorageError, match=r"bulk: works.jsonl.gz: could not be read or written, 4 tries failed"):
        list(parse_part(root, part))
