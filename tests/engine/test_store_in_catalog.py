"""`TableStore` in a catalog: the same promises for `catalog.schema`."""

import pytest

from isthmus.engine import TableStore
from isthmus.errors import StoreError
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

PAIR_TESTS = TableSpec(
    name="ties",
    fields=(column("study", "string", "the study", False), column("weight", "bigint", "works of both")),
    key=("study",),
    comment="Ties.",
    partition_by=("study",),
    checks={"weight_positive": "weight > 0"},
)


@pytest.fixture
def catalog_store(spark, tmp_path):
    """A store in a schema of Spark's own catalog, dropped afterwards."""
    spark.sql(f"CREATE SCHEMA isthmus_test LOCATION '{tmp_path}/schema'")
    yield TableStore(spark, "spark_catalog.isthmus_test")
    spark.sql("DROP SCHEMA isthmus_test CASCADE")


@pytest.fixture
def rows(spark):
    return lambda *values: spark.createDataFrame(list(values), "study string, weight int").coalesce(1)


def content(store):
    return sorted(map(tuple, store.read(PAIR_TESTS).collect()))


def test_tables_are_written_replaced_merged_and_kept_as_promised(spark, catalog_store, rows):
    store = catalog_store
    assert store.in_catalog
    assert not store.exists(PAIR_TESTS)
    assert store.version(PAIR_TESTS) is None

    assert store.overwrite(PAIR_TESTS, rows(("a", 1), ("b", 2))) == 1
    store.replace(PAIR_TESTS, rows(("a", 3)), {"study": "a"})
    assert content(store) == [("a", 3), ("b", 2)]
    store.merge(PAIR_TESTS, rows(("b", 4), ("c", 5)))
    assert content(store) == [("a", 3), ("b", 4), ("c", 5)]

    store.overwrite(PAIR_TESTS, rows(("e", 7)))
    assert content(store) == [("e", 7)]
    with pytest.raises(StoreError, match=r"table 'ties' refuses a row, .*weight_positive"):
        store.overwrite(PAIR_TESTS, rows(("e", -1)))
    assert content(store) == [("e", 7)]

    described = {r.col_name: r for r in spark.sql("DESCRIBE EXTENDED isthmus_test.ties").collect()}
    assert described["weight"].comment == "works of both"
    assert described["Comment"].data_type == "Ties."
    assert spark.sql("DESCRIBE DETAIL isthmus_test.ties").first().partitionColumns == ["study"]


def test_a_table_of_a_catalog_has_no_path(catalog_store):
    with pytest.raises(StoreError, match=r"spark_catalog\.isthmus_test is a catalog: its tables have no path"):
        catalog_store.path(PAIR_TESTS)


def test_a_missing_table_is_named_with_its_schema(catalog_store):
    with pytest.raises(StoreError, match=r"table 'ties' does not exist in spark_catalog\.isthmus_test"):
        catalog_store.read(PAIR_TESTS)
