"""Loops over pairs of sources behind combination novelty: compiled, one thread.

Pairs are taken row by row: for one source, all papers that cite it add to a dense accumulator over the other sources;
then the same papers read the scores of the row back. So no table of pairs is ever held, sorted or searched.
"""

from typing import Any

import numpy as np
from numba import njit

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
_FAST: dict[str, Any] = {**_OPTIONS, "fastmath": {"reassoc", "contract"}}  # sums may be taken in any order, not NaN

_SHORT = 16  # values that are sorted sooner than divided
LEAST_VARIANCE = 1e-12  # a pair that no exchange of citations can change has no score


@njit(**_OPTIONS)
def distinct_of(pointers, sources):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Collapse equal neighbours of each ascending list: pointers, distinct values, how often each stands there."""
    starts = np.zeros(pointers.size, dtype=np.int64)
    distinct = np.empty(sources.size, dtype=np.int32)
    times = np.empty(sources.size, dtype=np.int32)
    at = 0
    for paper in range(pointers.size - 1):
        for row in range(pointers[paper], pointers[paper + 1]):
            if row > pointers[paper] and sources[row] == sources[row - 1]:
                times[at - 1] += 1
            else:
                distinct[at] = sources[row]
                times[at] = 1
                at += 1
        starts[paper + 1] = at
    return starts, distinct[:at].copy(), times[:at].copy()


@njit(**_OPTIONS)
def add_moments(paper_at, cell, pairs, triples):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Add to pairs (U, U) and triples (U, U, U) the products a_u a_v and a_u a_v a_w of each paper's counts by cell."""
    count = np.zeros(pairs.shape[0])
    seen = np.empty(pairs.shape[0], dtype=np.int64)
    for paper in range(paper_at.size - 1):
        number = 0
        for row in range(paper_at[paper], paper_at[paper + 1]):
            if count[cell[row]] == 0:
                seen[number] = cell[row]
                number += 1
            count[cell[row]] += 1
        for x in seen[:number]:
            for y in seen[:number]:
                product = count[x] * count[y]
                pairs[x, y] += product
                for z in seen[:number]:
                    triples[x, y, z] += product * count[z]
        for x in seen[:number]:
            count[x] = 0


