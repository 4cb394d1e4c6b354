"""Object storage for Spark: how each bucket of a run is reached through s3a, as options of the session.

Tables on `gs://` and `abfs://` are reached as the cluster is set up; only S3 needs words, for it has many providers.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from isthmus.config.storage import OPENALEX_BUCKET, Bucket, Storage
from isthmus.engine.settings import try_options

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROVIDERS = {
    "anonymous": "org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider",
    "environment": "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
    "profile": "org.apache.hadoop.fs.s3a.auth.ProfileAWSCredentialsProvider",
    "instance": "org.apache.hadoop.fs.s3a.auth.IAMInstanceCredentialsProvider",
}
KEY, SESSION = (
    "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
    "org.apache.hadoop.fs.s3a.TemporaryAWSCredentialsProvider",
)


def buckets_of(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the buckets of S3 among addresses, without repetition.

    Parameters
    ----------
    addresses : Iterable[str]
        Paths and URIs.
    """
    found = (address.partition("://")[2].partition("/")[0] for address in addresses if is_s3(address))
    return tuple(dict.fromkeys(found))


def is_s3(address: str) -> bool:
    """Whether an address lies in S3, by whichever of its two names.

    Parameters
    ----------
    address : str
        a path or URI.
    """
    return address.startswith(("s3://", "s3a://"))


def s3a_options(storage: Storage, buckets: Iterable[str]) -> dict[str, str]:
    """Hadoop's per-bucket options, `fs.s3a.bucket.NAME.*`; where a key has to be handed over, it is among them.

    Parameters
    ----------
    storage : Storage
        How buckets are reached.
    buckets : Iterable[str]
        Those that the run uses; one that is not configured keeps what the cluster says of it.

    Raises
    ------
    ConfigError
        a bucket's credentials are not there.
    """
    options: dict[str, str] = {}
    for name in buckets:
        if name in storage.buckets or name == OPENALEX_BUCKET:
            own = _connection(storage.bucket(name)) | _access(name, storage.bucket(name))
            own["attempts.maximum"] = str(storage.attempts)
            options |= {f"fs.s3a.bucket.{name}.{key}": value for key, value in own.items()}
    return options


def reach(spark: "SparkSession", storage: Storage, addresses: Iterable[str]) -> None:
    """Tell a session how to reach the buckets of a run.

    Options of the session and not of its start: those would stand on the command line of Java, for all to read.

    Parameters
    ----------
    spark : SparkSession
        The session.
    storage : Storage
        How buckets are reached.
    addresses : Iterable[str]
        Every path and URI that Spark reads or writes.
    """
    try_options(spark, s3a_options(storage, buckets_of(addresses)))


def _connection(bucket: Bucket) -> dict[str, str]:
    options = {"endpoint.region": bucket.region} if bucket.region else {}
    if bucket.endpoint:
        secure = urlsplit(bucket.endpoint).scheme == "https"
        options |= {
            "endpoint": bucket.endpoint,
            "connection.ssl.enabled": str(secure).lower(),
            "path.style.access": "true",  # other services than AWS have no name per bucket
        }
    return options


def _access(name: str, bucket: Bucket) -> dict[str, str]:
    if bucket.access == "default":
        return {}
    if bucket.access == "environment" and not bucket.uses_standard_variables:
        return _handed_over(name, bucket)
    if bucket.access in {"environment", "profile"}:
        bucket.credentials(name)  # a missing one is said now, in plain words
    options = {"aws.credentials.provider": PROVIDERS[bucket.access]}
    return options | ({"auth.profile.name": str(bucket.profile)} if bucket.access == "profile" else {})


def _handed_over(name: str, bucket: Bucket) -> dict[str, str]:
    """Key and secret themselves: Java knows no other variables than its own."""
    found = bucket.credentials(name)
    if found is None:
        raise ValueError("a bucket with access: environment has credentials or raises")
    options = {"aws.credentials.provider": KEY, "access.key": found.key, "secret.key": found.secret}
    if found.token:
        options |= {"aws.credentials.provider": SESSION, "session.token": found.token}
    return options
