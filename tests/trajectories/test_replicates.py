"""The bootstrap's numerics: labels of replicates by the nearest centroid."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.trajectories.resampling import centroids_of, replicated_labels

RISE, FALL = np.linspace(-1, 1, 8), np.linspace(1, -1, 8)
CENTROIDS = np.stack([np.stack([a, b], axis=1) for a in (RISE, FALL) for b in (RISE, FALL)])


def test_labels_are_those_of_the_nearest_centroid_whatever_the_scale_of_z():
    z = np.stack([7.0 + 3.0 * c for c in CENTROIDS])
    assert replicated_labels(z, CENTROIDS, window=3, order=1).tolist() == [0, 1, 2, 3]


def test_a_replicate_without_a_whole_trajectory_has_no_label():
    z = np.stack([CENTROIDS[0], CENTROIDS[1], np.ones((8, 2))])
    z[1, 3, 0] = np.nan
    assert replicated_labels(z, CENTROIDS, window=3, order=1).tolist() == [0, -1, -1]


@given(st.integers(0, 2**31), st.floats(0.1, 50), st.floats(-20, 20))
@settings(max_examples=30, deadline=None)
def test_labels_do_not_depend_on_shift_and_scale(seed, scale, shift):
    z = np.random.default_rng(seed).normal(size=(5, 8, 2)).cumsum(axis=1)
    plain = replicated_labels(z, CENTROIDS, window=3, order=1)
    assert (replicated_labels(shift + scale * z, CENTROIDS, window=3, order=1) == plain).all()


def test_centroids_come_back_from_their_table():
    rows = [(c, 2000 + t, *CENTROIDS[c, t]) for c in range(4) for t in range(8)]
    frame = pd.DataFrame(rows, columns=["cluster", "year", "collaboration", "exchange"]).sample(frac=1, random_state=1)
    assert (centroids_of(frame) == CENTROIDS).all()
