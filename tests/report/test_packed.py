"""The large parts of a page: packed and unpacked, shared values stored once."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.packed import REFERENCE, SHARED_BYTES, packed, share, unpacked

LONG = [{"x": number, "y": number**2} for number in range(SHARED_BYTES // 10)]


@given(st.text())
def test_a_text_comes_back_and_needs_no_escape(text):
    assert unpacked(packed(text)) == text
    assert set(packed(text)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def test_what_is_packed_is_raw_deflate():
    assert zlib.decompress(base64.b64decode(packed("to and fro " * 50)), -15) == b"to and fro " * 50
    assert len(packed("to and fro " * 50)) < 50


def restored(node, shared):
    """The chart with its values in place, as the browser does it."""
    if isinstance(node, list):
        return [restored(each, shared) for each in node]
    if isinstance(node, dict):
        return shared[node[REFERENCE]] if REFERENCE in node else {k: restored(v, shared) for k, v in node.items()}
    return node


def test_values_of_two_charts_are_stored_once():
    one = {"data": {"name": "a"}, "datasets": {"a": LONG}}
    two = {"layer": [{"data": {"values": LONG}, "mark": "point"}, {"data": {"values": [1]}}]}
    before = json.dumps([one, two])
    charts, shared = share({"one": one, "two": two})
    assert shared == [LONG]
    assert charts["one"]["datasets"]["a"] == {REFERENCE: 0}
    assert charts["two"]["layer"][0] == {"data": {"values": {REFERENCE: 0}}, "mark": "point"}
    assert charts["two"]["layer"][1] == {"data": {"values": [1]}}, "short values stay"
    assert json.dumps([one, two]) == before, "what was given stays as it is"
    assert restored(charts, shared) == {"one": one, "two": two}


@pytest.mark.parametrize("charts", [{}, {"one": {"data": {"values": LONG}}}, {"one": {"mark": "bar"}}])
def test_values_of_one_chart_stay_where_they_are(charts):
    assert share(charts) == (charts, [])
