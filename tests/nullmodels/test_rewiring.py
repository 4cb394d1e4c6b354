"""The rewiring chain: invariants, the stationary law on networks small enough to list, and its exact draws."""

import itertools
from math import factorial

import numpy as np
import pytest
from numba import njit
from scipy import stats

from isthmus.errors import NetworkError
from isthmus.nullmodels import rewiring_kernels as kernels
from isthmus.nullmodels.rewiring import rewired_ensemble, rewired_verdict, sample_rewired
from isthmus.nullmodels.significance import pair_significance

STRENGTHS = (4, 3, 3, 2, 2)


def all_networks(strengths):
    """Every network of whole weights without loops that has these strengths, as a tuple of pair weights."""
    n = len(strengths)
    pairs = list(itertools.combinations(range(n), 2))
    found = []

    def fill(position, left, weights):
        if position == len(pairs):
            if not any(left):
                found.append(tuple(weights))
            return
        i, j = pairs[position]
        for w in range(min(left[i], left[j]) + 1):
            rest = list(left)
            rest[i] -= w
            rest[j] -= w
            fill(position + 1, rest, [*weights, w])

    fill(0, list(strengths), [])
    return pairs, found


def law_of(networks):
    weight = np.array([1 / np.prod([factorial(w) for w in network]) for network in networks])
    return weight / weight.sum()


def start_of(pairs, network, n):
    matrix = np.zeros((n, n), dtype=np.int64)
    for (i, j), w in zip(pairs, network, strict=True):
        matrix[i, j] = matrix[j, i] = w
    return matrix


def moves(pairs, network, kind):
    """The transition probabilities out of a network for unit swaps, or block trades of evenly drawn nodes."""
    index = {pair: position for position, pair in enumerate(pairs)}
    n = 1 + max(j for _, j in pairs)

    def at(i, j):
        return index[min(i, j), max(i, j)]

    out: dict[tuple[int, ...], float] = {}
    if kind == "swaps":
        units = [pair for pair, w in zip(pairs, network, strict=True) for _ in range(w)]
        draws = [(a, b, flip) for a in units for b in units for flip in (1, -1)]
        for (i, j), second, flip in draws:
            k, m = second[::flip]
            new = list(network)
            if len({i, j, k, m}) == 4:
                for pair, change in (((i, j), -1), ((k, m), -1), ((i, m), 1), ((k, j), 1)):
                    new[at(*pair)] += change
            out[tuple(new)] = out.get(tuple(new), 0) + 1 / len(draws)
        return out
    quadruples = list(itertools.permutations(range(n), 4))
    for i, j, k, m in quadruples:
        cells = [at(i, j), at(k, m), at(i, m), at(k, j)]
        a, b, c, d = (network[cell] for cell in cells)
        amounts = range(-min(c, d), min(a, b) + 1)
        odds = [1 / np.prod([factorial(x) for x in (a - t, b - t, c + t, d + t)]) for t in amounts]
        for t, chance in zip(amounts, np.array(odds) / sum(odds), strict=True):
            new = list(network)
            for cell, change in zip(cells, (-t, -t, t, t), strict=True):
                new[cell] += change
            out[tuple(new)] = out.get(tuple(new), 0) + chance / len(quadruples)
    return out


@pytest.mark.parametrize("kind", ["swaps", "trades"])
def test_both_chains_have_the_same_stationary_law(kind):
    """Transition matrix over all networks with the strengths: prod 1 / w! is left as it is, and nothing else."""
    pairs, networks = all_networks(STRENGTHS)
    assert len(networks) > 20
    place = {network: position for position, network in enumerate(networks)}
    matrix = np.zeros((len(networks), len(networks)))
    for row, network in enumerate(networks):
        for new, chance in moves(pairs, network, kind).items():
            matrix[row, place[new]] += chance
    law = law_of(networks)
    np.testing.assert_allclose(law @ matrix, law, atol=1e-14)
    flow = law[:, None] * matrix
    np.testing.assert_allclose(flow, flow.T, atol=1e-14)
    eigenvalues = np.sort(np.abs(np.linalg.eigvals(matrix)))
    assert eigenvalues[-2] < 1 - 1e-6, "one stationary law only"


@pytest.mark.parametrize("method", ["swaps", "trades"])
def test_the_compiled_chains_visit_networks_by_that_law(method):
    pairs, networks = all_networks(STRENGTHS)
    place = {network: position for position, network in enumerate(networks)}
    counts = np.zeros(len(networks))
    start = start_of(pairs, networks[0], len(STRENGTHS))
    ends = tuple(np.array(pairs).T)
    for sample in sample_rewired(start, 6000, np.random.default_rng(3), method=method, sweeps=8):
        counts[place[tuple(sample.toarray()[ends].tolist())]] += 1
    assert stats.chisquare(counts, law_of(networks) * counts.sum()).pvalue > 1e-3


