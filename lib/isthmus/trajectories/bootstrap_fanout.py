"""The bootstrap over works, spread over the cluster: weights by works, intervals by tie, labels by pair.

The works are resampled once, all replicates in one pass: a tie carries its weight in each of them as an array.
"""

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from isthmus.trajectories.dtw import Floats
from isthmus.trajectories.panel import NETWORKS
from isthmus.trajectories.replicates import log_propensity_interval, size_moves, without_surplus
from isthmus.trajectories.resampling import replicated_labels, resampled_edges

NETWORK = ("network", "year")
SPAN = ("network", "first_year", "last_year")
PAIR = ("src", "dst")
PAIRS_PER_TASK = 500
ROWS_PER_TASK = 2_000_000  # contributions that one task sums; 64 MB, and as much again for the sums


def resampled_weights(contributions: DataFrame, *, replicates: int, seed: int, parts: int = 1) -> DataFrame:
    """Return the weight of each tie in each replicate.

    Parameters
    ----------
    contributions : DataFrame
        network, year, work_id, cited_work_id, src, dst.
    replicates, seed : int
        As in `isthmus.trajectories.resampling.resampled_edges`.
    parts : int, default 1
        Tasks that share the works of one network and year; the result does not depend on it.

    Returns
    -------
    DataFrame
        network, year, src, dst, weights (array of bigint), surplus (bigint).
    """

    def work(key: tuple[Any, ...], group: pd.DataFrame) -> pd.DataFrame:
        edges = resampled_edges(group, replicates=replicates, seed=seed)
        return edges.assign(network=key[0], year=key[1])[[*NETWORK, *PAIR, "weights", "surplus"]]

    part = F.pmod(F.xxhash64("work_id"), F.lit(parts))
    keyed = contributions.select(*NETWORK, part.alias("part"), "work_id", "cited_work_id", *PAIR)
    schema = "network string, year int, src string, dst string, weights array<bigint>, surplus bigint"
    partial = keyed.groupBy(*NETWORK, "part").applyInPandas(work, schema=schema)
    return partial if parts == 1 else _summed(partial, NETWORK, replicates)


def propensity_intervals(
    weights: DataFrame,
    pair_tests: DataFrame,
    *,
    years: tuple[int, int],
    window: tuple[int, int],
    replicates: int,
    level: float,
) -> DataFrame:
    """Return how many times what size explains each pair weighs, in each year and over a window, with its interval.

    The null model is not fitted again, but the expected weight follows the sizes of both ends to first order
    (`isthmus.trajectories.replicates.size_moves`); where nothing was observed there is only an upper bound, for
    papers (or citations) that come in bundles as those of the smaller half of the linked pairs do.

    Parameters
    ----------
    weights : DataFrame
        The result of `resampled_weights`, once written.
    pair_tests : DataFrame
        network, year, src, dst, weight, expected: a row per pair and year in which both are present.
    years, window : tuple[int, int]
        First and last of the single years, and of the years that are taken together.
    replicates : int
        Number of resamples.
    level : float
        Coverage, e.g. 0.95.

    Returns
    -------
    DataFrame
        network, first_year, last_year, src, dst, weight, expected, propensity, propensity_low, propensity_high,
        design_effect.
    """
    in_window = F.col("year").between(*window)
    together = (F.lit(window[0]).alias("first_year"), F.lit(window[1]).alias("last_year"))
    single = (F.col("year").alias("first_year"), F.col("year").alias("last_year"))
    tested = pair_tests.where(F.col("year").between(*years)).select("network", *single, *PAIR, "weight", "expected")
    moving = _moving(pair_tests, weights, years=years, window=window, replicates=replicates)
    resampled = moving.select("network", *single, *PAIR, "weights", "surplus", "moves")
    if window[0] < window[1] or not years[0] <= window[0] <= years[1]:
        pooled = (
            pair_tests.where(in_window)
            .groupBy("network", *PAIR)
            .agg(F.sum("weight").alias("weight"), _by_year("expected", F.lit(0.0), operator.add).alias("expected"))
        )
        tested = tested.unionByName(pooled.select("network", *together, *PAIR, "weight", "expected"))
        sums = (
            moving.where(in_window)
            .groupBy("network", *PAIR)
            .agg(
                _by_year("weights", F.array_repeat(F.lit(0).cast("bigint"), replicates), _elementwise).alias("weights"),
                F.sum("surplus").alias("surplus"),
                _by_year("moves", F.array_repeat(F.lit(0.0), replicates), _elementwise).alias("moves"),
            )
        )
        resampled = resampled.unionByName(sums.select("network", *together, *PAIR, "weights", "surplus", "moves"))
    both = tested.where("expected > 0").join(resampled, [*SPAN, *PAIR], "left")
    return _with_upper_bounds(_linked_intervals(both, level), replicates, level)


