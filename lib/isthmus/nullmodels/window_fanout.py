"""The pooled test of a window for every network of a study: each network is one task and one family of tests."""

from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DoubleType, IntegerType, StringType, StructField, StructType

from isthmus.nullmodels.window_frames import window_tests
from isthmus.nullmodels.yearly import KEYS, PAIR

NEEDED = (*KEYS, *PAIR, "year", "weight", "link_probability", "expected", "z", "finite")
#: Where weights come in clusters; without it each unit of a weight is an event of its own.
OPTIONAL = ("work_variance",)
POOLED_TYPES: dict[str, DataType] = {
    "years_seen": IntegerType(),
    "years_present": IntegerType(),
    "expected": DoubleType(),
    "propensity": DoubleType(),
    "propensity_low": DoubleType(),
    "propensity_high": DoubleType(),
    "design_effect": DoubleType(),
    "p_upper": DoubleType(),
    "p_lower": DoubleType(),
    "p_two_sided": DoubleType(),
    "q_upper": DoubleType(),
    "q_lower": DoubleType(),
    "direction": StringType(),
    "grade": StringType(),
}


def fan_out_windows(
    pair_tests: DataFrame,
    *,
    window: tuple[int, int],
    false_discovery_rate: float,
    threshold: float,
    min_finite_years: int = 3,
) -> DataFrame:
    """Test the summed weight of every pair over a window of years, each network for itself.

    Parameters
    ----------
    pair_tests : DataFrame
        Columns `NEEDED`, and those of `OPTIONAL` that are there; a row per pair and year in which both are present.
    window : tuple[int, int]
        First and last year, both included.
    false_discovery_rate, threshold, min_finite_years : float, int
        As `isthmus.nullmodels.window_frames.window_tests` takes them.

    Returns
    -------
    DataFrame
        network, citation_year, src, dst and the columns of `POOLED_TYPES`, a row per pair.
    """
    names = [*KEYS, *PAIR, *POOLED_TYPES]
    keys = [StructField(name, StringType(), nullable=False) for name in (*KEYS, *PAIR)]
    schema = StructType([*keys, *(StructField(name, dtype) for name, dtype in POOLED_TYPES.items())])
    options: dict[str, Any] = {"min_finite_years": min_finite_years}

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        found = window_tests(rows, window, false_discovery_rate, threshold, **options)[names]
        return found.astype(object).where(found.notna(), None)  # no grade is null, not nan

    columns = [*NEEDED, *(name for name in OPTIONAL if name in pair_tests.columns)]
    return pair_tests.select(*columns).groupBy(*KEYS).applyInPandas(work, schema=schema)
