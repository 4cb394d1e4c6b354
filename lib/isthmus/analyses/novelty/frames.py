"""What the section on novelty shows, as rows for its tables and figures."""

import math
from typing import Any

import pandas as pd

from isthmus.analyses.novelty import tables as t
from isthmus.indicators.novelty.names import CONTENT, CONTEXT, LAST_AUTHOR, LEAST_TOLD_APART, MEASURES, PAIRS, WORLD
from isthmus.nullmodels.grades import FIRM, PROBABLE
from isthmus.report.results import Results, records, rows_of
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import equals, p_value, place_name, pole_name

SHOWN = LAST_AUTHOR
"""The page shows works under the countries of their last author: each counts once, as in the preprint."""

MEASURE_NAMES = {PAIRS: "pairs of cited sources", CONTENT: "concepts", CONTEXT: "cited sources as a combination"}

SHOWN_CITIES = 10
FIRM_RATE, PROBABLE_LEVEL = 0.05, 0.05
NOT_READ = "not read"
STRAYS = 1.96 / math.sqrt(12)
"""Half width of the middle 95 percent of the mean rank of papers drawn at random, times the root of their number."""


def entities(results: Results) -> list[str]:
    """Return the countries and blocs whose hits were tested, as the study lists them."""
    there = set(results.table(t.NOVELTY_YEARS)["entity"])
    return [name for name in results.switch("novelty.entities", ()) if name in there]


def names(results: Results) -> list[str]:
    """Return their names."""
    return [pole_name(entity) for entity in entities(results)]


def years_frame(results: Results) -> pd.DataFrame:
    """Return the rows of the shown counting in the page's order, with names, and how far mean ranks stray by chance.

    rank_low and rank_high are that far below and above the mean rank.
    """
    table = results.table(t.NOVELTY_YEARS)
    chosen = table[
        (table["counting"] == SHOWN)
        & table["entity"].isin(entities(results))
        & table["year"].between(*results.years)
        & (table["scored"] > 0)
    ]
    strays = STRAYS / chosen["scored"] ** 0.5
    named = chosen.assign(
        who=chosen["entity"].map(pole_name),
        about=chosen["measure"].map(MEASURE_NAMES),
        strays=strays,
        rank_low=(chosen["mean_rank"] - strays).clip(0, 1),
        rank_high=(chosen["mean_rank"] + strays).clip(0, 1),
    )
    places = {name: at for at, name in enumerate([*MEASURES, *entities(results)])}
    order = ["measure", "entity", "year"]
    return named.sort_values(order, key=lambda c: c if c.name == "year" else c.map(places)).reset_index(drop=True)


def measures(results: Results) -> list[str]:
    """Return what novelty was measured on, in the page's order."""
    there = set(years_frame(results)["measure"])
    return [measure for measure in MEASURES if measure in there]


def told_apart(results: Results, measure: str) -> float:
    """Return the chance that a shuffled combination is newer than a real one, over all years; NaN where none was rated.

    Parameters
    ----------
    results : Results
        The study's results.
    measure : str
        Content or context.
    """
    table = results.optional(t.NOVELTY_CHECKS)
    own = None if table is None else table[table["measure"] == measure].dropna(subset="lift")
    if own is None or own.empty:
        return math.nan
    return float((own["lift"] * own["sets"]).sum() / own["sets"].sum())


def is_read(results: Results, measure: str) -> bool:
    """Return whether a measure is read: not where its model hardly tells real combinations from shuffled ones."""
    return not told_apart(results, measure) < LEAST_TOLD_APART


def grade(row: Any) -> str:
    """Return how well a row of `novelty_hits` supports that an entity has more or fewer hits than expected."""
    if row.q < FIRM_RATE:
        return FIRM
    return PROBABLE if row.p_two_sided < PROBABLE_LEVEL else NOT_SETTLED


def verdict(row: Any) -> str:
    """Return more or fewer than expected with its grade; never the one without the other."""
    standing = grade(row)
    if standing == NOT_SETTLED:
        return NOT_SETTLED
    return f"{'more' if row.hits > row.expected else 'fewer'} than expected ({standing})"


def evidence(row: Any) -> str:
    """Return the q of a firm row, the p of any other: "q = 0.001"."""
    name, value = ("q", row.q) if grade(row) == FIRM else ("p", row.p_two_sided)
    return f"{name} {equals(p_value(value))}"


