"""Fewer files, the same rows, and nobody loses a file that he reads."""

import pytest

from isthmus.engine.maintenance import (
    Extent,
    Maintained,
    check_retention,
    extent,
    maintain,
    maintain_all,
    wanted_file_size,
)
from isthmus.errors import StoreError
from isthmus.tablespec import TableSpec, column

NUMBERS = TableSpec("numbers", (column("n", "bigint", "a number", False),), ("n",), "Numbers.")


def test_the_safe_retention_is_accepted_and_a_shorter_one_has_to_be_allowed():
    check_retention(7)
    check_retention(30)
    check_retention(0, allow_short=True)
    with pytest.raises(StoreError, match=r"retention of 1 days is shorter than the safe 7: .*--allow-short-retention"):
        check_retention(1)
    with pytest.raises(StoreError, match="makes no sense"):
        check_retention(-1, allow_short=True)


def test_files_grow_with_the_table():
    assert wanted_file_size(1e6) == 128 << 20
    assert wanted_file_size(100e9) == 256 << 20
    assert wanted_file_size(20e12) == 1 << 30


def test_a_change_in_words():
    done = Maintained("ties", Extent(12, 5_000, 30, 2_500_000), Extent(1, 4_000, 1, 500_000))
    assert done.summary == "ties: 12 -> 1 files, with earlier versions 30 -> 1, 2.0 MB freed"
    assert Maintained("ties", Extent(2, 5, None, None), Extent(1, 4, None, None)).summary == "ties: 2 -> 1 files"


@pytest.mark.spark
def test_small_files_are_put_together_and_nothing_is_lost(spark, store):
    for start in range(3):
        store.append(NUMBERS, spark.range(start * 10, start * 10 + 10, 1, 2).toDF("n"))
    assert extent(store, "numbers").files == 6
    reading = store.read(NUMBERS)  # has its list of files, and reads them only at the end

    (kept,) = maintain_all(store, ["numbers", "never_written"])
    assert (kept.before.files, kept.after.files) == (6, 1)
    assert kept.after.stored_files == 7, "within the retention the files of earlier versions stay"
    assert sorted(row.n for row in reading.collect()) == list(range(30))

    version = store.version(NUMBERS)
    removed = maintain(store, "numbers", retention_days=0)
    assert removed.after.stored_files == removed.after.files == 1
    assert removed.after.bytes == removed.after.stored_bytes == kept.after.bytes
    assert store.version(NUMBERS) == version, "a second compaction has nothing to do"
    assert sorted(row.n for row in store.read(NUMBERS).collect()) == list(range(30))
    assert spark.conf.get("spark.databricks.delta.retentionDurationCheck.enabled", None) in {None, "true"}

    with pytest.raises(StoreError, match="shorter than the safe"):
        maintain_all(store, ["numbers"], retention_days=1)
