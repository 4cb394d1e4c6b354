"""Gravity with an effect of every origin and destination, and any covariates of pairs: what frictions explain.

    E[y_ij] = r_i c_j exp(theta' x_ij)   over the open pairs

by Poisson pseudo-maximum-likelihood. For given theta the effects follow from the totals of rows and columns
(proportional fitting); Newton's step for theta takes from every covariate what effects of rows and columns explain of
it, weighted by the fitted flows. The sizes of both ends, and all else that is theirs alone, are absorbed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from isthmus.errors import GravityError
from isthmus.gravity.influence import Influence, Parts, influence
from isthmus.gravity.ppml import check_rank, no_finite_estimate, positive_part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pairs = NDArray[np.bool_]
#: Relative change at which proportional fitting, demeaning and Newton's method stop, and their passes at most.
TOLERANCE, PASSES, STEPS, HALVINGS = 1e-11, 5_000, 50, 30


@dataclass(frozen=True)
class FrictionsFit:
    """A fitted gravity model with effects of origins and destinations.

    Attributes
    ----------
    names : tuple of str
        Covariates of pairs, k of them.
    coefficients : float64 array of shape (k,)
        theta.
    covariance, two_way : float64 arrays of shape (k, k)
        Robust to heteroscedasticity (HC1, counting the effects), and clustered by origin and by destination with
        negative eigenvalues at 0 and the factor min(G) / (min(G) - 1).
    two_way_clipped : bool
        Whether there was a negative eigenvalue beyond rounding.
    influence : Influence
        What the coefficients do without each city, the effects of the others held.
    n_rows, n_columns, n_pairs, n_positive : int
        Origins and destinations with a flow, open pairs of these, and pairs with a flow.
    steps : int
        Newton steps.
    converged : bool
        Whether the last one was small enough.

    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    two_way: Floats
    two_way_clipped: bool
    influence: Influence
    n_rows: int
    n_columns: int
    n_pairs: int
    n_positive: int
    steps: int
    converged: bool


def fit_frictions(
    flows: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    is_open: ArrayLike | None = None,
    same: ArrayLike | None = None,
) -> FrictionsFit:
    """Fit the model; origins and destinations without a flow are left out, as they say nothing.

    Parameters
    ----------
    flows : array of shape (I, J)
        Flows >= 0.
    covariates : mapping of name to array of shape (I, J)
        At least one.
    is_open : bool array of shape (I, J), optional
        Pairs that the model is of, by default all.
    same : int array of shape (P, 2), optional
        Row and column that are one city, for its influence; without it every row and column is a city of its own.

    Raises
    ------
    GravityError
        Arrays of unlike shape, no flow, a covariate that is not 0 only where all flows are 0, or one that effects of
        origins and destinations, or the covariates before it, explain fully; names it.

    References
    ----------
    Correia, Guimaraes and Zylkin (2020), Stata Journal 20, 95 (concentrated likelihood, weighted demeaning).

    """
    y, X, pairs, cities = _checked(flows, covariates, is_open, same)
    for x, name in zip(X, covariates, strict=True):
        if np.any(x) and not np.any(x[y > 0]):
            raise no_finite_estimate(name)
    theta = np.zeros(len(X))
    mean, loss = _evaluate(y, X, pairs, theta)
    steps, converged = 0, False
    for steps in range(1, STEPS + 1):
        own = _demeaned(X, mean)
        H = np.einsum("kij,ij,lij->kl", own, mean, own, optimize=True)
        if steps == 1:
            _check(H, X, mean, tuple(covariates))
        gradient = np.tensordot(X, y - mean, axes=2)
        move = linalg.solve(H, gradient, assume_a="pos")
        converged = bool(gradient @ move <= TOLERANCE * y.sum())
        for _ in range(HALVINGS):
            found = _evaluate(y, X, pairs, theta + move)
            if np.isfinite(found[1]) and found[1] <= loss + 1e-10 * abs(loss):
                break
            move = move / 2
        theta, (mean, loss) = theta + move, found
        if converged:
            break
    return _finished(tuple(covariates), theta, y, X, mean, pairs, cities, steps, converged)


def _checked(
    flows: ArrayLike, covariates: Mapping[str, ArrayLike], is_open: ArrayLike | None, same: ArrayLike | None
) -> tuple[Floats, Floats, Pairs, Ints]:
    y = np.asarray(flows, dtype=np.float64)
    pairs = np.ones(y.shape, np.bool_) if is_open is None else np.asarray(is_open, dtype=np.bool_)
    if y.ndim != 2 or pairs.shape != y.shape or not covariates:
        raise GravityError(f"flows {y.shape}, open pairs {pairs.shape}, {len(covariates)} covariates: expected (I, J)")
    for name, values in covariates.items():
        if np.shape(values) != y.shape or not np.all(np.isfinite(np.asarray(values, np.float64)[pairs])):
            raise GravityError(f"covariate {name!r} has shape {np.shape(values)}, or is not finite: expected {y.shape}")
    if not (np.all(np.isfinite(y)) and np.all(y >= 0)):
        raise GravityError("a flow is negative or not finite; expected counts")
    y = np.where(pairs, y, 0.0)
    rows, columns = np.flatnonzero(y.sum(axis=1) > 0), np.flatnonzero(y.sum(axis=0) > 0)
    if rows.size == 0:
        raise GravityError("all flows are 0; a gravity model needs at least one")
    kept = np.ix_(rows, columns)
    pairs = pairs[kept]
    X = np.stack([np.where(pairs, np.asarray(values, np.float64)[kept], 0.0) for values in covariates.values()])
    return y[kept], X, pairs, _renumbered(same, rows, columns)


