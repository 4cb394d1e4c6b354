"""Sums over all pairs of classes: the compiled part of the fit.

Per class c: size m, g = exp(-gamma), E = expm1(beta), carries = 1 where the excess is positive. For a pair

    t = expm1(beta_i + beta_j) = E_i + E_j + E_i E_j      (no exp, no log, no overflow)
    r = 1 / t                       mean excess of a present link
    o = g_i g_j (1 + r)             odds that the link is present
    p = o / (1 + o)

(source: isthmus.nullmodels.ecm). Matrices are filled above the diagonal only; one of shape (1, 1) stands for "none".
"""

from typing import Any

import numpy as np
from numba import njit

# error_model numpy: the zero-division checks of the default keep the loops from being vectorised.
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}


@njit(**_OPTIONS)
def _pair(gi, gj, Ei, Ej, free, present, carries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Probability of a link, its variance, and the mean excess of a present link."""
    t = (Ei + Ej + Ei * Ej) * carries + (1.0 - carries)
    r = carries / t
    o = gi * gj * (1.0 + r)
    absent = 1.0 / (1.0 + o)
    p = o * absent
    return p * free + present, p * absent * free, r


@njit(**_OPTIONS)
def _mark(kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The bits of a pair as factors 0.0 or 1.0: free link, certain link, free excess."""
    return float(kind & 1), float((kind >> 1) & 1), float((kind >> 2) & 1)


@njit(**_OPTIONS)
def pair_sums(g, E, carries, size, kinds, V, C, W):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Expected degree and excess per node of each class, and the 2 x 2 diagonal blocks of the Hessian.

    Fills V, C, W (class by class, above the diagonal) with the Hessian's blocks when they have the full shape.

    Returns
    -------
    sums : (5, C): expected degree and excess per node; the diagonal's gamma-gamma, gamma-beta, beta-beta per class.

    """
    n = g.size
    out = np.zeros((5, n))
    stored = V.shape[0] == n
    marked = kinds.shape[0] == n
    for i in range(n):
        gi, Ei, ci, mi = g[i], E[i], carries[i], size[i]
        k = x = a = b = c = 0.0
        for j in range(i + 1, n):
            if marked:
                free, present, carry = _mark(kinds[i, j])
            else:
                free, present, carry = 1.0, 0.0, ci * carries[j]
            p, v, r = _pair(gi, g[j], Ei, E[j], free, present, carry)
            mj = size[j]
            vr = v * r
            w = p * r * (1.0 + r) + vr * r
            k += mj * p
            x += mj * p * r
            a += mj * v
            b += mj * vr
            c += mj * w
            out[0, j] += mi * p
            out[1, j] += mi * p * r
            out[2, j] += mi * v
            out[3, j] += mi * vr
            out[4, j] += mi * w
            if stored:
                V[i, j] = mi * mj * v
                C[i, j] = mi * mj * vr
                W[i, j] = mi * mj * w
        out[0, i] += k
        out[1, i] += x
        out[2, i] += a
        out[3, i] += b
        out[4, i] += c
    for i in range(n):
        a, b, c = out[2, i], out[3, i], out[4, i]
        if size[i] > 1.0:
            free, present, carry = 1.0, 0.0, carries[i]
            if marked:
                free, present, carry = _mark(kinds[i, i])
            p, v, r = _pair(g[i], g[i], E[i], E[i], free, present, carry)
            others = size[i] - 1.0
            w = p * r * (1.0 + r) + v * r * r
            out[0, i] += others * p
            out[1, i] += others * p * r
            # Twice: the pair depends on 2 gamma, 2 beta of its own class.
            a, b, c = a + 2.0 * others * v, b + 2.0 * others * v * r, c + 2.0 * others * w
        out[2, i], out[3, i], out[4, i] = a * size[i], b * size[i], c * size[i]
    return out


@njit(**_OPTIONS)
def hessian_product(g, E, carries, size, kinds, V, C, W, sums, xg, xb, yg, yb):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The Hessian times (xg, xb) into (yg, yb), from stored blocks or, when there are none, pair by pair again."""
    n = g.size
    stored = V.shape[0] == n
    marked = kinds.shape[0] == n
    for i in range(n):
        yg[i] = sums[2, i] * xg[i] + sums[3, i] * xb[i]
        yb[i] = sums[3, i] * xg[i] + sums[4, i] * xb[i]
    for i in range(n):
        gi, Ei, ci, mi, xgi, xbi = g[i], E[i], carries[i], size[i], xg[i], xb[i]
        sg = sb = 0.0
        if stored:
            for j in range(i + 1, n):
                v, c, w = V[i, j], C[i, j], W[i, j]
                sg += v * xg[j] + c * xb[j]
                sb += c * xg[j] + w * xb[j]
                yg[j] += v * xgi + c * xbi
                yb[j] += c * xgi + w * xbi
        else:
            for j in range(i + 1, n):
                if marked:
                    free, present, carry = _mark(kinds[i, j])
                else:
                    free, present, carry = 1.0, 0.0, ci * carries[j]
                p, v, r = _pair(gi, g[j], Ei, E[j], free, present, carry)
                mm = mi * size[j]
                v *= mm
                c = v * r
                w = mm * p * r * (1.0 + r) + c * r
                sg += v * xg[j] + c * xb[j]
                sb += c * xg[j] + w * xb[j]
                yg[j] += v * xgi + c * xbi
                yb[j] += c * xgi + w * xbi
        yg[i] += sg
        yb[i] += sb


@njit(**_OPTIONS)
def newton_direction(g, E, carries, size, kinds, V, C, W, sums, rg, rb, tolerance, limit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Solve Hessian * (dg, db) = (rg, rb) by conjugate gradients with the 2 x 2 diagonal blocks as preconditioner.

    Coordinates with a zero diagonal are left at 0. Returns dg, db, the products spent, and whether the residual fell
    below tolerance times its start, in the norm of the preconditioner.
    """
    n = g.size
    dg, db, qg, qb = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    rg, rb = rg.copy(), rb.copy()
    ia, ib, ic = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        a, b, c = sums[2, i], sums[3, i], sums[4, i]
        det = a * c - b * b
        if a > 0.0 and c > 0.0 and det > 1e-13 * a * c:
            ia[i], ib[i], ic[i] = c / det, -b / det, a / det
        else:
            ia[i] = 1.0 / a if a > 0.0 else 0.0
            ic[i] = 1.0 / c if c > 0.0 else 0.0
    zg, zb = ia * rg + ib * rb, ib * rg + ic * rb
    pg, pb = zg.copy(), zb.copy()
    rho = np.sum(rg * zg) + np.sum(rb * zb)
    start = rho
    for spent in range(limit):
        if not rho > tolerance * tolerance * start:
            return dg, db, spent, rho >= 0.0
        hessian_product(g, E, carries, size, kinds, V, C, W, sums, pg, pb, qg, qb)
        curvature = np.sum(pg * qg) + np.sum(pb * qb)
        if not curvature > 0.0:
            return dg, db, spent, False
        step = rho / curvature
        for i in range(n):
            dg[i] += step * pg[i]
            db[i] += step * pb[i]
            rg[i] -= step * qg[i]
            rb[i] -= step * qb[i]
            zg[i] = ia[i] * rg[i] + ib[i] * rb[i]
            zb[i] = ib[i] * rg[i] + ic[i] * rb[i]
        previous = rho
        rho = np.sum(rg * zg) + np.sum(rb * zb)
        for i in range(n):
            pg[i] = zg[i] + rho / previous * pg[i]
            pb[i] = zb[i] + rho / previous * pb[i]
    return dg, db, limit, not rho > tolerance * tolerance * start


@njit(cache=True, error_model="numpy")
def smallest_sum(beta, carries, size, kinds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The smallest beta_i + beta_j over the pairs that carry excess; inf if none does."""
    n = beta.size
    least = np.inf
    if kinds.shape[0] == n:
        for i in range(n):
            for j in range(i, n):
                if kinds[i, j] & 4 and (i != j or size[i] > 1.0):
                    least = min(least, beta[i] + beta[j])
        return least
    first = second = np.inf
    for i in range(n):
        if carries[i] > 0.0:
            if beta[i] < first:
                first, second = beta[i], min(first, second)
                if size[i] > 1.0:
                    second = first
            elif beta[i] < second:
                second = beta[i]
    return first + second


@njit(cache=True, error_model="numpy")
def pair_law(i, j, gamma, beta, of_node, kinds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The law of the weight of node pairs: p, 1 - p, mean excess r of a link, b = beta_i + beta_j (inf: none).

    Node by node and in logarithms, on purpose unlike `pair_sums`: it also checks what the fit claims.
    """
    p, q, r, b = np.zeros(i.size), np.ones(i.size), np.zeros(i.size), np.full(i.size, np.inf)
    marked = kinds.shape[0] > 0
    for n in range(i.size):
        u, v = i[n], j[n]
        cu, cv = of_node[u], of_node[v]
        if u == v or cu < 0 or cv < 0:
            continue
        bits = kinds[cu, cv] if marked else 5
        if bits == 0:
            continue
        total = beta[u] + beta[v]
        if bits & 4 and total < np.inf:
            b[n] = total
            r[n] = 1.0 / np.expm1(total)
        if bits & 2:
            p[n], q[n] = 1.0, 0.0
        else:
            odds = np.exp(-gamma[u] - gamma[v]) * (1.0 + r[n])
            p[n], q[n] = odds / (1.0 + odds), 1.0 / (1.0 + odds)
    return p, q, r, b


@njit(cache=True, error_model="numpy")
def node_sums(gamma, beta, of_node, kinds, rows, columns, times):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Expected degree and strength of the nodes `rows`, summed over the nodes `columns`, each taken `times` times.

    A column equal to the row's own node counts one time less. Also the summed log-partition of each row's pairs.
    """
    degree, strength, partition = np.zeros(rows.size), np.zeros(rows.size), np.zeros(rows.size)
    marked = kinds.shape[0] > 0
    for a in range(rows.size):
        u = rows[a]
        for c in range(columns.size):
            v = columns[c]
            many = times[c] - (1.0 if u == v else 0.0)
            bits = kinds[of_node[u], of_node[v]] if marked else 5
            if many == 0.0 or bits == 0:
                continue
            total = beta[u] + beta[v]
            mean = 1.0
            if bits & 4 and total < np.inf:
                mean = -1.0 / np.expm1(-total)
            if bits & 2:
                degree[a] += many
                strength[a] += many * mean
                partition[a] += many * np.log(mean)
            else:
                odds = np.exp(-gamma[u] - gamma[v]) * mean
                degree[a] += many * odds / (1.0 + odds)
                strength[a] += many * mean * odds / (1.0 + odds)
                partition[a] += many * np.log1p(odds)
    return degree, strength, partition
