import numpy as np
import pytest
from scipy.stats import false_discovery_control

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.sampling import sampled_moments, sampled_verdict
from isthmus.nullmodels.significance import (
    EXPECTED_LINK_PROBABILITY,
    benjamini_hochberg,
    exact_verdict,
    iter_pair_significance,
    pair_significance,
)


def test_z_and_tails_of_the_six_node_network(six_nodes):
    table = pair_significance(six_nodes, fit_ecm(six_nodes))
    assert len(table) == 15
    at = {(int(i), int(j)): position for position, (i, j) in enumerate(zip(table.i, table.j, strict=True))}
    chosen = [at[0, 1], at[2, 3], at[1, 4]]
    np.testing.assert_array_equal(table.weight[chosen], [9, 6, 0])
    np.testing.assert_allclose(table.z[chosen], [0.498027, 1.654791, -0.361588], atol=1e-6)
    np.testing.assert_allclose(table.p_upper[chosen], [0.211875, 0.086039, 1.0], atol=1e-6)
    np.testing.assert_allclose(table.p_lower[chosen[2]], 1 - 0.211801, atol=1e-6)
    assert table.finite.all()


def test_two_sided_is_twice_the_smaller_mid_tail(six_nodes):
    fit = fit_ecm(six_nodes)
    table = pair_significance(six_nodes, fit)
    law = fit.law(table.i, table.j)
    smaller = np.minimum(law.mid_p(table.weight), law.lower_mid_p(table.weight))
    np.testing.assert_allclose(table.p_two_sided, np.minimum(1, 2 * smaller), rtol=1e-12)


def test_q_values_are_benjamini_hochberg_over_all_pairs(real_years):
    weights = real_years[1991]
    table = pair_significance(weights, fit_ecm(weights))
    np.testing.assert_allclose(table.q_value, false_discovery_control(table.p_upper), rtol=1e-12)


def test_q_by_hand_with_ties_and_gaps():
    q = benjamini_hochberg([0.01, 0.04, np.nan, 0.03, 0.03])
    np.testing.assert_allclose(q, [0.04, 0.04, np.nan, 0.04, 0.04])
    np.testing.assert_allclose(benjamini_hochberg([0.01, 0.5], n_tests=10), [0.1, 1.0])
    assert benjamini_hochberg([]).size == 0


def test_linked_pairs_only_have_the_same_values(real_years):
    weights = real_years[1991]
    fit = fit_ecm(weights)
    every, linked = pair_significance(weights, fit), pair_significance(weights, fit, observed_zero=False)
    keep = every.weight > 0
    assert len(linked) == keep.sum()
    for name in ("i", "j", "z", "q_value", "p_two_sided", "finite"):
        np.testing.assert_array_equal(getattr(linked, name), getattr(every, name)[keep])


def test_chunks_are_the_same_table(real_years):
    weights = real_years[1991]
    fit = fit_ecm(weights)
    whole = pair_significance(weights, fit)
    chunks = list(iter_pair_significance(weights, fit, chunk_pairs=3000))
    assert len(chunks) > 5
    for name in ("i", "j", "weight", "z", "q_value"):
        np.testing.assert_array_equal(np.concatenate([getattr(c, name) for c in chunks]), getattr(whole, name))


def test_which_pairs_count(real_years):
    weights = real_years[2001]
    fit = fit_ecm(weights)
    n = 224
    tables = {
        rule: pair_significance(weights, fit, finite=rule) for rule in ("present", "expected_in_500_samples", "linked")
    }
    assert tables["present"].finite.sum() == n * (n - 1) // 2
    np.testing.assert_array_equal(
        tables["expected_in_500_samples"].finite, (1 - tables["expected_in_500_samples"].link_probability) ** 500 <= 0.5
    )
    np.testing.assert_array_equal(tables["linked"].finite, tables["present"].finite)  # seen over years, not here
    assert pytest.approx(0.0014, abs=5e-5) == EXPECTED_LINK_PROBABILITY


def test_sampled_rule_needs_spread_in_the_samples(real_years):
    weights = real_years[1991]
    fit = fit_ecm(weights)
    ensemble = sampled_moments(fit, 500, np.random.default_rng(1))
    table = pair_significance(weights, sampled_verdict(fit, ensemble), finite="sampled")
    np.testing.assert_array_equal(table.finite, ensemble.sd > 0)
    assert np.isnan(table.z[~table.finite]).all()


def test_certain_pairs_have_no_z():
    star = np.zeros((4, 4), dtype=int)
    star[0, 1:] = star[1:, 0] = 1
    table = pair_significance(star, fit_ecm(star), finite="present")
    assert np.isnan(table.z).all()
    assert not table.finite.any()
    np.testing.assert_array_equal(table.p_upper, 1)


def test_a_heavy_pair_cannot_fall_far_below_its_expectation(real_years):
    """For p near 1 the sd equals the mean, so that z >= -1: the bound that readers of z must know."""
    weights = real_years[2021]
    table = pair_significance(weights, fit_ecm(weights))
    heavy = table.expected > 20
    ratio = table.sd[heavy] / table.expected[heavy]
    assert ratio.min() > 0.97
    assert table.z[heavy].min() > -1.05


def test_an_unknown_rule_gets_a_hint(six_nodes):
    with pytest.raises(NetworkError, match="did you mean 'expected_in_500_samples'"):
        pair_significance(six_nodes, exact_verdict(fit_ecm(six_nodes)), finite="expected_in_500")


def test_networks_without_pairs():
    for n in (0, 1, 3):
        empty = np.zeros((n, n), dtype=int)
        assert len(pair_significance(empty, fit_ecm(empty))) == 0
