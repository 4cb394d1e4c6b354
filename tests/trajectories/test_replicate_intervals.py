"""Intervals of replicated propensities."""

import math

import numpy as np
import pytest

from isthmus.errors import TrajectoryError
from isthmus.trajectories.replicates import log_propensity_interval


def test_the_interval_is_two_theta_minus_the_quantiles():
    replicates = np.arange(50, 151)[None, :]  # quantiles .025 and .975 at 52.5 and 147.5, taken outwards
    found = log_propensity_interval(replicates, [100], [20.0])
    assert found.point[0] == pytest.approx(math.log(5))
    assert found.low[0] == pytest.approx(2 * math.log(5) - math.log(148 / 20))
    assert found.high[0] == pytest.approx(2 * math.log(5) - math.log(52 / 20))


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


@pytest.mark.parametrize(("papers", "least"), [(3, 0.88), (10, 0.91), (50, 0.93)])
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
