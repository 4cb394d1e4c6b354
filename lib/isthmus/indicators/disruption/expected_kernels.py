"""Loops behind the expected counts: compiled, one thread."""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def add_pairs(citing_year, pointers, cited_year, slots, pairs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add each paper's citations to `slots` (T, U), and its ordered pairs of them to `pairs` (T, U, U).

    Paper p of the year citing_year[p] (a row) cites the years cited_year[pointers[p]:pointers[p + 1]] (columns).
    """
    for p in range(pointers.size - 1):
        t = citing_year[p]
        for row in range(pointers[p], pointers[p + 1]):
            u = cited_year[row]
            slots[t, u] += 1
            # the pairs with the citations before this one, in both orders
            for earlier in range(pointers[p], row):
                pairs[t, u, cited_year[earlier]] += 1
                pairs[t, cited_year[earlier], u] += 1


@njit(**_OPTIONS)
def expected(  # type: ignore[no-untyped-def]  # noqa: ANN201
    focal_year,  # noqa: ANN001
    own,  # noqa: ANN001
    refs_at,  # noqa: ANN001
    refs,  # noqa: ANN001
    ref_year,  # noqa: ANN001
    start,  # noqa: ANN001
    stop,  # noqa: ANN001
    year,  # noqa: ANN001
    count,  # noqa: ANN001
    t0,  # noqa: ANN001
    u0,  # noqa: ANN001
    slots,  # noqa: ANN001
    pairs,  # noqa: ANN001
    lowest,  # noqa: ANN001
    last,  # noqa: ANN001
    found,  # noqa: ANN001
):
    """Write the expected n_j (row 0) and n_j + n_k (row 1) of each focal paper into `found`; see `expected_of`."""
    n_t, n_u = slots.shape
    hits = np.zeros((n_t, n_u))  # citations of the references by citing and cited year; cleared after each paper
    listed = np.zeros(n_u)  # the paper's own references by year
    touched = np.empty(n_u, dtype=np.int64)
    rate = np.zeros(n_u)
    for i in range(focal_year.size):
        n_touched = 0
        first = max(0, focal_year[i] + lowest - t0)
        final = min(n_t - 1, focal_year[i] + last - t0)
        for at in range(refs_at[i], refs_at[i + 1]):
            u = ref_year[at] - u0
            if ref_year[at] < 0 or u < 0 or u >= n_u:
                continue
            if listed[u] == 0:
                touched[n_touched] = u
                n_touched += 1
            listed[u] += 1
            for row in range(start[refs[at]], stop[refs[at]]):
                t = year[row] - t0
                if first <= t <= final:
                    hits[t, u] += count[row]
        own_u = focal_year[i] - u0
        reached = 0.0
        for t in range(first, final + 1):
            for k in range(n_touched):
                w = touched[k]
                rate[w] = hits[t, w] / slots[t, w] if slots[t, w] > 0 else 0.0
                reached += hits[t, w]
                if t == focal_year[i] - t0:
                    reached -= listed[w] * rate[w]
            for k in range(n_touched):
                for m in range(n_touched):
                    reached -= rate[touched[k]] * pairs[t, touched[k], touched[m]] * rate[touched[m]] / 2
        found[1, i] = reached
        for row in range(start[own[i]], stop[own[i]]):
            t = year[row] - t0
            if t < first or t > final or own_u < 0 or own_u >= n_u or slots[t, own_u] <= 0:
                continue
            beside = 0.0
            for k in range(n_touched):
                w = touched[k]
                if slots[t, w] > 0:
                    beside += pairs[t, own_u, w] * hits[t, w] / slots[t, w]
            found[0, i] += count[row] * (1 - np.exp(-beside / slots[t, own_u]))
        for k in range(n_touched):
            listed[touched[k]] = 0
            for t in range(n_t):
                hits[t, touched[k]] = 0
