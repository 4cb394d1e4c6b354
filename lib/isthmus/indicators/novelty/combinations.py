"""Combination novelty of papers: how unusual the pairs of sources are that they cite.

After Uzzi, Mukherjee, Stringer and Jones (2013), with the exact null model in place of ten samples.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.counts import rank_within
from isthmus.indicators.novelty.agreement import YearAgreement, agreements
from isthmus.indicators.novelty.exact import exact_null, moments_of
from isthmus.indicators.novelty.references import YearReferences, combinations_of, references_of
from isthmus.indicators.novelty.scores import (
    LEAST_PRODUCT,
    exact_scores,
    row_blocks,
    sampled_scores,
    summary,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAXIMUM_REFERENCES = 500
"""References beyond which a list (a review, a book) says nothing of a combination."""

_LAST = np.iinfo(np.int32).max


@dataclass(frozen=True)
class CombinationNovelty:
    """Combination novelty of each focal paper; NaN where no pair of its sources has a score.

    Attributes
    ----------
    focal : array of shape (F,)
        Positions of the papers.
    year : array of shape (F,)
        Their years.
    n_references : array of shape (F,)
        References with a source and a year.
    too_many_references : array of bool of shape (F,)
        Whether the list is longer than `maximum_references`, so that the paper was left out.
    n_pairs : array of shape (F,)
        Pairs of references with a score.
    z10, zmed : array of shape (F,)
        Tenth percentile and median of the scores (observed - mean) / standard deviation of its pairs. -z10 is the
        novelty.
    rank : array of shape (F,)
        Mid-rank of -z10 in the year, between 0 and 1: near 1 is new.
    z10_sampled, zmed_sampled : array of shape (F,)
        The same against sampled exchanges; NaN without replicates.
    agreement : tuple of YearAgreement
        How far z10_sampled agrees with z10, by year; empty without replicates.
    """

    focal: Ints
    year: Ints
    n_references: Ints
    too_many_references: NDArray[np.bool_]
    n_pairs: Ints
    z10: Floats
    zmed: Floats
    rank: Floats
    z10_sampled: Floats
    zmed_sampled: Floats
    agreement: tuple[YearAgreement, ...]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, for a table."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "agreement"}


def combination_novelty(
    paper: ArrayLike,
    source: ArrayLike,
    cited_year: ArrayLike,
    year: ArrayLike,
    *,
    focal: ArrayLike | None = None,
    maximum_references: int = MAXIMUM_REFERENCES,
    replicates: int = 0,
    blocks: int = 1,
    least_product: float = LEAST_PRODUCT,
    seed: int = 0,
) -> CombinationNovelty:
    """Measure how unusual the pairs of sources are that each paper cites.

    Parameters
    ----------
    paper : array of shape (E,)
        Position in `year` of the paper of each reference.
    source : array of shape (E,)
        Id of the source (journal, conference) of the cited work; negative where it is unknown: not a reference here.
    cited_year : array of shape (E,)
        Year of the cited work; negative where it is unknown: not a reference here.
    year : array of shape (N,)
        Year of each paper; negative where it is unknown: the paper is left out.
    focal : array of shape (F,) or None
        Positions of the papers that are scored; None for all with a year. The others are the background.
    maximum_references : int
        Papers with more count neither among the observed pairs nor in the null model.
    replicates : int
        Sampled exchanges beside the exact null model; the published number is 10.
    blocks : int
        Parts in which the sources are walked; the result is the same.
    least_product : float
        Largest product of two shares of a cell that the variance may leave out; 0 for none.
    seed : int
        Seed of the sampled exchanges.

    Returns
    -------
    CombinationNovelty
        Scores and ranks.

    Raises
    ------
    IndicatorError
        Lists of different length, or positions outside `year`.
    """
    years = np.asarray(year, dtype=np.int64)
    papers, sources, cited = _checked(paper, source, cited_year, years.size)
    chosen = np.flatnonzero(years >= 0) if focal is None else np.asarray(focal, dtype=np.int64)
    _check_options(chosen, years, maximum_references, replicates, blocks)
    known = (sources >= 0) & (cited >= 0) & (years[papers] >= 0)
    number = np.bincount(papers[known], minlength=years.size)
    within = number <= maximum_references
    kept = known & within[papers]
    papers, sources, cited = papers[kept], sources[kept], cited[kept]
    wanted = np.zeros(years.size, dtype=bool)
    wanted[chosen] = True
    scores, pairs = np.full((4, years.size), np.nan), np.zeros(years.size, dtype=np.int64)
    position = np.empty(years.size, dtype=np.int64)
    for t in np.unique(years[chosen]):
        members = np.flatnonzero((years == t) & within)
        position[members] = np.arange(members.size)
        here = np.flatnonzero(years[papers] == t)
        references = references_of(position[papers[here]], members.size, sources[here], cited[here])
        at = members[wanted[members]]
        scores[:2, at], pairs[at] = _exact_year(references, wanted[members], blocks, least_product)
        if replicates:
            rng = np.random.default_rng([seed, int(t)])
            found = summary(*sampled_scores(references, wanted[members], replicates, rng))
            scores[2:, at] = found[0], found[1]
    z10, zmed, z10_sampled, zmed_sampled = scores[:, chosen]
    return CombinationNovelty(
        focal=chosen,
        year=years[chosen],
        n_references=number[chosen],
        too_many_references=~within[chosen],
        n_pairs=pairs[chosen],
        z10=z10,
        zmed=zmed,
        rank=rank_within(-z10, years[chosen]),
        z10_sampled=z10_sampled,
        zmed_sampled=zmed_sampled,
        agreement=agreements(years[chosen], -z10, -z10_sampled) if replicates else (),
    )


def _exact_year(
    references: YearReferences, focal: NDArray[np.bool_], blocks: int, least_product: float
) -> tuple[Floats, Ints]:
    """Return z10 and zmed (2, F) and the numbers of scores of the focal papers of a year."""
    combinations, null = combinations_of(references), exact_null(moments_of(references))
    parts = [
        exact_scores(combinations, null, focal, rows=rows, least_product=least_product)
        for rows in row_blocks(combinations, blocks)
    ]
    starts, scores = parts[0] if len(parts) == 1 else joined(parts, int(focal.sum()))
    z10, zmed, number = summary(starts, scores)
    return np.stack([z10, zmed]), number


def joined(parts: list[tuple[Ints, NDArray[np.float32]]], number: int) -> tuple[Ints, NDArray[np.float32]]:
    """Join the scores of several ranges of sources, paper by paper.

    Parameters
    ----------
    parts : list of tuple of arrays
        Where the scores of each paper begin (F + 1,), and the scores.
    number : int
        Number of papers, F.

    Returns
    -------
    tuple of arrays
        The same over all parts.
    """
    owner = [np.repeat(np.arange(number), np.diff(starts)) for starts, _ in parts]
    papers = np.concatenate([np.empty(0, dtype=np.int64), *owner])
    scores = np.concatenate([np.empty(0, dtype=np.float32), *(scores for _, scores in parts)])
    starts = np.concatenate([[0], np.cumsum(np.bincount(papers, minlength=number))])
    return starts, scores[np.argsort(papers, kind="stable")]


def _checked(paper: ArrayLike, source: ArrayLike, cited_year: ArrayLike, number: int) -> tuple[Ints, Ints, Ints]:
    papers, sources, cited = (np.asarray(x, dtype=np.int64) for x in (paper, source, cited_year))
    if papers.ndim != 1 or papers.shape != sources.shape or papers.shape != cited.shape:
        raise IndicatorError(
            f"paper has shape {papers.shape}, source {sources.shape}, cited_year {cited.shape}; expected one equal "
            "length, one row for each reference"
        )
    if papers.size and (papers.min() < 0 or papers.max() >= number):
        raise IndicatorError(
            f"paper has positions from {papers.min()} to {papers.max()}; expected 0 to {number - 1}, one a year"
        )
    if papers.size >= _LAST:
        raise IndicatorError(f"{papers.size} references; expected fewer than {_LAST}: pass the years one at a time")
    return papers, sources, cited


def _check_options(focal: Ints, year: Ints, maximum_references: int, replicates: int, blocks: int) -> None:
    if focal.size and (focal.min() < 0 or focal.max() >= year.size or (year[focal] < 0).any()):
        raise IndicatorError("focal holds a position outside `year` or a paper without a year; leave it out")
    if np.unique(focal).size < focal.size:
        raise IndicatorError("focal holds a position twice; list each paper once")
    if maximum_references < 2 or replicates < 0 or replicates == 1 or blocks < 1:
        raise IndicatorError(
            f"maximum_references is {maximum_references}, replicates {replicates}, blocks {blocks}; "
            "expected at least 2, none or at least 2, at least 1"
        )
