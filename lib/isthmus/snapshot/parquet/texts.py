"""Text that is no UTF-8 in columns of Parquet, which Arrow reads without looking."""

import numpy as np
import pyarrow as pa

NO_TEXT = "Invalid UTF-8 encoded string in a column that is read"


def readable(batch: pa.RecordBatch) -> np.ndarray | None:
    """Return which rows hold nothing but text that is UTF-8, boolean (rows,); None where all do.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Columns as they were read.
    """
    if _is_valid(batch):
        return None
    good = np.ones(batch.num_rows, bool)
    spans = [(0, batch.num_rows)]
    while spans:  # halves again and again: few rows are bad
        start, end = spans.pop()
        if _is_valid(batch.take(pa.array(np.arange(start, end)))):
            continue
        if end - start == 1:
            good[start] = False
            continue
        middle = (start + end) // 2
        spans += [(start, middle), (middle, end)]
    return good


def _is_valid(batch: pa.RecordBatch) -> bool:
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
