"""Newton's method for the directed Enhanced Configuration Model, in (gamma, beta) of senders and receivers.

As `isthmus.nullmodels.solver`, on the two sides of a bipartite problem. Adding a constant to one side's parameters and
taking it from the other's changes nothing: every connected part of the excess graph is kept balanced, its least beta of
a sender equal to its least beta of a receiver. Then all betas are positive, unless one node is the least on both sides
and may have no loop: the one case in which beta_out_i + beta_in_j > 0 for all open pairs allows negative ones.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.csgraph import connected_components

from isthmus.nullmodels import directed_kernels as kernels
from isthmus.nullmodels.boundary import EXCESS_FREE, LINK_FREE, LINK_PRESENT, Kinds
from isthmus.nullmodels.directed_boundary import DirectedClasses
from isthmus.nullmodels.solver import (
    LARGEST_GAMMA_STEP,
    NO_KINDS,
    NONE,
    SMALLEST_GAP_KEPT,
    TOLERANCE,
    FloatArray,
    _next_damping,
)

SWEEPS = 6
# Up to so many pairs of classes the covariances are stored in double precision, in single precision up to the second.
DOUBLE_PAIRS = 100_000
STORED_PAIRS = 12_000_000
DENSE_CLASSES = 3000
PATIENCE = 20
# Two directions are flat; a ridge keeps rounding from carrying the parameters away along them.
FLAT_RIDGE = 1e-9


@dataclass(frozen=True)
class Side:
    """Parameters of the senders or of the receivers, per class; beta is high + low."""

    gamma: FloatArray
    high: FloatArray
    low: FloatArray


@dataclass(frozen=True)
class DirectedSolution:
    """Parameters of both sides: gamma (inf without links, 0 where no link is free), beta (inf where no excess is)."""

    senders: Side
    receivers: Side
    iterations: int


@dataclass(frozen=True)
class _Part:
    """A connected part of the excess graph; `whole` when all its pairs but the closed diagonal carry excess."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    whole: bool


@dataclass(frozen=True)
class _State:
    sides: tuple[Side, Side]
    sums: tuple[FloatArray, FloatArray]
    error: float


