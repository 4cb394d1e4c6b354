"""One network against one null model, by name: what the fan-out, the command line and notebooks share."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from isthmus.config.significance import FiniteRule, LinkModel, PaperModel
from isthmus.errors import NetworkError, did_you_mean
from isthmus.nullmodels.constraints import as_sparse
from isthmus.nullmodels.corrected import corrected_verdict, rescaled_ensemble
from isthmus.nullmodels.ecm import EcmFit, fit_ecm
from isthmus.nullmodels.ensemble import Ensemble
from isthmus.nullmodels.rewiring import rewired_ensemble, rewired_verdict
from isthmus.nullmodels.sampling import sampled_moments, sampled_verdict
from isthmus.nullmodels.significance import (
    PairTable,
    Verdict,
    check_finite_rule,
    exact_verdict,
    iter_pair_significance,
)

MODELS: tuple[str, ...] = get_args(LinkModel)
# Null models of the papers behind a collaboration network: they need more than its links.
PAPER_MODELS: tuple[str, ...] = get_args(PaperModel)
# Realisations of the models that have no closed form, when none are asked for; the number the paper takes.
DEFAULT_SAMPLES = 500
_ALWAYS_SAMPLED = ("ecm-variance-corrected-ipf", "rewiring")


@dataclass(frozen=True)
class FitReport:
    """How the fit of one network went: one row of the fits table.

    Attributes
    ----------
    null_model : str
        One of MODELS.
    n_nodes, n_links, total_weight : int
        Of the observed network; nodes with links only.
    status : str
        "converged", "not converged", or "failed".
    max_relative_error : float
        Of degrees and strengths.
    iterations : int
        Newton steps.
    seconds : float
        wall-clock time of fit and tests.
    log_likelihood : float
        Of the observed network under the model; nan where there is none.
    samples, effective_samples : int, float
        Realisations drawn, and how many independent ones they are worth; 0 for exact results.
    message : str
        What to know, or why it failed; empty otherwise.
    """

    null_model: str
    n_nodes: int
    n_links: int
    total_weight: int
    status: str
    max_relative_error: float
    iterations: int
    seconds: float
    log_likelihood: float
    samples: int
    effective_samples: float
    message: str


def check_model(model: str, *, samples: int, finite: str) -> None:
    """Refuse what no test can be made with, before any work.

    Raises
    ------
    NetworkError
        Unknown model or rule, a negative number of samples, or "sampled" without samples.
    """
    if model in PAPER_MODELS:
        raise NetworkError(
            f"the null model {model!r} takes papers as events, which the links alone do not tell; "
            "use isthmus.nullmodels.paper_models.paper_significance, with papers per country and per number of "
            "countries"
        )
    if model not in MODELS:
        raise NetworkError(f"unknown null model {model!r}; {did_you_mean(model, MODELS)}")
    check_finite_rule(finite)
    if samples < 0 or samples == 1:
        raise NetworkError(f"samples = {samples}; expected 0 (exact) or at least 2")
    if finite == "sampled" and samples_of(model, samples) == 0:
        raise NetworkError(f"finite = 'sampled' needs realisations, and model {model!r} with samples = 0 draws none")


def samples_of(model: str, samples: int) -> int:
    """How many realisations a model draws when `samples` are asked for: some models have no exact result."""
    if model in _ALWAYS_SAMPLED:
        return samples or DEFAULT_SAMPLES
    return samples if model == "ecm" else 0


def link_significance(
    weights: Any,
    *,
    model: str = "ecm",
    samples: int = 0,
    rng: np.random.Generator | None = None,
    finite: FiniteRule = "expected_in_500_samples",
    observed_zero: bool = True,
    labels: Sequence[Any] | None = None,
) -> Iterator[PairTable | FitReport]:
    """Fit a null model to a network and test every pair of linked nodes against it.

    Yields tables of pairs (`PairTable`), then one `FitReport`.

    Parameters
    ----------
    weights : array or sparse matrix of shape (N, N)
        Symmetric matrix (N, N) of whole numbers, numpy or scipy sparse, without loops.
    model : str, default 'ecm'
        One of MODELS.
    samples : int, default 0
        Realisations behind expected, sd and z; 0 takes the exact ones where the model has them, else 500.
    rng : numpy.random.Generator | None, optional
        Random generator; needed by models that draw. Default: seeded with 0.
    finite, observed_zero : FiniteRule, bool
        As in `isthmus.nullmodels.significance.pair_significance`.
    labels : Sequence[Any] | None, optional
        Names of the nodes, for messages.

    Raises
    ------
    NetworkError
        Not a valid network, an unknown model or rule.
    """
    check_model(model, samples=samples, finite=finite)
    started = time.perf_counter()
    network = as_sparse(weights, labels=labels)
    rng = np.random.default_rng(0) if rng is None else rng
    n_samples = samples_of(model, samples)
    fit: EcmFit | None = None
    ensemble: Ensemble | None = None
    if model == "rewiring":
        ensemble = rewired_ensemble(network, n_samples, rng)
        verdict = rewired_verdict(ensemble)
    else:
        fit = fit_ecm(network, labels=labels)
        verdict, ensemble = _verdict(fit, model, n_samples, rng)
    for table in iter_pair_significance(network, verdict, finite=finite, observed_zero=observed_zero):
        # Pairs of a fit that misses its constraints are shown and never counted.
        yield table if fit is None or fit.converged else replace(table, finite=np.zeros_like(table.finite))
    yield FitReport(
        null_model=model,
        n_nodes=int((np.diff(network.indptr) > 0).sum()),
        n_links=network.nnz // 2,
        total_weight=int(network.sum()) // 2,
        status=fit.status if fit else "converged",
        max_relative_error=fit.max_relative_error if fit else 0.0,
        iterations=fit.iterations if fit else 0,
        seconds=time.perf_counter() - started,
        log_likelihood=fit.log_likelihood if fit else math.nan,
        samples=n_samples,
        effective_samples=ensemble.effective_samples if ensemble else 0.0,
        message=_message(fit, ensemble),
    )


def _verdict(fit: EcmFit, model: str, n_samples: int, rng: np.random.Generator) -> tuple[Verdict, Ensemble | None]:
    if model == "ecm":
        ensemble = sampled_moments(fit, n_samples, rng) if n_samples else None
        return (exact_verdict(fit) if ensemble is None else sampled_verdict(fit, ensemble)), ensemble
    if model == "ecm-variance-corrected-ipf":
        ensemble = rescaled_ensemble(fit, n_samples, rng)
        return corrected_verdict(fit, "ipf", ensemble), ensemble
    if model == "ecm-variance-corrected-poisson":
        return corrected_verdict(fit, "poisson"), None
    if model == "ecm-variance-corrected-mad":
        return corrected_verdict(fit, "mad"), None
    return corrected_verdict(fit), None


def _message(fit: EcmFit | None, ensemble: Ensemble | None) -> str:
    if fit is not None and not fit.converged:
        return "a degree or strength is missed; do not read this network's pairs"
    if fit is None and ensemble is not None:
        return (
            f"worth {ensemble.effective_samples:.0f} of {ensemble.n_samples} independent samples (slowest heavy pair)"
        )
    return ""
