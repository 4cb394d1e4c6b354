"""What something else did to a table since its stage left it, read off the log, without Spark."""

import json
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from isthmus.engine.part_files import PartFile, commit_files, lost_files
from isthmus.engine.watch import MARK, changed_by_others, latest_version
from isthmus.tablespec import TableSpec, column

OWN = CommitProperties(custom_metadata={"userMetadata": MARK})
NUMBERS = TableSpec("numbers", (column("n", "bigint", "a number"),), ("n",), "numbers")


def rows(*numbers):
    return pa.table({"n": pa.array(numbers, pa.int64())})


@pytest.fixture
def store(tmp_path):
    """The part of a table store that is asked for, with a table of two commits of Isthmus."""
    path = str(tmp_path / "numbers")
    for number in (1, 2):
        write_deltalake(path, rows(number), mode="append", commit_properties=OWN)
    return SimpleNamespace(
        in_folder=True,
        path=lambda table: str(tmp_path / getattr(table, "name", table)),
        exists=lambda table: True,
        require_defined=lambda spec: None,
        remember_commit=lambda *_: None,
        version_now=lambda table: 17,
    )


def table_of(store):
    return DeltaTable(store.path("numbers"))


def test_commits_of_isthmus_are_nobody_elses(store):
    assert latest_version(store, "numbers") == 1
    assert [changed_by_others(store, "numbers", version) for version in (0, 1)] == [None, None]


@pytest.mark.parametrize(
    ("change", "operation"),
    [
        (lambda table: table.delete("n = 1"), "DELETE"),
        (lambda table: table.update(updates={"n": "777"}), "UPDATE"),
        (lambda table: write_deltalake(table, rows(3), mode="append"), "WRITE"),
        (lambda table: table.restore(0), "RESTORE"),
    ],
)
def test_a_change_by_something_else_is_named_until_the_stage_has_run_again(store, change, operation):
    change(table_of(store))
    said = changed_by_others(store, "numbers", 1)
    assert said == f"version 2, {operation}, is not of Isthmus"
    write_deltalake(store.path("numbers"), rows(5), mode="overwrite", commit_properties=OWN)
    assert changed_by_others(store, "numbers", 1) == said
    assert changed_by_others(store, "numbers", 3) is None


def test_tidying_changes_no_rows(store):
    table_of(store).optimize.compact()
    assert latest_version(store, "numbers") == 2
    assert changed_by_others(store, "numbers", 1) is None


def test_a_table_that_was_made_anew_is_named(store):
    write_deltalake(store.path("numbers"), rows(3), mode="append", commit_properties=OWN)
    (Path(store.path("numbers")) / "_delta_log" / f"{2:020d}.json").unlink()
    assert changed_by_others(store, "numbers", 2) == "its log ends at version 1, and the stage left version 2"


def test_a_commit_that_delta_has_removed_is_nobody_elses(store):
    table_of(store).delete("n = 1")
    write_deltalake(store.path("numbers"), rows(3), mode="append", commit_properties=OWN)
    table_of(store).create_checkpoint()
    (Path(store.path("numbers")) / "_delta_log" / f"{2:020d}.json").unlink()
    assert changed_by_others(store, "numbers", 1) is None


def test_a_data_file_that_is_gone_is_named(store):
    first, _ = sorted(Path(store.path("numbers")).glob("*.parquet"))
    first.unlink()
    assert lost_files(store, "numbers") == {first.name}
    assert changed_by_others(store, "numbers", 1) == (f"1 of its data files are gone, the first of them {first.name}")


def test_elsewhere_nothing_is_looked_at(store):
    far = SimpleNamespace(**vars(store) | {"in_folder": False})
    assert changed_by_others(far, "numbers", 0) is None
    assert latest_version(far, "numbers") == 17


def test_files_of_parts_are_committed_with_the_mark(store):
    folder = Path(store.path("numbers"))
    name = f"{'a' * 16}-{'b' * 16}-{'c' * 12}.parquet"
    pq.write_table(rows(4), folder / name)
    stats = json.dumps({"numRecords": 1, "minValues": {"n": 4}, "maxValues": {"n": 4}, "nullCount": {"n": 0}})
    commit_files(store, NUMBERS, [PartFile(name, (folder / name).stat().st_size, 1, stats)], [])
    assert latest_version(store, "numbers") == 2
    assert changed_by_others(store, "numbers", 1) is None
