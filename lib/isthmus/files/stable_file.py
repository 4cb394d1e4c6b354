"""A file that is read as it was when it was opened: lost connections are taken up again, a changed file is an error."""

import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs

from isthmus.errors import StorageError
from isthmus.files.retry import Retries

REMOTE_BLOCK = 8 << 20  # bytes of one request: a request costs a round trip


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells one content of a file from another: size, tag of the object store, time of the last change."""

    bytes: int
    tag: str | None
    modified: str | None

    def __str__(self) -> str:
        """Return the state in words, for messages."""
        told = [f"{self.bytes:,} bytes"]
        told += [f"ETag {self.tag}"] if self.tag else []
        told += [f"changed {self.modified}"] if self.modified else []
        return ", ".join(told)


class StableFile(io.RawIOBase):
    """A file, opened for reading at any place.

    A request that fails for a moment is sent again from where it stopped. Closing compares size, tag and time with
    those at the opening, so that rows of two versions of a file are never mixed without a word.

    Parameters
    ----------
    filesystem : pyarrow.fs.FileSystem
        The file system it lies on.
    path : str
        Its path there.
    name : str
        What messages call it.
    retries : Retries
        How often a request is tried.
    listed_bytes : int | None, optional
        Bytes that it had when it was listed; None where nobody knows.

    Raises
    ------
    StorageError
        The file is not there, changed, or could not be read after all tries.
    """

    def __init__(
        self, filesystem: pafs.FileSystem, path: str, name: str, retries: Retries, listed_bytes: int | None = None
    ) -> None:
        super().__init__()
        self._filesystem = filesystem
        self._path = path
        self._name = name
        self._retries = retries
        self._position = 0
        try:
            self._file = self._open()
        except FileNotFoundError:
            raise StorageError(f"{self._name}: the file was there and is gone. {_AGAIN}") from None
        self._state = self._look(self._file)
        if listed_bytes is not None and listed_bytes != self._state.bytes:
            self._file.close()
            raise StorageError(
                f"{self._name}: the file had {listed_bytes:,} bytes when it was listed and has now {self._state}. "
                f"{_AGAIN}"
            )

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._state.bytes}[whence]
        self._position = start + offset
        return self._position

    def size(self) -> int:
        """Return the size of the file in bytes."""
        return self._state.bytes

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the present place; 0 at the end."""
        view = memoryview(buffer)
        wanted = min(len(view), self._state.bytes - self._position)
        if wanted <= 0:
            return 0
        data = self._retries.call(self._name, lambda: self._fetch(wanted))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _fetch(self, wanted: int) -> bytes:
        try:
            return bytes(self._file.read_at(wanted, self._position))
        except OSError:
            self._file = self._open()  # the connection may be the reason
            raise

    def _open(self) -> pa.NativeFile:
        return self._retries.call(self._name, lambda: self._filesystem.open_input_file(self._path))

    def _look(self, file: pa.NativeFile) -> FileState:
        seen = {key.lower(): value.decode("utf-8", "replace") for key, value in (file.metadata() or {}).items()}
        if "etag" in seen:
            return FileState(file.size(), seen["etag"].strip('"'), seen.get("last-modified"))
        info = self._retries.call(self._name, lambda: self._filesystem.get_file_info(self._path))
        return FileState(info.size or 0, None, info.mtime.isoformat() if info.mtime else None)

    def close(self) -> None:
        """Give the file back; what was seen of it is not compared."""
        if not self.closed:
            self._file.close()
        super().close()

    def check(self) -> None:
        """Compare the file with what it was when it was opened.

        Raises
        ------
        StorageError
            It is gone, or has another size, tag or time of change.
        """
        try:
            now = self._look(self._open())
        except FileNotFoundError:
            raise StorageError(f"{self._name}: the file vanished while it was read. {_AGAIN}") from None
        if now != self._state:
            raise StorageError(
                f"{self._name}: the file changed while it was read (at first {self._state}; then {now}). {_AGAIN}"
            )


_AGAIN = "A new version seems to replace it: nothing of the file is used. Run again; folders are listed anew."


def buffered(file: StableFile, *, remote: bool) -> io.BufferedReader | StableFile:
    """Return the file for reading in small pieces: from object storage in requests of 8 MiB.

    Parameters
    ----------
    file : StableFile
        The file.
    remote : bool
        Whether a read is a request over the network.
    """
    return io.BufferedReader(file, REMOTE_BLOCK) if remote else file
