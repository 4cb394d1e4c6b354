"""A part of Parquet as Arrow batches of parsed rows, in the shape of parsed JSON: only needed nested columns are read.

Arrow's own reader in Spark's Python workers, not Spark's: ids, lists and types are taken apart by the column, which
Spark does item by item, and storage, retries and the watch for changes are those of JSON.
"""

from collections.abc import Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.files import Root
from isthmus.snapshot.batches import COMPLETE, DAMAGED, EMPTY, batch_of, rejected, summary
from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.fields import NEEDED_FIELDS, SAMPLED_LINES
from isthmus.snapshot.kinds import Kinds
from isthmus.snapshot.model import Part
from isthmus.snapshot.parquet.columns import work_columns
from isthmus.snapshot.parquet.field import Field
from isthmus.snapshot.parquet.shapes import WORK, leaves, require_types
from isthmus.snapshot.parquet.texts import NO_TEXT, readable
from isthmus.snapshot.parquet.unknown import unknown_columns
from isthmus.snapshot.schemas import BIGINT

BATCH_ROWS = 8192
SHOWN = 80  # characters of an id in a message
UNREADABLE = (pa.ArrowException, OSError)


def parse_parquet(root: Root, part: Part) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a part of works as batches of `WORKS_SCHEMA`; the last one is its summary.

    A row without an id of a work is rejected. Damage costs what follows it: the rows of all batches before it are
    kept, and the first row that cannot be read is rejected with what is wrong.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part, of Parquet.

    Raises
    ------
    SnapshotError
        a needed field has another type.
    StorageError
        The part is gone or changed since the snapshot was opened, or storage failed after all tries.
    """
    with root.open_stable(part.path, part.bytes) as file:
        yield from RowParser(part, file).batches()


class RowParser:
    """The state of one part while it is read.

    Parameters
    ----------
    part : Part
        The part.
    file : IO[bytes]
        It, open.
    """

    def __init__(self, part: Part, file: IO[bytes]) -> None:
        self._part = part
        self._file = file
        self._read = 0
        self._kinds = Kinds()
        self._schema = pa.schema([])
        self._rows = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all batches of the part; the last one is its summary."""
        damage = None
        try:
            for batch in self._needed():
                yield from self._parsed(batch)
        except UNREADABLE as error:
            damage = self._damage(error)
            yield rejected(self._part, [(self._read + 1, damage, b"")])
            self._read += 1
        yield self._summary(damage)

    def _needed(self) -> Iterator[pa.RecordBatch]:
        """Yield the needed columns of the part, batch by batch."""
        reader = pq.ParquetFile(self._file, page_checksum_verification=True)
        self._schema, self._rows = reader.schema_arrow, reader.metadata.num_rows
        whole = pa.struct(list(self._schema))
        require_types(whole, WORK, self._part.path)  # first: a changed one is an error before anything is read
        wanted = [reader.schema.column(i).path for i, needed in enumerate(leaves(whole, WORK)) if needed]
        yield from reader.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False)

    def _parsed(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        first, rows = self._read + 1, batch.num_rows
        self._read += rows
        lines = pa.array(np.arange(first, first + rows), BIGINT)
        good = readable(batch)
        if good is not None:
            yield rejected(self._part, [(first + int(place), NO_TEXT, b"") for place in np.flatnonzero(~good)])
            batch, lines = batch.filter(pa.array(good)), lines.filter(pa.array(good))
            rows = batch.num_rows
        whole = pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema)) if batch.num_columns else None
        seen = Field(pa.nulls(rows) if whole is None else whole)  # an object has at least one field
        numbers, bad = seen["id"].work_numbers()
        if bad.any():
            ids = seen["id"].text().filter(pa.array(bad)).to_pylist()
            places = lines.filter(pa.array(bad)).to_pylist()
            yield rejected(self._part, zip(places, map(_no_id, ids), map(_raw, ids), strict=True))
            good = pa.array(~bad)
            numbers, lines, seen = numbers.filter(good), lines.filter(good), seen.filter(good)
        if len(lines):
            columns = self._kinds.admit(work_columns(seen))
            yield batch_of(self._part, lines, {"work_id": numbers} | columns)

    def _damage(self, error: Exception) -> str:
        if not self._rows:
            return f"no readable Parquet file: {error}"
        return f"damaged Parquet after row {self._read:,} of {self._rows:,}: {error}"

    def _summary(self, damage: str | None) -> pa.RecordBatch:
        entity, names = self._part.entity, set(self._schema.names)
        said = {
            "read": self._read,
            "inflated": None,
            "status": DAMAGED if damage else COMPLETE if self._read else EMPTY,
            "message": damage,
            "present": [(name, self._rows) for name in NEEDED_FIELDS[entity] if name in names],
            "unknown": [
                (name, min(self._rows, SAMPLED_LINES)) for name in sorted(unknown_columns(entity, self._schema))
            ],
            "set_aside": sorted((+self._kinds.set_aside).items()),
            "checksum": checksum(self._file, self._part),
        }
        return summary(self._part, said)


def _no_id(identifier: str | None) -> str:
    shown = "`null`" if identifier is None else f"'{identifier[:SHOWN]}'"
    return f"Expected an OpenAlex id with W and digits, got {shown} - at `$.id`"


def _raw(identifier: str | None) -> bytes:
    return (identifier or "").encode()
