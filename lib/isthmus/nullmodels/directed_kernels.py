"""Sums over all ordered pairs of classes: the compiled part of the directed fit.

Rows are senders, columns receivers. Per row class i: size, g = exp(-gamma), E = expm1(beta); columns alike. For a pair

    t = expm1(beta_out_i + beta_in_j) = E_i + E_j + E_i E_j      (no exp, no log)
    r = 1 / t                       mean excess of a present link
    o = g_i g_j (1 + r)             odds that the link is present
    p = o / (1 + o)

(source: isthmus.nullmodels.directed). Each beta is a pair (high, low) of floats whose sum has twice the digits, because
beta_out_i + beta_in_j may be a hundred million times smaller than its terms. Where a beta is negative the sum is taken
from the pairs; elsewhere all terms are positive and the formula above loses nothing. t = inf says that the weight
cannot exceed 1. A matrix of marks of shape (0, 0) stands for "none".
"""

from typing import Any

import numpy as np
from numba import njit

# error_model numpy: the zero-division checks of the default keep the loops from being vectorised.
_FAST: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
_EXACT: dict[str, Any] = {"cache": True, "error_model": "numpy"}


@njit(**_EXACT)
def sum_of(high_a, low_a, high_b, low_b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the sum of two numbers given as (high, low), to full relative precision (Knuth's two-sum)."""
    s = high_a + high_b
    if not np.isfinite(s):
        return s
    z = s - high_a
    return s + (((high_a - (s - z)) + (high_b - z)) + (low_a + low_b))


@njit(**_EXACT)
def _prepare(i, row, column, negative, kinds, loops, t, g, certain):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill row i: t (inf: no excess), g = g_i g_j (0: no free link), certain links; return the own pair's three."""
    g_row, E_row, high_row, low_row = row[0, i], row[1, i], row[2, i], row[3, i]
    n = t.size
    if high_row > 0.0:
        for j in range(n):
            t[j] = E_row + column[1, j] + E_row * column[1, j]
        for j in negative:
            t[j] = np.expm1(sum_of(high_row, low_row, column[2, j], column[3, j]))
    else:
        for j in range(n):
            t[j] = np.expm1(sum_of(high_row, low_row, column[2, j], column[3, j]))
    for j in range(n):
        g[j] = g_row * column[0, j]
    if kinds.shape[0] > 0:
        for j in range(n):
            kind = kinds[i, j]
            g[j] = g[j] if kind & 1 else 0.0
            certain[j] = 1.0 if kind & 2 else 0.0
            t[j] = t[j] if kind & 4 else np.inf
    if loops:
        return np.inf, 0.0, 0.0
    own = t[i], g[i], certain[i]
    t[i], g[i], certain[i] = np.inf, 0.0, 0.0
    return own


@njit(**_FAST)
def _laws(t, g, certain):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Turn t into r and g into p; a loop with few arrays is vectorised, one with many is not. Return v = p (1 - p)."""
    v = np.empty_like(t)
    for j in range(t.size):
        r = 1.0 / t[j]
        o = g[j] * (1.0 + r)
        absent = 1.0 / (1.0 + o)
        p = o * absent
        t[j] = r
        g[j] = p
        v[j] = p * absent
    for j in range(t.size):
        g[j] += certain[j]
    return v


@njit(**_FAST)
def pair_sums(row, column, row_size, column_size, negative, kinds, loops, V, C, W):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return expected degree and excess per node of each class, and the 2 x 2 diagonal blocks of the Hessian.

    Fills V, C, W with the covariances of every pair of classes when they have the full shape.

    Returns
    -------
    tuple of array of float
        Shapes (5, R) and (5, C): expected degree and excess per node; the diagonal's three blocks.

    """
    n_rows, n = row.shape[1], column.shape[1]
    of_row, of_column = np.zeros((5, n_rows)), np.zeros((5, n))
    k, x, a, b, c = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    stored = V.shape[0] == n_rows and V.shape[1] == n
    r, p, certain, w, vr = np.empty(n), np.empty(n), np.zeros(n), np.empty(n), np.empty(n)
    for i in range(n_rows):
        own_t, own_g, own_certain = _prepare(i, row, column, negative, kinds, loops, r, p, certain)
        v = _laws(r, p, certain)
        size = row_size[i]
        for j in range(n):
            vr[j] = v[j] * r[j]
        for j in range(n):
            w[j] = p[j] * r[j] * (1.0 + r[j]) + vr[j] * r[j]
        if stored:
            # Rounded blocks and their row sums must agree, or the matrix is not positive semidefinite.
            Vi, Ci, Wi = V[i], C[i], W[i]
            for j in range(n):
                Vi[j] = v[j]
                v[j] = Vi[j]
            for j in range(n):
                Ci[j] = vr[j]
                vr[j] = Ci[j]
            for j in range(n):
                Wi[j] = w[j]
                w[j] = Wi[j]
        sk = sx = sa = sb = sc = 0.0
        for j in range(n):
            m = column_size[j]
            sk += m * p[j]
            sx += m * p[j] * r[j]
            sa += m * v[j]
            sb += m * vr[j]
            sc += m * w[j]
        for j in range(n):
            k[j] += size * p[j]
        for j in range(n):
            x[j] += size * p[j] * r[j]
        for j in range(n):
            a[j] += size * v[j]
        for j in range(n):
            b[j] += size * vr[j]
        for j in range(n):
            c[j] += size * w[j]
        if not loops and size > 1.0:
            t1, g1, s1 = np.full(1, own_t), np.full(1, own_g), np.full(1, own_certain)
            v1 = _laws(t1, g1, s1)[0]
            r1, p1 = t1[0], g1[0]
            w1 = p1 * r1 * (1.0 + r1) + v1 * r1 * r1
            m = size - 1.0
            if stored:
                V[i, i], C[i, i], W[i, i] = v1 * m / size, v1 * r1 * m / size, w1 * m / size
            sk, k[i] = sk + m * p1, k[i] + m * p1
            sx, x[i] = sx + m * p1 * r1, x[i] + m * p1 * r1
            sa, a[i] = sa + m * v1, a[i] + m * v1
            sb, b[i] = sb + m * v1 * r1, b[i] + m * v1 * r1
            sc, c[i] = sc + m * w1, c[i] + m * w1
        of_row[0, i], of_row[1, i] = sk, sx
        of_row[2, i], of_row[3, i], of_row[4, i] = size * sa, size * sb, size * sc
    of_column[0], of_column[1] = k, x
    of_column[2], of_column[3], of_column[4] = column_size * a, column_size * b, column_size * c
    return of_row, of_column


@njit(**_FAST)
def hessian_product(row, column, row_size, column_size, negative, kinds, loops, V, C, W, d_row, d_column, x, y):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return nothing; put the Hessian times x into y, both (gamma rows, gamma columns, beta rows, beta columns)."""
    n_rows, n = row.shape[1], column.shape[1]
    total = n_rows + n
    stored = V.shape[0] == n_rows and V.shape[1] == n
    zg, zb = column_size * x[n_rows:total], column_size * x[total + n_rows :]
    yg, yb = np.zeros(n), np.zeros(n)
    r, p, certain, vr, w = np.empty(n), np.empty(n), np.zeros(n), np.empty(n), np.empty(n)
    for i in range(n_rows):
        size = row_size[i]
        xg, xb = size * x[i], size * x[total + i]
        sg = sb = 0.0
        if stored:
            Vi, Ci, Wi = V[i], C[i], W[i]
            for j in range(n):
                sg += Vi[j] * zg[j] + Ci[j] * zb[j]
                sb += Ci[j] * zg[j] + Wi[j] * zb[j]
            for j in range(n):
                yg[j] += Vi[j] * xg + Ci[j] * xb
            for j in range(n):
                yb[j] += Ci[j] * xg + Wi[j] * xb
        else:
            own_t, own_g, own_certain = _prepare(i, row, column, negative, kinds, loops, r, p, certain)
            v = _laws(r, p, certain)
            if not loops and size > 1.0:
                t1, g1, s1 = np.full(1, own_t), np.full(1, own_g), np.full(1, own_certain)
                share = (size - 1.0) / size
                v[i] = _laws(t1, g1, s1)[0] * share
                r[i], p[i] = t1[0], g1[0] * share
            for j in range(n):
                vr[j] = v[j] * r[j]
            for j in range(n):
                w[j] = p[j] * r[j] * (1.0 + r[j]) + vr[j] * r[j]
            for j in range(n):
                sg += v[j] * zg[j] + vr[j] * zb[j]
                sb += vr[j] * zg[j] + w[j] * zb[j]
            for j in range(n):
                yg[j] += v[j] * xg + vr[j] * xb
            for j in range(n):
                yb[j] += vr[j] * xg + w[j] * xb
        y[i] = size * sg + d_row[2, i] * x[i] + d_row[3, i] * x[total + i]
        y[total + i] = size * sb + d_row[3, i] * x[i] + d_row[4, i] * x[total + i]
    for j in range(n):
        g, b = x[n_rows + j], x[total + n_rows + j]
        y[n_rows + j] = column_size[j] * yg[j] + d_column[2, j] * g + d_column[3, j] * b
        y[total + n_rows + j] = column_size[j] * yb[j] + d_column[3, j] * g + d_column[4, j] * b


@njit(**_FAST)
def newton_direction(  # type: ignore[no-untyped-def]  # noqa: ANN201
    row,  # noqa: ANN001
    column,  # noqa: ANN001
    row_size,  # noqa: ANN001
    column_size,  # noqa: ANN001
    negative,  # noqa: ANN001
    kinds,  # noqa: ANN001
    loops,  # noqa: ANN001
    V,  # noqa: ANN001
    C,  # noqa: ANN001
    W,  # noqa: ANN001
    d_row,  # noqa: ANN001
    d_column,  # noqa: ANN001
    right,  # noqa: ANN001
    tolerance,  # noqa: ANN001
    limit,  # noqa: ANN001
):
    """Solve Hessian * x = right by conjugate gradients with the 2 x 2 diagonal blocks as preconditioner.

    Coordinates with a zero diagonal are left at 0. Returns x, the products spent, and whether the residual fell below
    tolerance times its start, in the norm of the preconditioner.
    """
    n = row.shape[1] + column.shape[1]
    x, q, residual = np.zeros(2 * n), np.zeros(2 * n), right.copy()
    ia, ib, ic = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        at = i if i < row.shape[1] else i - row.shape[1]
        d = d_row if i < row.shape[1] else d_column
        a, b, c = d[2, at], d[3, at], d[4, at]
        det = a * c - b * b
        if a > 0.0 and c > 0.0 and det > 1e-13 * a * c:
            ia[i], ib[i], ic[i] = c / det, -b / det, a / det
        else:
            ia[i] = 1.0 / a if a > 0.0 else 0.0
            ic[i] = 1.0 / c if c > 0.0 else 0.0
    z = np.concatenate((ia * residual[:n] + ib * residual[n:], ib * residual[:n] + ic * residual[n:]))
    search = z.copy()
    rho = np.sum(residual * z)
    start = rho
    for spent in range(limit):
        if not rho > tolerance * tolerance * start:
            return x, spent, rho >= 0.0
        hessian_product(row, column, row_size, column_size, negative, kinds, loops, V, C, W, d_row, d_column, search, q)
        curvature = np.sum(search * q)
        if not curvature > 0.0:
            return x, spent, False
        step = rho / curvature
        x += step * search
        residual -= step * q
        z[:n] = ia * residual[:n] + ib * residual[n:]
        z[n:] = ib * residual[:n] + ic * residual[n:]
        previous = rho
        rho = np.sum(residual * z)
        search = z + rho / previous * search
    return x, limit, not rho > tolerance * tolerance * start


@njit(**_EXACT)
def smallest_ratio(row_after, column_after, row, column, row_size, kinds, loops):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the smallest (beta_i + beta_j) after / before over the pairs that carry excess; inf if none does."""
    least = np.inf
    for i in range(row.shape[1]):
        if row[2, i] == np.inf:
            continue
        for j in range(column.shape[1]):
            if column[2, j] == np.inf or (kinds.shape[0] > 0 and kinds[i, j] & 4 == 0):
                continue
            if not loops and i == j and row_size[i] < 2.0:
                continue
            after = sum_of(row_after[2, i], row_after[3, i], column_after[2, j], column_after[3, j])
            least = min(least, after / sum_of(row[2, i], row[3, i], column[2, j], column[3, j]))
    return least


@njit(**_EXACT)
def pair_law(i, j, gamma_row, gamma_column, row, column, row_of, column_of, kinds, loops):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the law of the weight of node pairs: p, 1 - p, mean excess r of a link, b (inf: no excess).

    Node by node and in logarithms, on purpose unlike `pair_sums`; beta as rows (high, low) per node.
    """
    p, q, r, b = np.zeros(i.size), np.ones(i.size), np.zeros(i.size), np.full(i.size, np.inf)
    for n in range(i.size):
        u, v = i[n], j[n]
        cu, cv = row_of[u], column_of[v]
        if (u == v and not loops) or cu < 0 or cv < 0:
            continue
        bits = kinds[cu, cv] if kinds.shape[0] > 0 else 5
        if bits == 0:
            continue
        total = sum_of(row[0, u], row[1, u], column[0, v], column[1, v])
        if bits & 4 and total < np.inf:
            b[n] = total
            r[n] = 1.0 / np.expm1(total)
        if bits & 2:
            p[n], q[n] = 1.0, 0.0
        else:
            odds = np.exp(-gamma_row[u] - gamma_column[v]) * (1.0 + r[n])
            p[n], q[n] = odds / (1.0 + odds), 1.0 / (1.0 + odds)
    return p, q, r, b


@njit(**_EXACT)
def expected_sums(gamma_row, gamma_column, row, column, row_size, column_size, kinds, loops):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return expected degrees and strengths of rows and columns by class, and the log-partition of all pairs.

    In logarithms and with expm1 per pair, on purpose unlike `pair_sums`: it checks what the solver claims.
    """
    n_rows, n = row_size.size, column_size.size
    out, into, partition, product = np.zeros((2, n_rows)), np.zeros((2, n)), 0.0, 1.0
    for i in range(n_rows):
        for j in range(n):
            bits = kinds[i, j] if kinds.shape[0] > 0 else 5
            own = 1.0 if i == j and not loops else 0.0
            if bits == 0 or row_size[i] <= own:
                continue
            total = sum_of(row[0, i], row[1, i], column[0, j], column[1, j])
            mean = -1.0 / np.expm1(-total) if bits & 4 and total < np.inf else 1.0
            if bits & 2:
                p, weight = 1.0, mean
            else:
                odds = np.exp(-gamma_row[i] - gamma_column[j]) * mean
                p, weight = odds / (1.0 + odds), 1.0 + odds
            out[0, i] += (column_size[j] - own) * p
            out[1, i] += (column_size[j] - own) * p * mean
            into[0, j] += (row_size[i] - own) * p
            into[1, j] += (row_size[i] - own) * p * mean
            if row_size[i] * column_size[j] == 1.0 and weight < 1e100:
                product *= weight  # one logarithm for many factors
                if product > 1e200:
                    partition += np.log(product)
                    product = 1.0
            else:
                partition += row_size[i] * (column_size[j] - own) * np.log(weight)
    return out, into, partition + np.log(product)
