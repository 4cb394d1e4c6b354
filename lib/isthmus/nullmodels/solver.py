"""Newton's method for the Enhanced Configuration Model, in the coordinates (gamma, beta) of degree and excess."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from isthmus.nullmodels import kernels
from isthmus.nullmodels.boundary import EXCESS_FREE, Classes, Kinds
from isthmus.nullmodels.bundles import Bundles, bundle, covariances, spread

FloatArray = NDArray[np.float64]

# Largest relative error over degrees and strengths at which the iteration stops; float64 sums of 250 terms reach 1e-14.
TOLERANCE = 1e-11
SWEEPS = 6
# Up to here the pair covariances are kept between products; above, computing them again is faster than reading them.
STORED_CLASSES = 600
# Where conjugate gradients stall, a dense factorisation with a growing ridge takes over, up to this many classes.
DENSE_CLASSES = 3000
# Real networks take 7 to 12 steps; one that takes more has weights of very different stiffness.
PATIENCE = 12
LARGEST_GAMMA_STEP = 6.0
SMALLEST_GAP_KEPT = 0.02
# Where links are certain, gamma may be free to shift between two groups of nodes; rounding must not carry it away.
FLAT_RIDGE = 1e-9
# A step cut below this share of its length says that the quadratic model is too bold.
CUT_STEP = 0.1
# From so many classes on a fit starts from bundles and is steered by them, until a step gains less than this factor.
BUNDLED_CLASSES = 1200
SLOW = 0.5
# The maximum of the bundles is only a start: it need not be exact.
START_ERROR = 1e-3
START_STEPS = 50
# Starts of real and heavy-tailed networks miss degrees and strengths by 0.1; far away Newton's method creeps.
START_ACCEPTED = 0.5
NO_BUNDLES = np.zeros(0, dtype=np.int64)
NONE = np.zeros((1, 1))
NO_KINDS: Kinds = np.zeros((0, 0), dtype=np.uint8)


@dataclass(frozen=True)
class Solution:
    """Parameters per class, shape (C,): gamma (0 where no link is free), beta (inf where no excess is).

    The hub, -1 if there is none, is the class of least beta, the only one where it may be negative; with_hub is
    beta_hub + beta_j to full relative precision.
    """

    gamma: FloatArray
    beta: FloatArray
    hub: int
    with_hub: FloatArray
    iterations: int


@dataclass(frozen=True)
class _Point:
    """Parameters per class. The hub's sums beta_hub + beta_j are kept apart: they may be far below their terms."""

    gamma: FloatArray
    beta: FloatArray
    hub: int
    with_hub: FloatArray


@dataclass(frozen=True)
class _State:
    at: _Point
    sums: FloatArray
    error: float


