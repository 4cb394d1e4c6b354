"""Sums over all pairs of classes: the compiled part of the fit.

Per class c: size m, g = exp(-gamma), E = expm1(beta), carries = 1 where the excess is positive. For a pair

    t = expm1(beta_i + beta_j) = E_i + E_j + E_i E_j      (no exp, no log)
    r = 1 / t                       mean excess of a present link
    o = g_i g_j (1 + r)             odds that the link is present
    p = o / (1 + o)

(source: isthmus.nullmodels.ecm). The one node that may have beta < 0, the hub, would lose digits in that sum: its
pairs take t from the array T = expm1(beta_hub + beta_j) instead; hub = -1 says that there is none. A matrix of shape
(1, 1) or (0, 0) stands for "none".
"""

from typing import Any

import numpy as np
from numba import njit

# error_model numpy: the zero-division checks of the default keep the loops from being vectorised.
_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}


@njit(**_OPTIONS)
def _pair(gi, gj, Ei, Ej, free, present, carries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Probability of a link, its variance, and the mean excess of a present link."""
    return _law(gi * gj, Ei + Ej + Ei * Ej, free, present, carries)


@njit(**_OPTIONS)
def _law(gg, t, free, present, carries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    r = carries / (t * carries + (1.0 - carries))
    o = gg * (1.0 + r)
    absent = 1.0 / (1.0 + o)
    p = o * absent
    return p * free + present, p * absent * free, r


@njit(**_OPTIONS)
def _read_marks(i, hub, carries, kinds, free, present, carry):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill row i's marks as factors 0.0 or 1.0: free link, certain link, free excess; 0 for the class itself, the hub.

    Returns the class's own three marks, for the pairs within it, and its three marks with the hub.
    """
    n = carries.size
    if kinds.shape[0] == n:
        for j in range(n):
            kind = kinds[i, j]
            free[j] = float(kind & 1)
            present[j] = float((kind >> 1) & 1)
            carry[j] = float((kind >> 2) & 1)
    else:
        for j in range(n):
            free[j] = 1.0
            carry[j] = carries[i] * carries[j]
    own = free[i], present[i], carry[i]
    free[i] = present[i] = carry[i] = 0.0
    central = (0.0, 0.0, 0.0)
    if hub >= 0 and i != hub:
        central = free[hub], present[hub], carry[hub]
        free[hub] = present[hub] = carry[hub] = 0.0
    return own, central


@njit(**_OPTIONS)
def marked_sums(kinds, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return how many others a node of each class may be linked to, is linked to for certain, may share excess with.

    (3, C), from the marks of pairs of classes.
    """
    n = size.size
    sums = np.zeros((3, n))
    for i in range(n):
        free = present = carry = 0.0
        for j in range(n):
            kind, m = kinds[i, j], size[j]
            free += m * float(kind & 1)
            present += m * float((kind >> 1) & 1)
            carry += m * float((kind >> 2) & 1)
        own = kinds[i, i]
        sums[0, i] = free - float(own & 1)
        sums[1, i] = present - float((own >> 1) & 1)
        sums[2, i] = carry - float((own >> 2) & 1)
    return sums


@njit(**_OPTIONS)
def pair_sums(g, E, carries, size, kinds, hub, T, V, C, W):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return expected degree and excess per node of each class, and the 2 x 2 diagonal blocks of the Hessian.

    Fills V, C, W with the covariances of every pair of classes (zero diagonal) when they have the full shape (C, C).

    Returns
    -------
    object
        sums : (5, C): expected degree and excess per node; the diagonal's gamma-gamma, gamma-beta, beta-beta per class.
    """
    n = g.size
    sums = np.zeros((5, n))
    stored = V.shape[0] == n
    free, present, carry = np.zeros(n), np.zeros(n), np.zeros(n)
    if stored and hub >= 0:
        V[hub, hub] = C[hub, hub] = W[hub, hub] = 0.0
    # Each pair twice, row by row: with no write but to the row's own, the loops are vectorised, four times as fast.
    for i in range(n):
        gi, Ei = g[i], E[i]
        own, central = _read_marks(i, hub, carries, kinds, free, present, carry)
        k = x = a = b = c = 0.0
        if i == hub:  # counted from the other side
            continue
        if stored:
            Vi, Ci, Wi = V[i], C[i], W[i]
            for j in range(n):
                p, v, r = _pair(gi, g[j], Ei, E[j], free[j], present[j], carry[j])
                m = size[j]
                vr = v * r
                w = p * r * (1.0 + r) + vr * r
                k += m * p
                x += m * p * r
                a += m * v
                b += m * vr
                c += m * w
                Vi[j] = v
                Ci[j] = vr
                Wi[j] = w
        else:
            for j in range(n):
                p, v, r = _pair(gi, g[j], Ei, E[j], free[j], present[j], carry[j])
                m = size[j]
                vr = v * r
                k += m * p
                x += m * p * r
                a += m * v
                b += m * vr
                c += m * (p * r * (1.0 + r) + vr * r)
        if hub >= 0:
            p, v, r = _law(gi * g[hub], T[i], central[0], central[1], central[2])
            w = p * r * (1.0 + r) + v * r * r
            m = size[i]
            k, x, a, b, c = k + p, x + p * r, a + v, b + v * r, c + w
            sums[0, hub] += m * p
            sums[1, hub] += m * p * r
            sums[2, hub] += m * v
            sums[3, hub] += m * v * r
            sums[4, hub] += m * w
            if stored:
                V[i, hub] = V[hub, i] = v
                C[i, hub] = C[hub, i] = v * r
                W[i, hub] = W[hub, i] = w
        if size[i] > 1.0:
            p, v, r = _pair(gi, gi, Ei, Ei, own[0], own[1], own[2])
            others = size[i] - 1.0
            k += others * p
            x += others * p * r
            # Twice: the pair depends on 2 gamma, 2 beta of its own class.
            a += 2.0 * others * v
            b += 2.0 * others * v * r
            c += 2.0 * others * (p * r * (1.0 + r) + v * r * r)
        sums[0, i], sums[1, i] = k, x
        sums[2, i], sums[3, i], sums[4, i] = size[i] * a, size[i] * b, size[i] * c
    return sums


@njit(**_OPTIONS)
def hessian_product(g, E, carries, size, kinds, hub, T, V, C, W, sums, xg, xb, yg, yb):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return Hessian times (xg, xb) into (yg, yb), from stored blocks or, when there are none, pair by pair again."""
    n = g.size
    stored = V.shape[0] == n
    free, present, carry = np.zeros(n), np.zeros(n), np.zeros(n)
    zg, zb = size * xg, size * xb
    hub_g = hub_b = 0.0
    for i in range(n):
        sg = sb = 0.0
        if stored:
            Vi, Ci, Wi = V[i], C[i], W[i]
            for j in range(n):
                v, c, w = Vi[j], Ci[j], Wi[j]
                sg += v * zg[j] + c * zb[j]
                sb += c * zg[j] + w * zb[j]
        elif i != hub:
            gi, Ei = g[i], E[i]
            _, central = _read_marks(i, hub, carries, kinds, free, present, carry)
            if hub >= 0:
                p, v, r = _law(gi * g[hub], T[i], central[0], central[1], central[2])
                c = v * r
                w = p * r * (1.0 + r) + c * r
                sg += v * zg[hub] + c * zb[hub]
                sb += c * zg[hub] + w * zb[hub]
                hub_g += v * zg[i] + c * zb[i]
                hub_b += c * zg[i] + w * zb[i]
            for j in range(n):
                p, v, r = _pair(gi, g[j], Ei, E[j], free[j], present[j], carry[j])
                c = v * r
                sg += v * zg[j] + c * zb[j]
                sb += c * zg[j] + (p * r * (1.0 + r) + c * r) * zb[j]
        yg[i] = size[i] * sg + sums[2, i] * xg[i] + sums[3, i] * xb[i]
        yb[i] = size[i] * sb + sums[3, i] * xg[i] + sums[4, i] * xb[i]
    if hub >= 0 and not stored:
        yg[hub] += hub_g
        yb[hub] += hub_b


@njit(**_OPTIONS)
def bundled_product(of, size, V, C, W, sums, xg, xb, yg, yb):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the Hessian times (xg, xb) into (yg, yb), the covariances of two classes being those of their bundles.

    `of` is the bundle of each class, V, C, W as `isthmus.nullmodels.bundles.covariances` returns them.
    """
    n, count = size.size, V.shape[0]
    zg, zb, tg, tb = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count)
    for i in range(n):
        zg[of[i]] += size[i] * xg[i]
        zb[of[i]] += size[i] * xb[i]
    for a in range(count):
        Va, Ca, Wa = V[a], C[a], W[a]
        sg = sb = 0.0
        for b in range(count):
            v, c, w = Va[b], Ca[b], Wa[b]
            sg += v * zg[b] + c * zb[b]
            sb += c * zg[b] + w * zb[b]
        tg[a], tb[a] = sg, sb
    for i in range(n):
        a, mg, mb = of[i], size[i] * xg[i], size[i] * xb[i]
        sg = tg[a] - V[a, a] * mg - C[a, a] * mb  # a class is no pair with itself
        sb = tb[a] - C[a, a] * mg - W[a, a] * mb
        yg[i] = size[i] * sg + sums[2, i] * xg[i] + sums[3, i] * xb[i]
        yb[i] = size[i] * sb + sums[3, i] * xg[i] + sums[4, i] * xb[i]


@njit(**_OPTIONS)
def newton_direction(g, E, carries, size, kinds, hub, T, V, C, W, sums, rg, rb, tolerance, limit, of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Solve Hessian * (dg, db) = (rg, rb) by conjugate gradients with the 2 x 2 diagonal blocks as preconditioner.

    Coordinates with a zero diagonal are left at 0. Returns dg, db, the products spent, and whether the residual fell
    below tolerance times its start, in the norm of the preconditioner. Where `of`, the bundle of each class, is not
    empty, V, C, W are those of the bundles.
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
        if of.size > 0:
            bundled_product(of, size, V, C, W, sums, pg, pb, qg, qb)
        else:
            hessian_product(g, E, carries, size, kinds, hub, T, V, C, W, sums, pg, pb, qg, qb)
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
def smallest_ratio(beta, hub, with_hub, beta_before, hub_before, with_hub_before, carries, size, kinds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the smallest (beta_i + beta_j) after / before over the pairs that carry excess; inf if none does."""
    n = beta.size
    marked = kinds.shape[0] == n
    least = np.inf
    for i in range(n):
        if carries[i] == 0.0:
            continue
        for j in range(i if size[i] > 1.0 else i + 1, n):
            if carries[j] == 0.0 or (marked and kinds[i, j] & 4 == 0):
                continue
            after = with_hub[j] if i == hub else with_hub[i] if j == hub else beta[i] + beta[j]
            before = beta_before[i] + beta_before[j]
            if i == hub_before:
                before = with_hub_before[j]
            elif j == hub_before:
                before = with_hub_before[i]
            least = min(least, after / before)
    return least


@njit(cache=True, error_model="numpy")
def pair_law(i, j, gamma, beta, hub, with_hub, of_node, kinds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the law of the weight of node pairs: p, 1 - p, mean excess r of a link, b = beta_i + beta_j (inf: none).

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
        total = with_hub[v] if u == hub else with_hub[u] if v == hub else beta[u] + beta[v]
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
def expected_sums(gamma, beta, hub, with_hub, size, kinds):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return expected degree and strength of a node of each class, and the log-partition of all pairs of nodes.

    With expm1 per pair, on purpose unlike `pair_sums`: it checks what the solver claims.
    """
    n = gamma.size
    degree, strength, partition, product = np.zeros(n), np.zeros(n), 0.0, 1.0
    marked = kinds.shape[0] > 0
    # Products of such factors neither overflow nor vanish; where a gamma is larger the logarithms are added first.
    factor = np.exp(-np.minimum(np.maximum(gamma, -300.0), 300.0))
    moderate = np.abs(gamma) < 300.0
    for u in range(n):
        for v in range(u, n):
            bits = kinds[u, v] if marked else 5
            if bits == 0 or (u == v and size[u] < 2.0):
                continue
            total = with_hub[v] if u == hub else with_hub[u] if v == hub else beta[u] + beta[v]
            mean = -1.0 / np.expm1(-total) if bits & 4 and total < np.inf else 1.0
            if bits & 2:
                p = 1.0
                weight = mean
            else:
                if moderate[u] and moderate[v]:
                    odds = factor[u] * factor[v] * mean
                else:
                    odds = np.exp(-gamma[u] - gamma[v]) * mean
                p = odds / (1.0 + odds)
                weight = 1.0 + odds
            if u == v:
                degree[u] += (size[u] - 1.0) * p
                strength[u] += (size[u] - 1.0) * p * mean
                partition += 0.5 * size[u] * (size[u] - 1.0) * np.log(weight)
                continue
            degree[u] += size[v] * p
            degree[v] += size[u] * p
            strength[u] += size[v] * p * mean
            strength[v] += size[u] * p * mean
            if size[u] * size[v] == 1.0 and weight < 1e100:
                product *= weight  # one logarithm for many factors
                if product > 1e200:
                    partition += np.log(product)
                    product = 1.0
            else:
                partition += size[u] * size[v] * np.log(weight)
    return degree, strength, partition + np.log(product)
