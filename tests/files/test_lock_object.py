"""Conditional writes of a lock against a real S3 server, and services that do not know them."""

import sys

import pytest

from isthmus.config import Bucket
from isthmus.errors import ConfigError, SetupError, StorageError
from isthmus.files.lock_object import lock_object


@pytest.fixture
def reached(s3_server, monkeypatch):
    """How the bucket `locks` is reached; it is there, and empty."""
    endpoint, client = s3_server
    monkeypatch.setenv("LAB_KEY", "key")
    monkeypatch.setenv("LAB_SECRET", "secret-of-the-lab")
    client.create_bucket(Bucket="locks")
    for entry in client.list_objects_v2(Bucket="locks").get("Contents", ()):
        client.delete_object(Bucket="locks", Key=entry["Key"])
    return Bucket(endpoint=endpoint, region="us-east-1", access="environment", key_variable="LAB_KEY", secret_variable="LAB_SECRET")  # fmt: skip


def test_only_who_saw_what_is_there_writes(reached):
    one, other = (lock_object("locks", "tables/.run.lock", reached, 1) for _ in range(2))
    assert one.look() is None
    assert one.write(b"one", None)
    assert not other.write(b"other", None)
    seen = other.look()
    assert seen.content == b"one"
    assert -2 < seen.age < 60
    assert one.write(b"", one.look())
    assert not other.write(b"other", seen)
    assert other.write(b"other", other.look())
    assert one.look().content == b"other"


def test_a_lock_that_somebody_removed_is_not_written_as_if_it_were_there(reached, s3_server):
    lock = lock_object("locks", ".run.lock", reached, 1)
    assert lock.write(b"one", None)
    seen = lock.look()
    s3_server[1].delete_object(Bucket="locks", Key=".run.lock")
    assert not lock.write(b"two", seen)
    assert lock.look() is None


def test_a_service_that_keeps_conditions_passes_and_one_that_ignores_them_is_refused(reached, monkeypatch):
    lock = lock_object("locks", ".run.lock", reached, 1)
    assert lock.write(b"one", None)
    lock.require_conditions(b"one")
    plain = lock.client.put_object
    monkeypatch.setattr(
        lock.client, "put_object", lambda Bucket, Key, Body, **_: plain(Bucket=Bucket, Key=Key, Body=Body)
    )
    with pytest.raises(StorageError, match=r"ignores the conditions .* `lock_runs: false`"):
        lock.require_conditions(b"one")


@pytest.mark.parametrize("what", ["look", "write"])
def test_a_bucket_that_is_not_there_is_a_sentence_without_the_key(reached, what):
    lock = lock_object("no-such-bucket", "a/.run.lock", reached, 1)
    with pytest.raises(StorageError, match=r"s3://no-such-bucket/a/[.]run[.]lock") as refused:
        lock.look() if what == "look" else lock.write(b"x", None)
    assert "secret-of-the-lab" not in str(refused.value)


def test_a_service_that_does_not_answer_is_a_sentence():
    nowhere = Bucket(endpoint="http://127.0.0.1:9", region="us-east-1", access="anonymous")
    with pytest.raises(StorageError, match="cannot be read or written"):
        lock_object("locks", ".run.lock", nowhere, 1).look()


def test_without_boto3_the_sentence_says_what_to_install(reached, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SetupError, match=r"pip install 'isthmus\[s3\]'"):
        lock_object("locks", ".run.lock", reached, 1)


def test_a_key_that_is_not_there_is_said_before_anything_is_asked(reached, monkeypatch):
    monkeypatch.delenv("LAB_SECRET")
    with pytest.raises(ConfigError, match="`secret_variable` names is not set"):
        lock_object("locks", ".run.lock", reached, 1)
