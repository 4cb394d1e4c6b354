"""Gravity with an effect of every origin and every destination: what size and distance explain, pair by pair.

    E[y_ij] = r_i c_j exp(d ln dist_ij)   over the open pairs

by Poisson pseudo-maximum-likelihood. For a given d the effects follow from the totals of rows and columns (iterative
proportional fitting), and d from the one equation that is left. Effects absorb all sizes, so that what remains is a
statement on pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from isthmus.errors import GravityError

Floats = NDArray[np.float64]
#: Relative error of the totals at which fitting stops, and passes at most.
TOLERANCE, PASSES = 1e-11, 2_000
#: Exponents of distance beyond which a network is not one of distance.
WIDEST = 30.0
#: Share of its own residual that a pair takes away at most, and the dispersion beyond which none is searched.
MOST_OF_ITSELF, MOST_DISPERSED = 0.999, 1e6


@dataclass(frozen=True)
class EffectsFit:
    """A gravity model with origin and destination effects.

    Attributes
    ----------
    mean : float64 array of shape (N, M)
        Expected flows; 0 for pairs that are not open.
    origin : float64 array of shape (N,)
        Effects r of the origins; 0 where nothing leaves.
    destination : float64 array of shape (M,)
        Effects c of the destinations; 0 where nothing arrives.
    distance : float
        d, coefficient of the logarithm of distance.
    dispersion : float
        alpha of the negative binomial law with variance mu + alpha mu^2 (`dispersion_of`); 0 where flows vary less than
        Poisson.
    error : float
        Largest relative error of a total of a row or column.

    """

    mean: Floats
    origin: Floats
    destination: Floats
    distance: float
    dispersion: float
    error: float

    def expected(self, log_distance: ArrayLike) -> Floats:
        """Return what the model expects of pairs, those that it was not fitted to among them.

        Parameters
        ----------
        log_distance : array of shape (N, M)
            As in `fit_effects`.

        """
        away = np.exp(self.distance * np.asarray(log_distance, dtype=np.float64))
        return np.asarray(self.origin[:, None] * away * self.destination)

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return a network of the fitted model: negative binomial flows, independent of each other.

        Parameters
        ----------
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        int64 array of shape (N, M)
            Flows.

        """
        mean = self.mean
        if self.dispersion > 0:
            mean = mean * rng.gamma(1.0 / self.dispersion, self.dispersion, size=mean.shape)
        return np.asarray(rng.poisson(mean), dtype=np.int64)


def fit_effects(flows: ArrayLike, log_distance: ArrayLike, *, is_open: ArrayLike | None = None) -> EffectsFit:
    """Fit the model.

    Parameters
    ----------
    flows : array of shape (N, M)
        Flows >= 0; those of pairs that are not open are left out.
    log_distance : array of shape (N, M)
        Logarithm of distance.
    is_open : bool array of shape (N, M), optional
        Pairs that the model is of, by default all; without a city's pair with itself, for instance.

    Returns
    -------
    EffectsFit
        Expected flows and coefficient.

    Raises
    ------
    GravityError
        Arrays of unlike shape, a flow that is negative or not finite, no flow at all, distances that do not vary, or a
        network that distance cannot be fitted to.

    References
    ----------
    Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88, 641; Deming and Stephan (1940), Annals of
    Mathematical Statistics 11, 427 (proportional fitting).

    """
    y, ld = np.asarray(flows, dtype=np.float64), np.asarray(log_distance, dtype=np.float64)
    pairs = np.ones(y.shape, dtype=np.bool_) if is_open is None else np.asarray(is_open, dtype=np.bool_)
    if y.ndim != 2 or ld.shape != y.shape or pairs.shape != y.shape:
        raise GravityError(
            f"flows {y.shape}, distances {ld.shape}, open pairs {pairs.shape}: expected one shape (N, M)"
        )
    y = np.where(pairs, y, 0.0)
    _check(y, ld, pairs)
    there = pairs & (y.sum(axis=1, keepdims=True) > 0) & (y.sum(axis=0, keepdims=True) > 0)
    middle = float(ld[there].mean())
    centred = np.where(there, ld - middle, 0.0)
    wanted = float((y * centred).sum())

    def kernel(coefficient: float) -> Floats:
        return np.where(there, np.exp(coefficient * centred), 0.0)

    last = np.ones(y.shape[1])

    def gap(coefficient: float) -> float:
        nonlocal last
        own = kernel(coefficient)
        r, last = _proportional(own, y, last)
        return float((r @ (own * centred)) @ last) - wanted

    d = _root(gap)
    r, c = _proportional(kernel(d), y, last)
    mean = r[:, None] * kernel(d) * c
    return EffectsFit(mean, r * np.exp(-d * middle), c, d, dispersion_of(y, mean), _error(mean, y))