def tested(results: Results) -> list[Any]:
    """Return the rows of `novelty_hits` of the shown counting in the page's order."""
    table = results.optional(t.NOVELTY_HITS)
    if table is None:
        return []
    order = {name: at for at, name in enumerate(entities(results))}
    rows = [row for row in rows_of(table) if row.counting == SHOWN and row.entity in order]
    return sorted(rows, key=lambda row: (MEASURES.index(row.measure), order[row.entity]))


def hit_rows(results: Results) -> list[dict[str, Any]]:
    """Return the tested hits of each entity and measure in the page's order."""
    return [
        {
            "who": pole_name(row.entity),
            "about": MEASURE_NAMES[row.measure],
            "papers": row.papers,
            "hits": row.hits,
            "expected": row.expected,
            "ratio": row.ratio,
            "low": row.ratio_low,
            "high": row.ratio_high,
            "verdict": verdict(row) if is_read(results, row.measure) else NOT_READ,
            "evidence": evidence(row),
        }
        for row in tested(results)
    ]


def city_rows(results: Results) -> list[dict[Any, Any]]:
    """Return the cities with most hits over the years of the analysis, by each measure in the page's order."""
    table = results.optional(t.NOVELTY_CITIES)
    if table is None:
        return []
    chosen = table[table["year"].between(*results.years)]
    summed = chosen.groupby(["measure", "city"], as_index=False)[["scored", "hits"]].sum()
    whole = summed.groupby("measure")["hits"].transform("sum")
    called = chosen.drop_duplicates("city").set_index("city")[["name", "country"]]
    rows = summed.assign(share=summed["hits"] / whole.where(whole > 0)).join(called, on="city")
    rows = rows[rows["name"].notna() & (rows["hits"] > 0)].assign(about=rows["measure"].map(MEASURE_NAMES))
    first = rows.sort_values(["hits", "city"], ascending=[False, True]).groupby("measure").head(SHOWN_CITIES)
    first = first.sort_values("measure", key=lambda names: names.map(MEASURES.index), kind="stable")
    return records(first.assign(country=first["country"].map(place_name)))


def coverage_rows(results: Results) -> list[dict[str, Any]]:
    """Return the share of the works with each novelty by year."""
    table = results.optional(t.NOVELTY_COVERAGE)
    if table is None:
        return []
    chosen = table[table["year"].between(*results.years)].sort_values("year")
    return [
        {
            "year": row.year,
            "works": row.works,
            "pairs": row.with_pairs / row.works,
            "content": row.with_content / row.works,
            "context": row.with_context / row.works,
            "too_many": row.too_many_references,
        }
        for row in rows_of(chosen)
    ]


def without_pairs(results: Results) -> float:
    """Return the share of the works of the analysis without a score of pairs of sources; NaN without works."""
    table = results.optional(t.NOVELTY_COVERAGE)
    chosen = None if table is None else table[table["year"].between(*results.years)]
    works = 0 if chosen is None else int(chosen["works"].sum())
    return 1 - float(chosen["with_pairs"].sum()) / works if chosen is not None and works else math.nan


def check_rows(results: Results) -> list[dict[str, Any]]:
    """Return how well the model tells real combinations from shuffled ones, the two measures of a year side by side."""
    table = results.optional(t.NOVELTY_CHECKS)
    if table is None:
        return []
    chosen = table[table["year"].between(*results.years)]
    cells = {(row.year, row.measure): row for row in rows_of(chosen)}
    return [
        {"year": year, **{measure: cells.get((year, measure)) for measure in (CONTENT, CONTEXT)}}
        for year in sorted(set(chosen["year"]))
    ]


def agreement_rows(results: Results) -> list[dict[str, Any]]:
    """Return how far sampled exchanges agree with the exact null model, by year; none without samples."""
    table = results.optional(t.NOVELTY_AGREEMENT)
    if table is None:
        return []
    return [
        {"year": row.year, "papers": row.papers, "spearman": row.spearman, "common": row.hits_in_common}
        for row in rows_of(table[table["year"].between(*results.years)].sort_values("year"))
        if not math.isnan(row.spearman)
    ]


def world_share(results: Results, measure: str, first: int, last: int) -> dict[str, float]:
    """Return the share of the world's hits that each entity of the shown counting has over some years, in percent.

    Parameters
    ----------
    results : Results
        The study's results.
    measure : str
        Pairs, content or context.
    first, last : int
        Years.
    """
    table = results.table(t.NOVELTY_YEARS)
    chosen = table[(table["counting"] == SHOWN) & (table["measure"] == measure) & table["year"].between(first, last)]
    hits = chosen.groupby("entity")["hits"].sum()
    whole = hits.get(WORLD, 0)
    return {str(entity): 100 * number / whole for entity, number in hits.items()} if whole else {}
