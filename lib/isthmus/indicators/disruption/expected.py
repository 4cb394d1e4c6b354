"""Counts that are expected when citations are permuted: what remains of n_j and n_k without any choice of papers.

The null model permutes the cited works among all citations of the same citing year and the same cited year. Every paper
keeps its number of references and their years, every work its citations by year. To first order a paper then cites a
given set of works a Poisson number of times.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError
from isthmus.indicators.disruption.expected_kernels import add_pairs, expected
from isthmus.indicators.disruption.kernels import group_by

LARGEST = 100_000_000
"""Cells of the table of pairs of citations by year, 8 bytes each."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Marginals:
    """Citations by citing year t and cited year u; years without a citation may be left out at either end.

    Attributes
    ----------
    first_citing, first_cited : int
        The years of row 0 and of column 0.
    slots : array of shape (T, U)
        Citations of each pair of years, M.
    pairs : array of shape (T, U, U)
        Ordered pairs of citations that one paper of the year t makes to works of u and w, N.
    """

    first_citing: int
    first_cited: int
    slots: Floats
    pairs: Floats


@dataclass(frozen=True)
class Profiles:
    """Citations of works by year: work s has those at start[s] to stop[s] of `year` and `count`.

    Attributes
    ----------
    start, stop : array of shape (S,)
        Where the years of each work begin and end.
    year, count : array of shape (P,)
        Citing year and number of citations.
    """

    start: Ints
    stop: Ints
    year: Ints
    count: Ints


@dataclass(frozen=True)
class ExpectedCounts:
    """Expected counts of each focal paper; 0 where the paper has no dated reference.

    Attributes
    ----------
    n_j : array of shape (F,)
        Papers of the window that cite the paper and one of its references.
    reached : array of shape (F,)
        Papers of the window that cite one of its references, n_j + n_k.
    """

    n_j: Floats
    reached: Floats


def marginals(citing: ArrayLike, cited: ArrayLike, year: ArrayLike) -> Marginals:
    """Count citations, and pairs of citations of one paper, by year; citations without either year do not count.

    Parameters
    ----------
    citing, cited : array of shape (E,)
        Positions in `year` of the papers of each citation.
    year : array of shape (N,)
        Year of each paper; negative where it is unknown.

    Raises
    ------
    IndicatorError
        The years span so much that one of them must be wrong.
    """
    years = np.asarray(year, dtype=np.int64)
    source, target = np.asarray(citing, dtype=np.int64), np.asarray(cited, dtype=np.int64)
    dated = (years[source] >= 0) & (years[target] >= 0) if source.size else np.zeros(0, dtype=bool)
    source, target = source[dated], target[dated]
    if not source.size:
        return Marginals(0, 0, np.zeros((1, 1)), np.zeros((1, 1, 1)))
    t0, u0 = int(years[source].min()), int(years[target].min())
    shape = int(years[source].max()) - t0 + 1, int(years[target].max()) - u0 + 1
    if shape[0] * shape[1] ** 2 > LARGEST:
        raise IndicatorError(
            f"citing years span {t0} to {t0 + shape[0] - 1} and cited years {u0} to {u0 + shape[1] - 1}; expected some "
            "hundred years at most. Is a year mistyped? Leave it empty where it is not known"
        )
    slots, pairs = np.zeros(shape), np.zeros((*shape, shape[1]))
    pointers, listed = group_by(source, years[target] - u0, years.size)
    add_pairs(years - t0, pointers, listed, slots, pairs)
    return Marginals(t0, u0, slots, pairs)


def expected_cd(n_citers: ArrayLike, found: ExpectedCounts) -> Floats:
    """Return CD of the expected counts, given the number of citers: E(n_i) = n_i + n_j - E(n_j).

    Parameters
    ----------
    n_citers : array of shape (F,)
        Papers of the window that cite each paper, n_i + n_j.
    found : ExpectedCounts
        Of the same papers.

    Returns
    -------
    array of shape (F,)
        NaN where nobody cites the paper and nobody is expected to cite its references.
    """
    citers = np.asarray(n_citers, dtype=np.float64)
    total = citers + np.maximum(found.reached - found.n_j, 0)
    result: Floats = np.divide(citers - 2 * found.n_j, total, out=np.full(citers.shape, np.nan), where=total > 0)
    return result


