"""Unknown columns of Parquet parts, and unknown fields inside those that are read."""

import pyarrow as pa

from isthmus.snapshot.fields import KNOWN_FIELDS, KNOWN_INSIDE


def unknown_columns(entity: str, schema: pa.Schema) -> set[str]:
    """Return columns of a part, and the fields inside those that are read, that this version of Isthmus does not know.

    Parameters
    ----------
    entity : str
        Whose records the part holds.
    schema : pyarrow.Schema
        Its columns.
    """
    known = KNOWN_INSIDE[entity]
    found = set(schema.names) - KNOWN_FIELDS[entity]
    for path in known:
        dtype = _inside(pa.struct(list(schema)), path.split("."))
        if dtype is not None:
            found |= {f"{path}.{field.name}" for field in dtype if field.name not in known[path]}
    return found


def _inside(dtype: pa.DataType, path: list[str]) -> pa.StructType | None:
    """Return the object at a path, lists looked through; None where there is none."""
    for name in path:
        if not pa.types.is_struct(dtype) or dtype.get_field_index(name) < 0:
            return None
        dtype = dtype.field(name).type
        if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
            dtype = dtype.value_type
    return dtype if pa.types.is_struct(dtype) else None
