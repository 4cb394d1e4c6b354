"""Starts spread over the cluster: the same as one after the other, however Spark splits them."""

import numpy as np
import pytest

from isthmus.errors import TrajectoryError
from isthmus.trajectories.fanout import RESTART_SCHEMA, cluster_restarts, restarts_of
from isthmus.trajectories.restarts import run_restart

pytestmark = pytest.mark.spark


def test_starts_over_the_cluster_are_those_made_here(spark, drift):
    series = drift[0][:60]
    rows = cluster_restarts(spark, series, k=4, restarts=5, seed=2026)
    assert rows.schema == RESTART_SCHEMA
    found = restarts_of(rows, series.shape)
    here = [run_restart(series, r, k=4, seed=2026) for r in range(5)]
    assert [r.restart for r in found] == list(range(5))
    for one, other in zip(found, here, strict=True):
        assert (one.seed, one.status) == (other.seed, other.status)
        assert one.clustering.inertia == other.clustering.inertia
        assert one.clustering.iterations == other.clustering.iterations
        for name in ("assignment", "centroids", "distance"):
            np.testing.assert_array_equal(getattr(one.clustering, name), getattr(other.clustering, name))


def test_starts_that_fail_are_rows_that_say_why(spark):
    found = restarts_of(cluster_restarts(spark, np.zeros((6, 8, 2)), k=2, restarts=2, seed=1), (6, 8, 2))
    assert [r.clustering for r in found] == [None, None]
    assert "differ under time warping" in found[0].message


def test_what_cannot_be_is_refused_before_any_work(spark, drift):
    with pytest.raises(TrajectoryError, match="unknown engine"):
        cluster_restarts(spark, drift[0], engine="sklearn")
    with pytest.raises(TrajectoryError, match="0 starts"):
        cluster_restarts(spark, drift[0], restarts=0)
