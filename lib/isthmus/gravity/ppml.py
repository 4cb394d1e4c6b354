"""Gravity by Poisson pseudo-maximum-likelihood on a full rectangular grid, zeros included.

    E[y_ij] = exp(x_ij' beta),   score X'(y - mu) = 0       (Santos Silva and Tenreyro 2006, RESTAT 88, 641)

Newton's method; X is never built. The observed flows enter by their non-zeros alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, sparse, stats
from scipy.special import gammaln

from isthmus.errors import GravityError
from isthmus.gravity.grid import Floats, Grid, Ints
from isthmus.gravity.sums import Layout, column_scores, final_sums, layout, normal_matrix, row_scores, sums_of

# Newton stops when the expected gain in likelihood is this share of the flows; that step is still taken.
TOLERANCE = 1e-14
MAX_STEPS = 60
HALVINGS = 40
# A column is collinear when the others leave less than this share of it.
COLLINEAR = 1e-11
# Rows and columns of the largest cities that the first approximation is fitted on.
WARM_ROWS, WARM_COLUMNS = 400, 500


@dataclass(frozen=True)
class Flows:
    """Observed flows that are not zero, each pair once.

    Attributes
    ----------
    i, j : int64 arrays of shape (n,)
        Row and column.
    y : float64 array of shape (n,)
        Flow, positive.

    """

    i: Ints
    j: Ints
    y: Floats


@dataclass(frozen=True)
class PpmlFit:
    """A fitted gravity model.

    Attributes
    ----------
    names : tuple of str
        Names of the k coefficients, the constant first.
    coefficients : float64 array of shape (k,)
        Estimates.
    covariance : float64 array of shape (k, k)
        Robust to heteroscedasticity, HC1: with the factor n / (n - k).
    two_way_raw : float64 array of shape (k, k)
        Clustered by row and by column, B (U'U + V'V - meat) B, without factor; need not be positive semidefinite.
    n_rows, n_columns, n_pairs, n_positive : int
        Size of the grid, pairs of the model (n), and pairs with a flow.
    log_likelihood, null_log_likelihood : float
        Of the model and of the constant alone.
    squared_correlation : float
        Of flows and fitted flows.
    steps : int
        Newton steps on the full grid.
    converged : bool
        Whether the steps became small enough.
    constructed : tuple of str
        Coefficients that are 1 by construction, whatever the data.

    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    two_way_raw: Floats
    n_rows: int
    n_columns: int
    n_pairs: int
    n_positive: int
    log_likelihood: float
    null_log_likelihood: float
    squared_correlation: float
    steps: int
    converged: bool
    constructed: tuple[str, ...] = ()

    @property
    def standard_errors(self) -> Floats:
        """HC1 standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def mcfadden(self) -> float:
        """McFadden's R2, 1 - lnL / lnL0."""
        return 1 - self.log_likelihood / self.null_log_likelihood

    @property
    def two_way_factor(self) -> float:
        """The factor of pyfixest's convention, min(G) / (min(G) - 1) (n - 1) / (n - k)."""
        fewest = min(self.n_rows, self.n_columns)
        return fewest / (fewest - 1) * (self.n_pairs - 1) / (self.n_pairs - len(self.names))

    @property
    def two_way(self) -> Floats:
        """Two-way clustered covariance, negative eigenvalues at 0, with pyfixest's factor, shape (k, k)."""
        return positive_part(self.two_way_raw) * self.two_way_factor

    @property
    def two_way_clipped(self) -> bool:
        """Whether the two-way matrix had a negative eigenvalue beyond rounding."""
        values = linalg.eigvalsh(self.two_way_raw)
        return bool(values[0] < -1e-12 * max(values[-1], 0.0))

    def coefficient(self, name: str) -> float:
        """Return one estimate.

        Parameters
        ----------
        name : str
            One of `names`.

        """
        return float(self.coefficients[self.names.index(name)])

    def wald(self, name: str, value: float = 1.0) -> float | None:
        """Return the p-value of the hypothesis that a coefficient has a value; chi-squared with one degree, HC1.

        Parameters
        ----------
        name : str
            One of `names`.
        value : float
            The value.

        Returns
        -------
        float or None
            None where the coefficient is 1 by construction, as a test would say nothing.

        """
        if name in self.constructed:
            return None
        at = self.names.index(name)
        return float(stats.chi2.sf((self.coefficients[at] - value) ** 2 / self.covariance[at, at], 1))


