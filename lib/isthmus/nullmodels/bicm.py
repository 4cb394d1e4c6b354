"""The bipartite configuration model: countries per paper and papers per country kept on average only.

Saracco, Di Clemente, Gabrielli, Squartini (2015), Scientific Reports 5, 10595; Saracco et al. (2017), New Journal of
Physics 19, 053022. Paper and country are linked independently of everything else,

    P(paper of class k has country c) = x_c y_k / (1 + x_c y_k)

so the joint papers of two countries are a sum of binomials over the classes of papers with equally many countries.

It makes every large tie look weak: because a paper keeps its number of countries on average only, one of 2 countries
has none or one often, three or four at times, and expects about 2 pairs instead of the 1 it has; one of a single
country expects pairs, too. In a simulated world without any preference observed over expected was .49, and all large
ties lay below z = -2. It stands here for comparison; `isthmus.nullmodels.papers` keeps each paper's number exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, sparse
from scipy.special import expit

from isthmus.nullmodels.ascent import ACCEPTED_ERROR, Ascent, Slope, ascend
from isthmus.nullmodels.binomial_sums import BinomialSums
from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.paper_layers import Layer, PaperCounts, paper_counts
from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class BicmFit:
    """A fitted bipartite configuration model: the law of the joint papers of every pair of countries.

    Attributes
    ----------
    status : str
        "converged", or "not converged" when a country's papers or a paper's countries are missed by more than 1e-9.
    max_relative_error : float
        Largest |expected - observed| / observed over both, recomputed from the probabilities.
    iterations : int
        Newton steps, the most of any layer.
    log_likelihood : float
        Of the observed papers; its supremum where the maximum lies at infinity.
    counts : PaperCounts
        The constraints, and the layers that follow from them.
    inclusion : array of shape (N, K)
        Probability that a paper of each size in `counts.sizes` has the country.

    """

    status: str
    max_relative_error: float
    iterations: int
    log_likelihood: float
    counts: PaperCounts = field(repr=False)
    inclusion: FloatArray = field(repr=False)

    @property
    def converged(self) -> bool:
        """Return whether all constraints are met to 1e-9 of their value."""
        return self.status == "converged"

    @property
    def is_boundary(self) -> bool:
        """Return whether something is certain: a country on all large papers, one without papers, ..."""
        return len(self.counts.layers) > 1

    def pair_probabilities(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """Return the probability that a paper of each size has both countries of a pair.

        Parameters
        ----------
        i, j : int arrays of shape (M,)
            Countries; 0 is returned for i = j.

        Returns
        -------
        array of shape (M, K)
            By pair and size.

        """
        a, b = np.atleast_1d(np.asarray(i)), np.atleast_1d(np.asarray(j))
        both: FloatArray = self.inclusion[a] * self.inclusion[b]
        both[a == b] = 0.0
        return both

    def law(self, i: ArrayLike, j: ArrayLike) -> BinomialSums:
        """Return the laws of the joint papers of pairs: means, variances, exact tails.

        Parameters
        ----------
        i, j : int arrays of shape (M,)
            Countries.

        """
        return BinomialSums(self.counts.papers, self.pair_probabilities(i, j))


def fit_bicm(
    papers_of_country: ArrayLike, papers_of_size: ArrayLike, *, labels: Sequence[Any] | None = None
) -> BicmFit:
    """Fit the bipartite configuration model of papers and countries.

    Parameters
    ----------
    papers_of_country : array of shape (N,)
        Papers of each country, whole numbers >= 0, those of one country included.
    papers_of_size : array of shape (K + 1,)
        Number of papers with 0, 1, ..., K countries; the first is 0.
    labels : sequence of length N, optional
        Names of the countries, for error messages.

    Returns
    -------
    BicmFit
        The fit, with its status and error.

    Raises
    ------
    NetworkError
        No set of papers has these numbers; the message names the country and the inequality.

    """
    counts = paper_counts(papers_of_country, papers_of_size, labels=labels)
    inclusion = np.zeros((counts.papers_of_country.size, counts.sizes.size))
    iterations, log_likelihood = 0, 0.0
    for position, layer in enumerate(counts.layers):
        inside = counts.inside(position)
        inclusion[np.ix_(layer.members, inside == layer.members.size)] = 1.0
        if layer.is_certain:
            continue
        found, probabilities = _fit_layer(layer)
        free = np.flatnonzero((inside > 0) & (inside < layer.members.size))
        inclusion[np.ix_(layer.members, free)] = probabilities
        iterations = max(iterations, found.steps)
        log_likelihood += found.log_likelihood
    error = _error(counts, inclusion)
    return BicmFit(
        status="converged" if error <= ACCEPTED_ERROR else "not converged",
        max_relative_error=error,
        iterations=iterations,
        log_likelihood=log_likelihood,
        counts=counts,
        inclusion=inclusion,
    )


def _error(counts: PaperCounts, inclusion: FloatArray) -> float:
    present = counts.papers_of_country > 0
    of_countries = np.abs(inclusion @ counts.papers - counts.papers_of_country)[present]
    of_papers = np.abs(inclusion.sum(axis=0) - counts.sizes)
    relative = of_countries / counts.papers_of_country[present], of_papers / counts.sizes
    return float(max(part.max() for part in relative))


def _fit_layer(layer: Layer) -> tuple[Ascent, FloatArray]:
    """Return the ascent of one layer, and the probabilities of its members by free size, (g, K')."""
    _, starts, members = np.unique(-layer.free_papers, return_index=True, return_counts=True)
    observed, classes = layer.free_papers[starts], starts.size
    half = 0.5 * np.log(layer.free_papers.sum())
    start = np.concatenate([np.log(observed) - half, np.log(layer.sizes) - half])
    found = ascend(start, lambda point: _slope(point, layer, members, observed))
    log_x, log_y = found.point[:classes], found.point[classes:]
    return found, np.repeat(expit(log_x[:, None] + log_y[None, :]), members, axis=0)


def _slope(point: FloatArray, layer: Layer, members: IntArray, observed: FloatArray) -> Slope:
    """Return the log-likelihood of a layer around log x of its classes and log y of its sizes of papers."""
    log_x, log_y = point[: members.size], point[members.size :]
    log_odds = log_x[:, None] + log_y[None, :]
    p = expit(log_odds)
    many = np.outer(members, layer.papers)
    variance = many * p * expit(-log_odds)
    papers, countries = p @ layer.papers, members @ p
    value = (
        members @ (observed * log_x) + layer.papers @ (layer.sizes * log_y) - (many * np.logaddexp(0, log_odds)).sum()
    )
    gradient = np.concatenate([members * (observed - papers), layer.papers * (layer.sizes - countries)])
    missed = np.abs(papers / observed - 1.0).max(), np.abs(countries / layer.sizes - 1.0).max()
    return Slope(
        value=float(value),
        gradient=gradient,
        error=float(max(missed)),
        step=lambda: _newton_step(variance, gradient),
    )


def _newton_step(variance: FloatArray, gradient: FloatArray) -> FloatArray:
    """Solve H step = gradient, countries eliminated; x up with y down changes nothing, so H is filled in for that."""
    classes = variance.shape[0]
    of_x, of_y = variance.sum(axis=1), variance.sum(axis=0)
    given = variance / of_x[:, None]
    reduced = np.diag(of_y) - variance.T @ given
    scale = np.sqrt(of_y)
    free = scale / np.linalg.norm(scale)
    scaled = reduced / np.outer(scale, scale) + np.outer(free, free)
    right = gradient[classes:] - given.T @ gradient[:classes]
    try:
        y = linalg.solve(scaled, right / scale, assume_a="pos") / scale
    except linalg.LinAlgError:  # rounding next to a boundary: the diagonal alone still climbs
        return gradient / np.concatenate([of_x, of_y])
    return np.concatenate([(gradient[:classes] - variance @ y) / of_x, y])


def sample_bicm(fit: BicmFit, rng: np.random.Generator) -> sparse.csr_array:
    """Draw the countries of all papers from a fitted model.

    Parameters
    ----------
    fit : BicmFit
        The model.
    rng : numpy.random.Generator
        The same state gives the same papers.

    Returns
    -------
    sparse int64 array of shape (P, N)
        1 where a paper has a country; papers in ascending order of their expected number of countries.

    """
    number = fit.counts.papers.astype(np.int64)
    parts = [
        sparse.csr_array((rng.random((papers, fit.inclusion.shape[0])) < fit.inclusion[:, k]).astype(np.int64))
        for k, papers in enumerate(number)
    ]
    return sparse.csr_array(sparse.vstack(parts, format="csr"))
