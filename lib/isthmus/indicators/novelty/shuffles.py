"""Does the model tell real combinations from shuffled ones? A test that popularity alone cannot pass."""

import numpy as np
from numpy.typing import NDArray

from isthmus.indicators.novelty.sets import NodeSets
from isthmus.indicators.novelty.surprise_kernels import exchange_repeated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def shuffled(sets: NodeSets, seed: int = 0) -> NodeSets:
    """Return sets of the same sizes in which every node stands as often as before in each year, by chance.

    Parameters
    ----------
    sets : NodeSets
        The sets.
    seed : int
        Seed; the draws of a year depend on it and the year alone.

    Returns
    -------
    NodeSets
        Shuffled sets. In a very small year a node may stay twice in a set where no exchange was found.
    """
    nodes = sets.nodes.copy()
    owner = np.repeat(np.arange(sets.year.size), np.diff(sets.set_at))
    for year in np.unique(sets.year[owner]):
        rows = np.flatnonzero(sets.year[owner] == year)
        rng = np.random.default_rng([seed, int(year)])
        nodes[rows] = rng.permutation(nodes[rows])
        exchange_repeated(sets.set_at, nodes, owner, rows[rng.integers(0, rows.size, max(1000, rows.size))])
    return NodeSets(sets.set_at, nodes, sets.names, sets.year, sets.size)


def told_apart(real: Floats, other: Floats, size: Ints) -> float:
    """Return the chance that a real set scores higher than a shuffled one of the same size; ties count half.

    Parameters
    ----------
    real, other : array of shape (H,)
        Scores of the real sets and of the shuffled ones; NaN is left out.
    size : array of shape (H,)
        Sizes of both.

    Returns
    -------
    float
        Mean over the real sets; NaN where no size has both.
    """
    total = number = 0.0
    both = ~np.isnan(real) & ~np.isnan(other)
    for k in np.unique(size[both]):
        a, b = real[both & (size == k)], np.sort(other[both & (size == k)])
        below, upto = np.searchsorted(b, a), np.searchsorted(b, a, side="right")
        total += (below + upto).sum() / 2 / b.size
        number += a.size
    return float(total / number) if number else float("nan")
