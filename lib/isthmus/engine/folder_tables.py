"""Tables in a folder of this machine, written and read as the Parquet files they are; their log is delta-rs's.

Spark's own part of Delta asks some ten queries of its own around each write and two or more for each read: a second or
more for tables of a few rows. Here a write is one query and a read is none. Whatever needs more than files that come
or go as a whole is left to Spark's part: what is written is the same table either way, and may alternate.
"""

import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.engine.delta_sql import quoted
from isthmus.engine.watch import MARK

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from deltalake.transaction import AddAction
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

Value = str | int | bool
Condition = Mapping[str, Value | Sequence[Value]]

ROWS = "rowsAdded"
"""Where a commit says how many rows it adds."""
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # what Spark calls the folder of null
SCRATCH = "_temporary"  # where Spark's tasks write until all are done
LONGEST_BOUND = 32  # characters; Delta cuts longer ones, so that they say less than they seem to
# The protocol of tables as Isthmus makes them: their rows are those of their files, and they carry no more than checks.
# Who turns more on (deletion vectors, column mapping, change data) raises it.
READER, WRITER = 1, 3


def opened(folder: str) -> "DeltaTable | None":
    """Return a table that is read and written as files; None where that would not do, or its log cannot be read.

    Parameters
    ----------
    folder : str
        The table's folder.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        table = DeltaTable(folder)
    except DeltaError:
        return None
    protocol = table.protocol()
    plain = protocol.min_reader_version <= READER and protocol.min_writer_version <= WRITER
    return table if plain else None


def files_of(table: "DeltaTable") -> pa.Table:
    """Return the files of a table's present version, a row each: path (as an address), num_records, bounds by column.

    Parameters
    ----------
    table : DeltaTable
        The table as delta-rs has opened it.
    """
    return pa.table(table.get_add_actions(flatten=True))


def transact(table: "DeltaTable", added: Iterable["AddAction"], removed: Iterable[str], **said: str) -> None:
    """Add files to a table and take others out of it, in one commit that is marked as one of Isthmus.

    Parameters
    ----------
    table : DeltaTable
        The table as delta-rs has opened it.
    added : Iterable[AddAction]
        Files that are in no version yet.
    removed : Iterable[str]
        Paths of files of the present version.
    **said : str
        What else the commit says of itself.
    """
    from deltalake import CommitProperties
    from deltalake.transaction import RemoveAction

    actions: list[AddAction | RemoveAction] = [RemoveAction(path, True, _now()) for path in removed]
    actions += added
    marked = CommitProperties(custom_metadata={"userMetadata": MARK} | said)
    partitions = table.metadata().partition_columns
    table.create_write_transaction(actions, "append", table.schema(), partitions, commit_properties=marked)


def schema_of(table: "DeltaTable") -> "StructType":
    """Return the columns of a table as its log has them.

    Parameters
    ----------
    table : DeltaTable
        The table as delta-rs has opened it.
    """
    from pyspark.sql.types import StructType

    return StructType.fromJson(json.loads(table.schema().to_json()))


def frame(spark: "SparkSession", folder: str, table: "DeltaTable") -> "DataFrame":
    """Return the rows of a table's present version.

    Parameters
    ----------
    spark : SparkSession
        A session whose workers see the folder.
    folder : str
        The table's folder.
    table : DeltaTable
        The table as delta-rs has opened it.
    """
    from pyspark.sql import functions as F

    schema = schema_of(table)
    files = [f"{folder}/{unquote(path)}" for path in files_of(table)["path"].to_pylist()]
    if not files:
        return spark.createDataFrame([], schema)
    # columns that divide the files come last and without their comments, whatever the schema says
    columns = (F.col(quoted(field.name)).alias(field.name, metadata=field.metadata) for field in schema)
    return spark.read.schema(schema).option("basePath", folder).parquet(*files).select(*columns)


def write(rows: "DataFrame", folder: str, options: Mapping[str, str], partition_by: Sequence[str]) -> list[str]:
    """Write rows as files beside those of a table, and return the paths of the new ones in the table's folder.

    Parameters
    ----------
    rows : DataFrame
        The rows.
    folder : str
        The table's folder; nobody else may be writing to it.
    options : Mapping[str, str]
        Of Spark's Parquet writer.
    partition_by : Sequence[str]
        Columns that divide the files.
    """
    rmtree(Path(folder, SCRATCH), ignore_errors=True)  # of a run that was killed
    before = _files(folder, len(partition_by))
    marks = {"mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}
    rows.write.mode("append").options(**marks, **options).partitionBy(*partition_by).parquet(folder)
    return sorted(_files(folder, len(partition_by)) - before)


def commit(folder: str, table: "DeltaTable", added: Iterable[str], removed: Iterable[str]) -> tuple[int, int]:
    """Add files to a table and take others out of it, in one commit; return its version and the rows that were added.

    Parameters
    ----------
    folder : str
        The table's folder.
    table : DeltaTable
        The table as delta-rs has opened it.
    added, removed : Iterable[str]
        Paths in the folder, of new files and of files of the present version.
    """
    from deltalake.transaction import AddAction

    partitions, actions, rows = table.metadata().partition_columns, [], 0
    for path in added:
        file = Path(folder, path)
        stats = statistics(file)
        rows += stats["numRecords"]
        values, size = partition_values(path, partitions), file.stat().st_size
        actions.append(AddAction(path, size, values, _now(), True, json.dumps(stats)))
    transact(table, actions, removed, **{ROWS: str(rows)})
    return table.version() + 1, rows


def matching(table: "DeltaTable", where: Condition) -> list[str] | None:
    """Return the files of a table all whose rows have these values; None where a file may hold others besides.

    Parameters
    ----------
    table : DeltaTable
        The table as delta-rs has opened it.
    where : Mapping[str, Value | Sequence[Value]]
        column -> value, or a list of values; all files where it is empty.
    """
    actions = files_of(table)
    chosen = []
    for file in actions.to_pylist():
        found = [_of_file(file, name, _listed(values)) for name, values in where.items()]
        if False in found:
            continue
        if None in found:
            return None
        chosen.append(unquote(file["path"]))  # a commit writes it as an address again
    return chosen


def statistics(file: Path) -> dict[str, Any]:
    """Return the rows of a Parquet file, and least and greatest values and nulls by column, in the words of Delta.

    Columns inside of others have none, nor do least and greatest values that JSON cannot hold exactly.

    Parameters
    ----------
    file : Path
        The file.
    """
    metadata = pq.read_metadata(file)
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    found: dict[str, Any] = {"numRecords": metadata.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for index in range(metadata.num_columns):
        chunks = [group.column(index).statistics for group in groups]
        name = metadata.schema.column(index).path
        if "." in name or not chunks or any(chunk is None or not chunk.has_null_count for chunk in chunks):
            continue
        found["nullCount"][name] = sum(chunk.null_count for chunk in chunks)
        bounds = [(_word(c.min), _word(c.max)) for c in chunks if c.has_min_max]
        if bounds and len(bounds) == len(chunks) and all(None not in pair for pair in bounds):
            found["minValues"][name] = min(low for low, _ in bounds)
            found["maxValues"][name] = max(high for _, high in bounds)
    return found


def partition_values(path: str, columns: Sequence[str]) -> dict[str, str | None]:
    """Return the values of partition columns that the folders of a path stand for.

    Parameters
    ----------
    path : str
        The path of a file in the table's folder, such as `study=ai/part-0.parquet`.
    columns : Sequence[str]
        The table's partition columns, in their order.
    """
    folders = (part.split("=", 1)[1] for part in path.split("/")[: len(columns)])
    return {c: None if v == NO_VALUE else unquote(v) for c, v in zip(columns, folders, strict=True)}


def _word(value: Any) -> Any:
    """Return a bound as JSON holds it exactly; None where it does not."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        return value if len(value) < LONGEST_BOUND else None
    if isinstance(value, date) and not hasattr(value, "hour"):
        return value.isoformat()
    return value if isinstance(value, int | float) else None


def _of_file(file: Mapping[str, Any], name: str, values: Sequence[Value]) -> bool | None:
    """Whether all rows of a file have one of these values: False for none of them, None where it cannot be told."""
    if f"partition.{name}" in file:
        return file[f"partition.{name}"] in values
    low, high, nulls = (file.get(f"{kind}.{name}") for kind in ("min", "max", "null_count"))
    if file["num_records"] == 0:
        return False
    if (
        low is None
        or high is None
        or any(isinstance(bound, str) and len(bound) >= LONGEST_BOUND for bound in (low, high))
    ):
        return None
    if not any(low <= value <= high for value in values):
        return False
    return True if nulls == 0 and low == high else None


def _listed(values: Value | Sequence[Value]) -> Sequence[Value]:
    return values if isinstance(values, list | tuple) else [values]  # type: ignore[list-item]


def _now() -> int:
    """Return the time as Delta writes it, in milliseconds."""
    return int(time.time() * 1000)


def _files(folder: str, depth: int) -> set[str]:
    """Return the paths of the files of rows in a table's folder."""
    return {path.relative_to(folder).as_posix() for path in Path(folder).glob("[!_]*/" * depth + "[!_]*.parquet")}
