"""Named Delta tables under a path or in a catalog: the only place that knows formats and paths."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from isthmus.engine import delta_sql, folder_tables
from isthmus.engine.checks import checked
from isthmus.engine.ddl import spark_fields, spark_schema
from isthmus.engine.delta_sql import quoted
from isthmus.engine.folder_log import LOG, commit_info, last_version
from isthmus.engine.folder_tables import ROWS, Condition, Value
from isthmus.engine.part_files import can_write_files
from isthmus.engine.settings import is_remote, options_for_a_while
from isthmus.engine.turns import is_catalog
from isthmus.engine.watch import MARK
from isthmus.errors import StoreError, did_you_mean
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from deltalake import DeltaTable
    from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

CODEC = {"compression": "zstd"}
"""How the files of tables are packed: a third smaller than Spark's default (snappy), at the same processor time."""

USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
CHECK = "delta.constraints."  # prefix of the property that holds a check

REFUSAL = re.compile(
    r"\[(?:DELTA_(?:VIOLATE_CONSTRAINT_WITH_VALUES|NOT_NULL_CONSTRAINT_VIOLATED|REPLACE_WHERE_MISMATCH)"
    r"|USER_RAISED_EXCEPTION)] "
    r"(.+?)\s*(?:SQLSTATE: \w+\s*)?(?:\n\s+at |\n\s*JVM stacktrace:|$)",  # up to the stack of calls
    re.DOTALL,
)


