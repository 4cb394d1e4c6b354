"""Small networks at random, most of them boundary cases: what is expected must equal what is observed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.nullmodels.ecm import fit_ecm


def random_network(rng) -> np.ndarray:
    """2 to 12 nodes of any density; weights all 1, small, broad, or 1 but for a few of up to a million."""
    n = int(rng.integers(2, 13))
    links = np.triu(rng.random((n, n)) < rng.choice([0.15, 0.3, 0.5, 0.7, 0.9, 1.0]), 1)
    rare = np.where(rng.random((n, n)) < 0.7, 1, rng.integers(1, 10 ** int(rng.integers(1, 7)), (n, n)))
    kinds = [np.ones((n, n), dtype=int), rng.integers(1, 4, (n, n)), rng.geometric(0.05, (n, n)), rare]
    weights = np.where(links, kinds[int(rng.integers(4))], 0)
    return weights + weights.T


def broad_network(rng) -> np.ndarray:
    """2 to 9 nodes whose weights span six orders of magnitude: pairs of very different stiffness."""
    n = int(rng.integers(2, 10))
    m = n * (n - 1) // 2
    broad = np.exp(rng.uniform(0, np.log(1e6), m)).astype(np.int64)
    weights = np.zeros((n, n), dtype=np.int64)
    upper = np.where(rng.integers(3, size=m) == 0, rng.integers(1, 6, m), broad)
    weights[np.triu_indices(n, 1)] = np.where(rng.random(m) < rng.choice([0.2, 0.4, 0.6, 0.8]), 0, upper)
    return weights + weights.T


def check(weights) -> bool:
    """Expected against observed, and sane probabilities; whether some pair was certain."""
    fit = fit_ecm(weights)
    n = weights.shape[0]
    law = fit.law(*np.indices((n, n)))
    k, s = (weights > 0).sum(axis=1), weights.sum(axis=1)
    np.testing.assert_allclose(law.link_probability.sum(axis=1), k, rtol=1e-9, atol=0)
    np.testing.assert_allclose(law.expected_weight.sum(axis=1), s, rtol=1e-9, atol=0)
    assert fit.converged
    assert (law.link_probability >= 0).all()
    assert (law.link_probability <= 1).all()
    assert (law.variance >= 0).all()
    assert (law.link_probability[weights > 0] > 0).all(), "what was observed is possible"
    assert (law.mean_excess[weights > 1] > 0).all()
    assert np.isfinite(fit.log_likelihood)
    return fit.is_boundary


def check_many(draw, seed, count):
    rng = np.random.default_rng(seed)
    boundary = sum(check(draw(rng)) for _ in range(count))
    assert boundary > count / 2


@pytest.mark.parametrize("draw", [random_network, broad_network])
def test_hundreds_of_random_networks(draw):
    check_many(draw, seed=1, count=700)


@pytest.mark.slow
@pytest.mark.parametrize("draw", [random_network, broad_network])
def test_ten_thousand_random_networks(draw):
    check_many(draw, seed=2, count=10_000)


@st.composite
def networks(draw) -> np.ndarray:
    n = draw(st.integers(2, 9))
    upper = draw(
        st.lists(
            st.one_of(st.just(0), st.integers(1, 5), st.integers(1, 10**4)),
            min_size=n * (n - 1) // 2,
            max_size=n * (n - 1) // 2,
        )
    )
    weights = np.zeros((n, n), dtype=np.int64)
    weights[np.triu_indices(n, 1)] = upper
    return weights + weights.T


@settings(max_examples=100, deadline=None, derandomize=True)
@given(networks())
def test_expected_equals_observed_whatever_the_network(weights):
    check(weights)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(networks(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(weights, random):
    n = weights.shape[0]
    order = list(range(n))
    random.shuffle(order)
    fit, moved = fit_ecm(weights), fit_ecm(weights[np.ix_(order, order)])
    i, j = np.triu_indices(n, 1)
    order = np.array(order)
    np.testing.assert_allclose(
        moved.link_probability(i, j), fit.link_probability(order[i], order[j]), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(
        moved.expected_weight(i, j), fit.expected_weight(order[i], order[j]), rtol=1e-6, atol=1e-9
    )
    assert moved.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-8, abs=1e-8)
