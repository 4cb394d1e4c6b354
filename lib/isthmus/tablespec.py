"""What a table is: its name, columns with their meaning, key, partitions and checks. Nothing here knows Spark."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column and what it means.

    Parameters
    ----------
    name : str
        The column's name.
    type : str
        Its Spark type as text, such as `bigint` or `array<struct<topic_id:bigint,score:double>>`.
    comment : str
        What is measured, with its unit; it is stored in the table.
    nullable : bool, default True
        False refuses rows without a value.
    """

    name: str
    type: str
    comment: str
    nullable: bool = True


def column(name: str, type: str, comment: str, nullable: bool = True) -> Column:
    """Return a column; see `Column`."""
    return Column(name, type, comment, nullable)


@dataclass(frozen=True)
class TableSpec:
    """A table as its writer promises it.

    Parameters
    ----------
    name : str
        The table's name in the store; it says what a row is.
    fields : tuple[Column, ...]
        Columns made by `column`.
    key : tuple[str, ...]
        Columns that identify a row.
    comment : str
        One sentence on what a row is.
    partition_by : tuple[str, ...], optional
        Columns that divide the files.
    checks : Mapping[str, str], optional
        name -> SQL condition that every row must satisfy (a Delta CHECK constraint).
    """

    name: str
    fields: tuple[Column, ...]
    key: tuple[str, ...]
    comment: str
    partition_by: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The column names in order."""
        return [f.name for f in self.fields]
