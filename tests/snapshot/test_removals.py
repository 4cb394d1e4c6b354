"""Deleted works and merged ids."""

import gzip
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import SnapshotError
from isthmus.snapshot import Snapshot, open_snapshot
from isthmus.snapshot.removals import follow_chains, read_deletions, read_merges


def snapshot(root, deletions=(), merges=()):
    return Snapshot(str(root), "jsonl", "2026-06-25", {}, deletions=deletions, merges={"works": merges})


def test_deletions_one_row_per_work_with_its_last_day(tmp_path):
    text = "work_id,deleted_date\nhttps://openalex.org/W1,2026-01-02\nhttps://openalex.org/W2,2026-01-01\nW1,2026-02-03\n,2026-01-01\n"
    (tmp_path / "deleted_ids.csv").write_text(text)
    table = read_deletions(snapshot(tmp_path, ("deleted_ids.csv",)))
    assert table.to_pylist() == [
        {"entity_id": 1, "deleted_date": date(2026, 2, 3)},
        {"entity_id": 2, "deleted_date": date(2026, 1, 1)},
    ]
    assert read_deletions(snapshot(tmp_path)).num_rows == 0


def test_a_list_with_other_columns_is_an_error(tmp_path):
    (tmp_path / "deleted_ids.csv").write_text("id,when\n1,2\n")
    with pytest.raises(
        SnapshotError, match=r"deleted_ids.csv: expected a CSV file with the columns work_id, deleted_date"
    ):
        read_deletions(snapshot(tmp_path, ("deleted_ids.csv",)))


def test_merges_follow_chains_and_the_later_date_holds(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(
        gzip.compress(b"merge_date,id,merge_into_id\n2023-01-02,W1,W2\n2023-01-02,W5,W6\n")
    )
    (tmp_path / "b.csv").write_text(
        "merge_date,id,merge_into_id\n2023-01-03,W2,W3\n2023-01-01,W5,W7\n2023-01-01,W8,W8\n"
    )
    table = read_merges(snapshot(tmp_path, merges=("a.csv.gz", "b.csv")), "works")
    assert dict(zip(*table.to_pydict().values(), strict=True)) == {1: 3, 2: 3, 5: 6}
    assert read_merges(snapshot(tmp_path), "works").num_rows == 0


def test_real_merges_lead_to_the_author_who_stands_for_nobody(openalex_records):
    real = open_snapshot(str(openalex_records / "legacy_snapshot"), partial=True)
    table = read_merges(real, "authors")
    merges = dict(zip(*table.to_pydict().values(), strict=True))
    assert merges[3007116629] == 2090344885
    assert merges[3125154712] == 4317838346
    assert len(merges) == 5


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=12))
def test_chains_equal_those_followed_one_by_one(merges):
    source = np.array(sorted(merges), np.int64)
    target = np.array([merges[s] for s in sorted(merges)], np.int64)
    expected = {}
    for start in merges:
        end, steps = start, 0
        while end in merges and steps <= len(merges):
            end, steps = merges[end], steps + 1
        if end not in merges:
            expected[start] = end
    assert dict(zip(*follow_chains(source, target), strict=True)) == expected
