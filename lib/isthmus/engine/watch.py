"""Whether a table still is what its stage left: changes by something else, and data files that are gone.

Isthmus marks each of its own commits that write rows. Commits without the mark are somebody else's: a row deleted or
updated by hand, a table restored to an earlier version.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.engine.folder_log import LOG, commit_info, last_version

if TYPE_CHECKING:
    from isthmus.engine.store import TableStore

#: What Isthmus writes into its commits (`userMetadata` of Delta).
MARK = "written by isthmus"
#: Operations that leave the rows as they are.
ROWS_STAY = frozenset(
    {
        "CREATE TABLE",
        "CREATE TABLE IF NOT EXISTS",
        "CREATE OR REPLACE TABLE",
        "REPLACE TABLE",
        "OPTIMIZE",
        "REORG",
        "FSCK REPAIR",
        "VACUUM START",
        "VACUUM END",
        "SET TBLPROPERTIES",
        "UNSET TBLPROPERTIES",
        "CHANGE COLUMN",
        "ADD CONSTRAINT",
        "COMPUTE STATS",
    }
)


def latest_version(store: "TableStore", table: str) -> int | None:
    """Return the version of a table as it lies there now, whatever this store has written or seen; None without one.

    Parameters
    ----------
    store : TableStore
        The tables.
    table : str
        The name of a table.
    """
    log = _log_of(store, table)
    if log is None:
        return store.version_now(table)
    return last_version(log)


def changed_by_others(store: "TableStore", table: str, left: int) -> str | None:
    """Return what something else than Isthmus did to a table since a stage left it, in words; None where nothing.

    Tables in folders are looked at; elsewhere each look would cost a request or more, and nothing is said.

    Parameters
    ----------
    store : TableStore
        The tables.
    table : str
        The name of a table that is there.
    left : int
        The version that the stage left.
    """
    log = _log_of(store, table)
    if log is None:
        return None
    last = latest_version(store, table)
    if last is None or last < left:
        return f"its log ends at version {last}, and the stage left version {left}"
    for version in range(left + 1, last + 1):
        said = commit_info(log, version)
        if said and said.get("operation") not in ROWS_STAY and said.get("userMetadata") != MARK:
            return f"version {version}, {said.get('operation', 'an unknown operation')}, is not of Isthmus"
    return _lost_file(store, table)


def _log_of(store: "TableStore", table: str) -> Path | None:
    """Return the folder of a table's log; None where it lies in a catalog or in object storage."""
    if not store.in_folder:
        return None
    return Path(store.path(table)) / LOG


def _lost_file(store: "TableStore", table: str) -> str | None:
    from isthmus.engine.part_files import lost_files

    lost = lost_files(store, table)
    return f"{len(lost)} of its data files are gone, the first of them {min(lost)}" if lost else None
