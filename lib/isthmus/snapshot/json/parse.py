"""A part of JSON as Arrow batches of parsed lines: records, rejected lines, and one summary at its end."""

import gc
import re
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec
import pyarrow as pa

from isthmus.files import Root
from isthmus.snapshot.batches import COMPLETE, DAMAGED, EMPTY, summary
from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.identifiers import URL, number
from isthmus.snapshot.json.block import UNDECODABLE, Block
from isthmus.snapshot.json.lines import GZIP_MAGIC, LineStream, Vouched, vouched
from isthmus.snapshot.json.records import LETTERS, RECORDS, Page
from isthmus.snapshot.json.unknown import UnknownFields
from isthmus.snapshot.model import LARGEST_PAGE, PAGE, Part

#: A line with something in it: a file may hold hundreds of megabytes of empty ones.
NOT_EMPTY = re.compile(rb"[^\n]+")
#: Bytes of a part in object storage that are kept in memory while its checksums are looked at; more go to a disk.
KEPT_BYTES = 64 << 20


def parse_part(root: Root, part: Part, *, vouch: bool = True) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a part as batches of `schema_of(part.entity)`, in their order within each kind.

    A bad line costs that line: it becomes a row with `reject`. Damage of a gzip file costs the member that it is in and
    what follows: a line counts only where a checksum vouches for it, and the first that does not count is rejected with
    the place of the damage. Memory does not grow with the part.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part, of JSON.
    vouch : bool, default True
        Whether the checksums of gzip are looked at before any line is given. Without, who calls does not use any line
        of a part whose summary says that it is damaged.

    Raises
    ------
    StorageError
        The part is gone or changed since the snapshot was opened, or storage failed after all tries.
    """
    with root.open_stable(part.path, part.bytes) as stream, SpooledTemporaryFile(KEPT_BYTES) as copy:
        known = checksum(stream, part)
        text, until = _vouched(stream, None if root.is_local else copy) if vouch else (stream, None)
        parser = PartParser(part, LineStream(text, LARGEST_PAGE if part.format == PAGE else None, until), known)
        collecting = gc.isenabled()
        gc.disable()  # the records hold no cycles, and looking for some costs a tenth of the time
        try:
            yield from parser.batches()
        finally:
            if collecting:
                gc.enable()


def _vouched(stream: IO[bytes], copy: IO[bytes] | None) -> tuple[IO[bytes], Vouched | None]:
    """Return where to read a part from, at its beginning, and how much of it counts.

    Parameters
    ----------
    stream : IO[bytes]
        The part, at its beginning.
    copy : IO[bytes] | None
        Gets what is read of gzip, so that nothing is fetched twice; None where reading again costs nothing.
    """
    is_gzip = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    stream.seek(0)
    if not is_gzip:
        return stream, None
    until = vouched(stream if copy is None else _Copied(stream, copy))
    again = stream if copy is None else copy
    again.seek(0)
    return again, until


class _Copied:
    """A stream whose bytes are written down as they are read."""

    def __init__(self, stream: IO[bytes], copy: IO[bytes]) -> None:
        self._stream = stream
        self._copy = copy

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._copy.write(data)
        return data


class PartParser:
    """The state of one part while it is read.

    Parameters
    ----------
    part : Part
        The part.
    stream : LineStream
        Its lines.
    checksum : str | None
        Of its content.
    """

    def __init__(self, part: Part, stream: LineStream, checksum: str | None) -> None:
        self._part = part
        self._checksum = checksum
        self._stream = stream
        decoder = msgspec.json.Decoder(RECORDS[part.entity])
        self._decode, self._decode_lines = decoder.decode, decoder.decode_lines
        self._page = msgspec.json.Decoder(Page).decode
        self._letter = LETTERS[part.entity]
        self._prefix = URL + self._letter
        self._fields = UnknownFields(part.entity)
        self._block = Block(part)
        self._read = 0
        self._line = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all batches of the part; the last one is its summary."""
        if self._part.format == PAGE:
            self._line = 1
            text = self._document()
            if text and not text.isspace():
                self._take(text)
        else:
            yield from self._of_lines()
        if self._stream.damage:
            self._line += 1
            self._reject(self._stream.damage, self._stream.tail)
        yield from self._block.flush()
        yield self._summary()

    def _of_lines(self) -> Iterator[pa.RecordBatch]:
        for text in self._stream.texts():
            if self._take_regular(text):
                if self._block.is_full:
                    yield from self._block.flush()
                continue
            first, end = self._line + 1, 0
            for found in NOT_EMPTY.finditer(text):
                first += text.count(b"\n", end, found.start())
                self._line, end = first, found.start()
                if not found[0].isspace():
                    self._take(found[0])
                if self._block.is_full:
                    yield from self._block.flush()
            self._line = first + text.count(b"\n", end)

    def _document(self) -> bytes:
        """Return the whole text of the part, which is one document; nothing of it counts where it is damaged."""
        texts: list[bytes] = []
        length = 0
        for text in self._stream.texts():
            texts.append(text)
            length += len(text) + 1
            if length > LARGEST_PAGE:
                self._stream.damage = f"a document of the API larger than {LARGEST_PAGE >> 20} MiB"
                break
        if not self._stream.damage:
            return b"\n".join(texts)
        self._stream.tail, self._line = (texts[0] if texts else self._stream.tail), 0
        return b""

    def _take_regular(self, text: bytes) -> bool:
        """Take lines that are all good records, as nearly all are; False, and nothing taken, if some line is not."""
        if self._fields.is_sampling:
            return False
        lines = text.count(b"\n") + 1
        try:
            records: list[Any] = self._decode_lines(text)
        except UNDECODABLE:
            return False
        identifiers = [record.id for record in records]
        if len(records) != lines or not all(identifier.startswith(self._prefix) for identifier in identifiers):
            return False
        ids = [found for found in map(number, identifiers) if found is not None]
        if len(ids) < lines:
            return False
        self._block.add(records, ids, range(self._line + 1, self._line + 1 + lines))
        self._line += lines
        self._read += lines
        self._block.bytes += len(text)
        return True

    def _take(self, line: bytes) -> None:
        """Read a line: a record, an API page of records, or a list of them."""
        self._block.bytes += len(line)
        if self._part.format == PAGE or line.startswith((b'{"meta"', b'{"results"')):
            self._take_page(line)
        else:
            self._take_record(line)

    def _take_page(self, line: bytes) -> None:
        try:
            if line.lstrip()[:1] == b"[":
                records = msgspec.json.decode(line, type=list[msgspec.Raw])
            else:
                records = self._page(line).results
        except UNDECODABLE as error:
            if "missing required field `results`" in str(error):
                self._take_record(line)
            else:
                self._reject(str(error), line)
            return
        for position, record in enumerate(records):
            # the lines of a document say nothing; its records are counted instead
            self._line += 1 if self._part.format == PAGE and position else 0
            self._take_record(record)

    def _take_record(self, line: bytes | msgspec.Raw) -> None:
        try:
            record = self._decode(line)
        except UNDECODABLE as error:
            self._reject(str(error), bytes(line))
            return
        identifier = str(getattr(record, "id"))  # noqa: B009 - every record has it, their common class does not
        found = number(identifier)
        if found is None or not identifier.rpartition("/")[2].startswith(self._letter):
            reason = f"Expected an OpenAlex id with {self._letter} and digits, got {identifier[:80]!r} - at `$.id`"
            self._reject(reason, bytes(line))
            return
        if self._fields.is_sampling:
            self._fields.add(line)
        self._read += 1
        self._block.add([record], [found], [self._line])

    def _reject(self, reason: str, line: bytes) -> None:
        self._read += 1
        self._block.reject(self._line, reason, line)

    def _summary(self) -> pa.RecordBatch:
        said = {
            "read": self._read,
            "inflated": self._stream.inflated,
            "status": DAMAGED if self._stream.damage else COMPLETE if self._read else EMPTY,
            "message": self._stream.damage,
            "present": sorted(self._block.present.items()),
            "unknown": sorted(self._fields.unknown.items()),
            "set_aside": sorted((+self._block.kinds.set_aside).items()),
            "checksum": self._checksum,
        }
        return summary(self._part, said)
