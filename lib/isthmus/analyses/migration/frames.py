"""What the section on migration shows, as frames and rows for its charts and tables."""

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from isthmus.analyses.migration import tables as t
from isthmus.indicators.migration.names import EVERYONE, FIELD, GROUPS, MEASURES, MOVED, RETURN_YEARS, WITH_ORCID
from isthmus.report.results import Results, rows_of
from isthmus.report.statement import Statement, statement
from isthmus.report.text import in_sentence, p_value, place_name, pole_name
from isthmus.tablespec import TableSpec

SHOWN, SHOWN_NET = 20, 12
IN_CHART = 7  # countries on each side of the flow chart; the others stand together
OTHERS = "other countries"
LEVEL = 0.05
MEASURE_NAMES = {"career_age": "years since the first work", "works": "works of the year", "citations": "citations"}
REACH = 1.96  # standard errors of a 95 % interval


def whose(results: Results) -> str:
    """Return whose moves the section is about: those of the field's scientists, where the study looks for them."""
    table = results.optional(t.MIGRATION_FLOWS)
    return FIELD if table is None or FIELD in set(table["scientists"]) else EVERYONE


def whose_words(results: Results) -> str:
    """Return whose moves these are, in words."""
    return "scientists of the field" if whose(results) == FIELD else "scientists"


def flows(results: Results, of: str | None = None) -> pd.DataFrame:
    """Return the flows of the scientists that the section is about, or of others, years of the analysis."""
    return own(results, results.table(t.MIGRATION_FLOWS), of)


def own(results: Results, table: pd.DataFrame, of: str | None = None) -> pd.DataFrame:
    """Return the rows of a table that are of the scientists that the section is about, or of others (`of`)."""
    named = "whose" if "whose" in table else "scientists"  # which is their number where both are there
    return table[table[named] == (of or whose(results))].drop(columns=named)


def optional(results: Results, spec: TableSpec, of: str | None = None) -> pd.DataFrame | None:
    """Return the same rows of a table that may not be there."""
    table = results.optional(spec)
    return None if table is None else own(results, table, of)


def directions(results: Results) -> list[tuple[str, str]]:
    """Return the moves between the poles: (origin, destination)."""
    return list(permutations(results.poles, 2))


def direction_name(origin: str, destination: str) -> str:
    """Return a direction in words: "China to United States"."""
    return f"{pole_name(origin)} to {pole_name(destination)}"


def between_poles(results: Results) -> pd.DataFrame:
    """Return the movers between the poles by year and rule: year, who, rule, movers; 0 in a year without one."""
    table = flows(results).set_index(["origin", "destination", "year"])
    first, last = results.years
    rows = []
    for origin, destination in directions(results):
        for column, rule in (("movers", "gap rule"), ("movers_strict", "strict")):
            counted = table[column].to_dict()
            for year in range(first, last + 1):
                key = (origin, destination, year)
                who = direction_name(origin, destination)
                rows.append({"year": year, "who": who, "rule": rule, "movers": int(counted.get(key, 0))})
    return pd.DataFrame(rows)


def ends(results: Results, pole: str, side: str, of: str | None = None) -> pd.DataFrame:
    """Return where the movers to a pole come from, or where those from it go: country, name, movers, share, most first.

    Parameters
    ----------
    results : Results
        The study.
    pole : str
        Country, or bloc that is a node.
    side : str
        "origin" or "destination": what the rows are.
    of : str | None, optional
        Whose moves; those of the scientists that the section is about where it is None.
    """
    other = "destination" if side == "origin" else "origin"
    table = flows(results, of)
    summed = table[table[other] == pole].groupby(side)["movers"].sum()
    found = summed[summed > 0].rename_axis("country").reset_index()
    found = found.sort_values(["movers", "country"], ascending=[False, True], ignore_index=True)
    return found.assign(name=found["country"].map(place_name), share=found["movers"] / max(found["movers"].sum(), 1))


def in_chart(results: Results, pole: str, side: str) -> pd.DataFrame:
    """Return the largest ends of a pole's flows and all others together: name, country, movers, low, high.

    Ends are stacked from 0 downwards, in units of movers, without gaps.
    """
    found = ends(results, pole, side)
    rest = int(found["movers"][IN_CHART:].sum())
    shown = found.head(IN_CHART)[["country", "name", "movers"]]
    if rest:
        shown = pd.concat([shown, pd.DataFrame([{"country": "", "name": OTHERS, "movers": rest}])], ignore_index=True)
    top = -shown["movers"].cumsum() + shown["movers"]
    return shown.assign(high=top, low=top - shown["movers"])


