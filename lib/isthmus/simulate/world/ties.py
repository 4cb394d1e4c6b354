"""The planted facts about pairs of countries, and the collaboration weights that follow from them."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, ndtr
from scipy.stats import nbinom

from isthmus.simulate.world.draws import Floats, Ints, normal, stream, uniform
from isthmus.simulate.world.facts import countries, rows
from isthmus.simulate.world.sizes import Law, Sizes
from isthmus.simulate.world.world import World

Kind = Literal[
    "stronger",
    "weaker",
    "scientific_convergence",
    "scientific_divergence",
    "knowledge_integration",
    "knowledge_divergence",
    "knowledge_divergence_rising",
]
RATIOS = {"strong": 16.0, "medium": 6.0, "weak": 2.5}  # of the propensity at the end to that at the start
# Where knowledge exchange falls while collaboration rises, collaboration rises by the root of that: fourfold at most.
RISING_EXPONENT = 0.5
TREND_FROM, TREND_TO = 2000, 2021
TREND_MIDDLE, TREND_PACE = 2010.5, 3.0
EVENNESS = 12.0  # shape of the negative binomial of a planted weight: less luck than the geometric law of the others
TREND_COUNTRIES = 26  # all pairs of the largest countries have a trend: clusters of trajectories need more than noise

SC: Kind = "scientific_convergence"
SD: Kind = "scientific_divergence"
KI: Kind = "knowledge_integration"
KD: Kind = "knowledge_divergence"  # collaboration stays level
KDR: Kind = "knowledge_divergence_rising"
TRENDS = (SC, SD, KI, KD, KDR)
# Upper bounds of the shares in which further trends are drawn: the two knowledge divergences share a quarter.
TREND_SHARES = (0.25, 0.5, 0.75, 0.875, 1.0)
POLES = ("US", "CN")
POLES_COLLABORATION = (3.0, 0.3)
POLES_EXCHANGE = (2.5, 0.35)


@dataclass(frozen=True)
class PlantedTie:
    """One pair of countries with a planted fact: its kind, strength and propensity over size at both ends of the trend.

    The `collaboration` and `exchange` values are multipliers of what size explains, in `TREND_FROM` and in `TREND_TO`.
    """

    first: str
    second: str
    kind: Kind
    strength: str
    switch: str
    collaboration: tuple[float, float]
    exchange: tuple[float, float]


def _trend(first: str, second: str, kind: Kind, strength: str) -> PlantedTie:
    up = (RATIOS[strength] ** -0.5, RATIOS[strength] ** 0.5)
    down = (up[1], up[0])
    rising = (up[0] ** RISING_EXPONENT, up[1] ** RISING_EXPONENT)
    collaboration = {SC: up, SD: down, KI: down, KD: (1.0, 1.0), KDR: rising}[kind]
    exchange = {SC: up, SD: down, KI: up, KD: down, KDR: down}[kind]
    return PlantedTie(first, second, kind, strength, "trends", collaboration, exchange)


def _static(first: str, second: str, factor: float) -> PlantedTie:
    kind: Kind = "stronger" if factor > 1 else "weaker"
    ratio = max(factor, 1 / factor)
    strength = "strong" if ratio >= 8 else "medium" if ratio >= 5 else "weak"
    return PlantedTie(first, second, kind, strength, "ties", (factor, factor), (1.0, 1.0))


def planted_ties(world: World) -> tuple[PlantedTie, ...]:
    """Return the pairs of countries with a planted fact, by the switches of the world; each pair at most once."""
    found: dict[frozenset[str], PlantedTie] = {}
    if "poles" in world.planted:
        poles = PlantedTie("US", "CN", SD, "strong", "poles", POLES_COLLABORATION, POLES_EXCHANGE)
        found[frozenset(POLES)] = poles
    if "ties" in world.planted:
        for row in rows("planted_ties.csv"):
            tie = _static(row["first"], row["second"], float(row["factor"]))
            found.setdefault(frozenset((tie.first, tie.second)), tie)
    if "trends" in world.planted:
        for row in rows("planted_relations.csv"):
            tie = _trend(row["pole"], row["country"], kind_of(row["kind"]), row["strength"])
            found.setdefault(frozenset((tie.first, tie.second)), tie)
        for tie in _further_trends(world.seed):
            found.setdefault(frozenset((tie.first, tie.second)), tie)
    return tuple(found.values())


def kind_of(word: str) -> Kind:
    """Return a kind of trend from its name."""
    return TRENDS[TRENDS.index(word)]


def _further_trends(seed: int) -> list[PlantedTie]:
    """Trends between further large countries, drawn by the seed; pairs with a static tie stay as they are."""
    codes = [c for c in countries().code[:TREND_COUNTRIES] if c not in POLES]
    static = {frozenset((row["first"], row["second"])) for row in rows("planted_ties.csv")}
    strengths = tuple(RATIOS)
    key, found = stream(seed, "trends"), []
    for i, first in enumerate(codes):
        for j, second in enumerate(codes[:i]):
            kind, strength = uniform(key, i, j, np.array([1, 2]))
            if frozenset((first, second)) not in static:
                drawn = TRENDS[bisect_right(TREND_SHARES, float(kind))]
                found.append(_trend(second, first, drawn, strengths[int(strength * 3)]))
    return found


def path(ends: tuple[float, float], years: Ints) -> Floats:
    """Return the multiplier in each year: level, then a logistic change in the logarithm, then level again."""
    curve = expit((years - TREND_MIDDLE) / TREND_PACE)
    low, high = expit((np.array([TREND_FROM, TREND_TO]) - TREND_MIDDLE) / TREND_PACE)
    progress = np.clip((curve - low) / (high - low), 0.0, 1.0)
    found: Floats = np.exp(np.log(ends[0]) + progress * np.log(ends[1] / ends[0]))
    return found


def multipliers(ties: tuple[PlantedTie, ...], years: Ints, network: Literal["collaboration", "exchange"]) -> Floats:
    """Propensity over size of every pair in every year (T, n, n); NaN where nothing is planted."""
    facts = countries()
    found = np.full((len(years), len(facts), len(facts)), np.nan)
    for tie in ties:
        if network == "exchange" and tie.switch == "ties":
            continue
        i, j = facts.at(tie.first), facts.at(tie.second)
        found[:, i, j] = found[:, j, i] = path(getattr(tie, network), years)
    return found


def draw_weights(world: World, law: Law, multiplier: Floats, years: Ints, network: str) -> Ints:
    """Return the weights of every pair and year (T, n, n).

    By the null model's law, or a planted pair's own, with less luck.

    The luck of a pair follows a Gaussian autoregression over the years, so that each year's weight has exactly the
    law of its year.
    """
    n = law.expected.shape[1]
    first, second = np.triu_indices(n, 1)
    key = stream(world.seed, f"{network} weights")
    luck = np.empty((len(years), len(first)))
    for t, year in enumerate(years):
        fresh = normal(key, year, first, second)
        luck[t] = fresh if t == 0 else world.persistence * luck[t - 1] + np.sqrt(1 - world.persistence**2) * fresh
    level = ndtr(luck)
    both = np.zeros(law.expected.shape)
    both[:, first, second] = level
    weights = law.quantile(both)[:, first, second]
    planted = multiplier[:, first, second]
    mean = planted * law.expected[:, first, second]
    where = np.isfinite(mean)
    weights[where] = nbinom.ppf(level[where], EVENNESS, EVENNESS / (EVENNESS + mean[where]))
    found = np.zeros(law.expected.shape, dtype=np.int64)
    found[:, first, second] = weights.astype(np.int64)
    return found + found.transpose(0, 2, 1)


def collaboration_weights(world: World, sizes: Sizes, ties: tuple[PlantedTie, ...]) -> Ints:
    """How many papers on artificial intelligence each pair of countries writes together, per year (T, n, n)."""
    multiplier = multipliers(ties, sizes.years, "collaboration")
    return draw_weights(world, sizes.collaboration, multiplier, sizes.years, "collaboration")
