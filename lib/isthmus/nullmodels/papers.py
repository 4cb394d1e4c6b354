"""The null model `papers`: every paper keeps its number of countries, every country its expected number of papers.

A paper of k countries is one event. It has the set S of countries with probability

    P(S) = prod_{c in S} x_c / e_k(x),   |S| = k,   e_k the elementary symmetric polynomial

(conditional Bernoulli sampling: Chen, Dempster & Liu 1994, Biometrika 81, 457). The fugacities x are those under which
the expected number of papers of each country is the observed one: the maximum of a concave likelihood. With n_k papers
of k countries the weight of a pair is a sum of binomials, with

    pi_cd(k) = x_c x_d e_(k-2)(x without c and d) / e_k(x),   mean sum_k n_k pi,   variance sum_k n_k pi (1 - pi)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, sparse

from isthmus.nullmodels.ascent import ACCEPTED_ERROR, Ascent, Slope, ascend
from isthmus.nullmodels.binomial_sums import BinomialSums
from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.paper_blocks import blocks_of
from isthmus.nullmodels.paper_layers import Layer, PaperCounts, paper_counts
from isthmus.nullmodels.papers_kernels import draw_sets, expected_pairs, inclusion, pair_inclusion
from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class PapersFit:
    """A fitted null model of papers: the law of the joint papers of every pair of countries.

    Attributes
    ----------
    status : str
        "converged", or "not converged" when a country's papers are missed by more than 1e-9 of their number.
    max_relative_error : float
        Largest |expected - observed| / observed over the countries' papers, recomputed from the fugacities in
        logarithms by code that shares nothing with the solver.
    iterations : int
        Newton steps, the most of any layer.
    log_likelihood : float
        Of the observed papers; its supremum where the maximum lies at infinity.
    counts : PaperCounts
        The constraints, and the layers of countries that do not influence each other.
    log_x : array of shape (N,)
        Logarithms of the fugacities; they sum to 1 over a layer. -inf for a country without papers.
    inclusion : array of shape (N, K)
        Probability that a paper of each size in `counts.sizes` has the country.

    """

    status: str
    max_relative_error: float
    iterations: int
    log_likelihood: float
    counts: PaperCounts = field(repr=False)
    log_x: FloatArray = field(repr=False)
    inclusion: FloatArray = field(repr=False)

    @property
    def converged(self) -> bool:
        """Return whether every country's papers are met to 1e-9 of their number."""
        return self.status == "converged"

    @property
    def is_boundary(self) -> bool:
        """Return whether something is certain: a country on all large papers, one without papers, ..."""
        return len(self.counts.layers) > 1

    @property
    def x(self) -> FloatArray:
        """Return the fugacities, shape (N,), which sum to 1 over each layer; 0 without papers."""
        return np.exp(self.log_x)

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
        return _pair_probabilities(self, np.atleast_1d(np.asarray(i)), np.atleast_1d(np.asarray(j)))

    def law(self, i: ArrayLike, j: ArrayLike) -> BinomialSums:
        """Return the laws of the joint papers of pairs: means, variances, exact tails.

        Parameters
        ----------
        i, j : int arrays of shape (M,)
            Countries.

        """
        return BinomialSums(self.counts.papers, self.pair_probabilities(i, j))


def fit_papers(
    papers_of_country: ArrayLike, papers_of_size: ArrayLike, *, labels: Sequence[Any] | None = None
) -> PapersFit:
    """Fit the null model in which each paper keeps its number of countries.

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
    PapersFit
        The fit, with its status and error.

    Raises
    ------
    NetworkError
        No set of papers has these numbers; the message names the country and the inequality.

    """
    counts = paper_counts(papers_of_country, papers_of_size, labels=labels)
    log_x = np.where(counts.papers_of_country > 0, 0.0, -np.inf)
    iterations, log_likelihood = 0, 0.0
    for layer in counts.layers:
        if layer.is_certain:
            continue
        found, log_x[layer.members] = _fit_layer(layer)
        iterations = max(iterations, found.steps)
        log_likelihood += found.log_likelihood
    present = counts.papers_of_country > 0
    expected = expected_papers(counts, log_x)[present]
    observed = counts.papers_of_country[present]
    error = float(np.max(np.abs(expected - observed) / observed))
    return PapersFit(
        status="converged" if error <= ACCEPTED_ERROR else "not converged",
        max_relative_error=error,
        iterations=iterations,
        log_likelihood=log_likelihood,
        counts=counts,
        log_x=log_x,
        inclusion=_inclusion(counts, log_x),
    )