def net_frame(results: Results) -> pd.DataFrame:
    """Return who wins and who loses most: name, arrivals, departures, net; by net."""
    table = own(results, results.table(t.MIGRATION_COUNTRIES))
    summed = table.groupby("country", as_index=False)[["arrivals", "departures", "net"]].sum()
    ordered = summed.sort_values(["net", "country"], ascending=[False, True])
    extremes = pd.concat([ordered.head(SHOWN_NET), ordered.tail(SHOWN_NET)]).drop_duplicates("country")
    kept = extremes[extremes["net"] != 0]
    return kept.assign(name=kept["country"].map(place_name)).reset_index(drop=True)


def statements(results: Results, of: str | None = None) -> dict[tuple[str, str], Statement]:
    """Return what is said of each tested flow of the significance years, by origin and destination."""
    table = optional(results, t.MIGRATION_PAIRS, of)
    if table is None:
        return {}
    return {(row.origin, row.destination): statement(row, "moves") for row in rows_of(table)}


def origin_rows(results: Results, pole: str) -> list[dict[str, Any]]:
    """Return the largest origins of the movers to a pole with what the test says of each."""
    said = statements(results)
    found = ends(results, pole, "origin").head(SHOWN)
    return [
        {"name": row.name, "movers": row.movers, "share": row.share, "said": said.get((row.country, pole))}
        for row in rows_of(found)
    ]


def return_rows(results: Results, of: str | None = None) -> list[dict[str, Any]]:
    """Return how many of the movers between the poles were back within five years, of moves that are so long ago."""
    last = results.years[1] - RETURN_YEARS
    table = flows(results, of)
    early = table[table["year"] <= last]
    rows = []
    for origin, destination in directions(results):
        way_there = early[(early["origin"] == origin) & (early["destination"] == destination)]
        movers, returned = int(way_there["movers"].sum()), int(way_there["returned"].sum())
        if movers:
            share = returned / movers
            names = {"origin_name": in_sentence(origin), "destination_name": in_sentence(destination)}
            rows.append(
                {"origin": origin, "destination": destination, "movers": movers, "share": share, "until": last} | names
            )
    return rows


def university_rows(results: Results, of: str | None = None) -> list[dict[str, Any]]:
    """Return who came to each pole from a leading university: destination, movers, known, came, share, origins.

    `origins` are the largest ones of those from leading universities: name, share of these, share of all movers.
    """
    table = optional(results, t.UNIVERSITY_MOVERS, of)
    if table is None:
        return []
    rows = []
    for pole in results.poles:
        summed = (
            table[table["destination"] == pole].groupby("origin")[["movers", "with_institution", "from_leading"]].sum()
        )
        movers, known, came = (int(summed[name].sum()) for name in summed)
        if not came:
            continue
        largest = summed.sort_values(["from_leading", "movers"], ascending=False).head(IN_CHART)
        origins = [
            {"name": place_name(row.origin), "share": row.from_leading / came, "of_all": row.movers / movers}
            for row in rows_of(largest.reset_index())
            if row.from_leading
        ]
        rows.append(
            {
                "destination": pole,
                "movers": movers,
                "known": known,
                "came": came,
                "share": came / known,
                "origins": origins,
            }
        )
    return rows


def ancestry_rows(results: Results) -> list[dict[str, Any]]:
    """Return the shares of groups among movers that a file of the user's tells: who, ancestry, movers, share."""
    table = results.optional(t.ANCESTRY_SHARES)
    if table is None:
        return []
    found = table.sort_values(["destination", "origin", "movers"], ascending=[True, True, False])
    return [row._asdict() | {"who": direction_name(row.origin, row.destination)} for row in rows_of(found)]


def profile_frame(results: Results) -> pd.DataFrame:
    """Return the quartiles of each measure in each group: destination, origin, of, who, scientists, quartiles."""
    table = optional(results, t.MIGRATION_PROFILES)
    if table is None:
        return pd.DataFrame()
    at = {name: place for place, name in enumerate((*MEASURES, *GROUPS))}
    found = table.sort_values(
        ["destination", "measure", "group"], key=lambda c: c.map(at) if c.name != "destination" else c
    )
    who = [_group(row.group, row.origin) for row in rows_of(found)]
    where = [f"In {in_sentence(destination)}" for destination in found["destination"]]
    return found.assign(of=found["measure"].map(MEASURE_NAMES), who=who, where=where).reset_index(drop=True)


