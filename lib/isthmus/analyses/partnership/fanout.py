"""The second estimate on the cluster: one Poisson model a match and outcome."""

from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.partnership.matched import PAIR
from isthmus.indicators.partnership.names import C2, COUNTS, READINGS
from isthmus.matching.blocks import ARM, NUMBER, UNITS
from isthmus.matching.poisson import poisson_effect

KEY = (*PAIR, "first_year", "last_year", "outcome")
TYPES = (
    "home string, partner string, kind string, first_year int, last_year int, outcome string, coefficient double, "
    "error double, percent double, percent_low double, percent_high double, p_value double, papers bigint, "
    "left_out bigint, institutions bigint, imbalance double, reason string"
)


def fan_out_factors(histogram: DataFrame) -> DataFrame:
    """Return the columns of `partnership_factors`: citations of each year, every count of citations over several years.

    Parameters
    ----------
    histogram : DataFrame
        As `isthmus.analyses.partnership.matched.matched_histogram` returns it.
    """
    several = F.col("last_year") > F.col("first_year")
    asked = (F.col("reading") == READINGS[0]) & F.col("outcome").isin(*COUNTS) & (several | (F.col("outcome") == C2))
    cells = (
        histogram.where(asked)
        .groupBy(*KEY, "stratum_year", "institution_id", "team", ARM)
        .agg(F.sum(UNITS).alias("units"), F.sum(F.col(NUMBER) * F.col(UNITS)).alias("total"))
    )
    names = [field.split()[0] for field in TYPES.split(", ")]

    def work(key: tuple[Any, ...], rows: pd.DataFrame) -> pd.DataFrame:
        table = pd.DataFrame([dict(zip(KEY, key, strict=True)) | factor_row(rows)])[names].astype(object)
        return table.where(table.notna(), None)

    return cells.groupBy(*KEY).applyInPandas(work, schema=TYPES)


def factor_row(cells: pd.DataFrame) -> dict[str, Any]:
    """Return what the model says of some cells.

    Parameters
    ----------
    cells : pandas.DataFrame
        stratum_year, institution_id, team, arm, units, total.
    """
    ordered = cells.sort_values(["institution_id", "stratum_year", "team", ARM], ignore_index=True)
    group = ordered.groupby(["institution_id", "stratum_year"]).ngroup()
    level = ordered.groupby(["stratum_year", "team"]).ngroup()
    found = poisson_effect(ordered[ARM], group, level, ordered["institution_id"], ordered["units"], ordered["total"])
    percent, low, high = found.percent
    return {
        "coefficient": found.coefficient,
        "error": found.error,
        "percent": percent,
        "percent_low": low,
        "percent_high": high,
        "p_value": found.p,
        "papers": found.units,
        "left_out": found.left_out,
        "institutions": found.clusters,
        "imbalance": found.imbalance,
        "reason": found.reason,
    }
