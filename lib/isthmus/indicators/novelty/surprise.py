"""Surprise of combinations after Shi and Evans (2023): how unlikely the concepts or sources of a paper are together.

The published numbers are -ln lambda and its rank among papers of the same year and size. `lift` is free of size and
popularity: how much rarer the combination is than its nodes' popularity alone makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import rank_within
from isthmus.indicators.novelty.agreement import top
from isthmus.indicators.novelty.chains import DRIFT, GROUPS, SEEN, Chain, fit_chain
from isthmus.indicators.novelty.sets import LEAST_NODES, MOST_NODES, NodeSets, node_sets
from isthmus.indicators.novelty.shuffles import shuffled, told_apart

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STARTS = 5
"""Chains of years, each from its own start; local optima are real."""


@dataclass(frozen=True)
class YearCheck:
    """How well the model of a year tells its real sets from shuffled ones of the same size and popularity.

    Attributes
    ----------
    year : int
        The year, whose sets the model has not seen.
    sets : int
        Sets that have a surprise.
    rare_share : float
        Share of their nodes that have no chance of their own.
    surprise, lift : float
        Chance that a shuffled set scores higher than a real one of the same size: 0.5 is no better than a coin.
    popularity : float
        The same by the popularity of the nodes alone: what is left without combinations.
    """

    year: int
    sets: int
    rare_share: float
    surprise: float
    lift: float
    popularity: float


@dataclass(frozen=True)
class Surprise:
    """Surprise of N papers by S starts; NaN without a combination or in the first year.

    Attributes
    ----------
    year, size : array of shape (N,)
        Year of each paper, and its distinct nodes.
    surprise : array of shape (N,)
        -ln lambda under the start of the highest likelihood.
    rank : array of shape (N,)
        Mid-rank of the surprise among papers of the same year and size, between 0 and 1.
    lift : array of shape (N,)
        -(ln lambda - sum of ln popularity): high where the combination is new, comparable across sizes.
    n_rare : array of shape (N,)
        Nodes of the paper without a chance of their own.
    rank_by_start, lift_by_start : array of shape (S, N)
        Both by start.
    log_likelihood : array of shape (S,)
        Of all training sets, by start.
    best : int
        The start whose numbers are given.
    checks : tuple of YearCheck
        Real sets against shuffled ones, by year; empty unless asked for.
    """

    year: Ints
    size: Ints
    surprise: Floats
    rank: Floats
    lift: Floats
    n_rare: Ints
    rank_by_start: Floats
    lift_by_start: Floats
    log_likelihood: Floats
    best: int
    checks: tuple[YearCheck, ...]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of one value a paper by name, for a table."""
        return {name: getattr(self, name) for name in ("year", "size", "surprise", "rank", "lift", "n_rare")}


def fit_surprise(
    paper: ArrayLike,
    node: ArrayLike,
    year: ArrayLike,
    *,
    groups: int = GROUPS,
    starts: int = STARTS,
    drift: float = DRIFT,
    seen: int = SEEN,
    prior: float | None = None,
    least: int = LEAST_NODES,
    most: int = MOST_NODES,
    check: bool = False,
    seed: int = 0,
) -> Surprise:
    """Fit the model of every year on the years before it and measure how surprising each paper's combination is.

    Parameters
    ----------
    paper, node : array of shape (E,)
        Position in `year` of a paper, and the id of one of its nodes: a concept, or a source that it cites.
    year : array of shape (N,)
        Year of each paper; negative where it is unknown.
    groups : int
        Groups of the mixture.
    starts : int
        Chains of years; the one of the highest likelihood counts.
    drift : float
        Weight of a year's counts in the next one.
    seen : int
        Sets before the year in which a node must stand to have a chance of its own.
    prior : float or None
        Occurrences by popularity added to every group; None chooses by held-out likelihood.
    least, most : int
        Nodes of the smallest and of the largest set that counts.
    check : bool
        Whether real sets are compared with shuffled ones, which takes a rating more.
    seed : int
        Seed of the study.

    Returns
    -------
    Surprise
        Surprise, rank and lift of each paper.

    Raises
    ------
    IndicatorError
        Lists of different length, positions outside `year`, or an option outside its range.
    """
    if starts < 1:
        raise IndicatorError(f"starts is {starts}; expected at least 1")
    sets = node_sets(paper, node, year, least=least, most=most)
    options = {"groups": groups, "drift": drift, "seen": seen, "prior": prior, "seed": seed}
    other = shuffled(sets, seed) if check else None
    chains = [fit_chain(sets, start, shuffled=other, **options) for start in range(starts)]  # type: ignore[arg-type]
    return surprise_of(sets, chains)


