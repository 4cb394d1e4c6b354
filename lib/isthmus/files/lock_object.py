"""An object in S3 that is written only where it still is what the writer saw: of two writers one is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from isthmus.config.storage import Bucket
from isthmus.errors import SetupError, StorageError

REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
GONE = frozenset({"NoSuchKey", "404"})
ANY = "*"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the object holds.

    Parameters
    ----------
    content : bytes
        What its holder wrote; empty where nobody holds it.
    etag : str
        The service's mark of this content.
    age : float
        Seconds since it was written, by the service's own clock.
    """

    content: bytes
    etag: str
    age: float


@dataclass(frozen=True, slots=True)
class LockObject:
    """An object that is written only where it is what the writer saw.

    Parameters
    ----------
    client : Any
        boto3's client of S3.
    bucket, key : str
        The object.
    """

    client: Any
    bucket: str
    key: str

    @property
    def address(self) -> str:
        """Its address."""
        return f"s3://{self.bucket}/{self.key}"

    def look(self) -> Seen | None:
        """Return what the object holds; None where there is none."""
        with self._said():
            try:
                found = self.client.get_object(Bucket=self.bucket, Key=self.key)
            except self.client.exceptions.NoSuchKey:
                return None
            content = found["Body"].read()
        answered = found["ResponseMetadata"]["HTTPHeaders"].get("date")
        now = parsedate_to_datetime(answered) if answered else datetime.now(UTC)
        return Seen(content, found["ETag"], (now - found["LastModified"]).total_seconds())

    def write(self, content: bytes, seen: Seen | None) -> bool:
        """Write the object if it still is what was seen; return whether it was.

        Parameters
        ----------
        content : bytes
            What it shall hold.
        seen : Seen | None
            What was seen; None where there was no object.
        """
        return self._write(content, {"IfNoneMatch": ANY} if seen is None else {"IfMatch": seen.etag})

    def require_conditions(self, content: bytes) -> None:
        """Make sure that the service refuses what it has to refuse.

        Parameters
        ----------
        content : bytes
            What the object holds now.

        Raises
        ------
        StorageError
            It writes whatever the condition says: a lock would lock nothing.
        """
        if self._write(content, {"IfNoneMatch": ANY}) or self._write(content, {"IfMatch": '"0"'}):
            raise StorageError(
                f"{self.address}: this service ignores the conditions of a write (If-None-Match, If-Match), so "
                f"two runs on one warehouse would lose each other's tables. {WITHOUT}"
            )

    def _write(self, content: bytes, condition: dict[str, str]) -> bool:
        from botocore.exceptions import ClientError

        with self._said():
            try:
                self.client.put_object(Bucket=self.bucket, Key=self.key, Body=content, **condition)
            except ClientError as error:
                if error.response["Error"]["Code"] not in REFUSED | GONE:
                    raise
                return False
        return True

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn what boto3 raises into a sentence."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise StorageError(
                f"{self.address}, which says that a run works on this warehouse, cannot be read or written: {error}. "
                f"Does the bucket's `access` (--storage FILE) fit, and does it allow to read and write there? {WITHOUT}"
            ) from None


WITHOUT = (
    "Where a scheduler sees to it that runs do not overlap, say `lock_runs: false` for this bucket in the storage file."
)


def lock_object(name: str, key: str, bucket: Bucket, attempts: int) -> LockObject:
    """Return an object of a bucket; nothing is asked yet.

    Parameters
    ----------
    name, key : str
        The bucket and the object in it.
    bucket : Bucket
        How the bucket is reached.
    attempts : int
        Tries of a request.

    Raises
    ------
    SetupError
        boto3 is not installed.
    ConfigError
        The bucket's credentials are not there.
    """
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config
    except ImportError:
        raise SetupError(
            f"tables in s3://{name} need boto3, which locks the warehouse for one run at a time: "
            f"pip install 'isthmus[s3]'. {WITHOUT}"
        ) from None
    found = bucket.credentials(name)
    config = Config(
        signature_version=UNSIGNED if bucket.access == "anonymous" else None,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        s3={"addressing_style": "path"} if bucket.endpoint else None,
        connect_timeout=10,
        read_timeout=20,
    )
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=bucket.endpoint,
        region_name=bucket.region,
        aws_access_key_id=found.key if found else None,
        aws_secret_access_key=found.secret if found else None,
        aws_session_token=found.token if found else None,
        config=config,
    )
    return LockObject(client, name, key)
