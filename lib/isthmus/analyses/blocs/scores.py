"""How published indicators of countries and blocs are found in a study."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from isthmus.analyses.blocs import tables as t
from isthmus.analyses.blocs.nearest import NearestCell, nearest_cell
from isthmus.errors import ConfigError
from isthmus.geography import find_bloc, find_country
from isthmus.report.results import Results, rows_of
from isthmus.report.scoring import (
    HOLDS,
    LABEL,
    SIGN,
    NotComparableError,
    Ours,
    Published,
    Rule,
    magnitude,
    same,
    sign_of,
    sign_text,
    within_points,
    yes_or_no,
)
from isthmus.report.text import count, in_sentence, joined, pole_name
from isthmus.tablespec import TableSpec

CITIES = ("Beijing", "Shanghai", "Guangzhou", "Nanjing")
WORDS = {"China": "CN", "United States": "US", "EU-27": "EU-27", "United Kingdom": "GB"}


def place(text: str) -> str:
    """Return the country's code or bloc's name that a scope means: "UK", "EU", "United States", "EU-27".

    Parameters
    ----------
    text : str
        The words of a published value.
    """
    text = text.strip()
    if text in ("EU", "EU-27"):
        return "EU-27"
    try:
        return find_country(text).code
    except ConfigError:
        return find_bloc(text).name


def _table(results: Results, spec: TableSpec) -> pd.DataFrame:
    found = results.optional(spec)
    if found is None:
        raise NotComparableError(f"these results hold no table {spec.name}")
    return found


def _row(results: Results, spec: TableSpec, **fields: Any) -> Any:
    """Return the only row of a table in which these columns have these values."""
    rows = _table(results, spec)
    for name, value in fields.items():
        rows = rows[rows[name] == value]
    if len(rows) != 1:
        wanted = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in fields.items())
        raise NotComparableError(f"the table {spec.name} has no row of {wanted}")
    return rows.iloc[0]


def _world(results: Results, published: Published) -> Ours:
    row = _row(results, t.BLOC_WORLD_YEARS, year=published.last)
    return Ours(float(row["works"]), count(row["works"]), f"works of the corpus of {published.last}")


def _ratio(results: Results, published: Published) -> Ours:
    listed = list(results.switch("blocs.entities", ()))
    if listed[:1] != ["CN"] or set(listed[1:]) != {"US", "EU-27", "GB"}:
        raise NotComparableError(
            "this study does not compare China with the United States, the EU-27 and the United Kingdom"
        )
    row = _row(results, t.BLOC_WORLD_YEARS, year=published.last)
    others = (
        f"by author fractions {row['ratio_fractional']:.2f}, each paper of the others once {row['ratio_union']:.2f}"
    )
    return Ours(float(row["ratio"]), f"{row['ratio']:.2f}", f"papers of China over the sum of the three; {others}")


def _citations(results: Results, published: Published) -> Ours:
    row = _row(results, t.BLOC_YEARS, entity=place(published.scope), year=published.last)
    made = 100 * float(row["share_citations_made"])
    how = (
        f"citations made in {published.last}, of all to the corpus; by author fractions "
        f"{row['share_citations_made_fractional']:.1%}; citations to date of papers of {published.last} "
        f"{row['share_citations_to_date']:.1%}"
    )
    return Ours(made, f"{made:.1f}%", how)


def _partner(results: Results, published: Published) -> Ours:
    own, _, other = published.scope.partition(" with ")
    entity, named = place(own), [place(word) for word in other.replace(" or ", ", ").split(", ")]
    listed = [name for name in results.switch("blocs.entities", ()) if name != entity]
    key = {"entity": entity, "year": published.last}
    pairs = {name: _row(results, t.BLOC_PARTNERS, among="blocs", partner=name, **key) for name in named}
    if len(named) == 1:
        row = pairs[named[0]]
        how = f"papers with both over all of {in_sentence(entity)}; by author fractions {row['share_fractional']:.1%}"
    elif set(named) == set(listed):
        row = _row(results, t.BLOC_PARTNERS, among="any", partner="any of the others", **key)
        each = joined([f"{pole_name(name)} {pair['share']:.1%}" for name, pair in pairs.items()])
        how = f"papers with any of them over all of {in_sentence(entity)}; with each: {each}"
    else:
        raise NotComparableError(
            f"this study compares {in_sentence(entity)} with {joined(list(map(pole_name, listed)))}"
        )
    share = 100 * float(row["share"])
    return Ours(share, f"{share:.1f}%", how)


def _cell(results: Results) -> NearestCell:
    cell = nearest_cell(results, WORDS)
    if cell is None:
        raise NotComparableError("these results hold no active researchers of China, the United States and the EU-27")
    return cell


def _researchers(results: Results, published: Published) -> Ours:
    cell = _cell(results)
    row = _of_cell(results, cell, place(published.scope), published.last)
    how = f"{cell.words}: of all meanings of active the nearest to the published numbers, by which it was chosen"
    return Ours(float(row["researchers"]), count(row["researchers"]), how)


def _of_cell(results: Results, cell: NearestCell, entity: str, year: int) -> Any:
    key = {"least_papers": cell.least_papers, "window_years": cell.window_years}
    return _row(results, t.ACTIVE_RESEARCHERS, entity=entity, year=year, **key)


def _younger(results: Results, published: Published) -> Ours:
    cell = _cell(results)
    ages = {name: float(_of_cell(results, cell, name, published.last)["median_age"]) for name in ("CN", "US", "EU-27")}
    said = ", ".join(f"{pole_name(name)} {age:g}" for name, age in ages.items())
    how = f"median years since the first work, {cell.words}: {said}"
    return yes_or_no(ages["CN"] < min(ages["US"], ages["EU-27"]), how)


def _organisations(results: Results, published: Published) -> Ours:
    kind, name = _organisation_place(results, published.scope)
    found = _table(results, t.ORGANISATION_COUNTS)
    rows = found[(found["year"] == published.last) & (found["place_kind"] == kind) & (found["place"] == name)]
    if not (found["year"] == published.last).any():
        raise NotComparableError(f"no organisation of {published.last} was counted")
    cells = {(row.level, row.threshold): row for row in rows_of(rows)}
    own = cells.get(("listed", "papers"))
    value = 0 if own is None else int(own.organisations)
    ends = "" if own is None or pd.isna(own.low) else f" (interval {int(own.low)} to {int(own.high)})"
    top, share = (cells.get(key) for key in (("top", "papers"), ("listed", "share")))
    other = [f"at the top above them {0 if top is None else int(top.organisations)}"]
    other.append(f"above the same share of the world {0 if share is None else int(share.organisations)}")
    return Ours(float(value), count(value), f"institutions as listed{ends}; {', '.join(other)}")


def _organisation_place(results: Results, scope: str) -> tuple[str, str]:
    if scope.endswith(" (continent)"):
        return "continent", scope.removesuffix(" (continent)")
    name = place(scope)
    return ("entity", name) if name in results.switch("blocs.entities", ()) else ("country", name)


def _same_or_within_factor(ours: Ours, published: Published) -> bool:
    printed = float(published.value)
    return ours.value == printed if printed == 0 else printed / 2 <= float(ours.value) <= printed * 2


def _across_cities(results: Results, published: Published) -> Ours:
    table = _table(results, t.LARGE_ORGANISATIONS)
    if not (table["year"] == published.last).any():
        raise NotComparableError(f"no organisation of {published.last} was counted")
    own = table[(table["year"] == published.last) & (table["level"] == "listed") & table["above_papers"].astype(bool)]
    counted = {city: int(((own["city"] == city) & (own["country"] == "CN")).sum()) for city in CITIES}
    return yes_or_no(min(counted.values()) > 0, ", ".join(f"{city} {number}" for city, number in counted.items()))


def _top(results: Results, published: Published) -> Ours:
    entity = place(published.scope)
    row = _row(results, t.BLOC_TOP_PARTNERS, entity=entity, among="blocs", year=published.last)
    how = f"{count(row['papers_joint'])} joint papers"
    if isinstance(row["following"], str):
        how += f", then {pole_name(row['following'])} with {count(row['following_papers_joint'])}"
    return Ours(pole_name(row["partner"]), pole_name(row["partner"]), how)


def _trend(results: Results, published: Published) -> Ours:
    if results.years != (published.first, published.last):
        raise NotComparableError(f"the analysis is of {results.years[0]}–{results.years[1]}")
    row = _row(results, t.RELIANCE_TRENDS, entity=place(published.scope))
    sign = sign_of([float(row["slope"])])
    slope, low, high = (f"{100 * row[name]:+.1f}" for name in ("slope", "slope_low", "slope_high"))
    how = (
        f"{slope} points per decade ({low} to {high}); "
        f"largest in {int(row['peak_year'])} ({row['peak_share']:.1%}), {row['last_share']:.1%} in {published.last}"
    )
    return Ours(sign, sign_text(sign), how)


def _connected(results: Results, published: Published) -> Ours:
    table = _table(results, t.CONNECTED_COUNTRIES)
    rows = table[table["year"] == published.last]
    if rows.empty:
        raise NotComparableError(f"there is no collaboration network of {published.last}")
    firsts = {
        name: str(rows.sort_values([name, "country"], ascending=[False, True])["country"].iloc[0])
        for name in ("strength", "degree", "pagerank")
    }
    tally = pd.Series(list(firsts.values())).value_counts()
    leader = str(tally.idxmax()) if tally.max() > 1 else firsts["strength"]
    each = ", ".join(f"{measure} {pole_name(code)}" for measure, code in firsts.items())
    return Ours(leader, pole_name(leader), f"first by two of three measures, else by strength: {each}")


def _points(compute: Callable[[Results, Published], Ours]) -> Rule:
    return Rule(compute, "M", "within 5 points", within_points)


RULES: Mapping[str, Rule] = {
    "n_ai_publications_world": magnitude(_world),
    "output_china_over_us_uk_eu": magnitude(_ratio),
    "output_china_vs_us_uk_eu": magnitude(_ratio),
    "share_world_ai_citations": _points(_citations),
    "share_papers_with_partner": _points(_partner),
    "n_active_researchers": magnitude(_researchers),
    "workforce_younger": same(_younger, HOLDS),
    "n_orgs_gt50_papers": Rule(_organisations, "M", "within a factor of two; none where none", _same_or_within_factor),
    "organisations_across_cities": same(_across_cities, HOLDS),
    "top_collaborator": same(_top, LABEL),
    "foreign_partner_share_trend_sign": same(_trend, SIGN),
    "most_connected_country": same(_connected, LABEL),
}
