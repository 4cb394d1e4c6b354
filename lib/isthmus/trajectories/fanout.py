"""Starts of the clustering spread over the cluster: the panel goes to every worker, each start is one row back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import (
    ArrayType,
    DoubleType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.kmeans import MAX_ITERATIONS, TOLERANCE, Clustering
from isthmus.trajectories.restarts import Engine, Restart, check_engine, run_restart

RESTART_SCHEMA = StructType(
    [
        StructField("restart", IntegerType(), nullable=False),
        StructField("seed", LongType(), nullable=False),
        StructField("inertia", DoubleType()),
        StructField("iterations", IntegerType(), nullable=False),
        StructField("status", StringType(), nullable=False),
        StructField("message", StringType(), nullable=False),
        StructField("seconds", DoubleType()),
        StructField("centroids", ArrayType(DoubleType())),
        StructField("assignment", ArrayType(IntegerType())),
        StructField("distance", ArrayType(DoubleType())),
    ]
)


def cluster_restarts(
    spark: SparkSession,
    series: Floats,
    *,
    k: int = 4,
    restarts: int = 20,
    seed: int = 0,
    engine: Engine = "isthmus",
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> DataFrame:
    """Cluster series from many starts at once: one row per start, with all that is needed to go on without a new fit.

    A start that fails is a row that says why. Nothing depends on how Spark splits the work: the seed of a start comes
    from the study's seed and its number.

    Parameters
    ----------
    spark : SparkSession
        The session.
    series : array of float
        (n, T, d), as `Panel.scaled`; sent to every worker once (25,000 pairs of 22 years are 9 MB).
    k, max_iterations, tolerance : int, float
        As in `isthmus.trajectories.kmeans.dtw_kmeans`.
    restarts : int, default 20
        Number of starts.
    seed : int, default 0
        Of the study.
    engine : Engine, default 'isthmus'
        "isthmus" or "tslearn".

    Returns
    -------
    DataFrame
        DataFrame with the columns of `RESTART_SCHEMA`; `restarts_of` reads the collected rows.

    Raises
    ------
    TrajectoryError
        An engine that is unknown or not installed, or fewer than one start.
    """
    check_engine(engine)
    if restarts < 1:
        raise TrajectoryError(f"{restarts} starts are asked for; expected at least one")
    given = np.ascontiguousarray(series, dtype=np.float64)

    def work(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for restart in batch["id"].tolist():
                found = run_restart(
                    given,
                    int(restart),
                    k=k,
                    seed=seed,
                    engine=engine,
                    max_iterations=max_iterations,
                    tolerance=tolerance,
                )
                yield pd.DataFrame([_row(found)])

    return spark.range(0, restarts, 1, restarts).mapInPandas(work, schema=RESTART_SCHEMA)


def restarts_of(rows: DataFrame, shape: tuple[int, ...]) -> list[Restart]:
    """Collect the starts, in order of their number.

    Parameters
    ----------
    rows : DataFrame
        The result of `cluster_restarts`.
    shape : tuple[int, ...]
        Of the series, (n, T, d).
    """
    collected = rows.collect()  # sorted here: an orderBy would make every start twice, once for its sample
    return [_restart(row.asDict(), shape) for row in sorted(collected, key=lambda row: int(row["restart"]))]


def _row(start: Restart) -> dict[str, Any]:
    found = start.clustering
    row: dict[str, Any] = {"restart": start.restart, "seed": start.seed, "status": start.status}
    row |= {"message": start.message, "iterations": 0}
    if found is None:
        return row | dict.fromkeys(("inertia", "seconds", "centroids", "assignment", "distance"))
    return row | {
        "inertia": found.inertia,
        "iterations": found.iterations,
        "seconds": found.seconds,
        "centroids": found.centroids.ravel(),
        "assignment": found.assignment.astype(np.int32),
        "distance": found.distance,
    }


def _restart(row: dict[str, Any], shape: tuple[int, ...]) -> Restart:
    if row["assignment"] is None:
        return Restart(row["restart"], row["seed"], None, row["message"])
    clustering = Clustering(
        assignment=np.array(row["assignment"], dtype=np.int64),
        centroids=np.array(row["centroids"], dtype=float).reshape(-1, *shape[1:]),
        distance=np.array(row["distance"], dtype=float),
        inertia=row["inertia"],
        iterations=row["iterations"],
        status=row["status"],
        seed=row["seed"],
        seconds=row["seconds"],
    )
    return Restart(row["restart"], row["seed"], clustering)
