"""The answer key of a world as a page in words."""

from collections.abc import Iterable, Mapping

import pandas as pd

from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.sizes import AI, LAYER_NAMES
from isthmus.simulate.world.ties import RATIOS

TIE_HEADINGS = ("pair", "kind", "times size 2000", "2021", "expected weight a year 2017-2021")
TABLES = (
    "`ties.parquet`: the planted pairs; `is_strong`: propensity differs or changes threefold, 30 a year expected.",
    "`weights.parquet`: every pair's weight by size alone, its multiplier and what was drawn, by network and year.",
    "`leaders.parquet`: whom China, the United States and the United Kingdom are planned to write most with.",
    "`bloc_papers.parquet`, `bloc_partners.parquet`, `organisations.parquet`, `researchers.parquet`: papers, joint "
    "papers, organisations with more than so many papers and active researchers of China, the United States, the EU-27 "
    "and the United Kingdom, as the records show them, counted without reading these files and without hostile lines.",
    "`countries.parquet`: planned shares. `migrants.parquet`: who moved when. `facts.parquet`: the switches.",
)

DISRUPTION = (
    "`disruption.parquet`: of every work on artificial intelligence the chance that a work which cites it cites one of "
    "its references, too (`consolidation`), and its kind."
)


def page(plan: Plan, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return what is true in a world, in Markdown.

    Parameters
    ----------
    plan : Plan
        The world.
    tables : Mapping[str, pandas.DataFrame]
        The tables of the answer key by their names.
    """
    ties, facts = tables["ties"], tables["facts"]
    lines = ["# What is true in this simulated world", "", *_opening(plan), "", "## Planted", "", *_switches(facts)]
    for switch, title in (("poles", "The poles"), ("ties", "Ties stronger or weaker than size explains, in all years")):
        chosen = ties[ties["switch"] == switch]
        if len(chosen):
            lines += ["", f"## {title}", "", *_table(TIE_HEADINGS, _tie_rows(chosen))]
    trends = ties[ties["switch"] == "trends"]
    if len(trends):
        counts = trends.groupby(["kind", "strength"]).size().unstack(fill_value=0)
        rows = [[kind.replace("_", " "), *map(str, row)] for kind, row in zip(counts.index, counts.values, strict=True)]
        lines += ["", "## Trends from 2000 to 2021", "", *_table(["kind", *counts.columns], rows), ""]
        times = ", ".join(f"{strength} {ratio:g}" for strength, ratio in RATIOS.items())
        lines += [
            f"How many times the propensity changes: {times}; in knowledge divergence with rising collaboration the",
            "collaboration rises by the root of that.",
        ]
    lines += ["", "## Partners and organisations", "", *_changes(tables["leaders"])]
    if "organisations" in tables:
        lines += _growth(tables["organisations"])
    listed = (*TABLES, DISRUPTION) if "disruption" in tables else TABLES
    return "\n".join([*lines, "", "## Tables", "", *(f"* {line}" for line in listed), ""])


def _changes(leaders: pd.DataFrame) -> list[str]:
    """Return, for each compared country, which partner it is planned to write most with, and since when."""
    names = dict(zip(countries().code, countries().name, strict=True))
    lines = []
    for entity, years in leaders.groupby("entity"):
        changed = years[years["partner"] != years["partner"].shift()]
        since = zip(changed["partner"].astype(str), changed["year"].astype(int), strict=True)
        spans = ", ".join(f"{names[partner]} from {year}" for partner, year in since)
        lines.append(f"* {names[str(entity)]} is planned to write most with {spans}.")
    return lines


def _growth(organisations: pd.DataFrame) -> list[str]:
    """Return where the number of large organisations grew most, for each bound."""
    listed = organisations[organisations["level"] == "listed"]
    first, last = int(listed["year"].min()), int(listed["year"].max())
    keys = ["more_than", "country"]
    counts = (
        listed.set_index([*keys, "year"])["organisations"].unstack("year", fill_value=0)[[first, last]].reset_index()
    )
    counts["growth"] = counts[last] - counts[first]
    most = counts.sort_values(["growth", "country"], ascending=[False, True]).drop_duplicates("more_than")
    names = dict(zip(countries().code, countries().name, strict=True))
    return [
        f"* Organisations with more than {row['more_than']} papers grew most in number in {names[row['country']]}: "
        f"{row[first]} in {first}, {row[last]} in {last}."
        for row in most.sort_values("more_than").to_dict("records")
        if row["growth"] > 0
    ]


def _opening(plan: Plan) -> list[str]:
    world, works = plan.world, plan.sizes.works
    layers = ", ".join(f"{int(n):,} {name}" for n, name in zip(works.sum(axis=0), LAYER_NAMES, strict=True))
    return [
        "These records are made up: the people, institutions and papers do not exist. Countries, cities, topics and",
        "concepts carry real names, and countries have their real relative sizes, so that results read like real ones.",
        "They say nothing about the real world.",
        "",
        f"* {world.works:,} works of {world.first_year} to {world.last_year} ({layers}); seed {world.seed}.",
        f"* {len(countries())} countries, {len(cities().name)} cities, {len(plan.places):,} institutions.",
        f"* {int(plan.weights[-1].sum() / 2):,} ties among the {int(works[-1, AI]):,} papers on artificial intelligence"
        f" of {world.last_year}.",
        "* A pair's weight in a year is drawn from the Enhanced Configuration Model of that year's sizes, unless",
        f"  something is planted for it. Luck is correlated by {world.persistence} from year to year; planted pairs",
        "  have less of it.",
    ]


def _switches(facts: pd.DataFrame) -> list[str]:
    on = [f"* **{r.switch}**: {r.description} ({r.size:g} {r.unit})." for r in facts[facts["planted"]].itertuples()]
    off = facts.loc[~facts["planted"], "switch"]
    return on + ([f"* Switched off: {', '.join(off)}."] if len(off) else [])


def _tie_rows(ties: pd.DataFrame) -> list[list[str]]:
    names = dict(zip(countries().code, countries().name, strict=True))
    return [
        [
            f"{names[str(row['src'])]} and {names[str(row['dst'])]}",
            str(row["kind"]).replace("_", " "),
            f"{row['collaboration_2000']:g}",
            f"{row['collaboration_2021']:g}",
            f"{row['expected_window']:.0f}",
        ]
        for row in ties.to_dict("records")
    ]


def _table(headings: Iterable[str], rows: Iterable[list[str]]) -> list[str]:
    listed = [list(headings), *rows]
    listed.insert(1, ["---"] * len(listed[0]))
    return [f"| {' | '.join(row)} |" for row in listed]
