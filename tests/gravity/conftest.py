"""A gravity grid beside its dense design matrix, which the library never builds."""

from dataclasses import dataclass

import numpy as np
import pytest

from isthmus.gravity.grid import Grid, make_grid


@dataclass(frozen=True)
class Dense:
    """A grid, and its covariates spread out over all pairs, one column per name: X (I J, k), rows of the grid first."""

    grid: Grid
    X: np.ndarray

    @property
    def same(self):
        """Column of "same city"."""
        return self.grid.names.index("same city")


def spread_out(columns, rows, *, distance=None, same=None, tables=None, row_group=None, column_group=None):
    """Return the grid of these covariates with its design matrix."""
    n_rows, n_columns = len(next(iter(rows.values()))), len(next(iter(columns.values())))
    grid = make_grid(
        columns,
        rows,
        log_distance=distance,
        same=same,
        tables=tables,
        row_group=row_group,
        column_group=column_group,
    )
    full = [np.ones((n_rows, n_columns))]
    full += [np.tile(x, (n_rows, 1)) for x in columns.values()]
    full += [np.tile(np.asarray(x)[:, None], (1, n_columns)) for x in rows.values()]
    if distance is not None:
        full.append(np.asarray(distance))
    if same is not None:
        mark = np.zeros((n_rows, n_columns))
        for i, j in same:
            mark[i, j] = 1.0
        full.append(mark)
    for table in (tables or {}).values():
        full.append(np.array([[table[g][h] for h in column_group] for g in row_group], float))
    return Dense(grid, np.stack([x.ravel() for x in full], axis=1))


@pytest.fixture(scope="session")
def dense():
    """`spread_out`, for covariates of one's own."""
    return spread_out


@pytest.fixture(scope="session")
def drawn():
    """A function that draws a grid with every kind of covariate by a seed."""

    def draw(seed, *, shape=None):
        rng = np.random.default_rng(seed)
        n_rows, n_columns = shape or (int(rng.integers(3, 8)), int(rng.integers(3, 8)))
        row_group, column_group = (np.sort(rng.integers(0, 3, size)) for size in (n_rows, n_columns))
        some = np.flatnonzero(rng.random(min(n_rows, n_columns)) < 0.5)
        return spread_out(
            {"mass of j": rng.normal(0, 1, n_columns), "age of j": rng.normal(0, 1, n_columns)},
            {"mass of i": rng.normal(0, 1, n_rows)},
            distance=rng.normal(0, 1, (n_rows, n_columns)),
            same=[(k, k) for k in some],
            tables={"border": rng.integers(0, 2, (3, 3)), "hours": rng.normal(0, 1, (3, 3))},
            row_group=row_group,
            column_group=column_group,
        )

    return draw
