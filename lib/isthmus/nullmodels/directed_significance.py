"""How surprising the weight of every ordered pair is under a directed null model, and networks drawn from it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from isthmus.config.significance import FiniteRule
from isthmus.errors import NetworkError
from isthmus.nullmodels.constraints import IntArray
from isthmus.nullmodels.directed import DirectedEcmFit, as_directed
from isthmus.nullmodels.significance import (
    EXPECTED_LINK_PROBABILITY,
    SMALLEST_SD,
    benjamini_hochberg,
    check_finite_rule,
)
from isthmus.nullmodels.solver import FloatArray


@dataclass(frozen=True)
class DirectedPairTable:
    """Ordered pairs (i, j) of nodes that have a link, with the observed weight tested against the null model.

    Attributes
    ----------
    i, j : array of int
        int64 (M,), sender and receiver.
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
    q_value, q_lower : array of float
        Benjamini-Hochberg over p_upper, and over p_lower, of all open ordered pairs of nodes that have a link, whether
        they are listed or not.
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
    q_lower: FloatArray
    finite: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.i.size


def check_directed_rule(finite: str) -> None:
    """Refuse a rule that exact moments cannot follow.

    Parameters
    ----------
    finite : str
        Which z count.

    Raises
    ------
    NetworkError
        The rule is unknown, or needs realisations.

    """
    check_finite_rule(finite)
    if finite == "sampled":
        raise NetworkError(
            "finite = 'sampled' needs realisations, and the directed null model has exact moments; "
            "take 'expected_in_500_samples', 'present' or 'linked'"
        )


def directed_pair_significance(
    weights: Any,
    fit: DirectedEcmFit,
    *,
    finite: FiniteRule = "expected_in_500_samples",
    observed_zero: bool = True,
) -> DirectedPairTable:
    """Test every open ordered pair of nodes that have a link against a directed null model.

    Parameters
    ----------
    weights : array of shape (N, N)
        Whole numbers, senders in rows; numpy or scipy sparse.
    fit : DirectedEcmFit
        The null model; it says whether pairs i = j are open.
    finite : FiniteRule
        Which pairs' z counts: "expected_in_500_samples" (500 realisations would more likely than not show the link at
        least once), "present" (all pairs), "linked" (observed weight > 0).
    observed_zero : bool
        List pairs without a link too; they always count in the family of the q-values.

    Returns
    -------
    DirectedPairTable
        Pairs in the order of sender and receiver. About 100 bytes for each of N^2 pairs while it works.

    Raises
    ------
    NetworkError
        Not a valid network, another number of nodes than the fit's, or a rule that cannot be followed.

    """
    check_directed_rule(finite)
    network = as_directed(weights, loops=fit.loops)
    if network.shape[0] != fit.n_nodes:
        raise NetworkError(f"the network has {network.shape[0]} nodes, the fit {fit.n_nodes}; expected the same")
    i, j = open_pairs(fit)
    w = _weights_at(network, i, j)
    law = fit.law(i, j)
    upper, lower, mid = law.upper_tail(w), law.lower_tail(w), law.mid_p(w)
    sd = np.sqrt(law.variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sd > SMALLEST_SD, (w - law.expected_weight) / sd, np.nan)
    counts = np.isfinite(z)
    if finite == "expected_in_500_samples":
        counts &= law.link_probability >= EXPECTED_LINK_PROBABILITY
    table = DirectedPairTable(
        i=i,
        j=j,
        weight=w,
        link_probability=law.link_probability,
        expected=law.expected_weight,
        sd=np.where(sd > SMALLEST_SD, sd, np.nan),
        z=z,
        p_upper=upper,
        p_lower=lower,
        p_two_sided=np.minimum(1.0, 2.0 * np.minimum(mid, 1.0 - mid)),
        q_value=benjamini_hochberg(upper),
        q_lower=benjamini_hochberg(lower),
        finite=counts,
    )
    if observed_zero:
        return table
    linked = w > 0
    return DirectedPairTable(**{f.name: getattr(table, f.name)[linked] for f in fields(table)})


def sample_directed_ecm(fit: DirectedEcmFit, n_samples: int, rng: np.random.Generator) -> Iterator[sparse.csr_array]:
    """Draw networks one by one, independent of each other.

    Parameters
    ----------
    fit : DirectedEcmFit
        A fitted model.
    n_samples : int
        Networks to draw.
    rng : numpy.random.Generator
        Random generator; the same state gives the same networks.

    Yields
    ------
    sparse.csr_array
        int64 (N, N), senders in rows.

    """
    i, j = open_pairs(fit)
    law = fit.law(i, j)
    for _ in range(n_samples):
        linked = np.flatnonzero(rng.random(i.size) < law.link_probability)
        # Geometric by inversion: P(Exp(1) / b >= n) = exp(-b n), without the cancellation of 1 - Y for Y close to 1.
        excess = rng.standard_exponential(linked.size) / law.rate[linked]
        weights = 1 + excess.astype(np.int64)
        shape = (fit.n_nodes, fit.n_nodes)
        yield sparse.coo_array((weights, (i[linked], j[linked])), shape=shape).tocsr()


def open_pairs(fit: DirectedEcmFit) -> tuple[IntArray, IntArray]:
    """Return the ordered pairs that may be tested: both nodes have a link, i = j only with loops.

    Parameters
    ----------
    fit : DirectedEcmFit
        A fitted model.

    Returns
    -------
    tuple of array of int
        Senders and receivers, in order.

    """
    present = np.flatnonzero((fit.out_degrees > 0) | (fit.in_degrees > 0))
    i, j = np.repeat(present, present.size), np.tile(present, present.size)
    if fit.loops:
        return i, j
    return i[i != j], j[i != j]


def _weights_at(network: sparse.csr_array, i: IntArray, j: IntArray) -> IntArray:
    """Return the weights of pairs that are sorted by sender and receiver and hold all links."""
    thin = network.tocoo()
    key = i * np.int64(network.shape[0]) + j
    w = np.zeros(i.size, dtype=np.int64)
    w[np.searchsorted(key, thin.row * np.int64(network.shape[0]) + thin.col)] = thin.data
    return w
