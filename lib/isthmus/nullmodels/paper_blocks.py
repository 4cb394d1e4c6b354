"""Sizes of papers that share one scale: elementary symmetric polynomials far apart never meet in one sum."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.papers_kernels import count_probabilities
from isthmus.nullmodels.solver import FloatArray

# Least probability of a size under its block's tilt: a term a billionth of a billionth of it is still no denormal.
_LEAST_CHANCE = 1e-120


@dataclass(frozen=True)
class Block:
    """Some sizes of papers, and independent countries whose number has about these sizes.

    Attributes
    ----------
    at : slice
        Which sizes.
    sizes : int64 array of shape (B,)
        Numbers of countries.
    p, q : arrays of shape (g,)
        Probability that a country is on a paper, and that it is not.
    chances : array of shape (B,)
        Probability of each size; e_k(x) = chance exp(log_scale) exp(-k log_tilt).
    log_tilt, log_scale : float
        Logarithms of the tilt t and of prod (1 + x_c t).

    """

    at: slice
    sizes: IntArray
    p: FloatArray
    q: FloatArray
    chances: FloatArray
    log_tilt: float
    log_scale: float

    @property
    def log_polynomials(self) -> FloatArray:
        """Return log e_k(x) of each size, shape (B,)."""
        return np.log(self.chances) + self.log_scale - self.sizes * self.log_tilt


def blocks_of(log_x: FloatArray, sizes: IntArray, start: int = 0) -> Iterator[Block]:
    """Yield blocks of sizes under tilts that keep all of them in reach of one another.

    Parameters
    ----------
    log_x : array of shape (g,)
        Logarithms of the fugacities, finite.
    sizes : int64 array of shape (K,)
        Numbers of countries, 0 < k < g, ascending.
    start : int
        Position of the first size among those of the caller.

    Yields
    ------
    Block
        In ascending order of sizes. A single size is always in reach: under its own tilt it is the likeliest number.

    """
    middle = float(np.sqrt(float(sizes[0]) * float(sizes[-1])))
    log_tilt = _tilt(log_x, middle)
    p, q = expit(log_x + log_tilt), expit(-log_x - log_tilt)
    chances = count_probabilities(p, q, int(sizes[-1]))[sizes]
    if sizes.size > 1 and chances.min() < _LEAST_CHANCE:
        half = sizes.size // 2
        yield from blocks_of(log_x, sizes[:half], start)
        yield from blocks_of(log_x, sizes[half:], start + half)
        return
    log_scale = float(np.logaddexp(0.0, log_x + log_tilt).sum())
    yield Block(slice(start, start + sizes.size), sizes, p, q, chances, log_tilt, log_scale)


def _tilt(log_x: FloatArray, mean: float) -> float:
    """Return the log tilt under which the mean number of countries is `mean`, 0 < mean < g."""
    odds = np.log(mean) - np.log(log_x.size - mean)
    low, high = float(odds - log_x.max()), float(odds - log_x.min())
    tilt = min(high, max(low, float(np.log(mean) - np.logaddexp.reduce(log_x))))
    for _ in range(200):
        p = expit(log_x + tilt)
        miss = mean - float(p.sum())
        if abs(miss) <= 1e-6 or low >= high:
            break
        low, high = (tilt, high) if miss > 0 else (low, tilt)
        tilt += miss / max(float((p * (1.0 - p)).sum()), 1e-300)
        if not low < tilt < high:
            tilt = 0.5 * (low + high)
    return tilt
