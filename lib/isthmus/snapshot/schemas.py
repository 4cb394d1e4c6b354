"""The shape of a parsed record: one Arrow schema per kind of record, and its Spark spelling."""

import pyarrow as pa


def list_of(item: pa.DataType) -> pa.DataType:
    """Return a list whose item carries the name that Spark gives it."""
    return pa.list_(pa.field("element", item))


STRING, INT, BIGINT, DOUBLE, BOOLEAN = pa.string(), pa.int32(), pa.int64(), pa.float64(), pa.bool_()
DATE, TIMESTAMP = pa.date32(), pa.timestamp("us", tz="UTC")
COUNTS = pa.map_(pa.string(), pa.int64())

TOPIC = pa.struct(
    [("topic_id", BIGINT), ("subfield_id", INT), ("field_id", INT), ("domain_id", INT), ("score", DOUBLE)]
)
CONCEPT = pa.struct([("concept_id", BIGINT), ("score", DOUBLE)])
AFFILIATION = pa.struct([("institution_id", BIGINT), ("country_code", STRING)])
AUTHORSHIP = pa.struct(
    [
        ("author_position", STRING),
        ("author_id", BIGINT),
        ("countries", list_of(STRING)),
        ("institutions", list_of(AFFILIATION)),
        ("has_orcid", BOOLEAN),
    ]
)

REJECT = pa.struct([("reason", STRING), ("raw", STRING)])
"""Why a line was rejected, and its first 500 bytes."""

SUMMARY = pa.struct(
    [
        ("read", BIGINT),
        ("inflated", BIGINT),
        ("status", STRING),
        ("message", STRING),
        ("present", COUNTS),
        ("unknown", COUNTS),
        ("set_aside", COUNTS),
        ("bytes", BIGINT),
        ("checksum", STRING),
        ("reader", STRING),
    ]
)
"""One per part: lines read, bytes unpacked, "complete" | "empty" | "damaged", records that have each needed field,
unknown fields among the first 100 lines, values that are none of their kind by field; size and checksum of the file,
and which version of the reader read it."""

ORIGIN = [("entity", STRING), ("part", STRING), ("line", BIGINT)]
OUTCOME = [("reject", REJECT), ("summary", SUMMARY)]

WORK_FIELDS = [
    ("work_id", BIGINT),
    ("updated_date", TIMESTAMP),
    ("publication_year", INT),
    ("publication_date", DATE),
    ("work_type", STRING),
    ("is_retracted", BOOLEAN),
    ("is_paratext", BOOLEAN),
    ("is_xpac", BOOLEAN),
    ("source_id", BIGINT),
    ("source_type", STRING),
    ("primary_topic_id", BIGINT),
    ("primary_subfield_id", INT),
    ("topics", list_of(TOPIC)),
    ("concepts", list_of(CONCEPT)),
    ("authors_count", INT),
    ("authorships", list_of(AUTHORSHIP)),
    ("referenced_works", list_of(BIGINT)),
]

INSTITUTION = pa.struct(
    [
        ("country_code", STRING),
        ("ror", STRING),
        ("institution_type", STRING),
        ("lineage", list_of(BIGINT)),
        ("city", STRING),
        ("region", STRING),
        ("geonames_city_id", BIGINT),
        ("latitude", DOUBLE),
        ("longitude", DOUBLE),
    ]
)
SOURCE = pa.struct([("source_type", STRING), ("issn_l", STRING)])
TOPIC_RECORD = pa.struct(
    [
        ("subfield_id", INT),
        ("subfield_name", STRING),
        ("field_id", INT),
        ("field_name", STRING),
        ("domain_id", INT),
        ("domain_name", STRING),
    ]
)
ENTITY_FIELDS = [
    ("entity_id", BIGINT),
    ("updated_date", TIMESTAMP),
    ("display_name", STRING),
    ("institution", INSTITUTION),
    ("source", SOURCE),
    ("topic", TOPIC_RECORD),
]

WORKS_SCHEMA = pa.schema([*ORIGIN, *WORK_FIELDS, *OUTCOME])
"""A line of works: exactly one of `work_id`, `reject` and `summary` is filled."""

ENTITIES_SCHEMA = pa.schema([*ORIGIN, *ENTITY_FIELDS, *OUTCOME])
"""A line of institutions, sources or topics: exactly one of `entity_id`, `reject` and `summary` is filled."""

_SPARK_NAMES = {
    STRING: "string",
    INT: "int",
    BIGINT: "bigint",
    DOUBLE: "double",
    BOOLEAN: "boolean",
    DATE: "date",
    TIMESTAMP: "timestamp",
}


def schema_of(entity: str) -> pa.Schema:
    """Return the schema of an entity's parsed lines.

    Parameters
    ----------
    entity : str
        One of the needed entities, or several with commas.
    """
    return WORKS_SCHEMA if entity == "works" else ENTITIES_SCHEMA


def spark_type(dtype: pa.DataType) -> str:
    """Return an Arrow type of these schemas in Spark's DDL.

    Parameters
    ----------
    dtype : pyarrow.DataType
        The Arrow type.
    """
    if pa.types.is_struct(dtype):
        inner = (dtype.field(i) for i in range(dtype.num_fields))
        return "struct<" + ", ".join(f"{field.name}: {spark_type(field.type)}" for field in inner) + ">"
    if pa.types.is_list(dtype):
        return f"array<{spark_type(dtype.value_type)}>"
    if pa.types.is_map(dtype):
        return f"map<{spark_type(dtype.key_type)}, {spark_type(dtype.item_type)}>"
    return _SPARK_NAMES[dtype]


def spark_ddl(schema: pa.Schema) -> str:
    """Return a schema in Spark's DDL.

    Parameters
    ----------
    schema : pyarrow.Schema
        The Arrow schema.
    """
    return ", ".join(f"{field.name} {spark_type(field.type)}" for field in schema)
