"""Fields of a batch of Parquet rows: slices, null items, fields that are not there."""

import numpy as np
import pyarrow as pa

from isthmus.snapshot.parquet.field import Field


def test_slices_and_null_items():
    lists_of_ids = pa.array([["W1"], None, [None, "W2"], [], ["W3", None]], pa.list_(pa.string()))
    for start in range(5):
        seen = Field(lists_of_ids[start:])
        dropped = seen.items(lambda items: items.text(), pa.string()).to_pylist()
        assert dropped == [["W1"], None, ["W2"], [], ["W3"]][start:]
        kept = seen.items(lambda items: items.text(), pa.string(), keep_null=True).to_pylist()
        assert kept == lists_of_ids[start:].to_pylist()
    absent = Field(pa.array([{"there": 1}, None, {"there": 3}]))["missing"]
    assert absent.values.null_count == 3
    made = [
        absent.text(),
        absent.integer(),
        absent.level(),
        absent.score(),
        absent.day(),
        absent.moment(),
        absent.boolean(),
    ]
    assert all(len(column) == column.null_count == 3 for column in [*made, absent.items(Field.text, pa.string())])
    assert np.array_equal(Field(pa.array([1, None])).values.is_valid(), [True, False])
