"""The gravity models of a study on pandas: the grid of all cities, and one fit per network and specification."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.errors import GravityError
from isthmus.geography.frictions import BORDER, COLUMNS, CountryFrictions
from isthmus.geography.neighbours import hours_apart, neighbours, solar_hour
from isthmus.gravity.frictions import FrictionsFit, fit_frictions
from isthmus.gravity.grid import Grid, log_distances, make_grid
from isthmus.gravity.influence import Influence
from isthmus.gravity.leaving_out import city_influence
from isthmus.gravity.ppml import Flows, PpmlFit, fit_ppml, flows_of

IMPACT, MIGRATION = "impact", "migration"
#: Names of the covariates as the report prints them: j is cited, i cites; he comes to j from i.
OUTPUT, MADE = "works of the cited city", "citations made by the citing city"
SCIENTISTS = ("scientists of the cited city", "scientists of the citing city")
MOVERS = ("scientists of the destination", "scientists of the origin")
DISTANCE, SAME_CITY = "ln distance", "same city"
COUNTRY, HOURS = "same country", "solar hours apart"
#: Covariates of two countries or of where they lie; the user's table may have more, and its borders win.
BORDERS = (COUNTRY, BORDER, HOURS)
OF_A_TABLE = tuple(name for name in COLUMNS if name != BORDER)
PAIRS = (DISTANCE, SAME_CITY, COUNTRY, BORDER, HOURS, *OF_A_TABLE)
#: What is known of a coefficient by leaving out each city: its interval, and how many cities decide it.
SURE = ("low", "high", "effective_cities")
#: The specification with effects of origins and destinations instead of sizes.
EFFECTS = 5
#: Specifications of each network: moves have no output, so that the second is the first.
SPECIFICATIONS = {IMPACT: (1, 2, 3, 4, EFFECTS), MIGRATION: (1, 3, 4, EFFECTS)}


@dataclass(frozen=True)
class Fitted:
    """One specification: a row of `gravity_fits`, rows of `gravity_coefficients`."""

    fit: dict[str, Any]
    coefficients: list[dict[str, Any]]


@dataclass(frozen=True)
class Options:
    """What all models of a study share.

    Attributes
    ----------
    least_km : float
        Distances below count as it.
    frictions : CountryFrictions or None
        The user's table of pairs of countries.
    effects_cities : int
        Cities on each side of the model with effects.

    """

    least_km: float = 1.0
    frictions: CountryFrictions | None = None
    effects_cities: int = 1000

    @property
    def missing(self) -> tuple[str, ...]:
        """Covariates of a full set that the study has no table of."""
        return tuple(name for name in OF_A_TABLE if self.frictions is None or name not in self.frictions.pairs)


def fit_specification(
    number: int, cities: pd.DataFrame, ties: pd.DataFrame, options: Options | None = None, *, network: str = IMPACT
) -> Fitted:
    """Fit one specification to the flows between all cities.

    Parameters
    ----------
    number : int
        1 to 5.
    cities : pandas.DataFrame
        city, country, latitude, longitude, works, citations_made, scientists.
    ties : pandas.DataFrame
        src (cites, or left), dst (is cited, or where he came to), weight.
    options : Options, optional
        What all models share.
    network : str
        "impact" or "migration"; to stay in a city is no move, so that moves have no pairs of a city with itself.
    """
    own = options or Options()
    usable = _usable(number, cities, network)
    rows, columns = _sides(network, usable, ties)
    if number == EFFECTS:
        rows, columns = (_most(side, ties, end, own.effects_cities) for side, end in ((rows, "src"), (columns, "dst")))
    every = _sides(network, cities, ties)
    size = {"n_citing": len(rows), "n_cited": len(columns), "n_pairs": len(rows) * len(columns)}
    left = {"left_out_citing": len(every[0]) - len(rows), "left_out_cited": len(every[1]) - len(columns)}
    row: dict[str, Any] = {"network": network, "specification": number, **size, **left, "message": ""}
    try:
        fit, coefficients = _fit(number, network, rows, columns, ties, own)
    except GravityError as error:
        return Fitted(row | {"status": "failed", "message": str(error)}, [])
    key = {"network": network, "specification": number}
    return Fitted(row | fit, [key | coefficient for coefficient in coefficients])


def _usable(number: int, cities: pd.DataFrame, network: str) -> pd.DataFrame:
    """Return the cities that have all covariates of a specification, sorted by country and solar hour."""
    kept = pd.Series(True, index=cities.index)
    if number in (2, 3, 4) or network == MIGRATION:
        kept &= cities["scientists"] > 0
    if number >= 3:
        kept &= cities["latitude"].notna() & cities["longitude"].notna()
    if number >= 4:
        kept &= cities["country"].notna()
    chosen = cities[kept]
    hours = solar_hour(chosen["longitude"].fillna(0.0))
    return chosen.assign(hour=hours, country=chosen["country"].fillna("")).sort_values(
        ["country", "hour", "city"], ignore_index=True
    )


def _sides(network: str, cities: pd.DataFrame, ties: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cities of the rows and of the columns of the grid."""
    if network == MIGRATION:
        there = cities[cities["scientists"] > 0]
        return there, there
    return cities[cities["citations_made"] > 0], cities[cities["works"] > 0]


