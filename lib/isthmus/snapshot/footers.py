"""Footers of Parquet parts: rows, columns and their types, without reading the data."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.snapshot.drift import KNOWN_FIELDS, NEEDED_FIELDS, SAMPLED_LINES
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

    def summary(self) -> dict[str, object]:
        """The part's summary, in the shape of `SUMMARY`; `present` counts the rows of columns that are there."""
        names = set(self.schema.names) if self.schema is not None else set()
        unknown = sorted(names - KNOWN_FIELDS[self.part.entity])
        return {
            "read": self.rows,
            "inflated": None,
            "status": DAMAGED if self.fault else COMPLETE if self.rows else EMPTY,
            "message": self.fault,
            "present": [(name, self.rows) for name in NEEDED_FIELDS[self.part.entity] if name in names],
            "unknown": [(name, min(self.rows, SAMPLED_LINES)) for name in unknown],
        }


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
            return Footer(part, reader.metadata.num_rows, reader.schema_arrow)
    except (pa.ArrowInvalid, OSError) as error:
        return Footer(part, 0, None, f"no readable Parquet file: {error}")


def summaries(footers: Sequence[Footer]) -> pa.Array:
    """The summaries of parts as an array of `SUMMARY` (n,).

    Parameters
    ----------
    footers : (n,) footers.

    """
    return pa.array([footer.summary() for footer in footers], SUMMARY)
