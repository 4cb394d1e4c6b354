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
WORK_PREFIX = "https://openalex.org/W"
AUTHOR_PREFIX = "https://openalex.org/A"
LARGEST_ID = 10**18 - 1
MEMO_LIMIT = 1_000_000
QUOTE, COMMA, ZERO, NINE, LETTER_W = b'",09W'
MAX_DIGITS = 18
NO_ITEM = (b"", b"null")
LIST_TYPE = pa.list_(pa.field("element", pa.int64()))

_references = msgspec.json.Decoder(list[str | int | None] | None)


def number(identifier: str | int | None) -> int | None:
    """The number of one id; None where there is none.

    Parameters
    ----------
    identifier : a URL, a short id, or the number itself.

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
    """The numbers of ids that hardly repeat, as int64 (n,), null where there is none.

    Parameters
    ----------
    identifiers : (n,) ids.
    prefix : what nearly all of them begin with; ids without it are made one by one.

    """
    column = pa.array(identifiers, pa.string())
    if pc.all(pc.starts_with(column, prefix)).as_py() is not False:
        digits = pc.utf8_slice_codeunits(column, len(prefix))
        regular = pc.and_(pc.ascii_is_decimal(digits), pc.less_equal(pc.binary_length(digits), MAX_DIGITS))
        if pc.all(regular).as_py() is not False:
            return digits.cast(pa.int64())
    return pa.array([number(identifier) for identifier in identifiers], pa.int64())


def reference_numbers(raw: Sequence[bytes]) -> pa.Array:
    """The numbers in reference lists that were left as JSON, as list<int64> (n,); null stays null.

    The digits are read out of the joined bytes of all lists at once; a block in which anything but regular ids stands
    (null, integers, foreign ids) is decoded list by list, and what has no number is left out.

    Parameters
    ----------
    raw : (n,) JSON texts, each an array of ids or null.

    Raises
    ------
    msgspec.ValidationError : a text is neither; `reference_fault` tells which.

    """
    joined = b"".join(raw)
    missing = np.fromiter((text[:1] != b"[" for text in raw), bool, len(raw))
    flat = joined.count(b"[") == len(raw) - missing.sum() and b"{" not in joined and b"\\" not in joined
    flat = flat and all(raw[i] == b"null" for i in np.flatnonzero(missing).tolist())
    lengths = np.fromiter(map(len, raw), np.int64, len(raw))
    found = _digit_runs(np.frombuffer(joined, np.uint8), lengths) if flat else None
    if found is None or any(raw[i].strip(b"[] \t\r\n") not in NO_ITEM for i in np.flatnonzero(found[1] == 0).tolist()):
        return _decoded(raw)
    values, counts = found
    offsets = np.zeros(len(raw) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values), LIST_TYPE, mask=pa.array(missing))


def reference_fault(raw: bytes) -> str | None:
    """What is wrong with a reference list that was left as JSON; None when nothing is.

    Parameters
    ----------
    raw : the JSON text.

    """
    try:
        _references.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message, _, path = str(error).partition(" - at `$")
        return f"{message} - at `$.referenced_works{path or '`'}"
    return None


def _digit_runs(block: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Numbers of the strings `...W<digits>"` in a block, and their count per text; None when anything else is there."""
    quotes = np.flatnonzero(block == QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    values = _digits_before(block, opening, closing) if len(opening) == len(closing) else None
    if values is None:
        return None
    ends = np.cumsum(lengths)
    counts = np.diff(np.searchsorted(closing, ends), prepend=0)
    # one comma less than strings in every text: else an item that is no string stands between them
    commas = np.diff(np.searchsorted(np.flatnonzero(block == COMMA), ends), prepend=0)
    return (values, counts) if np.array_equal(commas, np.maximum(counts - 1, 0)) else None


def _digits_before(block: np.ndarray, opening: np.ndarray, closing: np.ndarray) -> np.ndarray | None:
    """The number that ends before each closing quote and follows a W, (n,); None when there is one that does not."""
    values = np.zeros(len(closing), np.int64)
    position = closing - 1
    running = np.arange(len(closing))
    for place in range(MAX_DIGITS + 1):
        byte = block[position]
        digit = (byte >= ZERO) & (byte <= NINE)
        stopped = ~digit
        if (byte[stopped] != LETTER_W).any() or (position[stopped] <= opening[running[stopped]]).any():
            return None
        if stopped.any() and place == 0:
            return None
        running, position, byte = running[digit], position[digit], byte[digit]
        if not len(running):
            return values
        if place == MAX_DIGITS:
            return None
        values[running] += (byte.astype(np.int64) - ZERO) * 10**place
        position = position - 1
    return None


def _decoded(raw: Sequence[bytes]) -> pa.Array:
    lists = [_references.decode(text) for text in raw]
    found = [None if ids is None else [n for n in map(number, ids) if n is not None] for ids in lists]
    return pa.array(found, LIST_TYPE)
