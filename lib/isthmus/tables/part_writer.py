"""Files of works, authorships and citations of one part, written by the task that reads the part."""

import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from isthmus.engine.part_files import PartFile, file_name, key_of, unfinished_name
from isthmus.tables.rows import authorships_of, citations_of, works_of

EPOCH = date(1970, 1, 1).toordinal()
BUFFERED_BYTES = 64 << 20  # of a table in memory before they are written
PARQUET_OPTIONS: Mapping[str, Any] = {"compression": "zstd", "write_statistics": True}
TABLES = ("works", "authorships", "citations")
SORTED_BY = {"citations": "citing_year"}
"""Tables each of whose files is sorted: what is in memory becomes a file of its own."""


def state_key(checksum: str | None, size: int, reader: str, last: int, newest: int | None, removed: str) -> str:
    """Return the key of all that the rows of a part depend on.

    Parameters
    ----------
    checksum : str | None
        What its file carries.
    size : int
        Its bytes.
    reader : str
        The version of the code that reads it.
    last : int
        The last year in which a work can have been published.
    newest : int | None
        The newest publication year in the part: where it is not later than `last`, `last` decides nothing.
    removed : str
        A key of the lines that do not become rows.
    """
    return key_of(checksum, size, reader, min(last, last if newest is None else newest), removed)


class PartWriter:
    """Writes the rows of one part; the files belong to no table before they are committed.

    Parameters
    ----------
    folders : Mapping[str, str]
        Table -> its folder.
    part : str
        The part's path.
    last : int
        The last year in which a work can have been published.
    """

    def __init__(self, folders: Mapping[str, str], part: str, last: int) -> None:
        self._part = part
        self._last = last
        self._files = {name: _TableFile(Path(folders[name]), SORTED_BY.get(name)) for name in TABLES}

    def add(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Parsed works.
        """
        self._files["works"].add(works_of(batch, self._part, self._last))
        self._files["authorships"].add(authorships_of(batch, self._last))
        self._files["citations"].add(citations_of(batch, self._last))

    def close(self, state: str) -> list[tuple[str, PartFile]]:
        """End all files, give them their names, and return them with their tables.

        A part with works has a file in every table, so that each table tells which parts it holds.

        Parameters
        ----------
        state : str
            The key of what the rows depend on.
        """
        part = key_of(self._part)
        return [(name, file) for name, table in self._files.items() for file in table.close(part, state)]

    def discard(self) -> None:
        """Delete what was written: the part could not be read to its end."""
        for table in self._files.values():
            table.discard()


class _TableFile:
    """The files of one table: one that grows, or sorted ones, one after the other."""

    def __init__(self, folder: Path, sort: str | None) -> None:
        self._folder = folder
        self._sort = sort
        self._pending: list[pa.Table] = []
        self._bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self._path = folder
        self._statistics = Statistics()
        self._done: list[tuple[Path, Statistics]] = []

    def add(self, rows: pa.Table) -> None:
        if not len(rows) and (self._pending or self._writer or self._done):
            return
        self._pending.append(rows)
        self._bytes += rows.nbytes
        if self._bytes >= BUFFERED_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._pending:
            return
        rows = pa.concat_tables(self._pending)
        if self._sort:
            rows = rows.sort_by(self._sort)
        if self._writer is None:
            self._path, self._statistics = self._folder / unfinished_name(), Statistics()
            self._writer = pq.ParquetWriter(self._path, rows.schema, **PARQUET_OPTIONS)
        self._writer.write_table(rows)
        self._statistics.add(rows)
        self._pending, self._bytes = [], 0
        if self._sort:
            self._end()

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._done.append((self._path, self._statistics))
            self._writer = None

    def discard(self) -> None:
        if self._writer is not None:
            with suppress(OSError):  # of a full disk
                self._writer.close()
            self._path.unlink(missing_ok=True)
        for path, _ in self._done:
            path.unlink(missing_ok=True)

    def close(self, part: str, state: str) -> list[PartFile]:
        self._flush()
        self._end()
        found = []
        for path, statistics in self._done:
            name = file_name(part, state)
            path.rename(self._folder / name)
            found.append(PartFile(name, (self._folder / name).stat().st_size, statistics.rows, statistics.as_json()))
        return found


class Statistics:
    """Least and greatest values of the columns of whole numbers and dates, and how many values are null."""

    def __init__(self) -> None:
        self.rows = 0
        self._dates: set[str] = set()
        self._least: dict[str, int] = {}
        self._greatest: dict[str, int] = {}
        self._nulls: dict[str, int] = defaultdict(int)

    def add(self, rows: pa.Table) -> None:
        """Take rows into account.

        Parameters
        ----------
        rows : pyarrow.Table
            Rows of the file.
        """
        self.rows += len(rows)
        for field in rows.schema:
            if not (pa.types.is_integer(field.type) or pa.types.is_date(field.type)):
                continue
            values = rows[field.name]
            self._nulls[field.name] += values.null_count
            if values.null_count < len(values):
                is_date = pa.types.is_date(field.type)
                extent = pc.min_max(values.cast(pa.int32()) if is_date else values).as_py()
                self._dates |= {field.name} if is_date else set()
                self._least[field.name] = min(extent["min"], self._least.get(field.name, extent["min"]))
                self._greatest[field.name] = max(extent["max"], self._greatest.get(field.name, extent["max"]))

    def as_json(self) -> str:
        """Return the statistics in the words of the Delta protocol."""
        said = {
            "numRecords": self.rows,
            "minValues": self._as_words(self._least),
            "maxValues": self._as_words(self._greatest),
            "nullCount": self._nulls,
        }
        return json.dumps(said)

    def _as_words(self, values: Mapping[str, int]) -> dict[str, int | str]:
        """Return whole numbers as they are, and days as dates; of a day that has no date nothing is said."""
        said: dict[str, int | str] = {}
        for name, value in values.items():
            if name not in self._dates:
                said[name] = value
            elif 1 <= value + EPOCH <= date.max.toordinal():
                said[name] = date.fromordinal(value + EPOCH).isoformat()
        return said
