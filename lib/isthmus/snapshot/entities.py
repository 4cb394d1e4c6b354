"""Institutions, sources and topics: few enough (400,000 together) to be read in the driver, by the parser of works."""

from collections.abc import Iterator, Mapping
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
from isthmus.snapshot.parquet.shapes import require_once
from isthmus.snapshot.parquet.texts import readable
from isthmus.snapshot.schemas import ENTITIES_SCHEMA

READERS = 8  # parts at a time: official copies have hundreds of small ones, and each costs a round trip
BATCH_ROWS = 4096
NO_UTF8 = b'{"id": "\xff"}'


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
        """Yield rows as lines of JSON, of the needed columns; those that nobody knows are null."""
        try:
            with self._root.open_stable(self._part.path, self._part.bytes) as file:
                reader = pq.ParquetFile(file, page_checksum_verification=True)
                there, needed = reader.schema_arrow.names, set(RECORDS[self._part.entity].__struct_fields__)
                require_once(there, needed, self._part.path)
                # of a column that nobody knows, its name is all that counts
                unknown = dict.fromkeys(set(there) - KNOWN_FIELDS[self._part.entity])
                for batch in reader.iter_batches(BATCH_ROWS, columns=[name for name in there if name in needed]):
                    yield b"\n".join(_texts(batch, unknown))
        except (pa.ArrowInvalid, OSError) as error:
            self.damage = f"no readable Parquet file: {error}"


def _texts(batch: pa.RecordBatch, unknown: Mapping[str, None]) -> Iterator[bytes]:
    """Yield rows as JSON; a row with text that is no UTF-8 becomes a line that is none, and is rejected as such."""
    good = readable(batch)
    if good is None:
        yield from (msgspec.json.encode(unknown | row) for row in batch.to_pylist())
        return
    for place in range(batch.num_rows):
        row = batch.slice(place, 1)
        yield msgspec.json.encode(unknown | row.to_pylist()[0]) if good[place] else NO_UTF8
