"""A file that is read as it was when it was opened: lost connections are taken up again, a changed file is an error."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from isthmus.errors import SnapshotError

if TYPE_CHECKING:
    from isthmus.snapshot.filesystem import Root

REMOTE_BLOCK = 8 << 20  # bytes of one request: a request costs a round trip


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells one content of a file from another: size, tag of the object store, time of the last change."""

    bytes: int
    tag: str | None
    modified: str | None

    def __str__(self) -> str:
        """In words, for messages."""
        told = [f"{self.bytes:,} bytes"]
        told += [f"ETag {self.tag}"] if self.tag else []
        told += [f"changed {self.modified}"] if self.modified else []
        return ", ".join(told)


class SteadyFile(io.RawIOBase):
    """A file of a snapshot, opened for reading at any place.

    A request that fails for a moment is sent again from where it stopped. Closing compares size, tag and time with
    those at the opening, so that rows of two versions of a file are never mixed without a word.

    Parameters
    ----------
    root : Root
        The folder it lies in.
    path : str
        Its path there.
    promised : int | None, optional
        Bytes that it had when the snapshot was listed; None where nobody knows.

    Raises
    ------
    SnapshotError
        The file is not there, changed, or could not be read after all tries.
    """

    def __init__(self, root: "Root", path: str, promised: int | None = None) -> None:
        super().__init__()
        self._root = root
        self._path = path
        self._position = 0
        try:
            self._file = self._open()
        except FileNotFoundError:
            raise SnapshotError(f"{self._where}: the part was there and is gone. {_AGAIN}") from None
        self._state = self._look(self._file)
        if promised is not None and promised != self._state.bytes:
            self._file.close()
            raise SnapshotError(
                f"{self._where}: the part had {promised:,} bytes when the snapshot was opened and has now "
                f"{self._state}. {_AGAIN}"
            )

    @property
    def _where(self) -> str:
        return f"{self._root.uri}: {self._path}" if self._path else self._root.uri

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
        """Bytes of the file."""
        return self._state.bytes

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the present place; 0 at the end."""
        view = memoryview(buffer)
        wanted = min(len(view), self._state.bytes - self._position)
        if wanted <= 0:
            return 0
        data = self._root.retries.call(self._where, lambda: self._fetch(wanted))
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
        root = self._root
        return root.retries.call(self._where, lambda: root.filesystem.open_input_file(root.full(self._path)))

    def _look(self, file: pa.NativeFile) -> FileState:
        seen = {key.lower(): value.decode("utf-8", "replace") for key, value in (file.metadata() or {}).items()}
        if "etag" in seen:
            return FileState(file.size(), seen["etag"].strip('"'), seen.get("last-modified"))
        info = self._root.retries.call(
            self._where, lambda: self._root.filesystem.get_file_info(self._root.full(self._path))
        )
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
        SnapshotError
            It is gone, or has another size, tag or time of change.
        """
        try:
            now = self._look(self._open())
        except FileNotFoundError:
            raise SnapshotError(f"{self._where}: the part vanished while it was read. {_AGAIN}") from None
        if now != self._state:
            raise SnapshotError(
                f"{self._where}: the part changed while it was read (at first {self._state}; then {now}). {_AGAIN}"
            )


_AGAIN = "A new release seems to replace this copy: nothing of the part is used. Run again, the manifest is read anew."


def buffered(file: SteadyFile, *, remote: bool) -> "io.BufferedReader | SteadyFile":
    """Return the file for reading in small pieces: from object storage in requests of 8 MiB.

    Parameters
    ----------
    file : SteadyFile
        The file.
    remote : bool
        Whether a read is a request over the network.
    """
    return io.BufferedReader(file, REMOTE_BLOCK) if remote else file
