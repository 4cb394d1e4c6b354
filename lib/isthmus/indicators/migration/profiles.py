"""The distribution of a measure in each group, and whether movers are above the others of the same year."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from isthmus.indicators.migration.names import ALL_OTHERS, GROUPS, MOVED
from isthmus.indicators.migration.ranks import stratified_ranks

SHARES = {"q25": 0.25, "median": 0.5, "q75": 0.75}
PROFILE = ("group", "scientists", "mean", *SHARES)
COMPARISON = ("against", "n_first", "n_second", "superiority", "z", "p_value")


def profile(counts: pd.DataFrame) -> pd.DataFrame:
    """Return number, mean and quartiles of each group: `PROFILE`, groups in their order.

    A quartile is the least value that so many of the scientists do not exceed.

    Parameters
    ----------
    counts : pandas.DataFrame
        group, value, scientists; of one measure.
    """
    rows = []
    for group in GROUPS:
        own = counts[counts["group"] == group].groupby("value")["scientists"].sum().sort_index()
        if own.empty:
            continue
        values, running = own.index.to_numpy(), own.cumsum().to_numpy()
        total = int(running[-1])
        at = {name: float(values[np.searchsorted(running, share * total)]) for name, share in SHARES.items()}
        mean = int((values * own.to_numpy()).sum()) / total
        rows.append({"group": group, "scientists": total, "mean": mean, **at})
    return pd.DataFrame(rows, columns=list(PROFILE))


def comparisons(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the movers against each other group, and against all others, within years: `COMPARISON`.

    Parameters
    ----------
    counts : pandas.DataFrame
        group, year, value, scientists; of one measure.
    """
    rows = []
    for against in (ALL_OTHERS, *GROUPS[1:]):
        kept = counts if against == ALL_OTHERS else counts[counts["group"].isin([MOVED, against])]
        if kept["group"].nunique() < 2 or not (kept["group"] == MOVED).any():
            continue
        found = stratified_ranks(kept["value"], kept["year"], kept["group"] == MOVED, kept["scientists"])
        rows.append({"against": against} | asdict(found))
    return pd.DataFrame(rows, columns=list(COMPARISON))
