"""Gravity by Poisson pseudo-maximum-likelihood: a literal grid, a dense reference, and what cannot be fitted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from isthmus.errors import GravityError
from isthmus.gravity.grid import log_distances, make_grid
from isthmus.gravity.ppml import fit_ppml, flows_of

Y = np.array([[12, 3, 0, 1], [4, 20, 2, 0], [0, 1, 9, 5]])
M, N = np.array([16.0, 26.0, 15.0]), np.array([10.0, 14.0, 7.0, 4.0])
CITIES = np.array([(39.9, 116.4), (40.7, -74.0), (51.5, -0.1), (48.9, 2.35)])
SAME = [(0, 0), (1, 1), (2, 2)]


def fitted(y, grid):
    i, j = np.indices(y.shape)
    return fit_ppml(grid, flows_of(i, j, y, grid))


def test_sizes_alone_on_a_literal_grid():
    fit = fitted(Y, make_grid({"ln n": np.log(N)}, {"ln m": np.log(M)}))
    np.testing.assert_allclose(fit.coefficients, [-3.80619118, 1.11049825, 1.0], atol=5e-9)
    np.testing.assert_allclose(fit.standard_errors, [4.87261803, 0.79000323, 1.32310101], atol=5e-9)
    np.testing.assert_allclose(np.diag(fit.two_way_raw), [6.80312658, 0.69572846, 0.76115752], atol=5e-9)
    np.testing.assert_allclose(
        np.diag(fit.two_way) / fit.two_way_factor, [6.80356673, 0.69796489, 0.76479668], atol=5e-9
    )
    assert fit.log_likelihood == pytest.approx(-45.57992001, abs=5e-9)
    assert fit.null_log_likelihood == pytest.approx(-53.76086743, abs=5e-9)
    assert fit.mcfadden == pytest.approx(0.15217291, abs=5e-9)
    statistic = ((fit.coefficient("ln n") - 1) / fit.standard_errors[1]) ** 2
    assert statistic == pytest.approx(0.019564, abs=5e-7)


def test_a_coefficient_that_is_one_by_construction_is_not_tested():
    fit = fitted(Y, make_grid({"ln n": np.log(N)}, {"ln m": np.log(M)}))
    assert fit.constructed == ("ln m",)
    assert fit.wald("ln m") is None
    other = fitted(Y, make_grid({"ln n": np.log(N)}, {"ln m": np.log(M + 1)}))
    assert other.constructed == ()
    assert 0 < other.wald("ln m") < 1


def test_distance_and_the_same_city_on_a_literal_grid():
    distances, near = log_distances(CITIES[:3], CITIES, SAME)
    assert near == 0
    grid = make_grid({"ln n": np.log(N)}, {"ln m": np.log(M)}, log_distance=distances, same=SAME)
    fit = fitted(Y, grid)
    expected = [1.84180991, 0.77441631, 0.75019851, -0.59584434, -3.26972526]
    np.testing.assert_allclose(fit.coefficients, expected, atol=5e-9)
    errors = [1.95965029, 0.55173806, 0.63669058, 0.18919406, 1.42848812]
    np.testing.assert_allclose(fit.standard_errors, errors, atol=5e-9)
    assert fit.log_likelihood == pytest.approx(-20.69309575, abs=5e-9)
    assert fit.mcfadden == pytest.approx(0.61508999, abs=5e-9)
    assert fit.constructed == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_the_maximum_of_the_dense_likelihood(seed):
    rng = np.random.default_rng(seed)
    shape = (rng.integers(3, 6), rng.integers(3, 6))
    n, m, distances = rng.uniform(1, 9, shape[1]), rng.uniform(1, 9, shape[0]), rng.uniform(1, 9, shape)
    y = rng.poisson(np.exp(0.4 * np.log(n)[None] + 0.8 * np.log(m)[:, None] + 1.5 - 0.5 * np.log(distances)))
    y[0, 0] += 1
    columns = [np.ones(shape), np.tile(np.log(n), (shape[0], 1)), np.tile(np.log(m)[:, None], shape[1])]
    X = np.stack([*(c.ravel() for c in columns), np.log(distances).ravel()], axis=1)
    fit = fitted(y, make_grid({"n": np.log(n)}, {"m": np.log(m)}, log_distance=np.log(distances)))
    score = X.T @ (y.ravel() - np.exp(X @ fit.coefficients))
    np.testing.assert_allclose(score, 0, atol=1e-7 * y.sum())

    def loss(beta):
        return np.exp(X @ beta).sum() - y.ravel() @ X @ beta

    assert loss(fit.coefficients) <= optimize.minimize(loss, np.zeros(4), method="BFGS").fun + 1e-6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_grid({}, {"m": M}), "at least one covariate"),
        (lambda: make_grid({"n": [1, np.inf]}, {"m": M}), "n"),
        (lambda: fitted(0 * Y, make_grid({"n": N}, {"m": M})), "all flows are 0"),
        (lambda: fitted(-Y, make_grid({"n": N}, {"m": M})), "expected a flow >= 0"),
        (lambda: fitted(Y, make_grid({"n": np.log(N), "twice": 2 * np.log(N)}, {"m": np.log(M)})), "twice"),
        (lambda: fitted(Y, make_grid({"n": np.log(N), "same": np.ones(4)}, {"m": np.log(M)})), "same"),
    ],
)
def test_what_cannot_be_fitted_says_why(call, message):
    with pytest.raises(GravityError, match=message):
        call()