def _in_order(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return rows sorted by these columns, groups and measures in their own order and not in that of the alphabet."""
    known = {name: f"{place}" for place, name in enumerate((*MEASURES, *GROUPS))}
    return table.sort_values(by, key=lambda column: column.map(lambda text: known.get(text, text)), ignore_index=True)


def _group(group: str, origin: str) -> str:
    return f"moved from {in_sentence(origin)}" if group == MOVED else group


def comparison_rows(results: Results, of: str | None = None) -> list[dict[str, Any]]:
    """Return the movers against the others of the same year: who, of, against, superiority, p, verdict."""
    table = optional(results, t.MIGRATION_COMPARISONS, of)
    if table is None:
        return []
    rows = rows_of(_in_order(table, ["destination", "origin", "measure", "against"]))
    return [
        {
            "origin": row.origin, "destination": row.destination, "measure": row.measure, "against": row.against,
            "who": direction_name(row.origin, row.destination), "of": MEASURE_NAMES[row.measure],
            "movers": int(row.n_first), "others": int(row.n_second), "superiority": row.superiority,
            "p": p_value(row.p_value), "verdict": verdict(row.superiority, row.p_value),
        }
        for row in rows
    ]  # fmt: skip


def verdict(superiority: float, p: float) -> str:
    """Return "higher" or "lower" where the evidence settles it, else "not settled"."""
    if not p < LEVEL:
        return "not settled"
    return "higher" if superiority > 0.5 else "lower"


def tie_frame(results: Results) -> pd.DataFrame:
    """Return joint work with the origin by years since the move: since, who, where, share, low, high, scientists."""
    table = optional(results, t.ORIGIN_TIES_BY_YEAR)
    if table is None:
        return pd.DataFrame()
    reach = REACH * table["standard_error"].astype("float64")
    who = [_group(row.group, row.origin) for row in rows_of(table)]
    where = [f"In {in_sentence(row.destination)}, with {in_sentence(row.origin)}" for row in rows_of(table)]
    bounds = {"low": (table["share"] - reach).clip(lower=0), "high": (table["share"] + reach).clip(upper=1)}
    return table.assign(who=who, where=where, **bounds).sort_values(["where", "who", "since"], ignore_index=True)


def tie_rows(results: Results, of: str | None = None) -> list[dict[str, Any]]:
    """Return joint work after the move by group: who, where, scientists, share, range, points per year, p."""
    table = optional(results, t.ORIGIN_TIES, of)
    if table is None:
        return []
    rows = []
    for row in rows_of(_in_order(table, ["destination", "origin", "group"])):
        reach = REACH * row.sd / np.sqrt(row.scientists)
        rows.append(
            row._asdict()
            | {
                "who": _group(row.group, row.origin),
                "least": max(row.share - reach, 0.0),
                "most": min(row.share + reach, 1),
            }
            | {"p": p_value(row.p_value), "way": way(row.slope, row.p_value)}
        )
    return rows


def matched_rows(results: Results, of: str | None = None) -> list[dict[str, Any]]:
    """Return movers beside those who are alike: where, numbers, shares, what the move adds with its range, p values."""
    table = optional(results, t.MATCHED_MOVERS, of)
    if table is None:
        return []
    return [
        row._asdict()
        | {"p": p_value(row.p_value), "student": p_value(row.student_p), "welch": p_value(row.welch_p)}
        | {"who": direction_name(row.origin, row.destination), "found": row.n_treated > 0}
        for row in rows_of(table.sort_values(["destination", "origin"]))
    ]


def way(slope: float, p: float) -> str:
    """Return "rises" or "falls" where the evidence settles it, else "not settled"."""
    if not p < LEVEL:
        return "not settled"
    return "rises" if slope > 0 else "falls"


def agreement_rows(results: Results) -> list[dict[str, Any]]:
    """Return how the flows agree with published ones; none where the study names no file of them."""
    table = results.optional(t.MIGRATION_AGREEMENT)
    if table is None:
        return []
    rules = {"movers": "gap rule", "movers_strict": "strict rule", "movers_any_gap": "whatever the gap"}
    names = {EVERYONE: "all authors", FIELD: "scientists of the field", WITH_ORCID: "those with an ORCID"}
    return [
        row._asdict() | {"p": p_value(row.p_value), "rule": rules[row.rule], "scientists": names[row.scientists]}
        for row in rows_of(table.sort_values(["compared", "scientists", "rule"]))
    ]
