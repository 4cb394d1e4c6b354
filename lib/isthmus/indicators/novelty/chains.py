"""Chains of years: a model is fitted on the sets of the year before, with fading counts of earlier ones."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import IndicatorError
from isthmus.indicators.novelty.mixture import Mixture, Sets, fit, random_start
from isthmus.indicators.novelty.sets import NodeSets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GROUPS = 20
"""Groups of the mixture, as published."""

DRIFT = 0.3
"""Weight of a year's counts in the next one: stands for the published Gaussian drift of the parameters."""

SEEN = 3
"""Sets before the year in which a node must stand to have a chance of its own; the others are one rare node."""

PRIORS = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0, 30_000.0)
"""Occurrences by popularity that may be added to every group; the choice is by the likelihood of sets held out."""

ENOUGH = 20_000
"""Sets that settle groups and prior. Before, a chain starts anew whenever a year has twice as many sets as at its last
start: groups that could not part in a small year would never part later."""

_HELD_OUT = 0.2
_TUNING_STEPS = 4


@dataclass(frozen=True)
class Chain:
    """The years of one start.

    Attributes
    ----------
    log_rate : array of shape (N,)
        ln lambda of each set under the model of its year; NaN without a model or for an empty set.
    log_popularity : array of shape (N,)
        Sum of the logarithms of the shares of its nodes.
    rare : array of shape (N,)
        Nodes of the set without a chance of their own.
    years : array of shape (T,)
        Years whose sets the models were fitted on.
    log_likelihood : array of shape (T,)
        Of these sets, under the model fitted on them.
    prior : array of shape (T,)
        Occurrences by popularity that were added to every group.
    shuffled_log_rate, shuffled_log_popularity : array of shape (N,)
        The same of the shuffled sets; NaN where none were given.
    """

    log_rate: Floats
    log_popularity: Floats
    rare: Ints
    years: Ints
    log_likelihood: Floats
    prior: Floats
    shuffled_log_rate: Floats
    shuffled_log_popularity: Floats


@dataclass
class _State:
    """What one year hands to the next: the mixture over all nodes and the rare one, how often nodes were seen."""

    mixture: Mixture
    seen: Ints
    faded: Floats
    prior: float = float("nan")
    started_on: int = 0

    @classmethod
    def new(cls, number: int, groups: int) -> "_State":
        """Return the state before the first year."""
        empty = Mixture(np.zeros((number, groups)), np.zeros(groups), np.zeros((number, groups)), float("nan"), 0)
        return cls(empty, np.zeros(number, dtype=np.int64), np.zeros(number))


def fit_chain(
    sets: NodeSets,
    start: int,
    *,
    shuffled: NodeSets | None = None,
    groups: int = GROUPS,
    drift: float = DRIFT,
    seen: int = SEEN,
    prior: float | None = None,
    seed: int = 0,
) -> Chain:
    """Fit the models of all years from one start and rate every set by the model of its year.

    Parameters
    ----------
    sets : NodeSets
        The sets. The first year has no model; a year without sets passes on what it got.
    start : int
        Number of the start.
    shuffled : NodeSets or None
        Sets of the same years and sizes that are rated by the same models.
    groups : int
        Groups of the mixture.
    drift : float
        Weight of a year's counts in the next one.
    seen : int
        Sets before the year in which a node must stand.
    prior : float or None
        Occurrences by popularity added to every group; None chooses from `PRIORS` by held-out likelihood.
    seed : int
        Seed of the study; the draws depend on it, the year and the start.

    Returns
    -------
    Chain
        Rates of all sets.

    Raises
    ------
    IndicatorError
        An option outside its range.
    """
    _check_options(groups, drift, seen, prior)
    filled = np.diff(sets.set_at) > 0
    found = np.full((4, sets.year.size), np.nan)
    rare = np.zeros(sets.year.size, dtype=np.int64)
    told: list[tuple[int, float, float]] = []
    state = _State.new(sets.names.size + 1, groups)
    present = sets.year[filled]
    for year in range(int(present.min()), int(present.max()) + 1) if present.size else ():
        papers = np.flatnonzero(filled & (sets.year == year))
        here = sets.of(papers)
        if papers.size and state.mixture.steps:
            found[:2, papers], rare[papers] = _rated(here, state, seen)
            if shuffled is not None:
                found[2:, papers], _ = _rated(shuffled.of(papers), state, seen)
        _advance(state, here, (groups, drift, seen, prior), [seed, year, start])
        if papers.size:
            told.append((year, state.mixture.log_likelihood, state.prior))
    years, likelihood, priors = (np.array(column) for column in zip(*told, strict=True)) if told else np.empty((3, 0))
    return Chain(found[0], found[1], rare, years.astype(np.int64), likelihood, priors, found[2], found[3])


