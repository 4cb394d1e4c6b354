"""What tells whether the content of a part is still the same, without reading the part."""

import io
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from isthmus.errors import SnapshotError
from isthmus.files import open_root
from isthmus.snapshot.model import PARQUET, Part, Snapshot

READERS = 16  # requests at a time: each waits for a round trip
GZIP_TAIL = 8  # bytes: CRC-32 of the text and its length
PARQUET_TAIL = 8  # bytes: length of the footer, and "PAR1"


def checksum(file: IO[bytes], part: Part) -> str | None:
    """Return a checksum of a part's content that its file carries itself; the file is at its beginning afterwards.

    Of gzip its own CRC-32 and length, of Parquet the CRC-32 of the footer (places, sizes and bounds of all columns); of
    plain text the time of its last change. None where there is none: such a part counts as changed.

    Parameters
    ----------
    file : IO[bytes]
        The part, opened.
    part : Part
        The part.
    """
    try:
        if part.format == PARQUET:
            return _of_footer(file, part.bytes)
        if part.path.endswith(".gz") and part.bytes > GZIP_TAIL:
            file.seek(-GZIP_TAIL, io.SEEK_END)
            return file.read(GZIP_TAIL).hex()
        return None if part.modified is None else f"changed {part.modified}"
    finally:
        file.seek(0)


def _of_footer(file: IO[bytes], size: int) -> str | None:
    if size <= PARQUET_TAIL:
        return None
    file.seek(-PARQUET_TAIL, io.SEEK_END)
    length = int.from_bytes(file.read(4), "little")
    if length > size - PARQUET_TAIL:
        return None
    file.seek(-PARQUET_TAIL - length, io.SEEK_END)
    return f"{zlib.crc32(file.read(length)):08x}"


def checksums(snapshot: Snapshot, parts: Iterable[Part]) -> dict[str, str | None]:
    """Return the checksum of each part by its path; a few bytes of each are read.

    Parameters
    ----------
    snapshot : Snapshot
        Where they lie.
    parts : Iterable[Part]
        The parts.

    Raises
    ------
    StorageError
        a part changed since the snapshot was opened.
    """
    root = open_root(snapshot.uri, snapshot.storage)
    listed = list(parts)

    def one(part: Part) -> str | None:
        with root.open_stable(part.path, part.bytes) as file:
            return checksum(file, part)

    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip((part.path for part in listed), pool.map(one, listed), strict=True))


def require_unchanged(snapshot: Snapshot, again: Snapshot) -> None:
    """Make sure that a snapshot is still the one that was opened.

    Parameters
    ----------
    snapshot : Snapshot
        As it was opened, before its parts were read.
    again : Snapshot
        The same address, opened after they were read.

    Raises
    ------
    SnapshotError
        Parts were added, removed or replaced, or another release lies there.
    """
    for entity in snapshot.entities:
        if snapshot.fingerprint(entity) != again.fingerprint(entity):
            before, after = set(snapshot.parts(entity)), set(again.parts(entity))
            first = next(
                (part.path for part in (*snapshot.parts(entity), *again.parts(entity)) if part in before ^ after), ""
            )
            raise SnapshotError(
                f"snapshot {snapshot.uri!r} changed while it was read: at first release {snapshot.release} with "
                f"{len(before)} parts of {entity}, then {again.release} with {len(after)}; the first that differs: "
                f"{first or 'the manifest'}. Nothing of it is used; run again."
            )
