"""Reading works in one pass: the table `work_lines`, and files of works, authorships and citations beside it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from isthmus.engine import TableStore
from isthmus.engine.part_files import can_write_files, remove_unfinished
from isthmus.files import absolute
from isthmus.snapshot import NEEDED_ENTITIES, Part, Snapshot
from isthmus.tables.authorships import AUTHORSHIPS
from isthmus.tables.changes import find_changes, reader_version
from isthmus.tables.citations import CITATIONS
from isthmus.tables.one_pass import Removed, Task, read_and_write
from isthmus.tables.parsed import ALL_READ, PARSED_WORKS, plain_words
from isthmus.tables.reading import check_reading
from isthmus.tables.work_lines import WORK_LINES
from isthmus.tables.works import WORKS
from isthmus.tables.writing import Written

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COMMITTED = (CITATIONS, AUTHORSHIPS, WORKS)
"""In this order: a part whose works are there has its citations and authorships."""


def takes_one_pass(store: TableStore, snapshot: Snapshot) -> bool:
    """Whether the tasks can write the tables themselves.

    They need a folder that all of them share, and have to know before they begin what a row depends on: the last year
    of a publication, which only a release tells, and no ids that were merged into others.

    Parameters
    ----------
    store : TableStore
        The tables.
    snapshot : Snapshot
        The snapshot.
    """
    merged = any(snapshot.merges.get(entity) for entity in (*NEEDED_ENTITIES, "authors"))
    return can_write_files(store) and snapshot.release_year is not None and not merged


def read_lines(spark: "SparkSession", store: TableStore, snapshot: Snapshot, *, incremental: bool = False) -> Written:
    """Read the parts of works once: write `work_lines`, and the files that `commit_record_tables` commits.

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
        As `parse_works`.
    """
    complete = all(store.exists(spec) for spec in COMMITTED)
    for spec in COMMITTED:
        store.require_defined(spec)
        remove_unfinished(store.path(spec))
    changes = find_changes(store, WORK_LINES, snapshot, ("works",)) if incremental and complete else None
    parts = snapshot.parts("works") if changes is None else changes.fresh
    lines = read_and_write(spark, task_of(store, snapshot, parts))
    with plain_words():
        if changes is None:
            version, told = store.overwrite(WORK_LINES, lines), ALL_READ if incremental else ()
        elif changes.paths:
            version, told = store.replace(WORK_LINES, lines, {"part": changes.paths}), (changes.in_words(("works",)),)
        else:
            version, told = store.version(WORK_LINES) or 0, (changes.in_words(("works",)),)
    notes = check_reading(store.read(WORK_LINES), snapshot, ("works",))
    return Written(
        WORK_LINES.name,
        version,
        store.rows_written(WORK_LINES),
        notes=(*told, *notes, *_unused(store)),
        parts_read=len(parts),
    )


def _unused(store: TableStore) -> tuple[str, ...]:
    """Return what to do about the staging table of an earlier read, in a sentence; nothing where there is none."""
    if not store.exists(PARSED_WORKS):
        return ()
    return (
        f"the table {PARSED_WORKS.name} is of an earlier read and no longer used: {store.path(PARSED_WORKS)} can go",
    )


def task_of(
    store: TableStore, snapshot: Snapshot, parts: Iterable[Part], removed: Mapping[str, Removed] | None = None
) -> Task:
    """Return what the tasks are told that read some parts.

    Parameters
    ----------
    store, snapshot : TableStore, Snapshot
        The tables, and the snapshot that the parts belong to.
    parts : Iterable[Part]
        The parts.
    removed : Mapping[str, Removed] | None, optional
        Path of a part -> its lines that do not become rows.
    """
    if snapshot.release_year is None:
        raise ValueError("the last year of a publication is not known")
    return Task(
        root=absolute(snapshot.uri),
        storage=snapshot.storage.model_dump_json(),
        parts=list(parts),
        folders={spec.name: store.path(spec) for spec in COMMITTED},
        last=snapshot.release_year,
        reader=reader_version(),
        removed=dict(removed or {}),
    )
