"""A world written as a snapshot: parts by processes of this machine, then manifests, deletions and the answer key."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import json

from isthmus.errors import ConfigError, did_you_mean
from isthmus.simulate.records.arrow import works_table
from isthmus.simulate.records.entities import (
    author_numbers,
    author_records,
    institution_records,
    small_records,
    source_records,
    stamp,
    topic_records,
)
from isthmus.simulate.records.hostile import write_hostile
from isthmus.simulate.records.jsonl import encode_works
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.fates import deleted_works, number_of_parts, part_place, part_works
from isthmus.simulate.world.plan import Plan, build_plan
from isthmus.simulate.world.target import Target
from isthmus.simulate.world.works import build_works
from isthmus.simulate.world.world import FORMATS, LAST_EDITION, World
from isthmus.simulate.writing.layout import (
    write_deleted,
    write_lines,
    write_manifests,
    write_merged,
    write_table,
)
from isthmus.simulate.writing.truth import write_frame, write_truth
from isthmus.snapshot.releases import PartFile

AUTHORS_PER_PART = 50_000
# Of works that were never in this world; the second release's list has one less, as the real one can shrink.
EARLIER_DELETIONS = [(1_234_567_890, date(2025, 11, 3)), (1_345_678_901, date(2026, 2, 14))]
MERGED = [("W", 1_234_567_890, 1_345_678_901), ("W", 1_345_678_901, 1_456_789_012), ("A", 4_999_999_998, 4_999_999_999)]
Progress = Callable[[int, int], None]
Task = tuple[str, int]
"""An entity of many parts, and the number of the part."""


@dataclass(frozen=True)
class Written:
    """What was written: the folder, the files and their records."""

    folder: str
    world: World
    files: tuple[PartFile, ...]

    def records(self, entity: str) -> int:
        """Return the number of records of an entity in one layout."""
        layout = self.files[0].layout
        return sum(f.records for f in self.files if f.entity == entity and f.layout == layout)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(f.size for f in self.files)


def simulate_snapshot(
    out_dir: str | Path,
    *,
    works: int | None = None,
    seed: int | None = None,
    formats: Sequence[str] = ("jsonl",),
    world: World | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write a simulated snapshot in OpenAlex's own layouts, and beside it what is true in it.

    Parameters
    ----------
    out_dir : str | Path
        The folder to write into; it must be empty or not exist.
    works, seed : int | None
        Size and seed; they override those of `world`.
    formats : Sequence[str], optional
        Layouts to write: "jsonl", "parquet", "legacy".
    world : World | None, optional
        Everything else about the world.
    processes : int | None, optional
        Processes to write with; by default one per core.
    progress : Progress | None, optional
        Called with the number of parts done and of all parts.

    Returns
    -------
    Written
        What was written. The same world gives the same records whatever the number of processes.

    Raises
    ------
    ConfigError
        The folder holds something, a format is unknown, or the world cannot be made.
    """
    plan, root = prepare(out_dir, formats, world_of(world, works, seed))
    tasks = all_tasks(plan)
    files = []
    for done, written in enumerate(run_tasks(task_writer(plan, root, formats), tasks, processes), 1):
        files += written
        if progress is not None:
            progress(done, len(tasks))
    return finish(plan, root, formats, files)


def simulate_releases(out_dir: str | Path, *, world: World, **options: Any) -> tuple[Written, Written]:
    """Write two releases of one world, a month apart, into folders named by their dates.

    Between them some works are new, some deleted, and some changed and moved to another part; two parts in three stay
    the same files.

    Parameters
    ----------
    out_dir : str | Path
        The folder that gets a folder per release; it must be empty or not exist.
    world, options : World, object
        As in `simulate_snapshot`.
    """
    whole = world_of(world, options.pop("works", None), options.pop("seed", None))
    editions = [replace(whole, edition=k) for k in (1, LAST_EDITION)]
    root = check_target(out_dir, options.get("formats", ("jsonl",)))
    first, second = (
        simulate_snapshot(root.under(e.release_date.isoformat()).uri, world=e, **options) for e in editions
    )
    return first, second


def world_of(world: World | None, works: int | None, seed: int | None) -> World:
    """Return the world that is asked for, with size and seed overridden where they are given."""
    chosen = world or World()
    given: dict[str, Any] = {k: v for k, v in (("works", works), ("seed", seed)) if v is not None}
    return replace(chosen, **given)


def check_target(out_dir: str | Path, formats: Sequence[str]) -> Target:
    """Return the folder to write into, once it is sure that nothing is overwritten and every format is known."""
    for name in formats:
        if name not in FORMATS:
            raise ConfigError(f"format {name!r} is unknown: {did_you_mean(name, FORMATS)}")
    if not formats:
        raise ConfigError(f"no format is named: choose among {', '.join(FORMATS)}.")
    target = Target(str(out_dir))
    target.check_new()
    return target


