"""Random draws that depend on a seed and a key only, never on their order, so that any partitioning gives the same.

Every draw is a hash (the finaliser of SplitMix64: Steele, Lea, Flood 2014) of the world's seed, the name of what is
drawn and the counters of the thing it is drawn for (a work, a slot, a reference). All functions take and return numpy
arrays.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53


def stream(seed: int, name: str) -> np.uint64:
    """Return the key of one kind of draw in the world of one seed."""
    return np.uint64(int.from_bytes(blake2b(f"{seed}/{name}".encode(), digest_size=8).digest(), "little"))


def mix(values: Bits) -> Bits:
    """Return the values scrambled: each output bit depends on each input bit."""
    values = (values ^ (values >> np.uint64(30))) * FIRST
    values = (values ^ (values >> np.uint64(27))) * SECOND
    return values ^ (values >> np.uint64(31))


def bits(key: np.uint64, *counters: ArrayLike) -> Bits:
    """64 random bits per tuple of counters (broadcast together)."""
    with np.errstate(over="ignore"):
        state: Bits = np.asarray(key, dtype=np.uint64)
        for counter in counters:
            state = mix((state ^ np.asarray(counter).astype(np.uint64)) * GOLDEN + GOLDEN)
    return state


def uniform(key: np.uint64, *counters: ArrayLike) -> Floats:
    """Return a uniform draw in [0, 1) per tuple of counters."""
    return (bits(key, *counters) >> np.uint64(11)).astype(np.float64) * UNIT


def normal(key: np.uint64, *counters: ArrayLike) -> Floats:
    """Return a standard normal draw per tuple of counters."""
    drawn: Floats = ndtri(uniform(key, *counters) + UNIT / 2)
    return drawn


def integers(key: np.uint64, bound: ArrayLike, *counters: ArrayLike) -> Ints:
    """Return a whole number in [0, bound) per tuple of counters."""
    drawn: Ints = (uniform(key, *counters) * np.asarray(bound)).astype(np.int64)
    return drawn


def choose(cumulative: Floats, draws: Floats) -> Ints:
    """Return the class that each draw in [0, 1) falls into, for classes with these cumulative weights."""
    found = np.searchsorted(cumulative, draws * cumulative[-1], side="right")
    classes: Ints = np.minimum(found, len(cumulative) - 1)
    return classes


def choose_within(cumulative: Floats, start: Ints, stop: Ints, draws: Floats) -> Ints:
    """Return the class that each draw falls into, among the classes start <= k < stop of its own.

    Parameters
    ----------
    cumulative : array of float
        Running sum of the weights of all classes with a leading 0, so that class k weighs cumulative[k + 1] -
        cumulative[k].
    start, stop : array of int
        Per draw, the range of its classes (stop > start).
    draws : array of float
        In [0, 1).
    """
    low, high = cumulative[start], cumulative[stop]
    found = np.searchsorted(cumulative, low + draws * (high - low), side="right") - 1
    return np.clip(found, start, stop - 1)


def running(weights: ArrayLike) -> Floats:
    """Return the running sum of the weights with a leading 0, as `choose_within` takes it."""
    values = np.asarray(weights, dtype=np.float64)
    return np.concatenate([[0.0], np.cumsum(values)])
