"""`TableStore` under a folder: what is written, what is kept, what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.errors import NumberFormatException

from isthmus.engine import TableStore
from isthmus.engine.ddl import spark_schema
from isthmus.errors import StoreError
from isthmus.tablespec import TableSpec, column

pytestmark = pytest.mark.spark

TIES = TableSpec(
    name="ties",
    fields=(
        column("study", "string", 'the study\'s "name" \\ `as` it is', False),
        column("src", "string", "the first country"),
        column("weight", "bigint", "works of both", False),
    ),
    key=("study", "src"),
    comment="One row per study's tie.",
    partition_by=("study",),
    checks={"weight_positive": "weight > 0", "no_quote": "src IS NULL OR src <> 'it\\'s'"},
)
ROWS = "study string, src string, weight int"


@pytest.fixture
def rows(spark):
    """Rows of the table, the weight narrower than the table's."""
    return lambda *values: spark.createDataFrame(list(values), ROWS).coalesce(1)


def content(store, table=TIES):
    return sorted((tuple(row) for row in store.read(table).collect()), key=str)


def test_before_anything_is_written_a_table_is_missing(store):
    assert not store.exists(TIES)
    assert store.version(TIES) is None
    with pytest.raises(
        StoreError, match=r"table 'ties' does not exist in .*warehouse\. Run the stage that writes it first"
    ):
        store.read("ties")


def test_a_table_is_made_although_a_run_was_killed_as_it_made_it(store):
    Path(store.path(TIES), "_delta_log", "_staged_commits").mkdir(parents=True)
    store.require_defined(TIES)
    assert (store.version(TIES), content(store)) == (0, [])
    assert TableStore(store.spark, store.location).fits(TIES)


def test_overwrite_makes_the_table_as_promised(spark, store, rows):
    version = store.overwrite(TIES, rows(("a", "CN", 1), ("b", None, 2)).select("weight", "src", "study"))
    assert version == store.version("ties") == 1
    assert store.rows_written(TIES) == 2
    expected = spark.createDataFrame([("a", "CN", 1), ("b", None, 2)], spark_schema(TIES))
    assert_df_equality(store.read(TIES), expected, ignore_row_order=True, ignore_nullable=True)  # comments included
    with_delta = spark.read.format("delta").load(store.path(TIES))
    assert_df_equality(with_delta, expected, ignore_row_order=True)  # NOT NULL, too

    described = {r.col_name: r for r in spark.sql(f"DESCRIBE EXTENDED delta.`{store.path(TIES)}`").collect()}
    assert {f.name: described[f.name].comment for f in TIES.fields} == {f.name: f.comment for f in TIES.fields}
    assert described["Comment"].data_type == "One row per study's tie."
    assert "delta.constraints.weight_positive=weight > 0" in described["Table Properties"].data_type
    detail = spark.sql(f"DESCRIBE DETAIL delta.`{store.path(TIES)}`").first()
    assert detail.partitionColumns == ["study"]

    assert store.overwrite(TIES, rows(("c", "FR", 3))) == 2
    assert content(store) == [("c", "FR", 3)]


class TestReplace:
    """Rows of one study, and no others."""

    def test_it_keeps_the_rows_of_other_studies_and_can_be_repeated(self, store, rows):
        name = 'o\'hara \\ `x` "y" % é'
        store.replace(TIES, rows((name, "CN", 1), (name, "DE", 2)), {"study": name})
        store.replace(TIES, rows(("b", "CN", 3)), {"study": "b"})
        for _ in range(2):
            store.replace(TIES, rows((name, "FR", 4)), {"study": name})
            assert content(store) == [("b", "CN", 3), (name, "FR", 4)]
        assert store.rows_written(TIES) == 1

    def test_it_takes_several_columns_and_lists(self, store, rows):
        store.overwrite(TIES, rows(("a", "CN", 1), ("a", "DE", 2), ("a", "FR", 2), ("b", "CN", 2)))
        store.replace(TIES, rows(("a", "CN", 2)), {"study": "a", "src": ["CN", "DE"], "weight": [1, 2]})
        assert content(store) == [("a", "CN", 2), ("a", "FR", 2), ("b", "CN", 2)]

    def test_it_refuses_rows_of_another_study(self, store, rows):
        store.replace(TIES, rows(("a", "CN", 1)), {"study": "a"})
        with pytest.raises(StoreError, match="table 'ties' refuses a row, and nothing was written") as caught:
            store.replace(TIES, rows(("a", "DE", 1), ("b", "CN", 2)), {"study": "a"})
        assert "study : b" in str(caught.value)
        assert content(store) == [("a", "CN", 1)]

    @pytest.mark.parametrize("where", [{}, {"study": []}, {"study": "a", "src": ()}])
    def test_without_a_condition_it_does_nothing(self, store, rows, where):
        with pytest.raises(StoreError, match="replace needs a condition; use overwrite"):
            store.replace(TIES, rows(("a", "CN", 1)), where)
        assert not store.exists(TIES)


