"""Matching in Spark: a histogram of values becomes sums of blocks of whole strata, which the driver adds.

No unit leaves the executors. The sums are those of `isthmus.matching.sums`, by the same function.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DoubleType, IntegralType, LongType, StructField, StructType

from isthmus.matching.blocks import ARM, BELOW, BLOCK, COPY, NUMBER, UNITS, block_arrays
from isthmus.matching.sums import COUNTS, TOTALS, block_sums
from isthmus.matching.unmeasured import bound_sums

#: Blocks of strata of a group; each is one call of Python.
BLOCKS = 16
SUM_TYPES: dict[str, DataType] = {name: LongType() for name in COUNTS} | {name: DoubleType() for name in TOTALS}


def fan_out_sums(
    histogram: DataFrame, by: Sequence[str], keys: Sequence[str], *, centre: float = 0.0, blocks: int = BLOCKS
) -> DataFrame:
    """Return the sums of strata with the same numbers of units: one row per group, block and pair of numbers.

    Parameters
    ----------
    histogram : DataFrame
        Strata columns `keys`, `ARM`, `NUMBER`, `BELOW` (null: the outcome is the number itself), `UNITS`.
    by : sequence of str
        Those of the strata columns that groups are made of.
    keys : sequence of str
        Strata columns.
    centre : float
        Taken off every outcome, see `isthmus.matching.sums.block_sums`.
    blocks : int
        Blocks of strata in each group.
    """
    groups = [histogram.schema[name] for name in by]
    schema = StructType([*groups, *(StructField(name, dtype) for name, dtype in SUM_TYPES.items())])

    def work(key: tuple[Any, ...], rows: pd.DataFrame) -> pd.DataFrame:
        sums = block_sums(*block_arrays(rows), centre=centre)
        table = pd.DataFrame(sums.arrays())
        return table.assign(**dict(zip(by, key[: len(by)], strict=True)))[schema.fieldNames()]

    copies = _lossless(histogram, keys)
    return _by_block(histogram, by, copies, blocks).applyInPandas(work, schema=schema)


def fan_out_bounds(
    histogram: DataFrame, keys: Sequence[str], gammas: Sequence[float], *, blocks: int = BLOCKS
) -> DataFrame:
    """Return the sums behind the range of the SATT, one row per block and gamma.

    Parameters
    ----------
    histogram : DataFrame
        As in `fan_out_sums`.
    keys : sequence of str
        Strata columns.
    gammas : sequence of float
        Factors of the odds.
    blocks : int
        Blocks of strata.
    """
    factors = tuple(gammas)

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        stratum, treated, y, count = block_arrays(rows)
        found = bound_sums(stratum, treated, y, factors, count)
        return pd.DataFrame(
            {
                "gamma": found.gamma,
                "lowest": found.lowest,
                "highest": found.highest,
                "s_treated": found.s_treated,
                "n_treated": found.n_treated,
            }
        )

    schema = "gamma double, lowest double, highest double, s_treated double, n_treated bigint"
    return _by_block(histogram, (), _lossless(histogram, keys), blocks).applyInPandas(work, schema=schema)


def _lossless(histogram: DataFrame, keys: Sequence[str]) -> list[Column]:
    """Return copies of the strata columns for Python: a whole number that may be null would come as a rounded float."""
    copies = []
    for at, name in enumerate(keys):
        value = F.col(name)
        if isinstance(histogram.schema[name].dataType, IntegralType):
            copies += [F.coalesce(value, F.lit(0)).alias(f"{COPY}{at}"), value.isNull().alias(f"{COPY}{at}_null")]
        else:
            copies.append(value.alias(f"{COPY}{at}"))
    return copies


def _by_block(histogram: DataFrame, by: Sequence[str], copies: Sequence[Column], blocks: int) -> Any:
    # the block decides only where a stratum is added up; strata are told apart by their keys themselves
    rows = histogram.select(*by, *copies, ARM, NUMBER, BELOW, UNITS)
    block = F.pmod(F.hash(*[F.col(name) for name in rows.columns if name.startswith(COPY)]), F.lit(blocks))
    return rows.select("*", block.alias(BLOCK)).groupBy(*by, BLOCK)


def matched_histogram(histogram: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the values of the units of strata with both arms: n_treated, n_control, arm, outcome, units.

    Parameters
    ----------
    histogram : DataFrame
        As in `fan_out_sums`.
    keys : sequence of str
        Strata columns.
    """
    values = F.collect_list(F.struct(ARM, NUMBER, BELOW, UNITS)).alias("values")
    arms = [F.sum(F.when(F.col(ARM) == side, F.col(UNITS)).otherwise(0)) for side in (True, False)]
    strata = histogram.groupBy(*keys).agg(arms[0].alias("n_treated"), arms[1].alias("n_control"), values)
    kept = strata.where((F.col("n_treated") > 0) & (F.col("n_control") > 0))
    rows = kept.select("n_treated", "n_control", F.inline("values"))
    return rows.groupBy("n_treated", "n_control", ARM, NUMBER, BELOW).agg(F.sum(UNITS).alias(UNITS))
