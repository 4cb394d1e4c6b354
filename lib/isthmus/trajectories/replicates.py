"""Intervals of the propensity from a bootstrap over works, with the null model not fitted again.

A link of one paper vanishes from 37 % of Poisson replicates: a null model refitted to them is that of a sparser
network, and its z is biased. Here the observed weight is resampled, and the expected one follows the sizes of the two
ends to first order (`size_moves`); the interval of log(w / mu) is the basic one,
2 theta - quantile, which turns the bias around instead of doubling it. It is taken on the scale of the root of w, on
which the spread of a count does not depend on its mean, as Davison & Hinkley 1997, section 5.2.2, advise: turned around
on the logarithmic scale the skewed law of a few papers gives a lower bound that is too high.

A citation weighs the product of its two works' weights. That makes the variance of a lone citation 3, not 1: the
variances of the works add up (as they must where citations share works), but the citation's own is counted in each.
The replicates are drawn together by that surplus, which leaves the two-way variance of Cameron, Gelbach & Miller 2011,
Journal of Business & Economic Statistics 29, 238.
"""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import TrajectoryError
from isthmus.nullmodels.propensity import LEVEL, garwood_interval
from isthmus.trajectories.dtw import Floats

# Of a lone citation 2 of 3 parts of the variance are surplus; of citations that share works less.
LARGEST_SURPLUS = 2.0 / 3.0


@dataclass(frozen=True)
class LogInterval:
    """Intervals of log(w / mu) of n pairs.

    Attributes
    ----------
    point : float array of shape (n,)
        log(w / mu); -inf where nothing was observed, nan where nothing was expected.
    low, high : float array of shape (n,)
        Bounds; where nothing was observed low is -inf and high the upper bound.
    design_effect : float array of shape (n,)
        Variance of the weight, without surplus, in units of a Poisson count's; nan where nothing was observed.

    """

    point: Floats
    low: Floats
    high: Floats
    design_effect: Floats


