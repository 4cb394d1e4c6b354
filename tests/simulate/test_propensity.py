"""What a perfect study of a simulated world would find."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.simulate import World, build_plan
from isthmus.simulate.propensity import over_size, true_propensities, true_trends
from isthmus.simulate.world.facts import countries


def symmetric(seed, years=2, n=6):
    draws = np.random.default_rng(seed).uniform(0.2, 5.0, (years, n, n))
    both = draws + draws.transpose(0, 2, 1)
    return both * (1 - np.eye(n))


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_both_add_up_to_the_same_for_each_country(seed):
    expected, by_size = symmetric(seed), symmetric(seed + 1)
    ratio = over_size(expected, by_size)
    size = np.divide(expected, ratio)
    np.testing.assert_allclose(size.sum(axis=2), expected.sum(axis=2), rtol=1e-8)
    np.testing.assert_allclose(ratio, ratio.transpose(0, 2, 1))


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_larger_countries_alone_are_no_preference(seed, other):
    by_size = symmetric(seed)
    r = np.random.default_rng(other).uniform(0.3, 3.0, by_size.shape[:2])
    np.testing.assert_allclose(over_size(by_size * r[:, :, None] * r[:, None, :], by_size), 1.0, rtol=1e-8)


def test_a_pair_of_two_countries_has_no_propensity_beyond_their_sizes():
    one = np.array([[[0.0, 8.0], [8.0, 0.0]]])
    np.testing.assert_allclose(over_size(one, one / 4), 1.0)


def test_where_nothing_is_expected_the_propensity_is_1():
    expected = symmetric(1)
    expected[:, 0], expected[:, :, 0] = 0.0, 0.0
    ratio = over_size(expected, symmetric(2))
    assert (ratio[:, 0] == 1.0).all()
    assert np.isfinite(ratio).all()


def test_a_trend_is_the_slope_of_the_logarithm_per_decade():
    years = np.arange(2000, 2022)
    path = np.exp(0.3 * (years - 2000) / 10.0)[:, None, None] * np.ones((1, 2, 2))
    np.testing.assert_allclose(true_trends(path, years), 0.3)


def test_in_an_empty_world_collaboration_has_no_preference():
    found = true_propensities(build_plan(World(works=12_000, planted=frozenset())))
    np.testing.assert_allclose(found["collaboration"], 1.0, rtol=1e-9)


def test_planted_ties_are_above_size_and_the_poles_fall():
    plan = build_plan(World(works=80_000))
    found, at = true_propensities(plan), countries().at
    late = plan.sizes.years >= 2017
    # planted 8 times: a part of what is planted makes both countries larger
    assert 3 < found["collaboration"][late, at("GB"), at("AU")].mean() < 8
    assert found["collaboration"][late, at("DE"), at("IN")].mean() == pytest.approx(0.1, rel=0.4)
    for network in found:
        trend = true_trends(found[network], plan.sizes.years)[at("US"), at("CN")]
        assert trend < -0.4