def flows_of(i: ArrayLike, j: ArrayLike, y: ArrayLike, grid: Grid) -> Flows:
    """Return checked flows; pairs that come twice are added up and zeros left out.

    Parameters
    ----------
    i, j : int arrays of shape (n,)
        Row and column, in the order of the grid.
    y : array of shape (n,)
        Flow >= 0.
    grid : Grid
        The grid.

    Raises
    ------
    GravityError
        A pair outside the grid, a negative flow, or no flow at all.

    """
    rows, columns, values = (
        np.asarray(i, np.int64).ravel(),
        np.asarray(j, np.int64).ravel(),
        np.asarray(y, float).ravel(),
    )
    if not rows.size == columns.size == values.size:
        raise GravityError(f"{rows.size} rows, {columns.size} columns, {values.size} flows: expected one length")
    n_rows, n_columns = grid.shape
    wrong = np.flatnonzero((rows < 0) | (rows >= n_rows) | (columns < 0) | (columns >= n_columns) | ~(values >= 0))
    if wrong.size:
        at = wrong[0]
        raise GravityError(
            f"flow {values[at]} from row {rows[at]} to column {columns[at]}; expected a flow >= 0 within the grid of "
            f"{n_rows} rows and {n_columns} columns"
        )
    keys, at = np.unique(rows * n_columns + columns, return_inverse=True)
    total = np.bincount(at, weights=values, minlength=keys.size).astype(np.float64)
    keys, total = keys[total > 0], total[total > 0]
    if keys.size == 0:
        raise GravityError("all flows are 0; a gravity model needs at least one")
    return Flows(keys // n_columns, keys % n_columns, total)


class Problem:
    """One grid with its flows: likelihood, gradient and normal matrix for given coefficients."""

    def __init__(self, grid: Grid, flows: Flows) -> None:
        self.grid, self.flows = grid, flows
        self.layout: Layout = layout(grid)
        self.X = grid.regressors(flows.i, flows.j)
        self.Xy = flows.y @ self.X
        self.same = None
        if grid.same is not None:
            self.same = grid.regressors(grid.same[:, 0], grid.same[:, 1])
        self.at_same = grid.names.index("same city") if grid.has_same_city else -1

    def same_weights(self, beta: Floats) -> tuple[Floats, Floats]:
        """Return the fitted flows of same-city pairs: as of any other pair, and the model's (0 where it has none)."""
        assert self.same is not None
        if self.grid.without_same:
            plain = self.same @ beta
            return np.exp(plain), np.zeros_like(plain)
        plain = self.same @ beta - beta[self.at_same]
        return np.exp(plain), np.exp(plain + beta[self.at_same])

    def corrected(self, H: Floats, beta: Floats, power: int) -> Floats:
        """Return X'WX with the same-city pairs in it, W = mu^power."""
        if self.same is None:
            return H
        plain, full = (w**power for w in self.same_weights(beta))
        without = self.as_any_other()
        return np.asarray(H + self.same.T @ (full[:, None] * self.same) - without.T @ (plain[:, None] * without))

    def as_any_other(self) -> Floats:
        """Return the covariates of the same-city pairs without the one that is theirs alone."""
        assert self.same is not None
        without = self.same.copy()
        if self.at_same >= 0:
            without[:, self.at_same] = 0.0
        return without

    def evaluate(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """Return the log-likelihood without its constant, the gradient and the normal matrix."""
        with np.errstate(over="ignore", invalid="ignore"):
            H = self.corrected(normal_matrix(self.layout, sums_of(self.layout, beta)), beta, 1)
            return float(self.Xy @ beta - H[0, 0]), self.Xy - H[0], H

    def newton(self, beta: Floats, *, loose: bool = False) -> tuple[Floats, int, bool]:
        """Return where Newton's method ends, its steps and whether it converged.

        Steps are halved where they lead down; loose: directions that the data say nothing about stay where they are.
        """
        value, gradient, H = self.evaluate(beta)
        if not loose:
            check_rank(H, self.grid.names)
        for step in range(1, MAX_STEPS + 1):
            move = _solve(H, gradient, loose=loose)
            if gradient @ move <= (1e-6 if loose else TOLERANCE) * self.flows.y.sum():
                return beta + move, step, True
            for _ in range(HALVINGS):
                found = self.evaluate(beta + move)
                if np.isfinite(found[0]) and found[0] >= value - 1e-12 * abs(value):
                    break
                move = move / 2
            beta, (value, gradient, H) = beta + move, found
        return beta, MAX_STEPS, False


def fit_ppml(grid: Grid, flows: Flows) -> PpmlFit:
    """Fit a gravity model by Poisson pseudo-maximum-likelihood.

    The first approximation has the covariates of rows and columns alone (its sums factor), the second all covariates
    on the largest cities; the full grid then needs about three steps.

    Parameters
    ----------
    grid : Grid
        Covariates.
    flows : Flows
        Observed flows, of `flows_of`.

    Returns
    -------
    PpmlFit
        Coefficients, covariances, likelihoods.

    Raises
    ------
    GravityError
        A covariate that is empty, collinear with those before it, or non-zero only where all flows are 0; a flow of
        a pair that is left out.

    """
    if grid.without_same:
        _refuse_left_out(grid, flows)
    problem = Problem(grid, flows)
    _refuse_separated(problem)
    start = np.zeros(len(grid.names))
    simple = Problem(grid.without_pairs(), flows)
    first = np.zeros(len(simple.grid.names))
    first[0] = np.log(flows.y.sum() / grid.n_pairs)
    found, steps, converged = simple.newton(first, loose=not grid.factors)
    start[: found.size] = found
    if not grid.factors:
        start = _warm_start(grid, flows, start)
        found, steps, converged = problem.newton(start)
    return _finish(problem, found, steps, converged)


def _warm_start(grid: Grid, flows: Flows, start: Floats) -> Floats:
    if grid.shape[0] <= WARM_ROWS and grid.shape[1] <= WARM_COLUMNS:
        return start
    largest_row = next(iter(grid.rows.values()))
    largest_column = next(iter(grid.columns.values()))
    rows = np.sort(np.argsort(-largest_row, kind="stable")[:WARM_ROWS])
    columns = np.sort(np.argsort(-largest_column, kind="stable")[:WARM_COLUMNS])
    place_i, place_j = np.full(grid.shape[0], -1), np.full(grid.shape[1], -1)
    place_i[rows], place_j[columns] = np.arange(rows.size), np.arange(columns.size)
    i, j = place_i[flows.i], place_j[flows.j]
    inside = (i >= 0) & (j >= 0)
    if not inside.any():
        return start
    part = Problem(grid.only(rows, columns), Flows(i[inside], j[inside], flows.y[inside]))
    found, _, converged = part.newton(start, loose=True)
    return found if converged and np.all(np.isfinite(found)) and np.all(np.abs(found) < 50) else start


def _finish(problem: Problem, beta: Floats, steps: int, converged: bool) -> PpmlFit:
    grid, flows, lay = problem.grid, problem.flows, problem.layout
    first, second, row_C, row_T = final_sums(lay, beta)
    H = problem.corrected(normal_matrix(lay, first), beta, 1)
    squares = problem.corrected(normal_matrix(lay, second), beta, 2)
    mu = np.exp(problem.X @ beta)
    meat = squares + problem.X.T @ ((flows.y * (flows.y - 2 * mu))[:, None] * problem.X)
    bread = linalg.inv(H)
    n, k = grid.n_pairs, len(grid.names)
    U = _sum_by(flows.i, flows.y, problem.X, grid.shape[0]) - row_scores(lay, first, row_C, row_T)
    V = _sum_by(flows.j, flows.y, problem.X, grid.shape[1]) - column_scores(lay, first)
    if problem.same is not None and grid.same is not None:
        plain, full = problem.same_weights(beta)
        without = problem.as_any_other()
        change = full[:, None] * problem.same - plain[:, None] * without
        np.subtract.at(U, grid.same[:, 0], change)
        np.subtract.at(V, grid.same[:, 1], change)
    factorials = gammaln(flows.y + 1).sum()
    total = flows.y.sum()
    spread_y, spread_mu = flows.y @ flows.y - total**2 / n, squares[0, 0] - total**2 / n
    covered = flows.y @ mu - total**2 / n
    return PpmlFit(
        names=grid.names,
        coefficients=beta,
        covariance=bread @ meat @ bread * n / (n - k) if n > k else np.full((k, k), np.nan),
        two_way_raw=bread @ (U.T @ U + V.T @ V - meat) @ bread,
        n_rows=grid.shape[0],
        n_columns=grid.shape[1],
        n_pairs=n,
        n_positive=flows.y.size,
        log_likelihood=float(problem.Xy @ beta - H[0, 0] - factorials),
        null_log_likelihood=float(total * np.log(total / n) - total - factorials),
        squared_correlation=float(covered**2 / (spread_y * spread_mu)) if spread_y * spread_mu > 0 else float("nan"),
        steps=steps,
        converged=converged,
        constructed=_constructed(grid, flows),
    )


def _constructed(grid: Grid, flows: Flows) -> tuple[str, ...]:
    """Return the coefficients that are 1 whatever the data: the covariate is the logarithm of its side's own totals.

    With covariates of rows and columns alone the fitted flows are products, and the score equations of the constant
    and of this covariate hold at 1: sum(y) = sum(mu) and sum(y x) = sum(mu x).
    """
    if not grid.factors:
        return ()
    found = []
    for at, size, covariates in ((flows.i, grid.shape[0], grid.rows), (flows.j, grid.shape[1], grid.columns)):
        totals = np.bincount(at, weights=flows.y, minlength=size)
        found += [name for name, x in covariates.items() if np.allclose(np.exp(x), totals, rtol=1e-9, atol=0)]
    return tuple(found)


def _sum_by(group: Ints, y: Floats, X: Floats, size: int) -> Floats:
    n = y.size
    return np.asarray(sparse.csr_array((y, (group, np.arange(n))), shape=(size, n)) @ X)


def _solve(H: Floats, gradient: Floats, *, loose: bool) -> Floats:
    scale = np.sqrt(np.diag(H))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = H / np.outer(scale, scale)
    if loose:
        return np.asarray(linalg.pinvh(scaled, rtol=1e-10) @ (gradient / scale) / scale)
    return np.asarray(linalg.solve(scaled, gradient / scale, assume_a="pos") / scale)


def check_rank(H: Floats, names: tuple[str, ...]) -> None:
    """Refuse a normal matrix without full rank.

    Parameters
    ----------
    H : float64 array of shape (k, k)
        X'WX with positive weights.
    names : tuple of str
        Names of the covariates.

    Raises
    ------
    GravityError
        Names the first covariate that is empty, or a linear combination of those before it.

    """
    scale = np.sqrt(np.diag(H))
    L = np.zeros_like(H)
    for k, name in enumerate(names):
        if not scale[k] > 0:
            raise GravityError(f"covariate {name!r} is 0 for every pair of the grid; leave it out", name)
        for m in range(k):
            L[k, m] = (H[k, m] / scale[k] / scale[m] - L[k, :m] @ L[m, :m]) / L[m, m]
        rest = 1 - L[k, :k] @ L[k, :k]
        if rest < COLLINEAR:
            raise GravityError(
                f"covariate {name!r} is a linear combination of those before it ({', '.join(names[:k])}): "
                f"they leave {rest:.1e} of it; leave one out",
                name,
            )
        L[k, k] = np.sqrt(rest)


def _refuse_left_out(grid: Grid, flows: Flows) -> None:
    assert grid.same is not None
    keys = grid.same[:, 0] * grid.shape[1] + grid.same[:, 1]
    inside = np.flatnonzero(np.isin(flows.i * grid.shape[1] + flows.j, keys))
    if inside.size:
        at = inside[0]
        raise GravityError(
            f"flow {flows.y[at]:g} from row {flows.i[at]} to column {flows.j[at]}: the model has no pairs that are one "
            "city; leave their flows out"
        )


def _refuse_separated(problem: Problem) -> None:
    grid = problem.grid
    for k, name in enumerate(grid.names):
        discrete = name in grid.tables or k == problem.at_same
        if not discrete or np.any(problem.X[:, k] != 0):
            continue
        if name in grid.tables:
            used = grid.tables[name][np.ix_(np.unique(grid.row_group), np.unique(grid.column_group))]
            empty = not np.any(used)
        else:
            empty = grid.same is None or len(grid.same) == 0
        if empty:
            raise GravityError(f"covariate {name!r} is 0 for every pair of the grid; leave it out", name)
        raise no_finite_estimate(name)


def no_finite_estimate(name: str) -> GravityError:
    """Return the error of a covariate that flows tell nothing of: where it is not 0, nothing flows.

    Parameters
    ----------
    name : str
        The covariate.
    """
    return GravityError(
        f"covariate {name!r} is not 0 only where all flows are 0: its coefficient has no finite estimate; leave it out",
        name,
    )


def positive_part(matrix: Floats) -> Floats:
    """Return a symmetric matrix with its negative eigenvalues at 0.

    Parameters
    ----------
    matrix : float64 array of shape (k, k)
        Symmetric but for rounding.

    References
    ----------
    Cameron, Gelbach and Miller (2011), Journal of Business and Economic Statistics 29, 238.

    """
    values, vectors = linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
