"""Trends on frames, and against a three-way fixed-effect Poisson regression."""

import math

import numpy as np
import pandas as pd
import pytest

from isthmus.errors import NetworkError, TrajectoryError
from isthmus.nullmodels.frames import significance_frames
from isthmus.trajectories.trend_frames import CLASS_COLUMNS, TREND_COLUMNS, pair_classes, pair_trends, propensities
from isthmus.trajectories.trends import propensity_trends

YEARS = (2000, 2011)


def rows_of(network, w, mu, citation_year=None):
    n, length = w.shape
    pair, year = np.divmod(np.arange(n * length), length)
    return pd.DataFrame(
        {
            "network": network,
            "citation_year": citation_year,
            "year": YEARS[0] + year,
            "src": [f"A{p:03d}" for p in pair],
            "dst": [f"B{p:03d}" for p in pair],
            "weight": w.ravel(),
            "expected": mu.ravel(),
        }
    )


def counts(seed, n=120):
    rng = np.random.default_rng(seed)
    mu = np.exp(rng.normal(2.5, 1, n))[:, None] * np.geomspace(1, 4, 12)
    slope = rng.choice([-2.5, 0, 2.5], n)
    return rng.poisson(mu * np.exp(slope[:, None] * np.linspace(-0.5, 0.5, 12))), mu


@pytest.fixture(scope="module")
def frame():
    return pd.concat(
        [
            rows_of("collaboration", *counts(1)),
            rows_of("knowledge_exchange", *counts(2), "cited_year"),
            rows_of("knowledge_exchange", *counts(3), "citing_year"),
        ],
        ignore_index=True,
    )


def test_each_network_is_fitted_for_itself(frame):
    found = pair_trends(frame.sample(frac=1, random_state=1), YEARS)
    assert list(found.columns) == ["network", "citation_year", "src", "dst", *TREND_COLUMNS]
    assert len(found) == 360
    for seed, year in ((1, None), (2, "cited_year"), (3, "citing_year")):
        mine = found[found["citation_year"].isna() if year is None else found["citation_year"] == year]
        alone = propensity_trends(*counts(seed), np.arange(2000, 2012))
        np.testing.assert_allclose(mine["trend"], alone.trend, rtol=1e-6)
        np.testing.assert_allclose(mine["p_rise"], alone.rise, rtol=1e-6, atol=1e-12)
        np.testing.assert_array_equal(mine["papers"], alone.papers)


def test_classes_of_pairs_in_both_networks(frame):
    trends = pair_trends(frame, YEARS)
    chosen = trends[trends["citation_year"].isna() | (trends["citation_year"] == "cited_year")]
    found = pair_classes(chosen.drop(index=chosen.index[0]).sample(frac=1, random_state=2))
    assert len(found) == 119  # the first pair has no collaboration row
    np.testing.assert_allclose(found[list(CLASS_COLUMNS)].sum(axis=1), 1)
    row = found.iloc[5]
    assert row["probability"] == row[f"p_{row['class']}"] == row[list(CLASS_COLUMNS)].max()
    assert (found["settled"] == (found["probability"] >= 0.9)).all()
    assert found["settled"].any()
    nothing = chosen.assign(papers=chosen["papers"].where(chosen["network"] == "collaboration", 0))
    assert not pair_classes(nothing)["settled"].any()
    assert len(pair_classes(chosen[chosen["network"] == "collaboration"])) == 0


def test_a_choice_of_the_citation_year_is_asked_for(frame):
    with pytest.raises(TrajectoryError, match=r"A000 - B000 has two trends in network 'knowledge_exchange'"):
        pair_classes(pair_trends(frame, YEARS))


def test_propensities_of_every_year(frame):
    found = propensities(frame)
    assert len(found) == len(frame)
    np.testing.assert_allclose(found["propensity"], frame["weight"] / frame["expected"])
    assert (found["propensity_low"] <= found["propensity"]).all()
    assert (found["propensity"] <= found["propensity_high"]).all()


def test_refusals_say_what_is_wrong(frame):
    with pytest.raises(NetworkError, match="lack expected"):
        pair_trends(frame.drop(columns="expected"), YEARS)
    with pytest.raises(NetworkError, match="A000 - B000 is listed twice in 2000"):
        pair_trends(pd.concat([frame, frame.iloc[:1]]), YEARS)


def poisson_regression(w, design, steps=30):
    """Poisson pseudo-maximum likelihood by iterated least squares; the least-norm solution where effects coincide."""
    beta = np.zeros(design.shape[1])
    eta = np.log(w + 0.5)
    for _ in range(steps):
        m = np.exp(eta)
        root = np.sqrt(m)
        beta = np.linalg.lstsq(design * root[:, None], (eta + (w - m) / m) * root, rcond=None)[0]
        eta = np.clip(design @ beta, -20, 20)
    return beta


def test_trends_agree_with_a_three_way_fixed_effect_regression():
    """Country-years, pairs, and a trend of each planted pair: the regression knows no null model, yet agrees."""
    rng = np.random.default_rng(8)
    n, length = 12, 12
    x = np.linspace(-0.5, 0.5, length)
    i, j = np.triu_indices(n, 1)
    size = rng.normal(2.0, 0.4, n)[:, None] + np.linspace(0, 0.6, length) + rng.normal(0, 0.1, (n, length))
    planted = {0: 2.0, 30: -2.0, 50: 0.0}
    slope = np.zeros(i.size)
    slope[list(planted)] = list(planted.values())
    w = rng.poisson(np.exp(size[i] + size[j] + rng.normal(0, 0.4, i.size)[:, None] + slope[:, None] * x))
    pair, year = np.divmod(np.arange(i.size * length), length)
    design = np.zeros((i.size * length, n * length + i.size + len(planted)))
    for end in (i, j):
        design[np.arange(len(pair)), end[pair] * length + year] += 1
    design[np.arange(len(pair)), n * length + pair] = 1
    for position, which in enumerate(planted):
        design[:, n * length + i.size + position] = np.where(pair == which, x[year], 0)
    peer = poisson_regression(w.ravel().astype(float), design)[-len(planted) :]
    edges = pd.DataFrame(
        {
            "year": YEARS[0] + year,
            "src": [f"N{a:02d}" for a in i[pair]],
            "dst": [f"N{b:02d}" for b in j[pair]],
            "weight": w.ravel(),
        }
    )
    pairs, _ = significance_frames(edges[edges["weight"] > 0], by=("year",))
    found = pair_trends(pairs, YEARS, keys=()).set_index(["src", "dst"])
    ours = [found.loc[(f"N{i[which]:02d}", f"N{j[which]:02d}"), "trend"] * 1.1 for which in planted]
    np.testing.assert_allclose(peer, list(planted.values()), atol=0.35)
    np.testing.assert_allclose(ours, peer, atol=0.35)
    assert math.copysign(1, ours[0]) == 1
