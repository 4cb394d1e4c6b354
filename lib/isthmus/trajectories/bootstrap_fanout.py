"""The bootstrap over works, spread over the cluster: by works, then by network and year, then by pair."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from isthmus.nullmodels.frames import edge_significance
from isthmus.trajectories.resampling import percentile_interval, replicated_labels, resampled_edges

NETWORK = ("network", "year")
PAIR = ("src", "dst")
NETWORKS = ("collaboration", "knowledge_exchange")
PAIRS_PER_TASK = 500
ROWS_PER_TASK = 2_000_000  # contributions that one task sums; 64 MB, and as much again for the sums


def resampled_weights(contributions: DataFrame, *, replicates: int, seed: int, parts: int = 1) -> DataFrame:
    """Return the weight of each tie in each replicate, in partial sums.

    (network, year, src, dst, weights ARRAY<BIGINT>).

    Parameters
    ----------
    contributions : DataFrame
        Network, year, work_id, src, dst, amount.
    replicates, seed : int
        As in `isthmus.trajectories.resampling.resampled_edges`.
    parts : int, default 1
        Tasks that share the works of one network and year; each gives a partial sum of its own.
    """

    def work(key: tuple[Any, ...], group: pd.DataFrame) -> pd.DataFrame:
        edges = resampled_edges(group, replicates=replicates, seed=seed)
        return edges.assign(network=key[0], year=key[1])[[*NETWORK, *PAIR, "weights"]]

    part = F.pmod(F.xxhash64("work_id"), F.lit(parts))
    keyed = contributions.select(*NETWORK, part.alias("part"), "work_id", *PAIR, "amount")
    schema = "network string, year int, src string, dst string, weights array<bigint>"
    return keyed.groupBy(*NETWORK, "part").applyInPandas(work, schema=schema)


def resampled_z(weights: DataFrame, *, model: str, finite: str, pairs: frozenset[tuple[str, str]]) -> DataFrame:
    """Return the z of each wanted pair in each replicate.

    (network, year, src, dst, z ARRAY<DOUBLE>), null where it has none.

    The null model is fitted anew to each replicate's network.

    Parameters
    ----------
    weights : DataFrame
        The result of `resampled_weights`.
    model : str
        An exact null model of `isthmus.nullmodels.link_models.MODELS`.
    finite : str
        Rule of finite pairs; "present" gives each pair of present countries a z.
    pairs : frozenset[tuple[str, str]]
        (src, dst) that are followed; all ties take part in the fits.
    """

    def work(key: tuple[Any, ...], group: pd.DataFrame) -> pd.DataFrame:
        z = replicated_z(group, key=key, model=model, finite=finite, pairs=pairs)
        return z.assign(network=key[0], year=key[1])[[*NETWORK, *PAIR, "z"]]

    schema = "network string, year int, src string, dst string, z array<double>"
    return weights.groupBy(*NETWORK).applyInPandas(work, schema=schema)


def replicated_z(
    weights: pd.DataFrame, *, key: tuple[Any, ...], model: str, finite: str, pairs: frozenset[tuple[str, str]]
) -> pd.DataFrame:
    """Return the z of each wanted pair of one network in each replicate.

    Src, dst, z (arrays with nan where there is none).

    Parameters
    ----------
    weights : pandas.DataFrame
        Src, dst, weights (arrays of one length); partial sums of one tie are added.
    key, model, finite, pairs : tuple[Any, ...], str, frozenset[tuple[str, str]]
        As in `resampled_z`.
    """
    ties = weights.groupby(list(PAIR), sort=True)["weights"].agg(lambda parts: np.sum(np.stack(list(parts)), axis=0))
    names = ties.index.to_frame(index=False)
    total = np.stack(list(ties)) if len(ties) else np.zeros((0, 0), dtype=np.int64)
    wanted = sorted(pairs)
    place = {pair: row for row, pair in enumerate(wanted)}
    z = np.full((len(wanted), total.shape[1]), np.nan)
    for replicate in range(total.shape[1]):
        there = total[:, replicate] > 0
        edges = names[there].assign(weight=total[there, replicate])
        for kind, table in edge_significance(edges, key=(*key, replicate), model=model, finite=finite):
            if kind == "pair":
                counted = table[table["finite"]]
                rows = [place.get(pair, -1) for pair in zip(counted["src"], counted["dst"], strict=True)]
                known = np.asarray(rows, dtype=np.int64)
                z[known[known >= 0], replicate] = counted["z"].to_numpy()[known >= 0]
    src, dst = zip(*wanted, strict=True) if wanted else ((), ())
    return pd.DataFrame({"src": src, "dst": dst, "z": list(z)})


def intervals(replicated: DataFrame, *, level: float) -> DataFrame:
    """Return the percentile interval of each z: (network, year, src, dst, low, high, replicates INT).

    Parameters
    ----------
    replicated : DataFrame
        The result of `resampled_z`, once written.
    level : float
        Coverage, e.g. 0.95.
    """

    def work(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            found = [percentile_interval(numbers(z), level=level) for z in batch["z"]]
            yield batch.drop(columns="z").join(
                pd.DataFrame(found, columns=["low", "high", "replicates"], index=batch.index)
            )

    schema = "network string, year int, src string, dst string, low double, high double, replicates int"
    return replicated.select(*NETWORK, *PAIR, "z").mapInPandas(work, schema=schema)


def label_support(
    replicated: DataFrame,
    *,
    centroids: np.ndarray[Any, np.dtype[np.float64]],
    labels: pd.DataFrame,
    years: tuple[int, int],
    window: int,
    order: int,
    replicates: int,
) -> DataFrame:
    """How often each pair keeps its label: (src, dst, cluster, label, support DOUBLE, replicates INT).

    Parameters
    ----------
    replicated : DataFrame
        The result of `resampled_z`, once written.
    centroids : np.ndarray[Any, np.dtype[np.float64]]
        (k, T, 2), the study's own.
    labels : pandas.DataFrame
        Src, dst, cluster, label of the followed pairs.
    years : tuple[int, int]
        First and last year of the trajectories.
    window, order : int
        Of the Savitzky-Golay filter.
    replicates : int
        Number of resamples.
    """
    own = {(r.src, r.dst): (int(r.cluster), r.label) for r in _rows(labels)}
    length = years[1] - years[0] + 1

    def work(group: pd.DataFrame) -> pd.DataFrame:
        rows = []
        for key, series in group.groupby(list(PAIR), sort=True):
            pair: Any = key
            z = np.full((replicates, length, 2), np.nan)
            for row in _rows(series):
                z[:, row.year - years[0], NETWORKS.index(row.network)] = numbers(row.z)
            nearest = replicated_labels(z, centroids, window=window, order=order)
            cluster, label = own[pair]
            counted = int((nearest >= 0).sum())
            support = float((nearest == cluster).sum() / counted) if counted else None
            rows.append((*pair, cluster, None if pd.isna(label) else label, support, counted))
        return pd.DataFrame(rows, columns=[*PAIR, "cluster", "label", "support", "replicates"])

    tasks = F.pmod(F.xxhash64(*PAIR), F.lit(1 + len(own) // PAIRS_PER_TASK))
    schema = "src string, dst string, cluster int, label string, support double, replicates int"
    return replicated.select(*NETWORK, *PAIR, "z").groupBy(tasks.alias("task")).applyInPandas(work, schema=schema)


def numbers(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an array as Arrow hands it over, its nulls as nan."""
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples(index=False)
