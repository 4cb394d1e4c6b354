"""Trends beside another model of the same thing: Poisson pseudo-likelihood with three-way fixed effects.

E[w_ijt] = a_it a_jt e_ij exp(x_t b_g), with an effect for each country and year, one for each pair, and a slope for each
group of pairs that was planted alike. It knows no null model, no scatter and no prior (METHODS 9.2).
"""

import numpy as np
import pytest

from isthmus.nullmodels.frames import significance_frames
from isthmus.simulate import World, build_plan
from isthmus.simulate.networks import YEARS, count_works, world_networks
from isthmus.simulate.propensity import true_propensities, true_trends
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.ties import multipliers
from isthmus.trajectories.trend_frames import pair_trends

LARGEST = 40  # countries; those with planted trends are the 26 largest
X = (np.array(YEARS) - np.mean(YEARS)) / 10.0


def three_way_ppml(weight, groups, *, rounds=300):
    """Slopes b (G,) and fitted means (T, n, n): each fixed effect by scaling its margin, b by Newton's steps."""
    country, pair, slope = np.ones(weight.shape[:2]), (weight.sum(axis=0) > 0).astype(float), np.zeros(len(groups))
    margins, total = weight.sum(axis=2), weight.sum(axis=0)

    def mean():
        trend = np.exp(X[:, None, None] * np.tensordot(slope, groups, axes=1))
        return country[:, :, None] * country[:, None, :] * pair * trend

    for _ in range(rounds):
        now = mean().sum(axis=2)
        country *= np.sqrt(np.divide(margins, now, out=np.zeros_like(now), where=now > 0))
        now = mean().sum(axis=0)
        pair *= np.divide(total, now, out=np.zeros_like(now), where=now > 0)
        m = mean()
        centre = np.divide(np.tensordot(X, m, axes=1), m.sum(axis=0), out=np.zeros_like(pair), where=pair > 0)
        curvature = np.einsum("tij,gij->g", m * (X[:, None, None] - centre) ** 2, groups)
        slope = slope + np.einsum("t,tij,gij->g", X, weight - m, groups) / curvature
    return slope, mean()


@pytest.fixture(scope="module", params=["collaboration", "knowledge_exchange"])
def compared(request):
    """Per group of pairs planted alike: slope by PPML, mean trend, mean true trend, weighted by papers; and the fit."""
    network, size = request.param, LARGEST
    plan = build_plan(World(seed=3))
    edges = world_networks(count_works(plan)).edges()
    tests, _ = significance_frames(edges[edges["network"] == network], by=("network", "year"))
    at = {code: number for number, code in enumerate(countries().code)}
    weight, trend = np.zeros((len(YEARS), len(at), len(at))), np.zeros((len(at), len(at)))
    i, j = tests["src"].map(at), tests["dst"].map(at)
    weight[tests["year"] - YEARS[0], i, j] = weight[tests["year"] - YEARS[0], j, i] = tests["weight"]
    found = pair_trends(tests, (YEARS[0], YEARS[-1]), keys=("network",))
    i, j = found["src"].map(at), found["dst"].map(at)
    trend[i, j] = trend[j, i] = found["trend"]
    followed = np.isin(plan.sizes.years, YEARS)
    years = plan.sizes.years[followed]
    planted = multipliers(plan.ties, years, "exchange" if network == "knowledge_exchange" else "collaboration")
    given = np.round(true_trends(np.where(np.isfinite(planted), planted, 1.0), years), 2)[:size, :size]
    true = true_trends(true_propensities(plan)[network][followed], years)[:size, :size]
    weight, trend = weight[:, :size, :size], trend[:size, :size]
    values = [value for value in np.unique(given) if value and (given == value).sum() >= 16]
    groups = np.array([given == value for value in values], dtype=float)
    slope, fitted = three_way_ppml(weight, groups)
    papers = weight.sum(axis=0)
    means = [[np.average(of[g > 0], weights=papers[g > 0]) for g in groups] for of in (trend, true)]
    return slope, *np.array(means), weight, fitted, groups


def test_the_fit_is_the_maximum(compared):
    """The likelihood is concave: it is at its maximum where all margins and the scores of the slopes are met."""
    *_, weight, fitted, groups = compared
    np.testing.assert_allclose(fitted.sum(axis=2), weight.sum(axis=2), atol=0.05)
    np.testing.assert_allclose(fitted.sum(axis=0), weight.sum(axis=0), atol=0.05)
    np.testing.assert_allclose(np.einsum("t,tij,gij->g", X, weight - fitted, groups), 0, atol=0.05)


def test_trends_are_those_of_the_three_way_model_drawn_towards_0(compared):
    slope, trend, *_ = compared
    assert len(slope) >= 6
    assert np.corrcoef(slope, trend)[0, 1] > 0.95
    share = (slope * trend).sum() / (slope**2).sum()
    assert 0.5 < share < 1.0
    moving = np.abs(slope) > 0.3
    assert moving.sum() >= 4
    assert (np.sign(trend) == np.sign(slope))[moving].all()


def test_the_truth_of_a_world_is_what_the_three_way_model_finds(compared):
    slope, _, true, *_ = compared
    assert np.corrcoef(slope, true)[0, 1] > 0.97
    assert (slope * true).sum() / (slope**2).sum() == pytest.approx(1.0, abs=0.2)
