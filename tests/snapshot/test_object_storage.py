"""Snapshots and results in object storage: a real S3 server on this machine, anonymous and with a key."""

import gzip
import importlib.util
import json
from pathlib import Path

import pyarrow.fs as pafs
import pytest

from isthmus.config import Bucket, Storage
from isthmus.errors import ConfigError, SnapshotError
from isthmus.snapshot import open_snapshot
from isthmus.files import open_root
from isthmus.snapshot.model import Part
from isthmus.snapshot.json.parse import parse_part
from isthmus.snapshot.removals import read_deletions
from isthmus.snapshot.entities import read_entities

PARTITION = "updated_date=2026-06-24"
BULK = "".join(f'{{"id":"https://openalex.org/W{i}","title":"{i * 7919 % 10007}"}}\n' for i in range(40_000)).encode()


def flaky_proxy(endpoint):
    spec = importlib.util.spec_from_file_location("flaky", Path(__file__).with_name("flaky.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FlakyProxy(endpoint)


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
def buckets(s3_server):
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
    with pytest.raises(SnapshotError, match=r"s3://private.*ACCESS_DENIED.*--storage"):
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


def test_results_are_written_whole_with_a_key(buckets, server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    root = open_root("s3a://private/results/study", reach(server, "private", access="environment"))
    root.write("pair_tests.parquet", b"x" * 100)
    root.write("pair_tests.parquet", b"y" * 50)
    assert [(file.path, file.bytes) for file in root.list()] == [("pair_tests.parquet", 50)]
    assert root.read("pair_tests.parquet") == b"y" * 50
    root.remove("pair_tests.parquet")
    assert not root.is_file("pair_tests.parquet")


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
    with pytest.raises(SnapshotError, match=r"bulk: works.jsonl.gz: could not be read or written, 4 tries failed"):
        list(parse_part(root, part))


def test_what_is_refused_is_not_tried_again(proxy):
    with pytest.raises(SnapshotError, match="refused"):
        open_root("s3://private/data", reach(proxy.endpoint, "private")).read("jsonl/manifest.json")
    assert len(proxy.requests) <= 2


@pytest.mark.parametrize("moment", ["listed", "opened"])
def test_a_part_that_changes_is_noticed(buckets, proxy, moment):
    _, client = buckets
    content = gzip.compress(BULK)

    def put(body):
        client.put_object(Bucket="openalex", Key="changing/works.jsonl.gz", Body=body, ACL="public-read")

    put(content)
    root = open_root("s3://openalex/changing", reach(proxy.endpoint))
    [part] = [Part("works", file.path, file.bytes) for file in root.list()]
    if moment == "listed":
        put(content + b"\0")
        expected = rf"had {len(content):,} bytes when the snapshot was opened and has now {len(content) + 1:,} bytes"
    else:  # of the same size: another compression of the same text would not be noticed by it
        other = bytearray(content)
        other[4] ^= 1  # the time stamp in gzip's header
        proxy.fail(lambda: put(bytes(other)), where="changing/works.jsonl.gz")
        expected = r"changed while it was read \(at first .*ETag.*; then .*ETag"
    with pytest.raises(SnapshotError, match=expected):
        list(parse_part(root, part))


def test_a_part_that_vanishes_is_noticed(buckets, server):
    root, part = bulk(reach(server))
    with pytest.raises(SnapshotError, match="was there and is gone"):
        list(parse_part(root, Part("works", "other.jsonl.gz", part.bytes)))


def test_a_local_part_that_changes_is_noticed(tmp_path):
    file = tmp_path / "works.jsonl"
    file.write_bytes(BULK)
    root, part = open_root(str(tmp_path)), Part("works", "works.jsonl", len(BULK))
    rows = parse_part(root, part)
    next(rows)
    file.write_bytes(BULK.replace(b"7919", b"1111"))
    with pytest.raises(SnapshotError, match="changed while it was read"):
        list(rows)


def test_google_and_azure_get_what_the_configuration_says(monkeypatch):
    google = Storage(buckets={"lab": Bucket(access="anonymous", endpoint="http://127.0.0.1:4443")})
    root = open_root("gs://lab/snapshot/", google)
    assert (root.filesystem.type_name, root.path) == ("gcs", "lab/snapshot")
    expected = pafs.GcsFileSystem(anonymous=True, scheme="http", endpoint_override="127.0.0.1:4443")
    assert root.filesystem.equals(expected)
    assert not root.filesystem.equals(pafs.GcsFileSystem(anonymous=True))
    monkeypatch.setenv("LAB_SECRET", "c2VjcmV0")
    azure = Storage(
        buckets={
            "lab": Bucket(access="environment", secret_variable="LAB_SECRET", endpoint="http://127.0.0.1:10000"),
            "open": Bucket(access="anonymous"),
        }
    )
    root = open_root("abfss://data@lab.dfs.core.windows.net/snapshot", azure)
    options = dict.fromkeys(("blob_storage_authority", "dfs_storage_authority"), "127.0.0.1:10000")
    options |= dict.fromkeys(("blob_storage_scheme", "dfs_storage_scheme"), "http")
    assert (root.filesystem.type_name, root.path) == ("abfs", "data/snapshot")
    assert root.filesystem.equals(pafs.AzureFileSystem("lab", account_key="c2VjcmV0", **options))
    root = open_root("abfs://data@open.dfs.core.windows.net/x/y", azure)
    assert (root.filesystem.type_name, root.path, root.retries.attempts) == ("abfs", "data/x/y", 5)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("s4://bucket", "did you mean 's3'"),
        ("s3://key:hidden@bucket/x", r"s3://\*\*\*@bucket/x.*carries a key"),
        ("s3://bucket/x?secret_key=hidden", "carries a key"),
        ("s3:///x", "names no bucket"),
        ("abfs://container/x", "expected abfs://CONTAINER@ACCOUNT"),
    ],
)
def test_addresses_that_cannot_be_used(uri, message):
    with pytest.raises(SnapshotError, match=message) as error:
        open_root(uri)
    assert "hidden" not in str(error.value)


def test_access_of_another_provider_is_refused():
    with pytest.raises(ConfigError, match="'instance' is not one of gs://"):
        open_root("gs://lab/x", Storage(buckets={"lab": Bucket(access="instance")}))
