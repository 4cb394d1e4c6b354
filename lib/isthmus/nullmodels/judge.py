"""One network against one null model, by name: what the fan-out, the command line and notebooks share."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.errors import NetworkError, did_you_mean
from isthmus.nullmodels.constraints import as_sparse
from isthmus.nullmodels.ecm import EcmFit, fit_ecm
from isthmus.nullmodels.significance import FiniteRule, PairTable, check_finite_rule, iter_pair_significance

MODELS = ("ecm",)


@dataclass(frozen=True)
class FitReport:
    """How the fit of one network went: one row of the fits table.

    Attributes
    ----------
    null_model : one of MODELS.
    n_nodes, n_links, total_weight : of the observed network; nodes with links only.
    status : "converged", "not converged", or "failed".
    max_relative_error : of degrees and strengths.
    iterations : Newton steps.
    seconds : wall-clock time of fit and judgement.
    log_likelihood : of the observed network under the model; nan where there is none.
    message : what to know, or why it failed; empty otherwise.

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
    message: str


def generator(seed: int, key: Sequence[Any]) -> np.random.Generator:
    """A random generator that depends on the study's seed and the network's key (network, reading, year) only."""
    text = "\x1f".join([str(seed), *(str(part) for part in key)])
    digest = hashlib.blake2b(text.encode(), digest_size=32).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


def check_model(model: str, *, samples: int, finite: str) -> None:
    """Refuse what no judgement can be made with, before any work.

    Raises
    ------
    NetworkError : unknown model or rule, a negative number of samples, or "sampled" without samples.

    """
    if model not in MODELS:
        raise NetworkError(f"unknown null model {model!r}; {did_you_mean(model, MODELS)}")
    check_finite_rule(finite)


def judge(
    weights: Any,
    *,
    model: str = "ecm",
    samples: int = 0,
    rng: np.random.Generator | None = None,
    finite: FiniteRule = "parity",
    observed_zero: bool = True,
    labels: Sequence[Any] | None = None,
) -> Iterator[PairTable | FitReport]:
    """Fit a null model to a network and hold every pair of linked nodes against it.

    Yields tables of pairs, then one `FitReport`.
    """
    check_model(model, samples=samples, finite=finite)
    started = time.perf_counter()
    network = as_sparse(weights, labels=labels)
    fit = fit_ecm(network, labels=labels)
    yield from iter_pair_significance(network, fit, finite=finite, observed_zero=observed_zero)
    yield _report(model, fit, time.perf_counter() - started)


def _report(model: str, fit: EcmFit, seconds: float) -> FitReport:
    return FitReport(
        null_model=model,
        n_nodes=int((fit.degrees > 0).sum()),
        n_links=int(fit.degrees.sum()) // 2,
        total_weight=int(fit.strengths.sum()) // 2,
        status=fit.status,
        max_relative_error=fit.max_relative_error,
        iterations=fit.iterations,
        seconds=seconds,
        log_likelihood=fit.log_likelihood,
        message="" if fit.converged else "a degree or strength is missed; do not read this network's pairs",
    )