@njit(**_FAST)
def _moments(j, k, share, spread, own, drawn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Mean and variance of the pair (j, k) without the products of both shares; the largest such product."""
    mean = variance = top = 0.0
    for u in range(share.shape[1]):
        q = share[k, u]
        both = share[j, u] * q
        mean += drawn[u] * q
        variance += own[u] * q * (1 - q) + share[j, u] * (1 - share[j, u]) * spread[k, u]
        top = max(top, both)
    return mean, variance, top


@njit(**_FAST)
def _shared(j, k, share, together, scatter, factor, ready, bent, least):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Part of the variance that comes from cells where both sources are cited: those with a product above `least`.

    bent[u] = factor[u] scatter[u] @ share[j] is made when first needed for the row j; ready says which are.
    """
    total = 0.0
    for u in range(share.shape[1]):
        both = share[j, u] * share[k, u]
        if both <= least:
            continue
        if not ready[u]:
            ready[u] = True
            for v in range(share.shape[1]):
                bent[u, v] = factor[u] * np.dot(scatter[u, v], share[j])
        inner = crossed = 0.0
        for v in range(share.shape[1]):
            inner += together[u, v] * share[j, v] * share[k, v]
            crossed += bent[u, v] * share[k, v]
        total += both * (inner - 2 * crossed)
    return total


@njit(**_OPTIONS)
def score_exactly(first, last, combinations, focal, null, same, least, fill, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write the scores of the pairs (j, k), first <= j < last, j <= k, of each focal paper to scores, from fill on.

    combinations is (paper_at, source, times, source_at, where, paper), null (share, spread, drawn, own, together,
    scatter, factor), same (2, J) the mean and variance of a source with itself. A pair of a paper stands there as often
    as its references form it; one without variance is NaN.
    """
    paper_at, source, times, source_at, where, paper = combinations
    share, spread, drawn, own, together, scatter, factor = null
    counted, stamp = np.zeros(share.shape[0], dtype=np.int64), np.full(share.shape[0], -1, dtype=np.int64)
    score = np.empty(share.shape[0], dtype=np.float32)
    ready, bent = np.zeros(share.shape[1], dtype=np.bool_), np.empty((share.shape[1], share.shape[1]))
    for j in range(first, last):
        itself = _count_row(j, paper_at, source, times, source_at, where, paper, counted)
        ready[:] = False
        alone = _standard(itself, same[0, j], same[1, j])
        for row in range(source_at[j], source_at[j + 1]):
            if not focal[paper[row]]:
                continue
            n, at = times[where[row]], fill[paper[row]]
            for _ in range(n * (n - 1) // 2):
                scores[at] = alone
                at += 1
            for other in range(where[row] + 1, paper_at[paper[row] + 1]):
                k = source[other]
                if stamp[k] != j:
                    stamp[k] = j
                    mean, variance, top = _moments(j, k, share, spread, own[j], drawn[j])
                    if top > least:
                        variance += _shared(j, k, share, together, scatter, factor, ready, bent, least)
                    score[k] = _standard(counted[k], mean, variance)
                for _ in range(n * times[other]):
                    scores[at] = score[k]
                    at += 1
            fill[paper[row]] = at
        _forget_row(j, paper_at, source, source_at, where, paper, counted)


@njit(**_OPTIONS)
def score_sampled(combinations, samples, focal, fill, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write the scores of all pairs against sampled exchanges: (observed - mean) / population standard deviation.

    samples is (paper_at, source_at, source, where, paper), the last three (R, E) and every reference by itself: an
    exchange keeps how many references a paper has and a source gets. Where all samples agree the score is +inf for more
    than they hold, else NaN: the published rule.
    """
    paper_at, source, times, source_at, where, paper = combinations
    number, replicates = source_at.size - 1, samples[2].shape[0]
    counted, drawn = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=np.int64)
    total, squares = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=np.int64)
    score, touched = np.empty(number, dtype=np.float32), np.empty(number, dtype=np.int64)
    for j in range(number):
        counted[j] = _count_row(j, paper_at, source, times, source_at, where, paper, counted)
        pairs = _list_row(j, paper_at, source, source_at, where, paper, total, touched)
        for k in touched[:pairs]:
            total[k] = squares[k] = 0
        for r in range(replicates):
            _draw_row(j, samples[0], samples[1], samples[2][r], samples[3][r], samples[4][r], drawn)
            for k in touched[:pairs]:
                total[k] += drawn[k]
                squares[k] += drawn[k] * drawn[k]
            _clear_row(j, samples[0], samples[1], samples[2][r], samples[3][r], samples[4][r], drawn)
        for k in touched[:pairs]:
            score[k] = _sampled(counted[k], total[k], squares[k], replicates)
            total[k] = counted[k] = 0
        for row in range(source_at[j], source_at[j + 1]):
            if not focal[paper[row]]:
                continue
            n, at = times[where[row]], fill[paper[row]]
            for _ in range(n * (n - 1) // 2):
                scores[at] = score[j]
                at += 1
            for other in range(where[row] + 1, paper_at[paper[row] + 1]):
                for _ in range(n * times[other]):
                    scores[at] = score[source[other]]
                    at += 1
            fill[paper[row]] = at


@njit(**_OPTIONS)
def _list_row(j, paper_at, source, source_at, where, paper, total, touched):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """List j and the sources k > j that papers cite with it; total, 0 before, is -1 for them."""
    touched[0], total[j] = j, -1
    pairs = 1
    for row in range(source_at[j], source_at[j + 1]):
        for other in range(where[row] + 1, paper_at[paper[row] + 1]):
            k = source[other]
            if total[k] == 0:
                total[k] = -1
                touched[pairs] = k
                pairs += 1
    return pairs


@njit(**_OPTIONS)
def _draw_row(j, paper_at, source_at, source, where, paper, drawn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for row in range(source_at[j], source_at[j + 1]):
        for other in range(where[row] + 1, paper_at[paper[row] + 1]):
            drawn[source[other]] += 1


@njit(**_OPTIONS)
def _clear_row(j, paper_at, source_at, source, where, paper, drawn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for row in range(source_at[j], source_at[j + 1]):
        for other in range(where[row] + 1, paper_at[paper[row] + 1]):
            drawn[source[other]] = 0


@njit(**_OPTIONS)
def _count_row(j, paper_at, source, times, source_at, where, paper, counted):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add to counted[k] the pairs of references to j and k > j; return the pairs of two references to j."""
    itself = 0
    for row in range(source_at[j], source_at[j + 1]):
        n = times[where[row]]
        itself += n * (n - 1) // 2
        for other in range(where[row] + 1, paper_at[paper[row] + 1]):
            counted[source[other]] += n * times[other]
    return itself


@njit(**_OPTIONS)
def _forget_row(j, paper_at, source, source_at, where, paper, counted):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for row in range(source_at[j], source_at[j + 1]):
        for other in range(where[row] + 1, paper_at[paper[row] + 1]):
            counted[source[other]] = 0


@njit(**_OPTIONS)
def _standard(observed, mean, variance):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return (observed - mean) / np.sqrt(variance) if variance > LEAST_VARIANCE else np.nan


@njit(**_OPTIONS)
def _sampled(observed, total, squares, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Score against `number` samples from whole sums, so that equal samples have a variance of exactly 0."""
    above, variance = number * observed - total, number * squares - total * total
    if variance > 0:
        return above / np.sqrt(variance)
    return np.inf if above > 0 else np.nan


@njit(**_OPTIONS)
def percentiles(starts, ends, scores, ceiling):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Tenth percentile and median of each paper's scores, linear, and how many there are; NaN is left out.

    Scores above ceiling count as ceiling. The scores of a paper are brought into another order in place.
    """
    result = np.full((2, starts.size), np.nan)
    number = np.zeros(starts.size, dtype=np.int64)
    for paper in range(starts.size):
        known = starts[paper]
        for row in range(starts[paper], ends[paper]):
            if not np.isnan(scores[row]):
                scores[known] = min(scores[row], ceiling)
                known += 1
        ordered = scores[starts[paper] : known]
        number[paper] = ordered.size
        if ordered.size:
            result[0, paper], place = _quantile(ordered, 0, 0.1)
            result[1, paper], _ = _quantile(ordered, place, 0.5)
    return result, number


@njit(**_OPTIONS)
def _quantile(values, first, level):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Linear quantile, and its place below; values[:first] are known to be the smallest. Reorders the values."""
    place = level * (values.size - 1)
    low = int(place)
    _select(values, first, low)
    below = values[low]
    above = below if low + 1 == values.size else values[low + 1 :].min()
    return below + (place - low) * (float(above) - below), low


@njit(**_OPTIONS)
def _select(values, first, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Bring the value that belongs to `place` there, no larger ones before it (from first on), no smaller ones after.

    Quickselect: two places of a list are wanted, which sorting it takes three times as long for.
    """
    low, high = first, values.size
    while high - low > _SHORT:
        one, two, three = values[low], values[(low + high) >> 1], values[high - 1]
        pivot = max(min(one, two), min(max(one, two), three))
        left, right = low, high - 1
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left, right = left + 1, right - 1
        if place <= right:
            high = right + 1
        elif place >= left:
            low = left
        else:
            return
    values[low:high].sort()
