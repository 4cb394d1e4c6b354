"""References of the papers of one year, by the source and the year of the cited work: what a null model exchanges."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.indicators.disruption.kernels import citers_of, group_by
from isthmus.indicators.novelty.kernels import distinct_of

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class YearReferences:
    """References of P papers of one year. A reference names one of J sources and one of U cells (cited years).

    Attributes
    ----------
    paper_at : array of shape (P + 1,)
        Where the references of each paper begin.
    source, cell : array of shape (E,)
        Positions in `sources` and `cells`.
    sources : array of shape (J,)
        Ids of the sources; the least cited first, so that what is read most lies close together.
    cells : array of shape (U,)
        Cited years, ascending.
    """

    paper_at: Ints
    source: NDArray[np.int32]
    cell: NDArray[np.int32]
    sources: Ints
    cells: Ints

    @property
    def n_papers(self) -> int:
        """Number of papers, P."""
        return self.paper_at.size - 1


@dataclass(frozen=True)
class Combinations:
    """Distinct sources of each paper with how often it cites them, read by paper and by source.

    Attributes
    ----------
    paper_at : array of shape (P + 1,)
        Where the sources of each paper begin.
    source, times : array of shape (D,)
        Positions of the sources, ascending within a paper, and references to each.
    source_at : array of shape (J + 1,)
        Where the papers of each source begin.
    where, paper : array of shape (D,)
        By source: place of the entry in `source`, and its paper.
    """

    paper_at: Ints
    source: NDArray[np.int32]
    times: NDArray[np.int32]
    source_at: Ints
    where: NDArray[np.int32]
    paper: NDArray[np.int32]


def references_of(paper: Ints, n_papers: int, source: Ints, cited_year: Ints) -> YearReferences:
    """Group references by paper and number their sources and cited years.

    Parameters
    ----------
    paper : array of shape (E,)
        Position of the paper, 0 to n_papers - 1.
    n_papers : int
        Number of papers; one without a reference is allowed.
    source, cited_year : array of shape (E,)
        Id of the source and year of the cited work.

    Returns
    -------
    YearReferences
        The references in the order of the papers.
    """
    ids, numbers, counts = np.unique(source, return_inverse=True, return_counts=True)
    order = np.argsort(counts, kind="stable")
    rank = np.empty(ids.size, dtype=np.int64)
    rank[order] = np.arange(ids.size)
    cells, cell = np.unique(cited_year, return_inverse=True)
    paper_at, by_paper = group_by(paper, rank[numbers], n_papers)
    return YearReferences(paper_at, by_paper, group_by(paper, cell, n_papers)[1], ids[order], cells)


def combinations_of(references: YearReferences) -> Combinations:
    """Return the distinct sources of each paper, ascending, and the papers of each source.

    Parameters
    ----------
    references : YearReferences
        References of one year.

    Returns
    -------
    Combinations
        The same by paper and by source.
    """
    number = references.n_papers
    paper = np.repeat(np.arange(number), np.diff(references.paper_at))
    by_source_at, papers = group_by(references.source, paper, references.sources.size)
    paper_at, sources = citers_of(by_source_at, papers, number)
    distinct_at, distinct, times = distinct_of(paper_at, sources)
    owner = np.repeat(np.arange(number), np.diff(distinct_at))
    source_at, where = group_by(distinct, np.arange(distinct.size), references.sources.size)
    return Combinations(distinct_at, distinct, times, source_at, where, owner[where].astype(np.int32))
