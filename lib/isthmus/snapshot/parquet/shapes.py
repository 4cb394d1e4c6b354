"""What is needed of the columns of a Parquet part: objects, lists, and kinds of values."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from isthmus.errors import SnapshotError
from isthmus.snapshot.parquet.field import is_text

Shape = dict[str, "Shape"] | list["Shape"] | str
"""The needed fields: an object, a list of one shape, or a kind of value."""

LEVEL: Shape = {"id": "id"}
TOPIC: Shape = {"id": "id", "score": "number", "subfield": LEVEL, "field": LEVEL, "domain": LEVEL}
SOURCE: Shape = {"id": "id", "type": "text"}
WORK: dict[str, Shape] = {
    "id": "id",
    "updated_date": "time",
    "publication_year": "integer",
    "publication_date": "time",
    "type": "text",
    "is_retracted": "boolean",
    "is_paratext": "boolean",
    "is_xpac": "boolean",
    "primary_location": {"source": SOURCE},
    "host_venue": SOURCE,
    "primary_topic": TOPIC,
    "topics": [TOPIC],
    "concepts": [{"id": "id", "score": "number"}],
    "authors_count": "integer",
    "authorships": [
        {
            "author_position": "text",
            "author": {"id": "id", "orcid": "text"},
            "institutions": [{"id": "id", "country_code": "text"}],
            "countries": ["text"],
        }
    ],
    "referenced_works": ["id"],
}

ACCEPTED: dict[str, Callable[[pa.DataType], bool]] = {
    "id": lambda t: is_text(t) or pa.types.is_integer(t),
    "text": is_text,
    "integer": lambda t: pa.types.is_integer(t) or pa.types.is_floating(t),  # of floats those that are whole
    "boolean": pa.types.is_boolean,
    "number": lambda t: is_text(t) or pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t),
    "time": lambda t: is_text(t) or pa.types.is_date(t) or pa.types.is_timestamp(t),
}
EXPECTED = {
    "id": "a string or an integer",
    "text": "a string",
    "integer": "an integer",
    "boolean": "a boolean",
    "number": "a number or a string",
    "time": "a date, a timestamp or a string",
}


def require_types(dtype: pa.DataType, shape: Shape, file: str, path: str = "") -> None:
    """Make sure that what is needed of a column has a type that can be read; what is not there is null.

    Parameters
    ----------
    dtype : pyarrow.DataType
        The type as it stands in the file.
    shape : Shape
        What is needed.
    file, path : str
        For messages.

    Raises
    ------
    SnapshotError
        a needed field has another type; names the file, the field, expected and found.
    """
    if isinstance(shape, list):
        if not (pa.types.is_list(dtype) or pa.types.is_large_list(dtype)):
            raise _retyped(file, path, "a list", dtype)
        require_types(dtype.value_type, shape[0], file, f"{path}[]")
    elif isinstance(shape, dict):
        if shape is LEVEL and ACCEPTED["id"](dtype):
            return  # 2024: the number or URL of a subfield instead of an object
        if not pa.types.is_struct(dtype):
            raise _retyped(file, path, "an object", dtype)
        require_once([field.name for field in dtype], shape, file, path)
        for name, inner in shape.items():
            if dtype.get_field_index(name) >= 0:
                require_types(dtype.field(name).type, inner, file, f"{path}.{name}")
    elif not ACCEPTED[shape](dtype):
        raise _retyped(file, path, EXPECTED[shape], dtype)


def require_once(names: Iterable[str], needed: Iterable[str], file: str, path: str = "") -> None:
    """Make sure that no needed field stands twice, for nobody could tell which of them counts.

    Parameters
    ----------
    names : Iterable[str]
        The fields that are there.
    needed : Iterable[str]
        Those that are read.
    file, path : str
        For messages.

    Raises
    ------
    SnapshotError
        One stands twice.
    """
    twice = {name for name, number in Counter(names).items() if number > 1} & set(needed)
    if twice:
        where = f" in {path.lstrip('.')!r}" if path else ""
        raise SnapshotError(
            f"{file}: the column {min(twice)!r} stands there twice{where}, and nobody can tell which counts. Fetch the "
            "part again."
        )


def _retyped(file: str, path: str, expected: str, found: pa.DataType) -> SnapshotError:
    return SnapshotError(
        f"{file}: the field {path.lstrip('.')!r} was expected to be {expected} and is {found}. OpenAlex seems to have "
        "changed its format; this version of Isthmus cannot read it."
    )


def leaves(dtype: pa.DataType, shape: Shape | None) -> Iterator[bool]:
    """Yield, for each value that a column stores in the order of the file, whether it is needed.

    Parameters
    ----------
    dtype : pyarrow.DataType
        The column's type.
    shape : Shape | None
        What is needed of it; None for nothing.
    """
    if pa.types.is_map(dtype):
        yield from leaves(dtype.key_type, None)
        yield from leaves(dtype.item_type, None)
    elif pa.types.is_struct(dtype):
        for inner in dtype:
            yield from leaves(inner.type, shape.get(inner.name) if isinstance(shape, dict) else None)
    elif pa.types.is_nested(dtype):
        yield from leaves(dtype.value_type, shape[0] if isinstance(shape, list) else None)
    else:
        yield shape is not None
