"""Centres of mass by year of impact, output and scientists, from the published tables of cities."""

from typing import Any

import numpy as np
import pandas as pd

from isthmus.analyses.cities.frames import METRICS, cities, last_year
from isthmus.analyses.cities.tables import CITIES, CITY_YEARS
from isthmus.indicators.cities.mass import Centre, Shift, planar_centre, pull_km, shift_of, spherical_centre
from isthmus.report.results import Results


def masses(results: Results, metric: str) -> pd.DataFrame:
    """Return the cities of each year that have a metric and coordinates: year, city, mass, latitude, longitude."""
    places = results.table(CITIES)[["city", "latitude", "longitude"]].dropna()
    years = results.table(CITY_YEARS)[["city", "year", metric]].rename(columns={metric: "mass"})
    within = years[years["year"].between(results.years[0], last_year(results, metric)) & (years["mass"].fillna(0) > 0)]
    return within.merge(places, on="city").sort_values(["year", "city"], ignore_index=True)


def centres(results: Results) -> pd.DataFrame:
    """Return the centre of each metric and year: metric, year, latitude, longitude, and those on the sphere."""
    rows = []
    for metric, name in METRICS.items():
        for year, own in masses(results, metric).groupby("year"):
            at = own["mass"], own["latitude"], own["longitude"]
            rows.append((name, int(str(year)), *_point(planar_centre(*at)), *_point(spherical_centre(*at))))
    columns = ["metric", "year", "latitude", "longitude", "sphere_latitude", "sphere_longitude"]
    return pd.DataFrame(rows, columns=columns)


def pulls(results: Results) -> pd.DataFrame:
    """Return how far the city with most impact pulls each centre, year by year: metric, year, km."""
    leader = int(cities(results)["city"].iloc[0])
    rows = []
    for metric, name in METRICS.items():
        for year, own in masses(results, metric).groupby("year"):
            at = np.flatnonzero(own["city"].to_numpy() == leader)
            if len(own) > 1:
                km = pull_km(own["mass"], own["latitude"], own["longitude"], int(at[0])) if at.size else 0.0
                rows.append((name, int(str(year)), km))
    return pd.DataFrame(rows, columns=["metric", "year", "km"])


def shifts(results: Results) -> list[dict[str, Any]]:
    """Return how far the centre of each metric moved over its years, by three readings, and from where to where."""
    table = centres(results)
    found = []
    for name in METRICS.values():
        own = table[table["metric"] == name].sort_values("year")
        if len(own) < 2:
            continue
        path = [Centre(*point) for point in own[["latitude", "longitude"]].to_numpy(float).tolist()]
        moved: Shift = shift_of(path)
        found.append(
            {
                "name": name,
                "first": int(own["year"].iloc[0]),
                "last": int(own["year"].iloc[-1]),
                "from": path[0],
                "to": path[-1],
                "direct": moved.direct,
                "path": moved.path,
                "eastward": moved.eastward,
            }
        )
    return found


def _point(centre: Centre) -> tuple[float, float]:
    return centre.latitude, centre.longitude
