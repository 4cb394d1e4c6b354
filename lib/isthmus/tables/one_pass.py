"""The Spark data source `isthmus_one_pass`: a task reads parts of works and writes the rows of three tables itself.

What goes through Spark is `work_lines` alone, some twenty bytes a work; the rows go from the reader into files of the
tables, which are committed when all parts are read.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from isthmus.config.storage import Storage
from isthmus.files import Root, open_root
from isthmus.snapshot import Part
from isthmus.snapshot.batches import DAMAGED
from isthmus.snapshot.datasource import group_parts, parse_lines
from isthmus.snapshot.model import PARQUET
from isthmus.snapshot.schemas import spark_ddl
from isthmus.tables.part_writer import PartWriter, state_key
from isthmus.tables.rows import completeness
from isthmus.tables.work_lines import WORK_LINES_SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

FORMAT = "isthmus_one_pass"
HELD_BYTES = 256 << 20  # of the rows of a part in memory: those of two million works


@dataclass(frozen=True)
class Removed:
    """Lines of a part that do not become rows.

    Parameters
    ----------
    lines : bytes
        Their numbers, increasing, as int64 (base64 in JSON).
    key : str
        A key of them.
    """

    lines: bytes
    key: str

    @property
    def numbers(self) -> np.ndarray:
        """Their numbers, int64 (n,)."""
        return np.frombuffer(self.lines, np.int64)


@dataclass(frozen=True)
class Task:
    """What every task of a reading is told.

    Parameters
    ----------
    root : str
        The snapshot's root.
    storage : str
        How its bucket is reached, as JSON.
    parts : list[Part]
        The parts to read.
    folders : dict[str, str]
        Table -> its folder.
    last : int
        The last year in which a work can have been published.
    reader : str
        The version of the code that reads.
    removed : dict[str, Removed]
        Path of a part -> its lines that do not become rows; a part that is not there keeps all.
    """

    root: str
    storage: str
    parts: list[Part]
    folders: dict[str, str]
    last: int
    reader: str
    removed: dict[str, Removed] = field(default_factory=dict)


class OnePassSource(DataSource):
    """Options: `task`, a `Task` as JSON."""

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return FORMAT

    def schema(self) -> str:
        """Return the columns of `work_lines`."""
        return spark_ddl(WORK_LINES_SCHEMA)

    def reader(self, schema: "StructType") -> "OnePassReader":
        """Return the reader of all parts."""
        return OnePassReader(self.options["task"])


class OnePassReader(DataSourceReader):
    """Reads parts in Spark's Python workers, and writes the rows of works, authorships and citations.

    Parameters
    ----------
    task : str
        A `Task` as JSON.
    """

    def __init__(self, task: str) -> None:
        self._task = task

    def partitions(self) -> Sequence[InputPartition]:
        """Return groups of parts, the largest first so that it does not end alone."""
        return group_parts(msgspec.json.decode(self._task, type=Task).parts)

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `work_lines` of a group of parts."""
        task = msgspec.json.decode(self._task, type=Task)
        root = open_root(task.root, Storage.model_validate_json(task.storage))
        for part in getattr(partition, "parts", ()):
            yield from _lines_of(task, root, part)


class _ReadAgainError(Exception):
    """A part has to be read again, looking at its checksums first."""


def _lines_of(task: Task, root: Root, part: Part) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `work_lines` of a part, of which none counts that the checksum of its file does not vouch for.

    They are few bytes: held back until the end of the part is reached, they need no first look at the checksum. Where
    it does not hold, or where there are too many of them, the part is read again, looking first.
    """
    if part.format == PARQUET:
        yield from _PartReading(task, part).lines(parse_lines(root, part))
        return
    try:
        trusting = _undamaged(parse_lines(root, part, vouch=False))
        held = list(_PartReading(task, part).lines(trusting, at_most=HELD_BYTES))
    except _ReadAgainError:
        yield from _PartReading(task, part).lines(parse_lines(root, part))
        return
    yield from held


def _undamaged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        told = batch["summary"].drop_null().to_pylist()
        if any(summary["status"] == DAMAGED for summary in told):
            raise _ReadAgainError
        yield batch


class _PartReading:
    """The state of one part while its rows are written."""

    def __init__(self, task: Task, part: Part) -> None:
        self._task = task
        self._part = part
        self._removed = task.removed.get(part.path, Removed(b"", ""))
        self._writer = PartWriter(task.folders, part.path, task.last)
        self._newest: int | None = None

    def lines(self, batches: Iterator[pa.RecordBatch], at_most: float = math.inf) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `work_lines`; the last one is the summary with the files that were written."""
        size = 0
        try:
            for rows in self._lines(batches):
                size += rows.nbytes
                if size > at_most:
                    raise _ReadAgainError
                yield rows
        except BaseException:
            self._writer.discard()
            raise

    def _lines(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        last_summary = None
        for batch in batches:
            if batch["summary"].null_count < len(batch):
                last_summary = batch  # only after the file was found unchanged: the generator is at its end then
            elif batch["work_id"].null_count < len(batch):
                yield self._records(batch)
            else:
                yield _line_batch(batch, {})
        if last_summary is not None:
            yield self._summary(last_summary)

    def _records(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        kept = batch
        if self._removed.lines:
            kept = batch.filter(pc.invert(pc.is_in(batch["line"], pa.array(self._removed.numbers))))
        if len(kept):
            self._writer.add(kept)
        newest = pc.max(batch["publication_year"]).as_py()
        if newest is not None:
            self._newest = newest if self._newest is None else max(self._newest, newest)
        return _line_batch(batch, {"completeness": completeness(batch)})

    def _summary(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        said = batch["summary"][0].as_py() | {"reader": self._task.reader}
        state = state_key(
            said["checksum"], self._part.bytes, self._task.reader, self._task.last, self._newest, self._removed.key
        )
        files = [{"table": table} | asdict(file) for table, file in self._writer.close(state)]
        summary_type = WORK_LINES_SCHEMA.field("summary").type
        return _line_batch(
            batch,
            {
                "summary": pa.array([said], summary_type),
                "files": pa.array([files], WORK_LINES_SCHEMA.field("files").type),
            },
        )


def _line_batch(batch: pa.RecordBatch, known: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Return a batch of `WORK_LINES_SCHEMA`: the columns that are known, else those of parsed works, else nulls."""
    columns = {name: batch[name] for name in batch.schema.names} | dict(known)
    arrays = [columns[f.name] if f.name in columns else pa.nulls(len(batch), f.type) for f in WORK_LINES_SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=WORK_LINES_SCHEMA)


def read_and_write(spark: "SparkSession", task: Task) -> "DataFrame":
    """Return the rows of `work_lines`; who runs through them makes the tasks write files of the three tables.

    Parameters
    ----------
    spark : SparkSession
        The session.
    task : Task
        What the tasks are told.
    """
    if not task.parts:
        return spark.createDataFrame([], spark_ddl(WORK_LINES_SCHEMA))
    spark.dataSource.register(OnePassSource)
    return spark.read.format(FORMAT).option("task", msgspec.json.encode(task).decode()).load()
