"""Bundles: classes of like degree and strength taken together, a small model that starts a large fit and steers it.

A network of thousands of classes has millions of pairs, but its covariances change smoothly with degree and strength. A
few hundred bundles say where the maximum roughly lies, and their covariances stand in for those of all pairs in the
Newton direction. Expected degrees and strengths are never approximated: the fit ends at the same maximum, by a few more
steps that cost a hundredth each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.nullmodels import kernels
from isthmus.nullmodels.boundary import EXCESS_FREE, LINK_FREE, LINK_PRESENT, Kinds
from isthmus.nullmodels.constraints import IntArray

FloatArray = NDArray[np.float64]

BUNDLES = 600
# One in so many bundles is a single class: those of the largest strengths, whose pairs are like no others.
ALONE = 8


@dataclass(frozen=True)
class Bundles:
    """Classes in bundles; degree, excess and size as in `isthmus.nullmodels.boundary.Classes`, per bundle.

    Attributes
    ----------
    of_class : array of int
        int64 (C,), the bundle of each class.
    degree, excess : array of float
        (B,), means over the nodes.
    size : array of float
        (B,), nodes in all.
    """

    of_class: IntArray
    degree: FloatArray
    excess: FloatArray
    size: FloatArray

    def marks(self, kinds: Kinds) -> Kinds:
        """Return what a pair of bundles may do, (B, B), as a pair of their classes may: (C, C), or (0, 0) for none."""
        if not kinds.size:
            return kinds
        order = np.argsort(self.of_class, kind="stable")
        ends = np.searchsorted(self.of_class[order], np.arange(self.size.size), side="right")
        starts = np.concatenate([[0], ends[:-1]])
        pairs = np.triu(kinds[np.ix_(order[starts], order[ends - 1])])
        return np.asarray(pairs | np.triu(pairs, 1).T, dtype=np.uint8)

    def mean(self, values: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the mean of a value per class, (C,), over each bundle, (B,); 0 where all weights are."""
        total = np.bincount(self.of_class, weights, self.size.size)
        return np.bincount(self.of_class, weights * values, self.size.size) / np.where(total > 0, total, 1.0)


def bundle(degree: FloatArray, excess: FloatArray, size: FloatArray, number: int = BUNDLES) -> Bundles:
    """Put classes of like degree and mean excess into about `number` bundles, those with and without excess apart.

    Parameters
    ----------
    degree, excess, size : array of float
        (C,), per class: degree and excess of a node, nodes.
    number : int
        Bundles wanted; at least 9.
    """
    order = np.argsort(-(degree + excess), kind="stable")
    alone, others = order[: number // ALONE], order[number // ALONE :]
    of_class = np.empty(degree.size, dtype=np.int64)
    of_class[alone] = np.arange(alone.size)
    count = alone.size
    side = int(np.sqrt(number - alone.size))
    for kind in (others[excess[others] > 0], others[excess[others] == 0]):
        for stripe in np.array_split(kind[np.argsort(degree[kind], kind="stable")], side):
            ranked = stripe[np.argsort(excess[stripe] / degree[stripe], kind="stable")]
            cells = [cell for cell in np.array_split(ranked, side) if cell.size]
            for cell in cells:
                of_class[cell] = count
                count += 1
    nodes = np.bincount(of_class, size, count).astype(float)
    mean_degree, mean_excess = (np.bincount(of_class, size * values, count) / nodes for values in (degree, excess))
    return Bundles(of_class, mean_degree, mean_excess, nodes)


def spread(
    bundles: Bundles,
    gamma: FloatArray,
    beta: FloatArray,
    degree: FloatArray,
    excess: FloatArray,
    open_degree: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Return parameters of classes, (C,), from those of bundles, (B,), each moved by how a class differs from its mean.

    Links go with exp(-gamma), the mean excess of a link with 1 / expm1(beta); a beta that is not positive is kept.

    Parameters
    ----------
    bundles : Bundles
        The bundles.
    gamma, beta : array of float
        (B,), parameters of the bundles; beta is inf where no weight exceeds 1.
    degree, excess : array of float
        (C,), of a node of each class.
    open_degree : tuple of array of float
        (C,) and (B,), positive: links of a node that are not certain.
    """
    of = bundles.of_class
    own, mean = excess / degree, (bundles.excess / bundles.degree)[of]
    of_bundle = np.where(np.isfinite(beta), beta, np.log(2.0))[of]
    moves = (own > 0) & (of_bundle > 0)
    change = np.where(moves, mean / np.where(own > 0, own, 1.0), 1.0)
    moved = np.log1p(np.expm1(np.maximum(of_bundle, 0.0)) * change)
    return gamma[of] - np.log(open_degree[0] / open_degree[1][of]), np.where(moves, moved, of_bundle)


def covariances(
    gamma: FloatArray,
    beta: FloatArray,
    carries: FloatArray,
    size: FloatArray,
    kinds: Kinds,
    hub: int,
    with_hub: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the covariances of pairs of bundles, each (B, B); those of pairs within a bundle on the diagonal.

    Arguments per bundle, as `isthmus.nullmodels.kernels.pair_sums` takes them.
    """
    count = gamma.size
    V, C, W = (np.zeros((count, count)) for _ in range(3))
    kernels.pair_sums(np.exp(-gamma), np.expm1(beta), carries, size, kinds, hub, np.expm1(with_hub), V, C, W)
    at = np.arange(count)
    within = np.diagonal(kinds) if kinds.size else np.full(count, LINK_FREE | EXCESS_FREE)
    free, present, carry = (((within & bit) > 0) & (at != hub) for bit in (LINK_FREE, LINK_PRESENT, EXCESS_FREE))
    carry &= carries > 0
    excess = np.where(carry, 1.0 / np.where(carry, np.expm1(2.0 * beta), 1.0), 0.0)
    odds = np.exp(-2.0 * gamma) * (1.0 + excess)
    p = np.where(free, odds / (1.0 + odds), 1.0 * present)
    v = np.where(free, p / (1.0 + odds), 0.0)
    V[at, at], C[at, at], W[at, at] = v, v * excess, p * excess * (1.0 + excess) + v * excess**2
    return V, C, W
