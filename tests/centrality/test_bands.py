import numpy as np
import pytest

from isthmus.centrality.arcs import reciprocal_lengths
from isthmus.centrality.bands import band_of, null_band
from isthmus.centrality.betweenness import group_betweenness
from isthmus.errors import CentralityError


def test_counts_and_quantiles_by_hand():
    values = np.arange(1, 100, dtype=float)[:, None] * np.array([1.0, 2.0])
    band = band_of(np.array([90.0, 1.0]), values)
    np.testing.assert_allclose(band.p, [(1 + 10) / 100, 1.0])
    np.testing.assert_allclose(band.mean, [50, 100])
    np.testing.assert_allclose(band.lower, np.quantile(values, 0.025, axis=0))
    assert band.n_draws == 99


def test_the_family_band_holds_all_nodes_at_once():
    rng = np.random.default_rng(1)
    inside = several = 0
    for _ in range(300):
        values = rng.normal(size=(400, 8)) * np.arange(1, 9)
        observed = rng.normal(size=8) * np.arange(1, 9)
        band = band_of(observed, values)
        inside += bool(np.all((observed >= band.family_lower) & (observed <= band.family_upper)))
        several += bool(np.any(band.family_p <= 0.05))
    assert 0.91 < inside / 300 < 0.985
    assert 0.015 < several / 300 < 0.09


def test_single_p_values_are_uniform_and_family_ones_never_smaller():
    rng = np.random.default_rng(2)
    p = np.concatenate([band_of(rng.normal(size=4), rng.normal(size=(199, 4))).p for _ in range(300)])
    assert abs(np.mean(p <= 0.05) - 0.05) < 0.02
    band = band_of(rng.normal(size=5), rng.normal(size=(999, 5)))
    assert np.all(band.family_p >= band.p - 0.05)


def test_a_node_that_never_varies():
    band = band_of(np.array([3.0, 4.0]), np.full((50, 2), 3.0))
    np.testing.assert_allclose(band.p, [1, 1 / 51])
    np.testing.assert_allclose(band.family_p, [1, 1 / 51])


def test_a_planted_bridge_stands_out(graphs):
    rng = np.random.default_rng(3)
    n, first, second = 20, np.arange(10), np.arange(10, 20)
    near = np.full((n, n), 40.0)
    near[:10, 10:] = near[10:, :10] = 2.0
    planted = near.copy()
    planted[0, 10:] = planted[10:, 0] = 60.0

    def statistic(weights):
        return group_betweenness(reciprocal_lengths(weights), first, second).betweenness

    observed = statistic(rng.poisson(planted))
    band = null_band(observed, lambda g: g.poisson(near), statistic, n_draws=99, seed=4)
    assert band.family_p[0] == 0.01
    assert np.all(band.p[1:10] > 0.5)
    again = null_band(observed, lambda g: g.poisson(near), statistic, n_draws=99, seed=4)
    np.testing.assert_array_equal(band.mean, again.mean)


def test_what_cannot_be_drawn():
    with pytest.raises(CentralityError, match="1 draws"):
        null_band([1.0], lambda g: 0, lambda _: [1.0], n_draws=1)
    with pytest.raises(CentralityError, match="must keep all nodes"):
        null_band([1.0], lambda g: 0, lambda _: [1.0, 2.0], n_draws=2)
