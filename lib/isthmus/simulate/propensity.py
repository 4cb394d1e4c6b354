"""The propensity of every pair that a study is to find: what was planted, as the world can give it, without luck.

A planted multiplier is not yet what a perfect study sees. Ties that are planted stronger make their countries larger,
and a null model that knows the countries' sizes expects more of all their ties; and references cannot give every
exchange, because papers of several countries carry citations between all of them.
"""

import numpy as np

from isthmus.simulate.world.draws import Floats, Ints
from isthmus.simulate.world.exchange import build_supply, solve_supply
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.ties import multipliers

FITTINGS = 200  # rounds, after which the sizes move by less than 1e-9


def true_propensities(plan: Plan) -> dict[str, Floats]:
    """Return how many times what size explains each pair is expected to weigh, (T, n, n) for each network.

    The expected weights over those that size explains, with sizes such that both add up to the same for each country.

    Parameters
    ----------
    plan : Plan
        The world.
    """
    sizes, law = plan.sizes, plan.exchange.law
    together = _planted(plan, "collaboration") * sizes.collaboration.expected
    supply = build_supply(sizes, plan.blocks, plan.teams.pull)
    _, exchanged = solve_supply(supply, sizes.share, _planted(plan, "exchange") * law.expected)
    return {
        "collaboration": over_size(together, sizes.collaboration.expected),
        "knowledge_exchange": over_size(exchanged, law.expected),
    }


def true_trends(propensity: Floats, years: Ints) -> Floats:
    """Return the slope per decade of the straight line through the logarithm of the propensity, per pair.

    Parameters
    ----------
    propensity : array of float
        (T, ...), above 0.
    years : array of int
        (T,) the years.
    """
    x = (years - years.mean()) / 10.0
    slope: Floats = np.tensordot(x, np.log(propensity), axes=1) / (x**2).sum()
    return slope


def over_size(expected: Floats, by_size: Floats) -> Floats:
    """Return expected weights over by_size * r_i * r_j, where r makes both add up to the same for each country.

    Parameters
    ----------
    expected, by_size : array of float
        (T, n, n), symmetric, zero diagonal.

    Returns
    -------
    array of float
        (T, n, n), 1 where nothing is expected.
    """
    strength = expected.sum(axis=2)
    r = np.ones_like(strength)
    for _ in range(FITTINGS):
        found = r * np.einsum("tij,tj->ti", by_size, r)
        r *= np.sqrt(np.divide(strength, found, out=np.ones_like(r), where=found > 0))
    size = by_size * r[:, :, None] * r[:, None, :]
    ratio: Floats = np.divide(expected, size, out=np.ones_like(size), where=(size > 0) & (expected > 0))
    return ratio


def _planted(plan: Plan, network: str) -> Floats:
    multiplier = multipliers(plan.ties, plan.sizes.years, "exchange" if network == "exchange" else "collaboration")
    return np.where(np.isfinite(multiplier), multiplier, 1.0)
