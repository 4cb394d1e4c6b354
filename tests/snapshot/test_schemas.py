"""The schema of a parsed line is one thing, in Arrow and in Spark."""

import pytest

from isthmus.engine.ddl import spark_fields
from isthmus.snapshot import Part
from isthmus.snapshot.datasource import LARGEST_TASK, SMALLEST_TASK, group_parts
from isthmus.snapshot.fields import KNOWN_FIELDS, NEEDED_FIELDS
from isthmus.snapshot.json.records import RECORDS
from isthmus.snapshot.parquet.shapes import WORK
from isthmus.snapshot.schemas import ENTITIES_SCHEMA, WORKS_SCHEMA, spark_ddl
from isthmus.tables import PARSED_ENTITIES, PARSED_WORKS


@pytest.mark.parametrize(("schema", "spec"), [(WORKS_SCHEMA, PARSED_WORKS), (ENTITIES_SCHEMA, PARSED_ENTITIES)])
def test_arrow_and_spark_agree(schema, spec):
    from pyspark.sql.pandas.types import to_arrow_schema
    from pyspark.sql.types import StructField, StructType

    plain = StructType([StructField(f.name, f.dataType) for f in spark_fields(spec)])
    assert to_arrow_schema(plain, timezone="UTC").equals(schema)
    assert spark_ddl(schema).startswith("entity string, part string, line bigint, ")


def test_needed_fields_are_parsed_and_known():
    for entity, record in RECORDS.items():
        assert set(NEEDED_FIELDS[entity]) <= set(record.__struct_fields__)
        assert set(record.__struct_fields__) <= KNOWN_FIELDS[entity]
    assert set(WORK) == set(RECORDS["works"].__struct_fields__)


def test_parts_are_grouped_into_tasks():
    def parts(*sizes):
        return [Part("works", str(i), size) for i, size in enumerate(sizes)]

    def sizes(groups):
        return [[part.bytes for part in group.parts] for group in groups]

    small = SMALLEST_TASK // 4
    assert sizes(group_parts(parts(*[small] * 6))) == [[small] * 4, [small] * 2]
    assert sizes(group_parts(parts(1, 14 * SMALLEST_TASK, 1, 1))) == [[14 * SMALLEST_TASK], [1, 1], [1]]
    many = group_parts(parts(*[LARGEST_TASK // 2] * 1000))
    assert [len(group.parts) for group in many] == [2] * 500
    assert group_parts([]) == []
    assert {part.path for group in many for part in group.parts} == {str(i) for i in range(1000)}
