"""Scores, dates and times of all vintages as columns."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from isthmus.snapshot.schemas import DATE, STRING, TIMESTAMP

LARGEST_INT = 2**31 - 1
NO_NUMBER = -LARGEST_INT - 1
"""Stands for a number that is not whole: it is out of every range, so that `kinds` counts it and sets it aside."""
NO_DAY, NO_MOMENT = date.min, datetime.min.replace(tzinfo=UTC)
"""Stand for a text that is no day, or no point in time, in the same way."""


def as_float(value: float | int | str | None) -> float | None:
    """Return a score or coordinate as a number: it is a string in some vintages; None where it is neither.

    Parameters
    ----------
    value : float | int | str | None
        As it stands in the record.
    """
    if type(value) is float or value is None:
        return value
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def whole_number(value: float | int | None) -> int | None:
    """Return a number that is whole and fits an INT column; `NO_NUMBER` for any other.

    Parameters
    ----------
    value : float | int | None
        As it stands in the record.
    """
    if value is None:
        return None
    return int(value) if abs(value) <= LARGEST_INT and value == int(value) else NO_NUMBER


def dates(texts: Sequence[str | None]) -> pa.Array:
    """Return dates of the form YYYY-MM-DD, date32 (n,); `NO_DAY` where a text is none, null where it is empty.

    Parameters
    ----------
    texts : Sequence[str | None]
        (n,) as they stand in the records.
    """
    column = pa.array(texts, STRING)
    try:
        return column.cast(DATE)
    except pa.ArrowInvalid:  # a text that is no day
        encoded = column.dictionary_encode()
        return pa.array([_day(text) for text in encoded.dictionary.to_pylist()], DATE).take(encoded.indices)


def timestamps(texts: Sequence[str | None]) -> pa.Array:
    """Return points in time in UTC, timestamp[us] (n,), from dates and timestamps; `NO_MOMENT` for other texts.

    Parameters
    ----------
    texts : Sequence[str | None]
        (n,) as they stand in the records.
    """
    try:
        return pa.array(texts, STRING).cast(pa.timestamp("us")).cast(TIMESTAMP)
    except pa.ArrowInvalid:  # a zone, or a text that is no time
        return pa.array([_timestamp(text) for text in texts], TIMESTAMP)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2019-01-01") else NO_DAY
    except ValueError:
        return NO_DAY


def _timestamp(text: str | None) -> datetime | None:
    if text is None or not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no such day, or the year 0 or 10000 in UTC
        return NO_MOMENT
