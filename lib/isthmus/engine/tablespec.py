"""What a table is: its name, columns with their meaning, key, partitions and checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql.types import DataType, StructField, StructType

from isthmus.engine.ddl import parse_type


def column(name: str, dtype: str | DataType, comment: str, nullable: bool = True) -> StructField:
    """Return a column and what it means; the comment is stored in the table.

    Parameters
    ----------
    name : str
        The column's name.
    dtype : str | DataType
        a Spark type or its DDL text, such as `array<bigint>`.
    comment : str
        What is measured, with its unit.
    nullable : bool, default True
        False refuses rows without a value.
    """
    return StructField(
        name, dtype if isinstance(dtype, DataType) else parse_type(dtype), nullable, {"comment": comment}
    )


@dataclass(frozen=True)
class TableSpec:
    """A table as its writer promises it.

    Parameters
    ----------
    name : str
        The table's name in the store.
    fields : tuple[StructField, ...]
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
    fields: tuple[StructField, ...]
    key: tuple[str, ...]
    comment: str
    partition_by: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> StructType:
        """The columns as a Spark schema."""
        return StructType(list(self.fields))

    @property
    def columns(self) -> list[str]:
        """The column names in order."""
        return [f.name for f in self.fields]
