"""Tables whose files are written outside of Spark, one or more for each part of a snapshot, and committed at once.

A file's name says which part its rows come from and all that they depend on. So the list of a table's files tells
which parts it holds, a changed part replaces its own files, and a run that was killed is taken up where it stopped.
The commit is delta-rs's, one transaction for a table.
"""

import hashlib
import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.engine.folder_tables import files_of, transact
from isthmus.errors import StoreError

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from isthmus.engine.store import TableStore
    from isthmus.tablespec import TableSpec

NAME = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})-[0-9a-f]{12}\.parquet")
UNFINISHED = "unfinished-rows"
"""How the name of a file begins that is being written."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """A file of a table that holds rows of one part.

    Parameters
    ----------
    name : str
        Its name in the table's folder.
    bytes : int
        Its size.
    rows : int
        Its rows.
    stats : str
        Number of rows, least and greatest values by column, as JSON in the words of the Delta protocol.
    """

    name: str
    bytes: int
    rows: int
    stats: str

    @property
    def part(self) -> str:
        """The key of its part."""
        return self.name[:16]

    @property
    def state(self) -> str:
        """The key of what its rows depend on."""
        return self.name[17:33]


def key_of(*facts: object) -> str:
    """Return a short key of facts: 16 hexadecimal digits.

    Parameters
    ----------
    facts : object
        Text and numbers.
    """
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def file_name(part: str, state: str) -> str:
    """Return a name for another file of a part.

    Parameters
    ----------
    part, state : str
        The keys of the part, and of what its rows depend on.
    """
    return f"{part}-{state}-{uuid.uuid4().hex[:12]}.parquet"


def unfinished_name() -> str:
    """Return a name for a file that is being written."""
    return f"{UNFINISHED}-{uuid.uuid4().hex[:12]}.parquet"


def remove_unfinished(folder: str) -> None:
    """Delete the files that a run began and did not end; nobody else may be writing to the table.

    Parameters
    ----------
    folder : str
        The table's folder.
    """
    for path in Path(folder).glob(f"{UNFINISHED}-*"):
        path.unlink()


def can_write_files(store: "TableStore") -> bool:
    """Whether all workers write into the folder of this store's tables: it is a local one, and so are they.

    Parameters
    ----------
    store : TableStore
        The tables.
    """
    if not store.in_folder:
        return False
    return (store.spark.conf.get("spark.master", None) or "").startswith("local")


def active_files(store: "TableStore", table: "TableSpec | str") -> dict[str, tuple[str, str] | None]:
    """Return the files of a table's present version: path -> keys of part and state; None where Spark wrote it.

    Parameters
    ----------
    store : TableStore
        The tables, in a local folder.
    table : TableSpec | str
        The table; one that is not there has no files.
    """
    if not store.exists(table):
        return {}
    found = {}
    for path in files_of(_opened(store.path(table)))["path"].to_pylist():
        match = NAME.fullmatch(path)
        found[path] = (match[1], match[2]) if match else None
    return found


def lost_files(store: "TableStore", table: "TableSpec | str") -> set[str]:
    """Return the files of a table's present version that are not in its folder.

    Parameters
    ----------
    store : TableStore
        The tables, in a local folder.
    table : TableSpec | str
        The table; one that is not there has lost nothing.
    """
    if not store.exists(table):
        return set()
    listed = files_of(_opened(store.path(table)))["path"].to_pylist()
    return {path for path in listed if not Path(store.path(table), unquote(path)).is_file()}


def is_by_part(store: "TableStore", table: str) -> bool:
    """Whether a table's files belong to parts, so that putting some of them together would lose what they are.

    Parameters
    ----------
    store : TableStore
        The tables.
    table : str
        The name of a table that is there.
    """
    if not store.in_folder:
        return False
    if not any(NAME.fullmatch(path.name) for path in Path(store.path(table)).glob("*.parquet")):
        return False  # as nearly all tables: their logs need not be read
    return any(keys is not None for keys in active_files(store, table).values())


def commit_files(store: "TableStore", spec: "TableSpec", added: Iterable[PartFile], removed: Iterable[str]) -> int:
    """Add files to a table and remove others in one transaction; return the table's version.

    The columns of a file, their types and which of them may be null are checked as Spark would check them; the table's
    other checks are for its writer to keep.

    Parameters
    ----------
    store : TableStore
        The tables, in a local folder.
    spec : TableSpec
        The table; it is made where it is not there.
    added : Iterable[PartFile]
        Files that lie in the table's folder and are in no version yet.
    removed : Iterable[str]
        Paths of files of the present version.

    Raises
    ------
    StoreError
        A file does not hold what the table is to hold; nothing is committed.
    """
    from deltalake.transaction import AddAction

    store.require_defined(spec)
    table, new = _opened(store.path(spec)), list(added)
    _require_fit(pa.schema(table.schema().to_arrow()), store.path(spec), spec, new)
    gone = list(removed)
    if new or gone:
        now = int(time.time() * 1000)
        transact(table, (AddAction(f.name, f.bytes, {}, now, True, f.stats) for f in new), gone)
        table = _opened(store.path(spec))
    store.remember_commit(spec, table.version(), sum(files_of(table)["num_records"].to_pylist()))
    return table.version()


def _opened(folder: str) -> "DeltaTable":
    """Return a table's present version as delta-rs knows it."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        return DeltaTable(folder)
    except DeltaError as error:
        raise StoreError(
            f"the log of the table in {folder} cannot be read: {error}. If something else than Isthmus wrote to the "
            f"table, delete its folder and run its stage again."
        ) from None


def _require_fit(schema: pa.Schema, folder: str, spec: "TableSpec", files: Iterable[PartFile]) -> None:
    """Make sure that files hold the columns of a table, in its order and types, and no null where none may be."""
    expected = [(field.name, field.type) for field in schema]
    required = {field.name for field in spec.fields if not field.nullable}
    for file in files:
        metadata = pq.read_metadata(Path(folder, file.name))
        found = [(field.name, field.type) for field in metadata.schema.to_arrow_schema()]
        if found != expected:
            different = [f"{a} (expected {b})" for a, b in zip(found, expected, strict=False) if a != b]
            raise StoreError(_refusal(spec, file, f"its columns are others: {different or found}"))
        if metadata.num_rows != file.rows:
            raise StoreError(_refusal(spec, file, f"it has {metadata.num_rows} rows, expected {file.rows}"))
        empty = required & _with_nulls(metadata)
        if empty:
            raise StoreError(_refusal(spec, file, f"null in {sorted(empty)}, where no value may be missing"))


def _with_nulls(metadata: pq.FileMetaData) -> set[str]:
    """Return the columns, not those inside of others, that hold a null or do not say that they hold none."""
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    chunks = (group.column(i) for group in groups if group.num_rows for i in range(group.num_columns))
    return {c.path_in_schema for c in chunks if c.statistics is None or c.statistics.null_count != 0}


def _refusal(spec: "TableSpec", file: PartFile, what: str) -> str:
    return (
        f"table {spec.name!r} refuses the file {file.name}, and nothing was committed: {what}. Delete the file and "
        f"run the stage again; if it is refused once more, this is an error of Isthmus."
    )
