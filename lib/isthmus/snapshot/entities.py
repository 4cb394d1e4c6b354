"""Institutions, sources and topics: few enough (400,000 together) to be read in the driver, by the parser of works."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.files import Root, open_root
from isthmus.snapshot.checksum import checksum
from isthmus.snapshot.fields import KNOWN_FIELDS
from isthmus.snapshot.json.lines import LineStream
from isthmus.snapshot.json.parse import PartParser, parse_part
from isthmus.snapshot.json.records import RECORDS
from isthmus.snapshot.model import PARQUET, Part, Snapshot
from isthmus.snapshot.schemas import ENTITIES_SCHEMA

READERS = 8  # parts at a time: official copies have hundreds of small ones, and each costs a round trip
BATCH_ROWS = 4096


def read_entities(snapshot: Snapshot, *entities: str) -> pa.Table:
    """Return the parsed lines of institutions, sources or topics: records, rejected lines, and one summary per part.

    Parameters
    ----------
    snapshot : Snapshot
        An open snapshot, of whatever layout.
    entities : str
        Institutions, sources, topics, or some of them.
    """
    root = open_root(snapshot.uri, snapshot.storage)
    parts = [part for entity in entities for part in snapshot.parts(entity)]
    with ThreadPoolExecutor(READERS) as pool:
        batches = list(pool.map(lambda part: list(parse_entity(root, part)), parts))
    return pa.Table.from_batches([batch for group in batches for batch in group], ENTITIES_SCHEMA)


def parse_entity(root: Root, part: Part) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a part of institutions, sources or topics as batches of `ENTITIES_SCHEMA`.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part, of whatever format.
    """
    if part.format == PARQUET:
        with root.open_stable(part.path, part.bytes) as file:
            known = checksum(file, part)
        return PartParser(part, RowStream(root, part), known).batches()
    return parse_part(root, part)


class RowStream(LineStream):
    """The rows of a Parquet part as lines of JSON, so that one parser reads both.

    Parameters
    ----------
    root : Root
        The snapshot's root.
    part : Part
        The part.
    """

    def __init__(self, root: Root, part: Part) -> None:
        self._root = root
        self._part = part
        self.inflated = 0
        self.damage: str | None = None
        self.tail = b""

    def texts(self) -> Iterator[bytes]:
        """Yield rows as lines of JSON; columns that are neither needed nor unknown are not read."""
        try:
            with self._root.open_stable(self._part.path, self._part.bytes) as file:
                reader = pq.ParquetFile(file, page_checksum_verification=True)
                needed = set(RECORDS[self._part.entity].__struct_fields__)
                names = [
                    n for n in reader.schema_arrow.names if n in needed or n not in KNOWN_FIELDS[self._part.entity]
                ]
                for batch in reader.iter_batches(BATCH_ROWS, columns=names):
                    yield b"\n".join(msgspec.json.encode(row) for row in batch.to_pylist())
        except (pa.ArrowInvalid, OSError) as error:
            self.damage = f"no readable Parquet file: {error}"