def _fit_layer(layer: Layer) -> tuple[Ascent, FloatArray]:
    """Return the ascent of one layer, and log x of its members. Countries of equally many papers have equal x."""
    _, starts, members = np.unique(-layer.free_papers, return_index=True, return_counts=True)
    observed = layer.free_papers[starts]

    def slope_at(log_x: FloatArray) -> Slope:
        return _slope(log_x, layer, starts, members, observed)

    found = ascend(np.log(observed) - np.log(layer.papers.sum() - observed), slope_at)
    log_x = np.repeat(found.point, members)
    return found, log_x - np.logaddexp.reduce(log_x)


def _slope(log_x: FloatArray, layer: Layer, starts: IntArray, members: IntArray, observed: FloatArray) -> Slope:
    """Return the log-likelihood of a layer around log x of its classes."""
    value = float(members @ (observed * log_x))
    mean, own = np.zeros(starts.size), np.zeros(starts.size)
    covariance = np.zeros((starts.size, starts.size))
    for block in blocks_of(np.repeat(log_x, members), layer.sizes):
        papers = layer.papers[block.at]
        value -= float(papers @ block.log_polynomials)
        pi = inclusion(block.p, block.q, starts, block.sizes, block.chances)
        weights = np.zeros(block.sizes[-1] + 1)
        weights[block.sizes] = papers / block.chances
        covariance += expected_pairs(block.p, block.q, starts, members, weights) - (pi * papers) @ pi.T
        mean += pi @ papers
        own += (pi * (1.0 - pi)) @ papers
    hessian = covariance * np.outer(members, members)
    np.fill_diagonal(hessian, members * (own + (members - 1) * np.diag(covariance)))
    gradient = members * (observed - mean)
    return Slope(
        value=value,
        gradient=gradient,
        error=float(np.max(np.abs(mean - observed) / observed)),
        step=lambda: _newton_step(hessian, gradient),
    )


def _newton_step(hessian: FloatArray, gradient: FloatArray) -> FloatArray:
    """Solve H step = gradient; scaling all x alike changes nothing, so H (1, ..., 1) = 0, which is filled in."""
    scale = np.sqrt(np.maximum(np.diag(hessian), 1e-300))
    free = scale / np.linalg.norm(scale)
    scaled = hessian / np.outer(scale, scale) + np.outer(free, free)
    try:
        return linalg.solve(scaled, gradient / scale, assume_a="pos") / scale
    except linalg.LinAlgError:  # rounding of a covariance next to a boundary: the diagonal alone still climbs
        return gradient / scale**2


def expected_papers(counts: PaperCounts, log_x: FloatArray) -> FloatArray:
    """Return the expected papers of each country, in logarithms throughout: slow, and apart from the solver.

    Parameters
    ----------
    counts : PaperCounts
        Numbers of papers, and the layers.
    log_x : array of shape (N,)
        Logarithms of the fugacities.

    Returns
    -------
    array of shape (N,)
        sum_k n_k pi_c(k).

    """
    expected = np.zeros(log_x.size)
    for position, layer in enumerate(counts.layers):
        whole = counts.papers[counts.inside(position) == layer.members.size].sum()
        expected[layer.members] = whole
        if not layer.is_certain:
            expected[layer.members] += np.exp(_log_inclusion(log_x[layer.members], layer.sizes)) @ layer.papers
    return expected


def _log_inclusion(log_x: FloatArray, sizes: IntArray) -> FloatArray:
    """Log of x_c e_(k-1)(x without c) / e_k(x), shape (g, K), by logarithms of prefix and suffix polynomials."""
    before, after = _log_prefixes(log_x, int(sizes[-1])), _log_prefixes(log_x[::-1], int(sizes[-1]))[::-1]
    found = np.empty((log_x.size, sizes.size))
    for s, k in enumerate(sizes):
        without = np.logaddexp.reduce(before[:-1, :k] + after[1:, k - 1 :: -1][:, :k], axis=1)
        found[:, s] = log_x + without - before[-1, k]
    return found


