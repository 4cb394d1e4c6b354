"""The specifications of a gravity model, each one a task."""

from collections.abc import Iterator

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.analyses.gravity.models import fit_specification

FIT = (
    "n_citing bigint, n_cited bigint, n_pairs bigint, n_positive bigint, left_out_citing bigint, "
    "left_out_cited bigint, near_pairs bigint, mcfadden double, squared_correlation double, "
    "two_way_clipped boolean, status string, message string"
)
COEFFICIENT = (
    "name string, estimate double, standard_error double, two_way_error double, p_of_one double, constructed boolean"
)
SCHEMA = f"specification int, kind string, {FIT}, {COEFFICIENT}"
COLUMNS = [part.split()[0] for part in SCHEMA.split(", ")]


def fan_out_gravity(
    ties: DataFrame, cities: pd.DataFrame, *, specifications: tuple[int, ...], least_km: float
) -> DataFrame:
    """Return fits and coefficients of every specification, mixed; `kind` tells them apart.

    Parameters
    ----------
    ties : DataFrame
        src, dst, weight: citations between all cities.
    cities : pandas.DataFrame
        As in `isthmus.analyses.gravity.models.fit_specification`; some thousand rows, which every task gets.
    specifications : tuple of int
        Which.
    least_km : float
        Distances below count as it.
    """
    numbers = F.explode(F.array(*(F.lit(number) for number in specifications))).alias("specification")
    spread = ties.select(numbers, "src", "dst", "weight")

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        return pd.concat(_kinds(int(rows["specification"].iloc[0]), rows), ignore_index=True)

    def _kinds(number: int, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        found = fit_specification(number, cities, rows, least_km=least_km)
        for kind, part in (("fit", [found.fit]), ("coefficient", found.coefficients)):
            yield pd.DataFrame(part).assign(kind=kind, specification=number).reindex(columns=COLUMNS).astype(object)

    return spread.groupBy("specification").applyInPandas(work, schema=SCHEMA)
