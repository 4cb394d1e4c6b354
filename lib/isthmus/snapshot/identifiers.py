"""OpenAlex ids as numbers: the digits at the end of an id or URL, by the column.

All of `https://openalex.org/W123`, `W123`, `https://openalex.org/subfields/1702`, `"1702"` and `1702` occur; the number
is what they share. An id that does not end in one to eighteen digits has no number: `I-1`, which stands in real rows,
is nobody. Neither has one of another host, or with blanks.
"""

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

ID = re.compile(r"(?:https?://(?:api\.|explore\.)?openalex\.org/)?(?:[a-z-]+/)?[A-Za-z]?([0-9]{1,18})")
URL = "https://openalex.org/"
WORK_PREFIX = f"{URL}W"
AUTHOR_PREFIX = f"{URL}A"
LARGEST_ID = 10**18 - 1
MEMO_LIMIT = 1_000_000
MAX_DIGITS = 18


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
