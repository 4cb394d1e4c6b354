"""What is asked of and done to Delta tables in SQL, on literal tables of the local session."""

from types import SimpleNamespace

import pytest
from chispa import assert_df_equality
from pyspark.errors import ParseException

from isthmus.engine import delta_sql

pytestmark = pytest.mark.spark

COLUMNS = "code string, year int, weight bigint"


VIEW = "isthmus_rows_1"


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """Rows to be merged have one name."""
    monkeypatch.setattr(delta_sql.uuid, "uuid4", lambda: SimpleNamespace(hex="1"))


@pytest.fixture
def table(spark, tmp_path):
    """The name of a table of three rows, in a folder whose name needs quoting."""
    folder = f"{tmp_path}/it's {{a}} `table`"
    rows = spark.createDataFrame([("CN", 1, 10), ("US", 1, 20), (None, 1, 30)], COLUMNS)
    rows.coalesce(1).write.format("delta").save(folder)
    return delta_sql.of_path(folder)


def test_the_text_of_a_merge():
    assert delta_sql.merge_text("delta.`/a`", "rows", ["code", "a`b"]) == (
        "MERGE INTO delta.`/a` AS old USING rows AS new ON old.`code` <=> new.`code` AND old.`a``b` <=> new.`a``b` "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )


def test_a_merge_updates_known_keys_null_among_them_and_inserts_new_ones(spark, table):
    new = spark.createDataFrame([(None, 1, 31), ("US", 2, 22), ("CN", 1, 11)], COLUMNS)
    delta_sql.merge(table, new, ["code", "year"])
    expected = [("CN", 1, 11), ("US", 1, 20), ("US", 2, 22), (None, 1, 31)]
    found = spark.sql(f"SELECT * FROM {table}")
    assert_df_equality(found, spark.createDataFrame(expected, COLUMNS), ignore_row_order=True)
    assert not spark.catalog.tableExists(VIEW)
    commit = delta_sql.last_commit(spark, table)
    assert commit["version"] == 1
    assert (
        commit["operationMetrics"]["numTargetRowsInserted"],
        commit["operationMetrics"]["numTargetRowsUpdated"],
    ) == (
        "1",
        "2",
    )


def test_a_merge_that_fails_leaves_no_view_and_no_row(spark, table):
    twice = spark.createDataFrame([("CN", 1, 1), ("CN", 1, 2)], COLUMNS)
    with pytest.raises(Exception, match="DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE"):
        delta_sql.merge(table, twice, ["code"])
    assert not spark.catalog.tableExists(VIEW)
    assert delta_sql.last_commit(spark, table)["version"] == 0


def test_what_is_no_table_is_none_and_other_errors_are_errors(spark, table, tmp_path):
    assert delta_sql.is_table(spark, table)
    (tmp_path / "log" / "_delta_log").mkdir(parents=True)
    spark.range(1).write.parquet(f"{tmp_path}/parquet")
    for name in ("nothing", "log", "parquet"):
        assert not delta_sql.is_table(spark, delta_sql.of_path(f"{tmp_path}/{name}"))
    with pytest.raises(ParseException):
        delta_sql.is_table(spark, "no name")


def test_small_files_become_one_and_the_old_ones_go(spark, table):
    spark.sql(f"INSERT INTO {table} VALUES ('DE', 1, 5)")
    assert delta_sql.detail(spark, table, "numFiles", "partitionColumns") == {"numFiles": 2, "partitionColumns": []}
    delta_sql.optimize(spark, table)
    assert delta_sql.detail(spark, table, "numFiles") == {"numFiles": 1}
    delta_sql.vacuum(spark, table, 168.5)
    assert spark.sql(f"SELECT weight FROM {table}").count() == 4