@njit
def _draws(good, bad, drawn, n, rng, table):
    out = np.empty(n, dtype=np.int64)
    for i in range(n):
        out[i] = kernels.hypergeometric(good, bad, drawn, rng, table)
    return out


@pytest.mark.parametrize(
    ("good", "bad", "drawn"),
    [(3, 4, 5), (9, 9, 1), (10, 20, 12), (600, 700, 5), (5000, 8000, 3000), (900_000, 1_100_000, 700_000)],
)
def test_draws_are_hypergeometric(good, bad, drawn):
    x = _draws(good, bad, drawn, 60_000, np.random.default_rng(8), kernels.LOG_FACTORIALS)
    reference = stats.hypergeom(good + bad, good, drawn)
    edges = np.unique(reference.ppf(np.linspace(0.05, 0.95, 19)))
    observed = np.histogram(x, [-np.inf, *(edges + 0.5), np.inf])[0]
    expected = np.diff([0, *reference.cdf(edges), 1]) * x.size
    keep = expected > 5
    scaled = expected[keep] * observed[keep].sum() / expected[keep].sum()
    assert stats.chisquare(observed[keep], scaled).pvalue > 1e-3
    assert x.min() >= max(0, drawn - bad)
    assert x.max() <= min(good, drawn)


def test_alias_table_has_the_given_shares():
    share = np.array([5.0, 1.0, 0.0, 2.0, 8.0])
    keep, other = kernels.alias_table(share)
    mass = keep.copy()
    np.add.at(mass, other, 1 - keep)
    np.testing.assert_allclose(mass / 5, share / share.sum())


def test_log_factorials_agree_across_table_and_series():
    for n in (0, 1, 10, 4095, 4096, 10_000, 10**7):
        assert kernels.log_factorial(n, kernels.LOG_FACTORIALS) == pytest.approx(
            stats.poisson.logpmf(n, 1) * -1 - 1, rel=1e-12, abs=1e-12
        )


@pytest.mark.parametrize("method", ["swaps", "trades"])
def test_strengths_are_exact_and_there_are_no_loops(six_nodes, method):
    seen = set()
    for sample in sample_rewired(six_nodes, 50, np.random.default_rng(1), method=method):
        dense = sample.toarray()
        np.testing.assert_array_equal(dense.sum(axis=1), six_nodes.sum(axis=1))
        np.testing.assert_array_equal(dense, dense.T)
        assert not dense.diagonal().any()
        assert dense.min() >= 0
        seen.add(dense.tobytes())
    assert len(seen) > 40


def test_trades_and_swaps_agree_on_a_real_year(real_years):
    """Means of heavy pairs by both chains, and the size that strengths alone suggest."""
    weights = real_years[1991]
    trades = rewired_ensemble(weights, 40, np.random.default_rng(1), method="trades")
    swaps = rewired_ensemble(weights, 40, np.random.default_rng(2), method="swaps")
    heavy = trades.mean > 50
    assert heavy.sum() > 100
    error = np.sqrt(trades.sd**2 / min(trades.effective_samples, 40) + swaps.sd**2 / min(swaps.effective_samples, 40))
    assert np.mean(np.abs(trades.mean - swaps.mean)[heavy] < 3 * error[heavy]) > 0.97
    i, j = trades.pairs.ends(np.flatnonzero(heavy))
    s = weights.sum(axis=1)
    ratio = trades.mean[heavy] / (s[i] * s[j] / s.sum())
    assert 0.7 < np.median(ratio) < 1.3
    assert trades.effective_samples > 10


def test_p_values_count_samples_and_the_observed_network(six_nodes):
    ensemble = rewired_ensemble(six_nodes, 99, np.random.default_rng(1))
    table = pair_significance(six_nodes, rewired_verdict(ensemble))
    assert table.p_upper.min() >= 0.01
    assert (table.p_upper[table.weight == 0] == 1).all()
    np.testing.assert_allclose(table.p_upper, (1 + ensemble.at_least) / 100)
    assert (table.p_two_sided <= 1).all()
    np.testing.assert_allclose(table.z, (table.weight - ensemble.mean) / ensemble.sd)


@pytest.mark.parametrize("n", [0, 2, 3])
def test_networks_that_cannot_be_rewired_stay_as_they_are(n):
    weights = 4 * (1 - np.eye(n, dtype=int)) if n else np.zeros((2, 2), dtype=int)
    for sample in sample_rewired(weights, 3, np.random.default_rng(1)):
        np.testing.assert_array_equal(sample.toarray(), weights)


def test_unknown_method(six_nodes):
    with pytest.raises(NetworkError, match="expected auto, trades or swaps"):
        rewired_ensemble(six_nodes, 5, np.random.default_rng(1), method="shuffle")