def expected_counts(
    citing: ArrayLike,
    cited: ArrayLike,
    year: ArrayLike,
    focal: ArrayLike,
    *,
    last: int | None = None,
    strict: bool = False,
) -> ExpectedCounts:
    """Return the counts of focal papers that are expected when citations are permuted within pairs of years.

    Parameters
    ----------
    citing, cited, year, focal, last, strict : array, array, array, array, int or None, bool
        As `isthmus.indicators.disruption.counts.disruption` has them.
    """
    years = np.asarray(year, dtype=np.int64)
    source, target = np.asarray(citing, dtype=np.int64), np.asarray(cited, dtype=np.int64)
    chosen = np.asarray(focal, dtype=np.int64)
    refs_at, refs = group_by(source, target, years.size)
    sizes = np.diff(refs_at)[chosen]
    at = np.concatenate([[0], np.cumsum(sizes)])
    own = refs[np.repeat(refs_at[chosen] - at[:-1], sizes) + np.arange(at[-1])].astype(np.int64)
    return expected_of(
        years[chosen],
        _profiles(source, target, years),
        chosen,
        at,
        own,
        years[own],
        marginals(source, target, years),
        window=(1 if strict else 0, last),
    )


def expected_of(
    focal_year: Ints,
    profiles: Profiles,
    own: Ints,
    refs_at: Ints,
    refs: Ints,
    ref_year: Ints,
    margins: Marginals,
    *,
    window: tuple[int, int | None],
) -> ExpectedCounts:
    """Return the expected counts of papers whose citations by year, and those of their references, are known.

    For a citing year t let h_w be the citations of the references of year w, and r_w = h_w / M_tw. A citation of the
    paper, of year u, stands beside N_t[u, w] / M_tu citations to w on average, each to one of the references with
    probability r_w: n_j gets c_t (1 - exp(-sum_w N_t[u, w] r_w / M_tu)). The references are reached by sum_w h_w
    citations, less the r' N_t r / 2 pairs of them that one paper makes, and less those of the paper itself.

    Parameters
    ----------
    focal_year : array of shape (F,)
        Years of the papers.
    profiles : Profiles
        Citations by year of works.
    own : array of shape (F,)
        Place of each paper among the works.
    refs_at : array of shape (F + 1,)
        Where its references begin.
    refs, ref_year : array of shape (R,)
        Their places among the works, and their years; negative where it is unknown.
    margins : Marginals
        Citations by pairs of years.
    window : tuple of int and int or None
        First and last year of the window, counted from the paper's.
    """
    found = np.zeros((2, focal_year.size))
    lowest, last = window
    farthest = margins.slots.shape[0] + margins.first_citing if last is None else last
    expected(
        focal_year,
        own,
        refs_at,
        refs,
        ref_year,
        profiles.start,
        profiles.stop,
        profiles.year,
        profiles.count,
        margins.first_citing,
        margins.first_cited,
        margins.slots,
        margins.pairs,
        lowest,
        farthest,
        found,
    )
    return ExpectedCounts(found[0], found[1])


def _profiles(citing: Ints, cited: Ints, years: Ints) -> Profiles:
    dated = years[citing] >= 0 if citing.size else np.zeros(0, dtype=bool)
    span = int(years.max(initial=0)) + 1
    keys, count = np.unique(cited[dated] * span + years[citing[dated]], return_counts=True)
    work = keys // span
    places = np.arange(years.size)
    start, stop = np.searchsorted(work, places), np.searchsorted(work, places, side="right")
    return Profiles(start, stop, keys % span, count.astype(np.int64))
