"""The answer key of a world as a page in words."""

from collections.abc import Iterable

import pandas as pd

from isthmus.simulate.world.facts import cities, countries
from isthmus.simulate.world.plan import Plan
from isthmus.simulate.world.sizes import AI, LAYER_NAMES

TIE_HEADINGS = ("pair", "kind", "times size 2000", "2021", "expected weight a year 2017-2021")
TABLES = (
    "`ties.parquet`: the planted pairs; `is_strong`: propensity differs or changes threefold, 30 a year expected.",
    "`weights.parquet`: every pair's weight by size alone, its multiplier and what was drawn, by network and year.",
    "`countries.parquet`: planned shares. `migrants.parquet`: who moved when. `facts.parquet`: the switches.",
)


def page(plan: Plan, ties: pd.DataFrame, facts: pd.DataFrame) -> str:
    """Return what is true in a world, in Markdown.

    Parameters
    ----------
    plan : Plan
        The world.
    ties, facts : pandas.DataFrame
        The tables of the answer key.
    """
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
        lines += ["strong, medium and weak: the propensity changes nine, four and two times."]
    return "\n".join([*lines, "", "## Tables", "", *(f"* {line}" for line in TABLES), ""])


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