def all_tasks(plan: Plan) -> list[Task]:
    """Every part of works and authors."""
    authors = -(-author_numbers(plan) // AUTHORS_PER_PART)
    return [("works", p) for p in range(number_of_parts(plan.world))] + [("authors", p) for p in range(authors)]


def run_tasks(
    job: Callable[[Task], list[PartFile]], tasks: Sequence[Task], processes: int | None
) -> Iterator[list[PartFile]]:
    """Run the tasks in order of completion, in this process when one is enough."""
    number = min(processes or os.cpu_count() or 1, len(tasks))
    if number <= 1:
        yield from map(job, tasks)
        return
    # A fork shares the plan; beside a running JVM gateway it is not safe, so there a fresh process builds its own.
    context = get_context("spawn" if "py4j" in sys.modules else "fork")
    with ProcessPoolExecutor(number, mp_context=context) as pool:
        yield from pool.map(job, tasks)


def write_part(world: World, root: Target, formats: tuple[str, ...], task: Task) -> list[PartFile]:
    """Write one part of works or authors in every format: a pure function of the world and the part's number."""
    entity, part = task
    plan = build_plan(world)
    if entity == "works":
        works = build_works(plan, part_works(world, part))
        day, number = part_place(world, part)
        lines = encode_works(works) if {"jsonl", "legacy"} & set(formats) else []
        return [
            write_table(root, entity, day, number, works_table(works))
            if name == "parquet"
            else write_lines(root, name, entity, day, number, lines)
            for name in formats
        ]
    day, _ = part_place(world, 0)
    numbers = np.arange(part * AUTHORS_PER_PART, min((part + 1) * AUTHORS_PER_PART, author_numbers(plan)))
    records = author_records(plan, numbers, stamp(day))
    return _write_records(root, formats, entity, day, part, list(records))


def small_parts(plan: Plan, root: Target, formats: Sequence[str]) -> Iterator[PartFile]:
    """Write the entities of one part each."""
    day, _ = part_place(plan.world, 0)
    when = stamp(day)
    entities = {
        "institutions": institution_records(when),
        "sources": source_records(when),
        "topics": topic_records(when),
        **small_records(when),
    }
    for entity, records in entities.items():
        yield from _write_records(root, tuple(formats), entity, day, 0, records)


def _write_records(
    root: Target, formats: tuple[str, ...], entity: str, day: Any, number: int, records: list[Any]
) -> list[PartFile]:
    found = []
    for name in formats:
        if name == "parquet":
            found.append(write_table(root, entity, day, number, readable(pa.Table.from_pylist(records))))
        else:
            found.append(write_lines(root, name, entity, day, number, [json.encode(r) for r in records]))
    return found


def prepare(out_dir: str | Path, formats: Sequence[str], world: World) -> tuple[Plan, Target]:
    """Return the plan of a world and the folder to write it into."""
    root = check_target(out_dir, formats)
    return build_plan(world), root


def task_writer(plan: Plan, root: Target, formats: Sequence[str]) -> Callable[[Task], list[PartFile]]:
    """Return the function that writes one part."""
    return partial(write_part, plan.world, root, tuple(formats))


def finish(plan: Plan, root: Target, formats: Sequence[str], files: Iterable[PartFile]) -> Written:
    """Write what comes last: small entities, deletions, the answer key and, when all else is there, the manifests."""
    world = plan.world
    listed = [*files, *small_parts(plan, root, formats)]
    gone = EARLIER_DELETIONS[: None if world.edition < LAST_EDITION else 1] + [
        (w, world.release) for w in _deleted_before(world)
    ]
    write_truth(plan, root.under("truth"))
    if world.hostile:
        added = write_hostile(plan, root, list(formats))
        listed += added.files
        gone += added.deletions
        write_frame(root.under("truth"), "hostile", added.table)
    for layout in formats:
        if layout == "legacy":
            write_merged(root, world.release, MERGED)
        else:
            write_deleted(root, layout, gone)
    write_manifests(root, listed, world.release_date)
    return Written(root.uri, world, tuple(sorted(listed, key=lambda f: f.path)))


def _deleted_before(world: World) -> list[int]:
    """OpenAlex numbers of the works that this edition lists as deleted since the one before."""
    if world.edition != LAST_EDITION:
        return []
    found: list[int] = work_ids(np.sort(deleted_works(world)), world.works).tolist()
    return found


def readable(table: pa.Table) -> pa.Table:
    """Return the table with text where nothing but nulls gave no type.

    Parquet readers know no column without a type.
    """
    return table.cast(pa.schema([pa.field(f.name, _typed(f.type)) for f in table.schema]))


def _typed(dtype: pa.DataType) -> pa.DataType:
    if pa.types.is_null(dtype):
        return pa.string()
    if pa.types.is_list(dtype):
        return pa.list_(_typed(dtype.value_type))
    if pa.types.is_struct(dtype):
        return pa.struct([pa.field(f.name, _typed(f.type)) for f in dtype.fields])
    return dtype
