"""Files in object storage and on this machine: a real S3 server, lost connections, files that change while read."""

import pyarrow.fs as pafs
import pytest

from isthmus.config import Bucket, Storage
from isthmus.errors import ConfigError, StorageError
from isthmus.files import open_root

CONTENT = b"".join(b"%08d" % (i * 7919 % 10007) for i in range(100_000))
PIECE = 300_000


@pytest.fixture(scope="module")
def buckets(s3_server, flaky_proxy):
    """The bucket `shown`, for all to read, and `hidden`; the proxy before both."""
    endpoint, client = s3_server
    for name, acl in (("shown", "public-read"), ("hidden", "private")):
        client.create_bucket(Bucket=name, ACL=acl)
        client.put_object(Bucket=name, Key="folder/file", Body=CONTENT, ACL=acl)
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


def reach(endpoint, name="shown", **options):
    options = {"access": "anonymous"} | options
    bucket = Bucket(endpoint=endpoint, region="us-east-1", **options)
    return Storage(attempts=4, first_wait_seconds=0.01, longest_wait_seconds=0.05, buckets={name: bucket})


def read(root, path, listed_bytes=None):
    """The content of a file, read in pieces."""
    with root.open_stable(path, listed_bytes) as file:
        pieces = []
        while piece := file.read(PIECE):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("faults", [[], ["busy"], ["cut"], ["cut", "busy", "cut"]])
def test_what_fails_for_a_moment_is_tried_again(proxy, faults):
    proxy.fail(*faults, where="folder/file")
    assert read(open_root("s3://shown/folder", reach(proxy.endpoint)), "file") == CONTENT
    assert proxy.faults == []


def test_what_never_works_is_an_error(proxy):
    proxy.fail(*["cut"] * 1000, where="folder/file")
    with pytest.raises(StorageError, match=r"folder: file: could not be read or written, 4 tries failed"):
        read(open_root("s3://shown/folder", reach(proxy.endpoint)), "file")


def test_a_file_is_read_at_any_place(server, tmp_path):
    (tmp_path / "file").write_bytes(CONTENT)
    for root in (open_root(str(tmp_path)), open_root("s3://shown/folder", reach(server))):
        with root.open_stable("file", len(CONTENT)) as file:
            assert file.seek(-5, 2) == len(CONTENT) - 5
            assert file.read() == CONTENT[-5:]
            assert file.read(1) == b""
            assert (file.seek(10), file.read(3), file.seek(2, 1), file.tell()) == (10, CONTENT[10:13], 15, 15)


@pytest.mark.parametrize("moment", ["listed", "opened"])
def test_a_file_that_changes_is_noticed(buckets, proxy, moment):
    _, client = buckets

    def put(body):
        client.put_object(Bucket="shown", Key="changing/file", Body=body, ACL="public-read")

    put(CONTENT)
    root = open_root("s3://shown/changing", reach(proxy.endpoint))
    [listed] = root.list()
    if moment == "listed":
        put(CONTENT + b"0")
        expected = rf"had {len(CONTENT):,} bytes when it was listed and has now {len(CONTENT) + 1:,} bytes"
    else:  # another content of the same size
        proxy.fail(lambda: put(CONTENT[::-1]), where="changing/file")
        expected = r"changed while it was read \(at first .*ETag.*; then .*ETag"
    with pytest.raises(StorageError, match=expected):
        read(root, listed.path, listed.bytes)


def test_a_file_that_is_gone_is_noticed(server, tmp_path):
    for root in (open_root("s3://shown/folder", reach(server)), open_root(str(tmp_path))):
        with pytest.raises(StorageError, match="was there and is gone"):
            read(root, "other", 5)


@pytest.mark.parametrize(("change", "told"), [("content", "changed while it was read"), ("removal", "vanished while")])
def test_a_local_file_that_changes_is_noticed(tmp_path, change, told):
    path = tmp_path / "file"
    path.write_bytes(CONTENT)

    def read_and_change():
        with open_root(str(tmp_path)).open_stable("file") as file:
            file.read(PIECE)
            if change == "content":
                path.write_bytes(CONTENT[::-1])
            else:
                path.unlink()

    with pytest.raises(StorageError, match=told):
        read_and_change()


def test_results_are_written_whole_with_a_key(buckets, server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    root = open_root("s3a://hidden/results/study", reach(server, "hidden", access="environment"))
    root.write("pair_tests.parquet", b"x" * 100)
    root.write("pair_tests.parquet", b"y" * 50)
    assert [(file.path, file.bytes) for file in root.list()] == [("pair_tests.parquet", 50)]
    assert root.read("pair_tests.parquet") == b"y" * 50
    root.remove("pair_tests.parquet")
    assert not root.is_file("pair_tests.parquet")


def test_what_is_refused_is_not_tried_again(proxy):
    with pytest.raises(StorageError, match="refused"):
        open_root("s3://hidden", reach(proxy.endpoint, "hidden")).read("folder/file")
    assert len(proxy.requests) <= 2


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
    with pytest.raises(StorageError, match=message) as error:
        open_root(uri)
    assert "hidden" not in str(error.value)


def test_access_of_another_provider_is_refused():
    with pytest.raises(ConfigError, match="'instance' is not one of gs://"):
        open_root("gs://lab/x", Storage(buckets={"lab": Bucket(access="instance")}))
