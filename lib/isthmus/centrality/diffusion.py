"""Influence of every node when something spreads: linear threshold and independent cascade.

Kempe, Kleinberg and Tardos (2003), KDD, 137: both models are the same as drawing at the outset which arcs are live, and
following them. All nodes are seeds of the same worlds, so that the difference between two of them is known much better
than either influence.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from isthmus.centrality.arcs import Floats, Ints
from isthmus.centrality.diffusion_kernels import alias_tables, cascade_worlds, threshold_worlds
from isthmus.errors import CentralityError

WORLDS = 10_000
# Worlds that one random generator makes; results do not depend on who makes which of them.
CHUNK = 500
# In-weights may exceed 1 by rounding alone.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Influence:
    """Mean number of nodes that each node activates besides itself.

    Attributes
    ----------
    influence : float64 array of shape (N,)
        Mean over the worlds.
    sd : float64 array of shape (N,)
        Standard deviation of that mean.
    order : int64 array of shape (N,)
        Nodes from the most to the least influential; equal ones by number.
    lead : float64 array of shape (N - 1,)
        Influence of the node at each rank minus that of the next.
    lead_sd : float64 array of shape (N - 1,)
        Standard deviation of that difference over the same worlds: a lead below two of them is not settled.
    n_worlds : int
        Worlds drawn.

    """

    influence: Floats
    sd: Floats
    order: Ints
    lead: Floats
    lead_sd: Floats
    n_worlds: int


def incoming_shares(weights: ArrayLike | sparse.sparray) -> sparse.csc_array:
    """Return weights over the sum of weights that arrive at the same node, the diagonal left out first.

    The direction is that of influence: from the cited to the citing, from origin to destination, from the last author
    to the coauthor. As probabilities of an independent cascade they are the weighted cascade.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Weights >= 0, row to column.

    Returns
    -------
    scipy.sparse.csc_array of shape (N, N)
        Shares; every column with an arc sums to 1.

    Raises
    ------
    CentralityError
        Not square, or a weight that is negative or not finite.

    """
    table = _columns(weights, "weights")
    totals = np.asarray(table.sum(axis=0)).ravel()
    table.data = table.data / np.repeat(totals, np.diff(table.indptr))
    return table


def constant_probability(weights: ArrayLike | sparse.sparray, probability: float = 0.15) -> sparse.csc_array:
    """Return the same probability for every arc with a positive weight, loops left out.

    Parameters
    ----------
    weights : array or scipy sparse array of shape (N, N)
        Weights >= 0, row to column in the direction of influence.
    probability : float
        From 0 to 1.

    """
    table = _columns(weights, "weights")
    table.data = np.full_like(table.data, probability)
    return table


def linear_threshold(shares: ArrayLike | sparse.sparray, *, n_worlds: int = WORLDS, seed: int = 0) -> Influence:
    """Return the influence of every node in the linear threshold model with uniform thresholds.

    A node becomes active when the weights of its active in-neighbours reach a threshold drawn from U(0, 1). That is the
    same as listening to one in-neighbour, drawn by the weights: a world is a functional graph, and all influences
    in it take one pass over its nodes. Nodes without in-arcs are never activated.

    Parameters
    ----------
    shares : array or scipy sparse array of shape (N, N)
        In-weights, row to column; every column sums to at most 1. See `incoming_shares`.
    n_worlds : int
        Worlds to draw.
    seed : int
        Seed; chunk k of 500 worlds has the generator of (seed, k).

    Returns
    -------
    Influence
        Means, ranks and how sure they are.

    Raises
    ------
    CentralityError
        Not square, negative, or a column that sums to more than 1.

    """
    table = _columns(shares, "shares")
    totals = np.asarray(table.sum(axis=0)).ravel()
    wrong = np.flatnonzero(totals > 1 + ROUNDING)
    if wrong.size:
        raise CentralityError(
            f"shares that arrive at node {wrong[0]} sum to {totals[wrong[0]]:.6g}; expected at most 1: "
            "pass weights through incoming_shares first"
        )
    whole = np.where(np.abs(totals - 1) <= ROUNDING, 1.0, totals)
    offsets, tails, tables = _tables(table, table.data)
    return _run(
        table.shape[0], n_worlds, seed, lambda rng, reach: threshold_worlds(offsets, tails, whole, *tables, rng, reach)
    )


def independent_cascade(
    probabilities: ArrayLike | sparse.sparray, *, n_worlds: int = WORLDS, seed: int = 0
) -> Influence:
    """Return the influence of every node in the independent cascade.

    A node that becomes active activates each neighbour once with the probability of the arc: the influence of a node
    is what it reaches over arcs that are live with these probabilities.

    Parameters
    ----------
    probabilities : array or scipy sparse array of shape (N, N)
        Row to column in the direction of influence, from 0 to 1. See `incoming_shares`, `constant_probability`.
    n_worlds : int
        Worlds to draw.
    seed : int
        Seed; chunk k of 500 worlds has the generator of (seed, k).

    Returns
    -------
    Influence
        Means, ranks and how sure they are.

    Raises
    ------
    CentralityError
        Not square, or a probability outside [0, 1].

    """
    table = _columns(probabilities, "probabilities")
    if np.any(table.data > 1 + ROUNDING):
        raise CentralityError(f"the largest probability is {table.data.max():.6g}; expected at most 1")
    certain = table.data >= 1
    rate = np.where(certain, 0.0, -np.log1p(-np.where(certain, 0.0, table.data)))
    offsets, tails, tables = _tables(table, rate)
    total = np.bincount(np.repeat(np.arange(table.shape[0]), np.diff(offsets)), rate, table.shape[0])
    return _run(
        table.shape[0],
        n_worlds,
        seed,
        lambda rng, reach: cascade_worlds(offsets, tails, certain, total, *tables, rng, reach),
    )


def _columns(weights: ArrayLike | sparse.sparray, name: str) -> sparse.csc_array:
    """Check a table and return it by columns: in-arcs together, floats, no loops, no zeros."""
    table = sparse.coo_array(weights if sparse.issparse(weights) else np.asarray(weights, dtype=np.float64))
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise CentralityError(f"{name} have shape {table.shape}; expected a square table (N, N)")
    rows, columns = table.coords
    wrong = np.flatnonzero(~(table.data >= 0) | ~np.isfinite(table.data))
    if wrong.size:
        at = wrong[0]
        raise CentralityError(
            f"{name} from node {rows[at]} to node {columns[at]}: {table.data[at]!r}; expected a number >= 0"
        )
    kept = (rows != columns) & (table.data > 0)
    entries = table.data[kept].astype(np.float64), (rows[kept], columns[kept])
    return sparse.coo_array(entries, shape=table.shape).tocsc()


def _tables(table: sparse.csc_array, rates: Floats) -> tuple[Ints, Ints, tuple[Floats, Ints]]:
    offsets, tails = table.indptr.astype(np.int64), table.indices.astype(np.int64)
    threshold, alias = np.empty(tails.size), np.empty(tails.size, dtype=np.int64)
    alias_tables(offsets, rates, threshold, alias)
    return offsets, tails, (threshold, alias)


def _run(n: int, n_worlds: int, seed: int, draw: Callable[[np.random.Generator, NDArray[np.int32]], None]) -> Influence:
    if n_worlds < 2:
        raise CentralityError(f"{n_worlds} worlds; expected at least 2")
    reach = np.empty((n_worlds, n), dtype=np.int32)
    for chunk, start in enumerate(range(0, n_worlds, CHUNK)):
        draw(np.random.default_rng([seed, chunk]), reach[start : start + CHUNK])
    return influence_of(reach)


def influence_of(reach: NDArray[np.int32]) -> Influence:
    """Return means, ranks and their errors from what every node reached in every world.

    Parameters
    ----------
    reach : int32 array of shape (worlds, N)
        Nodes activated besides the seed.

    """
    n_worlds, n = reach.shape
    mean = reach.mean(axis=0)
    sd = reach.std(axis=0, ddof=1) / np.sqrt(n_worlds)
    order = np.argsort(-mean, kind="stable")
    lead, lead_sd = np.zeros(max(n - 1, 0)), np.zeros(max(n - 1, 0))
    for k in range(n - 1):
        difference = reach[:, order[k]] - reach[:, order[k + 1]]
        lead[k] = difference.mean()
        lead_sd[k] = difference.std(ddof=1) / np.sqrt(n_worlds)
    return Influence(mean, sd, order, lead, lead_sd, n_worlds)
