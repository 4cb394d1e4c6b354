"""One pass over all pairs of a gravity grid: the compiled part of the fit.

    mu_ij = exp(a_i + base[g_i, j] + slope * ld_ij)

Rows come in groups g within which all discrete covariates are constant; `base` holds what depends on the group and the
column. The sums of a pass are all that the normal equations need; neither the design matrix nor mu is ever stored.
"""

from typing import Any

import numpy as np
from numba import njit

_SUMS: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
# No reassociation where rounding is the point: adding the magic number leaves the nearest whole number in the low bits.
_EXACT: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"contract"}}

_MAGIC = 6755399441055744.0  # 1.5 * 2^52
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LARGEST = 700.0
_TAYLOR = (1.0, 1.0, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320, 1 / 362880, 1 / 3628800)
_TAYLOR_MORE = (1 / 39916800, 1 / 479001600, 1 / 6227020800)
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10 = _TAYLOR
_C11, _C12, _C13 = _TAYLOR_MORE


@njit(**_EXACT)
def exponentials(shift, base, slope, ld, out, whole):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill out (J,) with exp(shift + base + slope * ld); whole (J,) is scratch.

    exp(x) = 2^k exp(r) with k whole and |r| <= ln 2 / 2, the Taylor polynomial of degree 13 (error below 1e-17) and the
    exponent added as bits: unlike calls of exp, a loop that the compiler turns into vector instructions.
    """
    bits, exponents = out.view(np.int64), whole.view(np.int64)
    for j in range(out.size):
        x = min(max(shift + base[j] + slope * ld[j], -_LARGEST), _LARGEST)
        t = x * _LOG2_E + _MAGIC
        k = t - _MAGIC
        r = (x - k * _LN2_HIGH) - k * _LN2_LOW
        p = _C13 * r + _C12
        p = p * r + _C11
        p = p * r + _C10
        p = p * r + _C9
        p = p * r + _C8
        p = p * r + _C7
        p = p * r + _C6
        p = p * r + _C5
        p = p * r + _C4
        p = p * r + _C3
        p = p * r + _C2
        p = p * r + _C1
        out[j] = p * r + _C0
        whole[j] = t
    for j in range(out.size):
        bits[j] += exponents[j] << 52


@njit(**_SUMS)
def _add_row(w, ld, R, column, column_ld, column_R):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add one row of weights to the column sums; its own sums of w, w ld and w ld^2."""
    total = total_ld = total_square = 0.0
    for j in range(w.size):
        m = w[j]
        ml = m * ld[j]
        total += m
        total_ld += ml
        total_square += ml * ld[j]
        column[j] += m
        column_ld[j] += ml
    for k in range(R.size):
        r = R[k]
        into = column_R[k]
        for j in range(w.size):
            into[j] += r * w[j]
    return total, total_ld, total_square


@njit(**_SUMS)
def _dot(x, y):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    total = 0.0
    for j in range(x.size):
        total += x[j] * y[j]
    return total


