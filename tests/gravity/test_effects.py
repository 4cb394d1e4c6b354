"""Gravity with effects of origins and destinations, against statsmodels with dummies, and on worlds with a known law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import GravityError
from isthmus.gravity.effects import dispersion_of, fit_effects


def world(seed, n=8, m=None, slope=-0.7):
    rng = np.random.default_rng(seed)
    m = n if m is None else m
    ld = rng.normal(6.0, 1.5, (n, m))
    mean = np.outer(rng.pareto(2.0, n) + 0.3, rng.pareto(2.0, m) + 0.3) * 40 * np.exp(slope * (ld - 6.0))
    return rng.poisson(mean), ld


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("loops", [True, False])
def test_as_statsmodels_with_a_dummy_for_every_place(seed, loops):
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the fit")
    y, ld = world(seed)
    pairs = np.ones(y.shape, bool) if loops else ~np.eye(len(y), dtype=bool)
    fit = fit_effects(y, ld, is_open=pairs)
    i, j = np.nonzero(pairs)
    dummies = [*(i == k for k in range(len(y))), *(j == k for k in range(1, len(y)))]
    X = np.column_stack([ld[i, j], *dummies]).astype(float)
    other = api.GLM(y[i, j], X, family=api.families.Poisson()).fit(tol=1e-13, maxiter=200)
    assert fit.distance == pytest.approx(other.params[0], abs=1e-8)
    np.testing.assert_allclose(fit.mean[i, j], other.fittedvalues, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(3, 12), m=st.integers(3, 12))
def test_totals_and_the_equation_of_distance_hold(seed, n, m):
    y, ld = world(seed, n, m)
    fit = fit_effects(y, ld)
    assert fit.error < 1e-8
    np.testing.assert_allclose(fit.mean.sum(axis=0), y.sum(axis=0), rtol=1e-8, atol=1e-9)
    away = (y * ld).sum() - (fit.mean * ld).sum()
    assert abs(away) <= 1e-6 * max(1.0, (y * np.abs(ld)).sum())


def test_a_scale_of_distance_or_flows_does_not_matter():
    y, ld = world(3)
    fit = fit_effects(y, ld)
    assert fit_effects(y, ld + np.log(1000.0)).distance == pytest.approx(fit.distance, abs=1e-9)
    assert fit_effects(5 * y, ld).distance == pytest.approx(fit.distance, abs=1e-9)
    np.testing.assert_allclose(fit_effects(y.T, ld.T).mean, fit.mean.T, rtol=1e-7)


def test_draws_have_the_mean_and_the_variance_of_the_law():
    y, ld = world(1)
    rng = np.random.default_rng(2)
    fit = fit_effects(np.round(y * rng.gamma(2.0, 0.5, y.shape)), ld)
    assert fit.dispersion > 0
    draws = np.array([fit.draw(rng) for _ in range(4000)])
    np.testing.assert_allclose(draws.mean(axis=0), fit.mean, rtol=0.15, atol=0.2)
    at = np.unravel_index(fit.mean.argmax(), y.shape)
    wanted = fit.mean[at] + fit.dispersion * fit.mean[at] ** 2
    assert draws[:, at[0], at[1]].var() == pytest.approx(wanted, rel=0.15)


def test_the_planted_coefficient_of_distance_is_found():
    found = [fit_effects(*world(seed, n=25)).distance for seed in range(8)]
    assert np.mean(found) == pytest.approx(-0.7, abs=0.02)
    assert np.std(found) < 0.05


def test_flows_that_vary_less_than_poisson_have_no_dispersion():
    size = np.outer([30, 20, 10], [20, 20, 20])
    fit = fit_effects(size, np.log([[1, 2, 3], [2, 1, 4], [3, 4, 1]]))
    assert fit.dispersion == 0
    assert fit.distance == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(fit.mean, size, rtol=1e-9)


def test_places_without_flows_have_none_expected():
    y, ld = world(4)
    y[2], y[:, 5] = 0, 0
    fit = fit_effects(y, ld)
    assert (fit.mean[2] == 0).all()
    assert (fit.mean[:, 5] == 0).all()
    kept = np.delete(np.delete(y, 2, 0), 5, 1), np.delete(np.delete(ld, 2, 0), 5, 1)
    assert fit.distance == pytest.approx(fit_effects(*kept).distance, abs=1e-9)


@pytest.mark.parametrize(
    ("flows", "distances", "message"),
    [
        (np.ones((2, 3)), np.ones((3, 2)), "expected one shape"),
        (-np.ones((2, 2)), np.eye(2), "negative or not finite"),
        (np.zeros((2, 2)), np.eye(2), "no flow between two places"),
        (np.ones((2, 2)), np.ones((2, 2)), "all distances are the same"),
        (np.ones((2, 2)), np.array([[0, np.nan], [1, 2]]), "distance between two places is unknown"),
        (np.eye(3) * 5, 1 - np.eye(3), "flows reach the nearest"),
    ],
)
def test_what_cannot_be_fitted_is_said(flows, distances, message):
    with pytest.raises(GravityError, match=message):
        fit_effects(flows, distances)


def test_how_much_of_its_residual_a_pair_takes_away_is_the_diagonal_of_the_hat_matrix():
    """Of independent places: mu / row + mu / column - mu / all, by weighted least squares on dummies."""
    mean = np.outer([5.0, 1.0, 2.0], [1.0, 4.0, 3.0, 0.5])
    i, j = np.nonzero(mean)
    X = np.column_stack([*(i == k for k in range(3)), *(j == k for k in range(1, 4))]) * np.sqrt(mean[i, j])[:, None]
    hat = np.diag(X @ np.linalg.pinv(X)).reshape(mean.shape)
    own = mean / mean.sum(axis=1, keepdims=True) + mean / mean.sum(axis=0) - mean / mean.sum()
    np.testing.assert_allclose(own, hat, atol=1e-12)
    flows = mean + np.array([[9.0, -3, 1, 0], [-1, 0, 2, 0.5], [0, 4, -1, 0]])
    squared = (flows - mean) ** 2 / (1 - hat)
    alpha = dispersion_of(flows, mean)
    assert ((squared - mean - alpha * mean**2) / (1 + alpha * mean) ** 2).sum() == pytest.approx(0, abs=1e-9)


def unequal(seed, alpha, tail):
    """Sixty places of very unequal size: flows of the law, and the dispersion that is found."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, tail, 60)
    mean = 3 * np.outer(size, size)
    flows = rng.poisson(mean * rng.gamma(1 / alpha, alpha, mean.shape))
    return flows, fit_effects(flows, rng.normal(0, 1, mean.shape))