class TableStore:
    """Delta tables by name.

    Parameters
    ----------
    spark : SparkSession
        The session.
    location : str
        a folder or URI (`warehouse`, `s3a://bucket/isthmus`), or `catalog.schema` of a metastore.
    """

    def __init__(self, spark: "SparkSession", location: str) -> None:
        self.spark = spark
        self.in_catalog = is_catalog(location)
        a_path = not self.in_catalog and ":/" not in location
        self.in_folder = a_path and not is_remote(spark)
        """Whether the tables lie in a folder of this machine, whose files can be looked at."""
        self.has_files = can_write_files(self)
        """Whether Spark's workers see those files, too."""
        self.location = os.path.abspath(location) if a_path else _hadoop(location.rstrip("/"))
        # one run writes to a warehouse at a time, so what this store saw or wrote itself need not be asked again
        self._there: set[str] = set()
        self._defined: dict[str, TableSpec] = {}
        self._commits: dict[str, dict[str, Any]] = {}

    def path(self, table: TableSpec | str) -> str:
        """Return the folder of a table of a path store."""
        if self.in_catalog:
            raise StoreError(f"{self.location} is a catalog: its tables have no path; use TableStore.read")
        return f"{self.location}/{_name(table)}"

    def sql_name(self, table: TableSpec | str) -> str:
        """Return what a table is called in SQL."""
        return f"{self.location}.{_name(table)}" if self.in_catalog else delta_sql.of_path(self.path(table))

    def exists(self, table: TableSpec | str) -> bool:
        """Whether the table has been created."""
        if _name(table) not in self._there and self._is_there(table):
            self._there.add(_name(table))
        return _name(table) in self._there

    def fits(self, spec: TableSpec) -> bool:
        """Whether the table is there and has the columns that this version of Isthmus gives it."""
        return self.exists(spec) and _types(self._columns(spec)) == _types(spark_schema(spec))

    def read(self, table: TableSpec | str) -> "DataFrame":
        """Return the table's rows.

        Raises
        ------
        StoreError
            The table has not been written yet.
        """
        if not self.exists(table):
            raise StoreError(
                f"table {_name(table)!r} does not exist in {self.location}. Run the stage that writes it first "
                f"(`isthmus tables` lists the tables and their stages)."
            )
        return self._frame(table)

    def version(self, table: TableSpec | str) -> int | None:
        """Return the Delta version of the table, None when it does not exist."""
        return int(self._commit(table)["version"]) if self.exists(table) else None

    def version_now(self, table: TableSpec | str) -> int | None:
        """Return the Delta version of the table as it lies there, whoever wrote it; None when it does not exist."""
        return int(self._last_commit(table)["version"]) if self.exists(table) else None

    def overwrite(self, spec: TableSpec, rows: "DataFrame") -> int:
        """Replace the whole table in one commit and return its version.

        Raises
        ------
        StoreError
            Columns of `rows` are missing or unknown to the table, or a row breaks one of its checks.
        """
        self._create(spec, replace_if_changed=True)
        return self._write(spec, rows, {})

    def replace(self, spec: TableSpec, rows: "DataFrame", where: Mapping[str, Value | Sequence[Value]]) -> int:
        """Replace in one commit the rows whose columns equal these values, and return the table's version.

        Parameters
        ----------
        spec : TableSpec
            The table.
        rows : DataFrame
            The new rows; each must satisfy `where`.
        where : Mapping[str, Value | Sequence[Value]]
            column -> value, or a list of values.

        Raises
        ------
        StoreError
            No condition, columns missing or unknown, or a row that breaks a check or the condition.
        """
        if not where or any(value in ([], ()) for value in where.values()):
            raise StoreError(f"table {spec.name!r}: replace needs a condition; use overwrite for the whole table")
        self._create(spec, replace_if_changed=False)
        return self._write(spec, rows, where)

    def merge(self, spec: TableSpec, rows: "DataFrame") -> int:
        """Insert rows with new keys and update those with known keys, in one commit; return the table's version."""
        self._create(spec, replace_if_changed=False)
        # a merge takes no option that marks its commit
        with _refusals(spec), options_for_a_while(self.spark, {USER_METADATA: MARK}):
            delta_sql.merge(self.sql_name(spec), self._aligned(spec, rows), spec.key)
        return self._remember(spec)

    def append(self, spec: TableSpec, rows: "DataFrame") -> None:
        """Add rows of a log, such as the ledger's; tables of results use `replace` or `merge`."""
        self._create(spec, replace_if_changed=False)
        table = self._opened(spec)
        if table is not None:
            self._put_files(spec, self._aligned(spec, rows), table, (), {})
            return
        self._save(spec, self._aligned(spec, rows).write.format("delta").mode("append"))
        self._commits.pop(spec.name, None)  # asked for only when somebody wants to know

    def require_defined(self, spec: TableSpec) -> None:
        """Make a table that is not there, or is another than specified, without any row."""
        self._create(spec, replace_if_changed=True)

    def remember_commit(self, spec: TableSpec, version: int, rows: int) -> None:
        """Take note that something beside this store wrote to a table.

        Parameters
        ----------
        spec : TableSpec
            The table.
        version : int
            Its version now.
        rows : int
            Rows that it has now.
        """
        self._commits[spec.name] = {"version": version, "operationMetrics": {"numOutputRows": rows}}

    def rows_written(self, table: TableSpec | str) -> int:
        """Return the number of rows that this store's last write to the table, else the table's last commit, wrote."""
        metrics = self._commit(table)["operationMetrics"] or {}
        return int(metrics.get("numOutputRows") or metrics.get("numTargetRowsInserted") or 0)

    def _write(self, spec: TableSpec, rows: "DataFrame", where: Condition) -> int:
        """Replace the rows that have these values, all rows where none are named; return the table's version."""
        aligned = self._aligned(spec, rows)
        table = self._opened(spec)
        replaced = folder_tables.matching(table, where) if table is not None else None
        if table is None or replaced is None:
            only = {"replaceWhere": " AND ".join(_equals(c, v) for c, v in where.items())} if where else {}
            self._save(spec, aligned.write.format("delta").mode("overwrite").options(**CODEC, **only))
            return self._remember(spec)
        return self._put_files(spec, aligned, table, replaced, where)

    def _put_files(
        self, spec: TableSpec, aligned: "DataFrame", table: "DeltaTable", replaced: Sequence[str], where: Condition
    ) -> int:
        folder = self.path(spec)
        with _refusals(spec):
            added = folder_tables.write(checked(aligned, spec, where), folder, CODEC, spec.partition_by)
        version, written = folder_tables.commit(folder, table, added, replaced)
        self.remember_commit(spec, version, written)
        return version

    def _remember(self, spec: TableSpec) -> int:
        self._commits[spec.name] = self._last_commit(spec)
        return int(self._commits[spec.name]["version"])

    def _commit(self, table: TableSpec | str) -> dict[str, Any]:
        return self._commits.get(_name(table)) or self._last_commit(table)

    def _is_there(self, table: TableSpec | str) -> bool:
        if self.in_folder:
            return last_version(self._log(table)) is not None
        if self.in_catalog:
            return bool(self.spark.catalog.tableExists(self.sql_name(table)))
        return delta_sql.is_table(self.spark, self.sql_name(table))

    def _save(self, spec: TableSpec, writer: "DataFrameWriter") -> None:
        writer = writer.option("userMetadata", MARK)
        with _refusals(spec):
            if self.in_catalog:
                writer.saveAsTable(self.sql_name(spec))
            else:
                writer.save(self.path(spec))

    def _aligned(self, spec: TableSpec, rows: "DataFrame") -> "DataFrame":
        """Return the rows with the table's columns in its order and types.

        A value that does not fit is an error (ANSI).
        """
        missing = [c for c in spec.columns if c not in rows.columns]
        unknown = [c for c in rows.columns if c not in spec.columns]
        if missing or unknown:
            hint = f"; {did_you_mean(unknown[0], missing)}" if missing and unknown else ""
            raise StoreError(
                f"table {spec.name!r} expects the columns {spec.columns}; missing: {missing or 'none'}, "
                f"unknown: {unknown or 'none'}{hint}"
            )
        return rows.select(*(F.col(f.name).cast(f.dataType).alias(f.name) for f in spark_fields(spec)))

    def _create(self, spec: TableSpec, *, replace_if_changed: bool) -> None:
        if self._defined.get(spec.name) != spec:
            self._define(spec, replace_if_changed=replace_if_changed)
            self._defined[spec.name] = spec

    def _define(self, spec: TableSpec, *, replace_if_changed: bool) -> None:
        if self.in_folder and _remove_empty_log(Path(self.path(spec))):
            self._there.discard(spec.name)
        if not self.exists(spec):
            self.spark.sql(self._definition("CREATE TABLE IF NOT EXISTS", spec))
            return
        changed = self._changed(spec)
        if not changed:
            return
        if not replace_if_changed:
            raise StoreError(
                f"table {spec.name!r} in {self.location} was written with other {changed}. Its rows come from another "
                f"version of Isthmus; delete the table and run its stage again, or use a new warehouse."
            )
        self.spark.sql(self._definition("REPLACE TABLE", spec))

    def _changed(self, spec: TableSpec) -> str:
        """In what the table that is there differs from its specification, in words; empty when in nothing."""
        found, expected = _types(self._columns(spec)), _types(spark_schema(spec))
        if found != expected:
            return f"columns: {sorted(set(found.items()) ^ set(expected.items()))}"
        partitions, properties = self._form(spec)
        if tuple(partitions) != spec.partition_by:
            return f"partitions: {list(partitions)}, expected {list(spec.partition_by)}"
        checks = {k.removeprefix(CHECK): v for k, v in properties.items() if k.startswith(CHECK)}
        if checks != {name.lower(): sql for name, sql in spec.checks.items()}:
            return f"checks: {checks}, expected {dict(spec.checks)}"
        return ""

    def _definition(self, verb: str, spec: TableSpec) -> str:
        """Return the table as SQL: Delta's own builder takes neither `catalog.schema.table` nor every path."""
        clauses = [f"{verb} {self.sql_name(spec)} ({', '.join(map(_column, spark_fields(spec)))}) USING delta"]
        if spec.partition_by:
            clauses.append(f"PARTITIONED BY ({', '.join(map(quoted, spec.partition_by))})")
        clauses.append(f"COMMENT {_literal(spec.comment)}")
        if spec.checks:
            checks = (f"{_literal(f'{CHECK}{c.lower()}')} = {_literal(sql)}" for c, sql in spec.checks.items())
            clauses.append(f"TBLPROPERTIES ({', '.join(checks)})")
        return " ".join(clauses)

    def _frame(self, table: TableSpec | str) -> "DataFrame":
        if self.in_catalog:
            return self.spark.read.table(self.sql_name(table))
        opened = self._opened(table)
        if opened is not None:
            return folder_tables.frame(self.spark, self.path(table), opened)
        return self.spark.read.format("delta").load(self.path(table))

    def _columns(self, table: TableSpec | str) -> StructType:
        opened = self._opened(table)
        return self._frame(table).schema if opened is None else folder_tables.schema_of(opened)

    def _form(self, table: TableSpec | str) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the columns that divide a table's files, and its properties."""
        opened = self._opened(table)
        if opened is None:
            detail = delta_sql.detail(self.spark, self.sql_name(table), "partitionColumns", "properties")
            return detail["partitionColumns"], detail["properties"]
        return opened.metadata().partition_columns, opened.metadata().configuration

    def _opened(self, table: TableSpec | str) -> "DeltaTable | None":
        """Return a table that is written and read as files; None where Delta's part of Spark has to do it."""
        return folder_tables.opened(self.path(table)) if self.has_files else None

    def _last_commit(self, table: TableSpec | str) -> dict[str, Any]:
        if self.in_folder:
            log = self._log(table)
            version = last_version(log)
            if version is not None:
                said = commit_info(log, version) or {}
                metrics = said.get("operationMetrics") or {"numOutputRows": said.get(ROWS)}
                return {"version": version, "operationMetrics": metrics}
        return delta_sql.last_commit(self.spark, self.sql_name(table))

    def _log(self, table: TableSpec | str) -> Path:
        return Path(self.path(table)) / LOG


