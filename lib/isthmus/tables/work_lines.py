"""The table `work_lines`: every line of works by number, with what decides which record of an id becomes rows."""

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F

from isthmus.engine import TableStore
from isthmus.snapshot.schemas import BIGINT, INT, REJECT, STRING, SUMMARY, TIMESTAMP, list_of, spark_type
from isthmus.tables.completeness import number_filled
from isthmus.tables.writing import Written, write
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FILE = pa.struct([("table", STRING), ("name", STRING), ("bytes", BIGINT), ("rows", BIGINT), ("stats", STRING)])
"""A file with rows of a part: its table, name and size, and what the Delta log says of it."""

WORK_LINES_SCHEMA = pa.schema(
    [
        ("entity", STRING),
        ("part", STRING),
        ("line", BIGINT),
        ("work_id", BIGINT),
        ("updated_date", TIMESTAMP),
        ("publication_year", INT),
        ("completeness", INT),
        ("reject", REJECT),
        ("summary", SUMMARY),
        ("files", list_of(FILE)),
    ]
)
"""A line: a record (`work_id` is filled), a rejected line, or the summary of a part with the files of its rows."""

COMMENTS = {
    "entity": "works",
    "part": "path of the part under the snapshot's root",
    "line": "number of the line in its part, from 1 (of a Parquet part: of the row)",
    "work_id": "number of the OpenAlex work",
    "updated_date": "when OpenAlex last changed the record",
    "publication_year": "as shipped",
    "completeness": "number of fields that are filled",
    "reject": "why the line was rejected, and its first 500 bytes",
    "summary": "at the end of a part: lines read, bytes unpacked, damage, fields present and unknown",
    "files": "at the end of a part: files of works, authorships and citations that its task wrote",
}

WORK_LINES = TableSpec(
    name="work_lines",
    fields=tuple(column(field.name, spark_type(field.type), COMMENTS[field.name]) for field in WORK_LINES_SCHEMA),
    key=("entity", "part", "line"),
    comment="The lines of all parts of works: number, id and age of each record, rejected lines, part summaries.",
)


def write_work_lines(store: TableStore, staging: TableSpec) -> Written:
    """Write `work_lines` from a staging table that holds all lines of works.

    Parameters
    ----------
    store : TableStore
        The tables.
    staging : TableSpec
        The staging table.
    """
    return write(store, WORK_LINES, work_lines_rows(store.read(staging)))


def work_lines_rows(parsed: "DataFrame") -> "DataFrame":
    """Return the rows of `work_lines`; no file holds their rows.

    Parameters
    ----------
    parsed : DataFrame
        Parsed lines of works, or rows of a staging table that knows their `completeness`.
    """
    filled = F.col("completeness") if "completeness" in parsed.columns else number_filled()
    known = parsed.withColumn("completeness", F.when(F.col("work_id").isNotNull(), filled))
    none = F.lit(None).cast(spark_type(WORK_LINES_SCHEMA.field("files").type)).alias("files")
    return known.select(*(none if name == "files" else name for name in WORK_LINES.columns))
