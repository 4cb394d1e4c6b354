"""What a stage of this room reports: rows that went in and rows that came out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from isthmus.engine import TableStore
from isthmus.engine.concurrent import concurrently
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written.

    Parameters
    ----------
    table : str
        Its name.
    version : int
        Its Delta version.
    rows_out : int
        Rows written.
    rows_in : int | None, optional
        Rows read, where they are known without another pass.
    notes : tuple[str, ...], optional
        What a reader of the results should know, in sentences.
    parts_read : int | None, optional
        Parts of the snapshot that were read, where some were.
    """

    table: str
    version: int
    rows_out: int
    rows_in: int | None = None
    notes: tuple[str, ...] = field(default=())
    parts_read: int | None = None


def write(store: TableStore, spec: TableSpec, rows: "DataFrame", notes: tuple[str, ...] = ()) -> Written:
    """Replace a table and say what was written.

    Parameters
    ----------
    store : TableStore
        The tables.
    spec : TableSpec
        The table.
    rows : DataFrame
        All of its rows.
    notes : tuple[str, ...], optional
        What a reader of the results should know.
    """
    version = store.overwrite(spec, rows)
    return Written(spec.name, version, store.rows_written(spec), notes=notes)


def write_concurrently(store: TableStore, *tables: "tuple[TableSpec, DataFrame]") -> list[Written]:
    """Replace tables that do not read each other, at the same time: small ones mostly wait for their commit.

    Parameters
    ----------
    store : TableStore
        The tables.
    tables : tuple[TableSpec, DataFrame]
        Pairs of a table and all of its rows.
    """
    return concurrently(*((lambda spec=spec, rows=rows: write(store, spec, rows)) for spec, rows in tables))


def both(first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
    """Return the results of two tasks that run at the same time; a failure is raised after both ended.

    Parameters
    ----------
    first, second : Callable[[], T], Callable[[], U]
        Functions without arguments.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="isthmus") as pool:
        other = pool.submit(second)
        return first(), other.result()
