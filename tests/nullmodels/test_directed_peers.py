"""Second opinions on the directed model: NEMtropy (GPL, test extra only) and a general-purpose optimiser."""

import contextlib
import io
import logging

import numpy as np
import pytest
from scipy.optimize import minimize

from isthmus.nullmodels.directed import fit_directed_ecm


def light_tailed(n, seed):
    """Sizes within a factor of five, half of the pairs linked, weights about 4: no pair is certain."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(0.4, 2.0, n)
    rate = np.outer(size, rng.permutation(size))
    weights = (rng.random((n, n)) < rate / (1 + rate)) * rng.geometric(0.25, (n, n))
    np.fill_diagonal(weights, 0)
    return weights


def second_opinion(weights):
    """Link probabilities and expected weights by NEMtropy's best setting, and its own largest relative error."""
    nemtropy = pytest.importorskip("NEMtropy", reason="NEMtropy (extra `test`) is not installed")
    logging.disable(logging.WARNING)
    np.random.seed(1)  # its random start draws from the global state
    with contextlib.redirect_stdout(io.StringIO()):
        graph = nemtropy.DirectedGraph(adjacency=weights.astype(float))
        graph.solve_tool(model="decm_exp", method="newton", initial_guess="random", verbose=False)
    logging.disable(logging.NOTSET)
    x, y = np.outer(graph.x, graph.y), np.outer(graph.b_out, graph.b_in)
    p = x * y / (1 - y + x * y)
    mean = p / (1 - y)
    for matrix in (p, mean):
        np.fill_diagonal(matrix, 0)
    errors = [
        np.abs(expected.sum(axis=axis) - wanted.sum(axis=axis)) / wanted.sum(axis=axis)
        for expected, wanted in ((p, weights > 0), (mean, weights))
        for axis in (0, 1)
    ]
    return p, mean, float(np.max(errors))


@pytest.mark.parametrize("n", [20, 60])
@pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaExperimentalFeatureWarning")
def test_nemtropy_agrees_on_light_tails(n):
    weights = light_tailed(n, seed=n)
    p, mean, error = second_opinion(weights)
    if not error < 1e-6:
        pytest.skip(f"NEMtropy misses its own constraints by {error:.1e}")
    fit = fit_directed_ecm(weights)
    i, j = np.nonzero(1 - np.eye(n))
    np.testing.assert_allclose(fit.link_probability(i, j), p[i, j], atol=max(1e-8, 10 * error))
    np.testing.assert_allclose(fit.expected_weight(i, j), mean[i, j], rtol=max(1e-6, 100 * error))


@pytest.mark.parametrize("loops", [False, True])
def test_a_general_optimiser_finds_no_higher_likelihood_on_a_heavy_tailed_network(loops):
    """BFGS on minus the log-likelihood of the paper, from another start; logarithms of the sums keep it in the domain."""
    rng = np.random.default_rng(4)
    n = 7
    weights = (rng.random((n, n)) < 0.6) * np.ceil(rng.pareto(0.7, (n, n)) * 3).astype(np.int64)
    if not loops:
        np.fill_diagonal(weights, 0)
    fit = fit_directed_ecm(weights, loops=loops)
    assert not fit.is_boundary
    opened = np.ones((n, n), dtype=bool) if loops else ~np.eye(n, dtype=bool)
    margins = [(weights > 0).sum(axis=1), (weights > 0).sum(axis=0), weights.sum(axis=1), weights.sum(axis=0)]

    def negative(z):
        ko, ki, so, si = np.split(z, 4)
        b = np.where(opened, so[:, None] + si[None, :], 1.0)
        if (b <= 0).any():
            return np.inf
        log_odds = -(ko[:, None] + ki[None, :]) - b - np.log(-np.expm1(-b))
        partition = np.where(opened, np.logaddexp(0, log_odds), 0.0).sum()
        return float(sum(m @ part for m, part in zip(margins, (ko, ki, so, si), strict=True)) + partition)

    start = np.concatenate([np.full(2 * n, 0.5), np.full(2 * n, 0.3)])
    found = minimize(negative, start, method="BFGS", options={"gtol": 1e-5, "maxiter": 2000})
    assert -found.fun <= fit.log_likelihood + 1e-7
    assert -found.fun == pytest.approx(fit.log_likelihood, abs=1e-3)
