import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from isthmus.indicators.disruption.summary import MEANS, median_estimate, share_estimate, summarise


def columns(cd, n_references=None, **other):
    size = len(cd)
    unknown = np.full(size, np.nan)
    base = dict.fromkeys((*MEANS, "expected_n_j", "expected_cd"), unknown) | {"n_j": np.ones(size)}
    return base | {"cd": cd, "n_references": np.ones(size) if n_references is None else n_references} | other


def test_numbers_of_a_small_group():
    nan = float("nan")
    found = summarise(
        columns(
            [0.5, -0.25, 0.0, nan],
            [3, 2, 1, 0],
            cd_all=[0.5, -0.25, 0.0, 1.0],
            n_j=[2, 4, 0, 9],
            expected_n_j=[1, nan, 0.5, 1],
            expected_cd=[0.25, nan, 0.5, 0],
        ),
        np.random.default_rng(0),
    )
    assert (found.papers, found.without_references, found.measured) == (4, 1, 3)
    assert found.cd.value == pytest.approx(0.25 / 3)
    assert found.cd_all.value == pytest.approx(0.3125)
    assert found.median_cd.value == 0.0
    assert math.isnan(found.median_cd.low)
    assert found.share_positive.value == pytest.approx(1 / 3)
    # a paper without CD, or without expectation, is in neither sum
    assert found.observed_over_expected.value == pytest.approx(2 / 1.5)
    assert found.above_expected.value == pytest.approx(-0.125)
    assert math.isnan(found.cd5.value)
    assert math.isnan(found.cd5.low)
    row = found.row()
    assert row["papers"] == 4
    assert math.isnan(row["cd_low"])
    assert row["share_positive_low"] < row["share_positive"] < row["share_positive_high"]


def test_no_paper_and_one_paper():
    empty = summarise(columns([]), np.random.default_rng(0))
    assert empty.papers == 0
    assert math.isnan(empty.cd.value)
    assert math.isnan(empty.share_positive.value)
    one = summarise(columns([0.3]), np.random.default_rng(0))
    assert one.cd.value == 0.3
    assert math.isnan(one.cd.low)
    assert math.isnan(one.cd.high)


@pytest.mark.parametrize(("known", "has_interval"), [(29, False), (30, True)])
def test_a_mean_of_few_papers_has_no_interval(known, has_interval):
    cd = np.concatenate([np.linspace(-1, 1, known), np.full(50, np.nan)])
    found = summarise(columns(cd, expected_n_j=np.ones(known + 50)), np.random.default_rng(0))
    assert found.cd.value == pytest.approx(0)
    assert (found.cd.low < 0 < found.cd.high) == has_interval
    assert math.isnan(found.cd.low) != has_interval
    # papers without an index are not among those whose counts are compared
    assert math.isnan(found.observed_over_expected.low) != has_interval


@settings(max_examples=50, deadline=None)
@given(size=st.integers(1, 400), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_interval_of_the_median_is_the_narrowest_that_holds_for_any_law(size, level):
    found = median_estimate(np.arange(1.0, size + 1), level)
    tail = (1 - level) / 2
    if math.isnan(found.low):
        assert 0.5**size > tail
        return
    place = round(found.low)
    assert found.high == size + 1 - place
    assert stats.binom.cdf(place - 1, size, 0.5) <= tail < stats.binom.cdf(place, size, 0.5)


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (7, 7), (3, 11), (500, 2000)])
def test_the_interval_of_a_share_is_wilsons(part, whole):
    found = share_estimate(part, whole, 0.9)
    assert (found.low, found.high) == pytest.approx(
        proportion_confint(part, whole, alpha=0.1, method="wilson"), abs=1e-12
    )


@pytest.mark.parametrize("size", [60, 2500])
def test_intervals_cover_the_mean_the_median_and_the_ratio(size):
    """Papers of a skewed law with mean 2/7 - 0.1; below and above the number of blocks."""
    law = stats.beta(2, 5)
    rng = np.random.default_rng(size)
    hits = np.zeros(3)
    rounds = 300
    for _ in range(rounds):
        cd = law.rvs(size, random_state=rng) - 0.1
        expected = rng.uniform(0.5, 1.5, size)
        found = summarise(
            columns(cd, n_j=rng.poisson(3 * expected), expected_n_j=expected), rng, level=0.9, replicates=200
        )
        truths = (
            (found.cd, law.mean() - 0.1),
            (found.median_cd, law.median() - 0.1),
            (found.observed_over_expected, 3.0),
        )
        hits += [estimate.low <= truth <= estimate.high for estimate, truth in truths]
    # three standard errors of a share of 0.9; the rank interval of the median may cover more
    assert (np.abs(hits[[0, 2]] / rounds - 0.9) < 0.055).all()
    assert hits[1] / rounds > 0.845
