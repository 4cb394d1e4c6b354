"""How sure a coefficient is when few cities decide: what it does without each of them.

The flows of a city are not independent, and a few large cities weigh more than all others. Errors from the scores
alone (HC1, clustered) are then too small. Here each city is left out with all its flows, as origin and as destination,
and the model moves by Newton's step: the jackknife of clusters, which counts a city's weight in what it decides. The
number of cities that decide a coefficient gives the degrees of freedom of its interval.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from isthmus.errors import GravityError
from isthmus.gravity.grid import Floats, Ints

# Nothing tells of a direction that keeps less than this share of its information without a city.
UNTOLD = 1e-11


@dataclass(frozen=True)
class Influence:
    """What k coefficients do when one of N cities is left out.

    Attributes
    ----------
    coefficients : float64 array of shape (k,)
        Estimates with all cities.
    changes : float64 array of shape (N, k)
        Coefficients without a city less those with it; NaN where nothing but this city tells of a coefficient.

    """

    coefficients: Floats
    changes: Floats

    @property
    def covariance(self) -> Floats:
        """Jackknife of cities, (N - 1) / N times the sum of products of changes, shape (k, k)."""
        n = len(self.changes)
        return np.asarray((n - 1) / n * self.changes.T @ self.changes)

    @property
    def effective_cities(self) -> Floats:
        """How many cities decide each coefficient, from 1 to N, shape (k,): (sum d^2)^2 / sum d^4 of its changes d."""
        squares = self.changes**2
        with np.errstate(invalid="ignore"):
            return np.asarray(squares.sum(axis=0) ** 2 / (squares**2).sum(axis=0))

    def intervals(self, level: float = 0.95) -> Floats:
        """Return the intervals of the coefficients, shape (k, 2); NaN where one city alone tells of one.

        Student's t with as many degrees of freedom as cities decide the coefficient.

        Parameters
        ----------
        level : float
            How often they are to hold the truth.

        Raises
        ------
        GravityError
            A level that is not between 0 and 1.

        """
        if not 0 < level < 1:
            raise GravityError(f"level {level} of an interval: expected between 0 and 1")
        width = stats.t.ppf((1 + level) / 2, self.effective_cities) * np.sqrt(np.diag(self.covariance))
        return np.stack([self.coefficients - width, self.coefficients + width], axis=1)


@dataclass(frozen=True)
class Parts:
    """What a fit rests on, by row, by column, and of the P pairs that are one city.

    Attributes
    ----------
    rows, columns, cells : float64 arrays of shape (I, k, k), (J, k, k) and (P, k, k)
        Information, x x' mu.
    row_scores, column_scores, cell_scores : float64 arrays of shape (I, k), (J, k) and (P, k)
        Scores, x (y - mu).

    """

    rows: Floats
    columns: Floats
    cells: Floats
    row_scores: Floats
    column_scores: Floats
    cell_scores: Floats


def influence(coefficients: Floats, parts: Parts, pairs: Ints) -> Influence:
    """Return what coefficients do without each city, by one of Newton's steps from the fit.

    Parameters
    ----------
    coefficients : float64 array of shape (k,)
        The estimates.
    parts : Parts
        What they rest on.
    pairs : int64 array of shape (P, 2)
        Row and column that are one city; every other row and column is a city of its own.

    References
    ----------
    MacKinnon, Nielsen and Webb (2023), Journal of Applied Econometrics 38, 671 (jackknife of clusters, CV3);
    Carter, Schnepel and Steigerwald (2017), Review of Economics and Statistics 99, 698 (effective number of clusters).

    """
    of_row = np.arange(len(parts.rows))
    of_column = len(of_row) + np.arange(len(parts.columns))
    of_column[pairs[:, 1]] = pairs[:, 0]
    _, number = np.unique(np.concatenate([of_row, of_column]), return_inverse=True)
    ends, n = (number[: len(of_row)], number[len(of_row) :]), int(number.max()) + 1

    def by_city(rows: Floats, columns: Floats, cells: Floats) -> Floats:
        found = np.zeros((n, *rows.shape[1:]))
        np.add.at(found, ends[0], rows)
        np.add.at(found, ends[1], columns)
        np.subtract.at(found, ends[0][pairs[:, 0]], cells)
        return found

    information = by_city(parts.rows, parts.columns, parts.cells)
    scores = by_city(parts.row_scores, parts.column_scores, parts.cell_scores)
    return Influence(coefficients, _moves(parts.rows.sum(axis=0) - information, -scores))


def _moves(H: Floats, gradients: Floats) -> Floats:
    """Return Newton's steps, NaN for coefficients of which nothing is told; shapes (N, k, k), (N, k) and (N, k)."""
    scale = np.sqrt(np.maximum(np.diagonal(H, axis1=1, axis2=2), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(H / (scale[:, :, None] * scale[:, None, :]))
    untold = values < UNTOLD
    inverse = np.where(untold, 0.0, 1.0 / np.where(untold, 1.0, values))
    along = np.einsum("nij,ni->nj", vectors, gradients / scale) * inverse
    moves = np.einsum("nij,nj->ni", vectors, along) / scale
    lost = np.einsum("nij,nj->ni", vectors**2, untold.astype(np.float64)) > 1e-9
    return np.where(lost, np.nan, moves)
