"""How published values on centres of mass are found in a study (AlShebli et al. 2022)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from isthmus.analyses.cities.frames import METRICS
from isthmus.analyses.cities.tables import CITIES, CITY_YEARS
from isthmus.analyses.mass import frames
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError, Ours, Published, Rule, same, sign_of, sign_text
from isthmus.report.text import count

NEAR, DEGREES = 0.25, 5.0


def _shift(results: Results, metric: str) -> dict[str, Any]:
    for spec in (CITIES, CITY_YEARS):
        if not results.has(spec):
            raise NotComparableError(f"these results hold no table {spec.name}")
    for row in frames.shifts(results):
        if row["name"] == METRICS[metric]:
            return row
    raise NotComparableError("no centre of two years is known")


def _eastward(metric: str, *, per_year: bool = False) -> Callable[[Results, Published], Ours]:
    def compute(results: Results, _: Published) -> Ours:
        row = _shift(results, metric)
        km = row["eastward"] / (row["last"] - row["first"] if per_year else 1)
        other = f"{count(row['direct'])} km along the great circle, {count(row['path'])} km along the way"
        return Ours(float(km), f"{km:,.0f}", f"{row['first']}–{row['last']}, at 35 degrees north; {other}")

    return compute


def _latitude(results: Results, _: Published) -> Ours:
    _shift(results, "works")
    table = frames.centres(results)
    mean = float(table["latitude"].mean())
    ends = f"{table['latitude'].min():.1f} to {table['latitude'].max():.1f}"
    return Ours(mean, f"{mean:.1f}", f"mean over metrics and years; {ends}")


def _pull(results: Results, _: Published) -> Ours:
    _shift(results, "works")
    table = frames.pulls(results)
    slopes = {
        str(name): float(np.polyfit(own["year"], own["km"], 1)[0])
        for name, own in table.groupby("metric")
        if len(own) > 1
    }
    if not slopes:
        raise NotComparableError("the pull is known in no two years")
    sign = sign_of(list(slopes.values()))
    said = ", ".join(f"{name} {slope:+,.0f} km a year" for name, slope in slopes.items())
    return Ours(sign, sign_text(sign), f"slope over the years: {said}")


def within_quarter(ours: Ours, published: Published) -> bool:
    """Return whether a distance lies within a quarter of the published one."""
    return abs(float(ours.value) - float(published.value)) <= NEAR * abs(float(published.value))


def within_degrees(ours: Ours, published: Published) -> bool:
    """Return whether a latitude lies within five degrees of the published one."""
    return abs(float(ours.value) - float(published.value)) <= DEGREES


def _kilometres(compute: Callable[[Results, Published], Ours]) -> Rule:
    return Rule(compute, "M", "within 25 %", within_quarter)


RULES: Mapping[str, Rule] = {
    "com_latitude": Rule(_latitude, "M", "within 5 degrees", within_degrees),
    "com_shift_east_impact": _kilometres(_eastward("c2")),
    "com_shift_east_scientists": _kilometres(_eastward("scientists")),
    "com_speed_scientists": _kilometres(_eastward("scientists", per_year=True)),
    "beijing_pull_trend_sign": same(_pull, "the same sign"),
}
