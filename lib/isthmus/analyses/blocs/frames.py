"""What the section on countries and blocs shows, as rows for its tables."""

from typing import Any

import pandas as pd

from isthmus.analyses.blocs import tables as t
from isthmus.report.results import Results, records, rows_of
from isthmus.report.text import MISSING, capital, in_sentence, p_value, place_name, pole_name
from isthmus.tablespec import TableSpec

SHOWN_COUNTRIES, SHOWN_CITIES = 10, 12


def entities(results: Results) -> list[str]:
    """Return the compared countries and blocs as the study lists them."""
    there = set(results.table(t.BLOC_YEARS)["entity"])
    return [name for name in results.switch("blocs.entities", sorted(there)) if name in there]


def last_year(results: Results) -> int:
    """Return the last year of the analysis that the tables hold."""
    return int(min(results.years[1], results.table(t.BLOC_YEARS)["year"].max()))


def of_last_year(results: Results, spec: TableSpec) -> pd.DataFrame:
    """Return the rows of a table of the last year; none where it was not published."""
    table = results.optional(spec)
    return pd.DataFrame(columns=spec.columns) if table is None else table[table["year"] == last_year(results)]


def years_frame(results: Results) -> pd.DataFrame:
    """Return the rows of `bloc_years` of the analysis with the name of the entity (`who`), by entity and year."""
    table = results.table(t.BLOC_YEARS)
    chosen = table[table["year"].between(*results.years)]
    order = {name: at for at, name in enumerate(entities(results))}
    ordered = chosen.sort_values(["entity", "year"], key=lambda c: c.map(order) if c.name == "entity" else c)
    return ordered.assign(who=ordered["entity"].map(pole_name)).reset_index(drop=True)


def partners_frame(results: Results) -> pd.DataFrame:
    """Return the shares of all ordered pairs by year: year, who, with, share, share_fractional, papers_joint."""
    table = results.table(t.BLOC_PARTNERS)
    pairs = table[(table["among"] == "blocs") & table["year"].between(*results.years)].sort_values(["entity", "year"])
    named = pairs.assign(who=pairs["entity"].map(pole_name), partner=pairs["partner"].map(pole_name))
    return named.rename(columns={"partner": "with"})[
        ["year", "who", "with", "share", "share_fractional", "papers_joint"]
    ]


def partner_matrix(results: Results) -> list[dict[str, Any]]:
    """Return a row per entity: the share of its papers of the last year with each other one, with any, inside."""
    table = of_last_year(results, t.BLOC_PARTNERS)
    cells = {(row.entity, row.partner): row for row in rows_of(table[table["among"].isin(["blocs", "any"])])}
    own = of_last_year(results, t.BLOC_YEARS).set_index("entity")
    names = entities(results)
    return [
        {
            "who": pole_name(entity),
            "cells": [cells.get((entity, partner)) for partner in names],
            "any": cells.get((entity, "any of the others")),
            "internal": own.loc[entity, "share_internal"],
            "international": own.loc[entity, "share_international"],
        }
        for entity in names
    ]


def overtaking_rows(results: Results) -> list[dict[str, Any]]:
    """Return who leads as partner of each entity, since when, and whom it overtook, among blocs and among countries."""
    table = results.optional(t.BLOC_OVERTAKINGS)
    if table is None:
        return []
    found = {(row.entity, row.among): row for row in rows_of(table)}
    return [
        {"who": pole_name(entity), "among": among} | _lead(found[entity, among])
        for among in ("blocs", "countries")
        for entity in entities(results)
        if (entity, among) in found
    ]


def _lead(row: Any) -> dict[str, Any]:
    known = isinstance(row.overtook, str) and pd.notna(row.since_low)
    return {
        "partner": pole_name(row.partner),
        "since": int(row.since),
        "overtook": pole_name(row.overtook) if isinstance(row.overtook, str) else None,
        "interval": f"{int(row.since_low)}–{int(row.since_high)}" if known else None,
        "support": row.support,
    }


def trend_rows(results: Results) -> list[dict[str, Any]]:
    """Return the reliance of each entity on foreign partners: first, last and largest share, and the trend."""
    table = results.optional(t.RELIANCE_TRENDS)
    found = {} if table is None else {row.entity: row for row in rows_of(table)}
    return [
        {
            "who": pole_name(name),
            **found[name]._asdict(),
            "p": p_value(found[name].p_value),
            "peak": MISSING if pd.isna(found[name].peak_year) else str(int(found[name].peak_year)),
        }
        for name in entities(results)
        if name in found
    ]


