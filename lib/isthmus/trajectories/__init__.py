"""Trajectories: how ties move over the years, which move alike, and which countries come closer to which poles.

The numerics take arrays and need no Spark; `panel`, `groups` and `frames` speak pandas, `fanout` speaks Spark. Names
are imported when they are used, so that nothing here waits for a compiler or a cluster it does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.trajectories.agreement import adjusted_rand_index, silhouette
    from isthmus.trajectories.dtw import dba, dtw_distance, dtw_distances
    from isthmus.trajectories.frames import (
        chosen_clustering,
        label_agreement,
        labels_frame,
        seed_agreement,
        silhouette_frame,
        trajectory_frames,
    )
    from isthmus.trajectories.groups import integration_groups, speed_classes
    from isthmus.trajectories.kmeans import Clustering, assign, dtw_kmeans
    from isthmus.trajectories.labels import changes, label_centroids, speeds
    from isthmus.trajectories.panel import Panel, build_panel
    from isthmus.trajectories.restarts import Restart, best_restart, run_restart

__all__ = [
    "Clustering",
    "Panel",
    "Restart",
    "adjusted_rand_index",
    "assign",
    "best_restart",
    "build_panel",
    "changes",
    "chosen_clustering",
    "dba",
    "dtw_distance",
    "dtw_distances",
    "dtw_kmeans",
    "integration_groups",
    "label_agreement",
    "label_centroids",
    "labels_frame",
    "run_restart",
    "seed_agreement",
    "silhouette",
    "silhouette_frame",
    "speed_classes",
    "speeds",
    "trajectory_frames",
]

_MODULE_OF = {
    "Clustering": "kmeans",
    "Panel": "panel",
    "Restart": "restarts",
    "adjusted_rand_index": "agreement",
    "assign": "kmeans",
    "best_restart": "restarts",
    "build_panel": "panel",
    "changes": "labels",
    "chosen_clustering": "frames",
    "dba": "dtw",
    "dtw_distance": "dtw",
    "dtw_distances": "dtw",
    "dtw_kmeans": "kmeans",
    "integration_groups": "groups",
    "label_agreement": "frames",
    "label_centroids": "labels",
    "labels_frame": "frames",
    "run_restart": "restarts",
    "seed_agreement": "frames",
    "silhouette": "agreement",
    "silhouette_frame": "frames",
    "speed_classes": "groups",
    "speeds": "labels",
    "trajectory_frames": "frames",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
