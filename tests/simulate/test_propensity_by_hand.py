"""True propensities: sizes fitted another way, worlds in which nothing is planted, trends as a straight line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares

from isthmus.simulate import World, build_plan
from isthmus.simulate.propensity import over_size, true_propensities, true_trends
from isthmus.simulate.world.exchange import build_supply, solve_supply
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.ties import multipliers

WORLD = World(works=2_000, first_year=2019, last_year=2021, planted=frozenset())


def table(seed, n=5):
    upper = np.triu(np.random.default_rng(seed).uniform(0.5, 4, (1, n, n)), 1)
    return upper + upper.transpose(0, 2, 1)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_sizes_are_those_of_another_solver(seed):
    """The logarithms of r by least squares on the strengths."""
    expected, by_size = table(seed), table(seed + 1)

    def miss(logs):
        r = np.exp(logs)
        return np.log((r[:, None] * by_size[0] * r).sum(axis=1) / expected[0].sum(axis=1))

    r = np.exp(least_squares(miss, np.zeros(5), xtol=1e-14, ftol=1e-14, gtol=1e-14).x)
    by_hand = np.divide(expected[0], by_size[0] * r[:, None] * r, out=np.ones((5, 5)), where=by_size[0] > 0)
    assert over_size(expected, by_size)[0] == pytest.approx(by_hand, rel=1e-6)


@given(seed=st.integers(0, 10**6), factor=st.floats(0.1, 20))
@settings(deadline=None, max_examples=20)
def test_a_larger_world_has_the_same_propensities(seed, factor):
    expected, by_size = table(seed), table(seed + 1)
    found = over_size(expected, by_size)
    assert over_size(factor * expected, by_size) == pytest.approx(found)
    assert over_size(expected, factor * by_size) == pytest.approx(found)
    order = np.random.default_rng(seed).permutation(5)
    turned = over_size(expected[:, order][:, :, order], by_size[:, order][:, :, order])
    assert turned == pytest.approx(found[:, order][:, :, order])


def test_four_equal_countries_with_one_strong_pair_by_hand():
    """A pair k times as strong: r of both and of the others from the two sums, and the cross ratio stays k."""
    flat = 1.0 - np.eye(4)[None]
    expected = flat.copy()
    expected[0, 0, 1] = expected[0, 1, 0] = 6.0
    found = over_size(expected, flat)[0]
    assert found[0, 1] * found[2, 3] / (found[0, 2] * found[1, 3]) == pytest.approx(6)
    # a and b with a * a + 2 a b = 8 and b * b + 2 a b = 3: found by substitution
    a, b = 1 / np.sqrt(found[0, 1] / 6), 1 / np.sqrt(found[2, 3])
    assert (a * a + 2 * a * b, b * b + 2 * a * b) == pytest.approx((8, 3))
    assert found[0, 2] == pytest.approx(1 / (a * b))


def test_one_country_has_no_pair():
    assert over_size(np.zeros((2, 1, 1)), np.zeros((2, 1, 1))).tolist() == [[[1.0]], [[1.0]]]


def test_years_are_fitted_each_for_itself():
    both = over_size(np.concatenate([table(1), table(2)]), np.concatenate([table(3), table(4)]))
    assert both[0] == pytest.approx(over_size(table(1), table(3))[0])
    assert both[1] == pytest.approx(over_size(table(2), table(4))[0])


@given(seed=st.integers(0, 10**6), years=st.sets(st.integers(1990, 2030), min_size=2, max_size=12))
@settings(deadline=None, max_examples=30)
def test_a_trend_is_a_straight_line_by_least_squares(seed, years):
    when = np.array(sorted(years))
    value = np.random.default_rng(seed).uniform(0.1, 10, (len(when), 2, 3))
    by_hand = np.polyfit(when - 2000, np.log(value).reshape(len(when), -1), 1)[0] * 10
    assert true_trends(value, when).ravel() == pytest.approx(by_hand, abs=1e-8)
    assert true_trends(7 * value, when) == pytest.approx(true_trends(value, when))
    assert true_trends(1 / value, when) == pytest.approx(-true_trends(value, when))


def test_planted_multipliers_are_what_remains_over_size():
    """Over size the cross ratio of two pairs of a world is that of their multipliers, whatever the sizes become."""
    plan = build_plan(World(works=2_000, first_year=2019, last_year=2021, planted=frozenset({"ties"})))
    found, at = true_propensities(plan)["collaboration"], countries().at
    for strong, others in ((("JP", "KR"), ("GR", "CL")), (("SE", "FI"), ("IN", "ZA")), (("DE", "IN"), ("KR", "IL"))):
        (a, b), (c, d) = map(at, strong), map(at, others)
        multiplier = multipliers(plan.ties, plan.sizes.years, "collaboration")
        assert np.isnan(multiplier[:, [c, a, b], [d, c, d]]).all(), "nothing else is planted among the four"
        cross = found[:, a, b] * found[:, c, d] / (found[:, a, c] * found[:, b, d])
        assert cross == pytest.approx(multiplier[:, a, b])


def test_with_nothing_planted_exchange_is_what_joint_papers_allow():
    plan = build_plan(WORLD)
    found, law = true_propensities(plan), plan.exchange.law.expected
    assert found["collaboration"] == pytest.approx(np.ones(law.shape))
    _, solved = solve_supply(build_supply(plan.sizes, plan.blocks, plan.teams.pull), plan.sizes.share, law)
    assert found["knowledge_exchange"] == pytest.approx(over_size(solved, law))
    heavy = law > 8
    assert heavy.sum() > 50
    assert np.median(found["knowledge_exchange"][heavy]) == pytest.approx(1, abs=0.15)
