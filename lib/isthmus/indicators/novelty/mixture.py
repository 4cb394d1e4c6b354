"""Mixture of products: a set of a given size arises from one of D groups, each node drawn by its chance in the group.

It is the model of Shi and Evans (2023) given the size of a set: lambda = sum over d of weight_d times the product of
the nodes' chances. Expectation maximisation fits it exactly, without sampled negatives.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.indicators.novelty.surprise_kernels import expect, log_rates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sets = tuple[Ints, NDArray[np.int32]]

ANNEALING = tuple(np.arange(0.15, 1, 0.1).tolist())
"""Powers of the odds in the first steps of a new start: groups part slowly, so that fewer starts end in a poor one."""

TOLERANCE = 1e-5
"""Rise of the log-likelihood of a set at which the steps end: far below what two starts differ by (about 0.1)."""

_FLOOR = 1e-300  # a chance of 0 (no prior, never drawn) has a finite logarithm


@dataclass(frozen=True)
class Mixture:
    """A fitted mixture of products.

    Attributes
    ----------
    chance : array of shape (V, D)
        Chance of each node in each group; a column sums to 1.
    weight : array of shape (D,)
        Share of the sets in each group.
    counts : array of shape (V, D)
        Expected occurrences of each node by group, with those of `earlier` in them.
    log_likelihood : float
        Of the sets, under the parameters of the last but one step.
    steps : int
        Steps taken.
    """

    chance: Floats
    weight: Floats
    counts: Floats
    log_likelihood: float
    steps: int

    def log_rates(self, sets: Sets, share: Floats) -> Floats:
        """Return ln lambda of each set and the sum of the logarithms of its nodes' shares.

        Parameters
        ----------
        sets : tuple of arrays
            Where each of H sets begins (H + 1,), and nodes.
        share : array of shape (V,)
            Popularity of each node; sums to 1.

        Returns
        -------
        array of shape (2, H)
            NaN for an empty set.
        """
        result = np.empty((2, sets[0].size - 1))
        log_rates(*sets, _log(self.chance), _log(self.weight), _log(share), result)
        return result


def random_start(share: Floats, groups: int, rng: np.random.Generator) -> Mixture:
    """Return groups that scatter around the popularity of the nodes.

    Parameters
    ----------
    share : array of shape (V,)
        Popularity of each node; sums to 1.
    groups : int
        Number of groups, D.
    rng : numpy.random.Generator
        Draws the scatter.
    """
    chance = share[:, None] * rng.gamma(1.0, size=(share.size, groups))
    total = chance.sum(axis=0)
    chance = np.where(total > 0, chance / np.where(total > 0, total, 1), 1 / max(share.size, 1))
    return Mixture(chance, np.full(groups, 1 / groups), np.zeros_like(chance), float("nan"), 0)


def step(sets: Sets, mixture: Mixture, prior: Floats, *, earlier: Floats | None = None, power: float = 1.0) -> Mixture:
    """Take one step of expectation maximisation.

    Parameters
    ----------
    sets : tuple of arrays
        Where each set begins, and nodes.
    mixture : Mixture
        Parameters before the step.
    prior : array of shape (V,)
        Occurrences added to each node in every group.
    earlier : array of shape (V, D) or None
        Expected occurrences of earlier years, as far as they still count.
    power : float
        Below 1 groups are kept from parting.

    Returns
    -------
    Mixture
        Parameters after it; `log_likelihood` is that of the parameters before.
    """
    counts, weights = np.zeros_like(mixture.chance), np.zeros_like(mixture.weight)
    reached = expect(*sets, _log(mixture.chance), _log(mixture.weight), power, counts, weights)
    if earlier is not None:
        counts += earlier
    drawn = counts + prior[:, None]
    total = drawn.sum(axis=0)
    chance = np.where(total > 0, drawn / np.where(total > 0, total, 1), mixture.chance)
    pseudo = float(prior.any())  # without a prior none for the groups: plain maximum likelihood
    weight = (weights + pseudo) / (weights + pseudo).sum() if (weights + pseudo).any() else mixture.weight
    return Mixture(chance, weight, counts, float(reached), mixture.steps + 1)


def fit(
    sets: Sets,
    start: Mixture,
    prior: Floats,
    *,
    earlier: Floats | None = None,
    steps: int = 30,
    tolerance: float = TOLERANCE,
) -> Mixture:
    """Fit the mixture by expectation maximisation; a new start is annealed, one of an earlier year goes on.

    Parameters
    ----------
    sets : tuple of arrays
        Where each set begins, and nodes.
    start : Mixture
        Parameters to start from.
    prior : array of shape (V,)
        Occurrences added to each node in every group.
    earlier : array of shape (V, D) or None
        Expected occurrences of earlier years, as far as they still count.
    steps : int
        Most steps after annealing.
    tolerance : float
        Rise of the log-likelihood per set at which the steps end.

    Returns
    -------
    Mixture
        The fitted mixture.
    """
    fitted, before = start, -np.inf
    least = tolerance * max(sets[0].size - 1, 1)
    for power in (*_annealing(start), *[1.0] * steps):
        fitted = step(sets, fitted, prior, earlier=earlier, power=power)
        if power == 1 and fitted.log_likelihood - before < least:
            break
        before = fitted.log_likelihood if power == 1 else -np.inf
    return fitted


def _annealing(start: Mixture) -> Iterator[float]:
    return iter(ANNEALING if start.steps == 0 else ())


def _log(values: Floats) -> Floats:
    return np.log(np.maximum(values, _FLOOR))
