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
    bundles: Bundles, gamma: FloatArray, beta: FloatArray, degree: FloatArray, excess: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return parameters of classes, (C,), from those of bundles, (B,), each moved by how a class differs from its mean.

    Links go with exp(-gamma), the mean excess of a link with 1 / expm1(beta); a beta that is not positive is kept.
    """
    of = bundles.of_class
    own, mean = excess / degree, (bundles.excess / bundles.degree)[of]
    of_bundle = np.where(np.isfinite(beta), beta, np.log(2.0))[of]
    moves = (own > 0) & (of_bundle > 0)
    change = np.where(moves, mean / np.where(own > 0, own, 1.0), 1.0)
    moved = np.log1p(np.expm1(np.maximum(of_bundle, 0.0)) * change)
    return gamma[of] - np.log(degree / bundles.degree[of]), np.where(moves, moved, of_bundle)


def covariances(
    gamma: FloatArray, beta: FloatArray, carries: FloatArray, size: FloatArray, hub: int, with_hub: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the covariances of pairs of bundles, each (B, B); those of pairs within a bundle on the diagonal.

    Arguments per bundle, as `isthmus.nullmodels.kernels.pair_sums` takes them.
    """
    count = gamma.size
    V, C, W = (np.zeros((count, count)) for _ in range(3))
    free = np.zeros((0, 0), dtype=np.uint8)
    kernels.pair_sums(np.exp(-gamma), np.expm1(beta), carries, size, free, hub, np.expm1(with_hub), V, C, W)
    within = np.arange(count) != hub
    excess = np.where(within & (carries > 0), 1.0 / np.where(within & (carries > 0), np.expm1(2.0 * beta), 1.0), 0.0)
    odds = np.exp(-2.0 * gamma) * (1.0 + excess)
    p = np.where(within, odds / (1.0 + odds), 0.0)
    v = p / (1.0 + odds)
    at = np.arange(count)
    V[at, at], C[at, at], W[at, at] = v, v * excess, p * excess * (1.0 + excess) + v * excess**2
    return V, C, W
