"""Networks of these tests, and betweenness by brute force in fractions."""

from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest


def matrix(n, edges, *, both=False):
    """Weights (n, n) from (u, v, w)."""
    weights = np.zeros((n, n), dtype=np.int64)
    for u, v, w in edges:
        weights[u, v] = w
        if both:
            weights[v, u] = w
    return weights


def all_shortest_paths(lengths, source):
    """Every shortest path from a source by relaxing all arcs n times, each as a tuple of nodes, in fractions."""
    best = {source: (Fraction(0), {(source,)})}
    n = 1 + max((max(arc) for arc in lengths), default=0)
    for _ in range(n):
        for (u, v), length in lengths.items():
            if u not in best or v == source:
                continue
            t = best[u][0] + length
            paths = {(*path, v) for path in best[u][1] if v not in path}
            if v not in best or t < best[v][0]:
                best[v] = (t, paths)
            elif t == best[v][0]:
                best[v] = (t, best[v][1] | paths)
    return {v: paths for v, (_, paths) in best.items()}


def brute_betweenness(lengths, n, first, second):
    """Betweenness between two groups by listing every shortest path; lengths maps (u, v) to a fraction."""
    b = [Fraction(0)] * n
    paths = {s: all_shortest_paths(lengths, s) for s in (*first, *second)}
    for e, w in product(first, second):
        for s, t in ((e, w), (w, e)):
            found = paths[s].get(t, ())
            for v in range(n):
                if v not in (s, t) and found:
                    b[v] += Fraction(sum(v in path for path in found), len(found))
    return np.array([float(x) for x in b])


def reciprocal(weights):
    """Lengths 1 / w as fractions."""
    return {
        (int(u), int(v)): Fraction(1, int(weights[u, v])) for u, v in zip(*np.nonzero(weights), strict=True) if u != v
    }


def gravity_weights(n, rng, *, alpha=1.0, scale=2000.0):
    """A heavy-tailed directed network: product of Pareto masses, Poisson."""
    mass = rng.pareto(alpha, n) + 1
    other = mass * rng.lognormal(0, 0.3, n)
    return rng.poisson(np.minimum(scale * np.outer(mass, other) / n, 1e9)).astype(np.int64)


@pytest.fixture
def toy():
    """Five cities: b1, e2, e3 in the East (0, 1, 2), w1, w2 in the West (3, 4)."""
    edges = [
        (0, 1, 10),
        (1, 0, 8),
        (0, 3, 6),
        (3, 0, 5),
        (1, 3, 1),
        (3, 4, 4),
        (4, 3, 4),
        (2, 0, 2),
        (4, 2, 1),
        (0, 2, 3),
    ]
    return matrix(5, edges)


@pytest.fixture(scope="session")
def graphs():
    """The functions above."""
    return SimpleNamespace(
        matrix=matrix, reciprocal=reciprocal, brute_betweenness=brute_betweenness, gravity_weights=gravity_weights
    )
