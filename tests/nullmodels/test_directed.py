"""The directed Enhanced Configuration Model: literal networks, random ones with boundary cases, real moves of scholars."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import NetworkError
from isthmus.nullmodels.directed import fit_directed_ecm, fit_directed_ecm_constraints

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
W = np.array([[0, 5, 2, 0, 1], [3, 0, 0, 4, 0], [1, 2, 0, 0, 6], [0, 1, 3, 0, 0], [2, 0, 1, 1, 0]])
LOOPS = W + np.diag([9, 4, 0, 7, 2])


def moments(fit, loops):
    """Expected weights and link probabilities of all open pairs, 0 elsewhere."""
    n = fit.n_nodes
    i, j = np.nonzero(np.ones((n, n)) if loops else 1 - np.eye(n))
    mean, linked = np.zeros((n, n)), np.zeros((n, n))
    mean[i, j], linked[i, j] = fit.expected_weight(i, j), fit.link_probability(i, j)
    return mean, linked


def worst_error(weights, fit, loops):
    """Largest relative error of both degrees and both strengths, from the law of every pair."""
    worst = 0.0
    for expected, observed in zip(moments(fit, loops), (weights, weights > 0), strict=True):
        for axis in (0, 1):
            wanted = observed.sum(axis=axis)
            worst = max(worst, (np.abs(expected.sum(axis=axis) - wanted) / np.maximum(wanted, 1)).max(initial=0))
    return worst


@pytest.mark.parametrize(
    ("i", "j", "w", "p", "mean", "tail"),
    [
        (0, 1, 5, 0.853427, 2.635145, 0.178363),
        (2, 4, 6, 0.668790, 2.278446, 0.117696),
        (0, 3, 0, 0.598782, 1.505722, 1.0),
        (3, 2, 3, 0.607383, 1.103841, 0.122861),
    ],
)
def test_a_literal_network(i, j, w, p, mean, tail):
    fit = fit_directed_ecm(W)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(-31.363767235, abs=1e-8)
    found = [fit.link_probability(i, j), fit.expected_weight(i, j), fit.upper_tail(i, j, w)]
    np.testing.assert_allclose(found, [p, mean, tail], atol=1e-6)


def test_z_of_a_literal_network():
    fit = fit_directed_ecm(W)
    for i, j, z in ((0, 1, 0.914028), (2, 4, 1.311289), (0, 3, -0.772441), (3, 2, 1.458639)):
        assert (W[i, j] - fit.expected_weight(i, j)) / np.sqrt(fit.variance(i, j)) == pytest.approx(z, abs=1e-6)


def test_a_literal_network_with_loops():
    fit = fit_directed_ecm(LOOPS, loops=True)
    assert fit.log_likelihood == pytest.approx(-45.651600, abs=1e-6)
    for i, j, mean, z in ((0, 0, 4.638697, 0.932535), (3, 3, 2.392539, 1.230490), (2, 4, 1.473426, 2.041285)):
        assert fit.expected_weight(i, j) == pytest.approx(mean, abs=1e-6)
        assert (LOOPS[i, j] - mean) / np.sqrt(fit.variance(i, j)) == pytest.approx(z, abs=1e-5)
    assert fit.upper_tail(0, 0, 9) == pytest.approx(0.160919, abs=1e-6)
    assert fit.upper_tail(2, 4, 6) == pytest.approx(0.061521, abs=1e-6)


def test_tails_are_the_sums_of_the_law():
    fit = fit_directed_ecm(W)
    p, mean = float(fit.link_probability(0, 1)), float(fit.expected_weight(0, 1))
    y = 1 - p / mean
    law = np.concatenate([[1 - p], p * (1 - y) * y ** np.arange(3000)])
    for w in (0, 1, 5, 40):
        assert fit.upper_tail(0, 1, w) == pytest.approx(law[w:].sum(), abs=1e-12)
        assert fit.lower_tail(0, 1, w) == pytest.approx(law[: w + 1].sum(), abs=1e-12)
        assert fit.mid_p(0, 1, w) == pytest.approx(law[w + 1 :].sum() + law[w] / 2, abs=1e-12)
    assert fit.variance(0, 1) == pytest.approx((law * (np.arange(law.size) - mean) ** 2).sum(), rel=1e-9)


def random_network(seed):
    rng = np.random.default_rng(seed)
    n, loops = int(rng.integers(1, 9)), bool(rng.integers(2))
    weights = (rng.random((n, n)) < rng.random()) * rng.geometric(10 ** rng.uniform(-4, 0), (n, n))
    if not loops:
        np.fill_diagonal(weights, 0)
    return weights, loops


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_small_networks_are_met_at_every_boundary(seed):
    weights, loops = random_network(seed)
    fit = fit_directed_ecm(weights, loops=loops)
    assert fit.converged, fit.max_relative_error
    assert worst_error(weights, fit, loops) < 1e-9


@pytest.mark.slow
def test_ten_thousand_small_networks_are_met():
    for seed in range(10_000):
        weights, loops = random_network(seed)
        fit = fit_directed_ecm(weights, loops=loops)
        assert fit.converged and worst_error(weights, fit, loops) < 1e-9, seed  # noqa: PT018


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_nodes_may_be_named_and_turned_in_any_way(seed):
    weights, loops = random_network(seed)
    order = np.random.default_rng(seed).permutation(len(weights))
    mean, _ = moments(fit_directed_ecm(weights, loops=loops), loops)
    renamed, _ = moments(fit_directed_ecm(weights[np.ix_(order, order)], loops=loops), loops)
    np.testing.assert_allclose(renamed, mean[np.ix_(order, order)], rtol=1e-7, atol=1e-9)
    turned, _ = moments(fit_directed_ecm(weights.T, loops=loops), loops)
    np.testing.assert_allclose(turned, mean.T, rtol=1e-7, atol=1e-9)


def broad_network(rng):
    """2 to 10 nodes of any density; weights all 1, small, broad, or up to 1e8, some of them 1 but for a few."""
    n, loops = int(rng.integers(2, 11)), bool(rng.integers(2))
    broad = np.exp(rng.uniform(0, np.log(1e8), (n, n))).astype(np.int64)
    kinds = [
        np.ones((n, n), dtype=np.int64),
        rng.integers(1, 4, (n, n)),
        rng.geometric(0.05, (n, n)),
        np.where(rng.random((n, n)) < 0.7, 1, broad),
        broad,
    ]
    links = rng.random((n, n)) < rng.choice([0.15, 0.3, 0.5, 0.7, 0.9, 1.0])
    weights = np.where(links, kinds[int(rng.integers(5))], 0)
    if not loops:
        np.fill_diagonal(weights, 0)
    return weights, loops


def check_broad(seed, count):
    rng = np.random.default_rng(seed)
    boundary = 0
    for case in range(count):
        weights, loops = broad_network(rng)
        fit = fit_directed_ecm(weights, loops)
        assert fit.converged, (seed, case, fit.max_relative_error)
        assert worst_error(weights, fit, loops) < 1e-9, (seed, case)
        boundary += fit.is_boundary
    assert boundary > count / 3


def test_hundreds_of_networks_with_weights_over_eight_orders_of_magnitude():
    check_broad(seed=1, count=400)


@pytest.mark.slow
def test_ten_thousand_networks_with_weights_over_eight_orders_of_magnitude():
    check_broad(seed=77, count=10_000)


def test_a_heavy_tailed_network_of_eight_orders_of_magnitude():
    rng = np.random.default_rng(7)
    size = 10 ** rng.uniform(0, 4, 60)
    weights = rng.poisson(np.outer(size, rng.permutation(size)) / 1e3)
    np.fill_diagonal(weights, 0)
    fit = fit_directed_ecm(weights)
    assert fit.converged
    assert worst_error(weights, fit, loops=False) < 1e-9


def test_the_fit_is_the_maximum_of_the_likelihood():
    """Moving a parameter either way cannot raise the likelihood that the moments are the slope of."""
    mean, linked = moments(fit_directed_ecm(W), loops=False)
    np.testing.assert_allclose(mean.sum(axis=1), W.sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(linked.sum(axis=0), (W > 0).sum(axis=0), rtol=1e-10)


@pytest.mark.parametrize(
    ("given_weights", "message"),
    [
        ([[0, 1, 2]], "square"),
        ([[1, 2], [0, 0]], "loop"),
        ([[0, 1.5], [0, 0]], "whole"),
        ([[0, -1], [0, 0]], r"-1|negative|>= 0"),
    ],
)
def test_what_is_no_network_is_refused(given_weights, message):
    with pytest.raises(NetworkError, match=message):
        fit_directed_ecm(np.array(given_weights))


def test_degrees_that_no_network_has_are_refused_with_the_node():
    with pytest.raises(NetworkError, match="no network has these degrees"):
        fit_directed_ecm_constraints([3, 3, 1, 1], [3, 3, 1, 1], [3, 3, 1, 1], [3, 3, 1, 1])


def test_all_years_of_the_moves_of_scholars():
    file = SHARED / "migration" / "scholars_between_countries_1998_2018.csv.gz"
    if not file.is_file():
        pytest.skip("the published flows of scholars are not beside this checkout (../shared/data/migration)")
    flows = pd.read_csv(file, keep_default_na=False)
    for year, rows in flows.groupby("year"):
        codes = sorted({*rows["origin"], *rows["destination"]})
        at = {code: number for number, code in enumerate(codes)}
        weights = np.zeros((len(codes), len(codes)), dtype=np.int64)
        weights[rows["origin"].map(at), rows["destination"].map(at)] = rows["scholars_who_moved"].astype(int)
        np.fill_diagonal(weights, 0)
        fit = fit_directed_ecm(weights, labels=codes)
        assert fit.converged, year
        assert worst_error(weights, fit, loops=False) < 1e-9, year