def _by_year(column: str, nothing: Column, add: Callable[[Column, Column], Column]) -> Column:
    """Return the sum of a number, or of arrays element by element, year after year: the same bits in any order."""
    rows = F.sort_array(F.collect_list(F.struct("year", column)))
    return F.reduce(rows, nothing, lambda total, one: add(total, one[column]))


def _elementwise(total: Column, one: Column) -> Column:
    return F.zip_with(total, one, lambda a, b: a + b)


def _moving(
    pair_tests: DataFrame, weights: DataFrame, *, years: tuple[int, int], window: tuple[int, int], replicates: int
) -> DataFrame:
    """Return the weights of the ties in each replicate, and by how much their expected weight moves with the sizes.

    The rows are those of ties, in the window also of their years without a weight; `moves` is in units of the weight.
    """
    in_years, in_window = F.col("year").between(*years), F.col("year").between(*window)
    linked_once = F.max(F.when(in_window, F.col("weight"))).over(Window.partitionBy("network", *PAIR)) > 0
    marked = pair_tests.where(in_years | in_window).select(
        *NETWORK, *PAIR, "weight", "expected", linked_once.alias("once")
    )
    wanted = marked.where((F.col("weight") > 0) | (in_window & F.col("once"))).drop("once")

    def work(group: pd.DataFrame) -> pd.DataFrame:
        nothing = np.zeros(replicates, dtype=np.int64)
        drawn = [nothing if one is None else one for one in group["weights"]]
        nodes, _ = pd.factorize(pd.concat([group["src"], group["dst"]]))
        shares = size_moves(np.stack(drawn), group["weight"], (nodes[: len(group)], nodes[len(group) :]))
        moves = group["expected"].to_numpy()[:, None] * shares
        found = group.assign(
            weights=pd.Series(drawn, group.index), surplus=group["surplus"].fillna(0).astype("int64"), moves=list(moves)
        )
        return found[[*NETWORK, *PAIR, "weights", "surplus", "moves"]]

    schema = (
        "network string, year int, src string, dst string, weights array<bigint>, surplus bigint, moves array<double>"
    )
    tied = wanted.join(weights, [*NETWORK, *PAIR], "left")
    return tied.groupBy(*NETWORK).applyInPandas(work, schema=schema)


