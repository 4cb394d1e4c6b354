"""Profiles and comparisons of scientists who move, spread over the cluster by pair of countries and measure."""

from collections.abc import Callable

import pandas as pd
from pyspark.sql import DataFrame

from isthmus.indicators.migration.profiles import comparisons, profile

KEYS = ("destination", "origin", "measure")
_KEYS = "destination string, origin string, measure string"
PROFILE_TYPES = f"{_KEYS}, group string, scientists bigint, mean double, q25 double, median double, q75 double"
COMPARISON_TYPES = (
    f"{_KEYS}, against string, n_first bigint, n_second bigint, superiority double, z double, p_value double"
)


def fan_out_profiles(counts: DataFrame) -> DataFrame:
    """Return the distribution of each measure in each group: the columns of `PROFILE_TYPES`.

    Parameters
    ----------
    counts : DataFrame
        As `isthmus.indicators.migration.compared.value_counts` returns them.
    """
    return _by_measure(counts, profile, PROFILE_TYPES)


def fan_out_comparisons(counts: DataFrame) -> DataFrame:
    """Return the movers against the other groups: the columns of `COMPARISON_TYPES`.

    Parameters
    ----------
    counts : DataFrame
        As `isthmus.indicators.migration.compared.value_counts` returns them.
    """
    return _by_measure(counts, comparisons, COMPARISON_TYPES)


def _by_measure(counts: DataFrame, compute: Callable[[pd.DataFrame], pd.DataFrame], types: str) -> DataFrame:
    names = [field.split()[0] for field in types.split(", ")]

    def work(key: tuple[str, ...], rows: pd.DataFrame) -> pd.DataFrame:
        return compute(rows).assign(**dict(zip(KEYS, key, strict=True)))[names]

    return counts.groupBy(*KEYS).applyInPandas(work, schema=types)
