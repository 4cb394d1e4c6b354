"""The compiled pass over a grid against the dense design matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.gravity.kernels import exponentials
from isthmus.gravity.sums import column_scores, final_sums, layout, normal_matrix, row_scores, sums_of

seeds = st.integers(0, 10_000)


def exps(x):
    out, scratch = np.empty(x.size), np.empty(x.size)
    exponentials(0.0, x, 0.0, np.zeros(x.size), out, scratch)
    return out


def test_exponentials_are_those_of_numpy_to_the_last_bits():
    x = np.concatenate([np.linspace(-690, 690, 100_001), [0.0, 1.0, -1.0, np.log(2) / 2]])
    np.testing.assert_allclose(exps(x), np.exp(x), rtol=5e-16)


def test_exponentials_stay_finite_and_add_their_parts():
    assert np.array_equal(exps(np.array([-1e9, 1e9])), exps(np.array([-700.0, 700.0])))
    base, distance = np.array([0.5, -1.0]), np.array([2.0, 3.0])
    out, scratch = np.empty(2), np.empty(2)
    exponentials(0.25, base, -1.5, distance, out, scratch)
    np.testing.assert_allclose(out, np.exp(0.25 + base - 1.5 * distance), rtol=5e-16)


def parts(drawn, seed):
    """A drawn grid, coefficients, and mu without the coefficient of the same city."""
    found = drawn(seed)
    beta = np.random.default_rng(seed + 1).normal(0, 0.4, found.X.shape[1])
    plain = beta.copy()
    plain[found.same] = 0.0
    return found, beta, np.exp(found.X @ plain)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_the_normal_matrix_is_that_of_the_design_but_for_the_same_city(drawn, seed):
    found, beta, mu = parts(drawn, seed)
    lay = layout(found.grid)
    X = found.X.copy()
    X[:, found.same] = 0.0  # its pairs are put in afterwards
    np.testing.assert_allclose(normal_matrix(lay, sums_of(lay, beta)), X.T @ (mu[:, None] * X), rtol=1e-10, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_the_last_pass_gives_squares_and_scores(drawn, seed):
    found, beta, mu = parts(drawn, seed)
    lay = layout(found.grid)
    first, second, row_C, row_T = final_sums(lay, beta)
    X = found.X.copy()
    X[:, found.same] = 0.0
    np.testing.assert_allclose(normal_matrix(lay, second), X.T @ (mu[:, None] ** 2 * X), rtol=1e-10, atol=1e-9)
    weighted = (mu[:, None] * X).reshape(*found.grid.shape, -1)
    np.testing.assert_allclose(row_scores(lay, first, row_C, row_T), weighted.sum(axis=1), rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(column_scores(lay, first), weighted.sum(axis=0), rtol=1e-10, atol=1e-10)


@settings(deadline=None)
@given(seed=seeds)
def test_a_grid_without_pairs_is_a_product(dense, seed):
    rng = np.random.default_rng(seed)
    found = dense({"n": rng.normal(0, 1, 5)}, {"m": rng.normal(0, 1, 4), "k": rng.normal(0, 1, 4)})
    beta = rng.normal(0, 0.5, 4)
    mu = np.exp(found.X @ beta)
    lay = layout(found.grid)
    np.testing.assert_allclose(normal_matrix(lay, sums_of(lay, beta)), found.X.T @ (mu[:, None] * found.X), rtol=1e-10)
    first, second, row_C, row_T = final_sums(lay, beta)
    np.testing.assert_allclose(normal_matrix(lay, second), found.X.T @ (mu[:, None] ** 2 * found.X), rtol=1e-10)
    weighted = (mu[:, None] * found.X).reshape(4, 5, -1)
    np.testing.assert_allclose(row_scores(lay, first, row_C, row_T), weighted.sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(column_scores(lay, first), weighted.sum(axis=0), rtol=1e-10)


def test_groups_without_a_city_are_passed_over(dense):
    """Time zones in which a sample has no city: the tables have their rows, the grid has none."""
    rng = np.random.default_rng(3)
    found = dense(
        {"n": rng.normal(0, 1, 3)},
        {"m": rng.normal(0, 1, 4)},
        distance=rng.normal(0, 1, (4, 3)),
        tables={"hours": rng.normal(0, 1, (6, 6))},
        row_group=np.array([1, 1, 4, 4]),
        column_group=np.array([0, 5, 5]),
    )
    beta = rng.normal(0, 0.3, found.X.shape[1])
    mu = np.exp(found.X @ beta)
    lay = layout(found.grid)
    assert lay.present.tolist() == [0, 5]
    np.testing.assert_allclose(normal_matrix(lay, sums_of(lay, beta)), found.X.T @ (mu[:, None] * found.X), rtol=1e-10)


@pytest.mark.parametrize("name", ["constant", "mass of j", "age of j", "mass of i", "ln distance", "border", "hours"])
def test_sums_are_gradients_of_the_sum_of_mu(drawn, name):
    """X'mu, the first row of X'WX, is the gradient of sum(mu): by central differences."""
    found, beta, _ = parts(drawn, 5)
    lay, at, step = layout(found.grid), found.grid.names.index(name), 1e-5
    beta[found.same] = 0.0
    up, down = beta.copy(), beta.copy()
    up[at], down[at] = beta[at] + step, beta[at] - step
    slope = (sums_of(lay, up).row.sum() - sums_of(lay, down).row.sum()) / (2 * step)
    assert normal_matrix(lay, sums_of(lay, beta))[0, at] == pytest.approx(slope, rel=1e-6, abs=1e-6)
