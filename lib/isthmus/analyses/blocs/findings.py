"""What the comparison of countries and blocs found, in sentences, and how it was done."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from isthmus.analyses.blocs import tables as t
from isthmus.analyses.blocs.frames import entities, last_year, of_last_year
from isthmus.report.results import Results, rows_of
from isthmus.report.section import Paragraph
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import capital, in_sentence, joined, number

SURE = 0.5  # an overtaking is told where the same partner leads in most resamples


def findings(results: Results) -> tuple[str, ...]:
    """Return the findings: output against the others, who overtook whom, who relies less or more on others."""
    return (*_output(results), *_overtakings(results), *_reliance(results))


def _output(results: Results) -> Iterator[str]:
    rows, year = of_last_year(results, t.BLOC_WORLD_YEARS), last_year(results)
    if rows.empty or pd.isna(rows["ratio"].iloc[0]):
        return
    row, (first, *others) = rows.iloc[0], entities(results)
    yield (
        f"In {year} {in_sentence(first)} published {row['ratio']:.2f} times as many papers as "
        f"{joined([in_sentence(name) for name in others])} together "
        f"({row['ratio_fractional']:.2f} by author fractions)."
    )


def _overtakings(results: Results) -> Iterator[str]:
    table = results.optional(t.BLOC_OVERTAKINGS)
    if table is None:
        return
    for row in rows_of(table[(table["among"] == "blocs") & (table["support"] >= SURE)]):
        if not isinstance(row.overtook, str) or pd.isna(row.since_low):
            continue
        yield (
            f"Since {row.since} (interval {int(row.since_low)}–{int(row.since_high)}) {in_sentence(row.entity)} "
            f"publishes most joint papers with {in_sentence(row.partner)}, which overtook {in_sentence(row.overtook)}."
        )


def _reliance(results: Results) -> Iterator[str]:
    """Say who relies less and who more on foreign partners, with slopes and intervals; else that it is not settled."""
    table = results.optional(t.RELIANCE_TRENDS)
    if table is None:
        return
    known = {row.entity: row for row in rows_of(table[table["slope_low"].notna()])}
    ways: dict[str, list[str]] = {"less": [], "more": [], NOT_SETTLED: []}
    for name in entities(results):
        if name in known:
            ways[_way(known[name])].append(name)
    span = f"{results.years[0]}–{results.years[1]}"
    for way in ("less", "more"):
        named = [f"{in_sentence(name)} ({_points(known[name])})" for name in ways[way]]
        if named:
            relies = "relies" if len(named) == 1 else "rely"
            yield f"{capital(joined(named))} {relies} {way} on foreign partners over {span}."
    if ways[NOT_SETTLED]:
        relies = "relies" if len(ways[NOT_SETTLED]) == 1 else "rely"
        who = joined([in_sentence(name) for name in ways[NOT_SETTLED]])
        yield f"Whether {who} {relies} more or less on foreign partners over {span} is {NOT_SETTLED}."


def _way(row: Any) -> str:
    return "less" if row.slope_high < 0 else "more" if row.slope_low > 0 else NOT_SETTLED


def _points(row: Any) -> str:
    slope, low, high = (number(100 * value, 1) for value in (row.slope, row.slope_low, row.slope_high))
    return f"{slope} points per decade, {low} to {high}"


def method(results: Results) -> tuple[Paragraph, ...]:
    """Return how countries and blocs were counted and located."""
    draws, level = results.switch("blocs.replicates"), results.switch("blocs.level")
    counting = (
        "A paper belongs to a bloc or country with at least one affiliation in it in the paper's year; by author "
        "fractions it is divided. A paper is joint if two different countries sign it, one of each side. Shares of "
        "citations are of all citations made in the year to the corpus; beside them those, to date, of papers of the "
        "year."
    )
    researchers = (
        "An author is at home where most of the year's works of any field were written, for five years more at most "
        "where a year names no country. Age counts from the author's first work."
    )
    found = [Paragraph("Countries and blocs", counting)]
    if results.published(t.ACTIVE_RESEARCHERS):
        found.append(Paragraph("Active researchers", researchers))
    if draws and level:
        resampling = (
            f"Intervals ({float(level):.0%}) come from {draws:,} resamples in which every paper counts Poisson(1) "
            "times; those of numbers of organisations are centred on the observed number."
        )
        found.append(Paragraph("Resampled papers", resampling))
    return tuple(found)
