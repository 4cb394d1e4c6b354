"""Columns of parsed lines put together as batches of the room's schemas: what a part does not have is null."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from isthmus.snapshot.model import Part
from isthmus.snapshot.schemas import BIGINT, REJECT, SUMMARY, schema_of

RAW_BYTES = 500
COMPLETE, EMPTY, DAMAGED = "complete", "empty", "damaged"


def batch_of(part: Part, lines: pa.Array, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Return a batch of `schema_of(part.entity)`.

    Parameters
    ----------
    part : Part
        Where the lines come from.
    lines : pyarrow.Array
        (n,) int64, their numbers.
    columns : Mapping[str, pyarrow.Array]
        The columns that are filled, each (n,).
    """
    rows, schema = len(lines), schema_of(part.entity)
    origin = {
        "entity": pa.repeat(pa.scalar(part.entity), rows),
        "part": pa.repeat(pa.scalar(part.path), rows),
        "line": lines,
    }
    known = origin | dict(columns)
    arrays = [known[f.name] if f.name in known else pa.nulls(rows, f.type) for f in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def rejected(part: Part, lines: Iterable[tuple[int, str, bytes]]) -> pa.RecordBatch:
    """Return rejected lines as a batch, in the order of their numbers.

    Parameters
    ----------
    part : Part
        Where the lines come from.
    lines : Iterable[tuple[int, str, bytes]]
        Of each its number, why it was rejected, and what it holds.
    """
    ordered = sorted(lines, key=lambda reject: reject[0])
    rows = [
        {"reason": reason, "raw": raw[:RAW_BYTES].decode("utf-8", "backslashreplace").replace("\0", "\\x00")}
        for _, reason, raw in ordered
    ]
    return batch_of(part, pa.array([line for line, _, _ in ordered], BIGINT), {"reject": pa.array(rows, REJECT)})


def summary(part: Part, said: Mapping[str, object]) -> pa.RecordBatch:
    """Return the summary of a part as a batch of one row.

    Parameters
    ----------
    part : Part
        The part.
    said : Mapping[str, object]
        Fields of `SUMMARY`.
    """
    row = {"bytes": part.bytes} | dict(said)
    return batch_of(part, pa.nulls(1, BIGINT), {"summary": pa.array([row], SUMMARY)})
