"""The grid of a gravity model: all pairs of citing and cited cities, with covariates that are never spread out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import GravityError
from isthmus.geography.distance import EARTH_RADIUS_KM
from isthmus.gravity.kernels import fill_log_distances

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Covariates of every pair (i, j), by the way in which they vary; rows and columns sorted by group.

    Attributes
    ----------
    columns, rows : dict of str to float64 array of shape (J,) and (I,)
        Covariates of the column and of the row alone, as logarithms of masses.
    log_distance : float64 array of shape (I, J) or None
        Logarithm of the distance; 0 for the same city.
    same : int64 array of shape (P, 2) or None
        Row and column of the pairs that are one city.
    without_same : bool
        The pairs that are one city are no pairs of the model, as to stay is no move.
    tables : dict of str to float64 array of shape (G, H)
        Discrete covariates by the groups of row and column.
    row_group, column_group : int64 arrays of shape (I,) and (J,)
        Groups, rising.

    """

    columns: dict[str, Floats]
    rows: dict[str, Floats]
    log_distance: Floats | None
    same: Ints | None
    tables: dict[str, Floats]
    row_group: Ints
    column_group: Ints
    without_same: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """I and J."""
        return self.row_group.size, self.column_group.size

    @property
    def has_same_city(self) -> bool:
        """Whether "same city" is a covariate."""
        return self.same is not None and not self.without_same

    @property
    def n_pairs(self) -> int:
        """Pairs of the model."""
        left_out = len(self.same) if self.same is not None and self.without_same else 0
        return self.row_group.size * self.column_group.size - left_out

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients, the constant first."""
        distance = () if self.log_distance is None else ("ln distance",)
        same = ("same city",) if self.has_same_city else ()
        return ("constant", *self.columns, *self.rows, *distance, *same, *self.tables)

    @property
    def factors(self) -> bool:
        """True when no covariate joins row and column, so that mu is a product."""
        return self.log_distance is None and self.same is None and not self.tables

    def regressors(self, i: Ints, j: Ints) -> Floats:
        """Return the covariates of some pairs.

        Parameters
        ----------
        i, j : int64 arrays of shape (n,)
            Rows and columns.

        Returns
        -------
        float64 array of shape (n, k)
            One column per name.

        """
        found = [np.ones(i.size)]
        found += [x[j] for x in self.columns.values()]
        found += [x[i] for x in self.rows.values()]
        if self.log_distance is not None:
            found.append(self.log_distance[i, j])
        if self.same is not None and self.has_same_city:
            keys = self.same[:, 0] * self.shape[1] + self.same[:, 1]
            found.append(np.isin(i * self.shape[1] + j, keys).astype(np.float64))
        found += [table[self.row_group[i], self.column_group[j]] for table in self.tables.values()]
        return np.stack(found, axis=1)

    def only(self, rows: Ints, columns: Ints) -> "Grid":
        """Return the grid of some rows and columns.

        Parameters
        ----------
        rows, columns : int64 arrays
            Positions that stay, rising.

        """
        same = None
        if self.same is not None:
            i, j = (
                _renumbered(rows, self.shape[0])[self.same[:, 0]],
                _renumbered(columns, self.shape[1])[self.same[:, 1]],
            )
            same = np.stack([i, j], axis=1)[(i >= 0) & (j >= 0)]
        return Grid(
            {name: x[columns] for name, x in self.columns.items()},
            {name: x[rows] for name, x in self.rows.items()},
            None if self.log_distance is None else np.ascontiguousarray(self.log_distance[np.ix_(rows, columns)]),
            same,
            self.tables,
            self.row_group[rows],
            self.column_group[columns],
            self.without_same,
        )

    def without_pairs(self) -> "Grid":
        """Return the same grid with the covariates of rows and columns alone."""
        return Grid(self.columns, self.rows, None, None, {}, self.row_group, self.column_group)


def make_grid(
    columns: Mapping[str, ArrayLike],
    rows: Mapping[str, ArrayLike],
    *,
    log_distance: ArrayLike | None = None,
    same: ArrayLike | None = None,
    without_same: bool = False,
    tables: Mapping[str, ArrayLike] | None = None,
    row_group: ArrayLike | None = None,
    column_group: ArrayLike | None = None,
) -> Grid:
    """Return a checked grid.

    Parameters
    ----------
    columns, rows : mapping of name to array of shape (J,) and (I,)
        Covariates of column and row; at least one each.
    log_distance : array of shape (I, J), optional
        Logarithm of the distance.
    same : array of shape (P, 2), optional
        Row and column of the pairs that are one city.
    without_same : bool
        Leave these pairs out of the model, instead of a covariate for them.
    tables : mapping of name to array of shape (G, H), optional
        Discrete covariates by groups.
    row_group, column_group : int arrays of shape (I,) and (J,), optional
        Groups (countries, or countries by time zone) that the tables refer to; must be rising.

    Raises
    ------
    GravityError
        Shapes that do not fit, values that are not finite, or groups out of order; names the covariate.

    """
    if not columns or not rows:
        raise GravityError("a gravity grid needs at least one covariate of the columns and one of the rows")
    n_rows, n_columns = len(np.asarray(next(iter(rows.values())))), len(np.asarray(next(iter(columns.values()))))
    own_rows = {name: _values(x, name, (n_rows,)) for name, x in rows.items()}
    own_columns = {name: _values(x, name, (n_columns,)) for name, x in columns.items()}
    groups = []
    for group, size, what in ((row_group, n_rows, "row_group"), (column_group, n_columns, "column_group")):
        found = np.zeros(size, np.int64) if group is None else np.asarray(group, dtype=np.int64)
        if found.shape != (size,) or np.any(np.diff(found) < 0) or np.any(found < 0):
            raise GravityError(f"{what} must hold {size} groups, rising: sort the cities by group first")
        groups.append(found)
    shape = (int(groups[0].max(initial=0)) + 1, int(groups[1].max(initial=0)) + 1)
    own_tables = {}
    for name, table in (tables or {}).items():
        values = np.asarray(table, dtype=np.float64)
        if values.ndim != 2 or values.shape[0] < shape[0] or values.shape[1] < shape[1]:
            raise GravityError(f"table {name!r} has shape {values.shape}; the groups of the cities need {shape}")
        own_tables[name] = _values(values, name, values.shape)
    if len({v.shape for v in own_tables.values()}) > 1:
        raise GravityError(f"tables have shapes {sorted({v.shape for v in own_tables.values()})}; expected one")
    distance = None if log_distance is None else _values(log_distance, "log_distance", (n_rows, n_columns))
    pairs = None if same is None else np.asarray(same, dtype=np.int64).reshape(-1, 2)
    if pairs is not None and pairs.size and np.any((pairs < 0) | (pairs >= (n_rows, n_columns))):
        raise GravityError(f"a pair of the same city lies outside the grid of {n_rows} rows and {n_columns} columns")
    return Grid(own_columns, own_rows, distance, pairs, own_tables, groups[0], groups[1], without_same)


def log_distances(
    row_coordinates: ArrayLike, column_coordinates: ArrayLike, same: ArrayLike, *, least_km: float = 1.0
) -> tuple[Floats, int]:
    """Return the logarithms of all great-circle distances in kilometres, 0 for the same city.

    Parameters
    ----------
    row_coordinates, column_coordinates : arrays of shape (I, 2) and (J, 2)
        Latitude and longitude in degrees.
    same : int array of shape (P, 2)
        Row and column of the pairs that are one city.
    least_km : float
        Distances below count as it: different cities must not be nearer than a city is to itself.

    Returns
    -------
    float64 array of shape (I, J)
        Logarithms.
    int
        Pairs of different cities that were nearer than `least_km`.

    """
    start, end = _on_sphere(row_coordinates), _on_sphere(column_coordinates)
    out = np.empty((len(start), len(end)))
    near = fill_log_distances(start, end, 2 * EARTH_RADIUS_KM, least_km, out)
    pairs = np.asarray(same, dtype=np.int64).reshape(-1, 2)
    near -= int(np.sum(out[pairs[:, 0], pairs[:, 1]] <= np.log(least_km)))
    out[pairs[:, 0], pairs[:, 1]] = 0.0
    return out, int(near)


def _on_sphere(coordinates: ArrayLike) -> Floats:
    latitude, longitude = np.radians(np.asarray(coordinates, dtype=np.float64)).T
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1
    )


def _values(values: ArrayLike, name: str, shape: tuple[int, ...]) -> Floats:
    found = np.ascontiguousarray(values, dtype=np.float64)
    if found.shape != shape:
        raise GravityError(f"covariate {name!r} has shape {found.shape}; expected {shape}")
    if not np.all(np.isfinite(found)):
        at = tuple(int(x) for x in np.argwhere(~np.isfinite(found))[0])
        raise GravityError(
            f"covariate {name!r} is {found[at]} at {at}; leave out cities without the mass before taking logarithms"
        )
    return found


def _renumbered(kept: Ints, size: int) -> Ints:
    number = np.full(size, -1, dtype=np.int64)
    number[kept] = np.arange(kept.size)
    return number
