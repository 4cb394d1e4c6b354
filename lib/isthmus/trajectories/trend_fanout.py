"""Propensities and trends for both networks of a study: scatter and prior belong to a network, so it is one task."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, DoubleType, IntegerType, LongType, StringType, StructField, StructType

from isthmus.trajectories.trend_frames import TREND_COLUMNS, pair_trends, propensities

KEYS = ("network",)
NEEDED = ("network", "src", "dst", "year", "weight", "expected")
PROPENSITY_TYPES: dict[str, DataType] = {
    "year": IntegerType(),
    "weight": LongType(),
    "expected": DoubleType(),
    "propensity": DoubleType(),
    "propensity_low": DoubleType(),
    "propensity_high": DoubleType(),
}
TREND_TYPES: dict[str, DataType] = {
    name: {"years_used": IntegerType(), "papers": LongType()}.get(name, DoubleType()) for name in TREND_COLUMNS
}


def fan_out_propensities(pair_tests: DataFrame, *, level: float) -> DataFrame:
    """Return how many times what size explains each pair weighs in each year, with its exact interval.

    Parameters
    ----------
    pair_tests : DataFrame
        Columns `NEEDED`, of one citation year.
    level : float
        Coverage of the interval.
    """
    schema = _schema(PROPENSITY_TYPES)

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        return propensities(rows, keys=KEYS, level=level)[schema.fieldNames()]

    return pair_tests.select(*NEEDED).groupBy(*KEYS).applyInPandas(work, schema=schema)


def fan_out_trends(pair_tests: DataFrame, years: tuple[int, int], *, delta: float) -> DataFrame:
    """Return the trend of each pair's log propensity in each network, and how sure it is.

    Parameters
    ----------
    pair_tests : DataFrame
        Columns `NEEDED`, of one citation year; a pair has a row in each year in which both countries are present.
    years : tuple[int, int]
        First and last year, both included.
    delta : float
        Change of the log propensity per decade below which it is level.
    """
    schema = _schema(TREND_TYPES)

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        return pair_trends(rows, years, delta=delta, keys=KEYS)[schema.fieldNames()]

    return pair_tests.select(*NEEDED).groupBy(*KEYS).applyInPandas(work, schema=schema)


def _schema(types: dict[str, DataType]) -> StructType:
    keys = [StructField(name, StringType(), nullable=False) for name in ("network", "src", "dst")]
    return StructType([*keys, *(StructField(name, dtype) for name, dtype in types.items())])
