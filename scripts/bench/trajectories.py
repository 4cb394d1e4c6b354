"""Clustering of trajectories measured: DTW k-means, distances and barycenters against tslearn, and a study's size.

Prints markdown tables. One process, one thread, compilation before the clock, seconds of processor time: they hold on a
machine that others use too. Both tools start from the same series, so that seconds buy the same inertia. tslearn (extra
`trajectories`) is optional.
usage: python scripts/bench/trajectories.py [--quick | --starts]
"""

import os
import sys
import time
import warnings

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
import pandas as pd  # noqa: E402

from isthmus.trajectories.agreement import adjusted_rand_index, silhouette  # noqa: E402
from isthmus.trajectories.dtw import dba, dtw_distances  # noqa: E402
from isthmus.trajectories.frames import label_support  # noqa: E402
from isthmus.trajectories.kmeans import dtw_kmeans  # noqa: E402
from isthmus.trajectories.panel import build_panel  # noqa: E402
from isthmus.trajectories.restarts import best_restart, in_order, run_restart  # noqa: E402

YEARS = 22
STARTS = (20, 100)
DIRECTIONS = np.array([[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0], [0.0, -1.0]])


def drifting(number, seed=0):
    """Random walks of 22 years in two networks with a drift in one of four directions, rescaled to [-1, 1]."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=(number, YEARS, 2)), axis=1)
    walk += 3 * DIRECTIONS[rng.integers(0, 4, number)][:, None, :] * np.linspace(-1, 1, YEARS)[None, :, None]
    low, high = walk.min(axis=1, keepdims=True), walk.max(axis=1, keepdims=True)
    return 2 * (walk - low) / (high - low) - 1


def clock(call, repeat=1):
    """Least processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return min(times), result


def load_tslearn():
    """The package, compiled; None when it is not installed."""
    warnings.simplefilter("ignore")
    try:
        from tslearn import barycenters, clustering, metrics
    except ImportError:
        print("(tslearn is not installed: pip install 'isthmus[trajectories]')\n")
        return None
    clustering.TimeSeriesKMeans(2, metric="dtw", random_state=0, max_iter=2).fit(drifting(12))
    metrics.cdist_dtw(drifting(3), drifting(4))
    return barycenters, clustering, metrics


def bench_kmeans(sizes, seeds, tslearn):
    print(f"### DTW k-means, series of {YEARS} x 2, k = 4, one start\n")
    print("| series | seed | isthmus s | tslearn s | ratio | inertia | inertia tslearn | same clusters |")
    print("|---|---|---|---|---|---|---|---|")
    for number in sizes:
        series = drifting(number)
        for seed in seeds:
            seconds, ours = clock(lambda s=series, r=seed: dtw_kmeans(s, 4, seed=r), 3)
            row = f"| {number:,} | {seed} | {seconds:.3f} |"
            if tslearn is None:
                print(f"{row} | | {ours.inertia:.9f} | | |")
                continue
            model = tslearn[1].TimeSeriesKMeans(4, metric="dtw", random_state=seed)
            theirs, _ = clock(lambda m=model, s=series: m.fit(s))
            index = adjusted_rand_index(ours.assignment, model.labels_)
            print(
                f"{row} {theirs:.1f} | {theirs / seconds:.0f} | {ours.inertia:.9f} "
                f"| {model.inertia_:.9f} | {index:.3f} |"
            )
    print()


def bench_parts(tslearn):
    series = drifting(2_000)
    rows = [
        ("distances, 2,000 x 50", lambda: dtw_distances(series, series[:50])),
        ("barycenter of 500, 10 iterations", lambda: dba(series[:500], series[0], max_iterations=10, tolerance=0.0)),
    ]
    peers = [None, None]
    if tslearn is not None:
        average = tslearn[0].dtw_barycenter_averaging_petitjean
        peers = [
            lambda: tslearn[2].cdist_dtw(series, series[:50]),
            lambda: average(series[:500], init_barycenter=series[0], max_iter=10, tol=0.0),
        ]
    print("### Its parts\n\n| what | isthmus s | tslearn s | ratio |\n|---|---|---|---|")
    for (what, ours), theirs in zip(rows, peers, strict=True):
        seconds, _ = clock(ours, 5)
        other = clock(theirs)[0] if theirs else None
        print(f"| {what} | {seconds:.4f} |" + (f" {other:.2f} | {other / seconds:.0f} |" if other else " | |"))
    print()


def bench_starts(sizes):
    """What more starts cost, and what they change: support of a label, and labels that 100 starts give otherwise."""
    print("### Starts of one clustering\n")
    print("| pairs | starts | s | inertia | labels as with all | mean support |\n|---|---|---|---|---|---|")
    for number in sizes:
        series = drifting(number)
        seconds, starts = clock(lambda s=series: [run_restart(s, r, k=4, seed=1) for r in range(STARTS[-1])])
        every = in_order(best_restart(starts).clustering)
        for count in STARTS:
            some = starts[:count]
            best = in_order(best_restart(some).clustering)
            took = seconds * sum(r.clustering.seconds for r in some) / sum(r.clustering.seconds for r in starts)
            same, support = np.mean(best.assignment == every.assignment), np.mean(label_support(some, best))
            print(f"| {number:,} | {count} | {took:.2f} | {best.inertia:.5f} | {same:.3f} | {support:.3f} |")
    print()


def bench_stage(pairs):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(pairs, YEARS, 2)).cumsum(axis=1)
    n, t, d = (part.ravel() for part in np.indices(z.shape))
    ties = pd.DataFrame(
        {
            "network": np.array(["collaboration", "knowledge_exchange"], dtype=object)[d],
            "year": 2000 + t,
            "src": np.array([f"A{i // 200:03d}" for i in range(pairs)], dtype=object)[n],
            "dst": np.array([f"B{i % 200:03d}" for i in range(pairs)], dtype=object)[n],
            "z": z.ravel(),
            "link_probability": 0.5,
        }
    )
    panel_seconds, panel = clock(lambda: build_panel(ties, years=(2000, 2000 + YEARS - 1)))
    start_seconds, found = clock(lambda: dtw_kmeans(panel.scaled, 4, seed=0))
    sample = panel.scaled[:2_000]
    silhouette_seconds, _ = clock(lambda: silhouette(sample, found.assignment[:2_000]))
    print(f"### A study's own size: {pairs:,} pairs x {YEARS} years x 2 networks ({len(ties):,} ties)\n")
    print("| what | s |\n|---|---|")
    print(f"| panel: pivot, smooth, rescale | {panel_seconds:.2f} |")
    print(f"| k-means, one start ({found.iterations} iterations) | {start_seconds:.2f} |")
    print(f"| silhouette of 2,000 pairs | {silhouette_seconds:.2f} |")


if __name__ == "__main__":
    quick = "--quick" in sys.argv[1:]
    dtw_kmeans(drifting(40), 2)
    silhouette(drifting(40), np.arange(40) % 2)
    bench_starts([300] if quick else [300, 2_000])
    if "--starts" in sys.argv[1:]:
        sys.exit()
    peer = load_tslearn()
    bench_kmeans([500] if quick else [1_000, 5_000], [0, 1] if quick else [0, 1, 2], peer)
    bench_parts(peer)
    bench_stage(2_000 if quick else 25_000)