@njit(**_SUMS)
def grid_pass(a, base, slope, ld, starts, R):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return sums of mu over the grid, one pass.

    a (I,), base (G, J), ld (I, J); starts (G + 1,) the rows of each group; R (I, kr) the covariates of the rows.
    Returns row sums of mu and mu ld (I,), the sum of mu ld^2, and per row group the column sums of mu, mu ld (G, J) and
    of mu times each covariate of the rows (G, kr, J).
    """
    n_rows, n_columns = ld.shape
    n_groups = base.shape[0]
    row, row_ld, square = np.zeros(n_rows), np.zeros(n_rows), 0.0
    column, column_ld = np.zeros((n_groups, n_columns)), np.zeros((n_groups, n_columns))
    column_R = np.zeros((n_groups, R.shape[1], n_columns))
    mu, whole = np.empty(n_columns), np.empty(n_columns)
    for g in range(n_groups):
        for i in range(starts[g], starts[g + 1]):
            exponentials(a[i], base[g], slope, ld[i], mu, whole)
            row[i], row_ld[i], own = _add_row(mu, ld[i], R[i], column[g], column_ld[g], column_R[g])
            square += own
    return row, row_ld, square, column, column_ld, column_R


@njit(**_SUMS)
def final_pass(a, base, slope, ld, starts, R, C, tables, column_group):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the sums of `grid_pass` for mu and for mu^2, and the row sums of mu times what varies with the column.

    C (kc, J) are the covariates of the columns, tables (q, G, H) the discrete covariates by groups, column_group (J,).
    Returns the six sums of mu, the six of mu^2, and (I, kc), (I, q).
    """
    n_rows, n_columns = ld.shape
    n_groups = base.shape[0]
    row, row_ld, square = np.zeros(n_rows), np.zeros(n_rows), 0.0
    row2, row2_ld, square2 = np.zeros(n_rows), np.zeros(n_rows), 0.0
    column, column_ld = np.zeros((n_groups, n_columns)), np.zeros((n_groups, n_columns))
    column2, column2_ld = np.zeros((n_groups, n_columns)), np.zeros((n_groups, n_columns))
    column_R = np.zeros((n_groups, R.shape[1], n_columns))
    column2_R = np.zeros((n_groups, R.shape[1], n_columns))
    row_C, row_T = np.zeros((n_rows, C.shape[0])), np.zeros((n_rows, tables.shape[0]))
    spread = np.empty((tables.shape[0], n_columns))
    mu, whole = np.empty(n_columns), np.empty(n_columns)
    for g in range(n_groups):
        for q in range(tables.shape[0]):
            for j in range(n_columns):
                spread[q, j] = tables[q, g, column_group[j]]
        for i in range(starts[g], starts[g + 1]):
            exponentials(a[i], base[g], slope, ld[i], mu, whole)
            row[i], row_ld[i], own = _add_row(mu, ld[i], R[i], column[g], column_ld[g], column_R[g])
            square += own
            for k in range(C.shape[0]):
                row_C[i, k] = _dot(mu, C[k])
            for q in range(tables.shape[0]):
                row_T[i, q] = _dot(mu, spread[q])
            for j in range(n_columns):
                mu[j] *= mu[j]
            row2[i], row2_ld[i], own = _add_row(mu, ld[i], R[i], column2[g], column2_ld[g], column2_R[g])
            square2 += own
    first = row, row_ld, square, column, column_ld, column_R
    second = row2, row2_ld, square2, column2, column2_ld, column2_R
    return first, second, row_C, row_T


@njit(**_SUMS)
def information_pass(a, base, slope, ld, starts, R, C, tables, column_group, with_ld):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the information x x' mu summed over the columns of each row and over the rows of each column.

    As `final_pass`; with_ld: whether ld is a covariate. Returns the upper triangles of (I, m, m) and (m, m, J): m are
    the constant, the covariates of columns, of rows, ld and the tables, in this order.
    """
    n_rows, n_columns = ld.shape
    kc, kr, q = C.shape[0], R.shape[1], tables.shape[0]
    m = 1 + kc + kr + with_ld + q
    rows, columns = np.zeros((n_rows, m, m)), np.zeros((m, m, n_columns))
    x, weighted = np.ones((m, n_columns)), np.empty(n_columns)
    x[1 : 1 + kc] = C
    mu, whole = np.empty(n_columns), np.empty(n_columns)
    for g in range(base.shape[0]):
        for t in range(q):
            for j in range(n_columns):
                x[m - q + t, j] = tables[t, g, column_group[j]]
        for i in range(starts[g], starts[g + 1]):
            exponentials(a[i], base[g], slope, ld[i], mu, whole)
            for r in range(kr):
                x[1 + kc + r] = R[i, r]
            if with_ld:
                x[1 + kc + kr] = ld[i]
            for p in range(m):
                for j in range(n_columns):
                    weighted[j] = mu[j] * x[p, j]
                for k in range(p, m):
                    rows[i, p, k] = _add_products(weighted, x[k], columns[p, k])
    return rows, columns


@njit(**_SUMS)
def _add_products(weighted, x, into):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add the products of two arrays to a third, and return their sum."""
    total = 0.0
    for j in range(x.size):
        w = weighted[j] * x[j]
        total += w
        into[j] += w
    return total


@njit(**_SUMS)
def fill_log_distances(from_points, to_points, diameter, least, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill out (I, J) with the logarithms of great-circle distances between points on the unit sphere, (I, 3), (J, 3).

    From the chord, which keeps its digits for near points; distances below `least` count as it. Returns how many.
    """
    near = 0
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            x = from_points[i, 0] - to_points[j, 0]
            y = from_points[i, 1] - to_points[j, 1]
            z = from_points[i, 2] - to_points[j, 2]
            distance = diameter * np.arcsin(min(0.5 * np.sqrt(x * x + y * y + z * z), 1.0))
            if distance < least:
                near += 1
                distance = least
            out[i, j] = np.log(distance)
    return near
