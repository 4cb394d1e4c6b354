"""The columns of parsed works as expressions of Spark: what its own JSON reader needs to write the same tables."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F

from isthmus.snapshot.schemas import WORK_FIELDS, spark_type

ID_PREFIX_LENGTH = len("https://openalex.org/W")
ID_PATTERN = r"^(?:.*/)?[A-Za-z]?(\d{1,18})$"
DATE_PATTERN = r"^\d{4}-\d{2}-\d{2}$"


def _is_text(dtype: pa.DataType) -> bool:
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_null(dtype))


def spark_name_of(dtype: pa.DataType) -> str:
    """The Spark type that reads a Parquet column of this type."""
    if pa.types.is_struct(dtype):
        return "struct<" + ", ".join(f"{f.name}: {spark_name_of(f.type)}" for f in dtype) + ">"
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        return f"array<{spark_name_of(dtype.value_type)}>"
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
        F.coalesce(item["author"]["orcid"].as_type("string") != "", F.lit(False)).alias("has_orcid"),
    )


class Row(Seen):
    """The columns of a part, each under its own name."""

    def __getitem__(self, name: str) -> Seen:
        """A column; a missing one where the part has none."""
        if self.dtype is None or self.dtype.get_field_index(name) < 0:
            return Seen(F.lit(None), None)
        return Seen(F.col(name), self.dtype.field(name).type)
