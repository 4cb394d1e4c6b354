"""Gravity with effects and any frictions, against statsmodels with a dummy for every place and the dense sandwich."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import GravityError
from isthmus.gravity.effects import fit_effects
from isthmus.gravity.frictions import fit_frictions


def world(seed, n=8, m=9):
    rng = np.random.default_rng(seed)
    ld, border = rng.normal(6.0, 1.5, (n, m)), (rng.random((n, m)) < 0.3).astype(float)
    mean = np.outer(rng.pareto(2.0, n) + 0.3, rng.pareto(2.0, m) + 0.3) * 40 * np.exp(-0.7 * (ld - 6.0) + 0.5 * border)
    return rng.poisson(mean * rng.gamma(4, 0.25, mean.shape)), {"ln distance": ld, "border": border}


@pytest.mark.parametrize("seed", range(4))
def test_as_statsmodels_with_a_dummy_for_every_place(seed):
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the oracle of the fit")
    y, covariates = world(seed)
    is_open = np.ones(y.shape, bool)
    is_open[[0, 1, 2], [0, 1, 2]] = False
    fit = fit_frictions(y, covariates, is_open=is_open)
    assert fit.converged
    y = np.where(is_open, y, 0)
    kept = np.ix_(y.sum(axis=1) > 0, y.sum(axis=0) > 0)
    i, j = np.nonzero(is_open[kept])
    values, n, m = y[kept][i, j], *y[kept].shape
    own = [x[kept][i, j] for x in covariates.values()]
    X = np.column_stack([*own, *(i == k for k in range(n)), *(j == k for k in range(1, m))]).astype(float)
    other = api.GLM(values, X, family=api.families.Poisson()).fit(tol=1e-13, maxiter=200)
    np.testing.assert_allclose(fit.coefficients, other.params[:2], atol=1e-7)
    assert (fit.n_pairs, fit.n_positive) == (len(values), (values > 0).sum())
    bread, residual = np.linalg.inv(X.T @ (other.fittedvalues[:, None] * X)), values - other.fittedvalues
    scores, factor = residual[:, None] * X, len(values) / (len(values) - X.shape[1])
    hc1 = (bread @ (scores.T @ scores) @ bread)[:2, :2] * factor
    np.testing.assert_allclose(fit.covariance, hc1, rtol=1e-5)
    sums = [np.array([scores[end == place].sum(axis=0) for place in range(end.max() + 1)]) for end in (i, j)]
    raw = (bread @ (sums[0].T @ sums[0] + sums[1].T @ sums[1] - scores.T @ scores) @ bread)[:2, :2]
    lowest, vectors = np.linalg.eigh(raw)
    clipped = (vectors * np.maximum(lowest, 0)) @ vectors.T * min(n, m) / (min(n, m) - 1)
    np.testing.assert_allclose(fit.two_way, clipped, rtol=1e-4, atol=1e-9)
    assert fit.two_way_clipped == (lowest[0] < 0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_with_distance_alone_as_the_null_model_of_bridges(seed):
    y, covariates = world(seed)
    fit = fit_frictions(y, {"ln distance": covariates["ln distance"]})
    assert fit.coefficients[0] == pytest.approx(fit_effects(y, covariates["ln distance"]).distance, abs=1e-6)


def test_what_belongs_to_one_end_alone_changes_nothing():
    y, covariates = world(3)
    shifted = {name: x + np.arange(8)[:, None] - 2 * np.arange(9) for name, x in covariates.items()}
    plain, other = fit_frictions(y, covariates), fit_frictions(y, shifted)
    np.testing.assert_allclose(other.coefficients, plain.coefficients, atol=1e-8)
    np.testing.assert_allclose(other.covariance, plain.covariance, rtol=1e-6)


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ({"size": np.tile(np.arange(8.0)[:, None], 9)}, "'size' is explained by effects of origins and destinations"),
        ({"nothing": np.zeros((8, 9))}, "'nothing' is explained by effects"),
        ({"a": world(1)[1]["border"], "b": 2 * world(1)[1]["border"]}, "'b' is a linear combination"),
        ({"a": np.zeros((2, 2))}, "'a' has shape"),
        ({}, "0 covariates"),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(covariates, message):
    with pytest.raises(GravityError, match=message):
        fit_frictions(world(1)[0], covariates)


def test_a_covariate_of_pairs_without_flows_alone_is_refused():
    y, covariates = world(1)
    y[0, 0], never = 0, np.zeros(y.shape)
    never[0, 0] = 1.0
    with pytest.raises(GravityError, match="'never' is not 0 only where all flows are 0"):
        fit_frictions(y, covariates | {"never": never})


def test_no_flow_and_negative_flows_are_refused():
    covariates = {"a": world(1)[1]["border"]}
    with pytest.raises(GravityError, match="all flows are 0"):
        fit_frictions(np.zeros((8, 9)), covariates)
    with pytest.raises(GravityError, match="negative"):
        fit_frictions(np.full((8, 9), -1.0), covariates)
