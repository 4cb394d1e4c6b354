"""Tables in a folder: written and read as files, and by Spark's own part of Delta, in turns; the rows are the same."""

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chispa import assert_df_equality
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import functions as F

from isthmus.engine import TableStore, folder_tables
from isthmus.engine.checks import checked
from isthmus.errors import StoreError
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

SIZES = TableSpec(
    name="sizes",
    fields=(
        column("study", "string", "the study", False),
        column("year", "smallint", "the year"),
        column("size", "double", "a size"),
        column("parts", "array<struct<name:string,share:double>>", "of what it is made"),
        column("seen", "timestamp", "when it was seen"),
    ),
    key=("study", "year"),
    comment="One row per study and year.",
    checks={"not_negative": "size IS NULL OR size >= 0"},
)
BY_STUDY = TableSpec("sizes_by_study", SIZES.fields, SIZES.key, SIZES.comment, ("study",), SIZES.checks)
TYPES = "study string, year int, size double, parts array<struct<name:string,share:double>>, seen timestamp"
A = ("a", 2020, 1.5, [("x", 0.5)], datetime(2026, 1, 2, 3, 4, 5))
B = ('b % "=/', None, None, None, None)


@pytest.fixture
def rows(spark):
    return lambda *values: spark.createDataFrame(list(values), TYPES)


def by_delta(store):
    """The same tables, as they are written and read where their files cannot be seen."""
    other = TableStore(store.spark, store.location)
    other.has_files = False
    return other


@pytest.mark.parametrize("spec", [SIZES, BY_STUDY], ids=lambda spec: spec.name)
def test_both_ways_write_and_read_the_same_table_and_may_alternate(store, rows, spec):
    ways = [store, by_delta(store)]
    for write in (*ways, *ways):
        write.replace(spec, rows(A, ("a", 2021, 2.5, [], None)), {"study": "a"})
        write.replace(spec, rows(B), {"study": B[0]})
        one, other = (read.read(spec) for read in ways)
        assert_df_equality(one, other, ignore_row_order=True, ignore_nullable=True)
        assert one.count() == 3
    store.append(spec, rows(("c", 1, 1.0, None, None)))
    assert DeltaTable(store.path(spec)).to_pyarrow_table().num_rows == 4 == by_delta(store).read(spec).count()
    store.overwrite(spec, rows())
    assert [read.read(spec).count() for read in ways] == [0, 0]


def test_a_file_with_rows_that_stay_is_left_to_delta(store, rows):
    store.overwrite(SIZES, rows(A, ("z", 2020, 1.0, None, None)).coalesce(1))
    table = folder_tables.opened(store.path(SIZES))
    assert folder_tables.matching(table, {"study": "a"}) is None
    assert folder_tables.matching(table, {"study": "zz"}) == []
    assert len(folder_tables.matching(table, {"year": [2020, 2021]})) == 1
    store.replace(SIZES, rows(("a", 1999, 0.0, None, None)), {"study": "a"})
    assert sorted((r.study, r.year) for r in store.read(SIZES).collect()) == [("a", 1999), ("z", 2020)]


def test_rows_that_are_marked_as_deleted_stay_deleted(spark, store, rows):
    store.overwrite(SIZES, rows(A, ("z", 2020, 1.0, None, None)).coalesce(1))
    table = store.sql_name(SIZES)
    spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ('delta.enableDeletionVectors' = true)")
    spark.sql(f"DELETE FROM {table} WHERE study = 'z'")
    assert folder_tables.opened(store.path(SIZES)) is None
    assert [r.study for r in store.read(SIZES).collect()] == ["a"]
    store.append(SIZES, rows(B))
    assert {r.study for r in store.read(SIZES).collect()} == {"a", B[0]}


def test_a_table_that_tells_its_changes_is_left_to_delta(spark, store, rows):
    """A commit of files alone would not say which rows came and went."""
    store.overwrite(BY_STUDY, rows(A))
    spark.sql(f"ALTER TABLE {store.sql_name(BY_STUDY)} SET TBLPROPERTIES ('delta.enableChangeDataFeed' = true)")
    assert folder_tables.opened(store.path(BY_STUDY)) is None
    store.replace(BY_STUDY, rows(("a", 1999, 0.0, None, None)), {"study": "a"})
    changes = spark.read.option("readChangeFeed", True).option("startingVersion", store.version(BY_STUDY))
    found = changes.format("delta").load(store.path(BY_STUDY)).select("_change_type", "year").collect()
    assert sorted((row._change_type, row.year) for row in found) == [("delete", 2020), ("insert", 1999)]


def test_what_a_killed_run_left_is_not_of_the_table(store, rows):
    store.overwrite(BY_STUDY, rows(A))
    folder = Path(store.path(BY_STUDY))
    (kept,) = folder.glob("study=a/*.parquet")
    scratch = folder / folder_tables.SCRATCH / "0" / "study=a"
    scratch.mkdir(parents=True)
    (scratch / "part-0.parquet").write_bytes(kept.read_bytes())
    (folder / "study=a" / "moved-but-not-committed.parquet").write_bytes(kept.read_bytes())
    assert store.read(BY_STUDY).count() == 1
    store.append(BY_STUDY, rows(A))
    assert store.read(BY_STUDY).count() == 2
    assert not (folder / folder_tables.SCRATCH).exists()


