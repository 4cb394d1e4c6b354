"""Maintenance of tables: small files put together, and files that no version in use needs removed.

A table that is written often consists of many small files, and keeps those of its earlier versions. Compaction writes
the same rows in fewer files as a new version; vacuuming removes the files that have belonged to no version for longer
than the retention.

Why neither disturbs a reader: a query takes the list of its files when it begins. Compaction removes nothing, and
vacuuming only what was already replaced when every query younger than the retention began. A query, or an unfinished
write, that is older than the retention would lose its files, hence seven days unless shorter is explicitly allowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus.engine import delta_sql
from isthmus.engine.part_files import is_by_part
from isthmus.engine.settings import options_for_a_while
from isthmus.errors import StoreError

if TYPE_CHECKING:
    from isthmus.engine.store import TableStore

SAFE_RETENTION_DAYS = 7.0
"""Delta's own default; longer than any run of this pipeline."""

FILE_SIZES = ((10e9, 128 << 20), (1e12, 256 << 20), (float("inf"), 1 << 30))
"""Bytes of a table up to which its files should have this size: small enough to be read side by side, large enough
that no list of files becomes long (an ingest of 500 million works: a few thousand)."""

SMALL_FILE = 0.75  # share of the wanted size below which a file is put together with others

MAX_SIZE, MIN_SIZE = "spark.databricks.delta.optimize.maxFileSize", "spark.databricks.delta.optimize.minFileSize"
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
# Tasks that list a table's folders. Spark's own number, 10,000, costs a minute of processor for a table of one folder.
LISTING, LISTING_TASKS = "spark.sql.sources.parallelPartitionDiscovery.parallelism", 32
VACUUM_COMMITS = "spark.databricks.delta.vacuum.logging.enabled"  # two empty versions for each vacuuming


@dataclass(frozen=True, slots=True)
class Extent:
    """Files and bytes of the present version, and those in its folder, earlier versions included (None: not known)."""

    files: int
    bytes: int
    stored_files: int | None
    stored_bytes: int | None


@dataclass(frozen=True, slots=True)
class Maintained:
    """What maintenance did to a table."""

    table: str
    before: Extent
    after: Extent

    @property
    def summary(self) -> str:
        """The change in words."""
        words = f"{self.table}: {self.before.files:,} -> {self.after.files:,} files"
        if self.before.stored_files is not None and self.after.stored_files is not None:
            freed = (self.before.stored_bytes or 0) - (self.after.stored_bytes or 0)
            words += f", with earlier versions {self.before.stored_files:,} -> {self.after.stored_files:,}"
            words += f", {freed / 1e6:,.1f} MB freed" if freed > 0 else ""
        return words


def check_retention(days: float, *, allow_short: bool = False) -> None:
    """Refuse a retention that could take the files of a running query away.

    Parameters
    ----------
    days : float
        How long files stay after the last version that needs them.
    allow_short : bool, default False
        Accept less than seven days; nobody else may be using the tables.

    Raises
    ------
    StoreError
        The retention is negative, or shorter than is safe and not allowed.
    """
    if days < 0:
        raise StoreError(f"a retention of {days:g} days makes no sense; the safe one is {SAFE_RETENTION_DAYS:g}")
    if days < SAFE_RETENTION_DAYS and not allow_short:
        raise StoreError(
            f"a retention of {days:g} days is shorter than the safe {SAFE_RETENTION_DAYS:g}: a query or a run that "
            "began earlier than that would lose its files. If nothing else uses these tables, say so with "
            "--allow-short-retention."
        )


def maintain(store: "TableStore", table: str, *, retention_days: float = SAFE_RETENTION_DAYS) -> Maintained:
    """Compact a table, then remove the files that no version younger than the retention needs. Its rows stay the same.

    A table whose files belong to parts of a snapshot is not compacted: the next release replaces them part by part.

    Parameters
    ----------
    store : TableStore
        The tables.
    table : str
        Name of a table that is there.
    retention_days : float, optional
        See `check_retention`, which has to be asked before.
    """
    before = extent(store, table)
    quiet = {RETENTION_CHECK: "false", VACUUM_COMMITS: "false", LISTING: str(LISTING_TASKS)}
    with options_for_a_while(store.spark, _size_options(before.bytes) | quiet):
        if before.files > 1 and not is_by_part(store, table):
            delta_sql.optimize(store.spark, store.sql_name(table))
        delta_sql.vacuum(store.spark, store.sql_name(table), retention_days * 24)
    return Maintained(table, before, extent(store, table))


def wanted_file_size(table_bytes: float) -> int:
    """Return the size of files in bytes that fits a table of so many bytes."""
    return next(size for limit, size in FILE_SIZES if table_bytes <= limit)


def extent(store: "TableStore", table: str) -> Extent:
    """Files and bytes of a table's present version and of its folder."""
    detail = delta_sql.detail(store.spark, store.sql_name(table), "location", "numFiles", "sizeInBytes")
    stored = _stored(store, detail["location"])
    return Extent(int(detail["numFiles"]), int(detail["sizeInBytes"]), *stored)


def _size_options(table_bytes: float) -> dict[str, str]:
    size = wanted_file_size(table_bytes)
    return {MAX_SIZE: str(size), MIN_SIZE: str(int(size * SMALL_FILE))}


def _stored(store: "TableStore", location: str) -> tuple[int, int] | tuple[None, None]:
    """Count the data files in a table's folder and their bytes; unknown where the JVM is out of reach (Connect)."""
    try:
        context = store.spark.sparkContext
        jvm, configuration = context._jvm, context._jsc.hadoopConfiguration()
        path = jvm.org.apache.hadoop.fs.Path(location)  # type: ignore[union-attr]
        files = path.getFileSystem(configuration).listFiles(path, True)
    except Exception:  # a session without a JVM raises its own kinds; the numbers are only shown
        return None, None
    count = total = 0
    while files.hasNext():
        status = files.next()
        if status.getPath().getName().endswith(".parquet") and "/_delta_log/" not in status.getPath().toString():
            count, total = count + 1, total + status.getLen()
    return count, total


def maintain_all(
    store: "TableStore",
    tables: Sequence[str],
    *,
    retention_days: float = SAFE_RETENTION_DAYS,
    allow_short: bool = False,
) -> list[Maintained]:
    """Maintain every table that is there, one after the other.

    Parameters
    ----------
    store : TableStore
        The tables.
    tables : Sequence[str]
        Names; those that have not been written are left out.
    retention_days, allow_short : float, bool
        See `check_retention`.

    Raises
    ------
    StoreError
        The retention is shorter than is safe and not allowed; nothing was touched.
    """
    check_retention(retention_days, allow_short=allow_short)
    return [maintain(store, name, retention_days=retention_days) for name in tables if store.exists(name)]
