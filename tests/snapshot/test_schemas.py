"""The schema of a parsed line is one thing, in Arrow and in Spark."""

import heapq

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.engine.ddl import spark_fields
from isthmus.snapshot import Part
from isthmus.snapshot.datasource import LARGEST_TASK, SMALLEST_TASK, group_parts
from isthmus.snapshot.fields import KNOWN_FIELDS, NEEDED_FIELDS
from isthmus.snapshot.json.records import RECORDS
from isthmus.snapshot.parquet.shapes import WORK
from isthmus.snapshot.schemas import ENTITIES_SCHEMA, WORKS_SCHEMA, spark_ddl
from isthmus.tables import PARSED_ENTITIES, PARSED_WORKS


def parts(*sizes):
    return [Part("works", str(i), size) for i, size in enumerate(sizes)]


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


@pytest.mark.parametrize("cores", [2, 7, 64])
@given(sizes=st.lists(st.integers(1, 3 * LARGEST_TASK), min_size=1, max_size=60))
@example(sizes=[10 * LARGEST_TASK, *[SMALLEST_TASK // 8] * 700])  # 400,000 records beside hundreds of parts of 500
def test_cores_end_at_the_same_time_but_for_the_last_task(cores, sizes):
    tasks = [sum(part.bytes for part in group.parts) for group in group_parts(parts(*sizes))]
    ends = [0] * cores
    for task in tasks:
        heapq.heapreplace(ends, ends[0] + task)
    # the task that ends last began when no core was idle, and no task is larger than the largest part or 64 MB
    assert max(ends) <= sum(sizes) / cores + max(*sizes, LARGEST_TASK)
    if max(sizes) >= sum(sizes) / cores and max(sizes) > LARGEST_TASK:
        assert tasks[0] == max(sizes), "a part that takes as long as all others begins first"


def test_parts_are_grouped_into_tasks():
    def sizes(groups):
        return [[part.bytes for part in group.parts] for group in groups]

    small = SMALLEST_TASK // 4
    assert sizes(group_parts(parts(*[small] * 6))) == [[small] * 4, [small] * 2]
    assert sizes(group_parts(parts(1, 14 * SMALLEST_TASK, 1, 1))) == [[14 * SMALLEST_TASK], [1, 1], [1]]
    many = group_parts(parts(*[LARGEST_TASK // 2] * 1000))
    assert [len(group.parts) for group in many] == [2] * 500
    assert group_parts([]) == []
    assert {part.path for group in many for part in group.parts} == {str(i) for i in range(1000)}
