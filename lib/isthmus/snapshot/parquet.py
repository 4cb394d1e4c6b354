"""A part of Parquet as Arrow batches of parsed rows, in the shape of parsed JSON: only needed nested columns are read.

Arrow's own reader in Spark's Python workers, not Spark's: ids, lists and types are taken apart by the column, which
Spark does item by item, and storage, retries and the watch for changes are those of JSON.
"""

from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.errors import SnapshotError
from isthmus.snapshot.batches import COMPLETE, DAMAGED, EMPTY, batch_of, rejected, summary
from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.columns import Seen, is_text, work_columns
from isthmus.snapshot.drift import NEEDED_FIELDS, SAMPLED_LINES, unknown_columns
from isthmus.snapshot.filesystem import Root
from isthmus.snapshot.model import Part
from isthmus.snapshot.schemas import BIGINT

BATCH_ROWS = 8192
SHOWN = 80  # characters of an id in a message
UNREADABLE = (pa.ArrowException, OSError)

Shape = dict[str, "Shape"] | list["Shape"] | str
"""The needed fields: an object, a list of one shape, or a kind of value."""

LEVEL: Shape = {"id": "id"}
TOPIC: Shape = {"id": "id", "score": "number", "subfield": LEVEL, "field": LEVEL, "domain": LEVEL}
SOURCE: Shape = {"id": "id", "type": "text"}
WORK: dict[str, Shape] = {
    "id": "id",
    "updated_date": "time",
    "publication_year": "integer",
    "publication_date": "time",
    "type": "text",
    "is_retracted": "boolean",
    "is_paratext": "boolean",
    "is_xpac": "boolean",
    "primary_location": {"source": SOURCE},
    "host_venue": SOURCE,
    "primary_topic": TOPIC,
    "topics": [TOPIC],
    "concepts": [{"id": "id", "score": "number"}],
    "authors_count": "integer",
    "authorships": [
        {
            "author_position": "text",
            "author": {"id": "id"},
            "institutions": [{"id": "id", "country_code": "text"}],
            "countries": ["text"],
        }
    ],
    "referenced_works": ["id"],
}

ACCEPTED: dict[str, Callable[[pa.DataType], bool]] = {
    "id": lambda t: is_text(t) or pa.types.is_integer(t),
    "text": is_text,
    "integer": pa.types.is_integer,
    "boolean": pa.types.is_boolean,
    "number": lambda t: is_text(t) or pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t),
    "time": lambda t: is_text(t) or pa.types.is_date(t) or pa.types.is_timestamp(t),
}
EXPECTED = {
    "id": "a string or an integer",
    "text": "a string",
    "integer": "an integer",
    "boolean": "a boolean",
    "number": "a number or a string",
    "time": "a date, a timestamp or a string",
}


def require_types(dtype: pa.DataType, shape: Shape, file: str, path: str = "") -> None:
    """Make sure that what is needed of a column has a type that can be read; what is not there is null.

    Parameters
    ----------
    dtype : pyarrow.DataType
        The type as it stands in the file.
    shape : Shape
        What is needed.
    file, path : str
        For messages.

    Raises
    ------
    SnapshotError
        a needed field has another type; names the file, the field, expected and found.
    """
    if isinstance(shape, list):
        if not (pa.types.is_list(dtype) or pa.types.is_large_list(dtype)):
            raise _retyped(file, path, "a list", dtype)
        require_types(dtype.value_type, shape[0], file, f"{path}[]")
    elif isinstance(shape, dict):
        if shape is LEVEL and ACCEPTED["id"](dtype):
            return  # 2024: the number or URL of a subfield instead of an object
        if not pa.types.is_struct(dtype):
            raise _retyped(file, path, "an object", dtype)
        for name, inner in shape.items():
            if dtype.get_field_index(name) >= 0:
                require_types(dtype.field(name).type, inner, file, f"{path}.{name}")
    elif not ACCEPTED[shape](dtype):
        raise _retyped(file, path, EXPECTED[shape], dtype)


def _retyped(file: str, path: str, expected: str, found: pa.DataType) -> SnapshotError:
    return SnapshotError(
        f"{file}: the field {path.lstrip('.')!r} was expected to be {expected} and is {found}. OpenAlex seems to have "
        "changed its format; this version of Isthmus cannot read it."
    )


def leaves(dtype: pa.DataType, shape: Shape | None) -> Iterator[bool]:
    """For each value that a column stores, in the order of the file, whether it is needed.

    Parameters
    ----------
    dtype : pyarrow.DataType
        The column's type.
    shape : Shape | None
        What is needed of it; None for nothing.
    """
    if pa.types.is_map(dtype):
        yield from leaves(dtype.key_type, None)
        yield from leaves(dtype.item_type, None)
    elif pa.types.is_struct(dtype):
        for inner in dtype:
            yield from leaves(inner.type, shape.get(inner.name) if isinstance(shape, dict) else None)
    elif pa.types.is_nested(dtype):
        yield from leaves(dtype.value_type, shape[0] if isinstance(shape, list) else None)
    else:
        yield shape is not None


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
        a needed field has another type; the part is gone or changed since the snapshot was opened, or storage failed
        after all tries.
    """
    with root.steady(part.path, part.bytes) as file:
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
        self._schema = pa.schema([])
        self._rows = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All batches of the part; the last one is its summary."""
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
        whole = pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema)) if batch.num_columns else None
        seen = Seen(pa.nulls(rows) if whole is None else whole)  # an object has at least one field
        numbers, bad = seen["id"].work_numbers()
        if bad.any():
            ids = seen["id"].text().filter(pa.array(bad)).to_pylist()
            places = [first + int(place) for place in np.flatnonzero(bad)]
            yield rejected(self._part, zip(places, map(_no_id, ids), map(_raw, ids), strict=True))
            good = pa.array(~bad)
            numbers, lines, seen = numbers.filter(good), lines.filter(good), seen.filter(good)
        if len(lines):
            yield batch_of(self._part, lines, {"work_id": numbers} | work_columns(seen))

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
            "checksum": checksum(self._file, self._part),
        }
        return summary(self._part, said)


def _no_id(identifier: str | None) -> str:
    shown = "`null`" if identifier is None else f"'{identifier[:SHOWN]}'"
    return f"Expected an OpenAlex id with W and digits, got {shown} - at `$.id`"


def _raw(identifier: str | None) -> bytes:
    return (identifier or "").encode()
