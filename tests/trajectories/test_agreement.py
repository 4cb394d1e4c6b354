"""Agreement of clusterings and separation of clusters: against counted pairs and against scikit-learn."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import TrajectoryError
from isthmus.trajectories.agreement import adjusted_rand_index, silhouette
from isthmus.trajectories.dtw import dtw_distances

CLUSTERINGS = st.integers(1, 25).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n)] * 2)
)


def by_counted_pairs(a, b):
    """The share of pairs on which two clusterings agree, corrected: (agreed - expected) / (most - expected)."""
    pairs = list(combinations(range(len(a)), 2))
    both = sum(a[i] == a[j] and b[i] == b[j] for i, j in pairs)
    in_a, in_b = sum(a[i] == a[j] for i, j in pairs), sum(b[i] == b[j] for i, j in pairs)
    expected = in_a * in_b / len(pairs)
    return (both - expected) / ((in_a + in_b) / 2 - expected)


@settings(max_examples=200, deadline=None)
@given(CLUSTERINGS)
def test_the_index_is_what_pairs_and_scikit_learn_say(both):
    a, b = both
    found = adjusted_rand_index(a, b)
    assert -1 <= found <= 1
    assert found == pytest.approx(adjusted_rand_index(b, a))
    assert found == pytest.approx(adjusted_rand_index([9 - x for x in a], b))
    assert adjusted_rand_index(a, a) == 1
    metrics = pytest.importorskip("sklearn.metrics")
    assert found == pytest.approx(metrics.adjusted_rand_score(a, b), abs=1e-12)
    if len({*a}) > 1 and len({*a}) < len(a):
        assert found == pytest.approx(by_counted_pairs(a, b), abs=1e-12)


def test_the_index_of_chance_is_near_zero():
    rng = np.random.default_rng(0)
    found = [adjusted_rand_index(rng.integers(0, 4, 500), rng.integers(0, 4, 500)) for _ in range(30)]
    assert abs(np.mean(found)) < 0.005


def test_text_and_numbers_can_be_compared():
    assert adjusted_rand_index(["SC", "SC", "KD"], [1, 1, 0]) == 1


@pytest.mark.parametrize("other", [[1, 2], [], [[1, 2, 3]]])
def test_clusterings_of_different_things_are_refused(other):
    with pytest.raises(TrajectoryError, match="expected the same"):
        adjusted_rand_index([1, 2, 3], other)
    with pytest.raises(TrajectoryError, match="not none"):
        adjusted_rand_index([], [])


def test_the_silhouette_is_that_of_scikit_learn(drift):
    metrics = pytest.importorskip("sklearn.metrics")
    series, kind = drift[0][:80], drift[1][:80].copy()
    kind[0] = 9  # alone in its cluster
    distances = dtw_distances(series)
    theirs = metrics.silhouette_score(distances, kind, metric="precomputed")
    assert silhouette(series, kind) == pytest.approx(theirs, rel=1e-12)
    assert silhouette(series, kind, distances=distances) == pytest.approx(theirs, rel=1e-12)


def test_separate_clusters_have_a_silhouette_near_one_and_random_ones_near_zero():
    rng = np.random.default_rng(2)
    series = rng.normal(scale=0.01, size=(60, 10, 2)) + np.repeat([0, 5, 50], 20)[:, None, None]
    assert silhouette(series, np.repeat([0, 1, 2], 20)) > 0.99
    assert silhouette(series[:20], rng.integers(0, 2, 20)) < 0.1
    assert silhouette(np.zeros((4, 5, 2)), [0, 0, 1, 1]) == 0


def test_a_single_cluster_has_no_silhouette(drift):
    with pytest.raises(TrajectoryError, match="expected 2 or more"):
        silhouette(drift[0][:5], np.zeros(5))
