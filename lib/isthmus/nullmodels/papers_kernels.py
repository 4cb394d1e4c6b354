"""Elementary symmetric polynomials as probabilities: the compiled part of the null model `papers`.

With p_c = x_c t / (1 + x_c t) for a tilt t, the number of countries on a paper of independent countries has
probabilities P(k) = e_k(x) t^k prod (1 - p_c): the polynomials, scaled so that those near the mean cannot overflow or
vanish. Prefixes multiply from the left, suffixes from the right; what leaves countries out is a product of both. All
terms are positive. The recurrence that divides a country out subtracts, and cancels.
"""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def _multiply(poly, p, q):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Multiply a polynomial by q + p z in place, cut at its length."""
    for j in range(poly.size - 1, 0, -1):
        poly[j] = poly[j] * q + poly[j - 1] * p
    poly[0] *= q


@njit(**_OPTIONS)
def count_probabilities(p, q, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return P(0), ..., P(last) of the number of countries."""
    poly = np.zeros(last + 1)
    poly[0] = 1.0
    for c in range(p.size):
        _multiply(poly, p[c], q[c])
    return poly


@njit(**_OPTIONS)
def prefixes(p, q, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the polynomials of the countries before each: shape (g + 1, last + 1)."""
    g = p.size
    out = np.zeros((g + 1, last + 1))
    out[0, 0] = 1.0
    for c in range(g):
        out[c + 1] = out[c]
        _multiply(out[c + 1], p[c], q[c])
    return out


@njit(**_OPTIONS)
def suffixes(p, q, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the polynomials of each country and those after it: shape (g + 1, last + 1); the last is 1."""
    g = p.size
    out = np.zeros((g + 1, last + 1))
    out[g, 0] = 1.0
    for c in range(g - 1, -1, -1):
        out[c] = out[c + 1]
        _multiply(out[c], p[c], q[c])
    return out


@njit(**_OPTIONS)
def inclusion(p, q, places, sizes, chances):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the probability that a paper of each size has the country at each place: shape (places, sizes)."""
    last = sizes.max()
    before, after = prefixes(p, q, last), suffixes(p, q, last)
    out = np.empty((places.size, sizes.size))
    for a in range(places.size):
        c = places[a]
        for s in range(sizes.size):
            k = sizes[s]
            total = 0.0
            for j in range(k):
                total += before[c, j] * after[c + 1, k - 1 - j]
            out[a, s] = min(1.0, p[c] * total / chances[s])
    return out


@njit(**_OPTIONS)
def pair_inclusion(p, q, first, second, sizes, chances):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the probability that a paper of each size has both places of each pair: shape (pairs, sizes).

    The pairs are sorted, first < second; the polynomial without `first` is carried on from pair to pair.
    """
    last = sizes.max()
    before, after = prefixes(p, q, last), suffixes(p, q, last)
    out = np.zeros((first.size, sizes.size))
    left_out, reached = -1, -1
    running = np.zeros(last + 1)
    for m in range(first.size):
        c, d = first[m], second[m]
        if c != left_out:
            left_out, reached = c, c + 1
            running[:] = before[c]
        while reached < d:
            _multiply(running, p[reached], q[reached])
            reached += 1
        both = p[c] * p[d]
        for s in range(sizes.size):
            k = sizes[s]
            total = 0.0
            for j in range(k - 1):
                total += running[j] * after[d + 1, k - 2 - j]
            out[m, s] = min(1.0, both * total / chances[s])
    return out


@njit(**_OPTIONS)
def expected_pairs(p, q, starts, members, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return sum_k weights_k P(k) times the pair probability of each two classes, without a loop over k per pair.

    The suffixes carry the weighted sum over sizes: b_d(j) = sum_k weights_k P(k - j countries after d), from the right
    by b_(d-1)(j) = q_d b_d(j) + p_d b_d(j + 1). Within a class: of two of its members, 0 if it has only one.
    """
    g, last = p.size, weights.size - 1
    after = np.zeros((g, last + 1))
    after[g - 1] = weights
    for d in range(g - 1, 0, -1):
        for j in range(last + 1):
            after[d - 1, j] = q[d] * after[d, j] + (p[d] * after[d, j + 1] if j < last else 0.0)
    before = prefixes(p, q, last)
    classes = starts.size
    out = np.zeros((classes, classes))
    running = np.zeros(last + 1)
    for a in range(classes):
        c = starts[a]
        running[:] = before[c]
        reached = c + 1
        for b in range(a, classes):
            if b == a and members[a] < 2:
                continue
            d = starts[b] if b > a else c + 1
            while reached < d:
                _multiply(running, p[reached], q[reached])
                reached += 1
            total = 0.0
            for j in range(last - 1):
                total += running[j] * after[d, j + 2]
            out[a, b] = out[b, a] = p[c] * p[d] * total
    return out


@njit(**_OPTIONS)
def draw_sets(p, q, size, n_draws, rng):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return sets of `size` places drawn one by one, each left or taken with its conditional probability."""
    g = p.size
    after = suffixes(p, q, size)
    out = np.empty((n_draws, size), dtype=np.int64)
    for draw in range(n_draws):
        left = size
        for c in range(g):
            if left == 0:
                break
            taken = g - c <= left or rng.random() * after[c, left] < p[c] * after[c + 1, left - 1]
            if taken:
                out[draw, size - left] = c
                left -= 1
    return out
