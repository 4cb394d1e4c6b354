"""Whether a city has more to do with the other side than its size and distances explain: the test of a bridge on flows.

Betweenness is bounded, so that a hub near its cap cannot be told from a bridge. Flows are not. The model of origins,
destinations and distance (`isthmus.gravity.effects`) is fitted without the pairs that are tested, so that the city's
size is that of its ties with its own side, and says what its ties with the other side should be:

    T = sum over the other side w of y_vw + y_wv - expected_vw - expected_wv

Where T lies is drawn: negative binomial flows of the city with all others, its two effects estimated again from the
drawn flows with its own side. The effects of the other cities, the coefficient of distance and the dispersion rest on
all other pairs and count as known.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import GravityError
from isthmus.gravity.effects import EffectsFit, fit_effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Draws of every city, and of those that are rare among them: enough for a p that a hundred cities share.
DRAWS, MORE_DRAWS, RARE = 999, 19_999, 0.05
#: Largest relative error of a total at which a fit is one.
SETTLED = 1e-6
#: Draws held at once, by memory.
BATCH = 5000


@dataclass(frozen=True)
class CrossFlows:
    """What a city has with the other side, tested against size and distance.

    Attributes
    ----------
    observed : float
        Flows between the city and the other side, in both directions.
    expected : float
        What its ties with its own side and the distances make of it.
    z : float
        Their difference in standard deviations of the drawn ones; 0 where nothing varies.
    p : float
        (1 + draws with at least that difference) / (draws + 1).

    """

    observed: float
    expected: float
    z: float
    p: float


def cross_flows(flows: ArrayLike, log_distance: ArrayLike, side: ArrayLike, city: int, *, seed: int = 0) -> CrossFlows:
    """Test the flows between one city and the other side.

    Parameters
    ----------
    flows, log_distance : arrays of shape (N, N)
        Flows >= 0, and the logarithm of distance; a city's pair with itself is left out.
    side : int array of shape (N,)
        0 and 1 for the sides, anything else for neither.
    city : int
        Position of the city, which is of a side.
    seed : int
        Seed of the draws; another city has other draws.

    Raises
    ------
    GravityError
        The city is of no side, has no flow with its own, or the flows left do not determine the model.

    """
    y, ld, sides = (np.asarray(values) for values in (flows, log_distance, side))
    if sides[city] not in (0, 1):
        raise GravityError(f"city {city} is of neither side: it has no other one")
    across = sides == 1 - sides[city]
    is_open = ~np.eye(len(y), dtype=np.bool_)
    is_open[city, across] = is_open[across, city] = False
    fit = fit_effects(y, ld, is_open=is_open)
    known = fit.mean[city].sum() > 0, fit.mean[:, city].sum() > 0
    if not any(known):
        raise GravityError(f"city {city} has no flow with its own side: its size cannot be told without the other")
    expected = fit.expected(ld)
    # a direction without any flow of its own side says nothing of the other
    parts = [
        (y[city], expected[city], fit.mean[city]),
        (y[:, city], expected[:, city], fit.mean[:, city]),
    ]
    used = [part for part, there in zip(parts, known, strict=True) if there]
    observed = float(sum(values[across].sum() for values, _, _ in used))
    wanted = float(sum(values[across].sum() for _, values, _ in used))
    if fit.error > SETTLED or wanted > y.sum():
        raise GravityError(
            f"the flows of city {city} with its own side, and those of all others, do not settle what to expect of it "
            f"and the other side: {wanted:.3g} of {y.sum():,.0f} flows, totals off by {fit.error:.0e}"
        )
    away, key = observed - wanted, [seed, city]
    drawn = _differences(used, across, fit, DRAWS, np.random.default_rng([*key, 0]))
    if _p(away, drawn) <= RARE:
        drawn = _differences(used, across, fit, MORE_DRAWS, np.random.default_rng([*key, 1]))
    sd = float(drawn.std(ddof=1))
    return CrossFlows(observed, wanted, away / sd if sd > 0 else 0.0, _p(away, drawn))


def step_down(p: ArrayLike) -> Floats:
    """Return the probabilities that hold over all cities tested, whatever their dependence (Holm 1979).

    Parameters
    ----------
    p : array of shape (n,)
        Of each city; nan where there is no test.
    """
    own = np.asarray(p, dtype=np.float64)
    order = np.argsort(own, kind="stable")[: int(np.sum(~np.isnan(own)))]
    scaled = own[order] * np.arange(order.size, 0, -1)
    found = np.full(own.size, np.nan)
    found[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return found


def _differences(
    parts: list[tuple[Floats, Floats, Floats]],
    across: NDArray[np.bool_],
    fit: EffectsFit,
    number: int,
    rng: np.random.Generator,
) -> Floats:
    """Return drawn flows with the other side less what the drawn flows with the own side make expect, (number,)."""
    found = np.zeros(number)
    for _, expected, own in parts:
        wanted = expected[across]
        for start in range(0, number, BATCH):
            size = min(BATCH, number - start)
            there = _sums(wanted, fit.dispersion, size, rng)
            here = _sums(own[own > 0], fit.dispersion, size, rng) / own.sum()
            found[start : start + size] += there - here * wanted.sum()
    return found


def _sums(mean: Floats, dispersion: float, number: int, rng: np.random.Generator) -> Ints:
    """Draw sums of independent negative binomial flows: Poisson, once their gammas are drawn."""
    if dispersion == 0:
        return rng.poisson(mean.sum(), number)
    scaled = rng.gamma(1.0 / dispersion, dispersion, (number, mean.size)) @ mean
    return rng.poisson(scaled)


def _p(seen: float, drawn: Floats) -> float:
    return float((1 + np.sum(drawn >= seen)) / (drawn.size + 1))
