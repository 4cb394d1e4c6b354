"""Committing works, authorships and citations that the reading tasks have written.

The commit makes the tables what `work_lines` and `removed_records` ask for, whatever they were before. The files of a
part stay where nothing changed that its rows depend on; else the files of the last reading take their place; and where
lines of the part do not become rows, or its files are gone, the part is read once more without these lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.engine.part_files import PartFile, active_files, commit_files, key_of, lost_files, remove_unfinished
from isthmus.errors import SnapshotError
from isthmus.snapshot import Part, Snapshot
from isthmus.tables.one_pass import Removed, read_and_write
from isthmus.tables.one_pass_reading import COMMITTED, task_of
from isthmus.tables.parsed import plain_words
from isthmus.tables.part_writer import state_key
from isthmus.tables.removed import REMOVED_RECORDS
from isthmus.tables.work_lines import WORK_LINES
from isthmus.tables.works import works_notes
from isthmus.tables.writing import Written

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Files = Mapping[str, tuple[PartFile, ...]]
"""Table -> files of a part."""

NONE_REMOVED = Removed(b"", "")

LINES_TOLD = 4_000_000
"""Of so many lines that do not become rows tasks are told at once: 32 MB that each of them gets."""


@dataclass(frozen=True)
class PartWanted:
    """What the tables are to hold of a part.

    Parameters
    ----------
    path : str
        The part.
    keys : tuple[str, str]
        The keys of the part and of what its rows depend on, as in the names of its files.
    checksum : str | None
        What its file carried when its lines were read.
    has_works : bool
        Whether any of its records becomes a row.
    files : Files
        What the last reading wrote; its rows may be others than wanted.
    """

    path: str
    keys: tuple[str, str]
    checksum: str | None
    has_works: bool
    files: Files


def commit_record_tables(spark: "SparkSession", store: TableStore, snapshot: Snapshot) -> list[Written]:
    """Make `works`, `authorships` and `citations` what `work_lines` and `removed_records` ask for.

    Parameters
    ----------
    spark, store : SparkSession, TableStore
        The session and the tables; `work_lines` and `removed_records` are there.
    snapshot : Snapshot
        The snapshot.

    Raises
    ------
    SnapshotError
        A part that is read once more changed since it was read first.
    """
    complete = all(store.exists(spec) for spec in COMMITTED)
    for spec in COMMITTED:
        store.require_defined(spec)
    removed = removed_lines(store.read(REMOVED_RECORDS))
    wanted = [part for part in wanted_parts(store, snapshot, removed) if part.has_works]
    active = {spec.name: active_files(store, spec) for spec in COMMITTED}
    there = (_whole_parts(active.values()) if complete else set()) - _lost_parts(store, active)
    fresh = {part.keys: part.files for part in wanted if _is_usable(store, part)}
    again = [part for part in wanted if part.keys not in fresh and part.keys not in there]
    if again:
        fresh |= _read_again(spark, store, snapshot, again, removed)
    wanted_keys = {part.keys for part in wanted}
    written = []
    for spec in COMMITTED:
        now = active[spec.name]
        files = {file.name: file for found in fresh.values() for file in found.get(spec.name, ())}
        staying = {path for path, keys in now.items() if path in files or (keys in wanted_keys and keys not in fresh)}
        added = [file for name, file in files.items() if name not in now]
        version = commit_files(store, spec, added, sorted(set(now) - staying))
        remove_unfinished(store.path(spec))  # of a task whose worker was killed, and that was tried again
        written.append(Written(spec.name, version, store.rows_written(spec)))
    citations, authorships, works = written
    notes = works_notes(store, store.read(WORK_LINES).where("work_id is not null"), snapshot.release_year)
    return [Written(works.table, works.version, works.rows_out, notes=notes), authorships, citations]


def removed_lines(removed: DataFrame) -> dict[str, Removed]:
    """Return the lines of works that do not become rows, by the path of their part.

    Parameters
    ----------
    removed : DataFrame
        Rows of `removed_records`.
    """
    lines = F.sort_array(F.collect_list("line")).alias("lines")
    found = {}
    for batch in removed.where("entity = 'works'").groupBy("part").agg(lines).toArrow().to_batches():
        for part, own in zip(batch["part"].to_pylist(), batch["lines"], strict=True):
            told = own.values.to_numpy().tobytes()
            found[part] = Removed(told, key_of(told))
    return found


def wanted_parts(store: TableStore, snapshot: Snapshot, removed: Mapping[str, Removed]) -> Iterator[PartWanted]:
    """Yield what the tables are to hold of each part that was read.

    Parameters
    ----------
    store, snapshot : TableStore, Snapshot
        The tables; the snapshot, of a known release.
    removed : Mapping[str, Removed]
        Path of a part -> its lines that do not become rows.
    """
    if snapshot.release_year is None:
        raise ValueError("the last year of a publication is not known")
    parts = (
        store.read(WORK_LINES)
        .groupBy("part")
        .agg(
            F.count("work_id").alias("records"),
            F.max("publication_year").alias("newest"),
            F.first("summary", ignorenulls=True).alias("summary"),
            F.first("files", ignorenulls=True).alias("files"),
        )
    )
    for row in parts.select("part", "records", "newest", "summary.*", "files").collect():
        own = removed.get(row.part, NONE_REMOVED)
        state = state_key(row.checksum, row.bytes, row.reader, snapshot.release_year, row.newest, own.key)
        has_works = row.records > len(own.numbers)
        yield PartWanted(row.part, (key_of(row.part), state), row.checksum, has_works, _files(row.files))


def _files(rows: Iterable[Row] | None) -> Files:
    found: dict[str, tuple[PartFile, ...]] = {}
    for row in rows or ():
        file = PartFile(row.name, row.bytes, row.rows, row.stats)
        found[row.table] = (*found.get(row.table, ()), file)
    return found


def _whole_parts(active: Iterable[Mapping[str, tuple[str, str] | None]]) -> set[tuple[str, str]]:
    """Return the keys that have files in all tables; none where a table holds a file that is no part's.

    Somebody has put files of parts together then, and nobody knows of which parts some rows are left.
    """
    keys = [set(files.values()) for files in active]
    if any(None in own for own in keys):
        return set()
    return {each for each in set.intersection(*keys) if each is not None}


def _is_usable(store: TableStore, part: PartWanted) -> bool:
    """Whether the files of the last reading hold the rows that are wanted, and are all there."""
    listed = [(table, file) for table, files in part.files.items() for file in files]
    return bool(listed) and all(
        (file.part, file.state) == part.keys and _size(store.path(table), file.name) == file.bytes
        for table, file in listed
    )


def _lost_parts(
    store: TableStore, active: Mapping[str, Mapping[str, tuple[str, str] | None]]
) -> set[tuple[str, str] | None]:
    """Return the keys of the parts of which a table names a file that is gone."""
    return {files[path] for table, files in active.items() for path in lost_files(store, table) if path in files}


def _size(folder: str, name: str) -> int | None:
    path = Path(folder, name)
    return path.stat().st_size if path.is_file() else None


def _read_again(
    spark: "SparkSession",
    store: TableStore,
    snapshot: Snapshot,
    wanted: Iterable[PartWanted],
    removed: Mapping[str, Removed],
) -> dict[tuple[str, str], Files]:
    """Read parts once more without the lines that do not become rows; return the files by their keys."""
    by_path = {part.path: part for part in wanted}
    found = {}
    for parts in _turns([part for part in snapshot.parts("works") if part.path in by_path], removed):
        task = task_of(store, snapshot, parts, {p.path: removed[p.path] for p in parts if p.path in removed})
        lines = read_and_write(spark, task).where("summary is not null").select("part", "summary.checksum", "files")
        with plain_words():
            rows = lines.collect()
        for row in rows:
            part, files = by_path[row.part], _files(row.files)
            keys = {(file.part, file.state) for group in files.values() for file in group}
            if row.checksum != part.checksum or keys != {part.keys}:
                raise SnapshotError(
                    f"{row.part}: the part changed since its lines were read. Nothing of it is used: run again with "
                    f"the stage `parse`, which reads it anew."
                )
            found[part.keys] = files
    return found


def _turns(parts: Iterable[Part], removed: Mapping[str, Removed], most: int = LINES_TOLD) -> Iterator[list[Part]]:
    """Yield parts that are read together: all, or as many as have `most` lines that do not become rows."""
    turn: list[Part] = []
    told = 0
    for part in parts:
        own = len(removed.get(part.path, NONE_REMOVED).numbers)
        if turn and told + own > most:
            yield turn
            turn, told = [], 0
        turn.append(part)
        told += own
    if turn:
        yield turn
