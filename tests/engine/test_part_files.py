"""Files that something beside Spark wrote: which of them a table takes, and what is left of a run that was killed."""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, Field, Schema, write_deltalake
from deltalake.schema import PrimitiveType

from isthmus.engine import maintenance
from isthmus.engine.part_files import (
    NAME,
    PartFile,
    active_files,
    commit_files,
    file_name,
    key_of,
    remove_unfinished,
    unfinished_name,
)
from isthmus.engine.store import _remove_empty_log
from isthmus.errors import StoreError
from isthmus.tablespec import TableSpec, column

SPEC = TableSpec(
    name="numbers",
    fields=(column("number", "bigint", "a number", False), column("year", "smallint", "a year")),
    key=("number",),
    comment="Numbers.",
)
FITTING = pa.schema([("number", pa.int64()), ("year", pa.int16())])
PART, STATE = key_of("part"), key_of("state")


class Store:
    """As much of a store as a commit asks for."""

    in_folder = True
    spark = None

    def sql_name(self, table):
        return table

    def __init__(self, folder):
        self.folder = folder
        fields = [Field("number", PrimitiveType("long"), nullable=False), Field("year", PrimitiveType("short"))]
        DeltaTable.create(str(folder), Schema(fields))

    def path(self, spec):
        return str(self.folder)

    def exists(self, spec):
        return True

    def require_defined(self, spec):
        pass

    def remember_commit(self, spec, version, rows):
        self.remembered = version, rows


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "numbers")


def written(store, rows, schema=FITTING, said=None):
    name = file_name(PART, STATE)
    table = pa.table(rows, schema=schema)
    pq.write_table(table, store.folder / name)
    said = len(table) if said is None else said
    return PartFile(name, (store.folder / name).stat().st_size, said, json.dumps({"numRecords": said}))


def test_files_come_and_go_in_one_version(store):
    one, two = written(store, {"number": [1, 2], "year": [None, 2000]}), written(store, {"number": [3], "year": [1]})
    assert commit_files(store, SPEC, [one, two], []) == 1
    assert store.remembered == (1, 3)
    assert active_files(store, SPEC) == {one.name: (PART, STATE), two.name: (PART, STATE)}
    three, empty = written(store, {"number": [4, 5], "year": [1, 2]}), written(store, {"number": [], "year": []})
    assert commit_files(store, SPEC, [three, empty], [one.name]) == 2
    assert store.remembered == (2, 3)
    table = DeltaTable(str(store.folder))
    assert sorted(table.to_pyarrow_table()["number"].to_pylist()) == [3, 4, 5]
    assert table.version() == 2
    assert commit_files(store, SPEC, [], []) == 2, "a commit of nothing makes no version"


@pytest.mark.parametrize(
    ("rows", "schema", "said", "message"),
    [
        ({"number": [1], "year": [1]}, pa.schema([("number", pa.int64()), ("year", pa.int32())]), 1, "int32"),
        ({"year": [1], "number": [1]}, pa.schema([("year", pa.int16()), ("number", pa.int64())]), 1, "columns"),
        ({"number": [1]}, pa.schema([("number", pa.int64())]), 1, "columns are others"),
        ({"number": [1, None], "year": [1, 2]}, FITTING, 2, r"null in \['number'\]"),
        ({"number": [1], "year": [1]}, FITTING, 7, "it has 1 rows, expected 7"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_and_nothing_is_committed(store, rows, schema, said, message):
    fitting, other = written(store, {"number": [9], "year": [9]}), written(store, rows, schema, said)
    with pytest.raises(StoreError, match=f"table 'numbers' refuses the file {other.name}.*{message}"):
        commit_files(store, SPEC, [fitting, other], [])
    assert active_files(store, SPEC) == {}


def test_only_what_was_not_finished_is_removed(tmp_path):
    finished, unfinished = file_name(PART, STATE), unfinished_name()
    assert NAME.fullmatch(finished)
    assert not NAME.fullmatch(unfinished)
    for name in (finished, unfinished):
        (tmp_path / name).touch()
    remove_unfinished(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [finished]


@pytest.mark.parametrize(
    ("left", "goes", "stays"),
    [
        (["_delta_log/_staged_commits/", "_delta_log/.0.json.tmp"], True, []),
        (["_delta_log/_staged_commits/", "rows.parquet"], True, ["rows.parquet"]),
        (["_delta_log/0.json"], False, ["_delta_log", "_delta_log/0.json"]),
        (["rows.parquet"], False, ["rows.parquet"]),
        ([], False, []),
    ],
)
def test_a_log_without_any_version_goes(tmp_path, left, goes, stays):
    for name in left:
        path = tmp_path / "numbers" / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()
    assert _remove_empty_log(tmp_path / "numbers") == goes
    assert sorted(str(path.relative_to(tmp_path / "numbers")) for path in (tmp_path / "numbers").rglob("*")) == stays


def test_only_what_is_no_part_is_put_together(store, monkeypatch):
    called = []
    sql = SimpleNamespace(
        optimize=lambda spark, table: called.append("compacted"),
        vacuum=lambda spark, table, hours: called.append(f"vacuumed after {hours:g} hours"),
    )
    monkeypatch.setattr(maintenance, "delta_sql", sql)
    monkeypatch.setattr(maintenance, "options_for_a_while", lambda spark, options: nullcontext())
    monkeypatch.setattr(maintenance, "extent", lambda store, table: maintenance.Extent(2, 100, 2, 100))
    write_deltalake(store.folder, pa.table({"number": [7], "year": [7]}, schema=FITTING), mode="append")
    maintenance.maintain(store, "numbers")
    assert called == ["compacted", "vacuumed after 168 hours"]
    called.clear()
    commit_files(store, SPEC, [written(store, {"number": [1], "year": [1]})], [])
    maintenance.maintain(store, "numbers")
    assert called == ["vacuumed after 168 hours"]


def test_a_log_that_cannot_be_read_is_an_error_that_says_what_to_do(store):
    (store.folder / "_delta_log" / f"{0:020}.json").write_text(
        '{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}'
    )
    with pytest.raises(StoreError, match=r"the log of the table in .*numbers cannot be read: .* delete its folder"):
        active_files(store, SPEC)


def test_a_table_that_is_not_there_has_no_files():
    assert active_files(SimpleNamespace(exists=lambda spec: False), SPEC) == {}