def test_merge_inserts_new_keys_and_updates_known_ones_and_append_only_adds(store, rows):
    store.merge(TIES, rows(("a", "CN", 1), ("a", None, 2)))
    version = store.merge(TIES, rows(("a", None, 3), ("b", "CN", 4)))
    assert content(store) == [("a", "CN", 1), ("a", None, 3), ("b", "CN", 4)]
    assert version == store.version(TIES) == 2
    store.append(TIES, rows(("a", "CN", 1)))
    assert content(store) == [("a", "CN", 1), ("a", "CN", 1), ("a", None, 3), ("b", "CN", 4)]
    assert (store.version(TIES), store.rows_written(TIES)) == (3, 1)


class TestRefusals:
    """Bad rows and bad columns; nothing of them is written."""

    def test_a_row_that_breaks_a_check(self, store, rows):
        store.overwrite(TIES, rows(("a", "CN", 1)))
        writes = (
            lambda bad: store.overwrite(TIES, bad),
            lambda bad: store.replace(TIES, bad, {"study": "a"}),
            lambda bad: store.merge(TIES, bad),
            lambda bad: store.append(TIES, bad),
        )
        for write in writes:
            with pytest.raises(StoreError) as caught:
                write(rows(("a", "DE", 0)))
            message = str(caught.value)
            assert message.startswith("table 'ties' refuses a row, and nothing was written: ")
            assert "CHECK constraint weight_positive (weight > 0) violated" in message
            assert message.endswith("- weight : 0")
        with pytest.raises(StoreError, match="CHECK constraint no_quote"):
            store.append(TIES, rows(("a", "it's", 1)))
        assert content(store) == [("a", "CN", 1)]

    def test_a_row_without_a_required_value(self, store, rows):
        with pytest.raises(StoreError, match=r"refuses a row, .*: NOT NULL constraint violated for column: study"):
            store.overwrite(TIES, rows((None, "CN", 1)))

    def test_a_value_that_does_not_fit_the_column(self, spark, store):
        words = spark.createDataFrame([("a", "CN", "many")], "study string, src string, weight string")
        with pytest.raises(NumberFormatException, match="CAST_INVALID_INPUT"):
            store.overwrite(TIES, words)
        assert content(store) == []

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (["study", "src"], "missing: ['weight'], unknown: none"),
            (["study", "src", "weight", "year"], "missing: none, unknown: ['year']"),
            (["study", "src", "wieght"], "missing: ['weight'], unknown: ['wieght']; did you mean 'weight'?"),
            (["study", "SRC", "weight"], "missing: ['src'], unknown: ['SRC']; did you mean 'src'?"),
        ],
    )
    def test_columns_missing_or_unknown(self, spark, store, columns, message):
        given = spark.createDataFrame([(1,) * len(columns)], columns)
        with pytest.raises(StoreError) as caught:
            store.overwrite(TIES, given)
        assert str(caught.value) == f"table 'ties' expects the columns ['study', 'src', 'weight']; {message}"


