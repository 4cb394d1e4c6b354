"""Series and ties that the tests of trajectories share."""

import numpy as np
import pandas as pd
import pytest

KINDS = np.array([[1.0, 1.0], [-1.0, -1.0], [-1.0, 1.0], [0.0, -1.0]])  # SC, SD, KI, KD


def drifting(number, *, years=22, seed=0, pull=3.0):
    """Random walks with a drift in one of four directions, rescaled to [-1, 1]; and the direction of each."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, number)
    walk = np.cumsum(rng.normal(size=(number, years, 2)), axis=1)
    walk += pull * KINDS[kind][:, None, :] * np.linspace(-1, 1, years)[None, :, None] * np.sqrt(years)
    low, high = walk.min(axis=1, keepdims=True), walk.max(axis=1, keepdims=True)
    return 2 * (walk - low) / (high - low) - 1, kind


def ties_of(z, *, first=2000, weight=5, probability=0.9):
    """Ties of pairs A0-B0, A1-B1, ... with the given z (n, T, 2); nan leaves the row out."""
    names = ("collaboration", "knowledge_exchange")
    rows = [
        (names[d], first + t, f"A{n:04d}", f"B{n:04d}", weight, z[n, t, d], probability, True)
        for n in range(z.shape[0])
        for t in range(z.shape[1])
        for d in range(2)
        if not np.isnan(z[n, t, d])
    ]
    columns = ["network", "year", "src", "dst", "weight", "z", "link_probability", "finite"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="session")
def drift():
    """300 rescaled series of 22 years in two networks, and the direction of each."""
    return drifting(300)


@pytest.fixture
def make_ties():
    return ties_of


@pytest.fixture
def make_drift():
    return drifting
