"""Addresses in object storage as pyarrow's file systems, with the options that the storage configuration gives."""

import os
from functools import lru_cache
from urllib.parse import urlsplit

import pyarrow.fs as pafs

from isthmus.config.storage import Bucket, Storage
from isthmus.errors import ConfigError, StorageError, did_you_mean

S3, GOOGLE, AZURE = ("s3", "s3a"), ("gs", "gcs"), ("abfs", "abfss")
SCHEMES = ("file", *S3, *GOOGLE, *AZURE)
ACCESS_OF: dict[tuple[str, ...], tuple[str, ...]] = {
    GOOGLE: ("default", "anonymous"),
    AZURE: ("default", "anonymous", "environment"),
}
AZURE_DOMAIN = ".dfs.core.windows.net"
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def open_address(uri: str, storage: Storage) -> tuple[pafs.FileSystem, str]:
    """Return the file system of a URI, and the path on it; nothing is read yet.

    Parameters
    ----------
    uri : str
        `file://`, `s3://` or `s3a://`, `gs://`, `abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/`.
    storage : Storage
        How each bucket is reached.

    Raises
    ------
    StorageError
        The scheme is not known, or the address is not one of its scheme.
    ConfigError
        The bucket's credentials are not there, or its access is none of this provider's.
    """
    scheme, _, rest = uri.partition("://")
    if scheme not in SCHEMES:
        raise StorageError(f"address {_shown(uri)!r}: the scheme {scheme!r} is not known; {_hint(scheme)}")
    if scheme == "file":
        filesystem, path = pafs.FileSystem.from_uri(uri)
        return filesystem, path.rstrip("/") or "/"
    if scheme in AZURE:
        return _azure(uri, storage)
    _refuse_credentials(uri, rest)
    name = rest.partition("/")[0]
    if not name:
        raise StorageError(f"address {uri!r} names no bucket; write {scheme}://BUCKET/PATH")
    bucket = storage.bucket(name)
    filesystem = _s3(name, bucket) if scheme in S3 else _google(name, bucket)
    return filesystem, rest.rstrip("/")


def require_no_key(address: str) -> None:
    """Make sure that an address carries no key: it is written into logs and tables.

    Parameters
    ----------
    address : str
        A path, a URI, or `catalog.schema`.

    Raises
    ------
    StorageError
        It does; the key is not repeated.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return
    if scheme in AZURE:  # CONTAINER@ACCOUNT is how these addresses are written
        account = rest.partition("@")[2]
        if "@" in account.partition("/")[0] or ":" in rest.partition("/")[0] or "?" in rest:
            raise StorageError(_CARRIES.format(f"{scheme}://***@{account.rpartition('@')[2].partition('?')[0]}"))
        return
    _refuse_credentials(address, rest)


def _hint(scheme: str) -> str:
    return f"{did_you_mean(scheme, SCHEMES)} Or a local path."


def _shown(uri: str) -> str:
    """Return an address without what stands before an @: it may be a secret."""
    scheme, _, rest = uri.partition("://")
    place, at, after = rest.partition("@")
    return f"{scheme}://***@{after}" if at and "/" not in place else uri


def _refuse_credentials(uri: str, rest: str) -> None:
    if "@" in rest.partition("/")[0] or "?" in rest:
        raise StorageError(_CARRIES.format(_shown(uri).partition("?")[0]))


_CARRIES = (
    "address {!r} carries a key or options. Addresses are written into logs and tables: put what is needed into a "
    "storage file (--storage)"
)


def _s3(name: str, bucket: Bucket) -> pafs.S3FileSystem:
    found = bucket.credentials(name)
    endpoint = urlsplit(bucket.endpoint) if bucket.endpoint else None
    return pafs.S3FileSystem(
        anonymous=bucket.access == "anonymous",
        region=bucket.region or _region(name, has_endpoint=endpoint is not None),
        scheme=endpoint.scheme if endpoint else None,
        endpoint_override=endpoint.netloc if endpoint else None,
        access_key=found.key if found else None,
        secret_key=found.secret if found else None,
        session_token=found.token if found else None,
    )


@lru_cache(maxsize=64)
def _region(name: str, *, has_endpoint: bool) -> str | None:
    """Return the region of a bucket of AWS; None where the environment or another service decides."""
    if has_endpoint or any(os.environ.get(v) for v in (*REGION_VARIABLES, *ENDPOINT_VARIABLES)):
        return None
    try:
        return str(pafs.resolve_s3_region(name))
    except OSError as error:
        raise StorageError(
            f"bucket {name!r}: its region could not be looked up ({error}). Does the bucket exist? Of another service "
            f"than AWS, name the `endpoint` in a storage file (--storage)"
        ) from None


def _google(name: str, bucket: Bucket) -> pafs.GcsFileSystem:
    _require_access(name, bucket, GOOGLE)
    endpoint = urlsplit(bucket.endpoint) if bucket.endpoint else None
    return pafs.GcsFileSystem(
        anonymous=bucket.access == "anonymous",
        scheme=endpoint.scheme if endpoint else None,
        endpoint_override=endpoint.netloc if endpoint else None,
    )


def _azure(uri: str, storage: Storage) -> tuple[pafs.FileSystem, str]:
    """Return the file system of `abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH`, as Hadoop writes it."""
    place, _, path = uri.partition("://")[2].partition("/")
    container, at, host = place.partition("@")
    account = host.partition(".")[0]
    if not (at and container and account) or ":" in place or "?" in path:
        raise StorageError(
            f"address {_shown(uri).partition('?')[0]!r}: expected abfs://CONTAINER@ACCOUNT{AZURE_DOMAIN}/PATH and "
            f"nothing else; keys belong into the environment (--storage names the variables)"
        )
    bucket = storage.bucket(account)
    _require_access(account, bucket, AZURE)
    endpoint = urlsplit(bucket.endpoint) if bucket.endpoint else None
    full = f"{container}/{path}".rstrip("/")
    if bucket.access == "anonymous":
        options = "credential_kind=anonymous"
        if endpoint:
            options += f"&blob_storage_authority={endpoint.netloc}&dfs_storage_authority={endpoint.netloc}"
            options += f"&enable_tls={str(endpoint.scheme == 'https').lower()}"
        filesystem, _ = pafs.FileSystem.from_uri(f"abfs://{container}@{account}{AZURE_DOMAIN}/?{options}")
        return filesystem, full
    key = bucket.variable(account, "secret_variable") if bucket.access == "environment" else None
    authority, scheme = (endpoint.netloc, endpoint.scheme) if endpoint else (None, None)
    return (
        pafs.AzureFileSystem(
            account,
            account_key=key,
            blob_storage_authority=authority,
            dfs_storage_authority=authority,
            blob_storage_scheme=scheme,
            dfs_storage_scheme=scheme,
        ),
        full,
    )


def _require_access(name: str, bucket: Bucket, provider: tuple[str, ...]) -> None:
    if bucket.access not in ACCESS_OF[provider]:
        raise ConfigError(
            f"storage: bucket {name!r}: access {bucket.access!r} is not one of {provider[0]}://; valid: "
            f"{', '.join(ACCESS_OF[provider])}"
        )
