"""The tables that account for every line: parts, rejects, unknown fields, odd values, and the sums per entity.

read = kept + rejected + superseded + deleted + merged
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame

from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.snapshot import NEEDED_ENTITIES, Part, Snapshot
from isthmus.snapshot.batches import EMPTY
from isthmus.tables.parsed import PARSED_ENTITIES
from isthmus.tables.reading import PartRead, parts_read
from isthmus.tables.removed import REMOVAL_REASONS, REMOVED_RECORDS
from isthmus.tables.work_lines import WORK_LINES
from isthmus.tables.writing import Written, write_concurrently
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_COUNTS = (
    column("read", "bigint", "lines read", False),
    column("kept", "bigint", "lines that became rows", False),
    column("rejected", "bigint", "lines that could not be read (table rejects)", False),
    column("superseded", "bigint", "older copies of an id (table removed_records)", False),
    column("deleted", "bigint", "works that OpenAlex deleted (table removed_records)", False),
    column("merged", "bigint", "records merged into others (table removed_records)", False),
)
BALANCE = {"balance": "read = kept + rejected + superseded + deleted + merged"}

REJECTS = TableSpec(
    name="rejects",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("part", "string", "part that the line lies in", False),
        column("line", "bigint", "number of the line, from 1", False),
        column("reason", "string", "what is wrong, with the path of the field", False),
        column("raw", "string", "the first 500 bytes of the line"),
    ),
    key=("entity", "part", "line", "reason"),
    comment="Lines that could not be read.",
)

SNAPSHOT_PARTS = TableSpec(
    name="snapshot_parts",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("part", "string", "path under the snapshot's root", False),
        column("release", "string", "release of the snapshot", False),
        column("bytes", "bigint", "size of the file", False),
        column("inflated", "bigint", "bytes of text in it; null for Parquet"),
        column("manifest_records", "bigint", "records that the manifest promises"),
        *_COUNTS,
        column("status", "string", "complete, empty or damaged", False),
        column("message", "string", "what is damaged, and where"),
    ),
    key=("entity", "part"),
    comment="Every part that was read, and what became of its lines.",
    checks=BALANCE,
)

UNKNOWN_FIELDS = TableSpec(
    name="unknown_fields",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("part", "string", "part that the field was seen in", False),
        column("field", "string", "name of the field", False),
        column("records", "bigint", "records that have it, among the first 100 of the part", False),
    ),
    key=("entity", "part", "field"),
    comment="Fields that this version of Isthmus does not know.",
)

VALUES_SET_ASIDE = TableSpec(
    name="values_set_aside",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("part", "string", "part that the values stand in", False),
        column("field", "string", "the field that they stand in", False),
        column("values", "bigint", "how many of them are null in the rows, which were kept", False),
    ),
    key=("entity", "part", "field"),
    comment="Values that are none of their kind: countries that are none, years, days and places out of range.",
)

ACCOUNTING = TableSpec(
    name="accounting",
    fields=(
        column("entity", "string", "works, institutions, sources or topics", False),
        column("release", "string", "release of the snapshot", False),
        column("manifest_records", "bigint", "records that the manifest promises for the whole release"),
        *_COUNTS,
    ),
    key=("entity",),
    comment="What became of all lines of an entity.",
    checks=BALANCE,
)


@dataclass(frozen=True, slots=True)
class AccountingWritten:
    """The tables that `build_accounting` wrote."""

    rejects: Written
    parts: Written
    unknown_fields: Written
    values_set_aside: Written
    accounting: Written

    @property
    def all(self) -> tuple[Written, ...]:
        """All of them."""
        return self.rejects, self.parts, self.unknown_fields, self.values_set_aside, self.accounting


def build_accounting(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> AccountingWritten:
    """Write `rejects`, `snapshot_parts`, `unknown_fields`, `values_set_aside` and `accounting`.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `work_lines`, `parsed_entities` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.
    """
    works, entities = store.read(WORK_LINES), store.read(PARSED_ENTITIES)
    outcome = ["entity", "part", "line", "reject", "summary"]
    lines = works.select(*outcome).unionByName(entities.select(*outcome))
    read = parts_read(lines)
    dropped = store.read(REMOVED_RECORDS).groupBy("entity", "part", "reason").count().collect()
    parts = part_rows(snapshot, read, {(row.entity, row.part, row.reason): row["count"] for row in dropped})
    unknown = [UnknownField(p.entity, p.part, name, n) for p in read for name, n in sorted(p.unknown.items())]
    aside = [SetAside(p.entity, p.part, name, n) for p in read for name, n in sorted(p.set_aside.items())]
    rejects = lines.where("reject is not null").select("entity", "part", "line", "reject.reason", "reject.raw")
    accounts = accounting_rows(parts, snapshot)
    built = write_concurrently(
        store,
        (REJECTS, rejects),
        (SNAPSHOT_PARTS, _frame(spark, SNAPSHOT_PARTS, parts)),
        (UNKNOWN_FIELDS, _frame(spark, UNKNOWN_FIELDS, unknown)),
        (VALUES_SET_ASIDE, _frame(spark, VALUES_SET_ASIDE, aside)),
        (ACCOUNTING, _frame(spark, ACCOUNTING, accounts)),
    )
    return AccountingWritten(*built)


def _frame(spark: "SparkSession", spec: TableSpec, rows: Sequence[Any]) -> DataFrame:
    return spark.createDataFrame([astuple(row) for row in rows], spark_schema(spec))


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A row of `unknown_fields`."""

    entity: str
    part: str
    field: str
    records: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row of `values_set_aside`."""

    entity: str
    part: str
    field: str
    values: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of `snapshot_parts`."""

    entity: str
    part: str
    release: str
    bytes: int
    inflated: int | None
    manifest_records: int | None
    read: int
    kept: int
    rejected: int
    superseded: int
    deleted: int
    merged: int
    status: str
    message: str | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A row of `accounting`."""

    entity: str
    release: str
    manifest_records: int | None
    read: int
    kept: int
    rejected: int
    superseded: int
    deleted: int
    merged: int


def part_rows(
    snapshot: Snapshot, read: Iterable[PartRead], dropped: Mapping[tuple[str, str, str], int]
) -> list[PartRow]:
    """Return the rows of `snapshot_parts`, in the order of entity and path.

    Parameters
    ----------
    snapshot : Snapshot
        The snapshot.
    read : Iterable[PartRead]
        What was read of each part.
    dropped : Mapping[tuple[str, str, str], int]
        (entity, part, reason) -> records that were removed.
    """
    summaries = {(part.entity, part.part): part for part in read}
    return [
        _part_row(snapshot, part, summaries.get((entity, part.path)), dropped)
        for entity in sorted(NEEDED_ENTITIES)
        for part in snapshot.parts(entity)
    ]


def _part_row(
    snapshot: Snapshot, part: Part, read: PartRead | None, dropped: Mapping[tuple[str, str, str], int]
) -> PartRow:
    reasons = [dropped.get((part.entity, part.path, reason), 0) for reason in REMOVAL_REASONS]
    lines, rejected = (read.read, read.rejected) if read else (0, 0)
    superseded, deleted, merged = reasons
    return PartRow(
        entity=part.entity,
        part=part.path,
        release=snapshot.release,
        bytes=part.bytes,
        inflated=read.inflated if read else None,
        manifest_records=part.records,
        read=lines,
        kept=(read.records if read else 0) - sum(reasons),
        rejected=rejected,
        superseded=superseded,
        deleted=deleted,
        merged=merged,
        status=read.status if read else EMPTY,
        message=read.message if read else None,
    )


def accounting_rows(parts: Iterable[PartRow], snapshot: Snapshot) -> list[AccountRow]:
    """Return the rows of `accounting`: the sums over the parts of each entity.

    Parameters
    ----------
    parts : Iterable[PartRow]
        Rows of `snapshot_parts`.
    snapshot : Snapshot
        The snapshot.
    """
    grouped: dict[str, list[PartRow]] = {}
    for part in parts:
        grouped.setdefault(part.entity, []).append(part)
    return [
        AccountRow(
            entity,
            snapshot.release,
            snapshot.manifest_records.get(entity),
            *(sum(getattr(part, name.name) for part in group) for name in _COUNTS),
        )
        for entity, group in grouped.items()
    ]
