import numpy as np
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.ensemble import PairIndex, effective_samples, gather
from isthmus.nullmodels.sampling import sample_ecm, sampled_moments


def test_moments_and_tails_against_a_hundred_thousand_samples(six_nodes):
    fit = fit_ecm(six_nodes)
    n = 100_000
    i, j = np.triu_indices(6, 1)
    ensemble = sampled_moments(fit, n, np.random.default_rng(2))
    law = fit.law(i, j)
    error = np.sqrt(law.variance / n)
    assert (np.abs(ensemble.mean - law.expected_weight) < 4.5 * error).all()
    p = law.link_probability
    assert (np.abs(ensemble.linked - p) <= 4.5 * np.sqrt(p * (1 - p) / n) + 1e-12).all()
    np.testing.assert_allclose(ensemble.sd, np.sqrt(law.variance), rtol=0.04)
    above = np.zeros(15)
    for network in sample_ecm(fit, 2000, np.random.default_rng(3)):
        above += network.toarray()[i, j] >= np.maximum(six_nodes[i, j], 1)
    tail = law.upper_tail(np.maximum(six_nodes[i, j], 1))
    assert (np.abs(above / 2000 - tail) < 4.5 * np.sqrt(tail * (1 - tail) / 2000) + 1e-12).all()


def test_samples_are_symmetric_networks_with_the_expected_margins(real_years):
    fit = fit_ecm(real_years[1991])
    strengths = np.zeros(fit.n_nodes)
    for network in sample_ecm(fit, 50, np.random.default_rng(1)):
        assert (network != network.T).nnz == 0
        assert network.diagonal().sum() == 0
        assert network.data.min() >= 1
        strengths += network.sum(axis=1)
    assert strengths.sum() / 50 == pytest.approx(fit.strengths.sum(), rel=0.25)


def test_the_same_seed_gives_the_same_networks(six_nodes):
    fit = fit_ecm(six_nodes)
    one, two = (list(sample_ecm(fit, 5, np.random.default_rng(9))) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.toarray(), b.toarray())


def test_certain_pairs_are_in_every_sample(degenerate):
    for network in sample_ecm(fit_ecm(degenerate), 20, np.random.default_rng(4)):
        dense = network.toarray()
        assert (dense[[0, 0, 2], [2, 3, 3]] > 0).all()
        assert dense[1, 4] == 0


def test_five_hundred_samples_agree_with_the_exact_z_where_links_are_frequent(real_years):
    """|z sampled - z exact| <= 0.1 + 0.13 |z| is two standard errors where 500 p >= 50."""
    weights = real_years[2001]
    fit = fit_ecm(weights)
    i, j = np.triu_indices(weights.shape[0], 1)
    law = fit.law(i, j)
    ensemble = sampled_moments(fit, 500, np.random.default_rng(5))
    frequent = 500 * law.link_probability >= 50
    exact = ((weights[i, j] - law.expected_weight) / np.sqrt(law.variance))[frequent]
    sampled = ((weights[i, j] - ensemble.mean)[frequent]) / ensemble.sd[frequent]
    agree = np.abs(sampled - exact) <= 0.1 + 0.13 * np.abs(exact)
    assert agree.mean() > 0.93


def test_pair_index_is_a_bijection():
    pairs = PairIndex(np.array([1, 3, 4, 7]), 9)
    i, j = pairs.ends(np.arange(pairs.size))
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(1, 3), (1, 4), (1, 7), (3, 4), (3, 7), (4, 7)]
    np.testing.assert_array_equal(pairs.positions(j, i), np.arange(6))
    np.testing.assert_array_equal(pairs.positions(np.array([0, 3]), np.array([1, 3])), [-1, -1])


def test_tail_counts_include_the_samples_without_a_link():
    pairs = PairIndex(np.arange(3), 3)
    samples = [(np.array([0, 1]), np.array([2, 5])), (np.array([0]), np.array([4]))]
    ensemble = gather(pairs, iter(samples), observed=np.array([4, 0, 0]))
    np.testing.assert_array_equal(ensemble.mean, [3, 2.5, 0])
    np.testing.assert_allclose(ensemble.sd, [np.sqrt(2), 5 / np.sqrt(2), 0])
    np.testing.assert_array_equal(ensemble.at_least, [1, 2, 2])
    np.testing.assert_array_equal(ensemble.at_most, [2, 1, 2])
    np.testing.assert_array_equal(ensemble.linked, [1, 0.5, 0])


def test_one_sample_has_no_spread(six_nodes):
    with pytest.raises(NetworkError, match="1 samples have no standard deviation"):
        sampled_moments(fit_ecm(six_nodes), 1, np.random.default_rng(1))


@pytest.mark.parametrize(("memory", "share"), [(0.0, 1.0), (0.5, 1 / 3), (0.9, 1 / 19)])
def test_effective_samples_of_an_autoregression(memory, share):
    rng = np.random.default_rng(6)
    n = 20_000
    noise = rng.normal(size=n)
    series = np.zeros(n)
    for t in range(1, n):
        series[t] = memory * series[t - 1] + noise[t]
    assert effective_samples(series[:, None]) / n == pytest.approx(share, rel=0.15)


def test_series_that_never_vary_are_worth_all_their_samples():
    assert effective_samples(np.ones((50, 3))) == 50
