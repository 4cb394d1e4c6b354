"""The parsed lines of a snapshot in staging tables, from which other tables are made.

A line is a record, a rejected line, or the summary of a part. Works are staged where the tasks that read them cannot
write the tables themselves: in a catalog, in object storage, through Spark Connect, and where the rows depend on what
only the whole reading tells (a folder without a release, merged ids, a single study).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from isthmus import errors
from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import IsthmusError, SnapshotError
from isthmus.snapshot import NEEDED_ENTITIES, Snapshot, read_works
from isthmus.snapshot.entities import read_entities
from isthmus.snapshot.schemas import ENTITIES_SCHEMA, WORKS_SCHEMA, spark_type
from isthmus.tables.changes import Changes, find_changes, marked
from isthmus.tables.reading import check_reading
from isthmus.tables.work_lines import write_work_lines
from isthmus.tables.writing import Written
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

COMMENTS = {
    "entity": "works, institutions, sources or topics",
    "part": "path of the part under the snapshot's root",
    "line": "number of the line in its part, from 1 (of a Parquet part: of the row)",
    "work_id": "number of the OpenAlex work",
    "entity_id": "number of the record",
    "updated_date": "when OpenAlex last changed the record",
    "publication_year": "as shipped",
    "publication_date": "as shipped",
    "work_type": "as shipped",
    "authors_count": "number of authors as shipped; null where it is not",
    "authorships": "authors in their order, with their institutions and countries as shipped",
    "referenced_works": "references as listed",
    "reject": "why the line was rejected, and its first 500 bytes",
    "summary": "at the end of a part: lines read, bytes unpacked, damage, fields present and unknown",
}

TOLD_BY_A_WORKER = re.compile(r"isthmus\.errors\.(\w+Error): (.+?)\s*(?:\n\s+at |\n\n|$)", re.DOTALL)
ALL_READ = ("the tables that are there come from no earlier read by this version of Isthmus: all parts were read",)


def _spec(name: str, schema: "pa.Schema", comment: str) -> TableSpec:
    fields = tuple(column(f.name, spark_type(f.type), COMMENTS.get(f.name, "as shipped")) for f in schema)
    return TableSpec(name=name, fields=fields, key=("entity", "part", "line"), comment=comment)


PARSED_WORKS = _spec(
    "parsed_works", WORKS_SCHEMA, "Staging: the lines of all parts of works, typed; rejected lines, part summaries."
)
PARSED_ENTITIES = _spec(
    "parsed_entities",
    ENTITIES_SCHEMA,
    "Staging: the lines of institutions, sources and topics, typed; rejected lines, part summaries.",
)


def parse_works(spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, incremental: bool = False) -> Written:
    """Read the parts of works into `parsed_works` and `work_lines`, and check what was read against the manifest.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        An open snapshot.
    incremental : bool, default False
        Read only the parts that are new or changed since the table was written.

    Raises
    ------
    SnapshotError
        There are no works; a needed field is missing everywhere or has another type; a part does not hold as many
        records as its manifest says and the snapshot is not `partial`; a part changed while it was read.
    """
    parsed = _parse(store, PARSED_WORKS, snapshot, ("works",), partial(read_works, spark), incremental=incremental)
    write_work_lines(store, PARSED_WORKS)
    return parsed


def parse_entities(
    spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, incremental: bool = False
) -> Written:
    """Read the parts of institutions, sources and topics into `parsed_entities`, and check as for works.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables.
    snapshot : Snapshot
        An open snapshot.
    incremental : bool, default False
        Read only the parts that are new or changed since the table was written.

    Raises
    ------
    SnapshotError
        As `parse_works`; an entity without any part is no error.
    """
    entities = tuple(entity for entity in NEEDED_ENTITIES if entity != "works")

    def read(some: Snapshot) -> "DataFrame":
        lines = read_entities(some, *entities)
        # pyspark makes no DataFrame of an Arrow table without any batch
        return (
            spark.createDataFrame(lines) if lines.num_rows else spark.createDataFrame([], spark_schema(PARSED_ENTITIES))
        )

    return _parse(store, PARSED_ENTITIES, snapshot, entities, read, incremental=incremental)


def _parse(
    store: TableStore,
    spec: TableSpec,
    snapshot: Snapshot,
    entities: tuple[str, ...],
    read: Callable[[Snapshot], "DataFrame"],
    *,
    incremental: bool,
) -> Written:
    changes = find_changes(store, spec, snapshot, entities) if incremental else None
    with plain_words():
        if changes is None:
            version, told = store.overwrite(spec, marked(read(snapshot))), ALL_READ if incremental else ()
            parts = sum(len(snapshot.parts(entity)) for entity in entities)
        else:
            version, told = _replace(store, spec, snapshot, changes, read), (changes.in_words(entities),)
            parts = len(changes.fresh)
    notes = check_reading(store.read(spec), snapshot, entities)
    return Written(spec.name, version, store.rows_written(spec), notes=(*told, *notes), parts_read=parts)


def _replace(
    store: TableStore, spec: TableSpec, snapshot: Snapshot, changes: Changes, read: Callable[[Snapshot], "DataFrame"]
) -> int:
    """Put the rows of new and changed parts in the place of the old ones, in one commit."""
    if not changes.paths:
        return store.version(spec) or 0
    fresh = {entity: tuple(part for part in changes.fresh if part.entity == entity) for entity in NEEDED_ENTITIES}
    return store.replace(spec, marked(read(snapshot.only(fresh))), {"part": changes.paths})


@contextmanager
def plain_words() -> Iterator[None]:
    """Turn an error of Isthmus that a worker of Spark raised back into itself, without Spark's stack of calls."""
    try:
        yield
    except IsthmusError:
        raise
    except Exception as error:
        found = TOLD_BY_A_WORKER.search(str(error))
        if found is None:
            raise
        raise getattr(errors, found[1], SnapshotError)(found[2]) from None
