"""Distances and barycenters: against all warping paths, against tslearn, and what must hold for every series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import TrajectoryError
from isthmus.trajectories.dtw import CHUNK_BLOCKS, dba, dtw_distance, dtw_distances
from isthmus.trajectories.kernels import LANES

VALUES = st.floats(-100, 100, allow_nan=False, width=32)


SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 3))


def all_paths(i, j):
    """Every warping path from (0, 0) to (i, j)."""
    if i == j == 0:
        yield [(0, 0)]
    for a, b in ((i - 1, j), (i, j - 1), (i - 1, j - 1)):
        if a >= 0 and b >= 0:
            for path in all_paths(a, b):
                yield [*path, (i, j)]


def by_all_paths(x, y):
    return min(np.sqrt(sum(((x[i] - y[j]) ** 2).sum() for i, j in path)) for path in all_paths(len(x) - 1, len(y) - 1))


@pytest.mark.parametrize(("lengths", "dimensions"), [((1, 1), 2), ((4, 4), 2), ((5, 3), 2), ((4, 5), 1), ((3, 4), 3)])
def test_the_distance_is_the_least_over_all_warping_paths(lengths, dimensions):
    rng = np.random.default_rng(sum(lengths))
    for _ in range(5):
        x, y = (rng.normal(size=(n, dimensions)) for n in lengths)
        assert dtw_distance(x, y) == pytest.approx(by_all_paths(x, y), rel=1e-12)


def test_distances_known_in_closed_form():
    assert dtw_distance([1, 2, 3], [1, 2, 2, 3]) == 0
    assert dtw_distance([1, 2, 3], [1, 2, 2, 3, 4]) == 1
    assert dtw_distance(np.zeros((22, 2)), np.full((22, 2), [3.0, 4.0])) == pytest.approx(5 * np.sqrt(22))
    assert dtw_distance([0, 0, 0, 5], [0, 5, 5, 5]) == 0


def test_both_dimensions_are_warped_along_one_path():
    """Each dimension alone can be warped to nothing, but not both by the same path."""
    x = np.array([[0, 0], [0, 1], [1, 1]], dtype=float)
    y = np.array([[0, 0], [1, 0], [1, 1]], dtype=float)
    assert dtw_distance(x[:, 0], y[:, 0]) == dtw_distance(x[:, 1], y[:, 1]) == 0
    assert dtw_distance(x, y) == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_distances_are_those_of_tslearn(dimensions):
    metrics = pytest.importorskip("tslearn.metrics")
    rng = np.random.default_rng(dimensions)
    x, y = rng.normal(size=(70, 22, dimensions)).cumsum(axis=1), rng.normal(size=(5, 17, dimensions)).cumsum(axis=1)
    np.testing.assert_allclose(dtw_distances(x, y), metrics.cdist_dtw(x, y), rtol=1e-12)
    np.testing.assert_allclose(dtw_distances(x), metrics.cdist_dtw(x), rtol=1e-12, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_distance_is_symmetric_zero_to_itself_and_at_most_euclid(data):
    shape = data.draw(SHAPES)
    x, y = data.draw(arrays(float, shape, elements=VALUES)), data.draw(arrays(float, shape, elements=VALUES))
    between = dtw_distance(x, y)
    assert between == dtw_distance(y, x)
    assert dtw_distance(x, x) == 0
    assert 0 <= between <= np.linalg.norm(x - y) * (1 + 1e-12)
    assert dtw_distance(np.repeat(x, 2, axis=0), x) == 0
    assert between >= max(np.linalg.norm(x[0] - y[0]), np.linalg.norm(x[-1] - y[-1])) * (1 - 1e-12)


@settings(max_examples=20, deadline=None)
@given(arrays(float, (6, 2), elements=VALUES), arrays(float, (5, 2), elements=VALUES), VALUES)
def test_a_distance_survives_shifts_reversal_and_scales(x, y, shift):
    between = dtw_distance(x, y)
    assert dtw_distance(x[::-1], y[::-1]) == pytest.approx(between, rel=1e-9, abs=1e-9)
    assert dtw_distance(x + shift, y + shift) == pytest.approx(between, rel=1e-9, abs=1e-4)
    assert dtw_distance(3 * x, 3 * y) == pytest.approx(3 * between, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("number", [1, LANES - 1, LANES, LANES + 1, CHUNK_BLOCKS * LANES + 5])
def test_neither_the_place_in_a_block_nor_threads_change_a_distance(number):
    x = np.random.default_rng(number).normal(size=(number, 7, 2))
    whole = dtw_distances(x, x[:3])
    alone = np.array([[dtw_distance(a, b) for b in x[:3]] for a in x[-4:]])
    np.testing.assert_array_equal(whole[-4:], alone)
    np.testing.assert_array_equal(dtw_distances(x, x[:3], threads=2), whole)
    np.testing.assert_array_equal(dtw_distances(x[::-1], x[:3])[::-1], whole)


def test_series_that_cannot_be_compared_are_refused_with_their_position():
    broken = np.zeros((3, 4, 2))
    broken[1, 2, 0] = np.nan
    with pytest.raises(TrajectoryError, match=r"1 of 3 series .* position 1"):
        dtw_distances(broken)
    with pytest.raises(TrajectoryError, match="of 2 and of 1 dimensions"):
        dtw_distances(np.zeros((2, 4, 2)), np.zeros((2, 4)))
    with pytest.raises(TrajectoryError, match="none empty"):
        dtw_distance(np.zeros((0, 2)), np.zeros((3, 2)))


def test_distances_among_no_and_one_series():
    assert dtw_distances(np.zeros((0, 4, 2))).shape == (0, 0)
    assert dtw_distances(np.ones((1, 4, 2))).tolist() == [[0.0]]
    assert dtw_distances(np.zeros((0, 4, 2)), np.zeros((2, 4, 2))).shape == (0, 2)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_barycenters_are_those_of_tslearn(dimensions):
    barycenters = pytest.importorskip("tslearn.barycenters")
    x = np.random.default_rng(dimensions).normal(size=(40, 22, dimensions)).cumsum(axis=1)
    theirs = barycenters.dtw_barycenter_averaging_petitjean(x, init_barycenter=x[0])
    np.testing.assert_allclose(dba(x, x[0]).centroid, theirs, rtol=1e-9, atol=1e-9)
    # another number of points than the series have
    shorter = barycenters.dtw_barycenter_averaging_petitjean(x, init_barycenter=x[0, :9])
    np.testing.assert_allclose(dba(x, x[0, :9]).centroid, shorter, rtol=1e-9, atol=1e-9)


def test_a_barycenter_lowers_the_cost_in_every_iteration():
    x = np.random.default_rng(3).normal(size=(50, 15, 2)).cumsum(axis=1)
    costs = [dba(x, max_iterations=n, tolerance=0).cost for n in range(1, 25)]
    assert np.all(np.diff(costs) <= 1e-12)
    found = dba(x, max_iterations=500)
    assert found.converged
    assert np.mean(dtw_distances(x, found.centroid[None]) ** 2) <= found.cost * (1 + 1e-12)
    assert found.cost < np.mean(dtw_distances(x, x.mean(axis=0)[None]) ** 2)


def test_barycenters_of_one_series_and_of_copies_are_that_series():
    x = np.random.default_rng(4).normal(size=(1, 10, 2))
    np.testing.assert_allclose(dba(x).centroid, x[0])
    np.testing.assert_allclose(dba(np.repeat(x, 40, axis=0)).centroid, x[0], rtol=1e-12)
    np.testing.assert_array_equal(dba(x, threads=2).centroid, dba(x).centroid)
    with pytest.raises(TrajectoryError, match="no series to average"):
        dba(np.zeros((0, 4, 2)))
