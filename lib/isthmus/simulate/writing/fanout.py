"""A world written by the workers of a Spark cluster: one task per part, the same files as without Spark."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

import pyarrow as pa

from isthmus.simulate.writing.write import Written, all_tasks, finish, prepare, task_writer, world_of
from isthmus.snapshot.releases import PartFile

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from isthmus.simulate.world.world import World

MOST_PARTITIONS = 512
TASK_SCHEMA = "entity string, part int"
FILE_SCHEMA = "layout string, entity string, path string, size bigint, records bigint"


def simulate_on_spark(
    spark: "SparkSession",
    out_dir: str,
    *,
    works: int | None = None,
    seed: int | None = None,
    formats: Sequence[str] = ("jsonl",),
    world: "World | None" = None,
    partitions: int | None = None,
) -> Written:
    """Write a simulated snapshot with Spark; the records are those of `simulate_snapshot` for the same world.

    Parameters
    ----------
    spark : SparkSession
        The session; its workers write the parts themselves.
    out_dir : str
        a folder that all workers see: a local path in local mode, else a URI of object storage or a shared path.
    works, seed, formats, world : int | None, Sequence[str], World | None
        As in `isthmus.simulate.simulate_snapshot`.
    partitions : int | None, optional
        Spark partitions to spread the parts over; by default one per part, 512 at most.
    """
    plan, target = prepare(out_dir, formats, world_of(world, works, seed))
    tasks = all_tasks(plan)
    write = task_writer(plan, target, formats)
    names = [f.name for f in fields(PartFile)]

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for task in batch.to_pylist():
                rows = [dict(zip(names, astuple(file), strict=True)) for file in write((task["entity"], task["part"]))]
                yield pa.RecordBatch.from_pylist(rows)

    number = partitions or min(len(tasks), MOST_PARTITIONS)
    spread = spark.createDataFrame(tasks, TASK_SCHEMA).repartition(number)
    written = [PartFile(**row.asDict()) for row in spread.mapInArrow(run, FILE_SCHEMA).collect()]
    return finish(plan, target, formats, written)
