"""Intervals of z from those of the propensity: one is the other on another scale."""

import pandas as pd

from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.report.results import Results

_KEYS = ["network", "year", "src", "dst"]


def with_z_intervals(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with `z_low` and `z_high`; as they are where the bootstrap was not published.

    z = (weight - expected) / sd = expected (propensity - 1) / sd.

    Parameters
    ----------
    results : Results
        Published results.
    rows : pandas.DataFrame
        network, year, src, dst, expected, sd, and more; a row per pair and year, of the shown citation year.
    """
    if not results.has(BOOTSTRAP_PROPENSITIES):
        return rows
    bounds = results.table(BOOTSTRAP_PROPENSITIES)
    single = bounds[bounds["first_year"] == bounds["last_year"]].rename(columns={"first_year": "year"})
    rows = rows.merge(single[[*_KEYS, "propensity_low", "propensity_high"]], on=_KEYS, how="left")
    unit = (rows["expected"] / rows["sd"]).where(rows["sd"] > 0)
    rows = rows.assign(z_low=(rows["propensity_low"] - 1.0) * unit, z_high=(rows["propensity_high"] - 1.0) * unit)
    return rows.drop(columns=["propensity_low", "propensity_high"])
