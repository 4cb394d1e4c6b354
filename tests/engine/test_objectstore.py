"""What Spark is told about buckets, and when the jars of S3 are needed."""

import pytest

from isthmus.config import Bucket, Storage
from isthmus.engine.objectstore import PROVIDERS, buckets_of, s3a_options
from isthmus.errors import ConfigError

STORAGE = Storage(
    attempts=3,
    buckets={
        "minio": Bucket(endpoint="http://127.0.0.1:9000", region="eu-1", access="environment"),
        "own": Bucket(access="environment", key_variable="LAB_KEY", secret_variable="LAB_SECRET", token_variable="LAB_T"),
        "lab": Bucket(access="profile", profile="lab"),
        "role": Bucket(access="instance"),
    },
)  # fmt: skip


@pytest.fixture(autouse=True)
def keys(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "LAB_KEY"):
        monkeypatch.setenv(name, "the-key")
    for name in ("AWS_SECRET_ACCESS_KEY", "LAB_SECRET"):
        monkeypatch.setenv(name, "the-secret")
    (tmp_path / "credentials").write_text("[lab]\naws_access_key_id = k-ey\naws_secret_access_key = s-ecret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def own(name):
    prefix = f"fs.s3a.bucket.{name}."
    options = s3a_options(STORAGE, [name])
    assert all(key.startswith(prefix) for key in options)
    return {key.removeprefix(prefix): value for key, value in options.items()}


def test_buckets_of_addresses():
    places = ["s3://a/x", "/local", "s3a://b", "gs://c", "catalog.schema", "s3a://a/y"]
    assert buckets_of(places) == ("a", "b")


def test_another_service_with_the_usual_variables():
    assert own("minio") == {
        "endpoint": "http://127.0.0.1:9000",
        "endpoint.region": "eu-1",
        "connection.ssl.enabled": "false",
        "path.style.access": "true",
        "aws.credentials.provider": PROVIDERS["environment"],
        "attempts.maximum": "3",
    }


def test_keys_are_handed_over_only_where_java_cannot_find_them(monkeypatch):
    assert own("own")["secret.key"] == "the-secret"
    assert own("own")["aws.credentials.provider"].endswith("SimpleAWSCredentialsProvider")
    monkeypatch.setenv("LAB_T", "the-token")
    assert own("own")["session.token"] == "the-token"
    assert own("own")["aws.credentials.provider"].endswith("TemporaryAWSCredentialsProvider")
    for name in ("minio", "lab", "role"):
        assert not {"the-key", "the-secret", "k-ey", "s-ecret"} & set(own(name).values())
    assert own("lab")["auth.profile.name"] == "lab"
    assert own("role")["aws.credentials.provider"] == PROVIDERS["instance"]


def test_the_public_bucket_is_anonymous_and_unknown_ones_are_left_alone():
    assert own("openalex")["aws.credentials.provider"] == PROVIDERS["anonymous"]
    assert own("openalex")["endpoint.region"] == "us-east-1"
    assert s3a_options(STORAGE, ["somebody-else"]) == {}


def test_a_missing_variable_is_said_before_spark_reads(monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigError, match=r"bucket 'minio'.*`secret_variable`"):
        s3a_options(STORAGE, ["minio"])
