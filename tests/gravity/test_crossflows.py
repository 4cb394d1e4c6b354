"""Flows with the other side: expectations against dummies, drawn differences against a full refit, and what cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import GravityError
from isthmus.gravity.crossflows import _differences, cross_flows, step_down
from isthmus.gravity.effects import fit_effects

SIDE = np.array([0] * 5 + [1] * 4 + [-1])


def world(seed, times=1.0, dispersion=0.2, side=SIDE):
    """Flows of a law with distance; city 0 has `times` as much with the other side."""
    rng = np.random.default_rng(seed)
    n = len(side)
    place = rng.uniform(0, 100, (n, 2))
    ld = np.log(np.maximum(np.linalg.norm(place[:, None] - place, axis=2), 1.0))
    mean = np.outer(rng.lognormal(0, 0.7, n), rng.lognormal(0, 0.7, n)) * 400 * np.exp(-0.6 * ld)
    across = side == 1 - side[0]
    mean[0, across] *= times
    mean[across, 0] *= times
    np.fill_diagonal(mean, 0)
    return rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape)), ld


@pytest.mark.parametrize("seed", range(3))
def test_expected_flows_as_statsmodels_with_a_dummy_for_every_place(seed):
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the fit")
    y, ld = world(seed)
    n, across = len(y), SIDE == 1
    used = ~np.eye(n, dtype=bool)
    used[0, across] = used[across, 0] = False

    def design(i, j):
        return np.column_stack([ld[i, j], *(i == k for k in range(n)), *(j == k for k in range(1, n))]).astype(float)

    fit = api.GLM(y[used], design(*np.nonzero(used)), family=api.families.Poisson()).fit(tol=1e-13, maxiter=200)
    others = np.flatnonzero(across)
    own = np.zeros_like(others)
    wanted = fit.predict(design(own, others)).sum() + fit.predict(design(others, own)).sum()
    found = cross_flows(y, ld, SIDE, 0)
    assert found.expected == pytest.approx(wanted, rel=1e-6)
    assert found.observed == y[0, across].sum() + y[across, 0].sum()


def test_drawn_differences_spread_as_those_of_networks_that_are_fitted_again():
    y, ld = world(5, dispersion=0.05)
    across = SIDE == 1
    is_open = ~np.eye(len(y), dtype=bool)
    is_open[0, across] = is_open[across, 0] = False
    fit = fit_effects(y, ld, is_open=is_open)
    law = fit.expected(ld)
    np.fill_diagonal(law, 0)
    parts = [(y[0], law[0], fit.mean[0]), (y[:, 0], law[:, 0], fit.mean[:, 0])]
    drawn = _differences(parts, across, fit, 20_000, np.random.default_rng(1))
    rng, again = np.random.default_rng(2), []
    for _ in range(300):
        other = rng.poisson(law * rng.gamma(1 / fit.dispersion, fit.dispersion, law.shape))
        expected = fit_effects(other, ld, is_open=is_open).expected(ld)
        again.append(sum((a[0] - b[0])[across].sum() for a, b in ((other, expected), (other.T, expected.T))))
    assert drawn.mean() == pytest.approx(0.0, abs=0.1 * drawn.std())
    # the effects of the others and the distance, known to the one and estimated by the other, widen it a little
    assert 0.95 * drawn.std() <= np.std(again) <= 1.6 * drawn.std()


def test_a_bridge_is_found_and_another_city_of_a_quiet_world_is_not():
    rare = [cross_flows(*world(seed, times=6.0), SIDE, 0).p for seed in range(5)]
    assert max(rare) <= 0.05
    quiet = [cross_flows(*world(seed), SIDE, city, seed=seed).p for seed in range(8) for city in range(9)]
    assert 0.2 < np.mean(np.array(quiet) <= 0.5) < 0.8


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), city=st.integers(0, 8))
def test_neither_the_order_of_cities_nor_the_direction_of_flows_matters(seed, city):
    y, ld = world(seed)
    found = cross_flows(y, ld, SIDE, city)
    turned = cross_flows(y.T, ld.T, SIDE, city)
    order = np.random.default_rng(seed).permutation(len(SIDE))
    moved = cross_flows(y[np.ix_(order, order)], ld[np.ix_(order, order)], SIDE[order], int(np.argsort(order)[city]))
    swapped = cross_flows(y, ld, np.where(SIDE >= 0, 1 - SIDE, SIDE), city)
    for other in (turned, moved, swapped):
        assert other.observed == found.observed
        assert other.expected == pytest.approx(found.expected, rel=1e-6)
    assert 0 < found.p <= 1
    assert cross_flows(y, ld, SIDE, city) == found


def test_a_direction_without_a_flow_of_its_own_side_does_not_count():
    y, ld = world(1)
    y[0, SIDE == 0] = 0
    y[0, SIDE == -1] = 0
    found = cross_flows(y, ld, SIDE, 0)
    assert found.observed == y[SIDE == 1, 0].sum()


def test_what_cannot_be_tested_is_refused():
    y, ld = world(1)
    with pytest.raises(GravityError, match="city 9 is of neither side"):
        cross_flows(y, ld, SIDE, 9)
    y[0, SIDE != 1] = y[SIDE != 1, 0] = 0
    few = np.array([[0, 10, 3, 6, 0], [8, 0, 0, 1, 0], [2, 0, 0, 0, 0], [5, 0, 0, 0, 4], [0, 0, 1, 4, 0]])
    ten = np.log([[1, 900, 80, 3, 9000], [900, 1, 7, 5, 3], [80, 7, 1, 20, 7], [3, 5, 20, 1, 1], [9000, 3, 7, 1, 1]])
    with pytest.raises(GravityError, match="do not settle what to expect"):
        cross_flows(few, ten, np.array([0, 0, 0, 1, 1]), 0)
    with pytest.raises(GravityError, match="city 0 has no flow with its own side"):
        cross_flows(y, ld, SIDE, 0)


@settings(max_examples=50, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12, unique=True))
def test_step_down_rejects_one_by_one_until_it_stops(p):
    """Holm's procedure as he wrote it: the smallest p against alpha / n, the next against alpha / (n - 1), ..."""
    adjusted = step_down(p)
    for alpha in (0.01, 0.05, 0.3, 0.99):
        rejected, n = set(), len(p)
        for k, at in enumerate(np.argsort(p)):
            if p[at] * (n - k) > alpha:
                break
            rejected.add(int(at))
        assert set(np.flatnonzero(adjusted <= alpha)) == rejected


def test_step_down_leaves_out_cities_without_a_test():
    np.testing.assert_allclose(step_down([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.06, 0.06])
    assert np.isnan(step_down([np.nan])).all()
