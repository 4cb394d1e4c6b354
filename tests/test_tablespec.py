"""`column` and `TableSpec`: what a table is."""

from pyspark.sql import types as T

from isthmus.engine.ddl import spark_fields, spark_schema
from isthmus.tablespec import TableSpec, column


def test_a_column_keeps_its_meaning():
    field = column("weight", "bigint", "works of both", nullable=False)
    assert (field.name, field.type, field.nullable, field.comment) == ("weight", "bigint", False, "works of both")
    [spark] = spark_fields(TableSpec("t", (field,), ("weight",), "A table."))
    assert spark == T.StructField("weight", T.LongType(), False, {"comment": "works of both"})


def test_a_table_lists_its_columns_in_order():
    spec = TableSpec("t", (column("b", "int", "B"), column("a", "string", "A")), ("b",), "A table.")
    assert spec.columns == ["b", "a"]
    assert spark_schema(spec).simpleString() == "struct<b:int,a:string>"
    assert (dict(spec.checks), spec.partition_by) == ({}, ())