def surprise_of(sets: NodeSets, chains: Sequence[Chain]) -> Surprise:
    """Return the surprise that follows from the chains of all starts.

    Parameters
    ----------
    sets : NodeSets
        The sets.
    chains : sequence of Chain
        One chain for each start; rated shuffled sets are compared.

    Returns
    -------
    Surprise
        The numbers of the chain of the highest likelihood, and those of each.
    """
    likelihood = np.array([chain.log_likelihood.sum() for chain in chains])
    best = int(np.argmax(likelihood))
    alike = np.unique(np.stack([sets.year, sets.size]), axis=1, return_inverse=True)[1].ravel()
    ranks = np.stack([rank_within(-chain.log_rate, alike) for chain in chains])
    lifts = np.stack([chain.log_popularity - chain.log_rate for chain in chains])
    return Surprise(
        year=sets.year,
        size=sets.size,
        surprise=-chains[best].log_rate,
        rank=ranks[best],
        lift=lifts[best],
        n_rare=chains[best].rare,
        rank_by_start=ranks,
        lift_by_start=lifts,
        log_likelihood=likelihood,
        best=best,
        checks=year_checks(sets, chains[best]),
    )


def year_checks(sets: NodeSets, chain: Chain) -> tuple[YearCheck, ...]:
    """Compare real sets with shuffled ones in each year in which both were rated.

    Parameters
    ----------
    sets : NodeSets
        The sets.
    chain : Chain
        Rates of the sets and of the shuffled ones.

    Returns
    -------
    tuple of YearCheck
        A row for each year; none where no shuffled set was rated.
    """
    rated = ~np.isnan(chain.shuffled_log_rate)
    return tuple(_check(sets, chain, int(year), rated & (sets.year == year)) for year in np.unique(sets.year[rated]))


def _check(sets: NodeSets, chain: Chain, year: int, here: NDArray[np.bool_]) -> YearCheck:
    rate, popular, size = chain.log_rate[here], chain.log_popularity[here], sets.size[here]
    other, other_popular = chain.shuffled_log_rate[here], chain.shuffled_log_popularity[here]
    return YearCheck(
        year=year,
        sets=int(here.sum()),
        rare_share=float(chain.rare[here].sum() / size.sum()),
        surprise=told_apart(rate, other, size),
        lift=told_apart(rate - popular, other - other_popular, size),
        popularity=told_apart(popular, other_popular, size),
    )


def hit_shares(values: Floats, year: Ints, group: Ints) -> Floats:
    """Return the share of all hits that each group has, by start: hits are the highest one percent of a year.

    Parameters
    ----------
    values : array of shape (S, N)
        Rank or lift by start; NaN is left out.
    year : array of shape (N,)
        Year of each paper.
    group : array of shape (N,)
        Group of each paper, from 0; negative for none: its hits count in the whole alone.

    Returns
    -------
    array of shape (S, G)
        Shares; their spread over the starts is what the choice of a start is worth.
    """
    number = int(group.max(initial=-1)) + 1
    shares = np.full((values.shape[0], number), np.nan)
    for start, row in enumerate(values):
        hits = np.zeros(row.size, dtype=bool)
        for y in np.unique(year[~np.isnan(row)]):
            here = np.flatnonzero((year == y) & ~np.isnan(row))
            hits[here] = top(row[here])
        if hits.any():
            shares[start] = np.bincount(group[hits & (group >= 0)], minlength=number) / hits.sum()
    return shares
