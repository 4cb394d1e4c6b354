"""What coefficients do without each city: dense Newton steps, refitted models, intervals of drawn worlds."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import GravityError
from isthmus.gravity import frictions
from isthmus.gravity.frictions import fit_frictions
from isthmus.gravity.grid import make_grid
from isthmus.gravity.influence import UNTOLD, Influence, Parts, influence
from isthmus.gravity.leaving_out import city_influence
from isthmus.gravity.ppml import fit_ppml, flows_of
from isthmus.simulate.cityflows import CityLaw, city_flows


def model_of(world):
    """The model that the law of a world has, its flows and its fit."""
    size, loops = np.log(world.cities["works"].to_numpy(float)), np.tile(np.arange(len(world.flows))[:, None], 2)
    grid = make_grid({"output": size}, {"made": size}, log_distance=world.log_distance, same=loops)
    i, j = np.nonzero(world.flows)
    flows = flows_of(i, j, world.flows[i, j], grid)
    return grid, flows, fit_ppml(grid, flows)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), without_same=st.booleans())
def test_every_change_is_a_newton_step_of_the_dense_design_without_the_city(drawn, seed, without_same):
    found = drawn(seed, shape=(8, 9))
    same = found.grid.same
    assume(same.size)
    y = np.random.default_rng(seed).poisson(np.exp(1.0 + found.X[:, 1:].sum(axis=1) * 0.2)).reshape(8, 9)
    X, open_pairs = found.X.reshape(8, 9, -1), np.ones((8, 9), bool)
    grid = found.grid
    if without_same:
        grid = make_grid(
            grid.columns, grid.rows, log_distance=grid.log_distance, same=same, without_same=True, tables=grid.tables,
            row_group=grid.row_group, column_group=grid.column_group,
        )  # fmt: skip
        y[same[:, 0], same[:, 1]], open_pairs[same[:, 0], same[:, 1]] = 0, False
        X = np.delete(X, found.same, axis=2)
    i, j = np.indices(y.shape)
    flows = flows_of(i, j, y, grid)
    try:
        fit = fit_ppml(grid, flows)
    except GravityError:
        assume(False)
    assume(fit.converged and np.abs(fit.coefficients).max() < 8)
    changes = city_influence(grid, flows, fit).changes
    city_of_row, city_of_column = np.arange(8), np.arange(8, 17)
    city_of_column[same[:, 1]] = same[:, 0]
    assert len(changes) == len({*city_of_row, *city_of_column})
    mu = np.where(open_pairs, np.exp(X @ fit.coefficients), 0.0)
    for city, change in zip(sorted({*city_of_row, *city_of_column}), changes, strict=True):
        kept = open_pairs & (city_of_row != city)[:, None] & (city_of_column != city)[None, :]
        H = np.einsum("pk,p,pl->kl", X[kept], mu[kept], X[kept])
        scale = np.sqrt(np.maximum(np.diag(H), 1e-300))
        if np.linalg.eigvalsh(H / np.outer(scale, scale))[0] > 1e-6:
            step = np.linalg.solve(H, (y[kept] - mu[kept]) @ X[kept])
            np.testing.assert_allclose(change, step, atol=1e-5 * max(1.0, np.abs(step).max()))


def test_without_distance_cities_are_told_by_the_caller():
    world = city_flows(3, CityLaw(), n_cities=20)
    size = np.log(world.cities["works"].to_numpy(float))
    grid = make_grid({"output": size}, {"made": size})
    i, j = np.nonzero(world.flows)
    flows = flows_of(i, j, world.flows[i, j], grid)
    fit = fit_ppml(grid, flows)
    told = city_influence(grid, flows, fit, same=np.tile(np.arange(20)[:, None], 2))
    assert (len(told.changes), len(city_influence(grid, flows, fit).changes)) == (20, 40)
    mu = np.exp(fit.coefficients[0] + fit.coefficients[2] * size[:, None] + fit.coefficients[1] * size)
    kept = np.ix_(np.arange(1, 20), np.arange(1, 20))
    x = np.stack(np.broadcast_arrays(1.0, size[None, 1:], size[1:, None]), axis=-1)
    step = np.linalg.solve(
        np.einsum("ijk,ij,ijl->kl", x, mu[kept], x), np.einsum("ij,ijk->k", (world.flows - mu)[kept], x)
    )
    np.testing.assert_allclose(told.changes[0], step, rtol=1e-8)


def test_one_step_is_close_to_a_model_that_is_fitted_again():
    world = city_flows(5, CityLaw(bridge=1.0), n_cities=60)
    grid, flows, fit = model_of(world)
    found = city_influence(grid, flows, fit)
    again = np.array([
        fit_ppml(grid.only(left, left), flows_of(*_among(left, world.flows), grid.only(left, left))).coefficients
        for left in (np.delete(np.arange(60), city) for city in range(60))
    ])  # fmt: skip
    errors = np.sqrt(59 / 60 * ((again - fit.coefficients) ** 2).sum(axis=0))
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), errors, rtol=0.15)


def _among(left, flows):
    chosen = flows[np.ix_(left, left)]
    i, j = np.nonzero(chosen)
    return i, j, chosen[i, j]


def test_a_model_with_effects_moves_as_one_that_is_fitted_again(monkeypatch):
    """The effects of the other cities are held in one and not in the other, hence some parts in a hundred."""
    monkeypatch.setattr(frictions, "TOLERANCE", 1e-6)
    world = city_flows(4, CityLaw(bridge=1.0), n_cities=16)
    loops, everyone = np.tile(np.arange(16)[:, None], 2), np.arange(16)
    covariates = {"ln distance": world.log_distance, "same city": np.eye(16)}
    fit = fit_frictions(world.flows, covariates, same=loops)
    again = []
    for city in range(16):
        kept = np.ix_(np.delete(everyone, city), np.delete(everyone, city))
        again.append(fit_frictions(world.flows[kept], {k: x[kept] for k, x in covariates.items()}).coefficients)
    errors = np.sqrt(15 / 16 * ((np.array(again) - fit.coefficients) ** 2).sum(axis=0))
    np.testing.assert_allclose(np.sqrt(np.diag(fit.influence.covariance)), errors, rtol=0.15)
    assert len(fit_frictions(world.flows, covariates).influence.changes) == 32


def test_the_interval_is_that_of_t_with_the_cities_that_decide():
    changes = np.array([[1.0, 3.0], [-1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    found = Influence(np.array([2.0, 5.0]), changes)
    np.testing.assert_allclose(found.effective_cities, [4.0, 1.0])
    np.testing.assert_allclose(np.diag(found.covariance), [3.0, 6.75])
    width = stats.t.ppf(0.975, 4) * np.sqrt(3.0), stats.t.ppf(0.975, 1) * np.sqrt(6.75)
    np.testing.assert_allclose(found.intervals()[:, 1] - found.coefficients, width)
    with pytest.raises(GravityError, match=r"level 95 .* expected between 0 and 1"):
        found.intervals(95)


def test_what_one_city_alone_tells_has_no_interval():
    zeros = np.zeros((3, 2))
    rows = np.array([np.diag([1.0, 0.0]), np.diag([1.0, 2.0]), np.diag([1.0, 0.0])])
    parts = Parts(rows, rows[[0, 1, 2]], rows, zeros + 0.5, zeros + 0.5, zeros + 0.5)
    found = influence(np.zeros(2), parts, np.tile(np.arange(3)[:, None], 2))
    assert np.isnan(found.changes).tolist() == [[False, False], [False, True], [False, False]]
    assert np.isnan(found.intervals()).tolist() == [[False, False], [True, True]]
    assert UNTOLD < 1e-6


@pytest.mark.parametrize("own", [0.0, 0.5])
def test_intervals_of_sizes_hold_what_is_planted(own):
    """Forty worlds: 95 % less chance; the errors of the scores alone hold it in about two of three."""
    law, held, by_scores = CityLaw(bridge=1.0, own=own), 0, 0
    for seed in range(40):
        grid, flows, fit = model_of(city_flows(seed, law, n_cities=60))
        low, high = city_influence(grid, flows, fit).intervals()[1]
        held += low <= law.output <= high
        by_scores += abs(fit.coefficients[1] - law.output) <= 1.96 * fit.standard_errors[1]
    assert held >= stats.binom.ppf(0.005, 40, 0.93) > by_scores
