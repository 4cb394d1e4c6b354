"""OpenAlex ids as numbers: the digits at the end of an id or URL, by the column.

All of `https://openalex.org/W123`, `W123`, `https://openalex.org/subfields/1702`, `"1702"` and `1702` occur; the number
is what they share. An id that does not end in one to eighteen digits has no number: `I-1`, which stands in real rows,
is nobody.
"""

import re
from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ID = re.compile(r"(?:.*/)?[A-Za-z]?([0-9]{1,18})")
URL = "https://openalex.org/"
WORK_PREFIX = f"{URL}W"
AUTHOR_PREFIX = f"{URL}A"
LARGEST_ID = 10**18 - 1
MEMO_LIMIT = 1_000_000
QUOTE = b'"'[0]
QUOTED_PREFIX = b'"https://openalex.org/W'
NEITHER_DIGIT_NOR_QUOTE = bytes(byte for byte in range(256) if byte not in b'0123456789"')
MAX_DIGITS = 18
LIST_TYPE = pa.list_(pa.field("element", pa.int64()))

_references = msgspec.json.Decoder(list[str | int | None] | None)


def number(identifier: str | int | None) -> int | None:
    """Return the number of one id; None where there is none.

    Parameters
    ----------
    identifier : str | int | None
        a URL, a short id, or the number itself.
    """
    if isinstance(identifier, int):
        return identifier if 0 <= identifier <= LARGEST_ID else None
    match = ID.fullmatch(identifier) if identifier else None
    return int(match[1]) if match else None


class Memo(dict[str | int | None, int | None]):
    """Numbers of ids that come again and again (topics, concepts, sources, institutions), each made once."""

    def __missing__(self, identifier: str | int | None) -> int | None:
        """Make the number, and forget the old ones before they fill the memory."""
        if len(self) >= MEMO_LIMIT:
            self.clear()
        found = self[identifier] = number(identifier)
        return found


def numbers(identifiers: Sequence[str | None], prefix: str) -> pa.Array:
    """Return the numbers of ids that hardly repeat, as int64 (n,), null where there is none.

    Parameters
    ----------
    identifiers : Sequence[str | None]
        (n,) ids.
    prefix : str
        What nearly all of them begin with; ids without it are made one by one.
    """
    found = regular_numbers(pa.array(identifiers, pa.string()), prefix)
    return pa.array([number(identifier) for identifier in identifiers], pa.int64()) if found is None else found


def column_numbers(identifiers: pa.Array, prefix: str) -> pa.Array:
    """Return the numbers of a column of ids, int64 (n,), null where there is none.

    Parameters
    ----------
    identifiers : pyarrow.Array
        (n,) string.
    prefix : str
        What nearly all of them begin with; where others stand as well, each distinct id is made once.
    """
    found = regular_numbers(identifiers, prefix)
    if found is None:
        encoded = identifiers.dictionary_encode()
        each = pa.array([number(identifier) for identifier in encoded.dictionary.to_pylist()], pa.int64())
        found = each.take(encoded.indices)
    return found


def regular_numbers(identifiers: pa.Array, prefix: str) -> pa.Array | None:
    """Return the numbers of a column in which nothing but a prefix and one to eighteen digits stands, int64 (n,).

    Else None.

    Parameters
    ----------
    identifiers : pyarrow.Array
        (n,) string; null stays null.
    prefix : str
        What all of them have to begin with.
    """
    if pc.all(pc.starts_with(identifiers, prefix)).as_py() is False:
        return None
    last = len(prefix) + MAX_DIGITS + 1  # one digit too many shows that an id is too long
    digits = pc.binary_slice(identifiers.cast(pa.binary()), len(prefix), last).cast(pa.string())
    regular = pc.and_(pc.ascii_is_decimal(digits), pc.less_equal(pc.binary_length(digits), MAX_DIGITS))
    return None if pc.all(regular).as_py() is False else digits.cast(pa.int64())


def reference_numbers(raw: Sequence[bytes]) -> pa.Array:
    """Return the numbers in reference lists that were left as JSON, as list<int64> (n,); null stays null.

    The digits are read out of the joined bytes of all lists at once; a block in which anything but regular ids stands
    (null, integers, foreign ids, spaces) is decoded list by list, and what has no number is left out.

    Parameters
    ----------
    raw : Sequence[bytes]
        (n,) JSON texts, each an array of ids or null.

    Raises
    ------
    msgspec.ValidationError
        a text is neither; `reference_fault` tells which.
    """
    found = _regular_numbers(raw)
    if found is None:
        return _decoded(raw)
    values, counts = found
    offsets = np.zeros(len(raw) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    missing = np.fromiter((text == b"null" for text in raw), bool, len(raw))
    return pa.ListArray.from_arrays(pa.array(offsets), values, LIST_TYPE, mask=pa.array(missing))


def reference_fault(raw: bytes) -> str | None:
    """Return what is wrong with a reference list that was left as JSON; None when nothing is.

    Parameters
    ----------
    raw : bytes
        The JSON text.
    """
    try:
        _references.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message, _, path = str(error).partition(" - at `$")
        return f"{message} - at `$.referenced_works{path or '`'}"
    return None


def _regular_numbers(raw: Sequence[bytes]) -> tuple[pa.Array, np.ndarray] | None:
    """All numbers of lists of full URLs, and their count per list (n,); None when anything else stands in any list.

    What is not a digit or a quote is deleted; then the quotes tell where each number ends. A list is regular when its
    length is that of its URLs, commas and brackets: no other byte fits in.
    """
    if not all(text.startswith((b"[", b"null")) for text in raw):
        return None
    joined = b"".join(raw)
    kept = joined.translate(None, NEITHER_DIGIT_NOR_QUOTE)
    ends = np.flatnonzero(np.frombuffer(kept, np.uint8) == QUOTE)[1::2]
    counts = np.fromiter((text.count(b'"') for text in raw), np.int64, len(raw)) // 2
    if not len(ends) == counts.sum() == joined.count(QUOTED_PREFIX):
        return None
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends - 2 * np.arange(len(ends)) - 1
    last = np.cumsum(counts)
    digits = offsets[last] - offsets[last - counts]
    expected = (len(QUOTED_PREFIX) + 1) * counts + digits + np.maximum(counts - 1, 0) + len("[]")
    lengths = np.fromiter((len(text) if text != b"null" else len("[]") for text in raw), np.int64, len(raw))
    widths = np.diff(offsets)
    if (lengths != expected).any() or (len(widths) and not 1 <= widths.min() <= widths.max() <= MAX_DIGITS):
        return None
    numerals = pa.py_buffer(kept.replace(b'"', b""))
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), numerals).cast(pa.int64()), counts


def _decoded(raw: Sequence[bytes]) -> pa.Array:
    lists = [_references.decode(text) for text in raw]
    found = [None if ids is None else [n for n in map(number, ids) if n is not None] for ids in lists]
    return pa.array(found, LIST_TYPE)
