"""Rows of pairs and years as tables with a row per pair and a column per year."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from isthmus.errors import NetworkError
from isthmus.nullmodels.solver import FloatArray

KEYS = ("network", "citation_year")
PAIR = ("src", "dst")


def year_tables(
    frame: pd.DataFrame, years: tuple[int, int], numbers: Sequence[str], *, keys: Sequence[str] = KEYS
) -> tuple[pd.DataFrame, dict[str, FloatArray]]:
    """Return the pairs of some years in order, and each of their numbers as a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `pair_tests`: the columns of `keys`, src, dst, year, and `numbers`; each pair once a year.
    years : tuple of two int
        First and last year, both included; other rows are left out.
    numbers : sequence of str
        Columns wanted as tables.
    keys : sequence of str
        Columns that tell networks apart; null is a value like others.

    Returns
    -------
    tuple of pandas.DataFrame and dict
        Frame of n rows, keys, src, dst, sorted; and for each of `numbers` a float array of shape (n, years), nan in a
        year in which the pair has no row.

    Raises
    ------
    NetworkError
        A column that is missing, years that end before they start, or a pair listed twice in a year.

    """
    needed = [*keys, *PAIR, "year", *numbers]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise NetworkError(
            f"the rows of pair_tests lack {', '.join(missing)}; found {', '.join(map(str, frame.columns))}"
        )
    first, last = years
    if last < first:
        raise NetworkError(f"the years are {first} to {last}; expected the first year, then the last")
    rows = frame[frame["year"].between(first, last)]
    grouped = rows.groupby([*keys, *PAIR], sort=True, dropna=False)
    pair, pairs = grouped.ngroup().to_numpy(), grouped.size().index.to_frame(index=False)
    year = rows["year"].to_numpy(dtype=np.int64) - first
    shape = (len(pairs), last - first + 1)
    if (np.bincount(pair * shape[1] + year, minlength=1) > 1).any():
        doubled = rows[rows.duplicated([*keys, *PAIR, "year"])].iloc[0]
        raise NetworkError(
            f"pair {doubled['src']} - {doubled['dst']} is listed twice in {doubled['year']}; expected once"
        )
    tables = {name: np.full(shape, np.nan) for name in numbers}
    for name, table in tables.items():
        table[pair, year] = pd.to_numeric(rows[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    return pairs, tables