class TestChangedColumns:
    """A table that an earlier version of the library wrote."""

    WIDER = replace(
        TIES, fields=(*TIES.fields[:2], column("weight", "double", "w"), column("year", "int", "y")), checks={}
    )

    @pytest.fixture
    def wider_rows(self, spark):
        return spark.createDataFrame([("a", "CN", 0.5, 2021)], "study string, src string, weight double, year int")

    def test_what_would_keep_rows_refuses_them_and_overwrite_takes_them(self, store, rows, wider_rows):
        store.overwrite(TIES, rows(("a", "CN", 1)))
        for write in (
            lambda: store.replace(self.WIDER, wider_rows, {"study": "a"}),
            lambda: store.merge(self.WIDER, wider_rows),
            lambda: store.append(self.WIDER, wider_rows),
        ):
            with pytest.raises(StoreError, match=r"table 'ties' in .* was written with other columns") as caught:
                write()
            assert "[('weight', 'bigint'), ('weight', 'double'), ('year', 'int')]" in str(caught.value)
            assert "delete the table and run its stage again" in str(caught.value)
        assert content(store) == [("a", "CN", 1)]
        store.overwrite(self.WIDER, wider_rows)
        assert content(store) == [("a", "CN", 0.5, 2021)]
        store.overwrite(TIES, rows(("a", "CN", 1)))
        assert content(store) == [("a", "CN", 1)]


class TestLocations:
    """Where a store may lie."""

    @pytest.mark.parametrize(
        ("location", "in_catalog", "in_folder"),
        [
            ("main.isthmus", True, False),
            ("spark_catalog.default", True, False),
            ("warehouse", False, True),
            ("./warehouse.old", False, True),
            ("/data/warehouse.old", False, True),
            ("s3a://bucket/isthmus.v2", False, False),
            ("dbfs:/isthmus", False, False),
            ("a.b.c", False, True),
            ("2026.data", False, True),
            ("", False, True),
        ],
    )
    def test_two_plain_names_are_a_catalog_and_a_schema(self, spark, location, in_catalog, in_folder):
        store = TableStore(spark, location)
        assert (store.in_catalog, store.in_folder) == (in_catalog, in_folder)

    def test_another_store_sees_what_was_written(self, spark, store, rows):
        store.replace(TIES, rows(("a", "CN", 1)), {"study": "a"})
        other = TableStore(spark, store.location)
        assert (other.exists(TIES), other.version(TIES), other.rows_written("ties")) == (True, 1, 1)
        assert content(other) == [("a", "CN", 1)]

    def test_tables_lie_below_the_folder(self, spark):
        assert TableStore(spark, "/data/house/").path("works") == "/data/house/works"
        assert TableStore(spark, "s3a://bucket/house/").path(TIES) == "s3a://bucket/house/ties"

    def test_a_relative_folder_is_one_of_the_working_directory(self, spark, rows, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        store = TableStore(spark, "./it's `my` house.old")
        store.overwrite(TIES, rows(("a", "CN", 1)))
        assert (tmp_path / "it's `my` house.old" / "ties" / "_delta_log").is_dir()
        assert content(store) == [("a", "CN", 1)]

    def test_a_file_uri(self, spark, rows, tmp_path):
        store = TableStore(spark, (tmp_path / "house").as_uri())
        store.overwrite(TIES, rows(("a", "CN", 1)))
        assert (tmp_path / "house" / "ties").is_dir()
        assert content(store) == [("a", "CN", 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"checks": {"weight_positive": "weight > 5"}}, r"other checks: .*weight > 0.*expected .*weight > 5"),
        ({"partition_by": ()}, r"other partitions: \['study'\], expected \[\]"),
    ],
)
def test_other_checks_and_partitions_of_a_table_are_noticed(spark, store, rows, change, words):
    store.overwrite(TIES, rows(("a", "CN", 1)))
    changed = replace(TIES, **change)
    again = TableStore(spark, store.location)
    with pytest.raises(StoreError, match=words):
        again.replace(changed, rows(("a", "CN", 9)), {"study": "a"})
    again.overwrite(changed, rows(("a", "CN", 9)))  # the whole table is written anew, so it gets its new form
    assert content(again) == [("a", "CN", 9)]
    TableStore(spark, store.location).replace(changed, rows(("a", "US", 8)), {"study": "a"})
    if "checks" in change:
        with pytest.raises(StoreError, match="weight > 5"):
            again.overwrite(changed, rows(("a", "CN", 3)))


def test_a_python_worker_that_the_system_kills_does_not_end_a_run(spark, tmp_path):
    """As when memory runs out: in local mode Spark would try no task a second time."""
    marker = tmp_path / "killed"

    def once(batches):
        import os
        import signal

        if not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield from batches

    assert spark.range(10).coalesce(1).mapInArrow(once, "id bigint").count() == 10
    assert marker.exists()