class _Problem:
    """The fixed side of one fit: classes, marks, workspace."""

    def __init__(self, classes: Classes | Bundles, kinds: Kinds | None) -> None:
        self.kinds = NO_KINDS if kinds is None else kinds
        self.size = classes.size.astype(float)
        self.k, self.e = classes.degree.astype(float), classes.excess.astype(float)
        self.carries = (self.e > 0).astype(float)
        if kinds is None:
            self.certain = np.zeros_like(self.k)
            self.free = np.ones(self.k.size, dtype=bool)
        else:
            free, self.certain, excess = kernels.marked_sums(kinds, self.size)
            self.free = free > 0
            self.carries *= excess > 0
        self.open_degree = np.maximum(self.k - self.certain, 1e-3)
        n = self.k.size
        keep = n if n <= STORED_CLASSES else 1
        self.blocks = tuple(np.empty((keep, keep)) if keep == n else NONE for _ in range(3))

    def point(self, gamma: FloatArray, beta: FloatArray) -> _Point:
        """Parameters with the hub looked up: the one node of least beta, if it is one."""
        hub = int(np.argmin(np.where(self.carries > 0, beta, np.inf)))
        hub = hub if self.size[hub] == 1 and self.carries[hub] > 0 else -1
        return _Point(gamma, beta, hub, beta + beta[hub] if hub >= 0 else beta)

    def partners(self, hub: int) -> NDArray[np.bool_]:
        """Return the classes that may share excess with the hub."""
        mask = (self.carries > 0) & (self.kinds[hub] & EXCESS_FREE > 0 if self.kinds.size else True)
        mask[hub] = False
        return mask

    def state(self, at: _Point, *, blocks: bool) -> _State:
        sums = kernels.pair_sums(*self.arguments(at), *(self.blocks if blocks else (NONE, NONE, NONE)))
        s = self.k + self.e
        error = max(np.max(np.abs(sums[0] - self.k) / self.k), np.max(np.abs(sums[0] + sums[1] - s) / s))
        return _State(at, sums, float(error) if np.isfinite(error) else np.inf)

    def arguments(self, at: _Point) -> tuple[Any, ...]:
        sums_with_hub = np.expm1(at.with_hub)
        return np.exp(-at.gamma), np.expm1(at.beta), self.carries, self.size, self.kinds, at.hub, sums_with_hub

    def residual(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Minus the gradient: expected minus observed, per class."""
        down_g = np.where(self.free, self.size * (sums[0] - self.k), 0.0)
        down_b = np.where(self.carries > 0, self.size * (sums[1] - self.e), 0.0)
        return down_g, down_b

    def shrinkage(self, before: _Point, after: _Point) -> float:
        """Return smallest factor by which any sum beta_i + beta_j that bounds the domain has changed, or a lower bound.

        A sum of positive terms shrinks no more than its terms do: where that bound suffices no pair is looked at.
        """
        inner = self.carries > 0
        if before.hub >= 0 and before.hub == after.hub:
            inner[before.hub] = False
        if np.all(before.beta[inner] > 0):
            least = np.min(after.beta[inner] / before.beta[inner], initial=np.inf)
            if before.hub >= 0 and before.hub == after.hub:
                partners = self.partners(before.hub)
                least = min(least, np.min(after.with_hub[partners] / before.with_hub[partners], initial=np.inf))
            if least >= SMALLEST_GAP_KEPT:
                return float(least)
        start = before.beta, before.hub, before.with_hub
        end = after.beta, after.hub, after.with_hub
        return float(kernels.smallest_ratio(*end, *start, self.carries, self.size, self.kinds))


def solve(
    classes: Classes, kinds: Kinds | None, *, tolerance: float = TOLERANCE, max_iterations: int = 200
) -> Solution:
    """Maximise the likelihood over the pairs that the boundary leaves open.

    Parameters
    ----------
    classes : Classes
        Nodes grouped by equal degree and strength.
    kinds : Kinds | None
        (C, C) bits of `isthmus.nullmodels.boundary`, or None.
    tolerance : float, optional
        Largest relative error of any degree or strength at which to stop.
    max_iterations : int, default 200
        Newton steps at most.
    """
    if classes.size.size == 0:
        return Solution(np.zeros(0), np.zeros(0), -1, np.zeros(0), 0)
    problem = _Problem(classes, kinds)
    bundles = None
    if classes.size.size >= BUNDLED_CLASSES:
        bundles = bundle(problem.k, problem.e, problem.size)
    start = _start(problem) if bundles is None else _start_from(problem, bundles)
    best, iterations = _climb(problem, start, bundles, tolerance, max_iterations)
    if bundles is not None and best.error > 100 * tolerance:
        best, more = _climb(problem, _start(problem), None, tolerance, max_iterations)
        iterations += more
    carries = problem.carries > 0
    return Solution(
        gamma=np.where(problem.free, best.at.gamma, 0.0),
        beta=np.where(carries, best.at.beta, np.inf),
        hub=best.at.hub,
        with_hub=np.where(carries, best.at.with_hub, np.inf),
        iterations=iterations,
    )


def _climb(
    problem: _Problem, start: _State, bundles: Bundles | None, tolerance: float, max_iterations: int
) -> tuple[_State, int]:
    """Step until the error is below the tolerance; return the best state and the number of steps."""
    best = state = start
    iterations = stalled = exact = 0
    damping = 0.0
    while state.error > tolerance and iterations < max_iterations and stalled < 3:
        iterations += 1
        exact += bundles is None
        direction = _direction(problem, state, damping, exact > PATIENCE, bundles)
        if direction is None:
            break
        before = state.error
        state, length = _step(problem, state, *direction)
        damping = _next_damping(damping, length)
        if state.error > SLOW * before:
            bundles = None  # from here on the covariances of all pairs
        # Near the last digits the error wanders instead of falling: three steps without gain end the search.
        stalled = 0 if state.error < 0.9 * best.error else stalled + (best.error < 1e-9)
        best = state if state.error < best.error else best
    return best, iterations


def _start_from(problem: _Problem, bundles: Bundles) -> _State:
    """Start where the maximum of the bundles lies."""
    small = _Problem(bundles, bundles.marks(problem.kinds) if problem.kinds.size else None)
    found, _ = _climb(small, _start(small), None, START_ERROR, START_STEPS)
    beta_of = np.where(small.carries > 0, found.at.beta, np.inf)
    gamma, beta = spread(
        bundles, found.at.gamma, beta_of, problem.k, problem.e, (problem.open_degree, small.open_degree)
    )
    state = problem.state(problem.point(np.where(problem.free, gamma, 0.0), beta), blocks=False)
    return state if state.error < START_ACCEPTED else _start(problem)


def _bundled(problem: _Problem, at: _Point, bundles: Bundles) -> tuple[FloatArray, ...] | None:
    """Return the covariances of the bundles at a point; None where the hub is not a bundle of its own."""
    hub = -1 if at.hub < 0 else int(bundles.of_class[at.hub])
    if hub >= 0 and bundles.size[hub] != 1:
        return None
    nodes = problem.size * problem.carries
    carries = (bundles.mean(problem.carries, problem.size) > 0).astype(float)
    gamma, beta = bundles.mean(at.gamma, problem.size), bundles.mean(at.beta, nodes)
    beta = np.where(carries > 0, beta, 1.0)
    marks = bundles.marks(problem.kinds)
    return covariances(gamma, beta, carries, bundles.size, marks, hub, bundles.mean(at.with_hub, nodes))


def _start(problem: _Problem) -> _State:
    """Chung-Lu links, excesses from node means, then fixed-point sweeps with clipped factors; beta stays positive."""
    open_degree = problem.open_degree
    total = float(open_degree @ problem.size)
    gamma = np.where(problem.free, -np.log(open_degree / np.sqrt(total)), 0.0)
    mean = np.where(problem.carries > 0, problem.e / problem.k, 1.0)
    beta = np.log1p(1.0 / mean) / 2
    state = problem.state(problem.point(gamma, beta), blocks=False)
    for sweep in range(SWEEPS):
        links = np.maximum(state.sums[0] - problem.certain, 1e-300)
        gamma = gamma - np.where(problem.free, np.log(np.clip(open_degree / links, 0.3, 3.0)), 0.0)
        excess = np.where(problem.carries > 0, state.sums[1] / np.maximum(problem.e, 1.0), 1.0)
        beta = np.log1p(np.expm1(beta) * np.clip(excess, 0.3, 3.0))
        state = problem.state(problem.point(gamma, beta), blocks=sweep == SWEEPS - 1)
    return state


def _next_damping(damping: float, length: float) -> float:
    """Share by which the Hessian's diagonal is raised: grows where steps had to be cut, as in Levenberg-Marquardt."""
    if length < CUT_STEP:
        return max(10.0 * damping, 0.01)
    return damping / 10.0 if damping > 1e-4 and length > 0.5 else 0.0 if length > 0.5 else damping


def _direction(
    problem: _Problem, state: _State, damping: float, dense: bool, bundles: Bundles | None
) -> tuple[FloatArray, FloatArray, float] | None:
    """Return a descent direction (d gamma, d beta) and its slope, or None when not even steepest descent has one."""
    down_g, down_b = problem.residual(state.sums)
    if damping > 0 or problem.kinds.size:
        sums = state.sums.copy()
        sums[2:] *= 1.0 + damping
        sums[2] *= 1.0 + FLAT_RIDGE
        state = replace(state, sums=sums)
    arguments = problem.arguments(state.at)
    accuracy = min(0.01, max(state.error, 1e-6) ** 0.5)
    limit = 20 + 4 * down_g.size
    blocks = None if bundles is None else _bundled(problem, state.at, bundles)
    if bundles is not None and blocks is not None:
        dg, db, _, solved = kernels.newton_direction(
            *arguments, *blocks, state.sums, down_g, down_b, accuracy, limit, bundles.of_class
        )
        slope = -float(down_g @ dg + down_b @ db)
        if solved and slope < 0:
            return dg, db, slope
    dg, db, _, solved = kernels.newton_direction(
        *arguments, *problem.blocks, state.sums, down_g, down_b, accuracy, limit, NO_BUNDLES
    )
    slope = -float(down_g @ dg + down_b @ db)
    if (dense or not solved or not slope < 0) and down_g.size <= DENSE_CLASSES:
        dg, db = _dense_direction(problem, state, down_g, down_b)
        slope = -float(down_g @ dg + down_b @ db)
    return (dg, db, slope) if slope < 0 else None


def _dense_direction(
    problem: _Problem, state: _State, down_g: FloatArray, down_b: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return Newton direction from a Cholesky factor of the diagonally scaled Hessian, with a ridge where needed."""
    n = down_g.size
    V, C, W = (np.zeros((n, n)) for _ in range(3))
    kernels.pair_sums(*problem.arguments(state.at), V, C, W)
    times = problem.size[:, None] * problem.size[None, :]
    gg, gb, bb = (times * block + np.diag(state.sums[row]) for row, block in enumerate((V, C, W), start=2))
    hessian = np.block([[gg, gb], [gb, bb]])
    right = np.concatenate([down_g, down_b])
    diagonal = np.diagonal(hessian).copy()
    scale = np.where(diagonal > 0, 1.0 / np.sqrt(np.maximum(diagonal, 1e-300)), 0.0)
    hessian = hessian * scale[:, None] * scale[None, :]
    ridge = 1e-14
    for _ in range(14):
        damped = hessian.copy()
        damped[np.arange(2 * n), np.arange(2 * n)] = np.where(diagonal > 0, 1.0 + ridge, 1.0)
        try:
            solved = linalg.cho_solve(linalg.cho_factor(damped, lower=True), right * scale) * scale
        except linalg.LinAlgError:
            ridge *= 10
            continue
        return solved[:n], solved[n:]
    return right[:n] * scale[:n] ** 2, right[n:] * scale[n:] ** 2


def _step(problem: _Problem, state: _State, dg: FloatArray, db: FloatArray, slope: float) -> tuple[_State, float]:
    """Walk along the direction, inside the domain, to where its slope has clearly shrunk; also the share walked.

    Only the directional derivative is looked at: the objective is of size 1e7 and its rounding hides the last digits.
    """
    length = cap = min(1.0, LARGEST_GAMMA_STEP / max(float(np.max(np.abs(dg))), 1e-300))
    new = state
    for _ in range(40):
        at, tangent = _walk(problem, state.at, dg, db, length)
        ratio = problem.shrinkage(state.at, at)
        if ratio < SMALLEST_GAP_KEPT:
            # Where the path is straight this length keeps the sum that would shrink most.
            length *= min((1.0 - SMALLEST_GAP_KEPT) / (1.0 - ratio), 0.9)
            continue
        new = problem.state(at, blocks=True)
        down_g, down_b = problem.residual(new.sums)
        slope_there = -float(down_g @ dg + down_b @ tangent)
        if np.isfinite(new.error) and slope_there <= 0.9 * abs(slope):
            return new, length / cap
        shrink = slope / (slope - slope_there) if np.isfinite(slope_there) else 0.1
        length *= min(max(shrink, 0.1), 0.7)
    return new, length / cap


def _walk(problem: _Problem, start: _Point, dg: FloatArray, db: FloatArray, length: float) -> tuple[_Point, FloatArray]:
    """Where a step of this length ends, and the path's tangent there (of beta).

    The sums of beta with the hub, the node of least beta, bound the domain, and their pairs carry 1 / sum: a sum that
    shrinks does so harmonically, u / (1 - length du / u), and never reaches 0. The sums of the others stay positive by
    themselves once the hub's beta is negative, as it is in every real network seen. On networks with one dominant hub
    straight steps creep along that boundary: 136 of them where this path needs 8.
    """
    gamma, hub = start.gamma + length * dg, start.hub
    if hub < 0:
        return problem.point(gamma, start.beta + length * db), db
    change, partners = db + db[hub], problem.partners(hub)
    shrinking = partners & (change < 0)
    factor = np.where(shrinking, 1.0 - length * change / np.where(shrinking, start.with_hub, 1.0), 1.0)
    with_hub = np.where(shrinking, start.with_hub / factor, start.with_hub + length * change)
    of_hub = start.beta[hub] + length * db[hub]
    beta = np.where(partners, with_hub - of_hub, start.beta + length * db)
    beta[hub] = of_hub
    tangent = np.where(shrinking, change / factor**2 - db[hub], db)
    if np.min(np.where(problem.carries > 0, beta, np.inf)) < of_hub:
        return problem.point(gamma, beta), tangent
    return _Point(gamma, beta, hub, with_hub), tangent
