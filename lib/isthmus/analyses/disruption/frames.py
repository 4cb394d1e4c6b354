"""What the section on disruption shows, as rows for its tables and charts."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from isthmus.analyses.disruption import tables as t
from isthmus.report.results import Results, records, rows_of
from isthmus.report.text import p_value, place_name, pole_name

WORLD = "world"
#: The readings of whether works disrupt more or less over the years, as the section calls them.
READINGS: Mapping[str, str] = {
    "cd": "CD",
    "cd5": "CD of the short window",
    "cd_all": "CD with works without references",
    "di5": "DI5",
    "above_expected": "CD less its expectation",
}
SHOWN_COUNTRIES, SHOWN_CITIES = 12, 12


def places(results: Results) -> list[str]:
    """Return the places that the study names, in its order, as far as they have works."""
    there = set(results.table(t.DISRUPTION_YEARS)["place"])
    named = results.switch("disruption.places") or results.switch("geography.compare") or results.poles
    return [name for name in named if name in there]


def name_of(place: str) -> str:
    """Return what a place is called: "World", a country's or a bloc's name."""
    return "World" if place == WORLD else pole_name(place)


def years_frame(results: Results) -> pd.DataFrame:
    """Return the rows of `disruption_years` of the world and the named places in the years of the analysis (`who`)."""
    table = results.table(t.DISRUPTION_YEARS)
    order = {name: at for at, name in enumerate([WORLD, *places(results)])}
    chosen = table[table["place"].isin(list(order)) & table["year"].between(*results.years)]
    ordered = chosen.sort_values(["place", "year"], key=lambda c: c.map(order) if c.name == "place" else c)
    share = ordered["without_references"] / ordered["papers"]
    return ordered.assign(who=ordered["place"].map(name_of), share_without=share).reset_index(drop=True)


def readings_frame(results: Results) -> pd.DataFrame:
    """Return the yearly means of the world under each reading: year, reading, mean, low, high."""
    world = years_frame(results)
    world = world[world["place"] == WORLD]
    parts = [
        pd.DataFrame(
            {
                "year": world["year"],
                "reading": label,
                "mean": world[name],
                "low": world[f"{name}_low"],
                "high": world[f"{name}_high"],
            }
        )
        for name, label in READINGS.items()
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset="mean")


def trend_years(results: Results) -> tuple[int, int]:
    """Return the first and last year that trends are of: years whose window is not over are in none."""
    first, last = results.years
    until, window = results.switch("years.citing_until"), results.switch("disruption.last")
    over = window if window is not None else results.switch("disruption.short", 5)
    return first, last if until is None else min(last, int(until) - int(over))


def trend_rows(results: Results) -> list[dict[str, Any]]:
    """Return the trend of each reading of the world and the named places: a row per place and measure."""
    table = results.optional(t.DISRUPTION_TRENDS)
    if table is None:
        return []
    labels = {**READINGS, "class_rank": "rank among works alike"}
    found = {(row.place, row.measure): row for row in rows_of(table)}
    return [
        found[place, measure]._asdict()
        | {
            "who": name_of(place),
            "label": label,
            "p": p_value(found[place, measure].p_value),
            "verdict": found[place, measure].direction if isinstance(found[place, measure].direction, str) else None,
        }
        for place in (WORLD, *places(results))
        for measure, label in labels.items()
        if (place, measure) in found
    ]


def place_rows(results: Results) -> list[dict[Any, Any]]:
    """Return the named places over the significance years, then the countries with most works that are not named."""
    table = results.optional(t.DISRUPTION_PLACES)
    if table is None:
        return []
    named = places(results)
    order = {name: at for at, name in enumerate([WORLD, *named])}
    own = table[table["place"].isin(list(order))].sort_values("place", key=lambda c: c.map(order))
    others = table[(table["place_kind"] == "country") & ~table["place"].isin(named)]
    others = others.sort_values(["measured", "place"], ascending=[False, True]).head(SHOWN_COUNTRIES)
    rows = pd.concat([own, others])
    total = float(rows.loc[rows["place"] == WORLD, "papers"].sum())
    return records(
        rows.assign(
            who=[name_of(place) if place in order else place_name(place) for place in rows["place"]],
            p=rows["p_value"].map(p_value),
            q=rows["q_value"].map(p_value),
            share_without=rows["without_references"] / rows["papers"],
            share_disruptive=rows["most_disruptive"] / rows["measured"].where(rows["measured"] > 0),
            share_developmental=rows["most_developmental"] / rows["measured"].where(rows["measured"] > 0),
            share_papers=rows["papers"] / total if total else float("nan"),
        )
    )


def city_rows(results: Results) -> list[dict[Any, Any]]:
    """Return the cities with most works among the most disruptive over the significance years."""
    table = results.optional(t.DISRUPTION_CITIES)
    if table is None:
        return []
    own = table[table["year"].between(*results.window) & table["name"].notna()]
    summed = own.groupby(["city", "name", "country"], as_index=False)[
        ["measured", "most_disruptive", "most_developmental"]
    ].sum()
    first = summed.sort_values(["most_disruptive", "city"], ascending=[False, True]).head(SHOWN_CITIES)
    return records(first.assign(country=first["country"].map(place_name)))


def without_references(results: Results) -> float:
    """Return the share of the world's works of the analysis that have no recorded reference."""
    world = years_frame(results)
    world = world[world["place"] == WORLD]
    papers = float(world["papers"].sum())
    return float(world["without_references"].sum()) / papers if papers else float("nan")
