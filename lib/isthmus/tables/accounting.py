"""The tables that account for every line: parts, rejects, unknown fields, and the sums per entity.

read = kept + rejected + superseded + deleted + merged
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.engine import TableSpec, TableStore, column
from isthmus.snapshot import NEEDED_ENTITIES, Snapshot
from isthmus.tables.built import Built
from isthmus.tables.discarded import DISCARDED
from isthmus.tables.parsed import PARSED_ENTITIES, PARSED_WORKS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_COUNTS = (
    column("read", "bigint", "lines read", False),
    column("kept", "bigint", "lines that became rows", False),
    column("rejected", "bigint", "lines that could not be read (table rejects)", False),
    column("superseded", "bigint", "older copies of an id (table discarded)", False),
    column("deleted", "bigint", "works that OpenAlex deleted (table discarded)", False),
    column("merged", "bigint", "records merged into others (table discarded)", False),
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

PARTS = TableSpec(
    name="parts",
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
        column("records", "bigint", "records that have it, among the first 1,000 of the part", False),
    ),
    key=("entity", "part", "field"),
    comment="Fields that this version of Isthmus does not know.",
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
class AccountingBuilt:
    """The tables that `build_accounting` wrote."""

    rejects: Built
    parts: Built
    unknown_fields: Built
    accounting: Built


def build_accounting(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> AccountingBuilt:
    """Write `rejects`, `parts`, `unknown_fields` and `accounting`.

    Parameters
    ----------
    spark, store : the session and the tables; `parsed_works`, `parsed_entities` and `discarded` are there.
    snapshot : the snapshot.

    """
    names = ["entity", "part", "line", "reject", "summary"]
    works, entities = store.read(PARSED_WORKS), store.read(PARSED_ENTITIES)
    lines = works.select(*names).unionByName(entities.select(*names))
    rejects = lines.where("reject is not null").select("entity", "part", "line", "reject.reason", "reject.raw")
    summaries = lines.where("summary is not null").select("entity", "part", "summary.*")
    parts = part_rows(lines, summaries, store.read(DISCARDED), _listed(spark, snapshot))
    unknown = summaries.select("entity", "part", F.explode("unknown").alias("field", "records"))
    built = {
        spec.name: _write(store, spec, rows)
        for spec, rows in ((REJECTS, rejects), (PARTS, parts), (UNKNOWN_FIELDS, unknown))
    }
    promised = spark.createDataFrame(
        [(entity, snapshot.manifest_records.get(entity)) for entity in NEEDED_ENTITIES],
        "entity string, manifest_records bigint",
    )
    accounting = _write(store, ACCOUNTING, accounting_rows(store.read(PARTS), promised))
    return AccountingBuilt(built["rejects"], built["parts"], built["unknown_fields"], accounting)


def _write(store: TableStore, spec: TableSpec, rows: DataFrame) -> Built:
    version = store.overwrite(spec, rows)
    return Built(spec.name, version, store.rows_written(spec))


def _listed(spark: "SparkSession", snapshot: Snapshot) -> DataFrame:
    rows = [
        (part.entity, part.path, snapshot.release, part.bytes, part.records)
        for e in NEEDED_ENTITIES
        for part in snapshot.parts(e)
    ]
    return spark.createDataFrame(
        rows, "entity string, part string, release string, bytes bigint, manifest_records bigint"
    )


def part_rows(lines: DataFrame, summaries: DataFrame, discarded: DataFrame, listed: DataFrame) -> DataFrame:
    """The rows of `parts`.

    Parameters
    ----------
    lines : parsed lines: (entity, part, reject, summary).
    summaries : (entity, part, read, inflated, status, message).
    discarded : rows of `discarded`.
    listed : (entity, part, release, bytes, manifest_records).

    """
    is_reject, is_record = F.col("reject").isNotNull(), F.col("reject").isNull() & F.col("summary").isNull()
    counted = lines.groupBy("entity", "part").agg(
        F.count_if(is_record).alias("records"), F.count_if(is_reject).alias("rejected")
    )
    dropped = discarded.groupBy("entity", "part").agg(
        *(F.count_if(F.col("reason") == reason).alias(reason) for reason in ("superseded", "deleted", "merged"))
    )
    key = ["entity", "part"]
    joined = listed.join(summaries, key, "left").join(counted, key, "left").join(dropped, key, "left").na.fill(0, _ZERO)
    return joined.select(
        *key,
        "release",
        "bytes",
        "inflated",
        "manifest_records",
        "read",
        (F.col("records") - F.col("superseded") - F.col("deleted") - F.col("merged")).alias("kept"),
        "rejected",
        "superseded",
        "deleted",
        "merged",
        F.coalesce("status", F.lit("empty")).alias("status"),
        "message",
    )


_ZERO = ["read", "records", "rejected", "superseded", "deleted", "merged"]


def accounting_rows(parts: DataFrame, promised: DataFrame) -> DataFrame:
    """The rows of `accounting`: the sums over the parts of each entity.

    Parameters
    ----------
    parts : rows of `parts`.
    promised : (entity, manifest_records) of the whole release.

    """
    sums = [F.sum(c.name).alias(c.name) for c in _COUNTS]
    return parts.groupBy("entity", "release").agg(*sums).join(promised, "entity")
