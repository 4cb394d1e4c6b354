"""One collaboration network against a null model of its papers: the counterpart of `isthmus.nullmodels.link_models`."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from isthmus.config.significance import FiniteRule
from isthmus.errors import NetworkError, did_you_mean
from isthmus.nullmodels.bicm import BicmFit, fit_bicm
from isthmus.nullmodels.constraints import IntArray, as_sparse
from isthmus.nullmodels.link_models import PAPER_MODELS, FitReport
from isthmus.nullmodels.paper_layers import PaperCounts
from isthmus.nullmodels.papers import PapersFit, fit_papers
from isthmus.nullmodels.significance import (
    PairTable,
    PairVerdict,
    Verdict,
    check_finite_rule,
    iter_pair_significance,
)

# Probabilities by pair and size that are worked on at a time: 64 MB.
_CHUNK = 8_000_000


def check_paper_model(model: str, *, finite: str = "expected_in_500_samples") -> None:
    """Refuse what no test by papers can be made with, before any work.

    Parameters
    ----------
    model : str
        Name of the null model.
    finite : str
        Rule of the pairs whose z counts.

    Raises
    ------
    NetworkError
        Unknown model or rule, or "sampled": both models are exact and draw nothing.

    """
    if model not in PAPER_MODELS:
        raise NetworkError(f"unknown null model of papers {model!r}; {did_you_mean(model, PAPER_MODELS)}")
    check_finite_rule(finite)
    if finite == "sampled":
        raise NetworkError(f"finite = 'sampled' needs realisations, and model {model!r} is exact and draws none")


def paper_verdict(fit: PapersFit | BicmFit) -> Verdict:
    """Return what a fitted null model of papers says about pairs: moments and exact tails, without sampling.

    Parameters
    ----------
    fit : PapersFit or BicmFit
        The model.

    Returns
    -------
    Verdict
        Takes int arrays i, j and weights w of shape (M,), returns a `PairVerdict`.

    """

    def verdict(i: IntArray, j: IntArray, w: IntArray) -> PairVerdict:
        rows = max(1, _CHUNK // fit.counts.sizes.size)
        parts = [_said(fit, i[at : at + rows], j[at : at + rows], w[at : at + rows]) for at in range(0, i.size, rows)]
        columns = np.concatenate(parts, axis=1) if parts else np.zeros((6, 0))
        return PairVerdict(*columns)

    return verdict


def _said(fit: PapersFit | BicmFit, i: IntArray, j: IntArray, w: IntArray) -> np.ndarray[Any, np.dtype[np.float64]]:
    law = fit.law(i, j)
    tails = law.tails(w)
    two_sided = np.clip(2.0 * np.minimum(tails.upper_mid_p, tails.lower_mid_p), 0.0, 1.0)
    sd = np.sqrt(law.variance)
    return np.stack([law.link_probability, law.expected_weight, sd, tails.upper, tails.lower, two_sided])


def paper_significance(
    weights: Any,
    papers_of_country: ArrayLike,
    papers_of_size: ArrayLike,
    *,
    model: str = "papers",
    finite: FiniteRule = "expected_in_500_samples",
    observed_zero: bool = True,
    labels: Sequence[Any] | None = None,
) -> Iterator[PairTable | FitReport]:
    """Fit a null model to the papers behind a network and test every pair of linked countries against it.

    Parameters
    ----------
    weights : array or sparse matrix of shape (N, N)
        Joint papers of each pair of countries, full counts, symmetric, without loops.
    papers_of_country : array of shape (N,)
        Papers of each country, those of one country included.
    papers_of_size : array of shape (K + 1,)
        Number of papers with 0, 1, ..., K countries.
    model : str
        One of `isthmus.nullmodels.link_models.PAPER_MODELS`.
    finite, observed_zero : str, bool
        As in `isthmus.nullmodels.significance.pair_significance`.
    labels : sequence of length N, optional
        Names of the countries, for messages.

    Yields
    ------
    PairTable or FitReport
        Tables of pairs, then one report. Its log-likelihood is that of the papers' sets of countries.

    Raises
    ------
    NetworkError
        Unknown model or rule, counts that no set of papers has, or a network that is not of these papers.

    """
    check_paper_model(model, finite=finite)
    started = time.perf_counter()
    network = as_sparse(weights, labels=labels)
    fit: PapersFit | BicmFit
    if model == "papers":
        fit = fit_papers(papers_of_country, papers_of_size, labels=labels)
    else:
        fit = fit_bicm(papers_of_country, papers_of_size, labels=labels)
    _check_same_papers(network, fit.counts, labels)
    for table in iter_pair_significance(network, paper_verdict(fit), finite=finite, observed_zero=observed_zero):
        # Pairs of a fit that misses its constraints are shown and never counted.
        yield table if fit.converged else replace(table, finite=np.zeros_like(table.finite))
    yield FitReport(
        null_model=model,
        n_nodes=int((np.diff(network.indptr) > 0).sum()),
        n_links=network.nnz // 2,
        total_weight=int(network.sum()) // 2,
        status=fit.status,
        max_relative_error=fit.max_relative_error,
        iterations=fit.iterations,
        seconds=time.perf_counter() - started,
        log_likelihood=fit.log_likelihood,
        samples=0,
        effective_samples=0.0,
        message="" if fit.converged else "a country's papers are missed; do not read this network's pairs",
    )


def _check_same_papers(network: sparse.csr_array, counts: PaperCounts, labels: Sequence[Any] | None) -> None:
    if network.shape[0] != counts.papers_of_country.size:
        raise NetworkError(
            f"the network has {network.shape[0]} countries, the papers per country are {counts.papers_of_country.size}"
        )
    pairs = round(float(counts.papers @ (counts.sizes * (counts.sizes - 1) / 2)))
    total = int(network.sum()) // 2
    if total != pairs:
        raise NetworkError(
            f"the weights sum to {total}, but the papers have {pairs} pairs of countries (sum of k (k - 1) / 2); "
            "check that edges and papers are of the same year and are cut at the same number of countries"
        )
