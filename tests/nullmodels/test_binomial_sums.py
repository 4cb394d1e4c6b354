"""Sums of binomials: both tails against convolutions, whole fractions, and scipy where there is one term."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.nullmodels.binomial_sums import BinomialSums, pooled


def convolved(trials, probabilities):
    law = np.ones(1)
    for n, p in zip(trials, probabilities, strict=True):
        law = np.convolve(law, stats.binom.pmf(np.arange(int(n) + 1), int(n), p))
    return law


def in_fractions(trials, probabilities):
    law = [Fraction(1)]
    for n, p in zip(trials, probabilities, strict=True):
        for _ in range(n):
            law = [a * (1 - p) + b * p for a, b in zip([*law, 0], [0, *law], strict=True)]
    return law


def one(trials, probabilities, weights):
    weights = np.asarray(weights)
    return BinomialSums(np.asarray(trials, float), np.tile(np.asarray(probabilities, float), (weights.size, 1))).tails(
        weights
    )


terms = st.lists(
    st.tuples(st.integers(1, 40), st.floats(1e-6, 1 - 1e-6) | st.sampled_from([0.0, 1.0, 1e-9])), min_size=1, max_size=5
)


@settings(max_examples=150, deadline=None)
@given(terms)
def test_both_tails_are_those_of_the_convolution(given_terms):
    trials, probabilities = zip(*given_terms, strict=True)
    law = convolved(trials, probabilities)
    w = np.arange(law.size)
    tails = one(trials, probabilities, w)
    # 1 - p of p = .999999 is known to 1e-10; nineteen such factors to some 1e-9
    np.testing.assert_allclose(tails.upper, np.cumsum(law[::-1])[::-1], rtol=1e-8, atol=1e-200)
    np.testing.assert_allclose(tails.lower, np.cumsum(law), rtol=1e-8, atol=1e-200)
    np.testing.assert_allclose(tails.point, law, rtol=1e-8, atol=1e-200)


def test_the_far_tail_keeps_its_digits():
    trials, probabilities = (40, 25, 10), (Fraction(1, 1000), Fraction(1, 300), Fraction(1, 7))
    law = in_fractions(trials, probabilities)
    tails = one(trials, [float(p) for p in probabilities], [60])
    exact = float(sum(law[60:]))
    assert exact < 1e-90
    assert tails.upper[0] == pytest.approx(exact, rel=1e-11)
    lower = one(trials, [float(1 - p) for p in probabilities], [15])
    assert lower.lower[0] == pytest.approx(float(sum(law[60:])), rel=1e-11)


@pytest.mark.parametrize("w", [0, 1, 1200, 1999, 2000, 2001, 2300, 100_000])
def test_one_large_binomial_is_scipys(w):
    tails = one([100_000], [0.02], [w])
    assert tails.upper[0] == pytest.approx(stats.binom.sf(w - 1, 100_000, 0.02), rel=1e-9, abs=1e-300)
    assert tails.lower[0] == pytest.approx(stats.binom.cdf(w, 100_000, 0.02), rel=1e-9, abs=1e-300)


def test_a_heavy_sum_of_many_sizes_is_the_convolution():
    trials = (1e5 * np.exp(-0.5 * np.arange(20))).round() + 1
    probabilities = 0.004 * np.arange(1, 21) ** 1.2
    law = convolved(trials, probabilities)
    mean, sd = trials @ probabilities, np.sqrt(trials @ (probabilities * (1 - probabilities)))
    w = np.array([mean + z * sd for z in (-7, -3, -1, 0, 1, 3, 7)]).astype(int)
    tails = one(trials, probabilities, w)
    np.testing.assert_allclose(tails.upper, [law[x:].sum() for x in w], rtol=1e-9)
    np.testing.assert_allclose(tails.lower, [law[: x + 1].sum() for x in w], rtol=1e-9)


def test_certain_impossible_and_out_of_reach():
    tails = one([3, 2, 4], [1.0, 0.0, 0.5], [2, 3, 7, 8])
    np.testing.assert_allclose(tails.upper, [1, 1, 0.0625, 0])
    np.testing.assert_allclose(tails.lower, [0, 0.0625, 1, 1])
    np.testing.assert_allclose(one([3], [1.0], [3]).point, [1.0])
    np.testing.assert_allclose(one([3], [0.0], [0, 1]).upper, [1.0, 0.0])


def test_moments_and_mid_p():
    sums = BinomialSums(np.array([4.0, 1e5]), np.array([[0.25, 1e-12], [1.0, 0.0]]))
    np.testing.assert_allclose(sums.expected_weight, [1 + 1e-7, 4])
    np.testing.assert_allclose(sums.variance, [0.75 + 1e-7, 0])
    np.testing.assert_allclose(sums.link_probability, [1 - 0.75**4 * (1 - 1e-12) ** 1e5, 1])
    tiny = BinomialSums(np.array([1e5]), np.array([[1e-25]]))
    assert tiny.link_probability[0] == pytest.approx(1e-20, rel=1e-9)
    tails = one([4], [0.5], [1])
    np.testing.assert_allclose(tails.upper_mid_p, 15 / 16 - 2 / 16)
    np.testing.assert_allclose(tails.lower_mid_p, 1 / 16 + 2 / 16)


def test_years_are_summed():
    years = [
        BinomialSums(np.array([9.0, 4.0]), np.array([[0.2, 0.5]])),
        BinomialSums(np.array([7.0]), np.array([[0.1]])),
    ]
    law = convolved([9, 4, 7], [0.2, 0.5, 0.1])
    assert pooled(years).tails([9]).upper[0] == pytest.approx(law[9:].sum(), rel=1e-12)
    assert pooled(years).expected_weight[0] == pytest.approx(4.5)
