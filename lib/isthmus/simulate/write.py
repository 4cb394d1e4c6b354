"""A world written as a snapshot: parts by processes of this machine, then manifests, deletions and the answer key."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import json

from isthmus.errors import ConfigError, did_you_mean
from isthmus.simulate.arrow import works_table
from isthmus.simulate.entities import (
    author_numbers,
    author_records,
    institution_records,
    small_records,
    source_records,
    stamp,
    topic_records,
)
from isthmus.simulate.jsonl import encode_works
from isthmus.simulate.layout import PartFile, write_deleted, write_lines, write_manifests, write_table
from isthmus.simulate.plan import Plan, build_plan
from isthmus.simulate.truth import write_truth
from isthmus.simulate.works import build_works, part_place, part_works
from isthmus.simulate.world import FORMATS, World

AUTHORS_PER_PART = 50_000
Task = tuple[str, int]
"""An entity of many parts, and the number of the part."""


@dataclass(frozen=True)
class Written:
    """What was written: the folder, the files and their records."""

    folder: Path
    world: World
    files: tuple[PartFile, ...]

    def records(self, entity: str) -> int:
        """Records of an entity in one layout."""
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
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write a simulated snapshot in OpenAlex's own layouts, and beside it what is true in it.

    Parameters
    ----------
    out_dir : the folder to write into; it must be empty or not exist.
    works, seed : size and seed; they override those of `world`.
    formats : layouts to write: "jsonl", "parquet", "legacy".
    world : everything else about the world.
    processes : processes to write with; by default one per core.
    progress : called with the number of parts done and of all parts.

    Returns
    -------
    what was written. The same world gives the same records whatever the number of processes.

    Raises
    ------
    ConfigError : the folder holds something, a format is unknown, or the world cannot be made.

    """
    chosen = world_of(world, works, seed)
    root = check_target(out_dir, formats)
    plan = build_plan(chosen)
    tasks = all_tasks(plan)
    files = list(small_parts(plan, root, formats))
    job = partial(write_part, chosen, str(root), tuple(formats))
    for done, written in enumerate(run_tasks(job, tasks, processes), 1):
        files += written
        if progress is not None:
            progress(done, len(tasks))
    finish(plan, root, files)
    return Written(root, chosen, tuple(files))


def world_of(world: World | None, works: int | None, seed: int | None) -> World:
    """The world that is asked for, with size and seed overridden where they are given."""
    from dataclasses import replace

    chosen = world or World()
    given: dict[str, Any] = {k: v for k, v in (("works", works), ("seed", seed)) if v is not None}
    return replace(chosen, **given)


def check_target(out_dir: str | Path, formats: Sequence[str]) -> Path:
    """The folder to write into, once it is sure that nothing is overwritten and every format is known."""
    for name in formats:
        if name not in FORMATS:
            raise ConfigError(f"format {name!r} is unknown: {did_you_mean(name, FORMATS)}")
    if not formats:
        raise ConfigError(f"no format is named: choose among {', '.join(FORMATS)}.")
    root = Path(out_dir)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ConfigError(f"{root} is there and not empty: name another folder with --out, or remove it first.")
    root.mkdir(parents=True, exist_ok=True)
    return root


def all_tasks(plan: Plan) -> list[Task]:
    """Every part of works and authors."""
    authors = -(-author_numbers(plan) // AUTHORS_PER_PART)
    return [("works", p) for p in range(plan.world.parts)] + [("authors", p) for p in range(authors)]


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


def write_part(world: World, root: str, formats: tuple[str, ...], task: Task) -> list[PartFile]:
    """Write one part of works or authors in every format: a pure function of the world and the part's number."""
    entity, part = task
    plan, folder = build_plan(world), Path(root)
    if entity == "works":
        works = build_works(plan, part_works(world, part))
        day, number = part_place(world, part)
        lines = encode_works(works) if {"jsonl", "legacy"} & set(formats) else []
        return [
            write_table(folder, entity, day, number, works_table(works))
            if name == "parquet"
            else write_lines(folder, name, entity, day, number, lines)
            for name in formats
        ]
    day, _ = part_place(world, 0)
    numbers = np.arange(part * AUTHORS_PER_PART, min((part + 1) * AUTHORS_PER_PART, author_numbers(plan)))
    records = author_records(plan, numbers, stamp(day))
    return _write_records(folder, formats, entity, day, part, list(records))


def small_parts(plan: Plan, root: Path, formats: Sequence[str]) -> Iterator[PartFile]:
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
    root: Path, formats: tuple[str, ...], entity: str, day: Any, number: int, records: list[Any]
) -> list[PartFile]:
    found = []
    for name in formats:
        if name == "parquet":
            found.append(write_table(root, entity, day, number, pa.Table.from_pylist(records)))
        else:
            found.append(write_lines(root, name, entity, day, number, [json.encode(r) for r in records]))
    return found


def finish(plan: Plan, root: Path, files: Iterable[PartFile]) -> None:
    """Write what comes last: deletions, the answer key and, when all else is there, the manifests."""
    listed = list(files)
    for layout in sorted({f.layout for f in listed}):
        write_deleted(root, layout, [])
    write_truth(plan, root / "truth")
    write_manifests(root, listed, plan.world.release)
