"""The specifications of a gravity model, each one a task."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.gravity.models import SPECIFICATIONS, Options, fit_specification

FIT = (
    "n_citing bigint, n_cited bigint, n_pairs bigint, n_positive bigint, left_out_citing bigint, "
    "left_out_cited bigint, near_pairs bigint, mcfadden double, squared_correlation double, "
    "two_way_clipped boolean, status string, message string"
)
COEFFICIENT = (
    "name string, estimate double, standard_error double, two_way_error double, low double, high double, "
    "effective_cities double, p_of_one double, constructed boolean"
)
SCHEMA = f"network string, specification int, kind string, {FIT}, {COEFFICIENT}"
COLUMNS = [part.split()[0] for part in SCHEMA.split(", ")]


def fan_out_gravity(
    ties: DataFrame, cities: pd.DataFrame, options: Options, *, specifications: tuple[int, ...]
) -> DataFrame:
    """Return fits and coefficients of every network and specification, mixed; `kind` tells them apart.

    Parameters
    ----------
    ties : DataFrame
        network, src, dst, weight between all cities.
    cities : pandas.DataFrame
        As in `isthmus.analyses.gravity.models.fit_specification`; some thousand rows, which every task gets.
    options : Options
        What all models share.
    specifications : tuple of int
        Which; a network has those of `SPECIFICATIONS`.
    """
    asked = [(network, n) for network, numbers in SPECIFICATIONS.items() for n in numbers if n in specifications]
    models = ties.sparkSession.createDataFrame(asked, "network string, specification int")
    spread = ties.join(F.broadcast(models), "network").select("network", "specification", "src", "dst", "weight")

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat(_kinds(rows), ignore_index=True)

    def _kinds(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        key: dict[str, Any] = {
            "network": str(rows["network"].iloc[0]),
            "specification": int(rows["specification"].iloc[0]),
        }
        found = fit_specification(key["specification"], cities, rows, options, network=key["network"])
        for kind, part in (("fit", [found.fit]), ("coefficient", found.coefficients)):
            yield pd.DataFrame(part).assign(kind=kind, **key).reindex(columns=COLUMNS).astype(object)

    return spread.groupBy("network", "specification").applyInPandas(work, schema=SCHEMA)
