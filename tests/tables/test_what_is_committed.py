"""What a commit of works, authorships and citations takes as being there, and how parts are read once more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.snapshot import Part
from isthmus.tables.one_pass import Removed
from isthmus.tables.one_pass_commit import _turns, _whole_parts

ONE, OTHER = ("1" * 16, "a" * 16), ("2" * 16, "a" * 16)


def lines(count):
    return Removed(np.arange(count).tobytes(), "key")


def parts(*names):
    return [Part("works", name, 1) for name in names]


def test_a_part_is_there_when_all_tables_hold_it():
    tables = [{"x": ONE, "y": OTHER}, {"z": ONE, "u": ONE}, {"w": ONE, "v": OTHER}]
    assert _whole_parts(tables) == {ONE}


def test_a_file_of_no_part_may_hold_rows_of_any():
    assert _whole_parts([{"x": ONE}, {"z": ONE}, {"w": ONE, "part-0000.parquet": None}]) == set()


@pytest.mark.parametrize(("most", "turns"), [(9, ["abcd"]), (8, ["abc", "d"]), (4, ["a", "bc", "d"])])
def test_so_many_parts_at_once_that_tasks_are_not_told_too_much(most, turns):
    removed = {"a": lines(2), "b": lines(3), "d": lines(4)}
    found = ["".join(part.path for part in turn) for turn in _turns(parts(*"abcd"), removed, most)]
    assert found == turns


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 12))
def test_every_part_has_one_turn_and_no_turn_of_two_is_too_long(counts, most):
    listed = parts(*map(str, range(len(counts))))
    removed = {part.path: lines(count) for part, count in zip(listed, counts, strict=True) if count}
    turns = list(_turns(listed, removed, most))
    assert [part for turn in turns for part in turn] == listed
    assert all(len(turn) == 1 or sum(counts[int(part.path)] for part in turn) <= most for turn in turns)
