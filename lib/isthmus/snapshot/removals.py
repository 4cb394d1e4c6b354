"""Ids that a snapshot takes back: deleted works, and records that were merged into others."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from isthmus.errors import SnapshotError
from isthmus.files import Root, open_root
from isthmus.snapshot.identifiers import numbers
from isthmus.snapshot.model import Snapshot

DELETIONS = pa.schema([("entity_id", pa.int64()), ("deleted_date", pa.date32())])
MERGES = pa.schema([("entity_id", pa.int64()), ("merge_into_id", pa.int64())])
ID_PREFIX = "https://openalex.org/W"


def read_deletions(snapshot: Snapshot) -> pa.Table:
    """Return the works that were deleted and the last day of their deletion, one row per work.

    Parameters
    ----------
    snapshot : Snapshot
        The snapshot; without a list of deletions the table is empty.

    Raises
    ------
    SnapshotError
        a list has not the columns work_id and deleted_date.
    """
    root = open_root(snapshot.uri, snapshot.storage)
    tables = [_read(root, path, ("work_id", "deleted_date")) for path in snapshot.deletions]
    rows = [
        pa.table(
            [_ids(table["work_id"]), table["deleted_date"].cast(pa.string()).combine_chunks().cast(pa.date32())],
            schema=DELETIONS,
        )
        for table in tables
    ]
    joined = pa.concat_tables(rows) if rows else DELETIONS.empty_table()
    last = joined.filter(pc.is_valid(joined["entity_id"])).group_by("entity_id").aggregate([("deleted_date", "max")])
    return last.rename_columns(["entity_id", "deleted_date"]).cast(DELETIONS).sort_by("entity_id")


def read_merges(snapshot: Snapshot, entity: str) -> pa.Table:
    """Return ids that were merged away with the id that stands for each today; chains are followed to their end.

    Where an id was merged twice, the later date holds. Ids that lead in a circle have no end and are left out.

    Parameters
    ----------
    snapshot : Snapshot
        The snapshot; only legacy ones have merges.
    entity : str
        Whose ids.

    Raises
    ------
    SnapshotError
        a list has not the columns merge_date, id and merge_into_id.
    """
    root = open_root(snapshot.uri, snapshot.storage)
    paths = snapshot.merges.get(entity, ())
    tables = [_read(root, path, ("merge_date", "id", "merge_into_id")) for path in paths]
    if not tables:
        return MERGES.empty_table()
    joined = pa.concat_tables(
        [table.cast(pa.schema([(name, pa.string()) for name in table.column_names])) for table in tables]
    )
    ids, targets = _ids(joined["id"]), _ids(joined["merge_into_id"])
    valid = pc.and_(pc.is_valid(ids), pc.is_valid(targets)).to_numpy(zero_copy_only=False)
    order = np.argsort(joined["merge_date"].to_numpy().astype(str)[valid], kind="stable")
    source = ids.filter(pa.array(valid)).to_numpy()[order]
    target = targets.filter(pa.array(valid)).to_numpy()[order]
    last = len(source) - 1 - np.unique(source[::-1], return_index=True)[1]
    return pa.table(list(follow_chains(source[last], target[last])), schema=MERGES)


def follow_chains(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each id that is merged away and the end of its chain; ids that lead in a circle are left out.

    Parameters
    ----------
    source : np.ndarray
        (n,) ids, increasing and distinct.
    target : np.ndarray
        (n,) what each was merged into.
    """
    end = target.copy()
    for _ in range(max(1, len(source).bit_length()) + 1):  # the steps double: a chain has at most n links
        at = np.searchsorted(source, end)
        at[at == len(source)] = 0
        moved = len(source) > 0 and source[at] == end
        if not np.any(moved):
            return source, end
        end = np.where(moved, end[at], end)
    circling = np.isin(end, source)
    return source[~circling], end[~circling]


def _read(root: Root, path: str, columns: Iterable[str]) -> pa.Table:
    wanted = tuple(columns)
    types = pacsv.ConvertOptions(column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted)
    try:
        with root.open_stable(path) as file:
            packing = "gzip" if path.endswith(".gz") else None
            with pa.input_stream(pa.PythonFile(file, mode="r"), compression=packing) as stream:
                return pacsv.read_csv(stream, convert_options=types)
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        raise SnapshotError(f"{path}: expected a CSV file with the columns {', '.join(wanted)}: {error}") from error


def _ids(column: pa.ChunkedArray) -> pa.Array:
    return numbers(column.to_pylist(), ID_PREFIX)
