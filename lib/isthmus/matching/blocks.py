"""A block of strata as Python's workers get it. Imports little, for every worker imports it anew."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.matching.strata import tuple_ids

# columns of our own begin with an underscore, so that they do not meet those of the units
ARM, NUMBER, BELOW, UNITS, BLOCK, WEIGHT = "_treated", "_outcome", "_denominator", "_units", "_block", "_weight"
#: What the names of the columns of a stratum, of a cell and of their copies for Python begin with.
KEY, CELL, COPY = "_stratum_", "_cell_", "_copy_"


def block_arrays(
    rows: pd.DataFrame,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]:
    """Return stratum, arm, outcome and units of the rows of a histogram.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns of the strata, beginning with `COPY`; `ARM`, `NUMBER`, `BELOW` (missing: the outcome is the number
        itself), `UNITS`.
    """
    keys = [name for name in rows.columns if name.startswith(COPY)]
    codes = np.column_stack([_codes(rows[name]) for name in keys])
    y = rows[NUMBER].to_numpy(np.float64, copy=True)
    below: Any = rows[BELOW].to_numpy(np.float64)
    share = ~np.isnan(below)
    y[share] /= below[share]
    return tuple_ids(codes), rows[ARM].to_numpy(bool), y, rows[UNITS].to_numpy(np.int64)


def _codes(column: pd.Series) -> NDArray[np.int64]:
    return pd.factorize(column)[0].astype(np.int64)