def _most(side: pd.DataFrame, ties: pd.DataFrame, end: str, number: int) -> pd.DataFrame:
    """Return the cities of a side with most flows at that end, in the order of the side."""
    total = ties.groupby(end)["weight"].sum()
    flows = side["city"].map(total).fillna(0)
    kept = side.assign(flows=flows).sort_values(["flows", "city"], ascending=[False, True]).head(number)
    return side.loc[kept.index.sort_values()].reset_index(drop=True)


def _fit(
    number: int, network: str, rows: pd.DataFrame, columns: pd.DataFrame, ties: pd.DataFrame, options: Options
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the fit of the covariates that the data say something about, and which those are not."""
    if rows.empty or columns.empty:
        raise GravityError("no city is left that has all covariates: nothing can be fitted")
    same = _same(rows, columns)
    left_out: list[str] = []
    dropped: set[str] = set()
    while True:
        try:
            if number == EFFECTS:
                fit, coefficients = _with_effects(network, rows, columns, ties, same, options, dropped)
            else:
                fit, coefficients = _with_sizes(number, network, rows, columns, ties, same, options, dropped)
        except GravityError as error:
            if error.covariate not in PAIRS[1:] or error.covariate in dropped:
                raise
            dropped.add(error.covariate)
            left_out.append(str(error))
            continue
        return fit | {"message": "; ".join([*left_out, *_unknown(number, rows, columns, options)])}, coefficients


def _unknown(number: int, rows: pd.DataFrame, columns: pd.DataFrame, options: Options) -> list[str]:
    if number < 4 or options.frictions is None:
        return []
    countries = set(rows["country"]) | set(columns["country"])
    lacking = sorted(countries - options.frictions.known)
    if not lacking:
        return []
    return [f"the table of countries has no row of {', '.join(lacking)}: what it says of others is 0 for them"]


def _same(rows: pd.DataFrame, columns: pd.DataFrame) -> NDArray[np.int64]:
    place = {city: at for at, city in enumerate(columns["city"])}
    pairs = [(at, place[city]) for at, city in enumerate(rows["city"]) if city in place]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _with_sizes(
    number: int,
    network: str,
    rows: pd.DataFrame,
    columns: pd.DataFrame,
    ties: pd.DataFrame,
    same: NDArray[np.int64],
    options: Options,
    dropped: set[str],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    grid, near = _grid(number, network, rows, columns, same, options, dropped)
    flows = _flows(network, rows, columns, ties, grid)
    found = fit_ppml(grid, flows)
    fit = {
        "n_pairs": found.n_pairs,
        "n_positive": found.n_positive,
        "near_pairs": near,
        "mcfadden": found.mcfadden,
        "squared_correlation": found.squared_correlation,
        "two_way_clipped": found.two_way_clipped,
        "status": "converged" if found.converged else "not converged",
    }
    return fit, _coefficients(found, city_influence(grid, flows, found, same=same))


def _grid(
    number: int,
    network: str,
    rows: pd.DataFrame,
    columns: pd.DataFrame,
    same: NDArray[np.int64],
    options: Options,
    dropped: set[str],
) -> tuple[Grid, int | None]:
    of_columns, of_rows = _masses(number, network, rows, columns)
    moves: dict[str, Any] = {"same": same, "without_same": True} if network == MIGRATION else {}
    if number < 3:
        return make_grid(of_columns, of_rows, **moves), None
    points = [side[["latitude", "longitude"]].to_numpy(float) for side in (rows, columns)]
    distance, near = log_distances(points[0], points[1], same, least_km=options.least_km)
    if SAME_CITY not in dropped and network != MIGRATION:
        moves = {"same": same}
    more: dict[str, Any] = {}
    if number >= 4:
        groups, numbers = _groups(rows, columns)
        tables = {name: table for name, table in _tables(groups, options).items() if name not in dropped}
        more = {"tables": tables, "row_group": numbers[0], "column_group": numbers[1]}
    return make_grid(of_columns, of_rows, log_distance=distance, **moves, **more), near


def _masses(
    number: int, network: str, rows: pd.DataFrame, columns: pd.DataFrame
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    def logarithm(side: pd.DataFrame, name: str) -> NDArray[np.float64]:
        return np.asarray(np.log(side[name].to_numpy(float)))

    if network == MIGRATION:
        return {MOVERS[0]: logarithm(columns, "scientists")}, {MOVERS[1]: logarithm(rows, "scientists")}
    of_columns, of_rows = {OUTPUT: logarithm(columns, "works")}, {MADE: logarithm(rows, "citations_made")}
    if number >= 2:
        of_columns[SCIENTISTS[0]] = logarithm(columns, "scientists")
        of_rows[SCIENTISTS[1]] = logarithm(rows, "scientists")
    return of_columns, of_rows


def _groups(rows: pd.DataFrame, columns: pd.DataFrame) -> tuple[pd.DataFrame, list[NDArray[np.int64]]]:
    """Return the groups of country and solar hour, and the group of every row and column."""
    groups = pd.concat([rows, columns])[["country", "hour"]].drop_duplicates().sort_values(["country", "hour"])
    at = {key: number for number, key in enumerate(groups.itertuples(index=False, name=None))}
    sides = [side[["country", "hour"]].itertuples(index=False, name=None) for side in (rows, columns)]
    return groups, [np.array([at[key] for key in side], np.int64) for side in sides]


def _tables(groups: pd.DataFrame, options: Options) -> dict[str, NDArray[np.float64]]:
    """Return what is known of every two groups: country, border, hours, and what the user's table says."""
    country, hour = groups["country"].to_numpy(), groups["hour"].to_numpy()
    given = options.frictions.pairs if options.frictions else {}
    adjacent = given.get(BORDER, neighbours())
    names, at = np.unique(country, return_inverse=True)

    def spread(values: Any) -> NDArray[np.float64]:
        return np.asarray(values, dtype=np.float64)[np.ix_(at, at)]

    found = {
        COUNTRY: spread(np.eye(len(names))),
        BORDER: spread([[(a, b) in adjacent and a != b for b in names] for a in names]),
        HOURS: np.asarray(hours_apart(hour[:, None], hour[None, :]), dtype=np.float64),
    }
    for name in OF_A_TABLE:
        if options.frictions is not None and name in given:
            frictions = options.frictions
            found[name] = spread([[frictions.value(name, a, b) for b in names] for a in names])
    return found


def _inside(network: str, rows: pd.DataFrame, columns: pd.DataFrame, ties: pd.DataFrame) -> tuple[Any, Any, Any]:
    """Return row, column and weight of the flows between the cities of the grid."""
    at, to = ({city: place for place, city in enumerate(side["city"])} for side in (rows, columns))
    kept = ties["src"].isin(list(at)) & ties["dst"].isin(list(to))
    if network == MIGRATION:
        kept &= ties["src"] != ties["dst"]
    inside = ties[kept]
    return inside["src"].map(at), inside["dst"].map(to), inside["weight"]


def _flows(network: str, rows: pd.DataFrame, columns: pd.DataFrame, ties: pd.DataFrame, grid: Grid) -> Flows:
    return flows_of(*_inside(network, rows, columns, ties), grid)


def _coefficients(found: PpmlFit, influence: Influence) -> list[dict[str, Any]]:
    rows = _rows(found.names, found.covariance, found.two_way, influence)
    return [
        row
        | {"p_of_one": found.wald(row["name"]), "constructed": row["name"] in found.constructed}
        # what is so whatever the data has no interval
        | (dict.fromkeys(SURE) if row["name"] in found.constructed else {})
        for row in rows
    ]


def _rows(
    names: tuple[str, ...], covariance: NDArray[np.float64], two_way: NDArray[np.float64], influence: Influence
) -> list[dict[str, Any]]:
    """Return estimates, errors and intervals; None in place of an end that nobody knows."""
    ends, cities = influence.intervals(), influence.effective_cities
    return [
        {
            "name": name,
            "estimate": float(influence.coefficients[at]),
            "standard_error": float(np.sqrt(covariance[at, at])),
            "two_way_error": float(np.sqrt(two_way[at, at])),
        }
        | {
            key: float(value) if np.isfinite(value) else None
            for key, value in zip(SURE, (*ends[at], cities[at]), strict=True)
        }
        for at, name in enumerate(names)
    ]


def _with_effects(
    network: str,
    rows: pd.DataFrame,
    columns: pd.DataFrame,
    ties: pd.DataFrame,
    same: NDArray[np.int64],
    options: Options,
    dropped: set[str],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    shape = len(rows), len(columns)
    points = [side[["latitude", "longitude"]].to_numpy(float) for side in (rows, columns)]
    distance, near = log_distances(points[0], points[1], same, least_km=options.least_km)
    one, flows = np.zeros(shape), np.zeros(shape)
    one[same[:, 0], same[:, 1]] = 1.0
    i, j, weight = _inside(network, rows, columns, ties)
    np.add.at(flows, (i.to_numpy(np.int64), j.to_numpy(np.int64)), weight.to_numpy(float))
    groups, numbers = _groups(rows, columns)
    covariates = {DISTANCE: distance} | ({SAME_CITY: one} if network == IMPACT else {})
    covariates |= {name: table[np.ix_(*numbers)] for name, table in _tables(groups, options).items()}
    used = {name: values for name, values in covariates.items() if name not in dropped}
    is_open = np.ones(shape, np.bool_) if network == IMPACT else one == 0
    found: FrictionsFit = fit_frictions(flows, used, is_open=is_open, same=same)
    fit = {
        "n_citing": found.n_rows,
        "n_cited": found.n_columns,
        "n_pairs": found.n_pairs,
        "n_positive": found.n_positive,
        "near_pairs": near,
        "two_way_clipped": found.two_way_clipped,
        "status": "converged" if found.converged else "not converged",
    }
    rows_of_fit = _rows(found.names, found.covariance, found.two_way, found.influence)
    return fit, [row | {"p_of_one": None, "constructed": False} for row in rows_of_fit]
