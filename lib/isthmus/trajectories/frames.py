"""Trajectories as tables: what a study publishes of them (pandas, no Spark)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from isthmus.errors import TrajectoryError
from isthmus.trajectories.agreement import adjusted_rand_index, silhouette
from isthmus.trajectories.dtw import Floats, dtw_distances
from isthmus.trajectories.groups import integration_groups
from isthmus.trajectories.kmeans import MAX_ITERATIONS, TOLERANCE, Clustering
from isthmus.trajectories.labels import LABELS, changes, label_centroids, speeds
from isthmus.trajectories.panel import CLUSTERED, Panel
from isthmus.trajectories.restarts import Restart, best_restart, in_order, run_restart

AGREEMENT_COLUMNS = ("comparison", "variant", "pairs", "adjusted_rand", "same_label")
SILHOUETTE_STARTS = 3  # of each number of clusters
_AXES = ("collaboration", "exchange")


def trajectory_frames(
    panel: Panel,
    restarts: Sequence[Restart],
    *,
    papers: Mapping[str, float],
    poles: Sequence[str],
    top: int = 30,
    include_poles: bool = False,
    speed_thresholds: tuple[float, float] | None = None,
    smoothed_speed: bool = False,
) -> dict[str, pd.DataFrame]:
    """All tables of the trajectories of a study, by name: trajectories, labels, centroids, clusterings, groups.

    Parameters
    ----------
    panel : Panel
        The trajectories.
    restarts : Sequence[Restart]
        Starts of the clustering of `panel.scaled`; the lowest inertia is chosen.
    papers : Mapping[str, float]
        country -> papers over the years of the panel, for the ranks of the groups.
    poles, top, include_poles, speed_thresholds, smoothed_speed : Sequence[str], int, bool, tuple[float, float] | None
        As in `isthmus.trajectories.groups.integration_groups`. With other than four clusters there are no labels, and
        the table of groups is empty.

    Raises
    ------
    TrajectoryError
        Every start failed.
    """
    chosen = best_restart(restarts)
    clustering = chosen_clustering(restarts)
    labels = labels_frame(panel, clustering, restarts)
    groups = integration_groups(
        labels,
        papers if _names(clustering) else {},
        poles=poles,
        top=top,
        include_poles=include_poles,
        thresholds=speed_thresholds,
        smoothed=smoothed_speed,
    )
    return {
        "trajectories": trajectories_frame(panel),
        "pair_labels": labels,
        "centroids": centroids_frame(panel, clustering),
        "clusterings": clusterings_frame(restarts, chosen.restart),
        "integration_groups": groups,
    }


def chosen_clustering(restarts: Sequence[Restart]) -> Clustering:
    """Return the clustering of the lowest inertia, its clusters in their order.

    Raises
    ------
    TrajectoryError
        Every start failed.
    """
    found = best_restart(restarts).clustering
    assert found is not None  # best_restart gives none that failed
    return in_order(found)


def trajectories_frame(panel: Panel) -> pd.DataFrame:
    """Return a row per kept pair and year: src, dst, year; z, smooth and scaled of both networks."""
    n, length = panel.raw.shape[:2]
    columns: dict[str, object] = {
        "src": np.repeat(panel.src, length),
        "dst": np.repeat(panel.dst, length),
        "year": np.tile(panel.years.astype(np.int32), n),
    }
    for name, values in (("z", panel.raw), ("smooth", panel.smooth), ("scaled", panel.scaled)):
        columns |= {f"{name}_{axis}": values[:, :, d].ravel() for d, axis in enumerate(_AXES)}
    return pd.DataFrame(columns)


def label_support(restarts: Sequence[Restart], chosen: Clustering) -> Floats:
    """Return the share of the starts in which each pair has the label that the chosen clustering gives it (n,).

    Each start is labelled for itself, by the directions of its own centroids. A start that failed does not count; nan
    without any, and with other than four clusters, which have no names.
    """
    made = [in_order(start.clustering) for start in restarts if start.clustering is not None]
    if not made or not _names(chosen):
        return np.full(len(chosen.assignment), np.nan)
    same = [start.assignment == chosen.assignment for start in made]
    found: Floats = np.mean(same, axis=0)
    return found


def labels_frame(panel: Panel, clustering: Clustering, restarts: Sequence[Restart] = ()) -> pd.DataFrame:
    """Return a row per candidate pair: status, cluster, label, support, distance to the centroid, changes, speeds.

    Null if not kept; the support is null without starts to take it from.

    `change_*` are of the rescaled series, `z_change_*` of the raw z, both the mean of the last three years minus that
    of the first three; the speeds of the raw and the smoothed z.
    """
    if len(clustering.assignment) != len(panel):
        raise TrajectoryError(f"a clustering of {len(clustering.assignment)} series and a panel of {len(panel)} pairs")
    kept = np.flatnonzero((panel.candidates["status"] == CLUSTERED).to_numpy())
    total = len(panel.candidates)

    def spread(values: np.ndarray) -> np.ndarray:
        found = np.full(total, np.nan)
        found[kept] = values
        return found

    change, z_change, speed = changes(panel.scaled), changes(panel.raw), speeds(panel.raw)
    names = _names(clustering)
    label = np.full(total, None, dtype=object)
    if names:
        label[kept] = np.array(names, dtype=object)[clustering.assignment]
    years = max(len(panel.years) - 1, 1)
    return panel.candidates.assign(
        cluster=pd.array(spread(clustering.assignment), dtype="Int32"),
        label=label,
        support=spread(label_support(restarts, clustering)),
        distance=spread(clustering.distance),
        change_collaboration=spread(change[:, 0]),
        change_exchange=spread(change[:, 1]),
        z_change_collaboration=spread(z_change[:, 0]),
        z_change_exchange=spread(z_change[:, 1]),
        speed=spread(speed),
        speed_smoothed=spread(speeds(panel.smooth)),
        speed_per_year=spread(speed / years),
    )


def centroids_frame(panel: Panel, clustering: Clustering) -> pd.DataFrame:
    """Return a row per cluster and year: cluster, label, members, year, and the centroid in both networks (scaled)."""
    k, length = clustering.centroids.shape[:2]
    names = np.array(_names(clustering) or [None] * k, dtype=object)
    return pd.DataFrame(
        {
            "cluster": np.repeat(np.arange(k, dtype=np.int32), length),
            "label": np.repeat(names, length),
            "members": np.repeat(clustering.members, length),
            "year": np.tile(panel.years.astype(np.int32), k),
            **{axis: clustering.centroids[:, :, d].ravel() for d, axis in enumerate(_AXES)},
        }
    )


def clusterings_frame(restarts: Sequence[Restart], chosen: int) -> pd.DataFrame:
    """Return a row per start: restart, seed, inertia, iterations, status, chosen, seconds.

    Inertia is null where it failed.
    """
    ordered = sorted(restarts, key=lambda r: r.restart)
    found = [r.clustering for r in ordered]
    return pd.DataFrame(
        {
            "restart": np.array([r.restart for r in ordered], dtype=np.int32),
            "seed": np.array([r.seed for r in ordered], dtype=np.int64),
            "inertia": [np.nan if c is None else c.inertia for c in found],
            "iterations": np.array([0 if c is None else c.iterations for c in found], dtype=np.int32),
            "status": [r.status if not r.message else f"{r.status}: {r.message}" for r in ordered],
            "chosen": [r.restart == chosen for r in ordered],
            "seconds": [np.nan if c is None else c.seconds for c in found],
        }
    )


def seed_agreement(restarts: Sequence[Restart], chosen: Clustering) -> pd.DataFrame:
    """How well each single start agrees with the chosen clustering: rows of comparison "seeds"."""
    names = _names(chosen)
    rows = []
    for start in sorted(restarts, key=lambda r: r.restart):
        if start.clustering is None:
            continue
        other = in_order(start.clustering)
        same = float(np.mean(other.assignment == chosen.assignment)) if names else np.nan
        index = adjusted_rand_index(chosen.assignment, other.assignment)
        rows.append(("seeds", f"restart {start.restart}", len(other.assignment), index, same))
    return _agreement(rows)


def label_agreement(labels: pd.DataFrame, other: pd.DataFrame, *, comparison: str, variant: str) -> pd.DataFrame:
    """How well the labels of the same pairs agree under another choice: one row of the table of agreement.

    Parameters
    ----------
    labels, other : pandas.DataFrame
        Tables of labels; the pairs that are clustered in both count.
    comparison : str
        "null_model", "citation_year", "finite" or "corpus".
    variant : str
        The other choice.
    """
    sides = [t.loc[t["status"] == CLUSTERED, ["src", "dst", "cluster", "label"]] for t in (labels, other)]
    both = sides[0].merge(sides[1], on=["src", "dst"], suffixes=("", "_other"))
    if both.empty:
        return _agreement([(comparison, variant, 0, np.nan, np.nan)])
    index = adjusted_rand_index(both["cluster"].to_numpy(dtype=int), both["cluster_other"].to_numpy(dtype=int))
    named = both["label"].notna() & both["label_other"].notna()
    same = float((both["label"] == both["label_other"])[named].mean()) if named.any() else np.nan
    return _agreement([(comparison, variant, len(both), index, same)])


def silhouette_frame(
    panel: Panel,
    *,
    clusters: Sequence[int],
    pairs: int = 2000,
    seed: int = 0,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
    threads: int = 1,
) -> pd.DataFrame:
    """Silhouette and inertia over the number of clusters, on a sample of pairs: clusters, silhouette, pairs, inertia.

    Numbers of clusters from the size of the sample on are left out.

    Parameters
    ----------
    panel : Panel
        The trajectories.
    clusters : Sequence[int]
        Numbers of clusters, each at least 2.
    pairs : int, default 2000
        Most pairs in the sample.
    seed : int, default 0
        Of the sample and the starts.
    max_iterations, tolerance, threads : int, float
        As in `isthmus.trajectories.kmeans.dtw_kmeans`.
    """
    chosen = np.random.default_rng([seed, len(panel)]).permutation(len(panel))[:pairs]
    sample = panel.scaled[np.sort(chosen)]
    distances = dtw_distances(sample, threads=threads)
    rows = []
    for k in clusters:
        if k >= len(sample):
            continue
        starts = [
            run_restart(sample, r, k=k, seed=seed, max_iterations=max_iterations, tolerance=tolerance, threads=threads)
            for r in range(SILHOUETTE_STARTS)
        ]
        best = best_restart(starts).clustering
        if best is not None:
            rows.append((k, silhouette(sample, best.assignment, distances=distances), len(sample), best.inertia))
    found = pd.DataFrame(rows, columns=["clusters", "silhouette", "pairs", "inertia"])
    return found.astype({"clusters": "int32", "silhouette": float, "pairs": "int64", "inertia": float})


def _names(clustering: Clustering) -> tuple[str, ...]:
    """Return the labels of the clusters; empty when there are other than four."""
    return label_centroids(clustering.centroids) if clustering.k == len(LABELS) else ()


def _agreement(rows: Sequence[tuple[str, str, int, float, float]]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))
    return found.astype({"pairs": "int64", "adjusted_rand": float, "same_label": float})
