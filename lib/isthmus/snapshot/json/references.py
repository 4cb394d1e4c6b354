"""The numbers of references out of the joined JSON of a block of works, without decoding list by list."""

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa

from isthmus.snapshot.identifiers import MAX_DIGITS, number
from isthmus.snapshot.schemas import BIGINT, list_of

QUOTE = b'"'[0]
QUOTED_PREFIX = b'"https://openalex.org/W'
NEITHER_DIGIT_NOR_QUOTE = bytes(byte for byte in range(256) if byte not in b'0123456789"')
LIST_TYPE = list_of(BIGINT)

_references = msgspec.json.Decoder(list[str | int | None] | None)


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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message, _, path = str(error).partition(" - at `$")
        return f"{message} - at `$.referenced_works{path or '`'}"
    return None


def _regular_numbers(raw: Sequence[bytes]) -> tuple[pa.Array, np.ndarray] | None:
    """Return all numbers of lists of full URLs, and their count per list (n,); None when one holds anything else.

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
