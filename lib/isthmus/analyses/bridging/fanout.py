"""The networks of cities as bridges, each one a task."""

from collections.abc import Iterator
from dataclasses import fields

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.bridging.bridges import BANDS, DISTANCE, NORMALISED, SIZE, Found, Options, bridges_of

_BRIDGE = "city bigint, betweenness double, cap double, " + ", ".join(
    f"{null}_{name} double" for null in (SIZE, DISTANCE) for name in BANDS
)
_REST = "measure string, value double, sd double, rank int, null_model string, message string"
SCHEMA = f"network string, kind string, {_BRIDGE}, {_REST}"
COLUMNS = [part.split()[0] for part in SCHEMA.split(", ")]


def fan_out_bridges(ties: DataFrame, cities: pd.DataFrame, options: Options) -> DataFrame:
    """Return bridges, influence and notes of every network, mixed; `kind` tells them apart.

    Parameters
    ----------
    ties : DataFrame
        network, src, dst, weight among the cities; normalised impact is made of impact.
    cities : pandas.DataFrame
        As in `isthmus.analyses.bridging.bridges.bridges_of`: some hundred rows, which every task gets.
    options : Options
        How much is drawn.
    """
    own = ties.select("network", "src", "dst", "weight")
    again = own.where(F.col("network") == "impact").select(F.lit(NORMALISED).alias("network"), "src", "dst", "weight")

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        network = str(rows["network"].iloc[0])
        found = bridges_of(network, cities, rows, options)
        return pd.concat(_kinds(found, network), ignore_index=True)

    return own.unionByName(again).groupBy("network").applyInPandas(work, schema=SCHEMA)


def _kinds(found: Found, network: str) -> Iterator[pd.DataFrame]:
    for part in fields(Found):
        rows = getattr(found, part.name)
        yield rows.assign(network=network, kind=part.name).reindex(columns=COLUMNS).astype(object)
