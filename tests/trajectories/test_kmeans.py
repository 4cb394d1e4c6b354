"""Clusters: against tslearn from the same start, what every clustering must be, and starts that go wrong."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import TrajectoryError
from isthmus.trajectories.agreement import adjusted_rand_index
from isthmus.trajectories.dtw import dtw_distances
from isthmus.trajectories.kmeans import assign, dtw_kmeans, first_centroids


def tslearn_fit(series, k, **options):
    clustering = pytest.importorskip("tslearn.clustering")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clustering.TimeSeriesKMeans(k, metric="dtw", **options).fit(series)


@pytest.mark.parametrize(("seed", "k"), [(0, 4), (1, 4), (2, 3)])
def test_a_seed_gives_the_clusters_that_tslearn_gives(drift, seed, k):
    series = drift[0][:120]
    ours, theirs = dtw_kmeans(series, k, seed=seed), tslearn_fit(series, k, random_state=seed)
    assert ours.inertia <= theirs.inertia_ * (1 + 1e-12)
    assert ours.iterations == theirs.n_iter_
    np.testing.assert_allclose(ours.centroids, theirs.cluster_centers_, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(ours.assignment, theirs.labels_)


def test_given_centroids_lead_where_tslearn_goes_from_them(drift):
    series = drift[0][:100]
    theirs = tslearn_fit(series, 4, init=series[:4].copy())
    ours = dtw_kmeans(series, 4, initial=series[:4])
    assert ours.inertia <= theirs.inertia_ * (1 + 1e-12)
    assert adjusted_rand_index(ours.assignment, theirs.labels_) == 1
    assert ours.seed == -1


def test_clusters_are_the_planted_directions(make_drift):
    series, kind = make_drift(400, seed=5, pull=6.0)
    best = min((dtw_kmeans(series, 4, seed=s) for s in range(5)), key=lambda c: c.inertia)
    # SC, SD and KI to the last series; a part of KD is taken for SD, because rescaling makes a flat series all noise
    assert adjusted_rand_index(best.assignment, kind) > 0.8


def test_a_clustering_is_consistent_in_itself(drift):
    series = drift[0]
    found = dtw_kmeans(series, 4, seed=7)
    distances = dtw_distances(series, found.centroids)
    np.testing.assert_allclose(found.distance, distances.min(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(found.assignment, distances.argmin(axis=1))
    assert found.inertia == pytest.approx(np.mean(found.distance**2), rel=1e-12)
    assert found.inertias[-1] == found.inertia
    assert found.members.sum() == len(series)
    assert found.k == 4
    assert found.status == "converged"
    np.testing.assert_array_equal(assign(series, found.centroids)[0], found.assignment)
    np.testing.assert_array_equal(assign(series, found.centroids)[1], found.distance)


@pytest.mark.parametrize("seed", range(6))
def test_inertia_never_rises(drift, seed):
    found = dtw_kmeans(drift[0], 5, seed=seed, tolerance=0)
    assert np.all(np.diff(found.inertias) <= 1e-12)


def test_only_the_seed_decides(drift):
    series = drift[0]
    one, again = dtw_kmeans(series, 4, seed=3), dtw_kmeans(series, 4, seed=3, threads=2)
    np.testing.assert_array_equal(one.centroids, again.centroids)
    np.testing.assert_array_equal(one.assignment, again.assignment)
    assert not np.array_equal(one.centroids, dtw_kmeans(series, 4, seed=4).centroids)


def test_the_order_of_series_does_not_matter(drift):
    series = drift[0][:150]
    order = np.random.default_rng(0).permutation(len(series))
    one = dtw_kmeans(series, 4, initial=series[:4])
    other = dtw_kmeans(series[order], 4, initial=series[:4])
    np.testing.assert_array_equal(one.assignment[order], other.assignment)
    np.testing.assert_allclose(one.centroids, other.centroids, rtol=1e-9, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_any_number_of_clusters_is_found_or_refused(number, k, dimensions, seed):
    series = np.random.default_rng(number).normal(size=(number, 6, dimensions))
    if k > number:
        with pytest.raises(TrajectoryError, match=f"{k} clusters of {number} series"):
            dtw_kmeans(series, k, seed=seed)
        return
    found = dtw_kmeans(series, k, seed=seed)
    assert found.members.min() >= 1
    assert found.inertia <= found.inertias[0] * (1 + 1e-12)
    if k == number:
        assert found.inertia == pytest.approx(0, abs=1e-12)


def test_one_series_is_its_own_centroid():
    series = np.random.default_rng(0).normal(size=(1, 22, 2))
    found = dtw_kmeans(series, 1)
    np.testing.assert_allclose(found.centroids, series)
    assert found.inertia == 0


def test_an_empty_cluster_starts_anew_from_the_farthest_series(drift):
    """Two equal centroids: the second gets nothing, where tslearn gives up."""
    series = drift[0][:80]
    twice = np.repeat(series[:1], 3, axis=0)
    found = dtw_kmeans(series, 3, initial=twice)
    assert found.restarted == 2
    assert found.members.min() >= 1
    assert np.all(np.diff(found.inertias) <= 1e-12)
    assert found.inertia < dtw_kmeans(series, 1, initial=series[:1]).inertia


def test_fewer_different_series_than_clusters_are_refused():
    flat = np.zeros((30, 8, 2))
    flat[:10] = 1.0
    assert dtw_kmeans(flat, 2, seed=1).inertia == 0
    with pytest.raises(TrajectoryError, match="only 2 of the 30 series differ"):
        dtw_kmeans(flat, 3, seed=1)
    # with centroids given there is nothing to start an empty cluster from: it stays empty, and the fit ends
    kept = dtw_kmeans(flat, 3, initial=np.stack([flat[0], flat[-1], flat[0]]))
    assert sorted(kept.members.tolist()) == [0, 10, 20]
    assert kept.inertia == 0


def test_constant_series_can_be_clustered():
    levels = np.repeat([0.0, 0.1, 5.0, 5.1], 5)[:, None, None] * np.ones((20, 22, 2))
    found = dtw_kmeans(levels, 2, seed=0)
    assert sorted(found.members.tolist()) == [10, 10]
    assert found.inertia == pytest.approx(22 * 2 * 0.05**2)


def test_the_limit_of_iterations_is_said(drift):
    found = dtw_kmeans(drift[0], 4, seed=0, max_iterations=2)
    assert (found.status, found.iterations) == ("not converged", 2)


def test_bad_questions_are_refused(drift):
    series = drift[0][:10]
    with pytest.raises(TrajectoryError, match="seed -1"):
        dtw_kmeans(series, 2, seed=-1)
    with pytest.raises(TrajectoryError, match="max_iterations is 0"):
        dtw_kmeans(series, 2, max_iterations=0)
    with pytest.raises(TrajectoryError, match=r"shape \(3, 22, 2\)"):
        dtw_kmeans(series, 2, initial=series[:3])
    with pytest.raises(TrajectoryError, match="not finite"):
        dtw_kmeans(np.full((3, 5, 2), np.nan), 2)
    with pytest.raises(TrajectoryError, match="2 dimensions and the centroids 1"):
        assign(series, series[:1, :, :1])
    assert assign(series[:0], series[:2])[0].shape == (0,)


def test_first_centroids_are_different_series(drift):
    chosen = first_centroids(drift[0], 6, seed=11)
    assert len(set(chosen.tolist())) == 6


def test_first_centroids_lie_far_apart():
    """Two tight groups and two centroids: one in each, whatever the seed."""
    rng = np.random.default_rng(1)
    series = rng.normal(scale=0.01, size=(40, 10, 2))
    series[20:] += 100
    for seed in range(10):
        chosen = first_centroids(series, 2, seed=seed)
        assert sorted(chosen // 20) == [0, 1]
