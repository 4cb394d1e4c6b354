"""A part of JSON as Arrow batches of parsed lines: records, rejected lines, and one summary at its end."""

import gc
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa

from isthmus.snapshot.batches import COMPLETE, DAMAGED, EMPTY, RAW_BYTES, batch_of, rejected, summary
from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.drift import NEEDED_FIELDS, FieldCount
from isthmus.snapshot.filesystem import Root
from isthmus.snapshot.flatten import Columns, Flattener, record_id, timestamps
from isthmus.snapshot.identifiers import URL, number, reference_fault
from isthmus.snapshot.lines import LineStream
from isthmus.snapshot.model import PAGE, Part
from isthmus.snapshot.records import LETTERS, RECORDS, Page
from isthmus.snapshot.schemas import BIGINT, STRING

BATCH_BYTES = 16 << 20  # of JSON text: the lines of a block stay in memory until its references are read
BATCH_RECORDS = 8192
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def parse_part(root: Root, part: Part) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a part as batches of `schema_of(part.entity)`, in their order within each kind.

    A bad line costs that line: it becomes a row with `reject`. Damage of the file costs what follows it: all lines
    before it are kept and the first unreadable one is rejected with the place of the damage. Memory does not grow with
    the part.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part, of JSON.

    Raises
    ------
    SnapshotError
        The part is gone or changed since the snapshot was opened, or storage failed after all tries.
    """
    with root.steady(part.path, part.bytes) as stream:
        parser = PartParser(part, LineStream(stream), checksum(stream, part))
        collecting = gc.isenabled()
        gc.disable()  # the records hold no cycles, and looking for some costs a tenth of the time
        try:
            yield from parser.batches()
        finally:
            if collecting:
                gc.enable()


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
        self._flattener = Flattener()
        self._fields = FieldCount(part.entity)
        self._records: list[Any] = []
        self._ids: list[int] = []
        self._lines: list[int] = []
        self._rejects: list[tuple[int, str, bytes]] = []
        self._pending = 0
        self._read = 0
        self._line = 0
        self._present: Counter[str] = Counter()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All batches of the part; the last one is its summary."""
        if self._part.format == PAGE:
            self._line, text = 1, b"\n".join(self._stream.texts())
            if text and not text.isspace():
                self._take(text)
        else:
            yield from self._of_lines()
        if self._stream.damage:
            self._line += 1
            self._reject(self._stream.damage, self._stream.tail)
        yield from self._flush()
        yield self._summary()

    def _of_lines(self) -> Iterator[pa.RecordBatch]:
        for text in self._stream.texts():
            if self._take_regular(text):
                if self._is_full():
                    yield from self._flush()
                continue
            for line in text.split(b"\n"):
                self._line += 1
                if line and not line.isspace():
                    self._take(line)
                if self._is_full():
                    yield from self._flush()

    def _is_full(self) -> bool:
        return self._pending >= BATCH_BYTES or len(self._records) >= BATCH_RECORDS

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
        self._records += records
        self._ids += ids
        self._lines += range(self._line + 1, self._line + 1 + lines)
        self._line += lines
        self._read += lines
        self._pending += len(text)
        return True

    def _take(self, line: bytes) -> None:
        """Read a line: a record, an API page of records, or a list of them."""
        self._pending += len(line)
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
        identifier = record_id(record)
        found = number(identifier)
        if found is None or not identifier.rpartition("/")[2].startswith(self._letter):
            reason = f"Expected an OpenAlex id with {self._letter} and digits, got {identifier[:80]!r} - at `$.id`"
            self._reject(reason, bytes(line))
            return
        if self._fields.is_sampling:
            self._fields.add(line)
        self._read += 1
        self._records.append(record)
        self._ids.append(found)
        self._lines.append(self._line)

    def _reject(self, reason: str, line: bytes) -> None:
        self._read += 1
        self._rejects.append((self._line, reason, line[:RAW_BYTES]))

    def _flush(self) -> Iterator[pa.RecordBatch]:
        if self._records:
            columns = self._columns()  # looks into the references, which may cost some lines
            yield batch_of(self._part, pa.array(self._lines, BIGINT), columns)
            self._count_present(columns)
            self._records, self._ids, self._lines = [], [], []
        if self._rejects:
            yield rejected(self._part, self._rejects)
            self._rejects = []
        self._pending = 0

    def _columns(self) -> Columns:
        records = self._records
        match self._part.entity:
            case "works":
                return self._work_columns()
            case "institutions":
                own = self._flattener.institutions(records)
            case "sources":
                own = self._flattener.sources(records)
            case _:
                own = self._flattener.topics(records)
        return own | {
            "entity_id": pa.array(self._ids, BIGINT),
            "updated_date": timestamps([record.updated_date for record in records]),
            "display_name": pa.array([record.display_name for record in records], STRING),
        }

    def _work_columns(self) -> Columns:
        try:
            return self._flattener.works(self._records, self._ids)
        except UNDECODABLE:  # references are only looked into by the block: find the lines, and go on without them
            kept = []
            for entry in zip(self._records, self._ids, self._lines, strict=True):
                raw = bytes(entry[0].referenced_works)
                fault = reference_fault(raw)
                if fault is None:
                    kept.append(entry)
                else:
                    self._rejects.append((entry[2], fault, b'"referenced_works":' + raw[:RAW_BYTES]))
            self._records, self._ids, self._lines = [list(each) for each in zip(*kept, strict=True)] or [[], [], []]
            return self._flattener.works(self._records, self._ids)

    def _count_present(self, columns: Columns) -> None:
        for field in NEEDED_FIELDS[self._part.entity]:
            column = columns.get("work_type" if field == "type" else field)
            if column is None:
                self._present[field] += sum(getattr(record, field) is not None for record in self._records)
            else:
                self._present[field] += len(column) - column.null_count

    def _summary(self) -> pa.RecordBatch:
        said = {
            "read": self._read,
            "inflated": self._stream.inflated,
            "status": DAMAGED if self._stream.damage else COMPLETE if self._read else EMPTY,
            "message": self._stream.damage,
            "present": sorted(self._present.items()),
            "unknown": sorted(self._fields.unknown.items()),
            "checksum": self._checksum,
        }
        return summary(self._part, said)