def size_moves(replicates: ArrayLike, point: ArrayLike, ends: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Floats:
    """Return by what share the expected weight of each pair of a network moves with the sizes of its ends.

    mu is about s_i s_j / S, with the strengths s of its ends and S of all: a country that happens to cite much raises
    what it is expected to cite. To first order log mu moves with the shares by which s_i, s_j and S move. What the pair
    itself adds to them is left out: its own luck counts in full, for an observed weight is looked at because it is
    large or small.

    Parameters
    ----------
    replicates : array of shape (n, R)
        Weight of each pair in each of R replicates; every tie of the network is among the pairs.
    point : array of shape (n,)
        Observed weight.
    ends : two arrays of int of shape (n,)
        Nodes of each pair, numbered from 0.

    Returns
    -------
    array of float of shape (n, R)
        Without an end's strength nothing moves: 0.
    """
    w = np.ascontiguousarray(point, dtype=np.float64)
    one, other = (np.ascontiguousarray(end, dtype=np.int64) for end in ends)
    return np.asarray(_size_moves(np.asarray(replicates, dtype=np.float64), w, one, other))


@numba.njit(cache=True, error_model="numpy")
def _size_moves(replicates: Floats, w: Floats, one: NDArray[np.int64], other: NDArray[np.int64]) -> Any:
    n, count = replicates.shape
    nodes = 1 + max(one.max(), other.max()) if n else 0
    strength, moved = np.zeros(nodes), np.zeros((nodes, count))
    total, all_moved = 0.0, np.zeros(count)
    for pair in range(n):
        total += w[pair]
        strength[one[pair]] += w[pair]
        strength[other[pair]] += w[pair]
        for r in range(count):
            change = replicates[pair, r] - w[pair]
            all_moved[r] += change
            moved[one[pair], r] += change
            moved[other[pair], r] += change
    found = np.zeros((n, count))
    for pair in range(n):
        for end in (one[pair], other[pair]):
            if strength[end] > 0.0:
                for r in range(count):
                    found[pair, r] += (moved[end, r] - (replicates[pair, r] - w[pair])) / strength[end]
        if total > 0.0:
            for r in range(count):
                found[pair, r] -= (all_moved[r] - (replicates[pair, r] - w[pair])) / total
    return found


def without_surplus(replicates: ArrayLike, point: ArrayLike, surplus: ArrayLike) -> Floats:
    """Return the replicates drawn together around the observed weight, by the variance that they have too much.

    Parameters
    ----------
    replicates : array of shape (n, R)
        Weight of each pair in each of R replicates.
    point : array of shape (n,)
        Observed weight.
    surplus : array of shape (n,)
        Variance that the replicates have too much: 0 of papers, 2 of each lone citation.

    Returns
    -------
    array of float of shape (n, R)
    """
    resampled, w = np.asarray(replicates, dtype=np.float64), np.asarray(point, dtype=np.float64)[:, None]
    spread = ((resampled - w) ** 2).mean(axis=1)
    share = np.asarray(surplus, dtype=np.float64) / np.where(spread > 0.0, spread, 1.0)
    kept = np.sqrt(1.0 - np.clip(share, 0.0, LARGEST_SURPLUS))
    return np.asarray(w + kept[:, None] * (resampled - w))


def log_propensity_interval(
    replicates: ArrayLike,
    point: ArrayLike,
    expected: ArrayLike,
    *,
    surplus: ArrayLike = 0.0,
    moved: ArrayLike = 0.0,
    level: float = LEVEL,
    zero_effect: float = 1.0,
) -> LogInterval:
    """Return the bias-corrected bootstrap interval of each pair's log propensity.

    Parameters
    ----------
    replicates : array of shape (n, R)
        Weight of each pair in each of R replicates.
    point : array of shape (n,)
        Observed weight.
    expected : array of shape (n,)
        Mean weight under the null model that was fitted to the observed network.
    surplus : array of shape (n,) or float
        As in `without_surplus`.
    moved : array of shape (n, R) or float
        Share by which the expected weight moves in each replicate, as `size_moves` gives it; 0 holds it fixed.
    level : float
        Coverage.
    zero_effect : float
        Design effect taken for pairs of which nothing was observed, where no replicate can tell it: 1 where each paper
        adds 1 (collaboration), that of small ties where a paper adds many (citations).

    Notes
    -----
    Where the pair vanishes from (1 - level) / 2 of the replicates, their quantile says nothing about how large it may
    be; the upper bound is then Garwood's for the number of independent papers, w / design effect, times the design
    effect (the device of Korn & Graubard 1998, Survey Methodology 24, 193, for proportions). With w = 0 there is no
    interval, only Garwood's upper bound, -ln((1 - level) / 2) zero_effect / mu. An interval holds its point, however
    few the replicates.

    Raises
    ------
    TrajectoryError
        Shapes that do not fit, no replicates, or a negative number.

    """
    resampled, w, mu = (np.asarray(values, dtype=np.float64) for values in (replicates, point, expected))
    _check(resampled, w, mu)
    tail = (1.0 - level) / 2.0
    seen = w > 0.0
    extra = np.broadcast_to(surplus, w.shape)
    drawn = without_surplus(np.maximum(resampled - w[:, None] * np.asarray(moved, dtype=np.float64), 0.0), w, extra)
    # "lower" and "higher": outwards, for between 0 and a number there is no interpolating.
    least = np.quantile(drawn, tail, axis=1, method="lower")
    most = np.quantile(drawn, 1.0 - tail, axis=1, method="higher")
    vanishes = np.quantile(resampled, tail, axis=1, method="lower") == 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        alone = without_surplus(resampled, w, extra)
        effect = np.where(seen, ((alone - w[:, None]) ** 2).mean(axis=1) / w, np.nan)
        unit = np.where(seen, np.maximum(effect, 1.0), zero_effect)
        few = garwood_interval(w / unit, level=level)[1] * unit
        low = np.minimum(np.maximum(2.0 * np.sqrt(w) - np.sqrt(most), 0.0) ** 2, w)
        high = np.where(vanishes | ~seen, few, np.maximum((2.0 * np.sqrt(w) - np.sqrt(least)) ** 2, w))
        base = np.log(np.where(mu > 0.0, mu, np.nan))
        return LogInterval(
            point=np.log(w) - base, low=np.log(low) - base, high=np.log(high) - base, design_effect=effect
        )


def _check(resampled: Floats, w: Floats, mu: Floats) -> None:
    if resampled.ndim != 2 or w.shape != resampled.shape[:1] or mu.shape != w.shape or not resampled.shape[1]:
        raise TrajectoryError(
            f"replicates, point and expected have shapes {resampled.shape}, {w.shape} and {mu.shape}; expected "
            "(pairs, replicates) and (pairs,) twice, at least one replicate"
        )
    for name, values in (("replicates", resampled), ("point", w), ("expected", mu)):
        if (values < 0.0).any():
            raise TrajectoryError(f"a value of {name} is {values[values < 0.0].flat[0]:g}; expected >= 0")
