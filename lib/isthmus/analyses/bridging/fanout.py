"""The networks of cities as bridges, each one a task."""

from collections.abc import Iterator
from dataclasses import fields

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.bridging.bridges import NORMALISED, Found, Options, bridges_of, column_names

_BRIDGE = "city bigint, betweenness double, cap double, " + ", ".join(f"{name} double" for name in column_names())
_REST = "measure string, value double, sd double, rank int, null_model string, message string"
SCHEMA = f"network string, kind string, {_BRIDGE}, {_REST}"
COLUMNS = [part.split()[0] for part in SCHEMA.split(", ")]


def fan_out_bridges(ties: DataFrame, units: DataFrame, cities: pd.DataFrame, options: Options) -> DataFrame:
    """Return bridges, influence and notes of every network, mixed; `kind` tells them apart.

    Parameters
    ----------
    ties : DataFrame
        network, src, dst, weight among the cities; normalised impact is made of impact.
    units : DataFrame
        network, signature, units, src, dst, weight: what the ties are made of.
    cities : pandas.DataFrame
        As in `isthmus.analyses.bridging.bridges.bridges_of`: some hundred rows, which every task gets.
    options : Options
        How much is drawn.
    """
    own = ties.select("network", "src", "dst", "weight")
    again = own.where(F.col("network") == "impact").select(F.lit(NORMALISED).alias("network"), "src", "dst", "weight")

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        network = str(rows["network"].iloc[0])
        tied = rows["signature"].isna()
        found = bridges_of(network, cities, rows[tied], options, rows[~tied])
        return pd.concat(_kinds(found, network), ignore_index=True)

    both = own.unionByName(again).unionByName(units, allowMissingColumns=True)
    return both.groupBy("network").applyInPandas(work, schema=SCHEMA)


def _kinds(found: Found, network: str) -> Iterator[pd.DataFrame]:
    for part in fields(Found):
        rows = getattr(found, part.name)
        yield rows.assign(network=network, kind=part.name).reindex(columns=COLUMNS).astype(object)
