"""The gravity models of a study on pandas: the grid of all cities, and one fit per specification."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.errors import GravityError
from isthmus.geography.neighbours import hours_apart, neighbours, solar_hour
from isthmus.gravity.grid import Grid, log_distances, make_grid
from isthmus.gravity.ppml import PpmlFit, fit_ppml, flows_of

#: Names of the covariates as the report prints them: j is cited, i cites.
OUTPUT, MADE = "works of the cited city", "citations made by the citing city"
SCIENTISTS = ("scientists of the cited city", "scientists of the citing city")
DISTANCE, SAME_CITY = "ln distance", "same city"
BORDERS = ("same country", "shared border", "solar hours apart")
#: What a full set of frictions has beyond these; nothing free and whole to take it from.
MISSING = ("official language", "spoken language", "colonial tie", "common coloniser", "legal origin")


@dataclass(frozen=True)
class Fitted:
    """One specification: a row of `gravity_fits`, rows of `gravity_coefficients`."""

    fit: dict[str, Any]
    coefficients: list[dict[str, Any]]


def fit_specification(number: int, cities: pd.DataFrame, ties: pd.DataFrame, *, least_km: float = 1.0) -> Fitted:
    """Fit one specification to the citations between all cities.

    Parameters
    ----------
    number : int
        1 to 4.
    cities : pandas.DataFrame
        city, country, latitude, longitude, works, citations_made, scientists.
    ties : pandas.DataFrame
        src (cites), dst (is cited), weight.
    least_km : float
        Distances below count as it.
    """
    usable = _usable(number, cities)
    citing, cited = usable[usable["citations_made"] > 0], usable[usable["works"] > 0]
    size = {"n_citing": len(citing), "n_cited": len(cited), "n_pairs": len(citing) * len(cited)}
    left = {
        "left_out_citing": int((cities["citations_made"] > 0).sum()) - len(citing),
        "left_out_cited": int((cities["works"] > 0).sum()) - len(cited),
    }
    row: dict[str, Any] = {"specification": number, **size, **left, "message": ""}
    try:
        grid, near = _grid(number, citing, cited, least_km)
        found = fit_ppml(grid, _flows(citing, cited, ties, grid))
    except GravityError as error:
        return Fitted(row | {"status": "failed", "message": str(error)}, [])
    row |= {
        "n_positive": found.n_positive,
        "near_pairs": near,
        "mcfadden": found.mcfadden,
        "squared_correlation": found.squared_correlation,
        "two_way_clipped": found.two_way_clipped,
        "status": "converged" if found.converged else "not converged",
    }
    return Fitted(row, _coefficients(number, found))


def _usable(number: int, cities: pd.DataFrame) -> pd.DataFrame:
    """Return the cities that have all covariates of a specification, sorted by country and solar hour."""
    kept = pd.Series(True, index=cities.index)
    if number >= 2:
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


def _grid(number: int, citing: pd.DataFrame, cited: pd.DataFrame, least_km: float) -> tuple[Grid, int | None]:
    if citing.empty or cited.empty:
        raise GravityError("no city is left that has all covariates: nothing can be fitted")
    columns = {OUTPUT: np.log(cited["works"].to_numpy(float))}
    rows = {MADE: np.log(citing["citations_made"].to_numpy(float))}
    if number >= 2:
        columns[SCIENTISTS[0]] = np.log(cited["scientists"].to_numpy(float))
        rows[SCIENTISTS[1]] = np.log(citing["scientists"].to_numpy(float))
    if number < 3:
        return make_grid(columns, rows), None
    place = {city: at for at, city in enumerate(cited["city"])}
    same = np.array([(at, place[city]) for at, city in enumerate(citing["city"]) if city in place], np.int64)
    points = [side[["latitude", "longitude"]].to_numpy(float) for side in (citing, cited)]
    distance, near = log_distances(points[0], points[1], same.reshape(-1, 2), least_km=least_km)
    more: dict[str, Any] = {}
    if number >= 4:
        groups = pd.concat([citing, cited])[["country", "hour"]].drop_duplicates().sort_values(["country", "hour"])
        at = {key: number for number, key in enumerate(groups.itertuples(index=False, name=None))}
        more = {
            "tables": _borders(groups),
            **{
                name: np.array([at[key] for key in side[["country", "hour"]].itertuples(index=False, name=None)])
                for name, side in (("row_group", citing), ("column_group", cited))
            },
        }
    return make_grid(columns, rows, log_distance=distance, same=same.reshape(-1, 2), **more), near


def _borders(groups: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return same country, shared border and hours apart of every two groups of country and solar hour."""
    country, hour = groups["country"].to_numpy(), groups["hour"].to_numpy()
    adjacent = neighbours()
    border = np.array([[float((a, b) in adjacent) for b in country] for a in country])
    values = (country[:, None] == country[None, :], border, hours_apart(hour[:, None], hour[None, :]))
    return {name: np.asarray(value, dtype=np.float64) for name, value in zip(BORDERS, values, strict=True)}


def _flows(citing: pd.DataFrame, cited: pd.DataFrame, ties: pd.DataFrame, grid: Grid) -> Any:
    rows = {city: at for at, city in enumerate(citing["city"])}
    columns = {city: at for at, city in enumerate(cited["city"])}
    inside = ties[ties["src"].isin(list(rows)) & ties["dst"].isin(list(columns))]
    return flows_of(inside["src"].map(rows), inside["dst"].map(columns), inside["weight"], grid)


def _coefficients(number: int, found: PpmlFit) -> list[dict[str, Any]]:
    two_way = np.sqrt(np.diag(found.two_way))
    return [
        {
            "specification": number,
            "name": name,
            "estimate": float(found.coefficients[at]),
            "standard_error": float(found.standard_errors[at]),
            "two_way_error": float(two_way[at]),
            "p_of_one": found.wald(name),
            "constructed": name in found.constructed,
        }
        for at, name in enumerate(found.names)
    ]