def _remove_empty_log(table: Path) -> bool:
    """Delete the folder of a log without any version, if it is one: a run was killed as it made the table.

    Spark takes such a folder for a table when it is asked to create one, and creates nothing.
    """
    log = table / LOG
    if not log.is_dir() or any(each.is_file() for each in log.iterdir() if not each.name.startswith(".")):
        return False
    shutil.rmtree(log)
    with suppress(OSError):  # it holds files
        table.rmdir()
    return True


def _hadoop(location: str) -> str:
    """Return an address as Hadoop knows it: its name for S3 is s3a."""
    return f"s3a://{location.removeprefix('s3://')}" if location.startswith("s3://") else location


@contextmanager
def _refusals(spec: TableSpec) -> Iterator[None]:
    """Say which check of the table a row breaks, without Spark's stack of calls."""
    try:
        yield
    except Exception as error:
        found = REFUSAL.search(str(error))
        if found is None:
            raise
        raise StoreError(f"table {spec.name!r} refuses a row, and nothing was written: {found[1]}") from None


def _name(table: TableSpec | str) -> str:
    return table if isinstance(table, str) else table.name


def _types(schema: StructType) -> dict[str, str]:
    return {f.name: f.dataType.simpleString() for f in schema.fields}


def _column(field: StructField) -> str:
    nullable = "" if field.nullable else " NOT NULL"
    comment = f" COMMENT {_literal(field.metadata['comment'])}" if "comment" in field.metadata else ""
    return f"{quoted(field.name)} {field.dataType.simpleString()}{nullable}{comment}"


def _equals(name: str, value: Value | Sequence[Value]) -> str:
    if isinstance(value, (list, tuple)):
        return f"{quoted(name)} IN ({', '.join(_literal(v) for v in value)})"
    return f"{quoted(name)} = {_literal(value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
