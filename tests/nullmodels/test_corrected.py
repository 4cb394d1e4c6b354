import numpy as np
import pytest
from scipy.stats import norm

from isthmus.nullmodels.corrected import corrected_verdict, leverage, rescaled_ensemble
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.sampling import sample_ecm


def z_of(weights, verdict, i, j):
    said = verdict(i, j, weights[i, j])
    return (weights[i, j] - said.expected) / said.sd


def test_leverage_and_z_of_the_six_node_network(six_nodes):
    fit = fit_ecm(six_nodes)
    i, j = np.array([0, 2, 1]), np.array([1, 3, 4])
    np.testing.assert_allclose(leverage(fit, i, j), [0.840769, 0.279689, 0.478876], atol=1e-6)
    assert leverage(fit, *np.triu_indices(6, 1)).sum() == pytest.approx(6)
    np.testing.assert_allclose(
        z_of(six_nodes, corrected_verdict(fit), i, j), [1.248070, 1.949769, -0.500890], atol=1e-6
    )


def test_leverage_is_what_regression_on_the_strengths_explains(six_nodes):
    """The share of a sampled weight's variance that a linear regression on the six sampled strengths explains."""
    fit = fit_ecm(six_nodes)
    samples = np.array([network.toarray() for network in sample_ecm(fit, 8_000, np.random.default_rng(1))], dtype=float)
    strengths = samples.sum(axis=2)
    strengths -= strengths.mean(axis=0)
    w = samples[:, 0, 1] - samples[:, 0, 1].mean()
    coefficients = np.linalg.lstsq(strengths, w, rcond=None)[0]
    explained = np.var(strengths @ coefficients) / np.var(w)
    assert explained == pytest.approx(leverage(fit, np.array([0]), np.array([1]))[0], abs=0.03)


def test_dominant_pairs_change_and_small_ones_do_not(real_years):
    weights = real_years[2001]
    fit = fit_ecm(weights)
    i, j = np.triu_indices(weights.shape[0], 1)
    share = leverage(fit, i, j)
    assert ((share >= 0) & (share <= 1)).all()
    assert share.sum() == pytest.approx(weights.shape[0], rel=1e-6)
    expected = fit.expected_weight(i, j)
    assert share[np.argmax(expected)] > 0.9
    assert np.median(share) < 0.05


def test_nodes_that_determine_each_other_have_a_pseudo_inverse():
    """Where only a hub's pairs vary, the strengths of the others add up to the hub's: a singular covariance."""
    weights = np.zeros((5, 5), dtype=int)
    for i, j, w in [(0, 1, 4), (0, 2, 3), (0, 3, 2), (0, 4, 5)]:
        weights[i, j] = weights[j, i] = w
    fit = fit_ecm(weights)
    i, j = np.triu_indices(5, 1)
    share = leverage(fit, i, j)
    np.testing.assert_allclose(share[:4], 1, atol=1e-9)
    np.testing.assert_array_equal(share[4:], 0)


def test_p_values_are_those_of_the_normal_law(six_nodes):
    said = corrected_verdict(fit_ecm(six_nodes))(np.array([0, 1]), np.array([1, 4]), np.array([9, 0]))
    np.testing.assert_allclose(said.p_upper, [norm.sf(1.248070), 1.0], atol=1e-6)
    np.testing.assert_allclose(said.p_lower, [norm.cdf(1.248070), norm.cdf(-0.500890)], atol=1e-6)
    np.testing.assert_allclose(said.p_two_sided, [2 * norm.sf(1.248070), 2 * norm.sf(0.500890)], atol=1e-6)


def test_poisson_variant_has_the_mean_as_variance(six_nodes):
    said = corrected_verdict(fit_ecm(six_nodes), "poisson")(np.array([0]), np.array([1]), np.array([9]))
    np.testing.assert_allclose(said.sd**2, said.expected)


def test_mad_variant_is_the_median_absolute_deviation_of_the_exact_law(six_nodes):
    fit = fit_ecm(six_nodes)
    i, j = np.triu_indices(6, 1)
    said = corrected_verdict(fit, "mad")(i, j, six_nodes[i, j])
    law = fit.law(i, j)
    w = np.arange(2000)
    for pair in range(15):
        one = fit.law(i[pair], j[pair])
        mass = one.upper_tail(w) - one.upper_tail(w + 1)
        median = np.searchsorted(np.cumsum(mass), 0.5)
        order = np.argsort(np.abs(w - median), kind="stable")
        deviation = np.abs(w - median)[order][np.searchsorted(np.cumsum(mass[order]), 0.5)]
        assert said.sd[pair] == pytest.approx(1.482602218505602 * deviation)
    assert law.link_probability.shape == (15,)


def test_rescaled_samples_have_the_observed_strengths(six_nodes):
    fit = fit_ecm(six_nodes)
    ensemble = rescaled_ensemble(fit, 100, np.random.default_rng(1))
    means = np.zeros((6, 6))
    means[np.triu_indices(6, 1)] = ensemble.mean
    # a sample whose links cannot carry the strengths (a node without any) misses them; most can
    np.testing.assert_allclose((means + means.T).sum(axis=1), fit.strengths, rtol=0.3)
    said = corrected_verdict(fit, "ipf", ensemble)(np.array([0]), np.array([1]), np.array([9]))
    assert said.sd[0] == ensemble.sd[0]


def test_rescaled_dense_samples_meet_the_strengths_exactly():
    weights = 20 * (1 - np.eye(5, dtype=int)) + np.fromfunction(lambda i, j: (i + j) % 3 * (i != j), (5, 5), dtype=int)
    fit = fit_ecm(weights)
    ensemble = rescaled_ensemble(fit, 200, np.random.default_rng(2))
    means = np.zeros((5, 5))
    means[np.triu_indices(5, 1)] = ensemble.mean
    np.testing.assert_allclose((means + means.T).sum(axis=1), fit.strengths, rtol=0.02)
