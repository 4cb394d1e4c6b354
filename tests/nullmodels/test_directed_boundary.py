"""The boundary of the directed model: which ordered pairs are certain, checked against linear programmes."""

import numpy as np
import pytest
from scipy.optimize import linprog

from isthmus.errors import NetworkError
from isthmus.nullmodels.directed import fit_directed_ecm, fit_directed_ecm_constraints


def programme(margins, loops) -> np.ndarray | None:
    """Bits 1 free link, 2 certain link, 4 excess, for every ordered pair by linear programming; None if infeasible."""
    out, into, strength_out, strength_in = margins
    n = out.size
    pairs = [(i, j) for i in range(n) for j in range(n) if loops or i != j]
    sums = np.zeros((2 * n, len(pairs)))
    for column, (i, j) in enumerate(pairs):
        sums[i, column] = sums[n + j, column] = 1

    def reach(sign, column, right, bounds):
        cost = np.zeros(len(pairs))
        cost[column] = -sign
        solved = linprog(cost, A_eq=sums, b_eq=right, bounds=bounds, method="highs")
        return None if solved.status == 2 else solved.x[column]

    degrees = np.concatenate([out, into])
    excess = np.concatenate([strength_out, strength_in]) - degrees
    unit = [(0, 1)] * len(pairs)
    if reach(1, 0, degrees, unit) is None:
        return None
    top = [reach(1, c, degrees, unit) for c in range(len(pairs))]
    bottom = [reach(-1, c, degrees, unit) for c in range(len(pairs))]
    weight = [(0, None) if high > 1e-7 else (0, 0) for high in top]
    if reach(1, 0, excess, weight) is None:
        return None
    marks = np.zeros((n, n), dtype=int)
    for c, pair in enumerate(pairs):
        if top[c] > 1e-7:
            marks[pair] = (2 if bottom[c] > 1 - 1e-7 else 1) + 4 * (reach(1, c, excess, weight) > 1e-7)
    return marks


def marks_of(fit) -> np.ndarray:
    """Return the same marks as the law of every pair shows them."""
    law = fit.law(*np.indices((fit.n_nodes, fit.n_nodes)))
    linked = np.where(law.absence_probability == 0, 2, 1) + np.where(law.mean_excess > 0, 4, 0)
    return np.where(law.link_probability == 0, 0, linked)


def random_margins(rng, altered):
    """Margins of a random network of 2 to 5 nodes, or with some units moved between nodes; None where k > s."""
    n, loops = int(rng.integers(2, 6)), bool(rng.integers(2))
    heavy = rng.random((n, n)) < rng.choice([0.2, 0.5, 1.0])
    weights = np.where(heavy, rng.integers(1, 9, (n, n)), 1) * (rng.random((n, n)) < rng.choice([0.3, 0.5, 0.7, 0.9]))
    if not loops:
        np.fill_diagonal(weights, 0)
    margins = [(weights > 0).sum(axis=1), (weights > 0).sum(axis=0), weights.sum(axis=1), weights.sum(axis=0)]
    for m, most in zip(margins, (1, 1, 3, 3), strict=True):
        if altered:
            moved = int(rng.integers(most + 1))
            m[rng.integers(n)] += moved
            m[rng.integers(n)] -= moved
    for k, s in (margins[::2], margins[1::2]):
        if (k < 0).any() or (s < k).any() or ((k == 0) & (s > 0)).any():
            return None
    return (margins, weights, loops) if margins[0].any() else None


def check(seed, cases, *, altered):
    rng = np.random.default_rng(seed)
    refused = boundary = 0
    for _ in range(cases):
        drawn = random_margins(rng, altered)
        if drawn is None:
            continue
        margins, weights, loops = drawn
        wanted = programme(margins, loops)
        if wanted is None:
            refused += 1
            with pytest.raises(NetworkError):
                fit_directed_ecm_constraints(*margins, loops)
            continue
        fit = fit_directed_ecm_constraints(*margins, loops)
        assert fit.max_relative_error < 1e-9
        np.testing.assert_array_equal(marks_of(fit), wanted, err_msg=f"{margins}, loops={loops}")
        boundary += fit.is_boundary
        if not altered:
            np.testing.assert_array_equal(fit_directed_ecm(weights, loops).kinds, fit.kinds)
    return boundary, refused


def test_marks_agree_with_linear_programmes():
    boundary, refused = check(1, 50, altered=False)
    assert boundary > 15
    assert refused == 0


def test_what_no_network_has_is_refused_and_nothing_else():
    assert check(2, 60, altered=True)[1] > 3


@pytest.mark.slow
def test_marks_agree_with_many_linear_programmes():
    assert check(3, 2000, altered=False)[0] > 600
    assert check(4, 2000, altered=True)[1] > 100


def test_a_node_that_sends_to_all_has_certain_links():
    weights = np.zeros((5, 5), dtype=int)
    weights[0, 1:] = [4, 1, 2, 7]
    weights[1, 2], weights[2, 3], weights[3, 1], weights[4, 0] = 3, 2, 5, 1
    fit = fit_directed_ecm(weights)
    np.testing.assert_array_equal(fit.link_probability(0, np.arange(1, 5)), 1)
    assert fit.max_relative_error < 1e-10


def test_a_node_that_holds_all_excess_gives_or_takes_it_all():
    weights = np.array([[0, 4, 3, 0], [2, 0, 1, 1], [1, 1, 0, 0], [3, 1, 1, 0]])  # excess 5 out, 3 in, 8 in all
    fit = fit_directed_ecm(weights)
    assert fit.max_relative_error < 1e-10
    np.testing.assert_array_equal(fit.upper_tail([1, 2, 3], [2, 1, 1], 2), 0)
    assert fit.upper_tail(0, 1, 2) > 0


def test_too_much_excess_names_the_node():
    with pytest.raises(NetworkError, match=r"node 0 \('A'\) has an excess s_out - k_out of 5, .* receive only 1"):
        fit_directed_ecm_constraints([2, 2, 2], [2, 2, 2], [7, 2, 2], [6, 3, 2], labels="ABC")


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        (([1, 0], [0, 1], [0, 0], [0, 1]), r"node 0 has out-degree k = 1 and out-strength s = 0"),
        (([1, 1], [1, 1], [1, 1], [1, 2]), "out-strengths sum to 2, the in-strengths to 3"),
        (([1, 1], [2, 0], [1, 1], [2, 0]), "node 0 has out-degree k = 1 and .* possible partners"),
    ],
)
def test_margins_that_contradict_themselves_are_named(margins, message):
    with pytest.raises(NetworkError, match=message):
        fit_directed_ecm_constraints(*margins)
