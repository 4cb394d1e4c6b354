"""Scores of the pairs of sources that papers cite, in one year: against the exact null model, or against samples."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.indicators.disruption.kernels import citers_of, group_by
from isthmus.indicators.novelty.exact import ExactNull
from isthmus.indicators.novelty.kernels import percentiles, score_exactly, score_sampled
from isthmus.indicators.novelty.references import Combinations, YearReferences, combinations_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scores = tuple[Ints, NDArray[np.float32]]
Flags = NDArray[np.bool_]

LEAST_PRODUCT = 1e-5
"""Largest product of two shares of a cell that the variance may leave out; 0 leaves out none and takes far longer."""

CAP = 0.999
"""Quantile of the finite sampled scores of a year at which infinite ones count."""


def exact_scores(
    combinations: Combinations,
    null: ExactNull,
    focal: Flags,
    *,
    rows: tuple[int, int] | None = None,
    least_product: float = LEAST_PRODUCT,
) -> Scores:
    """Return the scores of the pairs of sources of each focal paper against the exact null model.

    Parameters
    ----------
    combinations : Combinations
        Sources of the papers of one year: all papers that cite a source of `rows`.
    null : ExactNull
        Null model of the year.
    focal : array of bool of shape (P,)
        Papers whose scores are wanted.
    rows : tuple of int or None
        First source and the one after the last whose pairs with itself and later sources are taken; None for all.
        Rows may be split in any way: a paper's scores are those of all parts together.
    least_product : float
        Largest product of two shares of a cell that the variance may leave out.

    Returns
    -------
    tuple of arrays
        Where the scores of each focal paper begin (F + 1,), and the scores; NaN without variance.
    """
    first, last = rows or (0, combinations.source_at.size - 1)
    starts, fill = _room(combinations, focal, first, last)
    scores = np.empty(starts[-1], dtype=np.float32)
    score_exactly(first, last, _parts(combinations), focal, null.arrays, null.same, least_product, fill, scores)
    return starts, scores


def sampled_scores(references: YearReferences, focal: Flags, replicates: int, rng: np.random.Generator) -> Scores:
    """Return the scores against permutations of the cited works within cited years, as published.

    Parameters
    ----------
    references : YearReferences
        References of one year.
    focal : array of bool of shape (P,)
        Papers whose scores are wanted.
    replicates : int
        Permutations; the published number is 10.
    rng : numpy.random.Generator
        Draws the permutations.

    Returns
    -------
    tuple of arrays
        Where the scores of each focal paper begin (F + 1,), and the scores; +inf where all permutations hold the same,
        smaller number, NaN where they hold the observed one.
    """
    combinations = combinations_of(references)
    samples = _samples(references, replicates, rng)
    starts, fill = _room(combinations, focal, 0, references.sources.size)
    scores = np.empty(starts[-1], dtype=np.float32)
    score_sampled(_parts(combinations), samples, focal, fill, scores)
    return starts, scores


def summary(starts: Ints, scores: NDArray[np.float32]) -> tuple[Floats, Floats, Ints]:
    """Return the tenth percentile, the median and the number of the scores of each paper.

    Parameters
    ----------
    starts : array of shape (F + 1,)
        Where the scores of each paper begin.
    scores : array of shape (K,)
        Scores; NaN is left out, +inf counts as the quantile `CAP` of the finite ones. Sorted in place.

    Returns
    -------
    tuple of arrays of shape (F,)
        z10, zmed (linear interpolation; NaN without a score), number of scores.
    """
    ceiling = np.inf
    if np.isposinf(scores).any():
        finite = scores[np.isfinite(scores)]
        if finite.size:
            ceiling = float(np.quantile(finite, CAP))
        else:
            scores = np.full_like(scores, np.nan)
    found, number = percentiles(starts[:-1], starts[1:], scores, ceiling)
    return found[0], found[1], number


def row_blocks(combinations: Combinations, blocks: int) -> list[tuple[int, int]]:
    """Return ranges of sources with about equal numbers of references to pair, at most `blocks`.

    Parameters
    ----------
    combinations : Combinations
        Sources of the papers of one year.
    blocks : int
        Ranges wanted.

    Returns
    -------
    list of tuple of int
        First source of each range and the one after its last; together all sources once.
    """
    ends = combinations.paper_at[combinations.paper + 1]
    work = np.concatenate([[0], np.cumsum(ends - combinations.where)])[combinations.source_at]
    cuts = np.searchsorted(work, work[-1] * np.arange(1, blocks) / blocks)
    edges = np.unique([0, *cuts, combinations.source_at.size - 1])
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _samples(references: YearReferences, replicates: int, rng: np.random.Generator) -> tuple[NDArray[Any], ...]:
    """Permute sources within cells R times: where papers and sources begin, then (R, E) source, place, paper."""
    number, order = references.n_papers, np.argsort(references.cell, kind="stable")
    paper = np.repeat(np.arange(number), np.diff(references.paper_at))
    source, where, owner = np.empty((3, replicates, order.size), dtype=np.int32)
    source_at = np.zeros(references.sources.size + 1, dtype=np.int64)
    for r in range(replicates):
        drawn = np.empty_like(references.source)
        drawn[order] = references.source[np.lexsort((rng.random(order.size), references.cell))]
        source_at, papers = group_by(drawn, paper, references.sources.size)
        _, source[r] = citers_of(source_at, papers, number)
        _, where[r] = group_by(source[r], np.arange(order.size), references.sources.size)
        owner[r] = paper[where[r]]
    return references.paper_at, source_at, source, where, owner


def _room(combinations: Combinations, focal: Flags, first: int, last: int) -> tuple[Ints, Ints]:
    """Return where each focal paper's scores begin, and the same by paper: what the pairs of the rows need."""
    paper = np.repeat(np.arange(focal.size), np.diff(combinations.paper_at))
    times = combinations.times.astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(times)])
    after = ends[combinations.paper_at[paper + 1]] - ends[1:]
    pairs = times * (times - 1) // 2 + times * after
    inside = (combinations.source >= first) & (combinations.source < last) & focal[paper]
    number = np.bincount(paper[inside], weights=pairs[inside], minlength=focal.size).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(number)])
    chosen = np.append(np.flatnonzero(focal), focal.size)
    return starts[chosen], starts[:-1].copy()


def _parts(c: Combinations) -> tuple[NDArray[np.signedinteger], ...]:
    return c.paper_at, c.source, c.times, c.source_at, c.where, c.paper