def connected_rows(results: Results) -> list[dict[Any, Any]]:
    """Return the countries that lead in strength in the last year, with their ranks by all three measures."""
    table = of_last_year(results, t.CONNECTED_COUNTRIES)
    ranks = {name: table[name].rank(ascending=False, method="min") for name in ("degree", "strength", "pagerank")}
    ranked = table.assign(**{f"rank_{name}": rank.astype(int) for name, rank in ranks.items()})
    shown = ranked.sort_values(["strength", "country"], ascending=[False, True]).head(SHOWN_COUNTRIES)
    return records(shown.assign(name=shown["country"].map(place_name)))


def organisation_rows(results: Results) -> list[dict[str, Any]]:
    """Return the large organisations of the world, the entities and continents in the last year: a row per place."""
    table = of_last_year(results, t.ORGANISATION_COUNTS)
    found = {(row.place, row.level, row.threshold): row for row in rows_of(table[table["place_kind"] != "city"])}
    kinds = table.drop_duplicates(["place_kind", "place"])
    continents = sorted(kinds.loc[kinds["place_kind"] == "continent", "place"])
    named = [(name, pole_name(name)) for name in entities(results)]
    places = [*named, *((name, name) for name in continents), ("world", "World")] if len(table) else []
    columns = [(level, threshold) for threshold in ("papers", "share") for level in ("listed", "top")]
    return [{"who": name, "cells": [found.get((place, *column)) for column in columns]} for place, name in places]


def thresholds(results: Results) -> dict[str, float]:
    """Return how many papers a large organisation exceeds in the last year, by threshold; none without any."""
    table = of_last_year(results, t.ORGANISATION_COUNTS).drop_duplicates("threshold")
    return dict(zip(table["threshold"], table["more_than"], strict=True))


def city_rows(results: Results) -> list[dict[Any, Any]]:
    """Return the cities with most large organisations in the last year: as listed, above the fixed number."""
    table = of_last_year(results, t.LARGE_ORGANISATIONS)
    kept = table[(table["level"] == "listed") & table["above_papers"].astype(bool) & table["city"].notna()]
    counted = kept.groupby(["geonames_city_id", "city", "country"], as_index=False).agg(
        organisations=("institution_id", "size"), papers=("papers", "sum")
    )
    shown = counted.sort_values(["organisations", "papers", "city"], ascending=[False, False, True]).head(SHOWN_CITIES)
    return records(shown.assign(country=shown["country"].map(place_name)))


def researcher_tables(results: Results) -> list[dict[str, Any]]:
    """Return the active researchers of each entity in the last year, as rows of least papers and columns of windows."""
    table = of_last_year(results, t.ACTIVE_RESEARCHERS)
    cells = {(row.entity, row.least_papers, row.window_years): row for row in rows_of(table)}
    bars, windows = sorted(set(table["least_papers"])), sorted(set(table["window_years"]))
    return [
        {
            "who": pole_name(name),
            "windows": [int(window) for window in windows],
            "rows": [
                {"least": int(bar), "cells": [cells.get((name, bar, window)) for window in windows]} for bar in bars
            ],
        }
        for name in entities(results)
        if len(table)
    ]


def coverage(results: Results) -> dict[str, float]:
    """Return what share of the last year's works, citations, organisations and researchers can be placed."""
    world = of_last_year(results, t.BLOC_WORLD_YEARS)
    found = {
        "works": _ratio(world, "works_with_country", "works"),
        "citations": _ratio(world, "citations_made_placed", "citations_made"),
        "institutions": float("nan"),
        "researchers": float("nan"),
    }
    organisations = of_last_year(results, t.ORGANISATION_COUNTS)
    if len(organisations):
        found["institutions"] = float(organisations["share_with_institution"].iloc[0])
    active = of_last_year(results, t.ACTIVE_RESEARCHERS)
    return found | ({"researchers": _ratio(active, "world_located", "world_researchers")} if len(active) else {})


def _ratio(table: pd.DataFrame, part: str, whole: str) -> float:
    total = float(table[whole].sum())
    return float(table[part].sum()) / total if total else float("nan")


def in_words(name: str) -> str:
    """Return an entity's name as it begins a sentence: "The United States", "China"."""
    return capital(in_sentence(name))
