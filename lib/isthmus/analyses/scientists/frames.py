"""What the section on output, scientists and impact shows, as frames for its charts and tables."""

from typing import Any

import pandas as pd

from isthmus.analyses.scientists import tables as t
from isthmus.report.results import Results, rows_of
from isthmus.report.text import place_name

SHOWN = 20  # countries
OTHER_RULE = {"majority": "at_least_half", "at_least_half": "majority"}


def rule(results: Results) -> str:
    """Return which definition of a scientist of the field the study takes."""
    chosen = str(results.switch("migration.scientists", "majority"))
    return chosen if chosen in OTHER_RULE else "majority"


def output(results: Results) -> pd.DataFrame:
    """Return the rows of `country_output` of the years of the analysis."""
    table = results.table(t.COUNTRY_OUTPUT)
    return table[table["year"].between(*results.years)]


def sums(results: Results) -> pd.DataFrame:
    """Return works, c2 and scientists of each country over the years, with shares of what has a country.

    Columns country, name, works, share_works, c2, share_c2, mean_c2, scientists, scientists_other.
    """
    yearly = output(results)
    found = yearly.groupby("country")[["works", "c2"]].sum(min_count=1).fillna(0.0).reset_index()
    whole = yearly[yearly["c2"].notna()].groupby("country")["works"].sum()
    once = results.table(t.SCIENTIST_TOTALS).dropna(subset="country").set_index("country")
    own = rule(results)
    found["mean_c2"] = found["c2"] / found["country"].map(whole)
    for name, column in (("scientists", own), ("scientists_other", OTHER_RULE[own])):
        found[name] = found["country"].map(once[column]).fillna(0).astype("int64")
    for name in ("works", "c2", "scientists"):
        found[f"share_{name}"] = found[name] / max(found[name].sum(), 1)
    return found.assign(name=found["country"].map(place_name)).sort_values(
        ["works", "country"], ascending=[False, True]
    )


def largest(results: Results, metric: str, *, shown: int | None = None) -> pd.DataFrame:
    """Return the countries with most of a metric: name, value, most first; countries with none of it are left out."""
    number = shown or SHOWN
    found = sums(results).rename(columns={metric: "value"})
    kept = found[found["value"] > 0].sort_values(["value", "country"], ascending=[False, True])
    return kept.head(number)[["country", "name", "value"]].reset_index(drop=True)


def series(results: Results, metric: str) -> pd.DataFrame:
    """Return a metric of the poles by year: year, country, name, value; years without a value are left out."""
    yearly = output(results)
    found = yearly[yearly["country"].isin(results.poles)].rename(columns={metric: "value"}).dropna(subset="value")
    return found.assign(name=found["country"].map(place_name))[["year", "country", "name", "value"]].sort_values(
        ["name", "year"], ignore_index=True
    )


def coverage(results: Results) -> dict[str, float | None]:
    """Return which share of the works has a country by its last author, and which share of the scientists one."""
    totals = results.table(t.OUTPUT_TOTALS)
    inside = totals[totals["year"].between(*results.years)]
    people = results.table(t.SCIENTIST_TOTALS)
    own = rule(results)
    all_of_them = people[own].sum()
    return {
        "works": inside["works_with_country"].sum() / inside["works"].sum() if inside["works"].sum() else None,
        "scientists": people.dropna(subset="country")[own].sum() / all_of_them if all_of_them else None,
    }


def country_rows(results: Results) -> list[dict[str, Any]]:
    """Return the countries with most works as rows of a table."""
    return [row._asdict() for row in rows_of(sums(results).head(SHOWN))]


def caught_up(results: Results, first: str, second: str) -> int | None:
    """Return the first year from which one country publishes as much as another in most years; None where never.

    The year splits the series where "behind before, ahead after" holds best, which the noise of single years does not
    move as it moves the first crossing.
    """
    wide = output(results).pivot_table(index="year", columns="country", values="works", aggfunc="sum").fillna(0)
    if not {first, second} <= set(wide):
        return None
    ahead = (wide[first] >= wide[second]).to_numpy()
    if not ahead[-1:].any() and ahead.mean() < 0.5 and not ahead.any():
        return None
    scores = [(~ahead[:at]).sum() + ahead[at:].sum() for at in range(len(ahead) + 1)]
    at = max(range(len(scores)), key=lambda position: scores[position])
    return None if at == len(ahead) else int(wide.index[at])
