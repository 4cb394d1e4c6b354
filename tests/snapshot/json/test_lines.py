"""Lines of gzip and plain streams, whole and damaged."""

import gzip
import io
import os
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.snapshot.json import lines as module
from isthmus.snapshot.json.lines import LineStream


def read(data):
    stream = LineStream(io.BytesIO(data))
    return [line for block in stream for line in block], stream


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_whatever_the_last_newline(pack):
    for text, expected in [(b"a\nb\n", [b"a", b"b"]), (b"a\nb", [b"a", b"b"]), (b"\n\na", [b"", b"", b"a"]), (b"", [])]:
        found, stream = read(pack(text))
        assert found == expected
        assert stream.damage is None
        assert stream.inflated == len(text)


def test_byte_order_mark_is_no_part_of_the_first_line():
    assert read(b"\xef\xbb\xbf{}\n")[0] == [b"{}"]


def test_joined_gzip_members_and_padding():
    data = gzip.compress(b"a\nb") + gzip.compress(b"c\n") + b"\0" * 100
    found, stream = read(data)
    assert found == [b"a", b"bc"]
    assert stream.damage is None


def test_truncated_gzip_gives_all_lines_before_the_cut():
    text = b"".join(b"%d " % i + os.urandom(40).hex().encode() + b"\n" for i in range(5000))
    data = gzip.compress(text)
    found, stream = read(data[: len(data) // 2])
    assert found == text.split(b"\n")[: len(found)]
    assert len(found) > 2000
    assert "truncated gzip" in stream.damage
    assert text.split(b"\n")[len(found)].startswith(stream.tail)


def test_flipped_bytes_are_named_with_their_place():
    text = b"".join(os.urandom(40).hex().encode() + b"\n" for _ in range(20000))
    data = bytearray(gzip.compress(text))
    data[-4] ^= 0xFF  # the length that the end of the file promises
    found, stream = read(bytes(data))
    assert found == text.split(b"\n")[: len(found)]
    assert len(found) > 19000
    assert stream.damage.startswith("damaged gzip near byte")


def test_garbage_after_the_end_is_damage():
    for garbage, damage in [(b"<html><body>no</body></html>", "damaged gzip near byte"), (b"<html>", "truncated gzip")]:
        found, stream = read(gzip.compress(b"a\n") + garbage)
        assert found == [b"a"]
        assert damage in stream.damage


def test_a_line_without_end_stops_the_part(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    monkeypatch.setattr(module, "READ_BYTES", 300)
    found, stream = read(b"a\n" + b"x" * 5000 + b"\nb\n")
    assert found == [b"a"]
    assert "a line longer than" in stream.damage
    assert stream.tail.startswith(b"xxx")


def test_memory_does_not_grow_with_the_part():
    peaks = []
    for megabytes in (20, 80):
        data = gzip.compress((b"x" * 1023 + b"\n") * 1024 * megabytes, 1)
        tracemalloc.start()
        for _ in LineStream(io.BytesIO(data)):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


@given(st.binary(max_size=300), st.integers(1, 20), st.booleans())
@example(b"\n", 1, False)
@example(b"a\n\n", 2, True)
@example(b"\n\na", 20, False)
def test_lines_equal_split(text, read_bytes, packed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "READ_BYTES", read_bytes)
        patch.setattr(module, "INFLATE_BYTES", read_bytes)
        text = text.removeprefix(b"\x1f\x8b").replace(b"\xef\xbb\xbf", b"")
        found, stream = read(gzip.compress(text) if packed else text)
    expected = text.split(b"\n")
    assert found == (expected[:-1] if not expected[-1] else expected)
    assert stream.damage is None
