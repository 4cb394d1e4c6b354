"""The walk over citing papers behind all disruption counts: compiled, one thread.

Papers are numbered in the order of their years, so the citers of a paper ascend in time: a window of years is a
comparison of two whole numbers, and a list is cut instead of read.
"""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
_SHORT_LIST = 24  # up to here reading on is cheaper than a binary search
_MARKS = 2**16 - 2  # the largest even number of sixteen bits

N_I, N_J, N_STRONG, N_K, SHARED, CITERS = range(6)
"""Columns of the counts."""

STRONG = 5  # shared references of a strong n_j (Bornmann et al. 2020: DI5)


@njit(**_OPTIONS)
def group_by(keys, values, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Values of each key, in their order: pointers (number + 1,) and values. One counting sort."""
    pointers = np.zeros(number + 1, dtype=np.int64)
    for key in keys:
        pointers[key + 1] += 1
    for key in range(number):
        pointers[key + 1] += pointers[key]
    at = pointers[:-1].copy()
    grouped = np.empty(keys.size, dtype=np.int32)
    for row in range(keys.size):
        grouped[at[keys[row]]] = values[row]
        at[keys[row]] += 1
    return pointers, grouped


@njit(**_OPTIONS)
def citers_of(pointers, cited, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Turn lists of references by citing paper into lists of citers by cited paper, each ascending."""
    heads = np.zeros(number + 1, dtype=np.int64)
    for slot in cited:
        heads[slot + 1] += 1
    for slot in range(number):
        heads[slot + 1] += heads[slot]
    at = heads[:-1].copy()
    citers = np.empty(cited.size, dtype=np.int32)
    for citing in range(pointers.size - 1):
        for row in range(pointers[citing], pointers[citing + 1]):
            citers[at[cited[row]]] = citing
            at[cited[row]] += 1
    return heads, citers


@njit(**_OPTIONS)
def first_repeated(heads, citers):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Position of the first citer that stands twice in a list; -1 without one. Lists ascend."""
    for slot in range(heads.size - 1):
        for row in range(heads[slot] + 1, heads[slot + 1]):
            if citers[row] == citers[row - 1]:
                return row
    return -1


@njit(**_OPTIONS)
def _begin(citers, low, high, first):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Position of the first citer >= first in the ascending list citers[low:high]."""
    while high - low > _SHORT_LIST:
        middle = (low + high) >> 1
        if citers[middle] < first:
            low = middle + 1
        else:
            high = middle
    while low < high and citers[low] < first:
        low += 1
    return low


@njit(**_OPTIONS)
def walk(slots, own, first, near, last, refs_at, refs, heads, citers, n_citing, counts, short):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add the counts of each focal paper over one shard of citing papers, for the whole window and for the short one.

    Focal paper i has the slot slots[i], the citing number own[i] (-1: not in this shard), and the windows
    first[i] <= citing < last[i] and first[i] <= citing < near[i]; its references are refs[refs_at[i]:refs_at[i + 1]].
    counts and short have shape (F, 6): n_i, n_j, n_j of at least five shared references, n_k, shared references summed
    over citers, citers.

    mark[c] is `citer` for a citer of i and `counted` for another paper counted already: two numbers that grow with i,
    so that nothing is cleared between papers. They have sixteen bits, for a walk waits for memory and not for sums;
    once used up, all marks are cleared. The references' lists are found first and read afterwards, for that reason.
    """
    mark = np.zeros(n_citing, dtype=np.uint16)
    shares = np.zeros(n_citing, dtype=np.int32)
    begins, ends = np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64)
    used = 0
    for i in range(slots.size):
        used += 2
        if used > _MARKS:
            mark[:] = 0
            used = 2
        counted, citer = np.uint16(used), np.uint16(used + 1)
        begin, stop, edge, end = first[i], last[i], near[i], heads[slots[i] + 1]
        start = _begin(citers, heads[slots[i]], end, begin)
        row = start
        while row < end and citers[row] < stop:
            mark[citers[row]] = citer
            shares[citers[row]] = 0
            row += 1
        end = row
        if own[i] >= 0:
            mark[own[i]] = counted
        number = refs_at[i + 1] - refs_at[i]
        if number > begins.size:
            begins, ends = np.empty(2 * number, dtype=np.int64), np.empty(2 * number, dtype=np.int64)
        for j in range(number):
            reference = refs[refs_at[i] + j]
            begins[j], ends[j] = heads[reference], heads[reference + 1]
        for j in range(number):
            begins[j] = _begin(citers, begins[j], ends[j], begin)
        n_k = near_k = 0
        for j in range(number):
            for row in range(begins[j], ends[j]):
                c = citers[row]
                if c >= stop:
                    break
                if mark[c] < counted:
                    mark[c] = counted
                    n_k += 1
                    near_k += c < edge
                elif mark[c] == citer:
                    shares[c] += 1
        counts[i, N_K] += n_k
        short[i, N_K] += near_k
        for row in range(start, end):
            shared = shares[citers[row]]
            _add(counts, i, shared)
            if citers[row] < edge:
                _add(short, i, shared)


@njit(**_OPTIONS)
def mid_ranks(order, groups, values, ranks):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write the mid-rank of each value in its group; `order` lists positions by group and, in each, by value."""
    begin = 0
    while begin < order.size:
        end = begin
        while end < order.size and groups[order[end]] == groups[order[begin]]:
            end += 1
        low = begin
        while low < end:
            high = low
            while high < end and values[order[high]] == values[order[low]]:
                high += 1
            for row in range(low, high):
                ranks[order[row]] = ((low + high) / 2 - begin) / (end - begin)
            low = high
        begin = end


@njit(**_OPTIONS)
def _add(counts, i, shared):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    counts[i, CITERS] += 1
    counts[i, SHARED] += shared
    if shared == 0:
        counts[i, N_I] += 1
    else:
        counts[i, N_J] += 1
        counts[i, N_STRONG] += shared >= STRONG
