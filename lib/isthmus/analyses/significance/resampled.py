"""The second interval of a tie over the window: that of resampled works, beside the exact one of independent papers."""

import pandas as pd

from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.report.results import Results
from isthmus.report.statement import interval

_PAIR = ["network", "src", "dst"]


def with_resampled(results: Results, ties: pd.DataFrame) -> pd.DataFrame:
    """Return ties with `resampled`: the interval of the propensity over resampled works, in words.

    Empty where the study resampled nothing.

    Parameters
    ----------
    results : Results
        Published results.
    ties : pandas.DataFrame
        network, src, dst, and more; a row per tie over the significance years.
    """
    bounds = results.optional(BOOTSTRAP_PROPENSITIES)
    if bounds is None:
        return ties.assign(resampled="")
    window = (bounds["first_year"] == results.window[0]) & (bounds["last_year"] == results.window[1])
    renamed = {"propensity_low": "_low", "propensity_high": "_high"}
    found = ties.merge(bounds.loc[window, [*_PAIR, *renamed]].rename(columns=renamed), on=_PAIR, how="left")
    words = [
        "" if pd.isna(high) else interval(low, high) for low, high in zip(found["_low"], found["_high"], strict=True)
    ]
    return found.assign(resampled=words).drop(columns=["_low", "_high"])
