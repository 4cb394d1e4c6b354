"""From the sums of one pass over the grid to X'WX and to the scores of rows and columns."""

from dataclasses import dataclass

import numpy as np

from isthmus.gravity.grid import Floats, Grid, Ints
from isthmus.gravity.kernels import final_pass, grid_pass, information_pass


@dataclass(frozen=True)
class Sums:
    """Sums of weights w over the grid.

    Attributes
    ----------
    row, row_ld : float64 arrays of shape (I,)
        Of w and of w ld over the columns.
    square : float
        Of w ld^2.
    column, column_ld : float64 arrays of shape (G, J)
        Of w and w ld over the rows of each group.
    column_R : float64 array of shape (G, kr, J)
        Of w times each covariate of the rows.

    """

    row: Floats
    row_ld: Floats
    square: float
    column: Floats
    column_ld: Floats
    column_R: Floats  # noqa: N815


@dataclass(frozen=True)
class Layout:
    """A grid as the passes take it: arrays, and where each coefficient stands.

    Attributes
    ----------
    grid : Grid
        The grid.
    C, R : float64 arrays of shape (kc, J) and (I, kr)
        Covariates of columns and rows.
    T : float64 array of shape (q, G, H)
        Tables, at least one group each way.
    ld : float64 array of shape (I, J)
        Logarithm of the distance, zeros where the model has none.
    row_starts, column_starts : int64 arrays
        First row of each group and the end; first column of each group that has one.
    present : int64 array
        Groups of columns that have one.

    """

    grid: Grid
    C: Floats
    R: Floats
    T: Floats
    ld: Floats
    row_starts: Ints
    column_starts: Ints
    present: Ints

    def split(self, beta: Floats) -> tuple[float, Floats, Floats, float, float, Floats]:
        """Return constant, columns', rows', distance's, same city's and tables' coefficients."""
        kc, kr = len(self.C), self.R.shape[1]
        at = 1 + kc + kr
        slope = extra = 0.0
        if self.grid.log_distance is not None:
            slope, at = float(beta[at]), at + 1
        if self.grid.has_same_city:
            extra, at = float(beta[at]), at + 1
        return float(beta[0]), beta[1 : 1 + kc], beta[1 + kc : 1 + kc + kr], slope, extra, beta[at:]


def layout(grid: Grid) -> Layout:
    """Return the arrays of a grid.

    Parameters
    ----------
    grid : Grid
        The grid.

    """
    n_groups = next(iter(grid.tables.values())).shape[0] if grid.tables else 1
    groups = grid.row_group if grid.tables else np.zeros_like(grid.row_group)
    present, starts = np.unique(
        grid.column_group if grid.tables else np.zeros_like(grid.column_group), return_index=True
    )
    tables = np.stack(list(grid.tables.values())) if grid.tables else np.zeros((0, 1, 1))
    ld = grid.log_distance
    if ld is None:
        ld = np.zeros((0, 0)) if grid.factors else np.zeros(grid.shape)
    return Layout(
        grid,
        np.stack(list(grid.columns.values())),
        np.ascontiguousarray(np.stack(list(grid.rows.values()), axis=1)),
        tables,
        ld,
        np.searchsorted(groups, np.arange(n_groups + 1)).astype(np.int64),
        starts.astype(np.int64),
        present.astype(np.int64),
    )


def _exponents(lay: Layout, beta: Floats) -> tuple[Floats, Floats, float]:
    constant, c, r, slope, _, t = lay.split(beta)
    a, b = constant + lay.R @ r, c @ lay.C
    if not lay.grid.tables:
        return a, b[None, :], slope
    return a, np.tensordot(t, lay.T, axes=1)[:, lay.grid.column_group] + b, slope


def _product_sums(lay: Layout, a: Floats, b: Floats, power: int) -> Sums:
    row, column = np.exp(power * a), np.exp(power * b)
    return Sums(
        row * column.sum(),
        np.zeros_like(row),
        0.0,
        (column * row.sum())[None, :],
        np.zeros((1, column.size)),
        ((row @ lay.R)[:, None] * column)[None],
    )


def sums_of(lay: Layout, beta: Floats) -> Sums:
    """Return the sums of mu, same-city pairs taken as any other.

    Parameters
    ----------
    lay : Layout
        The grid.
    beta : float64 array of shape (k,)
        Coefficients.

    """
    a, base, slope = _exponents(lay, beta)
    if lay.grid.factors:
        return _product_sums(lay, a, base[0], 1)
    return Sums(*grid_pass(a, np.ascontiguousarray(base), slope, lay.ld, lay.row_starts, lay.R))


def final_sums(lay: Layout, beta: Floats) -> tuple[Sums, Sums, Floats, Floats]:
    """Return the sums of mu and of mu^2, and the row sums of mu C and of mu T.

    Parameters
    ----------
    lay : Layout
        The grid.
    beta : float64 array of shape (k,)
        Coefficients.

    """
    a, base, slope = _exponents(lay, beta)
    if lay.grid.factors:
        of_columns = np.exp(a)[:, None] * (lay.C @ np.exp(base[0]))
        both = (_product_sums(lay, a, base[0], power) for power in (1, 2))
        return (*both, of_columns, np.zeros((a.size, 0)))
    first, second, row_C, row_T = final_pass(
        a, np.ascontiguousarray(base), slope, lay.ld, lay.row_starts, lay.R, lay.C, lay.T, lay.grid.column_group
    )
    return Sums(*first), Sums(*second), row_C, row_T


