"""Tables that lie beside those of a warehouse: what one stage makes for itself, and no other stage reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from isthmus.engine.folder_tables import Value
from isthmus.engine.store import TableStore
from isthmus.tablespec import TableSpec

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class AsideStore(TableStore):
    """A store some of whose tables have other names, so that stages write a variant without touching what others read.

    Parameters
    ----------
    store : TableStore
        The warehouse; all other tables are read from it.
    prefix : str
        What comes before the names of these tables.
    tables : Iterable of TableSpec
        The tables that lie aside.
    """

    def __init__(self, store: TableStore, prefix: str, tables: Iterable[TableSpec]) -> None:
        super().__init__(store.spark, store.location)
        self.has_files = store.has_files
        self._aside = {spec.name: f"{prefix}{spec.name}" for spec in tables}

    def read(self, table: TableSpec | str) -> "DataFrame":
        """Return the table's rows, as `TableStore.read` does."""
        name = table if isinstance(table, str) else table.name
        return super().read(self._aside.get(name, name))

    def replace(self, spec: TableSpec, rows: "DataFrame", where: Mapping[str, Value | Sequence[Value]]) -> int:
        """Replace rows of a table that lies aside, as `TableStore.replace` does.

        Raises
        ------
        KeyError
            A table that does not lie aside: a variant must not write it.
        """
        return super().replace(replace(spec, name=self._aside[spec.name]), rows, where)