def dispersion_of(flows: Floats, mean: Floats) -> float:
    """Return the alpha at which squared residuals agree with the variance mu + alpha mu^2.

    It solves sum w ((y - mu)^2 / (1 - h) - mu - alpha mu^2) = 0 with w = 1 / (1 + alpha mu)^2. Without these weights
    the largest pair of a network of very unequal places decides alone. h = mu / row + mu / column - mu / all is how
    much of its own residual a pair takes away by shaping its two effects: most of it where it is most of its row.

    Parameters
    ----------
    flows, mean : float64 arrays of shape (N, M)
        Flows and fitted flows; pairs with a mean of 0 do not count.

    References
    ----------
    Davidian and Carroll (1987), Journal of the American Statistical Association 82, 1079 (weighted squared residuals).

    """
    sums = mean.sum(axis=1, keepdims=True), mean.sum(axis=0, keepdims=True)
    there = mean > 0
    i, j = np.nonzero(there)
    mu = mean[there]
    own = np.minimum(mu / sums[0][i, 0] + mu / sums[1][0, j] - mu / mu.sum(), MOST_OF_ITSELF)
    squared = (flows[there] - mu) ** 2 / (1 - own)

    def excess(alpha: float) -> float:
        return float(((squared - mu - alpha * mu**2) / (1 + alpha * mu) ** 2).sum())

    high = 1.0
    while excess(high) > 0 and high < MOST_DISPERSED:
        high *= 2
    if excess(0.0) <= 0:
        return 0.0
    return high if excess(high) > 0 else float(optimize.brentq(excess, 0.0, high, xtol=1e-12))


def _check(y: Floats, ld: Floats, pairs: NDArray[np.bool_]) -> None:
    if not (np.all(np.isfinite(y)) and np.all(y >= 0)):
        raise GravityError("a flow is negative or not finite; expected counts")
    if y.sum() == 0:
        raise GravityError("there is no flow between two places: nothing can be fitted")
    used = ld[pairs]
    if not np.all(np.isfinite(used)):
        raise GravityError("a distance between two places is unknown; leave out places without coordinates")
    if np.ptp(used) == 0:
        raise GravityError("all distances are the same: what distance explains cannot be told")


def _proportional(kernel: Floats, y: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Return the factors of rows and columns that scale the kernel to the totals of the flows.

    Starting from the columns of a kernel nearby saves most of the passes.
    """
    rows, columns = y.sum(axis=1), y.sum(axis=0)
    c = np.where(columns > 0, np.where(start > 0, start, 1.0), 0.0)
    for _ in range(PASSES):
        r = _over(rows, kernel @ c)
        following = _over(columns, r @ kernel)
        moved = np.abs(following - c)[columns > 0] / np.maximum(following, c)[columns > 0]
        c = following
        if moved.max(initial=0.0) < TOLERANCE:
            break
    return _over(rows, kernel @ c), c


def _over(total: Floats, sums: Floats) -> Floats:
    return np.divide(total, sums, out=np.zeros_like(total), where=sums > 0)


def _root(gap: Callable[[float], float]) -> float:
    """Return the coefficient at which flows and model agree on distance; the gap rises with it."""
    low, high = -1.0, 1.0
    while gap(low) > 0 and low > -WIDEST:
        low *= 2
    while gap(high) < 0 and high < WIDEST:
        high *= 2
    if gap(low) > 0 or gap(high) < 0:
        raise GravityError(
            f"no coefficient of distance between {-WIDEST:g} and {WIDEST:g} fits: flows reach the nearest, or the "
            "farthest, places alone"
        )
    return float(optimize.brentq(gap, low, high, xtol=1e-12, rtol=1e-12))


def _error(mean: Floats, y: Floats) -> float:
    worst = 0.0
    for axis in (0, 1):
        total = y.sum(axis=axis)
        off = np.abs(mean.sum(axis=axis) - total)[total > 0] / total[total > 0]
        worst = max(worst, float(off.max(initial=0.0)))
    return worst
