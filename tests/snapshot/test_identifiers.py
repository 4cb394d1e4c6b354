"""Numbers of ids, by the row and by the column."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.snapshot.identifiers import AUTHOR_PREFIX, WORK_PREFIX, Memo, column_numbers, number, numbers


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("https://openalex.org/W2741809807", 2741809807),
        ("W42", 42),
        ("https://openalex.org/subfields/1702", 1702),
        ("1702", 1702),
        (1702, 1702),
        ("https://openalex.org/I-1", None),  # stands in real rows
        (-1, None),
        ("https://openalex.org/W", None),
        ("W12x", None),
        ("W" + "9" * 18, 10**18 - 1),
        ("W" + "9" * 19, None),
        ("0x1F", None),
        ("", None),
        (None, None),
    ],
)
def test_number(identifier, expected):
    assert number(identifier) == expected
    assert Memo()[identifier] == expected


def test_numbers_of_a_column_fall_back_row_by_row():
    ids = [AUTHOR_PREFIX + "5", None, "A7", AUTHOR_PREFIX + "-1", AUTHOR_PREFIX + "0x1F", AUTHOR_PREFIX + "٣"]
    assert numbers(ids, AUTHOR_PREFIX).to_pylist() == [5, None, 7, None, None, None]
    assert numbers(ids[:2], AUTHOR_PREFIX).to_pylist() == [5, None]
    assert numbers([], AUTHOR_PREFIX).to_pylist() == []
    assert numbers([AUTHOR_PREFIX + "9" * 19], AUTHOR_PREFIX).to_pylist() == [None]


IDS = st.sampled_from([None, "", "W", "I-1", "W7", "7", "https://openalex.org/I3", WORK_PREFIX + "9" * 19, "né"])


@settings(deadline=None)
@given(st.lists(IDS | st.integers(0, 10**18 - 1).map(lambda n: f"{WORK_PREFIX}{n}"), max_size=20))
def test_numbers_of_a_column_are_those_of_its_ids(ids):
    found = column_numbers(pa.array(ids, pa.string()), WORK_PREFIX)
    assert found.to_pylist() == [number(each) for each in ids]
    # a slice of a column begins elsewhere in its buffers
    assert column_numbers(pa.array(ids, pa.string())[1:], WORK_PREFIX).to_pylist() == [number(each) for each in ids[1:]]
