"""The boundary: which pairs are certain, checked against linear programmes, and what cannot be fitted at all."""

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog

from isthmus.errors import NetworkError
from isthmus.nullmodels.boundary import EXCESS_FREE, LINK_FREE, LINK_PRESENT, certain_pairs, classes_of
from isthmus.nullmodels.ecm import fit_ecm, fit_ecm_constraints


def node_kinds(degrees, strengths) -> np.ndarray:
    """The marks of every pair of nodes, with those that need no matrix written out."""
    degrees, strengths = np.asarray(degrees), np.asarray(strengths)
    classes = classes_of(degrees, strengths)
    kinds = certain_pairs(classes)
    if kinds is None:
        carries = (classes.excess > 0)[:, None] & (classes.excess > 0)[None, :]
        kinds = np.where(carries, LINK_FREE | EXCESS_FREE, LINK_FREE).astype(np.uint8)
    out = np.zeros((degrees.size, degrees.size), dtype=np.uint8)
    linked = np.flatnonzero(degrees)
    out[np.ix_(linked, linked)] = kinds[np.ix_(classes.of_node[linked], classes.of_node[linked])]
    np.fill_diagonal(out, 0)
    return out


def programme(degrees, strengths) -> np.ndarray | None:
    """The same marks by linear programming over pair probabilities and mean excesses; None if there is no solution."""
    degrees, excess = np.asarray(degrees), np.asarray(strengths) - np.asarray(degrees)
    n = degrees.size
    pairs = list(itertools.combinations(range(n), 2))
    sums = np.zeros((n, len(pairs)))
    for column, (i, j) in enumerate(pairs):
        sums[i, column] = sums[j, column] = 1

    def reach(sign, column, right, bounds):
        cost = np.zeros(len(pairs))
        cost[column] = -sign
        solved = linprog(cost, A_eq=sums, b_eq=right, bounds=bounds, method="highs")
        return None if solved.status == 2 else solved.x[column]

    unit = [(0, 1)] * len(pairs)
    marks = np.zeros((n, n), dtype=np.uint8)
    if reach(1, 0, degrees, unit) is None:
        return None
    top = [reach(1, c, degrees, unit) for c in range(len(pairs))]
    bottom = [reach(-1, c, degrees, unit) for c in range(len(pairs))]
    weight = [(0, None) if high > 1e-7 else (0, 0) for high in top]
    if reach(1, 0, excess, weight) is None:
        return None
    for c, (i, j) in enumerate(pairs):
        bits = 0
        if top[c] > 1e-7:
            bits = LINK_PRESENT if bottom[c] > 1 - 1e-7 else LINK_FREE
            if reach(1, c, excess, weight) > 1e-7:
                bits |= EXCESS_FREE
        marks[i, j] = marks[j, i] = bits
    return marks


def random_margins(rng, low=3, high=7):
    n = int(rng.integers(low, high))
    links = np.triu(rng.random((n, n)) < rng.choice([0.3, 0.5, 0.7, 0.9]), 1)
    heavy = rng.random((n, n)) < rng.choice([0.2, 0.5, 1.0])
    weights = np.where(links, np.where(heavy, rng.integers(1, 9, (n, n)), 1), 0)
    weights += weights.T
    return (weights > 0).sum(axis=1), weights.sum(axis=1)


def check_against_programmes(seed, cases):
    rng = np.random.default_rng(seed)
    boundary = 0
    for _ in range(cases):
        degrees, strengths = random_margins(rng)
        if not degrees.any():
            continue
        marks = node_kinds(degrees, strengths)
        np.testing.assert_array_equal(marks, programme(degrees, strengths), err_msg=f"k={degrees}, s={strengths}")
        boundary += certain_pairs(classes_of(degrees, strengths)) is not None
    assert boundary > cases // 3


def test_marks_agree_with_linear_programmes():
    check_against_programmes(seed=1, cases=40)


@pytest.mark.slow
def test_marks_agree_with_many_linear_programmes():
    check_against_programmes(seed=2, cases=3000)


