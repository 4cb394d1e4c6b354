"""All pairs of a large network against the Enhanced Configuration Model, of which those that matter are kept.

Of thousands of nodes there are millions of pairs, most of them without a link and without a link expected. Every pair
is tested and counts in the family; kept are those with a link, and those without one where a weight was expected.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.nullmodels.constraints import as_sparse
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.significance import PairTable, benjamini_hochberg, iter_pair_significance
from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class LeadingPairs:
    """The pairs kept of a tested network.

    Attributes
    ----------
    pairs : PairTable
        Those with a link, and those without one where at least so much weight is expected.
    q_lower : array of float
        Benjamini-Hochberg over p_lower of all pairs of nodes with links, for the pairs kept.
    n_nodes, n_links, n_pairs : int
        Nodes with links, links, and the size of the family: n_nodes (n_nodes - 1) / 2.
    total_weight : int
        Sum of the weights.
    status : str
        "converged" or "not converged": then no pair of the network is to be read.
    max_relative_error : float
        Of degrees and strengths.
    seconds : float
        Wall-clock time of fit and tests.
    """

    pairs: PairTable
    q_lower: FloatArray
    n_nodes: int
    n_links: int
    n_pairs: int
    total_weight: int
    status: str
    max_relative_error: float
    seconds: float


def leading_pairs(weights: Any, *, least_expected: float, labels: Sequence[Any] | None = None) -> LeadingPairs:
    """Fit the model and test every pair.

    Parameters
    ----------
    weights : array or sparse matrix of shape (N, N)
        Symmetric, whole numbers, without loops.
    least_expected : float
        Of pairs without a link keep those with at least this expected weight.
    labels : sequence, optional
        Names of the nodes, for messages.

    Raises
    ------
    NetworkError
        Not a valid network.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289.
    """
    started = time.perf_counter()
    network = as_sparse(weights, labels=labels)
    fit = fit_ecm(network, labels=labels)
    parts: list[PairTable] = []
    marks: list[NDArray[np.bool_]] = []
    lower: list[FloatArray] = []
    for table in iter_pair_significance(network, fit):
        kept = (table.weight > 0) | (table.expected >= least_expected)
        parts.append(_only(table, kept))
        marks.append(kept)
        lower.append(table.p_lower)
    q_lower = benjamini_hochberg(np.concatenate(lower))[np.concatenate(marks)]
    present = int((np.diff(network.indptr) > 0).sum())
    return LeadingPairs(
        pairs=PairTable(
            **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(PairTable)}
        ),
        q_lower=q_lower,
        n_nodes=present,
        n_links=network.nnz // 2,
        n_pairs=present * (present - 1) // 2,
        total_weight=int(network.sum()) // 2,
        status=fit.status,
        max_relative_error=fit.max_relative_error,
        seconds=time.perf_counter() - started,
    )


def _only(table: PairTable, kept: NDArray[np.bool_]) -> PairTable:
    return PairTable(**{f.name: getattr(table, f.name)[kept] for f in fields(PairTable)})


def _joined(parts: list[PairTable]) -> PairTable:
    return PairTable(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(PairTable)})