def _linked_intervals(rows: DataFrame, level: float) -> DataFrame:
    """Return the interval of each pair that is linked; `squares` sums the squared deviations of its replicates."""
    bounds = ["propensity_low", "propensity_high", "design_effect"]
    columns = [*SPAN, *PAIR, "weight", "expected", "propensity", *bounds, "squares", "surplus"]

    def work(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            linked = batch["weight"] > 0
            found = batch.assign(propensity=batch["weight"] / batch["expected"], squares=0)
            found = found.assign(propensity_low=0.0, propensity_high=np.nan, design_effect=np.nan)
            found["surplus"] = batch["surplus"].fillna(0).astype("int64")
            if linked.any():
                own = found[linked]
                resampled, weight = np.stack(own["weights"].to_list()), own["weight"].to_numpy()
                expected = own["expected"].to_numpy()
                moved = np.stack(own["moves"].to_list()) / expected[:, None]
                interval = log_propensity_interval(
                    resampled, weight, expected, surplus=own["surplus"], moved=moved, level=level
                )
                found.loc[linked, bounds] = np.column_stack(
                    [np.exp(interval.low), np.exp(interval.high), interval.design_effect]
                )
                found.loc[linked, "squares"] = ((resampled - weight[:, None]) ** 2).sum(axis=1)
            yield found[columns]

    schema = (
        "network string, first_year int, last_year int, src string, dst string, weight bigint, expected double, "
        "propensity double, propensity_low double, propensity_high double, design_effect double, squares bigint, "
        "surplus bigint"
    )
    return rows.mapInPandas(work, schema=schema)


def _with_upper_bounds(rows: DataFrame, replicates: int, level: float) -> DataFrame:
    """Add the upper bound of pairs of which nothing was observed: Garwood's, times the design effect of small ties."""
    span, linked = Window.partitionBy(*SPAN), F.col("weight") > 0
    marked = rows.withColumn("middle", F.median(F.when(linked, F.col("weight"))).over(span))
    small = linked & (F.col("weight") <= F.col("middle"))
    # sums of whole numbers: the same bits whatever the order of the rows
    variance = F.sum(F.when(small, F.col("squares") - F.lit(replicates) * F.col("surplus"))).over(span)
    pooled = variance / (F.lit(replicates) * F.sum(F.when(small, F.col("weight"))).over(span))
    effect = F.when(linked, F.col("design_effect")).otherwise(F.greatest(F.coalesce(pooled, F.lit(1.0)), F.lit(1.0)))
    upper = F.lit(-math.log((1.0 - level) / 2.0)) * effect / F.col("expected")
    return marked.select(
        *SPAN,
        *PAIR,
        "weight",
        "expected",
        "propensity",
        "propensity_low",
        F.when(linked, F.col("propensity_high")).otherwise(upper).alias("propensity_high"),
        effect.alias("design_effect"),
    )


def replicate_labels(
    weights: DataFrame,
    pair_tests: DataFrame,
    labels: DataFrame,
    *,
    centroids: Floats,
    years: tuple[int, int],
    window: int,
    order: int,
    replicates: int,
    parts: int = 1,
) -> DataFrame:
    """Return how often each pair keeps its label when the works are resampled.

    In each replicate z is (weight - expected) / sd with the null model held fixed; its trajectory is smoothed, rescaled
    and given to the nearest centroid of the study.

    Parameters
    ----------
    weights : DataFrame
        The result of `resampled_weights`, once written.
    pair_tests : DataFrame
        network, year, src, dst, weight, expected, sd.
    labels : DataFrame
        src, dst, cluster, label of the pairs that are followed.
    centroids : array of float
        (k, T, 2), the study's own.
    years : tuple[int, int]
        First and last year of the trajectories.
    window, order : int
        Of the Savitzky-Golay filter.
    replicates : int
        Number of resamples.
    parts : int, default 1
        Tasks that share the pairs.

    Returns
    -------
    DataFrame
        src, dst, cluster, label, kept (share of the resamples with the same cluster), replicates (in which the
        trajectory moves), shares (of each cluster, in their order).
    """
    k, length = len(centroids), years[1] - years[0] + 1

    def work(group: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for pair, series in group.groupby(list(PAIR), sort=True):
            z = np.full((replicates, length, len(NETWORKS)), np.nan)
            for row in _rows(series):
                resampled = np.zeros(replicates) if row.weights is None else _drawn_together(row)
                z[:, row.year - years[0], NETWORKS.index(row.network)] = (resampled - row.expected) / row.sd
            nearest = replicated_labels(z, centroids, window=window, order=order)
            times = np.bincount(nearest[nearest >= 0], minlength=k)
            shares = times / times.sum() if times.any() else None
            cluster, label = series["cluster"].iloc[0], series["label"].iloc[0]
            kept = None if shares is None else float(shares[cluster])
            rows.append((*_names(pair), cluster, label, kept, int(times.sum()), shares))
        return pd.DataFrame(rows, columns=[*PAIR, "cluster", "label", "kept", "replicates", "shares"])

    followed = pair_tests.where(F.col("year").between(*years) & (F.col("sd") > 0))
    tied = followed.join(labels, list(PAIR)).join(weights, [*NETWORK, *PAIR], "left")
    task = F.pmod(F.xxhash64(*PAIR), F.lit(parts)).alias("task")
    schema = "src string, dst string, cluster int, label string, kept double, replicates int, shares array<double>"
    wanted = tied.select(task, *NETWORK, *PAIR, "weight", "expected", "sd", "cluster", "label", "weights", "surplus")
    return wanted.groupBy("task").applyInPandas(work, schema=schema)


def _summed(weights: DataFrame, keys: tuple[str, ...], replicates: int) -> DataFrame:
    """Add weights element by element, and their surplus, per tie and what else is in `keys`."""
    nothing = F.array_repeat(F.lit(0).cast("bigint"), replicates)
    total = F.reduce(F.collect_list("weights"), nothing, lambda sum_, one: F.zip_with(sum_, one, lambda a, b: a + b))
    return weights.groupBy(*keys, *PAIR).agg(total.alias("weights"), F.sum("surplus").alias("surplus"))


def _drawn_together(row: Any) -> Floats:
    return without_surplus(np.asarray(row.weights)[None, :], [row.weight], [row.surplus])[0]


def _names(pair: Any) -> tuple[str, str]:
    src, dst = pair
    return src, dst


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples(index=False)
