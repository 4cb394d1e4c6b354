"""The figures of the section for all scientists that it is about, and for those with an ORCID, side by side."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from isthmus.analyses.migration import frames
from isthmus.analyses.migration import tables as t
from isthmus.indicators.migration.names import ALL_OTHERS, MOVED, WITH_ORCID
from isthmus.report.results import Results
from isthmus.report.text import count, in_sentence, joined, percent

NAMED = 3  # largest origins
NONE = "–"

Said = dict[str, str]
"""What a figure is of -> the figure, in words; in the order of the page."""


def orcid_rows(results: Results) -> list[dict[str, str]]:
    """Return the figures of the section: what, all, with_orcid; none where nobody with an ORCID is in the tables."""
    if not orcid_share(results):
        return []
    every, some = (dict(_said(results, of)) for of in (frames.whose(results), WITH_ORCID))
    return [{"what": what, "all": text, "with_orcid": some.get(what, NONE)} for what, text in every.items()]


def orcid_share(results: Results) -> float | None:
    """Return the share of scientists with an ORCID, each counted once in a year; None where nobody has one."""
    table = results.optional(t.MIGRATION_COUNTRIES)
    present = {} if table is None else table.groupby("scientists")["present"].sum().to_dict()
    if not present.get(WITH_ORCID):
        return None
    return float(present[WITH_ORCID] / present[frames.whose(results)])


def _said(results: Results, of: str) -> Iterator[tuple[str, str]]:
    yield from _flows(results, of)
    yield from _origins(results, of)
    yield from _movers(results, of)
    yield from _universities(results, of)
    yield from _ties(results, of)
    yield from _matched(results, of)


def _flows(results: Results, of: str) -> Iterator[tuple[str, str]]:
    """Say how many there are, how many moved by each rule, how many were back, and what size explains of it."""
    present = frames.own(results, results.table(t.MIGRATION_COUNTRIES), of)["present"].sum()
    yield "Scientists, once in each year with a known place", count(present)
    table, said = frames.flows(results, of), frames.statements(results, of)
    returned = {(row["origin"], row["destination"]): row["share"] for row in frames.return_rows(results, of)}
    for pair in frames.directions(results):
        rows = table[(table["origin"] == pair[0]) & (table["destination"] == pair[1])]
        name = frames.direction_name(*pair)
        yield f"Moves, {name}", f"{count(rows['movers'].sum())} (strict: {count(rows['movers_strict'].sum())})"
        if pair in returned:
            yield f"Undone within five years, {name}", percent(returned[pair], 1)
        if pair in said:
            yield f"The test of moves, {name}", f"{said[pair].times}, {said[pair].verdict}"


def _origins(results: Results, of: str) -> Iterator[tuple[str, str]]:
    net = frames.own(results, results.table(t.MIGRATION_COUNTRIES), of).groupby("country")["net"].sum()
    for pole in results.poles:
        found = frames.ends(results, pole, "origin", of).head(NAMED)
        named = [f"{name} {percent(share, 1)}" for name, share in zip(found["name"], found["share"], strict=True)]
        yield f"Largest origins of moves to {in_sentence(pole)}", joined(named) or NONE
        yield f"Arrivals without departures, {in_sentence(pole)}", f"{int(net.get(pole, 0)):+,}"


def _movers(results: Results, of: str) -> Iterator[tuple[str, str]]:
    profiles = frames.optional(results, t.MIGRATION_PROFILES, of)
    medians = {} if profiles is None else profiles[profiles["group"] == MOVED].set_index(_OF)["median"].to_dict()
    for row in frames.comparison_rows(results, of):
        if row["against"] == ALL_OTHERS:
            median = medians.get((row["destination"], row["origin"], row["measure"]))
            above = f"above others in {percent(row['superiority'], 1)} of pairs, {row['verdict']}"
            middle = "" if median is None else f"median {median:,.0f}; "
            yield f"{row['of'].capitalize()} of movers, {row['who']}", f"{middle}{above}"


_OF = ["destination", "origin", "measure"]


def _universities(results: Results, of: str) -> Iterator[tuple[str, str]]:
    for row in frames.university_rows(results, of):
        known = f"{percent(row['share'], 1)} of {count(row['known'])}"
        yield f"From a leading university, to {in_sentence(row['destination'])}", known


def _ties(results: Results, of: str) -> Iterator[tuple[str, str]]:
    for row in frames.tie_rows(results, of):
        where = f"{in_sentence(row['destination'])}, with {in_sentence(row['origin'])}: {row['who']}"
        trend = "" if pd.isna(row["slope"]) else f"; {100 * row['slope']:+.1f} points a year, {row['way']}"
        yield f"Later works in {where}", f"{percent(row['share'], 1)} of {count(row['scientists'])} scientists{trend}"


def _matched(results: Results, of: str) -> Iterator[tuple[str, str]]:
    for row in frames.matched_rows(results, of):
        yield f"Beside those who are alike, {row['who']}", _added(row)


def _added(row: dict[str, Any]) -> str:
    if not row["found"] or pd.isna(row["low"]):
        return NONE
    points = f"{100 * row['satt']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"
    return f"{points}, {count(row['n_treated'])} movers"
