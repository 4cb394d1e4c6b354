"""Exact null model of pairs of sources: every exchange of citations that keeps the citing and the cited year.

The cited works of a year's references are permuted within each cited year. Mean and variance of how often two sources
are cited together follow from a few moments of the papers' counts by cited year, so nothing is drawn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.indicators.novelty.kernels import _moments, _shared, add_moments
from isthmus.indicators.novelty.references import YearReferences

Floats = NDArray[np.float64]

_CHUNK = 4096  # sources whose quadratic forms are taken at once: bounds the memory of a product


@dataclass(frozen=True)
class Moments:
    """Sums over papers that fix the null model of a year; those of disjoint papers on the same axes add up.

    Attributes
    ----------
    counts : array of shape (J, U)
        References to each source by cell.
    pairs : array of shape (U, U)
        Sum over papers of a_u a_v, where a_u is the number of references of the paper in cell u.
    triples : array of shape (U, U, U)
        Sum over papers of a_u a_v a_w.
    """

    counts: Floats
    pairs: Floats
    triples: Floats

    def __add__(self, other: "Moments") -> "Moments":
        """Return the sums over both sets of papers."""
        return Moments(self.counts + other.counts, self.pairs + other.pairs, self.triples + other.triples)


@dataclass(frozen=True)
class ExactNull:
    """Null model of a year, by source and cell; for the pair (j, k) see `pair`.

    Attributes
    ----------
    share : array of shape (J, U)
        Share of a cell's references that name the source, q.
    spread : array of shape (J, U)
        f_u q_j' S_u q_j: how much papers that cite in cell u differ in what else they may draw of the source.
    drawn : array of shape (J, U)
        q_j' Nc, Nc being the pairs of references of a paper by their cells, the diagonal without replacement.
    own : array of shape (J, U)
        v_j' Nc + spread_j, v = q (1 - q).
    together : array of shape (U, U)
        N, ordered pairs of different references of a paper, by their cells.
    scatter : array of shape (U, U, U)
        S_u: scatter of the counts by cell of the other references of a paper, over the references in cell u.
    factor : array of shape (U,)
        f_u = M_u / (M_u - 1), M_u being the references in the cell; 0 where there is one: nothing can be exchanged.
    same : array of shape (2, J)
        Mean and variance of the pairs of two references to the same source.
    """

    share: Floats
    spread: Floats
    drawn: Floats
    own: Floats
    together: Floats
    scatter: Floats
    factor: Floats
    same: Floats

    @property
    def arrays(self) -> tuple[Floats, ...]:
        """What the compiled loops read, in their order."""
        return self.share, self.spread, self.drawn, self.own, self.together, self.scatter, self.factor

    def pair(self, j: int, k: int) -> tuple[float, float]:
        """Return mean and variance of how often papers cite sources j and k together.

        Parameters
        ----------
        j, k : int
            Positions of the sources; equal for pairs of two references to the same source.

        Returns
        -------
        tuple of float
            Mean, exact, and variance, whose part of second order holds up to the inverse of a cell's references.
        """
        if j == k:
            return float(self.same[0, j]), float(self.same[1, j])
        number = self.factor.size
        mean, variance, _ = _moments(j, k, self.share, self.spread, self.own[j], self.drawn[j])
        ready, bent = np.zeros(number, dtype=bool), np.empty((number, number))
        shared = _shared(j, k, self.share, self.together, self.scatter, self.factor, ready, bent, 0.0)
        return mean, variance + shared


def moments_of(references: YearReferences) -> Moments:
    """Return the sums over the papers of a year that the null model needs.

    Parameters
    ----------
    references : YearReferences
        References of one year.

    Returns
    -------
    Moments
        The sums.
    """
    n_sources, n_cells = references.sources.size, references.cells.size
    both = references.source.astype(np.int64) * n_cells + references.cell
    counts = np.bincount(both, minlength=n_sources * n_cells).reshape(n_sources, n_cells).astype(float)
    pairs, triples = np.zeros((n_cells, n_cells)), np.zeros((n_cells, n_cells, n_cells))
    add_moments(references.paper_at, references.cell, pairs, triples)
    return Moments(counts, pairs, triples)


def exact_null(moments: Moments) -> ExactNull:
    """Return the null model of a year.

    Parameters
    ----------
    moments : Moments
        Sums over all papers of the year.

    Returns
    -------
    ExactNull
        Mean and variance of every pair of sources, by way of its parts.
    """
    size = moments.counts.sum(axis=0)
    factor = np.divide(size, size - 1, out=np.zeros(size.size), where=size > 1)
    share = np.divide(moments.counts, size, out=np.zeros_like(moments.counts), where=size > 0)
    together = moments.pairs - np.diag(size)
    diagonal = np.diag(together)
    drawable = together + np.diag(diagonal * (factor - 1))
    scatter = _scatter(moments, size)
    spread = _spread(share, scatter, factor)
    variance = share * (1 - share)
    drawn, own = share @ drawable, variance @ drawable
    return ExactNull(
        share=share,
        spread=spread,
        drawn=drawn,
        own=own + spread,
        together=together,
        scatter=scatter,
        factor=factor,
        same=_same(moments.counts, share, together, own, spread, size),
    )


def _scatter(moments: Moments, size: Floats) -> Floats:
    """Return the scatter of what else papers cite: of a - e_u over the references in cell u."""
    number = size.size
    scatter = moments.triples.copy()
    means = np.empty((number, number))
    for u in range(number):
        scatter[u, u] -= moments.pairs[u]
        scatter[u, :, u] -= moments.pairs[u]
        scatter[u, u, u] += size[u]
        means[u] = moments.pairs[u]
        means[u, u] -= size[u]
        if size[u]:
            scatter[u] -= np.outer(means[u], means[u]) / size[u]
    return scatter


def _spread(share: Floats, scatter: Floats, factor: Floats) -> Floats:
    spread = np.zeros_like(share)
    for start in range(0, share.shape[0], _CHUNK):
        part = share[start : start + _CHUNK]
        for u in np.flatnonzero(factor):
            spread[start : start + _CHUNK, u] = factor[u] * np.einsum("ju,ju->j", part @ scatter[u], part)
    return spread


def _same(counts: Floats, share: Floats, together: Floats, own: Floats, spread: Floats, size: Floats) -> Floats:
    """Return mean and variance of a source with itself: pairs of references without replacement."""
    diagonal = np.diag(together)
    ordered = np.divide(diagonal, size * (size - 1), out=np.zeros(size.size), where=size > 1)
    apart = together - np.diag(diagonal)
    mean = np.einsum("ju,ju->j", share @ apart, share) + (counts * (counts - 1)) @ ordered
    variance = share * (1 - share)
    linear = np.einsum("ju,ju->j", own, variance) - (counts * (1 - share) ** 2) @ ordered
    return np.stack([mean / 2, linear / 2 + np.einsum("ju,ju->j", variance, spread)])