@pytest.mark.parametrize("alpha", [0.1, 0.5])
def test_dispersion_is_found_where_the_largest_pairs_hide_it(alpha):
    worlds = [unequal(seed, alpha, 1.0) for seed in range(8)]
    assert np.mean([fit.dispersion for _, fit in worlds]) == pytest.approx(alpha, rel=0.15)
    plain = [float(((y - fit.mean) ** 2 - fit.mean).sum() / (fit.mean**2).sum()) for y, fit in worlds]
    assert np.mean(plain) < 0.8 * alpha, "moments without weights: what the largest pairs alone say"


def test_where_one_place_is_nearly_everything_dispersion_is_rather_too_large():
    assert np.mean([unequal(seed, 0.2, 2.0)[1].dispersion for seed in range(8)]) > 0.18


def test_dispersion_at_both_ends():
    mean = np.outer([3.0, 5.0], [2.0, 4.0])
    assert dispersion_of(mean, mean) == 0.0
    assert dispersion_of(np.array([[1e9, 0.0], [0.0, 1e9]]), np.full((2, 2), 1e-3)) == pytest.approx(2.0**20)


def test_expected_flows_of_pairs_that_were_left_out():
    y, ld = world(4)
    fit = fit_effects(y, ld)
    np.testing.assert_allclose(fit.expected(ld), fit.mean, rtol=1e-9)
    pairs = np.ones(y.shape, bool)
    pairs[0, 0] = False
    other = fit_effects(y, ld, is_open=pairs)
    assert other.mean[0, 0] == 0
    assert other.expected(ld)[0, 0] > 0
    np.testing.assert_allclose(other.expected(ld)[pairs], other.mean[pairs], rtol=1e-9)
