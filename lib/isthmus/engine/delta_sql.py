"""What is asked of and done to a Delta table in SQL, which every session understands: local, cluster and Spark Connect.

A table's name is SQL, too: `catalog.schema.table`, or a path in the form that `of_path` gives it.
"""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NO_TABLE = frozenset({"DELTA_MISSING_DELTA_TABLE", "DELTA_TABLE_NOT_FOUND", "DELTA_PATH_DOES_NOT_EXIST"})
"""How Delta says that at a path there is no table."""


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever letters it has."""
    return "`" + name.replace("`", "``") + "`"


def of_path(path: str) -> str:
    """Return the name of the table that lies at a path."""
    return f"delta.{quoted(path)}"


def is_table(spark: "SparkSession", name: str) -> bool:
    """Whether there is a Delta table at a path.

    Parameters
    ----------
    spark : SparkSession
        The session.
    name : str
        As `of_path` gives it.
    """
    from pyspark.errors import PySparkException

    try:
        detail(spark, name, "format")
    except PySparkException as error:
        if error.getCondition() in NO_TABLE:
            return False
        raise
    return True


def detail(spark: "SparkSession", name: str, *columns: str) -> dict[str, Any]:
    """Return columns of Delta's description of a table: partitions, properties, files, bytes.

    Parameters
    ----------
    spark : SparkSession
        The session.
    name : str
        The table.
    *columns : str
        Those of `DESCRIBE DETAIL` that are wanted.
    """
    found = spark.sql(f"DESCRIBE DETAIL {name}").select(*columns).first()
    return found.asDict() if found else {}


def last_commit(spark: "SparkSession", name: str) -> dict[str, Any]:
    """Return `version` and `operationMetrics` of a table's last commit.

    Parameters
    ----------
    spark : SparkSession
        The session.
    name : str
        The table.
    """
    found = spark.sql(f"DESCRIBE HISTORY {name} LIMIT 1").select("version", "operationMetrics").first()
    return found.asDict() if found else {}


def merge(name: str, rows: "DataFrame", key: Sequence[str]) -> None:
    """Insert rows with new keys into a table and update those with known keys, in one commit.

    Parameters
    ----------
    name : str
        The table.
    rows : DataFrame
        Rows with the table's columns.
    key : Sequence[str]
        The columns that say which row is which; null equals null.
    """
    spark, view = rows.sparkSession, f"isthmus_rows_{uuid.uuid4().hex}"
    rows.createOrReplaceTempView(view)
    try:
        spark.sql(merge_text(name, view, key)).collect()
    finally:
        spark.catalog.dropTempView(view)


def merge_text(name: str, view: str, key: Sequence[str]) -> str:
    """Return the statement that `merge` runs.

    Parameters
    ----------
    name : str
        The table.
    view : str
        Name of the rows to be merged into it.
    key : Sequence[str]
        Columns of the key.
    """
    same = " AND ".join(f"old.{quoted(column)} <=> new.{quoted(column)}" for column in key)
    return (
        f"MERGE INTO {name} AS old USING {view} AS new ON {same} "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )


def optimize(spark: "SparkSession", name: str) -> None:
    """Put small files of a table together.

    Parameters
    ----------
    spark : SparkSession
        The session.
    name : str
        The table.
    """
    spark.sql(f"OPTIMIZE {name}").collect()


def vacuum(spark: "SparkSession", name: str, hours: float) -> None:
    """Remove the files that no version younger than so many hours needs.

    Parameters
    ----------
    spark : SparkSession
        The session.
    name : str
        The table.
    hours : float
        The retention.
    """
    spark.sql(f"VACUUM {name} RETAIN {hours:f} HOURS").collect()
