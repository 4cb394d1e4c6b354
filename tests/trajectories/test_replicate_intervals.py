"""Intervals of replicated propensities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import TrajectoryError
from isthmus.trajectories.replicates import log_propensity_interval, size_moves, without_surplus


def test_the_interval_is_two_theta_minus_the_quantiles_on_the_scale_of_the_root():
    replicates = np.arange(50, 151)[None, :]  # quantiles .025 and .975 at 52.5 and 147.5, taken outwards
    found = log_propensity_interval(replicates, [100], [20.0])
    assert found.point[0] == pytest.approx(math.log(5))
    assert found.low[0] == pytest.approx(math.log((20 - math.sqrt(148)) ** 2 / 20))
    assert found.high[0] == pytest.approx(math.log((20 - math.sqrt(52)) ** 2 / 20))


@given(st.integers(0, 2**31), st.integers(1, 60), st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_an_interval_holds_its_point_and_only_moves_with_mu(seed, w, mu):
    replicates = np.random.default_rng(seed).poisson(w, (1, 7))
    found = log_propensity_interval(replicates, [w], [mu])
    assert found.low[0] <= found.point[0] <= found.high[0] < np.inf
    other = log_propensity_interval(replicates, [w], [1.0])
    for name in ("point", "low", "high"):
        one, scaled = getattr(other, name)[0], getattr(found, name)[0]
        assert scaled == one == -np.inf or scaled == pytest.approx(one - math.log(mu), abs=1e-9)


def test_the_surplus_of_lone_citations_is_taken_out():
    """w lone citations: products of two Poisson weights have variance 3 w, chance alone has w."""
    rng = np.random.default_rng(2)
    w = 40
    replicates = (rng.poisson(1, (300, w, 1000)) * rng.poisson(1, (300, w, 1000))).sum(axis=1)
    drawn = without_surplus(replicates, np.full(300, w), np.full(300, 2 * w))
    assert ((replicates - w) ** 2).mean() == pytest.approx(3 * w, rel=0.02)
    assert ((drawn - w) ** 2).mean() == pytest.approx(w, rel=0.05)
    found = log_propensity_interval(replicates, np.full(300, w), np.ones(300), surplus=np.full(300, 2 * w))
    assert found.design_effect.mean() == pytest.approx(1, rel=0.05)


def test_without_surplus_papers_stay_as_they_are_and_no_more_than_two_thirds_go():
    replicates = np.array([[0.0, 2.0, 4.0]])
    np.testing.assert_array_equal(without_surplus(replicates, [2], [0]), replicates)
    np.testing.assert_allclose(without_surplus(replicates, [2], [99]), 2 + (replicates - 2) / math.sqrt(3))
    np.testing.assert_array_equal(without_surplus(np.full((1, 3), 2), [2], [4]), np.full((1, 3), 2.0))


TRIANGLE = (np.array([0, 0, 1]), np.array([1, 2, 2]))


def test_expected_weights_move_with_what_the_others_add_to_the_sizes():
    """AB 4, AC 6, BC 10: three more papers of AC move AB by 3/10 and BC by 3/16, less 3/20 of all; AC not at all."""
    found = size_moves([[4, 4], [9, 6], [10, 10]], [4, 6, 10], TRIANGLE)
    np.testing.assert_allclose(found[:, 0], [3 / 10 - 3 / 20, 0, 3 / 16 - 3 / 20])
    np.testing.assert_array_equal(found[:, 1], 0)


@given(st.integers(0, 2**31), st.integers(3, 9))
@settings(max_examples=30, deadline=None)
def test_moves_are_the_derivative_of_the_product_of_sizes_over_all(seed, nodes):
    """Oracle: log(s_i s_j / S) of the network in which the pair itself keeps its weight, for a small change."""
    rng, step = np.random.default_rng(seed), 1e-6
    i, j = np.triu_indices(nodes, 1)
    weight = rng.integers(1, 50, len(i)).astype(float)
    change = step * weight * rng.normal(size=len(i))

    def mu(pair, own):
        full = np.zeros((nodes, nodes))
        full[i, j] = own
        strength = full.sum(axis=0) + full.sum(axis=1)
        return strength[i[pair]] * strength[j[pair]] / own.sum()

    found = size_moves((weight + change)[:, None], weight, (i, j))[:, 0]
    for pair in range(len(i)):
        others = np.where(np.arange(len(i)) == pair, weight, weight + change)
        assert found[pair] == pytest.approx(np.log(mu(pair, others) / mu(pair, weight)), abs=100 * step**2)


def test_nothing_moves_a_pair_alone_or_a_network_without_weight():
    one = (np.array([0]), np.array([1]))
    np.testing.assert_array_equal(size_moves([[0, 9]], [3], one), 0)
    np.testing.assert_array_equal(size_moves(np.zeros((3, 2)), np.zeros(3), TRIANGLE), 0)
    assert size_moves(np.zeros((0, 5)), [], (np.zeros(0, dtype=int), np.zeros(0, dtype=int))).shape == (0, 5)
    # a third node without any tie of its own has no size that could move
    np.testing.assert_array_equal(size_moves([[8], [0], [0]], [4, 0, 0], TRIANGLE), 0)


def test_what_moves_all_ties_alike_says_nothing_of_a_propensity():
    """Every citation list a fifth longer raises observed and expected weights alike: hardly an interval is left."""
    i, j = np.triu_indices(40, 1)
    weight = np.full(len(i), 100.0)
    replicates = weight[:, None] * np.random.default_rng(3).normal(1, 0.2, 400)
    fixed = log_propensity_interval(replicates, weight, weight)
    moved = log_propensity_interval(replicates, weight, weight, moved=size_moves(replicates, weight, (i, j)))
    assert (fixed.high - fixed.low).min() > 0.7
    assert (moved.high - moved.low).max() < 0.05
    np.testing.assert_array_equal(moved.design_effect, fixed.design_effect)


def test_nothing_observed_has_only_an_upper_bound():
    found = log_propensity_interval(np.zeros((2, 9)), [0, 0], [2.0, 0.0], zero_effect=3.0)
    assert found.point[0] == found.low[0] == -np.inf
    assert found.high[0] == pytest.approx(math.log(-math.log(0.025) * 3 / 2))
    assert np.isnan([found.point[1], found.low[1], found.high[1]]).all()


def test_a_tie_that_vanishes_has_a_bound_for_its_independent_papers():
    """One paper with 30 citations: the bound of one paper, thirtyfold."""
    replicates = 30 * np.random.default_rng(1).poisson(1, (1, 20_000))
    found = log_propensity_interval(replicates, [30], [30.0])
    assert found.design_effect[0] == pytest.approx(30, rel=0.05)
    assert math.exp(found.high[0]) == pytest.approx(5.57, rel=0.05)  # Garwood's for 1


@pytest.mark.parametrize(("papers", "least"), [(3, 0.94), (10, 0.94), (50, 0.93)])
def test_coverage_of_poisson_ties(papers, least):
    rng = np.random.default_rng(papers)
    w = rng.poisson(papers, 1000)
    replicates = rng.poisson(w[:, None], (1000, 400))  # the sum of w weights of law Poisson(1)
    found = log_propensity_interval(replicates, w, np.full(1000, 2.0))
    truth = math.log(papers / 2)
    covered = (found.low <= truth) & (truth <= found.high)
    assert least <= covered[w > 0].mean() <= 0.99


def test_refusals_say_what_is_wrong():
    with pytest.raises(TrajectoryError, match=r"shapes \(2, 3\), \(1,\) and \(2,\)"):
        log_propensity_interval(np.ones((2, 3)), [1], [1, 1])
    with pytest.raises(TrajectoryError, match="a value of point is -1"):
        log_propensity_interval(np.ones((1, 3)), [-1], [1])
