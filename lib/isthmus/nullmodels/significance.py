"""How surprising the observed weight of every pair is under a null model: z, exact p-values, false-discovery rates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from isthmus.config.significance import FiniteRule
from isthmus.errors import NetworkError, did_you_mean
from isthmus.nullmodels.constraints import IntArray, as_sparse
from isthmus.nullmodels.ecm import EcmFit
from isthmus.nullmodels.solver import FloatArray

# The least link probability with which at least one of 500 realisations shows the link with probability 1/2.
EXPECTED_LINK_PROBABILITY = 1.0 - 0.5 ** (1.0 / 500.0)
# A standard deviation at or below this is zero: the weight is certain and has no z.
SMALLEST_SD = 1e-9
# Pairs worked on at a time: 2 million pairs of twelve columns are 200 MB.
CHUNK_PAIRS = 2_000_000


@dataclass(frozen=True)
class PairTable:
    """Every pair (i < j) of nodes that have a link, with its observed weight tested against the null model.

    Attributes
    ----------
    i, j : array of int
        int64 (M,), node indices.
    weight : array of int
        int64 (M,), observed.
    link_probability, expected, sd : array of float
        Of the weight under the null model.
    z : array of float
        (weight - expected) / sd; nan where sd <= 1e-9.
    p_upper, p_lower : array of float
        P(W >= weight), P(W <= weight).
    p_two_sided : array of float
        min(1, 2 min(upper mid-p, lower mid-p)).
    q_value : array of float
        Benjamini-Hochberg over p_upper of all pairs of linked nodes, whether they are listed or not.
    finite : array of bool
        Whether the pair's z counts, by the chosen rule.
    """

    i: IntArray
    j: IntArray
    weight: IntArray
    link_probability: FloatArray
    expected: FloatArray
    sd: FloatArray
    z: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    p_two_sided: FloatArray
    q_value: FloatArray
    finite: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.i.size


@dataclass(frozen=True)
class PairVerdict:
    """What a null model says about some pairs with observed weights: arrays of one shape, as in `PairTable`."""

    link_probability: FloatArray
    expected: FloatArray
    sd: FloatArray
    p_upper: FloatArray
    p_lower: FloatArray
    p_two_sided: FloatArray


Verdict = Callable[[IntArray, IntArray, IntArray], PairVerdict]


def exact_verdict(fit: EcmFit) -> Verdict:
    """Return the Enhanced Configuration Model's own moments and tails, without sampling."""

    def verdict(i: IntArray, j: IntArray, w: IntArray) -> PairVerdict:
        law = fit.law(i, j)
        mid = law.mid_p(w)  # the lower mid-p is 1 - mid
        two_sided = np.minimum(1.0, 2.0 * np.minimum(mid, 1.0 - mid))
        return PairVerdict(
            link_probability=law.link_probability,
            expected=law.expected_weight,
            sd=np.sqrt(law.variance),
            p_upper=law.upper_tail(w),
            p_lower=law.lower_tail(w),
            p_two_sided=two_sided,
        )

    return verdict


def pair_significance(
    weights: Any, null: EcmFit | Verdict, *, finite: FiniteRule = "expected_in_500_samples", observed_zero: bool = True
) -> PairTable:
    """Test every pair of linked nodes of a network against a null model.

    Parameters
    ----------
    weights : array or sparse matrix of shape (N, N)
        Symmetric matrix (N, N) of whole numbers, numpy or scipy sparse.
    null : EcmFit | Verdict
        a fitted model, or what a model says about pairs (`exact_verdict`, `sampled_verdict`, ...).
    finite : FiniteRule, default 'expected_in_500_samples'
        Which pairs' z counts: "expected_in_500_samples" (500 realisations would more likely than not show the link
        at least once), "present" (both nodes have links), "linked" (as "present": whether a pair is ever linked is
        seen over all years, by `isthmus.nullmodels.frames.count_linked_pairs`), "sampled" (the null's own realisations
        vary).
    observed_zero : bool, default True
        List pairs without a link too; they always count in the q-value's family.

    Raises
    ------
    NetworkError
        Not a valid network, or an unknown rule.
    """
    chunks = list(iter_pair_significance(weights, null, finite=finite, observed_zero=observed_zero))
    if len(chunks) == 1:
        return chunks[0]
    return PairTable(**{f.name: np.concatenate([getattr(c, f.name) for c in chunks]) for f in fields(PairTable)})


