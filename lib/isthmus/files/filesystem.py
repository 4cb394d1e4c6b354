"""A folder and its files through pyarrow: Spark's Python workers have no Hadoop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import islink, realpath
from pathlib import Path, PurePath
from posixpath import dirname, join, relpath
from typing import IO, Any

import pyarrow.fs as pafs

from isthmus.config.storage import Storage
from isthmus.files.addresses import open_address
from isthmus.files.retry import LOCAL, Retries
from isthmus.files.stable_file import StableFile, buffered


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
    uri : str
        As it was given.
    filesystem : pafs.FileSystem
        pyarrow's file system.
    path : str
        The folder's path on it.
    retries : Retries, optional
        How often a request is tried.
    """

    uri: str
    filesystem: pafs.FileSystem
    path: str
    retries: Retries = LOCAL

    @property
    def is_local(self) -> bool:
        """Whether the folder lies on this machine."""
        return bool(self.filesystem.type_name == "local")

    def full(self, path: str) -> str:
        """Return the path of a file on the file system from its path under the root."""
        return join(self.path, path) if path else self.path

    def list(self, folder: str = "", *, recursive: bool = False) -> list[FileEntry]:
        """Return files and folders under a folder in the order of their paths; empty when the folder is not there."""
        if not (recursive and self.is_local):
            found = self._entries(folder, recursive=recursive)
            return [entry for entry in found if not (self.is_local and entry.is_folder and self._leads_back(entry))]
        entries, waiting = [], [folder]
        while waiting:  # folder by folder: two links that lead back would be more paths than can be listed
            inside = self.list(waiting.pop())
            entries += inside
            waiting += [entry.path for entry in inside if entry.is_folder]
        return sorted(entries, key=lambda entry: entry.path)

    def _entries(self, folder: str, *, recursive: bool) -> Sequence[FileEntry]:
        selector = pafs.FileSelector(self.full(folder), recursive=recursive, allow_not_found=True)
        found = self.retries.call(self._named(folder), lambda: self.filesystem.get_file_info(selector))
        entries = [
            FileEntry(
                relpath(info.path, self.path), info.size or 0, info.mtime_ns, info.type == pafs.FileType.Directory
            )
            for info in found
        ]
        return sorted(entries, key=lambda entry: entry.path)

    def _leads_back(self, folder: FileEntry) -> bool:
        """Whether a folder is a link to one that it lies in: what is in it would be read again and again."""
        full = self.full(folder.path)
        return islink(full) and realpath(full) in {realpath(above) for above in PurePath(full).parents}

    def look(self, path: str) -> Any:
        """Return what the file system says of a file or folder: pyarrow's `FileInfo`."""
        return self.retries.call(self._named(path), lambda: self.filesystem.get_file_info(self.full(path)))

    def is_file(self, path: str) -> bool:
        """Whether a file with this path is there."""
        return bool(self.look(path).type == pafs.FileType.File)

    def read(self, path: str, limit: int | None = None) -> bytes:
        """Return the raw bytes of a file, or its first `limit` bytes; nothing is decompressed."""

        def whole() -> bytes:
            with self.filesystem.open_input_stream(self.full(path), compression=None) as stream:
                return bytes(stream.read(limit))

        return self.retries.call(self._named(path), whole)

    @contextmanager
    def open_stable(self, path: str, listed_bytes: int | None = None) -> Iterator[IO[bytes]]:
        """Yield a file opened for reading; leaving without an error makes sure that it has not changed meanwhile.

        Parameters
        ----------
        path : str
            Its path under the root.
        listed_bytes : int | None, optional
            Bytes that it had when it was listed; None where nobody knows.

        Raises
        ------
        StorageError
            It is not what it was when it was listed or opened, or could not be read after all tries.
        """
        name = f"{self.uri}: {path}" if path else self.uri
        with StableFile(self.filesystem, self.full(path), name, self.retries, listed_bytes) as file:
            yield buffered(file, remote=not self.is_local)  # type: ignore[misc]  # a raw file reads like any
            file.check()

    def write(self, path: str, content: bytes) -> None:
        """Write a file, whole or not at all: it gets its name when it is complete."""
        self.retries.call(self._named(path), lambda: self._write(self.full(path), content))

    def _write(self, target: str, content: bytes) -> None:
        folder, _, name = target.rpartition("/")
        partial = f"{folder}/.{name}.part"
        if self.is_local:
            self.filesystem.create_dir(dirname(target), recursive=True)
        with self.filesystem.open_output_stream(partial, compression=None) as stream:
            stream.write(content)
        self.filesystem.move(partial, target)

    def remove(self, path: str) -> None:
        """Remove a file."""
        self.retries.call(self._named(path), lambda: self.filesystem.delete_file(self.full(path)))

    def _named(self, path: str) -> str:
        return f"{self.uri.rstrip('/')}/{path}" if path else self.uri


def open_root(uri: str, storage: Storage | None = None) -> Root:
    """Return the folder that a path or URI names; the folder itself is not looked at yet.

    Parameters
    ----------
    uri : str
        a local path, `file://`, `s3://` or `s3a://`, `gs://`, `abfs://`.
    storage : Storage | None, optional
        How buckets are reached; without one the public bucket of OpenAlex without a key, and others as their provider's
        tools would.

    Raises
    ------
    StorageError
        The scheme is not known, or the address carries a secret.
    ConfigError
        The bucket's credentials are not there.
    """
    storage = storage or Storage()
    if "://" not in uri:
        return Root(uri, pafs.LocalFileSystem(), str(Path(uri).expanduser().resolve()))
    filesystem, path = open_address(uri, storage)
    return Root(uri, filesystem, path, LOCAL if filesystem.type_name == "local" else Retries.of(storage))


def absolute(uri: str) -> str:
    """Return the path or URI as other processes understand it, whose working folder may be another.

    Parameters
    ----------
    uri : str
        a local path, or a URI.
    """
    return uri if "://" in uri else str(Path(uri).expanduser().resolve())
