"""Which parts of a snapshot have changed against what the staging tables hold: only these are read again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.engine.code import modules_hash
from isthmus.snapshot import Part, Snapshot
from isthmus.snapshot.checksum import checksums
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

READER = (
    "geography.countries",
    "snapshot.batches",
    "snapshot.entities",
    "snapshot.fields",
    "snapshot.identifiers",
    "snapshot.kinds",
    "snapshot.schemas",
    "snapshot.values",
    "snapshot.json.block",
    "snapshot.json.flatten",
    "snapshot.json.lines",
    "snapshot.json.parse",
    "snapshot.json.records",
    "snapshot.json.references",
    "snapshot.json.unknown",
    "snapshot.parquet.columns",
    "snapshot.parquet.field",
    "snapshot.parquet.parse",
    "snapshot.parquet.shapes",
    "snapshot.parquet.texts",
    "snapshot.parquet.unknown",
    "tables.part_writer",
    "tables.rows",
    "tables.sentinels",
)
"""The modules that decide what becomes of a line; rows of another version of them are not mixed with new ones."""


@dataclass(frozen=True)
class Changes:
    """What has to be done so that a staging table holds a snapshot.

    Parameters
    ----------
    fresh : tuple[Part, ...]
        Parts that are new or changed.
    gone : tuple[str, ...]
        Paths in the table that are not in the snapshot any more.
    unchanged : int
        Number of parts whose rows stay.
    """

    fresh: tuple[Part, ...]
    gone: tuple[str, ...]
    unchanged: int

    @property
    def paths(self) -> list[str]:
        """The parts whose rows are replaced or removed."""
        return [*(part.path for part in self.fresh), *self.gone]

    def in_words(self, entities: Iterable[str]) -> str:
        """Return what is read and what is not."""
        return (
            f"{', '.join(entities)}: {len(self.fresh):,} parts are new or changed and were read, "
            f"{self.unchanged:,} are unchanged, {len(self.gone):,} are gone"
        )


@dataclass(frozen=True, slots=True)
class _Known:
    bytes: int
    checksum: str | None


def reader_version() -> str:
    """Return the version of the code that decides what becomes of a line."""
    return modules_hash(READER)


def marked(rows: "DataFrame") -> "DataFrame":
    """Return parsed lines whose part summaries say which version of the reader read them.

    Parameters
    ----------
    rows : DataFrame
        Parsed lines.
    """
    summary = F.col("summary")
    return rows.withColumn("summary", F.when(summary.isNotNull(), summary.withField("reader", F.lit(reader_version()))))


def find_changes(store: TableStore, spec: TableSpec, snapshot: Snapshot, entities: Iterable[str]) -> Changes | None:
    """Compare a snapshot with a staging table; None where the table cannot be built upon and all has to be read.

    A part is unchanged when the table holds one with its path, its size and the checksum that its file carries. The
    staging table itself is asked, so that a run that was killed at any moment is never misled.

    Parameters
    ----------
    store, spec : TableStore, TableSpec
        The tables, and the staging table.
    snapshot : Snapshot
        The snapshot as it is now.
    entities : Iterable[str]
        Those that the table holds.
    """
    if not store.fits(spec):
        return None
    known = _known(store, spec)
    if not known:  # nothing, or the works of a single study
        return None
    parts = [part for entity in entities for part in snapshot.parts(entity)]
    alike = [part for part in parts if part.path in known and known[part.path].bytes == part.bytes]
    now = checksums(snapshot, alike)
    same = {path for path, tag in now.items() if tag is not None and tag == known[path].checksum}
    there = {part.path for part in parts}
    return Changes(
        fresh=tuple(part for part in parts if part.path not in same),
        gone=tuple(sorted(set(known) - there)),
        unchanged=len(same),
    )


def _known(store: TableStore, spec: TableSpec) -> dict[str, _Known] | None:
    """Return what the table holds by part; None where some of it was read by another version of the reader."""
    summaries = (
        store.read(spec)
        .where("summary is not null")
        .select("part", "summary.bytes", "summary.checksum", "summary.reader")
    )
    found = {}
    for row in summaries.collect():
        if row.reader != reader_version() or row.bytes is None:
            return None
        found[row.part] = _Known(row.bytes, row.checksum)
    return found
