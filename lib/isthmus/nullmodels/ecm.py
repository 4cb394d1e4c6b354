"""The Enhanced Configuration Model: the least biased networks with given degrees and strengths, fitted exactly.

Mastrandrea, Squartini, Fagiolo, Garlaschelli (2014), New J. Phys. 16, 043022. With x_i = exp(-alpha_i) and
y_i = exp(-beta_i):

    P(w_ij = w) = X^[w > 0] Y^w (1 - Y) / (1 - Y + X Y),   X = x_i x_j, Y = y_i y_j, Y < 1 for every pair

Inside, a node is (gamma_i, beta_i) with gamma_i = -log(x_i y_i), which stays finite where all weights are 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from isthmus.nullmodels import kernels
from isthmus.nullmodels.boundary import Classes, Kinds, certain_pairs, classes_of
from isthmus.nullmodels.constraints import IntArray, check_constraints, degrees_and_strengths
from isthmus.nullmodels.solver import NO_KINDS, TOLERANCE, FloatArray, Solution, solve

# A fit counts as converged below this relative error of every degree and strength; the solver aims 100 times lower.
ACCEPTED_ERROR = 1e-9


@dataclass(frozen=True)
class EcmFit:
    """A fitted Enhanced Configuration Model: the law of the weight of every pair of nodes.

    Attributes
    ----------
    status : str
        "converged", or "not converged" when a degree or strength is missed by more than 1e-9 of its value.
    max_relative_error : float
        Largest |expected - observed| / observed over all degrees and strengths, recomputed from the node parameters by
        code that shares nothing with the solver.
    iterations : int
        Newton steps.
    log_likelihood : float
        Of the observed network; its supremum where the maximum lies at infinity.
    degrees, strengths : array of int
        int64 (N,), the constraints.
    gamma, beta : array of float
        (N,), node parameters; nan for a node without links; beta is inf where all weights are 1 for certain. Where
        pairs are certain (see `is_boundary`) the parameters may not be unique; the probabilities are.
    hub : int
        The node of least beta, the only one where it may be negative; -1 if two share it.
    with_hub : array of float
        (N,), beta_hub + beta_j to full relative precision: the sum may be far smaller than its terms.
    of_node : array of int
        int64 (N,), class of each node, -1 without links.
    kinds : Kinds
        uint8 (C, C) bits of `isthmus.nullmodels.boundary` for pairs of classes; shape (0, 0) when no pair is certain.
    """

    status: str
    max_relative_error: float
    iterations: int
    log_likelihood: float
    degrees: IntArray = field(repr=False)
    strengths: IntArray = field(repr=False)
    gamma: FloatArray = field(repr=False)
    beta: FloatArray = field(repr=False)
    hub: int = field(repr=False)
    with_hub: FloatArray = field(repr=False)
    of_node: IntArray = field(repr=False)
    kinds: Kinds = field(repr=False)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, those without links included."""
        return self.degrees.size

    @property
    def converged(self) -> bool:
        """Whether every degree and strength is met to 1e-9 of its value."""
        return self.status == "converged"

    @property
    def is_boundary(self) -> bool:
        """Whether some pairs are certain: always or never linked, or of weight 1 although both nodes have more."""
        return self.kinds.size > 0

    @property
    def x(self) -> FloatArray:
        """Fitness of each node for links, exp(-alpha), shape (N,); 0 without links, inf where all weights are 1."""
        with np.errstate(divide="ignore"):
            return np.where(self.of_node >= 0, np.exp(-self.gamma) / np.where(self.of_node >= 0, self.y, 1.0), 0.0)

    @property
    def y(self) -> FloatArray:
        """Fitness of each node for weight, exp(-beta), shape (N,); above 1 for the strongest hub, 0 if all are 1."""
        return np.where(self.of_node >= 0, np.exp(-self.beta), 0.0)

    def law(self, i: ArrayLike, j: ArrayLike) -> "PairLaw":
        """Return the law of the weights of the pairs (i, j); index arrays that broadcast against each other."""
        a, b = np.broadcast_arrays(np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64))
        for index in (a, b):
            if index.size and (index.min() < 0 or index.max() >= self.n_nodes):
                outside = index[(index < 0) | (index >= self.n_nodes)][0]
                raise IndexError(f"there is no node {outside}; expected 0 to {self.n_nodes - 1}")
        parts = kernels.pair_law(
            a.ravel(), b.ravel(), self.gamma, self.beta, self.hub, self.with_hub, self.of_node, self.kinds
        )
        return PairLaw(*(part.reshape(a.shape) for part in parts))

    def link_probability(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """P(w_ij > 0); 0 for i = j and for nodes without links."""
        return self.law(i, j).link_probability

    def expected_weight(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """E[w_ij]."""
        return self.law(i, j).expected_weight

    def variance(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """Var[w_ij], computed without cancellation."""
        return self.law(i, j).variance

    def upper_tail(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """P(w_ij >= w)."""
        return self.law(i, j).upper_tail(w)

    def lower_tail(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """P(w_ij <= w)."""
        return self.law(i, j).lower_tail(w)

    def mid_p(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """P(w_ij > w) + P(w_ij = w) / 2, the upper mid-p-value."""
        return self.law(i, j).mid_p(w)


@dataclass(frozen=True)
class PairLaw:
    """The law of the weights of some pairs: a link with probability p, then 1 + a geometric excess.

    Attributes
    ----------
    link_probability, absence_probability : array of float
        p and 1 - p, each to full relative precision.
    mean_excess : array of float
        r, mean of w - 1 when linked.
    rate : array of float
        b = beta_i + beta_j; P(w > n | w > 0) = exp(-b n); inf where the weight is at most 1.
    """

    link_probability: FloatArray
    absence_probability: FloatArray
    mean_excess: FloatArray
    rate: FloatArray

    @property
    def expected_weight(self) -> FloatArray:
        """Mean weight p (1 + r)."""
        return self.link_probability * (1.0 + self.mean_excess)

    @property
    def variance(self) -> FloatArray:
        """Variance p (1 - p) (1 + r)^2 + p r (1 + r): a sum of positive terms."""
        p, r = self.link_probability, self.mean_excess
        return p * (1.0 + r) * (self.absence_probability * (1.0 + r) + r)

    def upper_tail(self, w: ArrayLike) -> FloatArray:
        """P(weight >= w)."""
        count = np.ceil(np.asarray(w, dtype=float))
        return np.where(count <= 0, 1.0, self.link_probability * self._beyond(np.maximum(count, 1.0) - 1.0))

    def lower_tail(self, w: ArrayLike) -> FloatArray:
        """P(weight <= w)."""
        count = np.floor(np.asarray(w, dtype=float))
        # 1 - p exp(-b w), written so that it keeps its digits when p is close to 1.
        within = self.absence_probability + self.link_probability * self._within(np.maximum(count, 0.0))
        return np.where(count < 0, 0.0, within)

    def mid_p(self, w: ArrayLike) -> FloatArray:
        """P(weight > w) + P(weight = w) / 2 for whole w."""
        return (self.upper_tail(w) + self.upper_tail(np.asarray(w, dtype=float) + 1.0)) / 2

    def lower_mid_p(self, w: ArrayLike) -> FloatArray:
        """P(weight < w) + P(weight = w) / 2 for whole w."""
        return (self.lower_tail(w) + self.lower_tail(np.asarray(w, dtype=float) - 1.0)) / 2

    def _exponent(self, excess: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):
            return np.where(excess > 0, self.rate * excess, 0.0)

    def _beyond(self, excess: FloatArray) -> FloatArray:
        """P(excess >= n | linked)."""
        return np.asarray(np.exp(-self._exponent(excess)))

    def _within(self, excess: FloatArray) -> FloatArray:
        """P(excess < n | linked)."""
        return np.asarray(-np.expm1(-self._exponent(excess)))


def fit_ecm(
    weights: Any, *, labels: Sequence[Any] | None = None, tolerance: float = TOLERANCE, max_iterations: int = 200
) -> EcmFit:
    """Fit the Enhanced Configuration Model to an undirected network.

    Parameters
    ----------
    weights : array or sparse matrix of shape (N, N)
        Symmetric matrix (N, N) of whole numbers >= 0 without loops; numpy or scipy sparse.
    labels : Sequence[Any] | None, optional
        Names of the nodes, used in error messages.
    tolerance : float, optional
        Relative error of degrees and strengths at which the solver stops.
    max_iterations : int, default 200
        Newton steps at most.

    Raises
    ------
    NetworkError
        Not symmetric, not whole numbers, a loop.
    """
    degrees, strengths = degrees_and_strengths(weights, labels=labels)
    return fit_ecm_constraints(degrees, strengths, labels=labels, tolerance=tolerance, max_iterations=max_iterations)


def fit_ecm_constraints(
    degrees: ArrayLike,
    strengths: ArrayLike,
    *,
    labels: Sequence[Any] | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> EcmFit:
    """Fit the Enhanced Configuration Model to degrees and strengths, each of shape (N,).

    Cases whose maximum lies at infinity (a node linked to all, all weights 1, tight degrees) are reduced exactly.

    Raises
    ------
    NetworkError
        No network has these degrees and strengths; names the node and the inequality.
    """
    k, s = check_constraints(degrees, strengths, labels=labels)
    classes = classes_of(k, s)
    kinds = certain_pairs(classes, labels=labels)
    solution = solve(classes, kinds, tolerance=tolerance, max_iterations=max_iterations)
    error, log_likelihood = _check(classes, NO_KINDS if kinds is None else kinds, solution)
    linked = classes.of_node >= 0
    gamma, beta, with_hub = (np.full(k.size, np.nan) for _ in range(3))
    for of_node, of_class in ((gamma, solution.gamma), (beta, solution.beta), (with_hub, solution.with_hub)):
        of_node[linked] = of_class[classes.of_node[linked]]
    return EcmFit(
        status="converged" if error <= ACCEPTED_ERROR else "not converged",
        max_relative_error=error,
        iterations=solution.iterations,
        log_likelihood=log_likelihood,
        degrees=k,
        strengths=s,
        gamma=gamma,
        beta=beta,
        hub=int(classes.member[solution.hub]) if solution.hub >= 0 else -1,
        with_hub=with_hub,
        of_node=classes.of_node,
        kinds=NO_KINDS if kinds is None else kinds,
    )


def _check(classes: Classes, kinds: Kinds, solution: Solution) -> tuple[float, float]:
    """Largest relative error and log-likelihood, from the node parameters alone."""
    if classes.size.size == 0:
        return 0.0, 0.0
    size = classes.size.astype(float)
    degree, strength, partition = kernels.expected_sums(
        solution.gamma, solution.beta, solution.hub, solution.with_hub, size, kinds
    )
    k, s = classes.degree, classes.degree + classes.excess
    error = float(max(np.max(np.abs(degree - k) / k), np.max(np.abs(strength - s) / s)))
    # Certain links are no choice: only free ones enter the likelihood.
    certain = kernels.marked_sums(kinds, size)[1] if kinds.size else 0
    beta = np.where(np.isfinite(solution.beta), solution.beta, 0.0)
    paid = (k - certain) * solution.gamma + classes.excess * beta
    return (error if np.isfinite(error) else np.inf), -float(size @ paid + partition)
