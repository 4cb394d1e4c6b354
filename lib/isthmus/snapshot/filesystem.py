"""Files of a snapshot, local or in object storage, through pyarrow.

Spark's Python workers have no Hadoop, so parts, manifests and deletions are all read this way.
"""

from dataclasses import dataclass
from pathlib import Path
from posixpath import join, relpath

import pyarrow.fs as pafs

from isthmus.errors import SnapshotError

OPENALEX_REGION = "us-east-1"
SCHEMES = ("file", "s3", "s3a", "gs", "gcs", "abfs", "abfss")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file or folder under a root: path relative to the root, size in bytes, time of the last change in ns."""

    path: str
    bytes: int
    modified: int | None
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A folder on some file system.

    Parameters
    ----------
    uri : as it was given.
    filesystem : pyarrow's file system.
    path : the folder's path on it.

    """

    uri: str
    filesystem: pafs.FileSystem
    path: str

    def full(self, path: str) -> str:
        """The path of a file on the file system from its path under the root."""
        return join(self.path, path) if path else self.path

    def list(self, folder: str = "", *, recursive: bool = False) -> list[FileEntry]:
        """Files and folders under a folder in the order of their paths; empty when the folder is not there."""
        selector = pafs.FileSelector(self.full(folder), recursive=recursive, allow_not_found=True)
        entries = [
            FileEntry(
                relpath(info.path, self.path), info.size or 0, info.mtime_ns, info.type == pafs.FileType.Directory
            )
            for info in self.filesystem.get_file_info(selector)
        ]
        return sorted(entries, key=lambda entry: entry.path)

    def is_file(self, path: str) -> bool:
        """Whether a file with this path is there."""
        return bool(self.filesystem.get_file_info(self.full(path)).type == pafs.FileType.File)

    def read(self, path: str, limit: int | None = None) -> bytes:
        """The raw bytes of a file, or its first `limit` bytes; nothing is decompressed."""
        with self.filesystem.open_input_stream(self.full(path), compression=None) as stream:
            return bytes(stream.read(limit))


def open_root(uri: str) -> Root:
    """The folder that a path or URI names; the folder itself is not looked at yet.

    Parameters
    ----------
    uri : a local path, `file://`, `s3://` (read anonymously: the public bucket refuses signed requests), `gs://`, `abfs://`.

    Raises
    ------
    SnapshotError : the scheme is not known.

    """
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return Root(uri, pafs.LocalFileSystem(), str(Path(uri).expanduser().resolve()))
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SnapshotError(f"snapshot {uri!r}: the scheme {scheme!r} is not known; use a local path or one of {known}")
    if scheme in {"s3", "s3a"}:
        return Root(uri, pafs.S3FileSystem(anonymous=True, region=OPENALEX_REGION), rest.rstrip("/"))
    if scheme in {"gs", "gcs"}:
        return Root(uri, pafs.GcsFileSystem(anonymous=True), rest.rstrip("/"))
    filesystem, path = pafs.FileSystem.from_uri(uri)
    return Root(uri, filesystem, path.rstrip("/") or "/")


def absolute(uri: str) -> str:
    """The path or URI as other processes understand it, whose working folder may be another.

    Parameters
    ----------
    uri : a local path, or a URI.

    """
    return uri if "://" in uri else str(Path(uri).expanduser().resolve())
