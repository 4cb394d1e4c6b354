"""Numbers of references in lists that were left as JSON."""

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.snapshot.identifiers import number
from isthmus.snapshot.json.references import reference_fault, reference_numbers

REGULAR = [b'["https://openalex.org/W1","https://openalex.org/W4285719527"]', b"null", b"[]", b'[ "W3" , "W3" ]']


def test_references_of_regular_lists():
    assert reference_numbers(REGULAR).to_pylist() == [[1, 4285719527], None, [], [3, 3]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'["https:\\/\\/openalex.org\\/W5"]', [5]),
        (b'[null, "W5"]', [5]),
        (b"[5, 6]", [5, 6]),
        (b'["W5", 6]', [5, 6]),
        (b'["https://doi.org/10.1/W-", "W5"]', [5]),
        (b'["", "W5"]', [5]),
        (b'["W999999999999999999999"]', []),
    ],
)
def test_references_of_irregular_lists(text, expected):
    assert reference_numbers([REGULAR[0], text]).to_pylist() == [[1, 4285719527], expected]


@pytest.mark.parametrize("text", [b'{"a": "W1"}', b'[["W1"]]', b'[{"id":"W1"}]', b"[true]", b'"W1"'])
def test_wrong_reference_lists_are_named(text):
    fault = reference_fault(text)
    assert fault is not None
    assert fault.startswith("Expected `")
    assert "at `$.referenced_works" in fault
    with pytest.raises(msgspec.ValidationError):
        reference_numbers([*REGULAR, text])


def test_right_reference_lists_have_no_fault():
    assert [reference_fault(text) for text in REGULAR] == [None] * 4


item = st.one_of(
    st.integers(0, 10**18 - 1).map(lambda n: f"https://openalex.org/W{n}"),
    st.integers(0, 10**6).map(lambda n: f"W{n}"),
    st.integers(0, 10**6),
    st.none(),
    st.text(alphabet='W019,"/\\ é', max_size=6),
)


@given(st.lists(st.one_of(st.none(), st.lists(item, max_size=5)), max_size=6))
def test_references_equal_those_read_one_by_one(lists):
    raw = [json.dumps(each).encode() for each in lists]
    expected = [None if each is None else [n for n in map(number, each) if n is not None] for each in lists]
    assert reference_numbers(raw).to_pylist() == expected


def test_references_of_many_lists_equal_json():
    rng = np.random.default_rng(7)
    lists = [[f"https://openalex.org/W{n}" for n in rng.integers(0, 10**12, k)] for k in rng.integers(0, 60, 500)]
    expected = [[int(each.rpartition("W")[2]) for each in ids] for ids in lists]
    assert reference_numbers([json.dumps(ids).encode() for ids in lists]).to_pylist() == expected
