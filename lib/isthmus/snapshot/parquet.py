"""Works from Parquet parts, by Spark's own reader: only the needed nested columns, in the shape of parsed JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F

from isthmus.errors import SnapshotError
from isthmus.snapshot.filesystem import absolute, open_root
from isthmus.snapshot.footers import Footer, read_footers, summaries
from isthmus.snapshot.model import Snapshot
from isthmus.snapshot.schemas import OUTCOME, WORK_FIELDS, WORKS_SCHEMA, spark_type

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ID_PREFIX_LENGTH = len("https://openalex.org/W")
ID_PATTERN = r"^(?:.*/)?[A-Za-z]?(\d{1,18})$"
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"

Shape = dict[str, "Shape"] | list["Shape"] | str
"""The needed fields: an object, a list of one shape, or a kind of value."""

LEVEL: Shape = {"id": "id"}
TOPIC: Shape = {"id": "id", "score": "number", "subfield": LEVEL, "field": LEVEL, "domain": LEVEL}
SOURCE: Shape = {"id": "id", "type": "text"}
WORK: dict[str, Shape] = {
    "id": "id",
    "updated_date": "time",
    "publication_year": "integer",
    "publication_date": "time",
    "type": "text",
    "is_retracted": "boolean",
    "is_paratext": "boolean",
    "is_xpac": "boolean",
    "primary_location": {"source": SOURCE},
    "host_venue": SOURCE,
    "primary_topic": TOPIC,
    "topics": [TOPIC],
    "concepts": [{"id": "id", "score": "number"}],
    "authors_count": "integer",
    "authorships": [
        {
            "author_position": "text",
            "author": {"id": "id"},
            "institutions": [{"id": "id", "country_code": "text"}],
            "countries": ["text"],
        }
    ],
    "referenced_works": ["id"],
}


def _is_text(dtype: pa.DataType) -> bool:
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_null(dtype))


ACCEPTED: dict[str, Callable[[pa.DataType], bool]] = {
    "id": lambda t: _is_text(t) or pa.types.is_integer(t),
    "text": _is_text,
    "integer": pa.types.is_integer,
    "boolean": pa.types.is_boolean,
    "number": lambda t: _is_text(t) or pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t),
    "time": lambda t: _is_text(t) or pa.types.is_date(t) or pa.types.is_timestamp(t),
}
EXPECTED = {
    "id": "a string or an integer",
    "text": "a string",
    "integer": "an integer",
    "boolean": "a boolean",
    "number": "a number or a string",
    "time": "a date, a timestamp or a string",
}


def prune(dtype: pa.DataType, shape: Shape, file: str, path: str) -> pa.DataType | None:
    """The part of a column's type that is needed; None when nothing of it is there.

    Parameters
    ----------
    dtype : the type as it stands in the file.
    shape : what is needed.
    file, path : for messages.

    Raises
    ------
    SnapshotError : a needed field has another type; names the file, the field, expected and found.

    """
    if isinstance(shape, list):
        if not (pa.types.is_list(dtype) or pa.types.is_large_list(dtype)):
            raise _retyped(file, path, "a list", dtype)
        inner = prune(dtype.value_type, shape[0], file, f"{path}[]")
        return None if inner is None else pa.list_(pa.field("element", inner))
    if isinstance(shape, dict):
        if shape is LEVEL and ACCEPTED["id"](dtype):
            return dtype  # 2024: the number or URL of a subfield instead of an object
        if not pa.types.is_struct(dtype):
            raise _retyped(file, path, "an object", dtype)
        found = {f.name: f.type for f in dtype}
        fields = [
            (name, prune(found[name], each, file, f"{path}.{name}")) for name, each in shape.items() if name in found
        ]
        there = [(name, each) for name, each in fields if each is not None]
        return pa.struct(there) if there else None
    if not ACCEPTED[shape](dtype):
        raise _retyped(file, path, EXPECTED[shape], dtype)
    return dtype


def _retyped(file: str, path: str, expected: str, found: pa.DataType) -> SnapshotError:
    return SnapshotError(
        f"{file}: the field {path.lstrip('.')!r} was expected to be {expected} and is {found}. OpenAlex seems to have "
        "changed its format; this version of Isthmus cannot read it."
    )


def _spark_name(dtype: pa.DataType) -> str:
    """The Spark type that reads a Parquet column of this type."""
    if pa.types.is_struct(dtype):
        return "struct<" + ", ".join(f"{f.name}: {_spark_name(f.type)}" for f in dtype) + ">"
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        return f"array<{_spark_name(dtype.value_type)}>"
    if pa.types.is_timestamp(dtype):
        return "timestamp" if dtype.tz else "timestamp_ntz"
    if pa.types.is_decimal(dtype):
        return f"decimal({dtype.precision},{dtype.scale})"
    if pa.types.is_large_string(dtype) or pa.types.is_null(dtype):
        return "string"
    return _PLAIN[str(dtype)]


_PLAIN = {
    "string": "string",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float": "float",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
}


@dataclass(frozen=True)
class Seen:
    """A field as it stands in the files: its column and its pruned type; without a type the field is not there."""

    column: Column
    dtype: pa.DataType | None

    def __getitem__(self, name: str) -> "Seen":
        """A field of an object; a missing one where the object has none."""
        if self.dtype is None or not pa.types.is_struct(self.dtype) or self.dtype.get_field_index(name) < 0:
            return Seen(F.lit(None), None)
        return Seen(self.column[name], self.dtype.field(name).type)

    def as_type(self, spark_name: str) -> Column:
        """The value, null where the field is not there or does not fit the type."""
        return self.column.cast(spark_name) if self.dtype is None else self.column.try_cast(spark_name)

    def number(self, spark_name: str = "bigint") -> Column:
        """The number of an id."""
        if self.dtype is None or not _is_text(self.dtype):
            value = self.as_type(spark_name)
            return F.when(value >= 0, value)
        regular = F.substr(self.column, F.lit(ID_PREFIX_LENGTH + 1)).try_cast(spark_name)
        # I-1 stands in real rows for an institution that nobody knows
        return F.coalesce(
            F.when(regular >= 0, regular), F.regexp_extract(self.column, ID_PATTERN, 1).try_cast(spark_name)
        )

    def level(self) -> Column:
        """The number of a subfield, field or domain, which is an object or an id."""
        inner = self if self.dtype is None or not pa.types.is_struct(self.dtype) else self["id"]
        return inner.number("int")

    def day(self) -> Column:
        """A date."""
        if self.dtype is not None and _is_text(self.dtype):
            return F.when(self.column.rlike(DATE_PATTERN), self.column.try_cast("date"))
        return self.as_type("date")

    def items(self, build: Callable[["Seen"], Column], element: str, *, keep_null: bool = False) -> Column:
        """The list with each item built anew; null items are left out unless they keep their place."""
        if self.dtype is None:
            return F.lit(None).cast(f"array<{element}>")
        inner = self.dtype.value_type
        present = self.column if keep_null else F.filter(self.column, lambda item: item.isNotNull())
        return F.transform(present, lambda item: build(Seen(item, inner))).cast(f"array<{element}>")


def work_columns(row: Seen) -> dict[str, Column]:
    """The columns of `WORK_FIELDS` from a row of a Parquet part.

    Parameters
    ----------
    row : the columns of the part.

    """
    location, venue = row["primary_location"]["source"], row["host_venue"]
    has_source = F.lit(False) if location.dtype is None else location.column.isNotNull()
    topic, types = row["primary_topic"], {name: spark_type(dtype) for name, dtype in WORK_FIELDS}
    return {
        "work_id": row["id"].number(),
        "updated_date": row["updated_date"].as_type("timestamp"),
        "publication_year": row["publication_year"].as_type("int"),
        "publication_date": row["publication_date"].day(),
        "work_type": row["type"].as_type("string"),
        "is_retracted": row["is_retracted"].as_type("boolean"),
        "is_paratext": row["is_paratext"].as_type("boolean"),
        "is_xpac": row["is_xpac"].as_type("boolean"),
        "source_id": F.when(has_source, location["id"].number()).otherwise(venue["id"].number()),
        "source_type": F.when(has_source, location["type"].as_type("string")).otherwise(
            venue["type"].as_type("string")
        ),
        "primary_topic_id": topic["id"].number(),
        "primary_subfield_id": topic["subfield"].level(),
        "topics": row["topics"].items(_topic, _element(types["topics"])),
        "concepts": row["concepts"].items(_concept, _element(types["concepts"])),
        "authors_count": row["authors_count"].as_type("int"),
        "authorships": row["authorships"].items(_authorship, _element(types["authorships"]), keep_null=True),
        "referenced_works": F.filter(
            row["referenced_works"].items(Seen.number, "bigint"), lambda number: number.isNotNull()
        ),
    }


def _element(array: str) -> str:
    return array.removeprefix("array<").removesuffix(">")


def _topic(item: Seen) -> Column:
    return F.struct(
        item["id"].number().alias("topic_id"),
        item["subfield"].level().alias("subfield_id"),
        item["field"].level().alias("field_id"),
        item["domain"].level().alias("domain_id"),
        item["score"].as_type("double").alias("score"),
    )


def _concept(item: Seen) -> Column:
    return F.struct(item["id"].number().alias("concept_id"), item["score"].as_type("double").alias("score"))


def _affiliation(item: Seen) -> Column:
    country = F.nullif(item["country_code"].as_type("string"), F.lit(""))
    return F.struct(item["id"].number().alias("institution_id"), country.alias("country_code"))


def _authorship(item: Seen) -> Column:
    return F.struct(
        item["author_position"].as_type("string").alias("author_position"),
        item["author"]["id"].number().alias("author_id"),
        item["countries"].items(lambda code: code.as_type("string"), "string").alias("countries"),
        item["institutions"]
        .items(_affiliation, "struct<institution_id: bigint, country_code: string>")
        .alias("institutions"),
    )


def read_parquet_works(spark: "SparkSession", snapshot: Snapshot) -> "DataFrame":
    """The works of a Parquet snapshot in the shape of parsed JSON: records, rejected rows, one summary per part.

    Types are never inferred from one part for another: parts are read together only where their needed columns have
    the same types.

    Parameters
    ----------
    spark : the session.
    snapshot : an open snapshot of Parquet.

    Raises
    ------
    SnapshotError : a needed field has another type in some part.

    """
    footers = read_footers(open_root(snapshot.uri, snapshot.storage), snapshot.parts("works"))
    groups: dict[tuple[int, pa.DataType], list[Footer]] = {}
    for footer in footers:
        if footer.schema is not None:
            pruned = prune(pa.struct(list(footer.schema)), WORK, footer.part.path, "")
            depth = footer.part.path.count("/")
            groups.setdefault((depth, pruned or pa.struct([])), []).append(footer)
    rows = spark.createDataFrame(_outcomes(footers))
    for (depth, pruned), group in groups.items():
        rows = rows.unionByName(_read_alike(spark, snapshot, pruned, depth, group))
    return rows


def _outcomes(footers: list[Footer]) -> pa.Table:
    """The summaries of all parts, and a rejected row for each that cannot be read."""
    damaged = [footer for footer in footers if footer.fault]
    rejects = [None] * len(footers) + [{"reason": footer.fault, "raw": ""} for footer in damaged]
    parts = [footer.part.path for footer in [*footers, *damaged]]
    known = {
        "entity": pa.array(["works"] * len(parts)),
        "part": pa.array(parts, pa.string()),
        "line": pa.array([None] * len(footers) + [1] * len(damaged), pa.int64()),
        "reject": pa.array(rejects, dict(OUTCOME)["reject"]),
        "summary": pa.concat_arrays([summaries(footers), pa.nulls(len(damaged), dict(OUTCOME)["summary"])]),
    }
    return pa.table(
        [known[f.name] if f.name in known else pa.nulls(len(parts), f.type) for f in WORKS_SCHEMA], schema=WORKS_SCHEMA
    )


def _read_alike(
    spark: "SparkSession", snapshot: Snapshot, pruned: pa.DataType, depth: int, footers: list[Footer]
) -> "DataFrame":
    """The rows of parts whose needed columns have the same types and whose paths are equally deep."""
    paths = [spark_path(snapshot.uri, footer.part.path) for footer in footers]
    schema = ", ".join(f"{f.name} {_spark_name(f.type)}" for f in pruned)
    files = spark.read.schema(schema).option("recursiveFileLookup", "true").parquet(*paths)
    columns = work_columns(Row(F.lit(None), pruned))
    identifier = F.col("id").cast("string") if pruned.get_field_index("id") >= 0 else F.lit(None).cast("string")
    is_work = columns["work_id"].isNotNull() & F.substring_index(identifier, "/", -1).startswith("W")
    reason = F.concat(
        F.lit("Expected an OpenAlex id with W and digits, got "),
        F.coalesce(F.concat(F.lit("'"), F.substr(identifier, F.lit(1), F.lit(80)), F.lit("'")), F.lit("`null`")),
        F.lit(" - at `$.id`"),
    )
    bad = ~F.coalesce(is_work, F.lit(False))
    reject = F.when(bad, F.struct(reason.alias("reason"), F.coalesce(identifier, F.lit("")).alias("raw")))
    made = {
        "entity": F.lit("works"),
        "part": F.substring_index("_metadata.file_path", "/", -(depth + 1)),
        "line": F.col("_metadata.row_index") + 1,
        "reject": reject,
        "summary": F.lit(None),
    } | {name: F.when(~bad, value) for name, value in columns.items()}
    return files.select(*(made[f.name].cast(spark_type(f.type)).alias(f.name) for f in WORKS_SCHEMA))


class Row(Seen):
    """The columns of a part, each under its own name."""

    def __getitem__(self, name: str) -> Seen:
        """A column; a missing one where the part has none."""
        if self.dtype is None or self.dtype.get_field_index(name) < 0:
            return Seen(F.lit(None), None)
        return Seen(F.col(name), self.dtype.field(name).type)


def spark_path(uri: str, path: str) -> str:
    """The path of a part as Spark's own readers want it.

    Parameters
    ----------
    uri : the snapshot's root.
    path : the part's path under it.

    """
    root = absolute(uri)
    scheme, separator, rest = root.partition("://")
    if not separator:
        return f"file://{root}/{path}" if path else f"file://{root}"
    return f"{'s3a' if scheme == 's3' else scheme}://{rest.rstrip('/')}/{path}"
