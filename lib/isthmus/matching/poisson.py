"""The effect of a treatment by a model and not by matching: Poisson pseudo-maximum-likelihood with two sets of effects.

    E[y] = A_g T_k exp(b treated)        g: a group such as institution and year; k: a level such as the size of a team

Only sums over cells of units that are alike in all of this are needed: millions of units cost as much as their cells.
Given T and b, the effects of groups follow from the groups' totals (iterative proportional fitting). What is left is a
concave likelihood in ln T and b, that of a multinomial within each group: Newton's method. Errors are clustered.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from isthmus.errors import MatchingError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Newton stops when the largest step of ln T and b is below this, and gives up after so many steps.
TOLERANCE, STEPS = 1e-11, 100
SWEEPS = 5  # of proportional fitting, before the first step
HALVINGS = 30
#: The treatment is not told apart from the effects where they leave less than this share of its variance.
COLLINEAR = 1e-9


@dataclass(frozen=True)
class PoissonEffect:
    """The effect of a treatment on the mean of an outcome, as a factor.

    Attributes
    ----------
    coefficient : float or None
        b; None where it cannot be told, see `reason`.
    error : float or None
        Standard error, clustered, times the root of G / (G - 1).
    low, high : float or None
        Interval of b, of the t distribution with G - 1 degrees of freedom.
    p : float or None
        Two-sided p-value of b = 0.
    units, groups, clusters : int
        Units that the fit is of: those of groups and levels with any outcome; their groups and clusters.
    left_out : int
        Units of groups or levels without any outcome, which say nothing of b.
    imbalance : float
        Largest relative error of a total of the fit: of a level, or of the treated units.
    reason : str or None
        Why there is no coefficient or no error.
    """

    coefficient: float | None
    error: float | None
    low: float | None
    high: float | None
    p: float | None
    units: int
    groups: int
    clusters: int
    left_out: int
    imbalance: float
    reason: str | None = None

    @property
    def percent(self) -> tuple[float | None, float | None, float | None]:
        """The effect, and its interval, in percent: 100 (exp b - 1)."""
        b, low, high = (
            None if v is None else 100 * float(np.expm1(v)) for v in (self.coefficient, self.low, self.high)
        )
        return b, low, high


def poisson_effect(
    treated: ArrayLike,
    group: ArrayLike,
    level_of: ArrayLike,
    cluster: ArrayLike,
    units: ArrayLike,
    total: ArrayLike,
    *,
    level: float = 0.95,
) -> PoissonEffect:
    """Fit the model on cells.

    Parameters
    ----------
    treated : bool array of shape (n,)
        Arm of each cell.
    group, level_of : int array of shape (n,)
        Group g and level k of each cell, any whole numbers.
    cluster : int array of shape (n,)
        Cluster of each cell; every group lies within one.
    units : array of shape (n,)
        Units of each cell, above 0.
    total : array of shape (n,)
        Sum of the outcome over these units, 0 or more.
    level : float
        Coverage of the interval.

    Raises
    ------
    MatchingError
        Lengths differ, a number is not allowed, or a group lies in two clusters.

    References
    ----------
    Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88, 641; Deming and Stephan (1940), Annals of
    Mathematical Statistics 11, 427; Correia, Guimaraes and Zylkin (2020), Stata Journal 20, 95.
    """
    cells = _checked(treated, group, level_of, cluster, units, total)
    kept = _informative(cells)
    left_out = int(cells.n.sum() - kept.n.sum())
    for arm, name in ((kept.x > 0, "treated"), (kept.x == 0, "control")):
        if not kept.y[arm].sum() > 0:
            return _nothing(kept, left_out, f"no {name} unit has an outcome above 0")
    return _fitted(kept, left_out, level)


@dataclass(frozen=True)
class _Cells:
    """Cells with dense numbers of group, level and cluster."""

    x: Floats
    g: Ints
    k: Ints
    c: Ints
    n: Floats
    y: Floats

    def by_group(self, values: Floats) -> Floats:
        return np.bincount(self.g, weights=values, minlength=int(self.g.max(initial=-1)) + 1).astype(np.float64)

    def by_level(self, values: Floats) -> Floats:
        return np.bincount(self.k, weights=values, minlength=int(self.k.max(initial=-1)) + 1).astype(np.float64)

    def where(self, which: NDArray[np.bool_]) -> "_Cells":
        g, k, c = (_dense(values[which]) for values in (self.g, self.k, self.c))
        return _Cells(self.x[which], g, k, c, self.n[which], self.y[which])


def _dense(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _checked(
    treated: ArrayLike, group: ArrayLike, level_of: ArrayLike, cluster: ArrayLike, units: ArrayLike, total: ArrayLike
) -> _Cells:
    x = np.asarray(treated, bool).astype(np.float64).ravel()
    n, y = (np.asarray(values, np.float64).ravel() for values in (units, total))
    g, k, c = (_dense(np.asarray(values, np.int64).ravel()) for values in (group, level_of, cluster))
    sizes = [values.size for values in (x, g, k, c, n, y)]
    if len(set(sizes)) > 1:
        raise MatchingError(f"cells have columns of lengths {sizes}; expected one length")
    if not (np.isfinite(n).all() and np.isfinite(y).all() and (n > 0).all() and (y >= 0).all()):
        raise MatchingError("a cell has no unit, or a negative or infinite outcome; expected units > 0, outcomes >= 0")
    if len(np.unique(np.stack([g, c]), axis=1).T) > len(np.unique(g)):
        raise MatchingError("a group lies in two clusters; every group must lie within one")
    return _Cells(x, g, k, c, n, y)


def _informative(cells: _Cells) -> _Cells:
    """Return the cells of groups and levels with an outcome: an effect of one without any is minus infinity."""
    while cells.y.size:
        there = (cells.by_group(cells.y)[cells.g] > 0) & (cells.by_level(cells.y)[cells.k] > 0)
        if there.all():
            break
        cells = cells.where(there)
    return cells


def _nothing(cells: _Cells, left_out: int, reason: str) -> PoissonEffect:
    groups, clusters = (int(values.max(initial=-1)) + 1 for values in (cells.g, cells.c))
    return PoissonEffect(
        None, None, None, None, None, int(cells.n.sum()), groups, clusters, left_out, float("nan"), reason
    )


class _State:
    """A point (ln T, b): expected outcomes of cells, with the totals of groups met exactly."""

    def __init__(self, cells: _Cells, theta: Floats, b: float) -> None:
        raw = np.log(cells.n) + theta[cells.k] + b * cells.x
        share = np.exp(raw - raw.max())
        in_group = cells.by_group(share)[cells.g]
        self.theta, self.b = theta, b
        self.mu = cells.by_group(cells.y)[cells.g] * share / in_group
        # up to a constant: the likelihood of the multinomial within each group
        self.likelihood = float((cells.y * (raw - raw.max() - np.log(in_group))).sum())


def _fitted(cells: _Cells, left_out: int, level: float) -> PoissonEffect:
    state = _swept(cells)
    for _ in range(STEPS):
        gradient, information = _normal(cells, state.mu)
        step: Floats = np.asarray(np.linalg.lstsq(information, gradient, rcond=1e-12)[0], np.float64)
        moved = _moved(cells, state, step)
        if moved is None:
            break
        state = moved
        if np.abs(step).max() < TOLERANCE:
            break
    return _effect(cells, state, left_out, level)


def _swept(cells: _Cells) -> _State:
    """Return the point after some sweeps of proportional fitting over levels and arms."""
    state = _State(cells, np.zeros(int(cells.k.max()) + 1), 0.0)
    arm = cells.x > 0
    for _ in range(SWEEPS):
        theta = state.theta + np.log(cells.by_level(cells.y) / cells.by_level(state.mu))
        state = _State(cells, theta - theta[0], state.b)
        sides = [np.log(cells.y[side].sum() / state.mu[side].sum()) for side in (arm, ~arm)]
        state = _State(cells, state.theta, state.b + float(sides[0] - sides[1]))
    return state


def _moved(cells: _Cells, state: _State, step: Floats) -> _State | None:
    """Return the point after a step, halved until the likelihood does not fall; None where it always does."""
    slack = 1e-13 * abs(state.likelihood)
    for _ in range(HALVINGS):
        new = _State(cells, state.theta + np.concatenate([[0.0], step[:-1]]), state.b + float(step[-1]))
        if new.likelihood >= state.likelihood - slack:
            return new
        step = step / 2
    return None


def _columns(cells: _Cells) -> list[NDArray[np.bool_]]:
    """Return where each regressor is 1: levels from the second on, then the treatment."""
    return [*(cells.k == at for at in range(1, int(cells.k.max()) + 1)), cells.x > 0]


def _normal(cells: _Cells, mu: Floats) -> tuple[Floats, Floats]:
    """Return gradient and information of (ln T without the first, b), effects of groups taken out."""
    total = cells.by_group(mu)
    columns = _columns(cells)
    residual = cells.y - mu
    gradient = np.array([residual[column].sum() for column in columns])
    in_group = np.stack([cells.by_group(mu * column) for column in columns], axis=1)
    cross = in_group.T @ (in_group / total[:, None])
    by_arm = [np.bincount(cells.k, weights=w, minlength=len(columns))[1:] for w in (mu, mu * cells.x)]
    information = np.diag(np.append(by_arm[0], (mu * cells.x).sum()))
    information[:-1, -1] = information[-1, :-1] = by_arm[1]
    return gradient, information - cross


def _effect(cells: _Cells, state: _State, left_out: int, level: float) -> PoissonEffect:
    mu, arm = state.mu, cells.x > 0
    _, information = _normal(cells, mu)
    levels, mixed, own = information[:-1, :-1], information[:-1, -1], float(information[-1, -1])
    slopes = np.linalg.lstsq(levels, mixed, rcond=1e-12)[0]
    left = own - float(mixed @ slopes)
    groups, clusters = int(cells.g.max()) + 1, int(cells.c.max()) + 1
    if left <= COLLINEAR * float(mu[arm].sum()):
        return _nothing(cells, left_out, "no group and level has both arms: the treatment is one of their effects")
    totals = np.abs(cells.by_level(mu) / cells.by_level(cells.y) - 1).max()
    imbalance = max(float(totals), abs(float(mu[arm].sum() / cells.y[arm].sum()) - 1))
    known = int(cells.n.sum()), groups, clusters, left_out, imbalance
    if clusters < 2:
        return PoissonEffect(state.b, None, None, None, None, *known, "one cluster: its error cannot be told")
    x = cells.x - np.concatenate([[0.0], slopes])[cells.k]
    x -= (cells.by_group(mu * x) / cells.by_group(mu))[cells.g]
    scores = np.bincount(cells.c, weights=x * (cells.y - mu), minlength=clusters)
    error = float(np.sqrt((scores**2).sum() * clusters / (clusters - 1))) / left
    if error <= 0:
        return PoissonEffect(state.b, None, None, None, None, *known, "the outcome does not vary within groups")
    law = stats.t(clusters - 1)
    half = float(law.ppf((1 + level) / 2)) * error
    p = float(2 * law.sf(abs(state.b) / error))
    return PoissonEffect(state.b, error, state.b - half, state.b + half, p, *known)