def infeasible_agreement(seed, cases):
    """Margins altered at random: refused exactly where the programmes have no solution."""
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(cases):
        degrees, strengths = random_margins(rng, 3, 6)
        n = degrees.size
        degrees = np.clip(degrees + rng.integers(-1, 2, n), 0, n - 1)
        strengths = np.where(degrees > 0, degrees + np.maximum(strengths - degrees + rng.integers(-2, 4, n), 0), 0)
        if degrees.sum() % 2 or strengths.sum() % 2 or not degrees.any():
            continue
        crowded = degrees.max() > (degrees > 0).sum() - 1
        possible = None if crowded else programme(degrees, strengths)
        if possible is None:
            refused += 1
            with pytest.raises(NetworkError):
                fit_ecm_constraints(degrees, strengths)
        else:
            assert fit_ecm_constraints(degrees, strengths).max_relative_error < 1e-9, f"k={degrees}, s={strengths}"
    assert refused > cases // 20


def test_what_no_network_has_is_refused_and_nothing_else():
    infeasible_agreement(seed=3, cases=60)


@pytest.mark.slow
def test_what_no_network_has_is_refused_and_nothing_else_often():
    infeasible_agreement(seed=4, cases=3000)


def test_a_node_linked_to_all_has_certain_links():
    weights = np.zeros((6, 6), dtype=int)
    weights[0, 1:] = [5, 4, 3, 2, 6]
    weights[1, 2], weights[2, 3], weights[3, 4] = 2, 3, 1
    fit = fit_ecm(weights + weights.T)
    np.testing.assert_array_equal(fit.link_probability(0, np.arange(1, 6)), 1)
    assert fit.max_relative_error < 1e-10
    assert fit.link_probability(1, 5) == 0, "node 5 has one link, and that is the hub's"


@pytest.mark.parametrize("weight", [1, 7])
def test_a_star_and_a_complete_network_have_no_free_link(weight):
    star = np.zeros((5, 5), dtype=int)
    star[0, 1:] = weight
    for network in (star + star.T, weight * (1 - np.eye(4, dtype=int))):
        fit = fit_ecm(network)
        i, j = np.triu_indices(network.shape[0], 1)
        np.testing.assert_allclose(fit.link_probability(i, j), network[i, j] > 0, atol=0)
        np.testing.assert_allclose(fit.expected_weight(i, j), network[i, j], rtol=1e-9)


def test_a_hub_with_half_of_all_excess_carries_it_alone():
    weights = np.zeros((5, 5), dtype=int)
    for i, j, w in [(0, 1, 4), (0, 2, 3), (1, 2, 1), (2, 3, 1), (3, 4, 1)]:
        weights[i, j] = weights[j, i] = w
    fit = fit_ecm(weights)  # excess 5 = 3 + 2
    assert fit.max_relative_error < 1e-10
    np.testing.assert_array_equal(fit.upper_tail([1, 2], [2, 3], 2), 0)
    assert fit.upper_tail(0, 1, 2) > 0


def test_two_equals_that_hold_all_excess_share_it():
    weights = np.zeros((5, 5), dtype=int)
    for i, j, w in [(0, 1, 6), (1, 2, 1), (2, 3, 1), (3, 4, 1), (4, 0, 1)]:
        weights[i, j] = weights[j, i] = w
    fit = fit_ecm(weights)
    assert fit.max_relative_error < 1e-10
    assert fit.expected_weight(0, 1) - fit.link_probability(0, 1) == pytest.approx(5)


@pytest.mark.parametrize(
    ("degrees", "strengths", "message"),
    [
        ([4, 4, 4, 1, 1, 2], [4, 4, 4, 1, 1, 2], r"the 3 largest, down to node \d \('[ABC]'\).*Erdos-Gallai"),
        ([2, 2, 2], [10, 3, 3], r"node 0 \('A'\) has an excess s - k of 8, its possible partners together only 2"),
        (
            [2, 2, 3, 1, 2],
            [2, 2, 5, 5, 2],
            r"node 3 \('D'\) has an excess s - k of 4, its possible partners together only 2",
        ),
        ([3, 3, 2, 2], [3, 3, 6, 6], r"node \d \('[CD]'\).* have an excess s - k of 8, those only 0"),
    ],
)
def test_impossible_margins_name_the_node_and_the_inequality(degrees, strengths, message):
    with pytest.raises(NetworkError, match=message):
        fit_ecm_constraints(degrees, strengths, labels=list("ABCDEF"))
