"""The bootstrap's numerics: z of replicates against a fit by hand, labels by the nearest centroid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.nullmodels.frames import significance_frames
from isthmus.trajectories.bootstrap_fanout import replicated_z
from isthmus.trajectories.resampling import centroids_of, replicated_labels

PAIR_TESTS = [
    ("A", "B", 9),
    ("B", "C", 4),
    ("C", "D", 6),
    ("D", "E", 2),
    ("E", "F", 5),
    ("A", "F", 3),
    ("A", "C", 2),
    ("D", "F", 1),
]
KEY = ("collaboration", 2010)


def _weights(replicates):
    rows = [(src, dst, np.array([w * (r + 1) for r in range(replicates)])) for src, dst, w in PAIR_TESTS]
    return pd.DataFrame(rows, columns=["src", "dst", "weights"])


def test_each_replicate_is_fitted_on_its_own():
    pairs = frozenset({("A", "B"), ("B", "E")})
    z = replicated_z(_weights(2), key=KEY, model="ecm", finite="present", pairs=pairs).set_index(["src", "dst"])["z"]
    for replicate in range(2):
        edges = pd.DataFrame([(s, d, w * (replicate + 1)) for s, d, w in PAIR_TESTS], columns=["src", "dst", "weight"])
        by_hand, _ = significance_frames(edges)
        expected = by_hand.set_index(["src", "dst"])["z"]
        for pair in pairs:
            assert z[pair][replicate] == pytest.approx(expected[pair], rel=1e-9)


def test_partial_sums_of_one_tie_are_added():
    whole = _weights(3)
    halves = pd.concat(
        [whole.assign(weights=[w - 1 for w in whole["weights"]]), whole.assign(weights=[np.ones(3, int)] * len(whole))]
    )
    options = {"key": KEY, "model": "ecm", "finite": "present", "pairs": frozenset({("A", "B")})}
    assert np.allclose(replicated_z(halves, **options)["z"].iloc[0], replicated_z(whole, **options)["z"].iloc[0])


def test_a_pair_whose_country_vanishes_in_a_replicate_has_no_z_there():
    weights = _weights(2)
    gone = [w * np.array([1, 0]) if "B" in (s, d) else w for s, d, w in weights.itertuples(index=False)]
    z = replicated_z(
        weights.assign(weights=gone), key=KEY, model="ecm", finite="present", pairs=frozenset({("A", "B"), ("X", "Y")})
    )
    of_pair = z.set_index(["src", "dst"])["z"]
    assert np.isfinite(of_pair[("A", "B")][0])
    assert np.isnan(of_pair[("A", "B")][1])
    assert np.isnan(of_pair[("X", "Y")]).all()


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
