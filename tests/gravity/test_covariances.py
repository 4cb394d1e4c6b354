"""Estimates and covariances with every kind of covariate, against the dense design: score, sandwich, two-way clusters."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.errors import GravityError
from isthmus.gravity import ppml
from isthmus.gravity.grid import make_grid
from isthmus.gravity.ppml import check_rank, fit_ppml, flows_of, positive_part

ALL = (8, 9)  # rows and columns: enough for eight coefficients


def draw_flows(found, seed):
    rng = np.random.default_rng(seed)
    y = rng.poisson(np.exp(1.0 + found.X[:, 1:] @ rng.normal(0, 0.3, found.X.shape[1] - 1)))
    return y.reshape(found.grid.shape)


def fitted(found, y):
    i, j = np.indices(y.shape)
    return fit_ppml(found.grid, flows_of(i, j, y, found.grid))


def case(drawn, seed):
    """A drawn grid with its flows and its fit; seeds without an estimate are passed over."""
    found = drawn(seed, shape=ALL)
    y = draw_flows(found, seed)
    try:
        return found, y, fitted(found, y)
    except GravityError:
        assume(False)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_score_is_zero_and_the_sandwich_that_of_the_design(drawn, seed):
    found, y, fit = case(drawn, seed)
    assume(fit.converged and np.abs(fit.coefficients).max() < 8)
    X, mu = found.X, np.exp(found.X @ fit.coefficients)
    residual = y.ravel() - mu
    np.testing.assert_allclose(X.T @ residual, 0, atol=1e-6 * y.sum())
    bread = np.linalg.inv(X.T @ (mu[:, None] * X))
    n, k = X.shape
    hc1 = bread @ (X.T @ (residual[:, None] ** 2 * X)) @ bread * n / (n - k)
    scale = np.sqrt(np.outer(np.diag(hc1), np.diag(hc1)))
    np.testing.assert_allclose(fit.covariance / scale, hc1 / scale, atol=1e-6)
    by_row = np.array([X.reshape(*ALL, k)[i].T @ residual.reshape(ALL)[i] for i in range(ALL[0])])
    by_column = np.array([X.reshape(*ALL, k)[:, j].T @ residual.reshape(ALL)[:, j] for j in range(ALL[1])])
    meat = by_row.T @ by_row + by_column.T @ by_column - X.T @ (residual[:, None] ** 2 * X)
    np.testing.assert_allclose(fit.two_way_raw / scale, bread @ meat @ bread / scale, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_likelihoods_and_correlation_are_those_of_the_flows(drawn, seed):
    found, y, fit = case(drawn, seed)
    assume(fit.converged)
    mu = np.exp(found.X @ fit.coefficients)
    assert fit.log_likelihood == pytest.approx(stats.poisson.logpmf(y.ravel(), mu).sum(), rel=1e-9)
    assert fit.null_log_likelihood == pytest.approx(stats.poisson.logpmf(y.ravel(), y.mean()).sum(), rel=1e-9)
    assert fit.squared_correlation == pytest.approx(np.corrcoef(y.ravel(), mu)[0, 1] ** 2, rel=1e-6)
    assert (fit.n_pairs, fit.n_positive) == (72, np.count_nonzero(y))
    assert fit.two_way_factor == pytest.approx(8 / 7 * 71 / (72 - len(fit.names)))


def test_units_of_flows_and_distances_change_the_constant_alone(drawn):
    found = drawn(4, shape=ALL)
    y = draw_flows(found, 4)
    base, tenfold = fitted(found, y), fitted(found, 10.0 * y)
    np.testing.assert_allclose(tenfold.coefficients - base.coefficients, [np.log(10), *[0] * 7], atol=1e-7)
    np.testing.assert_allclose(tenfold.covariance, base.covariance, rtol=1e-6)


def test_rows_and_columns_may_change_places(dense):
    rng = np.random.default_rng(8)
    n, m, distance = rng.normal(0, 1, 6), rng.normal(0, 1, 5), rng.normal(0, 1, (5, 6))
    y = rng.poisson(np.exp(1 + 0.4 * n[None] + 0.6 * m[:, None] - 0.3 * distance))
    one = fitted(dense({"n": n}, {"m": m}, distance=distance), y)
    other = fitted(dense({"m": m}, {"n": n}, distance=distance.T), y.T)
    order = [other.names.index(name) for name in one.names]
    np.testing.assert_allclose(other.coefficients[order], one.coefficients, atol=1e-8)
    np.testing.assert_allclose(other.two_way_raw[np.ix_(order, order)], one.two_way_raw, atol=1e-8)


def test_a_start_from_the_largest_cities_ends_at_the_same_place(drawn, monkeypatch):
    found = drawn(4, shape=ALL)
    y = draw_flows(found, 4)
    whole = fitted(found, y)
    monkeypatch.setattr(ppml, "WARM_ROWS", 5)
    monkeypatch.setattr(ppml, "WARM_COLUMNS", 5)
    np.testing.assert_allclose(fitted(found, y).coefficients, whole.coefficients, atol=1e-8)


def test_flows_of_one_pair_are_added_and_zeros_left_out(dense):
    grid = dense({"n": np.zeros(2)}, {"m": np.zeros(2)}).grid
    flows = flows_of([0, 1, 0, 1], [1, 0, 1, 1], [2.0, 0.0, 3.0, 1.0], grid)
    assert (flows.i.tolist(), flows.j.tolist(), flows.y.tolist()) == ([0, 1], [1, 1], [5.0, 1.0])


@pytest.mark.parametrize(
    ("rows", "columns", "values", "message"),
    [
        ([0], [0, 1], [1.0], "1 rows, 2 columns, 1 flows: expected one length"),
        ([2], [0], [1.0], "flow 1.0 from row 2 to column 0; expected a flow >= 0 within the grid of 2 rows"),
        ([0], [-1], [1.0], "to column -1"),
        ([0], [0], [np.nan], "flow nan from row 0"),
        ([0], [0], [0.0], "all flows are 0"),
    ],
)
def test_flows_that_do_not_fit_are_named(dense, rows, columns, values, message):
    grid = dense({"n": np.zeros(2)}, {"m": np.zeros(2)}).grid
    with pytest.raises(GravityError, match=message):
        flows_of(rows, columns, values, grid)


def test_a_covariate_without_an_estimate_is_named(dense):
    rng = np.random.default_rng(1)
    n, m = {"n": rng.normal(0, 1, 4)}, {"m": rng.normal(0, 1, 4)}
    y = rng.poisson(3.0, (4, 4)) + 1
    groups = np.array([0, 0, 1, 1])
    apart = dense(n, m, tables={"border": np.array([[0, 1], [0, 0]])}, row_group=groups, column_group=groups)
    y[:2, 2:] = 0
    with pytest.raises(GravityError, match="'border' is not 0 only where all flows are 0: its coefficient has no fin"):
        fitted(apart, y)
    nowhere = dense(n, m, tables={"border": np.zeros((2, 2))}, row_group=groups, column_group=groups)
    with pytest.raises(GravityError, match="'border' is 0 for every pair of the grid"):
        fitted(nowhere, y)
    nobody = dense(n, m, distance=rng.normal(0, 1, (4, 4)), same=[])
    with pytest.raises(GravityError, match="'same city' is 0 for every pair"):
        fitted(nobody, y)


def test_the_rank_is_judged_in_the_order_of_the_covariates():
    X = np.random.default_rng(2).normal(0, 1, (30, 3))
    X = np.column_stack([X, X[:, 0] - 2 * X[:, 2]])
    with pytest.raises(GravityError, match=r"covariate 'd' is a linear combination of those before it \(a, b, c\)"):
        check_rank(X.T @ X, ("a", "b", "c", "d"))
    check_rank(X[:, :3].T @ X[:, :3], ("a", "b", "c"))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_positive_part_keeps_what_is_positive_and_drops_the_rest(seed):
    draw = np.random.default_rng(seed).normal(0, 1, (4, 4))
    matrix = draw + draw.T
    found = positive_part(matrix)
    assert np.linalg.eigvalsh(found).min() > -1e-10
    assert np.linalg.eigvalsh(found - matrix).min() > -1e-10, "only what is negative is added"
    np.testing.assert_allclose(positive_part(draw @ draw.T), draw @ draw.T, atol=1e-9)


def test_a_two_way_matrix_that_is_no_covariance_is_clipped_and_said(dense):
    """Two rows and columns whose residuals cancel: the clustered meat is smaller than the plain one."""
    y = np.array([[5, 1, 1], [1, 5, 1], [1, 1, 5]])
    found = dense({"n": np.array([0.0, 0.1, 0.3])}, {"m": np.array([0.0, 0.2, 0.1])})
    fit = fitted(found, y)
    assert fit.two_way_clipped
    assert np.linalg.eigvalsh(fit.two_way_raw).min() < 0
    assert np.linalg.eigvalsh(fit.two_way).min() > -1e-12


@pytest.mark.parametrize("seed", range(4))
def test_without_same_city_pairs_as_the_dense_design_without_their_rows(dense, seed):
    rng = np.random.default_rng(seed)
    n = 9
    groups, size, other = np.sort(rng.integers(0, 3, n)), rng.normal(0, 1, n), rng.normal(0, 1, n)
    ld, border = rng.normal(0, 1, (n, n)), rng.integers(0, 2, (3, 3))
    loops = [(k, k) for k in range(n)]
    parts = {"distance": ld, "tables": {"border": border}, "row_group": groups, "column_group": groups}
    X = dense({"size": size}, {"other": other}, **parts).X
    kept = ~np.eye(n, dtype=bool).ravel()
    y = rng.poisson(np.exp(1.0 + X[:, 1:] @ rng.normal(0, 0.3, X.shape[1] - 1))) * kept
    grid = make_grid(
        {"size": size}, {"other": other}, log_distance=ld, same=loops, without_same=True, tables={"border": border},
        row_group=groups, column_group=groups,
    )  # fmt: skip
    i, j = np.divmod(np.flatnonzero(y), n)
    fit = fit_ppml(grid, flows_of(i, j, y[y > 0], grid))
    assert "same city" not in fit.names
    assert fit.n_pairs == n * (n - 1)
    X, y = X[kept], y[kept]
    mu = np.exp(X @ fit.coefficients)
    np.testing.assert_allclose(X.T @ (y - mu), 0, atol=1e-6 * y.sum())
    bread, residual, k = np.linalg.inv(X.T @ (mu[:, None] * X)), y - mu, X.shape[1]
    hc1 = bread @ (X.T @ (residual[:, None] ** 2 * X)) @ bread * y.size / (y.size - k)
    np.testing.assert_allclose(fit.covariance, hc1, rtol=1e-5, atol=1e-9)
    scores, ends = residual[:, None] * X, np.divmod(np.flatnonzero(kept), n)
    sums = [np.array([scores[end == city].sum(axis=0) for city in range(n)]) for end in ends]
    meat = sums[0].T @ sums[0] + sums[1].T @ sums[1] - scores.T @ scores
    np.testing.assert_allclose(fit.two_way_raw, bread @ meat @ bread, rtol=1e-5, atol=1e-9)
    assert fit.log_likelihood == pytest.approx(stats.poisson.logpmf(y, mu).sum())
    assert fit.null_log_likelihood == pytest.approx(stats.poisson.logpmf(y, y.mean()).sum())
    assert fit.squared_correlation == pytest.approx(np.corrcoef(y, mu)[0, 1] ** 2)


def test_a_flow_of_a_pair_that_is_left_out_is_refused():
    size = np.arange(3.0)
    grid = make_grid({"size": size}, {"other": size}, same=[(1, 1)], without_same=True)
    with pytest.raises(GravityError, match="flow 4 from row 1 to column 1: the model has no pairs that are one city"):
        fit_ppml(grid, flows_of([0, 1], [2, 1], [3, 4], grid))
