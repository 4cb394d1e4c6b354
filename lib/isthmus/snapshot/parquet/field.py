"""A field of a batch of Parquet rows, of whatever vintage: text to numbers, lists, times, by the column."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.snapshot.identifiers import LARGEST_ID, URL, WORK_PREFIX, column_numbers, regular_numbers
from isthmus.snapshot.schemas import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, list_of
from isthmus.snapshot.values import LARGEST_INT, as_float, dates, timestamps, whole_number


def is_text(dtype: pa.DataType) -> bool:
    """Whether a column holds text, or nothing that would tell what it holds.

    Parameters
    ----------
    dtype : pyarrow.DataType
        Its type.
    """
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_null(dtype))


@dataclass(frozen=True)
class Field:
    """A field as it stands in a batch; one that is not there is a column of nulls without a type.

    Parameters
    ----------
    values : pyarrow.Array
        (rows,) its values.
    """

    values: pa.Array

    def __getitem__(self, name: str) -> "Field":
        """Return a field of an object; a missing one where the object has none."""
        dtype = self.values.type
        if not pa.types.is_struct(dtype) or dtype.get_field_index(name) < 0:
            return Field(pa.nulls(len(self.values)))
        return Field(pc.struct_field(self.values, name))

    def filter(self, chosen: pa.Array) -> "Field":
        """Return the rows where a mask is true."""
        return Field(self.values.filter(chosen))

    def text(self) -> pa.Array:
        """Return the values as text, string (rows,)."""
        return self.values.cast(STRING)

    def is_filled(self) -> pa.Array:
        """Return whether there is a text and it is not empty, boolean (rows,)."""
        return pc.fill_null(pc.not_equal(self.text(), ""), False)

    def boolean(self) -> pa.Array:
        """Return the values, boolean (rows,)."""
        return self.values.cast(BOOLEAN)

    def integer(self) -> pa.Array:
        """Return whole numbers, int32 (rows,); null for others and beyond its range."""
        if pa.types.is_floating(self.values.type):
            return pa.array([whole_number(value) for value in self.values.to_pylist()], INT)
        return _within(self.values, -LARGEST_INT - 1, LARGEST_INT).cast(INT)

    def score(self) -> pa.Array:
        """Return numbers that are text in some vintages, float64 (rows,); null where they are none."""
        if is_text(self.values.type):
            return pa.array([as_float(value) for value in self.values.to_pylist()], DOUBLE)
        return self.values.cast(DOUBLE)

    def day(self) -> pa.Array:
        """Return dates, date32 (rows,); `NO_DAY` where a text is none."""
        return dates(self.values.cast(STRING)) if is_text(self.values.type) else self.values.cast(DATE, safe=False)

    def moment(self) -> pa.Array:
        """Return points in time, timestamp[us] in UTC (rows,); without a zone they are taken for UTC."""
        if is_text(self.values.type):
            return timestamps(self.values.to_pylist())
        zone = self.values.type.tz if pa.types.is_timestamp(self.values.type) else None
        return self.values.cast(pa.timestamp("us", zone), safe=False).cast(TIMESTAMP)

    def number(self, prefix: str) -> pa.Array:
        """Return the numbers of ids, int64 (rows,); null where there is none.

        Parameters
        ----------
        prefix : str
            What nearly all of them begin with.
        """
        if is_text(self.values.type):
            return column_numbers(self.values.cast(STRING), prefix)
        return _within(self.values, 0, LARGEST_ID).cast(BIGINT)

    def work_numbers(self) -> tuple[pa.Array, np.ndarray]:
        """Return the numbers of works, int64 (rows,), and which rows have no id of a work, boolean (rows,)."""
        text = self.text()
        numbers = regular_numbers(text, WORK_PREFIX)
        if numbers is None:
            numbers = column_numbers(text, WORK_PREFIX)
            of_works = [bool(each) and each.rpartition("/")[2].startswith("W") for each in text.to_pylist()]
            numbers = pc.if_else(pa.array(of_works, BOOLEAN), numbers, None)
        return numbers, np.asarray(numbers.is_null())

    def level(self) -> pa.Array:
        """Return the numbers of subfields, fields or domains, which are objects or ids by vintage, int32 (rows,)."""
        inner = self["id"] if pa.types.is_struct(self.values.type) else self
        found = inner.number(f"{URL}subfields/")
        return _within(found, 0, LARGEST_INT).cast(INT)

    def items(self, build: Callable[["Field"], pa.Array], dtype: pa.DataType, *, keep_null: bool = False) -> pa.Array:
        """Return lists with their items built anew; null items are left out unless they keep their place.

        Parameters
        ----------
        build : Callable[[Field], pyarrow.Array]
            Makes the new items, (m,), of all old ones.
        dtype : pyarrow.DataType
            The type of a new item.
        keep_null : bool, default False
            Whether a null item stays, as an item without values.
        """
        if pa.types.is_null(self.values.type):
            return pa.nulls(len(self.values), list_of(dtype))
        items, counts = _flat(self.values, keep_null=keep_null)
        offsets = np.zeros(len(self.values) + 1, np.int32)
        np.cumsum(counts, out=offsets[1:])
        built = build(Field(items))
        mask = self.values.is_null() if self.values.null_count else None
        return pa.ListArray.from_arrays(pa.array(offsets), built, list_of(dtype), mask=mask)


def _flat(lists: pa.Array, *, keep_null: bool) -> tuple[pa.Array, np.ndarray]:
    """Return the joined items of lists, and their number in each, (n,)."""
    counts = np.asarray(pc.fill_null(pc.list_value_length(lists), 0)).astype(np.int64)
    items = lists.flatten()
    if items.null_count and not keep_null:
        valid = np.asarray(items.is_valid())
        running = np.concatenate([[0], np.cumsum(valid)])
        ends = np.cumsum(counts)
        counts = running[ends] - running[ends - counts]
        items = items.filter(pa.array(valid))
    return items, counts


def _within(numbers: pa.Array, low: int, high: int) -> pa.Array:
    """Return the numbers of a range; null for others. Bounds that the type cannot reach are not asked for."""
    if len(numbers) == numbers.null_count:
        return numbers
    extent = pc.min_max(numbers).as_py()
    if low <= extent["min"] and extent["max"] <= high:
        return numbers
    kept = [number if number is not None and low <= number <= high else None for number in numbers.to_pylist()]
    return pa.array(kept, BIGINT)
