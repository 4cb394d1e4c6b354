"""Footers of Parquet parts: rows, columns and their types, without reading the data."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.drift import KNOWN_FIELDS, KNOWN_INSIDE, NEEDED_FIELDS, SAMPLED_LINES
from isthmus.snapshot.filesystem import Root
from isthmus.snapshot.model import Part
from isthmus.snapshot.parse import COMPLETE, DAMAGED, EMPTY
from isthmus.snapshot.schemas import SUMMARY

READERS = 16  # requests at a time: a footer costs a round trip, not bandwidth


@dataclass(frozen=True)
class Footer:
    """What the footer of a part says; a part without a readable one has neither rows nor schema, but a fault."""

    part: Part
    rows: int
    schema: pa.Schema | None
    fault: str | None = None
    checksum: str | None = None

    def summary(self) -> dict[str, object]:
        """The part's summary, in the shape of `SUMMARY`; `present` counts the rows of columns that are there."""
        names = set(self.schema.names) if self.schema is not None else set()
        unknown = sorted(unknown_fields(self.part.entity, self.schema)) if self.schema is not None else []
        return {
            "read": self.rows,
            "inflated": None,
            "status": DAMAGED if self.fault else COMPLETE if self.rows else EMPTY,
            "message": self.fault,
            "present": [(name, self.rows) for name in NEEDED_FIELDS[self.part.entity] if name in names],
            "bytes": self.part.bytes,
            "checksum": self.checksum,
            "unknown": [(name, min(self.rows, SAMPLED_LINES)) for name in unknown],
        }


def unknown_fields(entity: str, schema: pa.Schema) -> set[str]:
    """The columns of a part, and the fields inside those that are read, that this version of Isthmus does not know.

    Parameters
    ----------
    entity : whose records the part holds.
    schema : its columns.

    """
    known = KNOWN_INSIDE[entity]
    found = set(schema.names) - KNOWN_FIELDS[entity]
    for path in known:
        dtype = _inside(pa.struct(list(schema)), path.split("."))
        if dtype is not None:
            found |= {f"{path}.{field.name}" for field in dtype if field.name not in known[path]}
    return found


def _inside(dtype: pa.DataType, path: list[str]) -> pa.StructType | None:
    """The object at a path, lists looked through; None where there is none."""
    for name in path:
        if not pa.types.is_struct(dtype) or dtype.get_field_index(name) < 0:
            return None
        dtype = dtype.field(name).type
        if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
            dtype = dtype.value_type
    return dtype if pa.types.is_struct(dtype) else None


def read_footers(root: Root, parts: Sequence[Part]) -> list[Footer]:
    """The footers of parts, in their order.

    Parameters
    ----------
    root : the snapshot's root.
    parts : parts of Parquet.

    """
    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(lambda part: _read(root, part), parts))


def _read(root: Root, part: Part) -> Footer:
    try:
        with root.steady(part.path, part.bytes) as file:
            reader = pq.ParquetFile(file)
            rows, schema = reader.metadata.num_rows, reader.schema_arrow
            return Footer(part, rows, schema, checksum=checksum(file, part))
    except (pa.ArrowInvalid, OSError) as error:
        return Footer(part, 0, None, f"no readable Parquet file: {error}")


def summaries(footers: Sequence[Footer]) -> pa.Array:
    """The summaries of parts as an array of `SUMMARY` (n,).

    Parameters
    ----------
    footers : (n,) footers.

    """
    return pa.array([footer.summary() for footer in footers], SUMMARY)
