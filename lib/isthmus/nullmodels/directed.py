"""The directed Enhanced Configuration Model: out- and in-degrees and out- and in-strengths, fitted exactly.

With b = beta_out_i + beta_in_j > 0 for every ordered pair, g = exp(-gamma_out_i - gamma_in_j) and r = 1 / expm1(b):

    P(w_ij > 0) = o / (1 + o),  o = g (1 + r);     P(w_ij > n | w_ij > 0) = exp(-b n)

Mastrandrea, Squartini, Fagiolo, Garlaschelli (2014), New J. Phys. 16, 043022, for ordered pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from isthmus.errors import NetworkError
from isthmus.nullmodels import directed_kernels as kernels
from isthmus.nullmodels.boundary import LINK_PRESENT, Kinds
from isthmus.nullmodels.constraints import IntArray, _is_whole, _whole_vector, node_name
from isthmus.nullmodels.directed_boundary import DirectedClasses, Margins, directed_certain_pairs, directed_classes_of
from isthmus.nullmodels.directed_solver import DirectedSolution, Side, solve_directed
from isthmus.nullmodels.ecm import ACCEPTED_ERROR, PairLaw
from isthmus.nullmodels.solver import NO_KINDS, TOLERANCE, FloatArray


@dataclass(frozen=True)
class DirectedEcmFit:
    """A fitted directed Enhanced Configuration Model: the law of the weight of every ordered pair of nodes.

    Attributes
    ----------
    status : str
        "converged", or "not converged" when a degree or strength is missed by more than 1e-9 of its value.
    max_relative_error : float
        Largest |expected - observed| / observed over all degrees and strengths, recomputed from the parameters by code
        that shares nothing with the solver.
    iterations : int
        Newton steps.
    log_likelihood : float
        Of the observed network; its supremum where the maximum lies at infinity.
    loops : bool
        Whether a node may be linked to itself.
    out_degrees, in_degrees, out_strengths, in_strengths : array of int
        Shape (N,), the constraints.
    gamma_out, gamma_in : array of float
        Shape (N,); inf without links on that side. A constant may be moved from one side to the other.
    beta_out, beta_in : array of float
        Shape (N, 2): beta is the sum of the two columns, which keeps twice the digits; inf where all weights are 1.
    row_of, column_of : array of int
        Shape (N,), class as sender and as receiver; -1 without links on that side.
    kinds : Kinds
        uint8 (R, C) bits of `isthmus.nullmodels.boundary` for pairs of classes; shape (0, 0) when no pair is certain.

    """

    status: str
    max_relative_error: float
    iterations: int
    log_likelihood: float
    loops: bool
    out_degrees: IntArray = field(repr=False)
    in_degrees: IntArray = field(repr=False)
    out_strengths: IntArray = field(repr=False)
    in_strengths: IntArray = field(repr=False)
    gamma_out: FloatArray = field(repr=False)
    gamma_in: FloatArray = field(repr=False)
    beta_out: FloatArray = field(repr=False)
    beta_in: FloatArray = field(repr=False)
    row_of: IntArray = field(repr=False)
    column_of: IntArray = field(repr=False)
    kinds: Kinds = field(repr=False)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, those without links included."""
        return self.out_degrees.size

    @property
    def converged(self) -> bool:
        """Whether every degree and strength is met to 1e-9 of its value."""
        return self.status == "converged"

    @property
    def is_boundary(self) -> bool:
        """Whether some pairs are certain: always or never linked, or of weight 1 although both ends have more."""
        return self.kinds.size > 0

    def law(self, i: ArrayLike, j: ArrayLike) -> PairLaw:
        """Return the law of the weights of the ordered pairs (i, j); index arrays that broadcast.

        Parameters
        ----------
        i, j : array of int
            Senders and receivers.

        Returns
        -------
        PairLaw
            Link probability, moments and tails, of the shape of the broadcast indices.

        Raises
        ------
        IndexError
            There is no such node.

        """
        a, b = np.broadcast_arrays(np.asarray(i, dtype=np.int64), np.asarray(j, dtype=np.int64))
        for index in (a, b):
            if index.size and (index.min() < 0 or index.max() >= self.n_nodes):
                outside = index[(index < 0) | (index >= self.n_nodes)][0]
                raise IndexError(f"there is no node {outside}; expected 0 to {self.n_nodes - 1}")
        parts = kernels.pair_law(
            a.ravel(),
            b.ravel(),
            self.gamma_out,
            self.gamma_in,
            self.beta_out.T,
            self.beta_in.T,
            self.row_of,
            self.column_of,
            self.kinds,
            self.loops,
        )
        return PairLaw(*(part.reshape(a.shape) for part in parts))

    def link_probability(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """Return P(w_ij > 0); 0 for i = j without loops."""
        return self.law(i, j).link_probability

    def expected_weight(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """Return E[w_ij]."""
        return self.law(i, j).expected_weight

    def variance(self, i: ArrayLike, j: ArrayLike) -> FloatArray:
        """Return Var[w_ij], computed without cancellation."""
        return self.law(i, j).variance

    def upper_tail(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """Return P(w_ij >= w)."""
        return self.law(i, j).upper_tail(w)

    def lower_tail(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """Return P(w_ij <= w)."""
        return self.law(i, j).lower_tail(w)

    def mid_p(self, i: ArrayLike, j: ArrayLike, w: ArrayLike) -> FloatArray:
        """Return P(w_ij > w) + P(w_ij = w) / 2, the upper mid-p-value."""
        return self.law(i, j).mid_p(w)


def fit_directed_ecm(
    weights: Any,
    loops: bool = False,
    *,
    labels: Sequence[Any] | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> DirectedEcmFit:
    """Fit the directed Enhanced Configuration Model to a network.

    Parameters
    ----------
    weights : array of shape (N, N)
        Whole numbers >= 0, senders in rows; numpy or scipy sparse.
    loops : bool
        Whether the diagonal is open: a node may be linked to itself. Without loops it must be 0.
    labels : sequence or None
        Names of the nodes, used in error messages.
    tolerance : float
        Relative error of degrees and strengths at which the solver stops.
    max_iterations : int
        Newton steps at most.

    Returns
    -------
    DirectedEcmFit
        The fitted model.

    Raises
    ------
    NetworkError
        Not a square matrix of whole numbers, or a loop where there may be none.

    """
    network = as_directed(weights, loops=loops, labels=labels)
    back = sparse.csr_array(network.T)
    out, into = np.diff(network.indptr).astype(np.int64), np.diff(back.indptr).astype(np.int64)
    strengths = [np.asarray(network.sum(axis=axis), dtype=np.int64).ravel() for axis in (1, 0)]
    margins = Margins(out, into, strengths[0] - out, strengths[1] - into)
    return _fit(margins, network, loops, labels, tolerance, max_iterations)


def fit_directed_ecm_constraints(
    out_degrees: ArrayLike,
    in_degrees: ArrayLike,
    out_strengths: ArrayLike,
    in_strengths: ArrayLike,
    loops: bool = False,
    *,
    labels: Sequence[Any] | None = None,
    tolerance: float = TOLERANCE,
    max_iterations: int = 200,
) -> DirectedEcmFit:
    """Fit the directed Enhanced Configuration Model to degrees and strengths.

    Parameters
    ----------
    out_degrees, in_degrees, out_strengths, in_strengths : array of int
        Shape (N,).
    loops : bool
        Whether a node may be linked to itself.
    labels : sequence or None
        Names of the nodes, used in error messages.
    tolerance : float
        Relative error of degrees and strengths at which the solver stops.
    max_iterations : int
        Newton steps at most.

    Returns
    -------
    DirectedEcmFit
        The fitted model.

    Raises
    ------
    NetworkError
        No network has these degrees and strengths; names the node and the inequality.

    """
    given = (
        (out_degrees, "out-degrees"),
        (in_degrees, "in-degrees"),
        (out_strengths, "out-strengths"),
        (in_strengths, "in-strengths"),
    )
    ko, ki, so, si = (_whole_vector(values, name, labels) for values, name in given)
    if not ko.shape == ki.shape == so.shape == si.shape:
        raise NetworkError(f"{ko.size}, {ki.size}, {so.size}, {si.size} degrees and strengths; expected one per node")
    for side, k, s, other in (("out", ko, so, ki), ("in", ki, si, ko)):
        partners = (other > 0).sum() - (0 if loops else (other > 0))
        for broken, rule in (
            (k < 0, "k >= 0"),
            ((k == 0) & (s > 0), "s = 0 where k = 0 (no partner, yet a weight)"),
            (s < k, "s >= k (every link weighs at least 1)"),
            (k > partners, "k at most the number of possible partners (nodes with links on the other side)"),
        ):
            if broken.any():
                node = int(np.flatnonzero(broken)[0])
                raise NetworkError(
                    f"{node_name(node, labels)} has {side}-degree k = {k[node]} and {side}-strength s = {s[node]}; "
                    f"expected {rule}"
                )
    for name, a, b in (("degrees", ko, ki), ("strengths", so, si)):
        if a.sum() != b.sum():
            raise NetworkError(f"the out-{name} sum to {a.sum()}, the in-{name} to {b.sum()}; expected the same")
    return _fit(Margins(ko, ki, so - ko, si - ki), None, loops, labels, tolerance, max_iterations)


def as_directed(weights: Any, *, loops: bool, labels: Sequence[Any] | None = None) -> sparse.csr_array:
    """Check a directed network of whole numbers and hand it back as int64 CSR without stored zeros.

    Parameters
    ----------
    weights : array of shape (N, N)
        Whole numbers >= 0; numpy or scipy sparse.
    loops : bool
        Whether the diagonal may be above 0.
    labels : sequence or None
        Names of the nodes, for messages.

    Returns
    -------
    sparse.csr_array
        The network.

    Raises
    ------
    NetworkError
        Not a square matrix of whole numbers >= 0, or a loop where there may be none; names the pair.

    """
    given: Any = weights if sparse.issparse(weights) else np.asarray(weights)
    if given.dtype.kind not in "biuf":
        raise NetworkError(f"the weights are of type {given.dtype}; expected whole numbers")
    matrix: Any = sparse.coo_array(given)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise NetworkError(f"the weights have shape {matrix.shape}; expected a square matrix (N, N)")
    for broken, expected in (
        (~_is_whole(matrix.data), "a whole number up to 2^53 (null models take full counts)"),
        (matrix.data < 0, ">= 0"),
        ((matrix.row == matrix.col) & (matrix.data != 0) & (not loops), "0: it is a loop; drop loops or allow them"),
    ):
        if broken.any():
            at = int(np.flatnonzero(broken)[0])
            ends = f"{node_name(int(matrix.row[at]), labels)} to {node_name(int(matrix.col[at]), labels)}"
            raise NetworkError(f"the weight of {ends} is {matrix.data[at]}; expected {expected}")
    clean = sparse.coo_array((matrix.data.astype(np.int64), (matrix.row, matrix.col)), shape=matrix.shape).tocsr()
    clean.sum_duplicates()
    clean.eliminate_zeros()
    return clean


def _fit(
    margins: Margins,
    network: Any,
    loops: bool,
    labels: Sequence[Any] | None,
    tolerance: float,
    max_iterations: int,
) -> DirectedEcmFit:
    classes = directed_classes_of(margins, loops=loops)
    found = directed_certain_pairs(margins, classes, network, labels=labels)
    kinds = NO_KINDS if found is None else found
    if margins.out_degree.any():
        solution = solve_directed(classes, found, tolerance=tolerance, max_iterations=max_iterations)
        error, log_likelihood = _check(classes, kinds, solution)
    else:
        empty = Side(np.zeros(0), np.zeros(0), np.zeros(0))
        solution, error, log_likelihood = DirectedSolution(empty, empty, 0), 0.0, 0.0
    out, into = _of_nodes(solution.senders, classes.row_of), _of_nodes(solution.receivers, classes.column_of)
    return DirectedEcmFit(
        status="converged" if error <= ACCEPTED_ERROR else "not converged",
        max_relative_error=error,
        iterations=solution.iterations,
        log_likelihood=log_likelihood,
        loops=loops,
        out_degrees=margins.out_degree,
        in_degrees=margins.in_degree,
        out_strengths=margins.out_degree + margins.out_excess,
        in_strengths=margins.in_degree + margins.in_excess,
        gamma_out=out[0],
        gamma_in=into[0],
        beta_out=out[1],
        beta_in=into[1],
        row_of=classes.row_of,
        column_of=classes.column_of,
        kinds=kinds,
    )


def _of_nodes(side: Side, of: IntArray) -> tuple[FloatArray, FloatArray]:
    gamma, beta = np.full(of.size, np.inf), np.full((of.size, 2), np.inf)
    linked = of >= 0
    gamma[linked] = side.gamma[of[linked]]
    beta[linked] = np.stack([side.high, side.low], axis=1)[of[linked]]
    return gamma, beta


def _check(classes: DirectedClasses, kinds: Kinds, solution: DirectedSolution) -> tuple[float, float]:
    """Largest relative error and log-likelihood, from the parameters alone."""
    sides = solution.senders, solution.receivers
    size = classes.row_size.astype(float), classes.column_size.astype(float)
    beta = tuple(np.stack([side.high, side.low]) for side in sides)
    out, into, partition = kernels.expected_sums(sides[0].gamma, sides[1].gamma, *beta, *size, kinds, classes.loops)
    present = kinds & LINK_PRESENT > 0
    own = np.zeros(1) if classes.loops or not kinds.size else np.diagonal(present).astype(float)
    certain = (present @ size[1] - own, size[0] @ present - own) if kinds.size else (0.0, 0.0)
    error, paid = 0.0, 0.0
    margins = (classes.out_degree, classes.out_excess, out), (classes.in_degree, classes.in_excess, into)
    for side, (k, e, expected), m, sure in zip(sides, margins, size, certain, strict=True):
        on = k > 0
        worst = np.concatenate([np.abs(expected[0] - k)[on] / k[on], np.abs(expected[1] - k - e)[on] / (k + e)[on]])
        error = max(error, float(np.max(worst))) if np.isfinite(worst).all() else np.inf
        # Certain links are no choice: only free ones enter the likelihood.
        links = np.where(on, k - sure, 0) * np.where(np.isfinite(side.gamma), side.gamma, 0.0)
        excess = e * np.where(np.isfinite(side.high), side.high, 0.0)
        paid += float(m @ (links + excess))
    return error, -(paid + float(partition))
