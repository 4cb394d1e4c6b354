"""Dynamic time warping of many series against one: the compiled part of the clustering.

Series lie in blocks of LANES: value [b, t, k, lane] is dimension k at time t of series b * LANES + lane. Each step of
the recursion

    A[i, j] = |centroid_i - series_j|^2 + min(A[i-1, j-1], A[i-1, j], A[i, j-1])

is done for a whole block at once, in the processor's vector registers. A single series has no parallelism to offer,
since each cell waits for its neighbour; a block of series has. Nothing is written but the row before, so that a
block's working set stays in the first cache.
"""

from typing import Any

import numpy as np
from numba import njit

LANES = 32  # series per block; measured: 16 and 64 are as fast, 8 and less are not vectorised

# nnan lets min become one instruction (values are checked before); no reassoc: a series' distance does not depend on
# its place in a block. error_model numpy: zero-division checks keep loops from being vectorised.
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nnan", "nsz"},
}


@njit(**_OPTIONS)
def squared_distances(blocks, centroids, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Squared distance of every series to every centroid.

    Parameters
    ----------
    blocks : array
        (B, T, d, LANES).
    centroids : array
        (k, m, d).
    out : array
        (k, B, LANES), filled.
    """
    n_blocks, length, dimensions = blocks.shape[0], blocks.shape[1], blocks.shape[2]
    row, cost = np.empty((length, LANES)), np.empty(LANES)
    diagonal, left = np.empty(LANES), np.empty(LANES)
    for b in range(n_blocks):
        x = blocks[b]
        for c in range(centroids.shape[0]):
            for j in range(length):
                for lane in range(LANES):
                    row[j, lane] = np.inf
            for i in range(centroids.shape[1]):
                corner = 0.0 if i == 0 else np.inf
                for lane in range(LANES):
                    left[lane] = np.inf
                    diagonal[lane] = corner
                for j in range(length):
                    if dimensions == 2:  # the usual case, without a loop over dimensions: twice as fast
                        c0, c1 = centroids[c, i, 0], centroids[c, i, 1]
                        for lane in range(LANES):
                            u, v = x[j, 0, lane] - c0, x[j, 1, lane] - c1
                            above = row[j, lane]
                            now = min(diagonal[lane], above, left[lane]) + (u * u + v * v)
                            diagonal[lane] = above
                            left[lane] = now
                            row[j, lane] = now
                    else:
                        for lane in range(LANES):
                            cost[lane] = 0.0
                        for k in range(dimensions):
                            ck = centroids[c, i, k]
                            for lane in range(LANES):
                                u = x[j, k, lane] - ck
                                cost[lane] += u * u
                        for lane in range(LANES):
                            above = row[j, lane]
                            now = min(diagonal[lane], above, left[lane]) + cost[lane]
                            diagonal[lane] = above
                            left[lane] = now
                            row[j, lane] = now
            for lane in range(LANES):
                out[c, b, lane] = row[length - 1, lane]


@njit(**_OPTIONS)
def align(blocks, number, centroid, sums, counts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add each series, along its best warping path, to the points of a centroid; the sum of squared distances.

    Of equally good steps the diagonal one is taken, then the one along the series (as tslearn does).

    Parameters
    ----------
    blocks : array
        (B, T, d, LANES).
    number : array
        Of series; lanes beyond it are padding.
    centroid : array
        (m, d).
    sums : array
        (m, d), values are added. counts : (m,), how many were added.
    """
    n_blocks, length, dimensions = blocks.shape[0], blocks.shape[1], blocks.shape[2]
    points = centroid.shape[0]
    total = 0.0
    row, cost = np.empty((length, LANES)), np.empty(LANES)
    diagonal, left = np.empty(LANES), np.empty(LANES)
    table = np.empty((points, length, LANES))
    for b in range(n_blocks):
        x = blocks[b]
        for j in range(length):
            for lane in range(LANES):
                row[j, lane] = np.inf
        for i in range(points):
            corner = 0.0 if i == 0 else np.inf
            for lane in range(LANES):
                left[lane] = np.inf
                diagonal[lane] = corner
            for j in range(length):
                if dimensions == 2:
                    c0, c1 = centroid[i, 0], centroid[i, 1]
                    for lane in range(LANES):
                        u, v = x[j, 0, lane] - c0, x[j, 1, lane] - c1
                        above = row[j, lane]
                        now = min(diagonal[lane], above, left[lane]) + (u * u + v * v)
                        diagonal[lane] = above
                        left[lane] = now
                        row[j, lane] = now
                        table[i, j, lane] = now
                else:
                    for lane in range(LANES):
                        cost[lane] = 0.0
                    for k in range(dimensions):
                        ck = centroid[i, k]
                        for lane in range(LANES):
                            u = x[j, k, lane] - ck
                            cost[lane] += u * u
                    for lane in range(LANES):
                        above = row[j, lane]
                        now = min(diagonal[lane], above, left[lane]) + cost[lane]
                        diagonal[lane] = above
                        left[lane] = now
                        row[j, lane] = now
                        table[i, j, lane] = now
        for lane in range(min(LANES, number - b * LANES)):
            total += row[length - 1, lane]
            i, j = points - 1, length - 1
            while i > 0 and j > 0:
                counts[i] += 1.0
                for k in range(dimensions):
                    sums[i, k] += x[j, k, lane]
                both, along, across = table[i - 1, j - 1, lane], table[i, j - 1, lane], table[i - 1, j, lane]
                step_i, step_j = 1, 1
                if both > along or both > across:
                    step_i, step_j = (0, 1) if along <= across else (1, 0)
                i -= step_i
                j -= step_j
            while i > 0:
                counts[i] += 1.0
                for k in range(dimensions):
                    sums[i, k] += x[0, k, lane]
                i -= 1
            for t in range(j + 1):
                counts[0] += 1.0
                for k in range(dimensions):
                    sums[0, k] += x[t, k, lane]
    return total
