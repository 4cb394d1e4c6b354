"""Seeded starts, the choice among them, and the other engine."""

from dataclasses import replace

import numpy as np
import pytest

from isthmus.errors import TrajectoryError
from isthmus.trajectories.kmeans import dtw_kmeans
from isthmus.trajectories.restarts import Restart, best_restart, check_engine, in_order, restart_seed, run_restart


def test_seeds_depend_on_study_and_number_only():
    seeds = [restart_seed(2026, r) for r in range(200)]
    assert len(set(seeds)) == 200
    assert seeds == [restart_seed(2026, r) for r in range(200)]
    assert all(0 <= s < 2**32 for s in seeds)
    assert restart_seed(2027, 0) != seeds[0]


def test_a_start_is_the_clustering_of_its_seed(drift):
    start = run_restart(drift[0][:80], 3, k=4, seed=9)
    alone = dtw_kmeans(drift[0][:80], 4, seed=restart_seed(9, 3))
    np.testing.assert_array_equal(start.clustering.assignment, alone.assignment)
    assert start.clustering.seconds > 0
    assert (start.restart, start.seed, start.status, start.message) == (3, alone.seed, "converged", "")


def test_a_start_that_fails_says_why():
    start = run_restart(np.zeros((5, 8, 2)), 0, k=2, seed=1)
    assert start.clustering is None
    assert start.status == "failed"
    assert "differ under time warping" in start.message


def test_the_lowest_inertia_wins_and_the_first_of_equals(drift):
    one = dtw_kmeans(drift[0][:50], 4, seed=1)
    starts = [
        Restart(2, 2, replace(one, inertia=1.0 - 1e-14)),
        Restart(1, 1, replace(one, inertia=1.0)),
        Restart(0, 0, replace(one, inertia=1.5)),
        Restart(3, 3, None, "bad"),
    ]
    assert best_restart(starts).restart == 1
    with pytest.raises(TrajectoryError, match=r"all 1 starts .* bad"):
        best_restart(starts[3:])
    with pytest.raises(TrajectoryError, match="none was made"):
        best_restart([])


def test_clusters_are_numbered_alike_whatever_the_start(drift):
    series = drift[0][:120]
    one = dtw_kmeans(series, 4, initial=series[:4])
    other = dtw_kmeans(series, 4, initial=series[[2, 0, 3, 1]])
    assert not np.array_equal(one.assignment, other.assignment)
    np.testing.assert_array_equal(in_order(one).assignment, in_order(other).assignment)
    np.testing.assert_allclose(in_order(one).centroids, in_order(other).centroids)
    for k in (3, 4):
        found = in_order(dtw_kmeans(series, k, seed=0))
        nearest = [found.centroids[c] for c in found.assignment]
        assert len(nearest) == 120
        distances = np.linalg.norm(found.centroids[:, None] - dtw_kmeans(series, k, seed=0).centroids, axis=(2, 3))
        assert sorted(distances.argmin(axis=1).tolist()) == list(range(k))


def test_both_engines_give_the_same_clusters(drift):
    pytest.importorskip("tslearn")
    series = drift[0][:60]
    ours, theirs = (run_restart(series, 1, k=4, seed=5, engine=e) for e in ("isthmus", "tslearn"))
    np.testing.assert_array_equal(ours.clustering.assignment, theirs.clustering.assignment)
    assert ours.clustering.inertia == pytest.approx(theirs.clustering.inertia, rel=1e-9)
    assert ours.clustering.iterations == theirs.clustering.iterations
    assert theirs.clustering.status == "converged"
    refused = run_restart(series[:3], 0, k=4, seed=5, engine="tslearn")
    assert "4 clusters of 3 series" in refused.message


def test_an_engine_that_is_unknown_or_missing_says_what_to_do(monkeypatch):
    with pytest.raises(TrajectoryError, match="did you mean 'isthmus'"):
        check_engine("istmus")
    check_engine("isthmus")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(TrajectoryError, match=r"pip install \"isthmus\[trajectories\]\""):
        check_engine("tslearn")
    assert "not installed" in run_restart(np.zeros((5, 8, 2)), 0, k=2, seed=1, engine="tslearn").message


def test_public_names_are_where_they_are_said_to_be():
    import isthmus.trajectories as room

    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'kmeanz'"):
        _ = room.kmeanz
