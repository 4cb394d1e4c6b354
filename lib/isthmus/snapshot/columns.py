"""Columns of Parquet parts as columns of parsed works: ids to numbers, lists, types of all vintages, by the column."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.snapshot import schemas
from isthmus.snapshot.flatten import LARGEST_INT, as_float, dates, timestamps
from isthmus.snapshot.identifiers import AUTHOR_PREFIX, LARGEST_ID, URL, WORK_PREFIX, column_numbers, regular_numbers
from isthmus.snapshot.schemas import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, list_of


def is_text(dtype: pa.DataType) -> bool:
    """Whether a column holds text, or nothing that would tell what it holds.

    Parameters
    ----------
    dtype : pyarrow.DataType
        Its type.
    """
    return bool(pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_null(dtype))


@dataclass(frozen=True)
class Seen:
    """A field as it stands in a batch; one that is not there is a column of nulls without a type.

    Parameters
    ----------
    values : pyarrow.Array
        (rows,) its values.
    """

    values: pa.Array

    def __getitem__(self, name: str) -> "Seen":
        """Return a field of an object; a missing one where the object has none."""
        dtype = self.values.type
        if not pa.types.is_struct(dtype) or dtype.get_field_index(name) < 0:
            return Seen(pa.nulls(len(self.values)))
        return Seen(pc.struct_field(self.values, name))

    def filter(self, chosen: pa.Array) -> "Seen":
        """Return the rows where a mask is true."""
        return Seen(self.values.filter(chosen))

    def text(self) -> pa.Array:
        """Return the values as text, string (rows,)."""
        return self.values.cast(STRING)

    def boolean(self) -> pa.Array:
        """Return the values, boolean (rows,)."""
        return self.values.cast(BOOLEAN)

    def integer(self) -> pa.Array:
        """Return the values, int32 (rows,); null beyond its range."""
        return _within(self.values, -LARGEST_INT - 1, LARGEST_INT).cast(INT)

    def score(self) -> pa.Array:
        """Numbers that are text in some vintages, float64 (rows,); null where they are none."""
        if is_text(self.values.type):
            return pa.array([as_float(value) for value in self.values.to_pylist()], DOUBLE)
        return self.values.cast(DOUBLE)

    def day(self) -> pa.Array:
        """Dates, date32 (rows,); null where they are none."""
        return dates(self.values.cast(STRING)) if is_text(self.values.type) else self.values.cast(DATE, safe=False)

    def moment(self) -> pa.Array:
        """Points in time, timestamp[us] in UTC (rows,); without a zone they are taken for UTC."""
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

    def items(self, build: Callable[["Seen"], pa.Array], dtype: pa.DataType, *, keep_null: bool = False) -> pa.Array:
        """Return lists with their items built anew; null items are left out unless they keep their place.

        Parameters
        ----------
        build : Callable[[Seen], pyarrow.Array]
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
        built = build(Seen(items))
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


def _struct(dtype: pa.StructType, *values: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays(values, fields=list(dtype))


def work_columns(row: Seen) -> dict[str, pa.Array]:
    """Return the columns of `WORK_FIELDS` but the number of the work, each (n,).

    Parameters
    ----------
    row : Seen
        The needed columns of a part, as one object a row.
    """
    location, venue = row["primary_location"]["source"], row["host_venue"]
    has_source, topic = location.values.is_valid(), row["primary_topic"]
    source = f"{URL}S"
    return {
        "updated_date": row["updated_date"].moment(),
        "publication_year": row["publication_year"].integer(),
        "publication_date": row["publication_date"].day(),
        "work_type": row["type"].text(),
        "is_retracted": row["is_retracted"].boolean(),
        "is_paratext": row["is_paratext"].boolean(),
        "is_xpac": row["is_xpac"].boolean(),
        "source_id": pc.if_else(has_source, location["id"].number(source), venue["id"].number(source)),
        "source_type": pc.if_else(has_source, location["type"].text(), venue["type"].text()),
        "primary_topic_id": topic["id"].number(f"{URL}T"),
        "primary_subfield_id": topic["subfield"].level(),
        "topics": row["topics"].items(_topics, schemas.TOPIC),
        "concepts": row["concepts"].items(_concepts, schemas.CONCEPT),
        "authors_count": row["authors_count"].integer(),
        "authorships": row["authorships"].items(_authorships, schemas.AUTHORSHIP, keep_null=True),
        # once without ids that are null, once without those that have no number
        "referenced_works": Seen(row["referenced_works"].items(_references, BIGINT)).items(_unchanged, BIGINT),
    }


def _topics(items: Seen) -> pa.Array:
    levels = (items[name].level() for name in ("subfield", "field", "domain"))
    return _struct(schemas.TOPIC, items["id"].number(f"{URL}T"), *levels, items["score"].score())


def _concepts(items: Seen) -> pa.Array:
    return _struct(schemas.CONCEPT, items["id"].number(f"{URL}C"), items["score"].score())


def _affiliations(items: Seen) -> pa.Array:
    country = items["country_code"].text()
    known = pc.if_else(pc.equal(country, ""), pa.scalar(None, STRING), country)
    return _struct(schemas.AFFILIATION, items["id"].number(f"{URL}I"), known)


def _authorships(items: Seen) -> pa.Array:
    return _struct(
        schemas.AUTHORSHIP,
        items["author_position"].text(),
        items["author"]["id"].number(AUTHOR_PREFIX),
        items["countries"].items(Seen.text, STRING),
        items["institutions"].items(_affiliations, schemas.AFFILIATION),
    )


def _references(items: Seen) -> pa.Array:
    return items.number(WORK_PREFIX)


def _unchanged(items: Seen) -> pa.Array:
    return items.values
