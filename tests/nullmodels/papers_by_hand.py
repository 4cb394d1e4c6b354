"""Papers counted by brute force: every set of countries listed, nothing shared with the library."""

from itertools import combinations, product
from math import prod

import numpy as np


def sets_of(fit, k):
    """All sets of k countries that the layers allow, each with its probability under the fugacities."""
    counts = fit.counts
    at = list(counts.sizes).index(k)
    wanted = [counts.inside(layer)[at] for layer in range(len(counts.layers))]
    allowed = [
        s
        for s in combinations(range(fit.x.size), k)
        if all(sum(counts.layer_of[c] == layer for c in s) == wanted[layer] for layer in range(len(wanted)))
    ]
    weights = np.array([prod(fit.x[c] for c in s) for s in allowed])
    return allowed, weights / weights.sum()


def pair_probability(fit, c, d, k):
    sets, probabilities = sets_of(fit, k)
    return sum(p for s, p in zip(sets, probabilities, strict=True) if c in s and d in s)


def weight_law(fit, c, d, papers_of_size):
    """P(W = 0), P(W = 1), ... of the joint papers of two countries, paper by paper."""
    law = np.ones(1)
    for k, number in enumerate(papers_of_size):
        for _ in range(number):
            pi = pair_probability(fit, c, d, k)
            law = np.convolve(law, [1 - pi, pi])
    return law


def exact_law(probabilities):
    """The law of a sum of few independent events by listing all outcomes, in whole fractions."""
    law = [0] * (len(probabilities) + 1)
    for outcome in product((0, 1), repeat=len(probabilities)):
        law[sum(outcome)] += prod(p if hit else 1 - p for p, hit in zip(probabilities, outcome, strict=True))
    return law


def papers_without_preference(seed, *, n_countries=40, n_papers=20_000):
    """Incidence of papers whose authors come from countries by size alone; two thirds have one author."""
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0, 1.2, n_countries)
    incidence = np.zeros((n_papers, n_countries), dtype=bool)
    team = rng.geometric(0.65, n_papers)
    for author in range(team.max()):
        paper = np.flatnonzero(team > author)
        incidence[paper, rng.choice(n_countries, paper.size, p=share / share.sum())] = True
    return incidence