def iter_pair_significance(
    weights: Any,
    null: EcmFit | Verdict,
    *,
    finite: FiniteRule = "expected_in_500_samples",
    observed_zero: bool = True,
    chunk_pairs: int = CHUNK_PAIRS,
) -> Iterator[PairTable]:
    """As `pair_significance`, in tables of about `chunk_pairs` rows, at least one: many nodes in bounded memory."""
    check_finite_rule(finite)
    network = as_sparse(weights)
    verdict = exact_verdict(null) if isinstance(null, EcmFit) else null
    q_values = _linked_q_values(network, verdict)
    chunks = _pairs(network, q_values, chunk_pairs) if observed_zero else iter([(*_links(network), q_values.data)])
    for i, j, w, q in chunks:
        law = verdict(i, j, w)
        sd = np.where(law.sd > SMALLEST_SD, law.sd, np.nan)
        z = (w - law.expected) / sd
        yield PairTable(
            i=i,
            j=j,
            weight=w,
            link_probability=law.link_probability,
            expected=law.expected,
            sd=law.sd,
            z=z,
            p_upper=law.p_upper,
            p_lower=law.p_lower,
            p_two_sided=law.p_two_sided,
            q_value=q,
            finite=np.isfinite(z) & _counts(finite, law),
        )


def check_finite_rule(finite: str) -> None:
    """Refuse an unknown rule with a hint.

    Raises
    ------
    NetworkError
        The rule is none of expected_in_500_samples, present, linked, sampled.
    """
    if finite not in get_args(FiniteRule):
        raise NetworkError(f"unknown rule finite = {finite!r}; {did_you_mean(finite, get_args(FiniteRule))}")


def benjamini_hochberg(p_values: ArrayLike, *, n_tests: int | None = None) -> FloatArray:
    """Return the false-discovery rate at which each test would just be rejected (Benjamini & Hochberg 1995).

    Parameters
    ----------
    p_values : ArrayLike
        p-values, nan where there was no test.
    n_tests : int | None, optional
        Size of the family when it is larger than the tests listed; the others are taken to have p = 1.
    """
    p = np.asarray(p_values, dtype=float)
    tested = np.flatnonzero(~np.isnan(p.ravel()))
    q = np.full(p.size, np.nan)
    if tested.size:
        order = tested[np.argsort(p.ravel()[tested], kind="stable")]
        family = tested.size if n_tests is None else n_tests
        scaled = p.ravel()[order] * family / np.arange(1, tested.size + 1)
        q[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return q.reshape(p.shape)


def _linked_q_values(network: sparse.csr_array, verdict: Verdict) -> sparse.csr_array:
    """q-values of the observed links, sparse; a pair of weight 0 has p = P(W >= 0) = 1 and hence q = 1."""
    i, j, w = _links(network)
    present = int((np.diff(network.indptr) > 0).sum())
    q = benjamini_hochberg(verdict(i, j, w).p_upper, n_tests=present * (present - 1) // 2)
    return sparse.coo_array((q, (i, j)), shape=network.shape).tocsr()


def _counts(finite: FiniteRule, law: PairVerdict) -> NDArray[np.bool_]:
    if finite == "expected_in_500_samples":
        return np.asarray(law.link_probability >= EXPECTED_LINK_PROBABILITY)
    return np.ones(law.expected.shape, dtype=bool)


def _links(network: sparse.csr_array) -> tuple[IntArray, IntArray, IntArray]:
    upper = sparse.triu(network, 1, format="csr").tocoo()
    return upper.row.astype(np.int64), upper.col.astype(np.int64), upper.data


def _pairs(
    network: sparse.csr_array, q_values: sparse.csr_array, chunk_pairs: int
) -> Iterator[tuple[IntArray, IntArray, IntArray, FloatArray]]:
    """All pairs of linked nodes with their weights and q-values, row by row, in chunks of whole rows."""
    present = np.flatnonzero(np.diff(network.indptr))
    n = present.size
    weights, q = network[present][:, present], q_values[present][:, present]
    rows = max(1, chunk_pairs // max(n, 1))
    for start in range(0, max(n - 1, 1), rows):
        stop = min(start + rows, n)
        upper = np.arange(n)[None, :] > np.arange(start, stop)[:, None]
        a, b = np.nonzero(upper)
        w = weights[start:stop].toarray()[upper]
        yield present[a + start], present[b], w, np.where(w > 0, q[start:stop].toarray()[upper], 1.0)