def _rated(sets: Sets, state: _State, least: int) -> tuple[Floats, Ints]:
    """Return ln lambda and popularity (2, H) of sets, and their numbers of rare nodes."""
    nodes, share = _named(sets[1], state, least)
    return state.mixture.log_rates((sets[0], nodes), share), np.add.reduceat(nodes == share.size - 1, sets[0][:-1])


def _advance(state: _State, sets: Sets, options: tuple[int, float, int, float | None], seeds: list[int]) -> None:
    """Make the model of the following year from the sets of this one."""
    groups, drift, least, prior = options
    times = np.bincount(sets[1], minlength=state.seen.size)
    state.seen, state.faded = state.seen + times, times + drift * state.faded
    nodes, share = _named(sets[1], state, least)
    earlier = _gathered(drift * state.mixture.counts, state, least)
    if sets[0].size == 1:
        state.mixture = replace(state.mixture, counts=_divided(earlier, state, least))
        return
    number = sets[0].size - 1
    grown = state.started_on < ENOUGH and number >= 2 * state.started_on
    known: Sets = sets[0], nodes
    if grown:
        begin = random_start(share, groups, np.random.default_rng(seeds))
        state.started_on = number
        drawn = np.random.default_rng(seeds[:2])  # the same for all starts
        state.prior = _chosen_prior(known, begin, share, earlier, drawn) if prior is None else prior
    else:
        begin = _newcomers(state, share, least)
    fitted = fit(known, begin, state.prior * share, earlier=earlier)
    state.mixture = replace(fitted, counts=_divided(fitted.counts, state, least))


def _named(nodes: NDArray[np.int32], state: _State, least: int) -> tuple[NDArray[np.int32], Floats]:
    """Return the nodes with the rare ones as the last node, and the popularity of all."""
    rare = state.seen.size - 1
    share = _gathered(state.faded, state, least)
    return np.where(state.seen[nodes] >= least, nodes, rare).astype(np.int32), share / share.sum()


def _gathered(values: Floats, state: _State, least: int) -> Floats:
    """Return values by node with those of rare nodes summed in the last row."""
    known = state.seen >= least
    result = np.where(known.reshape(-1, *[1] * (values.ndim - 1)), values, 0)
    result[-1] = values[~known].sum(axis=0)
    return result


def _divided(counts: Floats, state: _State, least: int) -> Floats:
    """Return counts with those of the rare node divided among the nodes that it stands for, as they occurred.

    A node that is no longer rare in a later year takes its part with it.
    """
    faded = np.where(state.seen < least, state.faded, 0)
    result = counts.copy()
    if faded.any():
        result += np.outer(faded / faded.sum(), counts[-1])
        result[-1] = 0
    return result


def _newcomers(state: _State, share: Floats, least: int) -> Mixture:
    """Return the mixture of the year before, with a chance by popularity for nodes that had none."""
    chance = state.mixture.chance
    known = (state.seen >= least) | (np.arange(share.size) == share.size - 1)
    chance = np.where(known[:, None], np.where(chance > 0, chance, share[:, None]), 0)
    total = chance.sum(axis=0)
    return replace(state.mixture, chance=chance / total)


def _chosen_prior(sets: Sets, begin: Mixture, share: Floats, earlier: Floats, rng: np.random.Generator) -> float:
    """Return the prior from which every step makes sets held out less likely."""
    number = sets[0].size - 1
    some = rng.permutation(number)[:ENOUGH]
    held = np.zeros(number, dtype=bool)
    held[some[: int(_HELD_OUT * some.size)]] = True
    fitted = np.zeros(number, dtype=bool)
    fitted[some] = True
    training, test = _subset(sets, fitted & ~held), _subset(sets, held)
    at = len(PRIORS) // 2
    if test[0].size == 1:
        return PRIORS[at]

    @cache
    def reached(place: int) -> float:
        fitted = fit(training, begin, PRIORS[place] * share, earlier=earlier, steps=_TUNING_STEPS)
        return float(fitted.log_rates(test, share)[0].sum())

    while better := [i for i in (at - 1, at + 1) if 0 <= i < len(PRIORS) and reached(i) > reached(at)]:
        at = max(better, key=reached)
    return PRIORS[at]


def _subset(sets: Sets, chosen: NDArray[np.bool_]) -> Sets:
    length = np.diff(sets[0])
    return np.concatenate([[0], np.cumsum(length[chosen])]), sets[1][np.repeat(chosen, length)]


def _check_options(groups: int, drift: float, seen: int, prior: float | None) -> None:
    if groups < 1 or not 0 <= drift <= 1 or seen < 1 or (prior is not None and prior <= 0):
        raise IndicatorError(
            f"groups is {groups}, drift {drift}, seen {seen}, prior {prior}; "
            "expected at least 1, between 0 and 1, at least 1, above 0"
        )
