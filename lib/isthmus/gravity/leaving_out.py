"""What the coefficients of a gravity model of sizes do without each city."""

import numpy as np
from numpy.typing import ArrayLike

from isthmus.gravity.grid import Floats, Grid, Ints
from isthmus.gravity.influence import Influence, Parts, influence
from isthmus.gravity.ppml import Flows, PpmlFit, Problem
from isthmus.gravity.sums import information_sums


def city_influence(grid: Grid, flows: Flows, fit: PpmlFit, *, same: ArrayLike | None = None) -> Influence:
    """Return what the coefficients of a gravity model do without each city.

    Parameters
    ----------
    grid, flows, fit : Grid, Flows, PpmlFit
        The model and its fit.
    same : int array of shape (P, 2), optional
        Row and column that are one city, where the grid does not say it; without both every row and column is a city.

    """
    pairs = np.zeros((0, 2), np.int64) if same is None else np.asarray(same, np.int64).reshape(-1, 2)
    pairs = pairs if grid.same is None else grid.same
    problem, beta = Problem(grid, flows), fit.coefficients
    rows, columns = information_sums(problem.layout, beta)
    cells, x = _cells(problem, beta, pairs)
    if problem.same is not None:
        plain, without = problem.same_weights(beta)[0], problem.as_any_other()
        change = cells - plain[:, None, None] * without[:, :, None] * without[:, None, :]
        np.add.at(rows, pairs[:, 0], change)
        np.add.at(columns, pairs[:, 1], change)
    of_flows = flows.y[:, None] * problem.X
    of_cells = _flows_at(flows, pairs, grid.shape[1])[:, None] * x
    # the constant comes first, so that the first row of x x' mu is x mu
    parts = Parts(
        rows,
        columns,
        cells,
        _added(flows.i, of_flows, grid.shape[0]) - rows[:, 0],
        _added(flows.j, of_flows, grid.shape[1]) - columns[:, 0],
        of_cells - cells[:, 0],
    )
    return influence(beta, parts, pairs)


def _cells(problem: Problem, beta: Floats, pairs: Ints) -> tuple[Floats, Floats]:
    """Return the information and the covariates of the pairs that are one city, as the model has them."""
    if problem.same is None:
        x = problem.grid.regressors(pairs[:, 0], pairs[:, 1])
        mu = np.exp(x @ beta)
    else:
        x, mu = problem.same, problem.same_weights(beta)[1]
    return mu[:, None, None] * x[:, :, None] * x[:, None, :], x


def _flows_at(flows: Flows, pairs: Ints, n_columns: int) -> Floats:
    keys, wanted = flows.i * n_columns + flows.j, pairs[:, 0] * n_columns + pairs[:, 1]
    at = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where(keys[at] == wanted, flows.y[at], 0.0)


def _added(group: Ints, values: Floats, size: int) -> Floats:
    found = np.zeros((size, values.shape[1]))
    np.add.at(found, group, values)
    return found
