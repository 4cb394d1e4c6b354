"""Spark types from their short text and schemas from table specs, without a session (pyspark's parser needs a JVM)."""

from pyspark.sql import types as T

from isthmus.errors import StoreError, did_you_mean
from isthmus.tablespec import TableSpec

PRIMITIVES: dict[str, T.DataType] = {
    "bigint": T.LongType(),
    "int": T.IntegerType(),
    "smallint": T.ShortType(),
    "double": T.DoubleType(),
    "float": T.FloatType(),
    "string": T.StringType(),
    "boolean": T.BooleanType(),
    "date": T.DateType(),
    "timestamp": T.TimestampType(),
    "binary": T.BinaryType(),
}


def parse_type(text: str) -> T.DataType:
    """Return the Spark type of a text such as `array<struct<topic_id:bigint,score:double>>` or `map<string,bigint>`.

    Raises
    ------
    StoreError
        The text names no type.
    """
    text = text.strip()
    lowered = text.lower()
    if lowered in PRIMITIVES:
        return PRIMITIVES[lowered]
    for prefix, build in (("array<", _array), ("struct<", _struct), ("map<", _map)):
        if lowered.startswith(prefix) and text.endswith(">"):
            try:
                return build(_split(text[len(prefix) : -1]))
            except ValueError:  # too few or too many parts
                raise StoreError(
                    f"{text!r} is no column type; expected map<key,value> or struct<name:type,...>"
                ) from None
    raise StoreError(f"{text!r} is no column type; {did_you_mean(lowered, list(PRIMITIVES))}")


def spark_fields(spec: TableSpec) -> list[T.StructField]:
    """Return a table's columns as Spark fields, comments included."""
    return [T.StructField(f.name, parse_type(f.type), f.nullable, {"comment": f.comment}) for f in spec.fields]


def spark_schema(spec: TableSpec) -> T.StructType:
    """Return a table's columns as a Spark schema."""
    return T.StructType(spark_fields(spec))


def _array(parts: list[str]) -> T.DataType:
    return T.ArrayType(parse_type(",".join(parts)))


def _map(parts: list[str]) -> T.DataType:
    key, value = parts
    return T.MapType(parse_type(key), parse_type(value))


def _struct(parts: list[str]) -> T.DataType:
    pairs = (part.replace(":", " ", 1).split(None, 1) for part in parts)
    return T.StructType([T.StructField(name, parse_type(dtype)) for name, dtype in pairs])


def _split(text: str) -> list[str]:
    """Return the parts between commas that stand outside any bracket."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    return [*parts, text[start:].strip()]