def _renumbered(same: ArrayLike | None, rows: Ints, columns: Ints) -> Ints:
    """Return the pairs that are one city among the rows and columns that stay."""
    found = np.zeros((0, 2), np.int64) if same is None else np.asarray(same, np.int64).reshape(-1, 2)
    found = found[np.isin(found[:, 0], rows) & np.isin(found[:, 1], columns)]
    return np.stack([np.searchsorted(rows, found[:, 0]), np.searchsorted(columns, found[:, 1])], axis=1)


def _evaluate(y: Floats, X: Floats, pairs: Pairs, theta: Floats) -> tuple[Floats, float]:
    """Return the fitted flows for some coefficients, and minus the concentrated log-likelihood but for a constant."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        eta = np.tensordot(theta, X, axes=1)
        kernel = np.where(pairs, np.exp(eta - eta[y > 0].mean()), 0.0)
        rows, columns, c = y.sum(axis=1), y.sum(axis=0), np.ones(y.shape[1])
        for _ in range(PASSES):
            r = rows / (kernel @ c)
            following = columns / (r @ kernel)
            moved = float(np.max(np.abs(following - c) / following))
            c = following
            if not moved > TOLERANCE:
                break
        mean = (rows / (kernel @ c))[:, None] * kernel * c
        return mean, float(-(y[y > 0] @ np.log(mean[y > 0])) + mean.sum())


def _demeaned(X: Floats, weights: Floats) -> Floats:
    """Return each covariate less the effects of rows and columns that fit it best, by weight, shape (k, I, J)."""
    rows, columns = weights.sum(axis=1), weights.sum(axis=0)

    def alone(x: Floats) -> Floats:
        left, size = x.copy(), float(np.abs(x).max()) or 1.0
        for _ in range(PASSES):
            a = (weights * left).sum(axis=1) / rows
            left -= a[:, None]
            b = (weights * left).sum(axis=0) / columns
            left -= b
            if max(np.abs(a).max(), np.abs(b).max()) <= TOLERANCE * size:
                break
        return left

    return np.stack([alone(x) for x in X])


def _check(H: Floats, X: Floats, mean: Floats, names: tuple[str, ...]) -> None:
    """Refuse covariates of which nothing is left, or nothing of their own."""
    for k, name in enumerate(names):
        whole = float((mean * X[k] ** 2).sum())
        if H[k, k] <= 1e-9 * whole or whole == 0:
            said = f"covariate {name!r} is explained by effects of origins and destinations; leave it out"
            raise GravityError(said, name)
    check_rank(H, names)


def _finished(
    names: tuple[str, ...],
    theta: Floats,
    y: Floats,
    X: Floats,
    mean: Floats,
    pairs: Pairs,
    cities: Ints,
    steps: int,
    converged: bool,
) -> FrictionsFit:
    own = _demeaned(X, mean)
    bread = linalg.inv(np.einsum("kij,ij,lij->kl", own, mean, own, optimize=True))
    scores = own * (y - mean)
    meat = np.einsum("kij,lij->kl", scores, scores, optimize=True)
    by_row, by_column = scores.sum(axis=2), scores.sum(axis=1)
    raw = bread @ (by_row @ by_row.T + by_column @ by_column.T - meat) @ bread
    values = linalg.eigvalsh((raw + raw.T) / 2)
    n, k, (n_rows, n_columns) = int(pairs.sum()), theta.size, y.shape
    free = n - k - (n_rows + n_columns - 1)
    fewest = min(n_rows, n_columns)
    return FrictionsFit(
        names=names,
        coefficients=theta,
        covariance=bread @ meat @ bread * (n / free if free > 0 else np.nan),
        two_way=positive_part(raw) * (fewest / (fewest - 1) if fewest > 1 else np.nan),
        two_way_clipped=bool(values[0] < -1e-12 * max(values[-1], 0.0)),
        influence=influence(theta, _parts(own, mean, scores, cities), cities),
        n_rows=n_rows,
        n_columns=n_columns,
        n_pairs=n,
        n_positive=int((y > 0).sum()),
        steps=steps,
        converged=converged,
    )


def _parts(own: Floats, mean: Floats, scores: Floats, cities: Ints) -> Parts:
    """Return what the coefficients rest on, from covariates freed of effects, (k, I, J), and scores, likewise."""
    x = own[:, cities[:, 0], cities[:, 1]]
    return Parts(
        rows=np.einsum("kij,ij,lij->ikl", own, mean, own, optimize=True),
        columns=np.einsum("kij,ij,lij->jkl", own, mean, own, optimize=True),
        cells=np.einsum("kp,p,lp->pkl", x, mean[cities[:, 0], cities[:, 1]], x),
        row_scores=scores.sum(axis=2).T,
        column_scores=scores.sum(axis=1).T,
        cell_scores=scores[:, cities[:, 0], cities[:, 1]].T,
    )
