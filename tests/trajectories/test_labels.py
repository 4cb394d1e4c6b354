"""Names of clusters, changes and speeds."""

from itertools import permutations

import numpy as np
import pytest

from isthmus.errors import TrajectoryError
from isthmus.trajectories.labels import DIRECTIONS, LABELS, changes, label_centroids, speeds


def paths(directions, years=22):
    return np.asarray(directions, dtype=float)[:, None, :] * np.linspace(-1, 1, years)[None, :, None]


def test_ideal_centroids_get_their_names_in_any_order():
    ideal = {"SC": (1, 1), "SD": (-1, -1), "KI": (-1, 1), "KD": (0, -1)}
    for order in permutations(ideal):
        assert label_centroids(paths([ideal[name] for name in order])) == order


def test_each_name_is_given_once_even_if_two_centroids_point_alike():
    assert sorted(label_centroids(paths([(1, 1), (1, 0.9), (-1, -1), (-1, 1)]))) == sorted(LABELS)


def test_names_maximise_the_sum_of_cosines():
    rng = np.random.default_rng(0)
    for _ in range(20):
        centroids = rng.normal(size=(4, 10, 2)).cumsum(axis=1)
        change = changes(centroids)
        cosine = (change / np.linalg.norm(change, axis=1, keepdims=True)) @ DIRECTIONS.T
        best = max(permutations(range(4)), key=lambda p: sum(cosine[c, p[c]] for c in range(4)))
        assert label_centroids(centroids) == tuple(LABELS[i] for i in best)


def test_knowledge_divergence_is_the_one_whose_collaboration_stays():
    assert label_centroids(paths([(-0.9, -1), (0.1, -1), (1, 1), (-1, 1)])) == ("SD", "KD", "SC", "KI")


def test_centroids_that_do_not_move_get_the_names_left_over():
    names = label_centroids(np.concatenate([paths([(1, 1), (-1, -1), (-1, 1)]), np.zeros((1, 22, 2))]))
    assert names == ("SC", "SD", "KI", "KD")


@pytest.mark.parametrize("shape", [(3, 22, 2), (5, 22, 2), (4, 22, 1), (4, 22)])
def test_only_four_clusters_in_two_networks_have_names(shape):
    with pytest.raises(TrajectoryError, match="only four in two networks"):
        label_centroids(np.zeros(shape))


def test_changes_are_means_of_three_years_at_either_end():
    series = np.arange(10.0)[None, :, None] * np.array([1.0, -2.0])
    np.testing.assert_allclose(changes(series), [[7.0, -14.0]])


def test_speed_is_the_way_from_first_to_last_year():
    z = np.zeros((2, 22, 2))
    z[0, -1] = (3.0, 4.0)
    z[1, 0], z[1, 10] = (-1.0, 0.0), (99.0, 99.0)
    np.testing.assert_allclose(speeds(z), [5.0, 1.0])