def _log_prefixes(log_x: FloatArray, last: int) -> FloatArray:
    """Log e_0 ... log e_last of the first 0, 1, ..., g fugacities."""
    table = np.full((log_x.size + 1, last + 1), -np.inf)
    table[:, 0] = 0.0
    for c, value in enumerate(log_x):
        table[c + 1, 1:] = np.logaddexp(table[c, 1:], table[c, :-1] + value)
    return table


def _inclusion(counts: PaperCounts, log_x: FloatArray) -> FloatArray:
    found = np.zeros((log_x.size, counts.sizes.size))
    for position, layer in enumerate(counts.layers):
        inside = counts.inside(position)
        found[np.ix_(layer.members, inside == layer.members.size)] = 1.0
        free = np.flatnonzero((inside > 0) & (inside < layer.members.size))
        for block in blocks_of(log_x[layer.members], layer.sizes) if free.size else ():
            every = np.arange(layer.members.size)
            pi = inclusion(block.p, block.q, every, block.sizes, block.chances)
            found[np.ix_(layer.members, free[block.at])] = pi
    return found


def _pair_probabilities(fit: PapersFit, i: IntArray, j: IntArray) -> FloatArray:
    counts = fit.counts
    # Layers are independent of each other.
    found = fit.inclusion[i] * fit.inclusion[j]
    together = counts.layer_of[i] == counts.layer_of[j]
    for position in np.unique(counts.layer_of[i[together]]):
        pairs = np.flatnonzero(together & (counts.layer_of[i] == position))
        layer, inside = counts.layers[position], counts.inside(int(position))
        found[pairs] = (inside == layer.members.size).astype(float)
        free = np.flatnonzero((inside > 0) & (inside < layer.members.size))
        if free.size:
            found[np.ix_(pairs, free)] = _within(layer, fit.log_x, i[pairs], j[pairs])
    found[i == j] = 0.0
    return found


def _within(layer: Layer, log_x: FloatArray, i: IntArray, j: IntArray) -> FloatArray:
    """Pair probabilities within a layer, one computation for all pairs of the same two classes."""
    size = layer.members.size
    place = np.empty(log_x.size, dtype=np.int64)
    place[layer.members] = np.searchsorted(-layer.free_papers, -layer.free_papers)  # the first of the country's class
    first, second = np.minimum(place[i], place[j]), np.maximum(place[i], place[j])
    second = np.where(first == second, np.minimum(second + 1, size - 1), second)
    wanted, which = np.unique(first * size + second, return_inverse=True)
    found = np.zeros((wanted.size, layer.sizes.size))
    proper = wanted // size < wanted % size  # a lone last country with itself is no pair
    a, b = wanted[proper] // size, wanted[proper] % size
    for block in blocks_of(log_x[layer.members], layer.sizes):
        found[proper, block.at] = pair_inclusion(block.p, block.q, a, b, block.sizes, block.chances)
    return found[which]


def sample_papers(fit: PapersFit, rng: np.random.Generator) -> sparse.csr_array:
    """Draw the countries of all papers from a fitted model.

    Parameters
    ----------
    fit : PapersFit
        The model.
    rng : numpy.random.Generator
        The same state gives the same papers.

    Returns
    -------
    sparse int64 array of shape (P, N)
        1 where a paper has a country; papers in ascending order of their number of countries.

    """
    counts = fit.counts
    number = counts.papers.astype(np.int64)
    first = np.concatenate([[0], np.cumsum(number)])
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    for position, layer in enumerate(counts.layers):
        for s, inside in enumerate(counts.inside(position)):
            if inside == 0:
                continue
            chosen = _draw(layer, fit.log_x[layer.members], int(inside), int(number[s]), rng)
            columns.append(layer.members[chosen].ravel())
            rows.append(np.repeat(np.arange(first[s], first[s + 1]), inside))
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (int(first[-1]), fit.log_x.size)
    return sparse.csr_array(sparse.coo_array((np.ones(row.size, dtype=np.int64), (row, column)), shape=shape))


def _draw(layer: Layer, log_x: FloatArray, inside: int, number: int, rng: np.random.Generator) -> IntArray:
    if inside == layer.members.size:
        return np.broadcast_to(np.arange(inside), (number, inside))
    block = next(blocks_of(log_x, np.array([inside])))
    return draw_sets(block.p, block.q, inside, number, rng)
