"""Scores, dates and times of all vintages as columns."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from isthmus.snapshot.schemas import STRING, TIMESTAMP

LARGEST_INT = 2**31 - 1


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


def dates(texts: Sequence[str | None]) -> pa.Array:
    """Return dates of the form YYYY-MM-DD, date32 (n,); null where it is none.

    Parameters
    ----------
    texts : Sequence[str | None]
        (n,) as they stand in the records.
    """
    column = pa.array(texts, STRING)
    parsed = pc.strptime(column, format="%Y-%m-%d", unit="s", error_is_null=True)
    return parsed.cast(pa.date32())


def timestamps(texts: Sequence[str | None]) -> pa.Array:
    """Return points in time in UTC, timestamp[us] (n,), from dates and timestamps; null where it is neither.

    Parameters
    ----------
    texts : Sequence[str | None]
        (n,) as they stand in the records.
    """
    try:
        return pa.array(texts, STRING).cast(pa.timestamp("us")).cast(TIMESTAMP)
    except pa.ArrowInvalid:  # a zone, or a text that is no time
        return pa.array([_timestamp(text) for text in texts], TIMESTAMP)


def _timestamp(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