def test_a_refused_row_leaves_no_file(store, rows):
    store.overwrite(BY_STUDY, rows(A))
    version = store.version(BY_STUDY)
    with pytest.raises(StoreError, match=r"not_negative \(size IS NULL OR size >= 0\) violated"):
        store.append(BY_STUDY, rows(A, ("a", 1, -1.0, None, None)))
    assert (store.version(BY_STUDY), store.read(BY_STUDY).count()) == (version, 1)
    assert len(list(Path(store.path(BY_STUDY)).rglob("*.parquet"))) == 1


def test_a_row_is_checked_as_it_is_written_and_not_before_a_join_leaves_it_out(spark, rows):
    bad = ("b", 1, -1.0, None, None)
    chosen = spark.createDataFrame([("a",)], "study string")
    kept = checked(rows(A, bad).join(chosen, "study").select(*SIZES.columns), SIZES, {})
    assert [r.study for r in kept.collect()] == ["a"]
    late = checked(rows(A, bad), SIZES, {}).join(chosen, "study")
    with pytest.raises(Exception, match="CHECK constraint not_negative"):
        late.collect()


def test_a_check_that_is_unknown_does_not_hold(rows):
    spec = TableSpec("t", SIZES.fields, SIZES.key, "rows", (), {"positive": "size > 0"})
    with pytest.raises(
        Exception, match=r"CHECK constraint positive \(size > 0\) violated by row with values:\n - size : null"
    ):
        checked(rows(B), spec, {}).collect()


def test_statistics_are_those_that_delta_writes(store, spark):
    spec = TableSpec(
        "kinds",
        tuple(column(name, name, name) for name in ("bigint", "double", "string", "date", "boolean")),
        ("bigint",),
        "One row per number.",
    )
    values = [
        (3, 1.5, "b", date(2020, 2, 3), True),
        (-4, None, "a" * 40, None, None),
        (7, 2.5, "c", date(1999, 1, 1), False),
    ]
    frame = spark.createDataFrame(values, "bigint bigint, double double, string string, date date, boolean boolean")
    by_delta(store).overwrite(spec, frame.coalesce(1))
    (delta,) = (json.loads(a["stats"]) for a in _added(store.path(spec)))
    store.overwrite(spec, frame.coalesce(1))
    (own,) = (json.loads(a["stats"]) for a in _added(store.path(spec)))
    assert (own["numRecords"], own["nullCount"]) == (delta["numRecords"], delta["nullCount"])
    for kind in ("minValues", "maxValues"):
        assert own[kind].items() <= delta[kind].items()
        assert set(delta[kind]) - set(own[kind]) <= {"string"}  # one is too long to be told exactly


def _added(folder):
    """The files that the last commit added."""
    last = max(Path(folder, "_delta_log").glob("*.json"))
    return [action["add"] for action in map(json.loads, last.read_text().splitlines()) if "add" in action]


@given(st.lists(st.one_of(st.none(), st.floats(), st.text(max_size=40), st.integers(-(2**60), 2**60)), max_size=5))
def test_bounds_hold_all_values(values):
    for kind in (float, str, int):
        column_ = [v for v in values if v is None or type(v) is kind]
        buffer = pa.BufferOutputStream()
        pq.write_table(
            pa.table({"v": pa.array(column_, {float: pa.float64(), str: pa.string(), int: pa.int64()}[kind])}), buffer
        )
        found = folder_tables.statistics(pa.BufferReader(buffer.getvalue()))
        assert found["numRecords"] == len(column_)
        assert found["nullCount"].get("v", 0) == (sum(v is None for v in column_) if column_ else 0)
        if "v" in found["minValues"]:
            assert all(
                found["minValues"]["v"] <= v <= found["maxValues"]["v"] for v in column_ if v is not None and v == v
            )


@pytest.mark.parametrize(
    ("path", "columns", "expected"),
    [
        ("part-0.parquet", (), {}),
        ("study=a%20%2F%3D/part-0.parquet", ("study",), {"study": "a /="}),
        ("study=__HIVE_DEFAULT_PARTITION__/year=2020/p.parquet", ("study", "year"), {"study": None, "year": "2020"}),
    ],
)
def test_partition_values_stand_in_the_path(path, columns, expected):
    assert folder_tables.partition_values(path, columns) == expected


def test_a_write_and_a_read_ask_for_one_query_each(spark, store, rows):
    """What Spark's part of Delta asks besides is why tables in folders are written and read as files."""
    executions = spark._jsparkSession.sharedState().statusStore().executionsCount
    store.replace(BY_STUDY, rows(A), {"study": "a"})
    for _ in range(2):
        before = executions()
        store.replace(BY_STUDY, rows(A), {"study": "a"})
        assert executions() - before == 1
        assert store.read(BY_STUDY).agg(F.sum("size")).first()[0] == 1.5
        assert executions() - before == 2
