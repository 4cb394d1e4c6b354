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
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from isthmus.engine.store import TableStore
    from isthmus.tablespec import TableSpec

NAME = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})-[0-9a-f]{12}\.parquet")


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


def can_write_files(store: "TableStore") -> bool:
    """Whether all workers write into the folder of this store's tables: it is a local one, and so are they.

    Parameters
    ----------
    store : TableStore
        The tables.
    """
    if store.in_catalog or ":/" in store.location:
        return False
    try:
        return str(store.spark.sparkContext.master).startswith("local")
    except Exception:  # Spark Connect has no context
        return False


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
    for path in _actions(store, table)["path"].to_pylist():
        match = NAME.fullmatch(path)
        found[path] = (match[1], match[2]) if match else None
    return found


def is_by_part(store: "TableStore", table: str) -> bool:
    """Whether a table's files belong to parts, so that putting some of them together would lose what they are.

    Parameters
    ----------
    store : TableStore
        The tables.
    table : str
        The name of a table that is there.
    """
    if store.in_catalog or ":/" in store.location:
        return False
    return any(keys is not None for keys in active_files(store, table).values())


def commit_files(store: "TableStore", spec: "TableSpec", added: Iterable[PartFile], removed: Iterable[str]) -> int:
    """Add files to a table and remove others in one transaction; return the table's version.

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
    """
    from deltalake import DeltaTable
    from deltalake.transaction import AddAction, RemoveAction

    store.require_defined(spec)
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(path=path, data_change=True, deletion_timestamp=now) for path in removed
    ]
    actions += [AddAction(f.name, f.bytes, {}, now, True, f.stats) for f in added]
    if actions:
        table = DeltaTable(store.path(spec))
        table.create_write_transaction(actions, "append", table.schema())
    return store.remember_commit(spec, sum(_actions(store, spec)["num_records"].to_pylist()))


def _actions(store: "TableStore", table: "TableSpec | str") -> pa.Table:
    """Return the files of a table's present version, a row each."""
    from deltalake import DeltaTable

    return pa.table(DeltaTable(store.path(table)).get_add_actions(flatten=True))
