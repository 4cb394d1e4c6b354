"""The bipartite configuration model against NEMtropy and by hand, and what it does to large ties."""

import logging
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.nullmodels.bicm import fit_bicm, sample_bicm
from isthmus.nullmodels.paper_layers import counts_of_incidence


def papers(seed, n_papers, n_countries):
    rng = np.random.default_rng(seed)
    return rng.random((n_papers, n_countries)) < rng.uniform(0.05, 0.6, n_countries)


@pytest.mark.parametrize(("seed", "n_papers", "n_countries"), [(1, 25, 6), (2, 200, 15)])
@pytest.mark.filterwarnings("ignore::numba.core.errors.NumbaExperimentalFeatureWarning")
def test_probabilities_are_nemtropys(seed, n_papers, n_countries):
    nemtropy = pytest.importorskip("NEMtropy", reason="NEMtropy (extra `test`) is not installed")
    logging.disable(logging.WARNING)
    incidence = papers(seed, n_papers, n_countries)
    incidence = incidence[incidence.any(axis=1)]
    m, n, _ = counts_of_incidence(incidence)
    graph = nemtropy.BipartiteGraph(biadjacency=incidence.astype(int))
    graph.solve_tool(method="newton", initial_guess="degrees", tol=1e-12, eps=1e-12, print_error=False)
    fit = fit_bicm(m, n)
    size = np.searchsorted(fit.counts.sizes, incidence.sum(axis=1))
    assert fit.converged
    np.testing.assert_allclose(fit.inclusion[:, size].T, graph.get_bicm_matrix(), atol=1e-8)


def test_two_papers_by_hand(by_hand):
    """Two countries, a paper of one and a paper of both would be certain; two of one each are all one half."""
    half = fit_bicm([1, 1], [0, 2])
    np.testing.assert_allclose(half.inclusion, 0.5)
    law = half.law([0], [1])
    np.testing.assert_allclose([law.expected_weight[0], law.variance[0]], [0.5, 2 * 3 / 16])
    by_outcome = by_hand.exact_law([Fraction(1, 4)] * 2)
    tails = half.law([0] * 3, [1] * 3).tails([0, 1, 2])
    np.testing.assert_allclose(tails.point, [float(p) for p in by_outcome])
    certain = fit_bicm([2, 1], [0, 1, 1])
    np.testing.assert_allclose(certain.inclusion, [[1, 1], [0, 1]])


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 6))
def test_expected_papers_and_countries_are_met_at_every_boundary(seed, n_papers, n_countries):
    rng = np.random.default_rng(seed)
    incidence = rng.random((n_papers, n_countries)) < rng.choice([0.05, 0.5, 0.95], n_countries)
    incidence[0, 0] = True
    m, n, _ = counts_of_incidence(incidence)
    fit = fit_bicm(m, n)
    assert fit.converged
    np.testing.assert_allclose(fit.inclusion @ fit.counts.papers, m, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.inclusion.sum(axis=0), fit.counts.sizes, rtol=1e-8)


def test_the_law_of_a_pair_is_that_of_its_papers_one_by_one():
    m, n, _ = counts_of_incidence(papers(4, 12, 4))
    fit = fit_bicm(m, n)
    law = np.ones(1)
    for size, number in enumerate(n):
        at = int(np.searchsorted(fit.counts.sizes, size))
        for _ in range(number):
            pi = fit.inclusion[0, at] * fit.inclusion[1, at]
            law = np.convolve(law, [1 - pi, pi])
    w = np.arange(law.size)
    np.testing.assert_allclose(fit.law(0 * w, 0 * w + 1).tails(w).upper, np.cumsum(law[::-1])[::-1], rtol=1e-9)
    assert fit.law([2], [2]).expected_weight[0] == 0


def test_a_paper_of_two_countries_expects_about_two_pairs():
    """One pair it has: the sentence in the module's docstring, at its plainest."""
    fit = fit_bicm(np.full(100, 20), [0, 0, 1000])
    pairs = fit.law(*np.triu_indices(100, 1)).expected_weight.sum() / 1000
    assert pairs == pytest.approx(2 * (1 - 1 / 100), rel=1e-9)


def test_drawn_papers_follow_the_law():
    m, n, _ = counts_of_incidence(papers(5, 4000, 5))
    fit = fit_bicm(m, n)
    drawn = sample_bicm(fit, np.random.default_rng(1))
    assert drawn.shape == (n.sum(), 5)
    spread = np.sqrt((fit.inclusion * (1 - fit.inclusion)) @ fit.counts.papers)
    assert np.abs((drawn.sum(axis=0) - m) / spread).max() < 4