def information_sums(lay: Layout, beta: Floats) -> tuple[Floats, Floats]:
    """Return x x' mu summed over the columns of each row and over the rows of each column.

    Pairs that are one city are taken as any other.

    Parameters
    ----------
    lay : Layout
        The grid.
    beta : float64 array of shape (k,)
        Coefficients.

    Returns
    -------
    float64 array of shape (I, k, k)
        Of the rows; what belongs to "same city" is zero.
    float64 array of shape (J, k, k)
        Of the columns, likewise.

    """
    a, base, slope = _exponents(lay, beta)
    grid = lay.grid
    ld = np.zeros(grid.shape) if grid.factors else lay.ld
    with_ld = int(grid.log_distance is not None)
    rows, columns = information_pass(
        a, np.ascontiguousarray(base), slope, ld, lay.row_starts, lay.R, lay.C, lay.T, grid.column_group, with_ld
    )
    own = [at for at, name in enumerate(grid.names) if not (grid.has_same_city and name == "same city")]
    return _whole(rows, own, len(grid.names)), _whole(np.moveaxis(columns, 2, 0), own, len(grid.names))


def _whole(upper: Floats, own: list[int], k: int) -> Floats:
    """Return symmetric matrices from upper triangles, with zeros where a coefficient is not among `own`."""
    found = np.zeros((len(upper), k, k))
    at = np.array(own)
    found[:, at[:, None], at] = np.triu(upper) + np.swapaxes(np.triu(upper, 1), 1, 2)
    return found


def normal_matrix(lay: Layout, sums: Sums) -> Floats:
    """Return X'WX of shape (k, k), the row and the column of "same city" zero.

    Parameters
    ----------
    lay : Layout
        The grid.
    sums : Sums
        Of the weights W.

    """
    grid, C, R = lay.grid, lay.C, lay.R
    kc, kr, names = len(C), R.shape[1], grid.names
    H = np.zeros((len(names), len(names)))
    over_groups = sums.column.sum(axis=0)
    c, r = slice(1, 1 + kc), slice(1 + kc, 1 + kc + kr)
    H[0, 0] = sums.row.sum()
    H[0, c] = C @ over_groups
    H[0, r] = sums.row @ R
    H[c, c] = (C * over_groups) @ C.T
    H[c, r] = C @ sums.column_R.sum(axis=0).T
    H[r, r] = R.T @ (sums.row[:, None] * R)
    d = names.index("ln distance") if grid.log_distance is not None else -1
    if d >= 0:
        H[0, d] = sums.row_ld.sum()
        H[c, d] = C @ sums.column_ld.sum(axis=0)
        H[r, d] = sums.row_ld @ R
        H[d, d] = sums.square
    if grid.tables:
        t = slice(len(names) - len(grid.tables), len(names))
        tables = lay.T[:, :, lay.present]
        block = _blocks(lay, sums.column)
        H[0, t] = np.tensordot(tables, block, axes=2)
        H[c, t] = np.stack([np.tensordot(tables, _blocks(lay, sums.column * x), axes=2) for x in C])
        H[r, t] = np.stack([np.tensordot(tables, _blocks(lay, sums.column_R[:, k]), axes=2) for k in range(kr)])
        if d >= 0:
            H[d, t] = np.tensordot(tables, _blocks(lay, sums.column_ld), axes=2)
        flat = tables.reshape(len(tables), -1)
        H[t, t] = (flat * block.ravel()) @ flat.T
    return np.triu(H) + np.triu(H, 1).T


def _blocks(lay: Layout, columns: Floats) -> Floats:
    """Return sums over the columns of each group, (G, present groups)."""
    return np.asarray(np.add.reduceat(columns, lay.column_starts, axis=1))


def row_scores(lay: Layout, sums: Sums, row_C: Floats, row_T: Floats) -> Floats:
    """Return the sums of mu x over the columns, shape (I, k)."""
    found = [sums.row[:, None], row_C, sums.row[:, None] * lay.R]
    if lay.grid.log_distance is not None:
        found.append(sums.row_ld[:, None])
    if lay.grid.has_same_city:
        found.append(np.zeros((sums.row.size, 1)))
    return np.concatenate([*found, row_T], axis=1)


def column_scores(lay: Layout, sums: Sums) -> Floats:
    """Return the sums of mu x over the rows, shape (J, k)."""
    total = sums.column.sum(axis=0)
    found = [total[:, None], (total * lay.C).T, sums.column_R.sum(axis=0).T]
    if lay.grid.log_distance is not None:
        found.append(sums.column_ld.sum(axis=0)[:, None])
    if lay.grid.has_same_city:
        found.append(np.zeros((total.size, 1)))
    if lay.grid.tables:
        found += [np.sum(t[:, lay.grid.column_group] * sums.column, axis=0)[:, None] for t in lay.T]
    return np.concatenate(found, axis=1)
