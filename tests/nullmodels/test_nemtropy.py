"""NEMtropy (GPL, test extra only) as a second opinion on real years: wherever it meets its own constraints."""

import logging

import numpy as np
import pytest

from isthmus.nullmodels.ecm import fit_ecm


def second_opinion(weights):
    """x and y of NEMtropy's best setting, and its own largest relative error."""
    nemtropy = pytest.importorskip("NEMtropy", reason="NEMtropy (extra `test`) is not installed")
    logging.disable(logging.WARNING)
    np.random.seed(1)  # its random start draws from the global state
    graph = nemtropy.UndirectedGraph(adjacency=weights.astype(float))
    graph.solve_tool(model="ecm_exp", method="newton", initial_guess="random", verbose=False)
    x, y = np.asarray(graph.x, dtype=float), np.asarray(graph.y, dtype=float)
    xx, yy = np.outer(x, x), np.outer(y, y)
    p = xx * yy / (1 - yy + xx * yy)
    mean = p / (1 - yy)
    for matrix in (p, mean):
        np.fill_diagonal(matrix, 0)
    k, s = (weights > 0).sum(axis=1), weights.sum(axis=1)
    error = max(np.max(np.abs(p.sum(axis=1) - k) / k), np.max(np.abs(mean.sum(axis=1) - s) / s))
    return p, mean, error


@pytest.mark.parametrize("year", [2007, *(pytest.param(y, marks=pytest.mark.slow) for y in (1991, 1999, 2015, 2023))])
@pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaExperimentalFeatureWarning")
def test_probabilities_and_expectations_agree(real_years, year):
    weights = real_years[year]
    p, mean, error = second_opinion(weights)
    if error > 1e-6:
        pytest.skip(f"NEMtropy misses its own constraints of {year} by {error:.1e}")
    fit = fit_ecm(weights)
    i, j = np.triu_indices(weights.shape[0], 1)
    np.testing.assert_allclose(fit.link_probability(i, j), p[i, j], atol=max(1e-8, 10 * error))
    np.testing.assert_allclose(fit.expected_weight(i, j), mean[i, j], rtol=max(1e-6, 100 * error), atol=1e-8)