class _Problem:
    """The fixed side of one fit: margins, marks, parts, workspace. Index 0 stands for senders, 1 for receivers."""

    def __init__(self, classes: DirectedClasses, kinds: Kinds | None) -> None:
        self.loops = classes.loops
        self.kinds = NO_KINDS if kinds is None else kinds
        self.size = classes.row_size.astype(float), classes.column_size.astype(float)
        self.k = classes.out_degree.astype(float), classes.in_degree.astype(float)
        self.e = classes.out_excess.astype(float), classes.in_excess.astype(float)
        shape = self.k[0].size, self.k[1].size
        self.linked = self.k[0] > 0, self.k[1] > 0
        self.carries = self.e[0] > 0, self.e[1] > 0
        self.certain = np.zeros(shape[0]), np.zeros(shape[1])
        self.free = self.linked
        if kinds is not None:
            self.certain = self._counts(kinds & LINK_PRESENT > 0)
            free = self._counts(kinds & LINK_FREE > 0)
            excess = self._counts(kinds & EXCESS_FREE > 0)
            self.free = self.linked[0] & (free[0] > 0), self.linked[1] & (free[1] > 0)
            self.carries = self.carries[0] & (excess[0] > 0), self.carries[1] & (excess[1] > 0)
        self.parts = self._parts()
        pairs = shape[0] * shape[1]
        kind = np.float64 if pairs <= DOUBLE_PAIRS else np.float32
        self.blocks: tuple[Any, ...] = (NONE, NONE, NONE)
        if pairs <= STORED_PAIRS:
            self.blocks = tuple(np.zeros(shape, dtype=kind) for _ in range(3))

    def _counts(self, mask: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        own = np.zeros(mask.shape[0]) if self.loops else np.diagonal(mask).astype(float)
        rows, columns = mask @ self.size[1], self.size[0] @ mask
        return (rows, columns) if self.loops else (rows - own, columns - own)

    def _parts(self) -> list[_Part]:
        rows, columns = (np.flatnonzero(side) for side in self.carries)
        if not rows.size or not columns.size:
            return []
        if not self.kinds.size:
            return [_Part(rows, columns, True)]
        allowed = self.kinds[np.ix_(rows, columns)] & EXCESS_FREE > 0
        closed = np.zeros_like(allowed)
        if not self.loops:
            closed = (rows[:, None] == columns[None, :]) & (self.size[0][rows] < 2.0)[:, None]
        graph = sparse.csr_array(allowed)
        joined: Any = sparse.block_array([[None, graph], [graph.T, None]])  # type: ignore[arg-type]
        count, label = connected_components(joined, directed=False)
        parts = []
        for part in range(count):
            i = np.flatnonzero(label[: rows.size] == part)
            j = np.flatnonzero(label[rows.size :] == part)
            whole = bool((allowed | closed)[np.ix_(i, j)].all())
            parts.append(_Part(rows[i], columns[j], whole))
        return parts

    def state(self, sides: tuple[Side, Side], *, blocks: bool) -> _State:
        """Return expected sums at some parameters, and the largest relative error of any degree or strength."""
        sums = kernels.pair_sums(*self.arguments(sides), *(self.blocks if blocks else (NONE, NONE, NONE)))
        error = 0.0
        for side in range(2):
            k, s, on = self.k[side], self.k[side] + self.e[side], self.linked[side]
            degree, strength = sums[side][0], sums[side][0] + sums[side][1]
            worst = np.maximum(np.abs(degree - k)[on] / k[on], np.abs(strength - s)[on] / s[on])
            error = max(error, float(np.max(worst, initial=0.0))) if np.isfinite(worst).all() else np.inf
        return _State(sides, sums, error)

    def arguments(self, sides: tuple[Side, Side]) -> tuple[Any, ...]:
        """Return what the kernels take: (g, E, high, low) of both sides, sizes, receivers of negative beta, marks."""
        arrays = tuple(np.stack([np.exp(-s.gamma), np.expm1(s.high), s.high, s.low]) for s in sides)
        negative = np.flatnonzero(sides[1].high <= 0)
        return (*arrays, *self.size, negative, self.kinds, self.loops)

    def residual(self, sums: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Minus the gradient, expected minus observed: (gamma senders, gamma receivers, beta senders, ...)."""
        links = [np.where(self.free[n], self.size[n] * (sums[n][0] - self.k[n]), 0.0) for n in range(2)]
        excess = [np.where(self.carries[n], self.size[n] * (sums[n][1] - self.e[n]), 0.0) for n in range(2)]
        return np.concatenate([*links, *excess])

    def split(self, vector: FloatArray) -> list[FloatArray]:
        """Return the four parts of a vector as `residual` orders them."""
        r, c = self.k[0].size, self.k[1].size
        return np.split(vector, [r, r + c, 2 * r + c])


def solve_directed(
    classes: DirectedClasses, kinds: Kinds | None, *, tolerance: float = TOLERANCE, max_iterations: int = 200
) -> DirectedSolution:
    """Maximise the likelihood over the ordered pairs that the boundary leaves open.

    Parameters
    ----------
    classes : DirectedClasses
        Nodes grouped by what no moment tells apart.
    kinds : Kinds or None
        (R, C) bits of `isthmus.nullmodels.boundary`, or None.
    tolerance : float
        Largest relative error of any degree or strength at which to stop.
    max_iterations : int
        Newton steps at most.

    Returns
    -------
    DirectedSolution
        Parameters per class of both sides.

    """
    problem = _Problem(classes, kinds)
    best = state = _start(problem)
    iterations = stalled = 0
    damping = 0.0
    while state.error > tolerance and iterations < max_iterations and stalled < 3:
        iterations += 1
        direction, slope = _direction(problem, state, damping, iterations > PATIENCE)
        if not slope < 0:
            break
        state, length = _step(problem, state, direction, slope)
        damping = _next_damping(damping, length)
        # Near the last digits the error wanders instead of falling: three steps without gain end the search.
        stalled = 0 if state.error < 0.9 * best.error else stalled + (best.error < 1e-9)
        best = state if state.error < best.error else best
    sides = []
    for n, side in enumerate(best.sides):
        gamma = np.where(problem.linked[n], np.where(problem.free[n], side.gamma, 0.0), np.inf)
        sides.append(Side(gamma, side.high, side.low))
    return DirectedSolution(sides[0], sides[1], iterations)


def _start(problem: _Problem) -> _State:
    """Chung-Lu links, excesses from node means, then fixed-point sweeps with clipped factors; beta stays positive."""
    open_degree = tuple(np.maximum(problem.k[n] - problem.certain[n], 1e-3) for n in range(2))
    total = float(np.where(problem.linked[0], open_degree[0], 0.0) @ problem.size[0])
    sides = []
    for n in range(2):
        gamma = np.where(problem.free[n], -np.log(open_degree[n] / np.sqrt(max(total, 1e-3))), 0.0)
        mean = np.where(problem.carries[n], problem.e[n] / np.maximum(problem.k[n], 1.0), 1.0)
        beta = np.where(problem.carries[n], np.log1p(1.0 / mean) / 2, np.inf)
        sides.append(Side(np.where(problem.linked[n], gamma, np.inf), beta, np.zeros_like(beta)))
    state = problem.state((sides[0], sides[1]), blocks=False)
    for sweep in range(SWEEPS):
        for n in range(2):
            links = np.maximum(state.sums[n][0] - problem.certain[n], 1e-300)
            change = np.where(problem.free[n], np.log(np.clip(open_degree[n] / links, 0.3, 3.0)), 0.0)
            excess = np.where(problem.carries[n], state.sums[n][1] / np.maximum(problem.e[n], 1.0), 1.0)
            beta = np.log1p(np.expm1(state.sides[n].high) * np.clip(excess, 0.3, 3.0))
            sides[n] = Side(state.sides[n].gamma - change, beta, np.zeros_like(beta))
        last = sweep == SWEEPS - 1
        pair = _balanced(problem, (sides[0], sides[1])) if last else (sides[0], sides[1])
        state = problem.state(pair, blocks=last)
    return state


def _direction(problem: _Problem, state: _State, damping: float, dense: bool) -> tuple[FloatArray, float]:
    """Return a descent direction and its slope; a slope that is not negative says that there is none."""
    right = problem.residual(state.sums)
    diagonal = tuple(sums.copy() for sums in state.sums)
    for sums in diagonal:
        sums[2:] *= 1.0 + damping
        sums[2] *= 1.0 + FLAT_RIDGE
    accuracy = min(0.01, max(state.error, 1e-6) ** 0.5)
    limit = 20 + 4 * right.size if right.size < 2000 else 400
    direction, _, solved = kernels.newton_direction(
        *problem.arguments(state.sides), *problem.blocks, *diagonal, right, accuracy, limit
    )
    slope = -float(right @ direction)
    if (dense or not solved or not slope < 0) and right.size <= 2 * DENSE_CLASSES:
        direction = _dense_direction(problem, state, diagonal, right)
        slope = -float(right @ direction)
    return direction, slope


def _dense_direction(
    problem: _Problem, state: _State, diagonal: tuple[FloatArray, ...], right: FloatArray
) -> FloatArray:
    """Return the Newton direction from a Cholesky factor of the diagonally scaled Hessian, with a ridge at need."""
    r, c = problem.k[0].size, problem.k[1].size
    blocks = tuple(np.zeros((r, c)) for _ in range(3))
    kernels.pair_sums(*problem.arguments(state.sides), *blocks)
    times = problem.size[0][:, None] * problem.size[1][None, :]

    def half(block: FloatArray, row: int) -> FloatArray:
        return np.block([[np.diag(diagonal[0][row]), times * block], [(times * block).T, np.diag(diagonal[1][row])]])

    gg, gb, bb = (half(block, row) for row, block in enumerate(blocks, start=2))
    hessian = np.block([[gg, gb], [gb, bb]])
    values = np.diagonal(hessian).copy()
    scale = np.where(values > 0, 1.0 / np.sqrt(np.maximum(values, 1e-300)), 0.0)
    hessian *= scale[:, None] * scale[None, :]
    ridge = 1e-14
    at = np.arange(values.size)
    for _ in range(14):
        hessian[at, at] = np.where(values > 0, 1.0 + ridge, 1.0)
        try:
            return np.asarray(linalg.cho_solve(linalg.cho_factor(hessian, lower=True), right * scale) * scale)
        except linalg.LinAlgError:
            ridge *= 10
    return right * scale**2


def _step(problem: _Problem, state: _State, direction: FloatArray, slope: float) -> tuple[_State, float]:
    """Walk along the direction, inside the domain, to where its slope has clearly shrunk; also the share walked."""
    d_gamma = direction[: direction.size // 2]
    length = cap = min(1.0, LARGEST_GAMMA_STEP / max(float(np.max(np.abs(d_gamma))), 1e-300))
    new = state
    for _ in range(60):
        sides, tangent, ratio = _walk(problem, state.sides, problem.split(direction), length)
        if not ratio >= SMALLEST_GAP_KEPT:
            length *= min((1.0 - SMALLEST_GAP_KEPT) / (1.0 - ratio), 0.9) if np.isfinite(ratio) and ratio < 0 else 0.5
            continue
        new = problem.state(sides, blocks=True)
        slope_there = -float(problem.residual(new.sums) @ tangent)
        if np.isfinite(new.error) and slope_there <= 0.9 * abs(slope):
            return new, length / cap
        shrink = slope / (slope - slope_there) if np.isfinite(slope_there) else 0.1
        length *= min(max(shrink, 0.1), 0.7)
    return new, length / cap


def _walk(
    problem: _Problem, start: tuple[Side, Side], direction: list[FloatArray], length: float
) -> tuple[tuple[Side, Side], FloatArray, float]:
    """Where a step of this length ends, the path's tangent there, and how far the smallest gap has shrunk.

    In a part where all pairs carry excess the quantities that bound the domain shrink harmonically, u / (1 - length
    du / u), and never reach 0: straight steps would creep along that boundary.
    """
    high, low = [side.high.copy() for side in start], [side.low.copy() for side in start]
    tangent = [direction[2].copy(), direction[3].copy()]
    ratio, straight = np.inf, False
    for part in problem.parts:
        if not part.whole:
            straight = True
            for n, members in enumerate((part.rows, part.columns)):
                step = length * direction[2 + n][members]
                high[n][members], low[n][members] = _plus(high[n][members], low[n][members], step)
            continue
        least = _walk_whole(problem, part, high, low, direction[2:], tangent, length)
        ratio = min(ratio, least)
    sides = tuple(Side(start[n].gamma + length * direction[n], high[n], low[n]) for n in range(2))
    if straight and ratio > 0:
        before, after = problem.arguments(start), problem.arguments((sides[0], sides[1]))
        ratio = min(
            ratio,
            float(
                kernels.smallest_ratio(
                    after[0], after[1], before[0], before[1], problem.size[0], problem.kinds, problem.loops
                )
            ),
        )
    balanced = _balanced(problem, (sides[0], sides[1]))
    return balanced, np.concatenate([direction[0], direction[1], *tangent]), ratio


def _walk_whole(
    problem: _Problem,
    part: _Part,
    high: list[FloatArray],
    low: list[FloatArray],
    change: list[FloatArray],
    tangent: list[FloatArray],
    length: float,
) -> float:
    """Move one part in place; its least gap after / before, negative where the domain is left."""
    members = part.rows, part.columns
    heads = [int(m[np.argmin(high[n][m])]) for n, m in enumerate(members)]
    hub = heads[0]
    if not problem.loops and hub == heads[1] and problem.size[0][hub] < 2.0:
        return _walk_hub(members, hub, high, low, change, tangent, length)
    # The two sides' least betas are equal: let them change by the same share.
    shift = (change[1][heads[1]] - change[0][heads[0]]) / 2
    least = np.inf
    for n, m in enumerate(members):
        new, slope = _harmonic(high[n][m], change[n][m] + (shift if n == 0 else -shift), length)
        least = min(least, float(np.min(new / high[n][m])))
        high[n][m], low[n][m], tangent[n][m] = new, 0.0, slope
    return least


def _walk_hub(
    members: tuple[NDArray[np.int64], NDArray[np.int64]],
    hub: int,
    high: list[FloatArray],
    low: list[FloatArray],
    change: list[FloatArray],
    tangent: list[FloatArray],
    length: float,
) -> float:
    """Move a part whose least beta on both sides is one node's: in its sums with all others, and beta_out + beta_in."""
    own = float(_sums(high[0][hub], low[0][hub], high[1][hub], low[1][hub]))
    d_own = float(change[0][hub] + change[1][hub])
    own_after = own + length * d_own
    least, beyond = np.inf, 0.0
    moved = []
    for n, m in enumerate(members):
        others = m[m != hub]
        sums = _sums(high[n][others], low[n][others], high[1 - n][hub], low[1 - n][hub])
        new, slope = _harmonic(sums, change[n][others] + change[1 - n][hub], length)
        least = min(least, float(np.min(new / sums, initial=np.inf)))
        beyond += float(np.min(new, initial=np.inf))
        moved.append((others, new, slope))
    if beyond <= own_after:
        return -np.inf
    for n, (others, new, slope) in enumerate(moved):
        high[n][others], low[n][others] = _two_sum(new, np.full(new.size, -own_after / 2))
        high[n][hub], low[n][hub] = own_after / 2, 0.0
        tangent[n][others], tangent[n][hub] = slope - d_own / 2, d_own / 2
    return least


def _harmonic(value: FloatArray, change: FloatArray, length: float) -> tuple[FloatArray, FloatArray]:
    """Where positive numbers go, and how fast they change there."""
    factor = 1.0 + length * np.maximum(-change / value, 0.0)
    return np.where(change < 0, value / factor, value + length * change), change / factor**2


def _balanced(problem: _Problem, sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Return the same sums, with the least beta of every part equal on both sides."""
    high, low = [side.high.copy() for side in sides], [side.low.copy() for side in sides]
    for part in problem.parts:
        gap = float(np.min(high[1][part.columns]) - np.min(high[0][part.rows])) / 2
        for n, m in enumerate((part.rows, part.columns)):
            high[n][m], low[n][m] = _plus(high[n][m], low[n][m], gap if n == 0 else -gap)
    return Side(sides[0].gamma, high[0], low[0]), Side(sides[1].gamma, high[1], low[1])


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    s = a + b
    z = s - a
    return s, (a - (s - z)) + (b - z)


def _plus(high: FloatArray, low: FloatArray, step: Any) -> tuple[FloatArray, FloatArray]:
    s, rest = _two_sum(high, step)
    return _two_sum(s, rest + low)


def _sums(high_a: Any, low_a: Any, high_b: Any, low_b: Any) -> Any:
    s, rest = _two_sum(high_a, high_b)
    return s + (rest + (low_a + low_b))
