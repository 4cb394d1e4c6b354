"""`column` and `TableSpec`: what a table is."""

from pyspark.sql import types as T

from isthmus.engine import TableSpec, column


def test_a_column_keeps_its_meaning():
    field = column("weight", "bigint", "works of both", nullable=False)
    assert field == T.StructField("weight", T.LongType(), False, {"comment": "works of both"})


def test_a_column_takes_a_spark_type_as_it_is():
    dtype = T.DecimalType(10, 2)
    assert column("price", dtype, "in euros").dataType is dtype


def test_a_table_lists_its_columns_in_order():
    spec = TableSpec("t", (column("b", "int", "B"), column("a", "string", "A")), ("b",), "A table.")
    assert spec.columns == ["b", "a"]
    assert spec.schema.simpleString() == "struct<b:int,a:string>"
    assert (dict(spec.checks), spec.partition_by) == ({}, ())
