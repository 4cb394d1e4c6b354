"""Who writes with whom between all cities, year by year and over some years, against the null model of sizes."""

from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.indicators.cities.ties import Years
from isthmus.nullmodels.grades import grade_pairs
from isthmus.nullmodels.leading_pairs import LeadingPairs, leading_pairs

#: Pairs without a joint work are kept where at least this many were expected.
LEAST_EXPECTED = 3.0
SPAN = ("first_year", "last_year")
PAIR = (
    "src bigint, dst bigint, weight bigint, years_seen int, expected double, z double, p_upper double, p_lower double, "
    "p_two_sided double, q_upper double, q_lower double, grade string, direction string"
)
FIT = (
    "n_nodes int, n_links bigint, n_pairs bigint, total_weight bigint, status string, max_relative_error double, "
    "seconds double, message string"
)
SCHEMA = f"first_year int, last_year int, kind string, {PAIR}, {FIT}"
COLUMNS = [part.split()[0] for part in SCHEMA.split(", ")]


def city_pairs(places: DataFrame, years: Years, window: Years) -> DataFrame:
    """Count works with authors in both of two cities: (first_year, last_year, src, dst, weight, years_seen), src < dst.

    Of every year, and of the window of years as one. A work counts once for each pair of its cities, those of all
    affiliations of all authors.

    Parameters
    ----------
    places : DataFrame
        Rows of `work_places`.
    years, window : tuple of int
        First and last year of the yearly networks, and of the one over several years.
    """
    cities = F.array_sort(F.array_union("last_cities", "other_cities"))
    several = places.select("year", cities.alias("cities")).where(F.size("cities") > 1)
    first = several.select("year", "cities", F.explode("cities").alias("src"))
    pairs = first.select("year", "src", F.explode("cities").alias("dst")).where("src < dst")
    yearly = pairs.groupBy("year", "src", "dst").agg(F.count("*").alias("weight"))
    single = yearly.where(F.col("year").between(*years)).select(
        F.col("year").alias(SPAN[0]), F.col("year").alias(SPAN[1]), "src", "dst", "weight", F.lit(1).alias("years_seen")
    )
    within = yearly.where(F.col("year").between(*window)).groupBy("src", "dst")
    whole = within.agg(F.sum("weight").alias("weight"), F.count("*").cast("int").alias("years_seen")).select(
        F.lit(window[0]).alias(SPAN[0]), F.lit(window[1]).alias(SPAN[1]), "src", "dst", "weight", "years_seen"
    )
    return single if window[0] == window[1] else single.unionByName(whole)


def pairs_against_size(pairs: DataFrame, *, rate: float, threshold: float) -> DataFrame:
    """Test every pair of cities of each network: rows of pairs and of fits, mixed; `kind` tells them apart.

    Parameters
    ----------
    pairs : DataFrame
        As `city_pairs` returns them: nodes are numbers, no names travel.
    rate : float
        A firm tie has a q below this, over all pairs of the network.
    threshold : float
        Of a tie of few papers alone: its z is above this.
    """

    def work(key: tuple[Any, ...], rows: pd.DataFrame) -> pd.DataFrame:
        span = dict(zip(SPAN, (int(key[0]), int(key[1])), strict=True))
        return pd.concat(
            [part.assign(kind=kind, **span).reindex(columns=COLUMNS).astype(object) for kind, part in _tested(rows)],
            ignore_index=True,
        )

    def _tested(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        cities, ends = np.unique(rows[["src", "dst"]].to_numpy(np.int64), return_inverse=True)
        i, j = ends.reshape(-1, 2).T
        half = sparse.coo_array((rows["weight"].to_numpy(np.int64), (i, j)), shape=(cities.size,) * 2).tocsr()
        try:
            found = leading_pairs(half + half.T, least_expected=LEAST_EXPECTED, labels=cities.tolist())
        except NetworkError as error:
            return [("fit", pd.DataFrame([_failed(rows, cities.size, str(error))]))]
        seen = sparse.coo_array((rows["years_seen"].to_numpy(np.int64), (i, j)), shape=half.shape).tocsr()
        fit = _fit(found)
        if found.status != "converged":
            return [("fit", pd.DataFrame([fit]))]
        return [("pair", _pairs(found, cities, seen, rate, threshold)), ("fit", pd.DataFrame([fit]))]

    return pairs.groupBy(*SPAN).applyInPandas(work, schema=SCHEMA)


def _pairs(found: LeadingPairs, cities: Any, seen: Any, rate: float, threshold: float) -> pd.DataFrame:
    own = found.pairs
    years_seen = np.asarray(seen[own.i, own.j]).ravel().astype(int)
    grades = grade_pairs(
        p_upper=own.p_upper, p_lower=own.p_lower, q_upper=own.q_value, q_lower=found.q_lower, expected=own.expected,
        years_seen=years_seen, mean_z=own.z, false_discovery_rate=rate, threshold=threshold,
    )  # fmt: skip
    return pd.DataFrame(
        {
            "src": cities[own.i],
            "dst": cities[own.j],
            "weight": own.weight,
            "years_seen": years_seen,
            "expected": own.expected,
            "z": own.z,
            "p_upper": own.p_upper,
            "p_lower": own.p_lower,
            "p_two_sided": own.p_two_sided,
            "q_upper": own.q_value,
            "q_lower": found.q_lower,
            "grade": grades.grade,
            "direction": grades.direction,
        }
    )


def _fit(found: LeadingPairs) -> dict[str, Any]:
    read = "" if found.status == "converged" else "a degree or strength is missed: no pair of this network is kept"
    names = ("n_nodes", "n_links", "n_pairs", "total_weight", "status", "max_relative_error", "seconds")
    return {name: getattr(found, name) for name in names} | {"message": read}


def _failed(rows: pd.DataFrame, n_nodes: int, message: str) -> dict[str, Any]:
    size = {"n_nodes": n_nodes, "n_links": len(rows), "n_pairs": n_nodes * (n_nodes - 1) // 2}
    return size | {"total_weight": int(rows["weight"].sum()), "status": "failed", "message": message}
