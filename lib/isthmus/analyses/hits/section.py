"""The section on hits: who writes the papers that are cited most in their year."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd
from scipy.stats import kendalltau

from isthmus.analyses.hits import tables as t
from isthmus.analyses.scientists.charts import bars, lines
from isthmus.analyses.scientists.frames import SHOWN
from isthmus.analyses.scientists.scores import LEVEL
from isthmus.report.results import Results, records
from isthmus.report.section import Figure, Paragraph, Section
from isthmus.report.statement import NOT_SETTLED
from isthmus.report.text import count, equals, in_sentence, joined, p_value, percent, place_name

ABOVE = "Share of the world’s hits"


def section(results: Results) -> Section | None:
    """Return the section on hits; None where the study does not look for them, or no year has any."""
    if not results.has(t.COUNTRY_HITS) or summed(results).empty:
        return None
    return Section(
        id="hits",
        title="Papers that are cited most",
        template="isthmus.analyses.hits/section.html.j2",
        values={
            "wanted": wanted(results),
            "years": records(results.table(t.HIT_YEARS).sort_values("year")),
            "countries": records(summed(results).head(SHOWN)),
            "without": [int(year) for year in without_hits(results)],
        },
        figures=(
            Figure(
                "country_hits",
                "Hits of countries",
                f"Of the {wanted(results):.0%} of each year’s papers that are cited most within two years, those whose "
                "last author is there; of all with a country. Papers at the cut are all hits. Like Figure 1d of "
                "AlShebli et al. 2024.",
                partial(hit_bars, results),
            ),
            Figure("pole_hits", "Hits of the poles by year", "Shares of the year’s hits.", partial(hit_lines, results)),
        ),
        findings=tuple(_findings(results)),
        method=(Paragraph("Hits", _method(results)),),
        contents=(("hits", "Hits"),),
    )


def wanted(results: Results) -> float:
    """Return which share of a year's papers are hits."""
    return float(results.switch("hits.share", 0.01))


def without_hits(results: Results) -> list[int]:
    """Return the years in which the cut is no citation at all."""
    years = results.table(t.HIT_YEARS)
    return sorted(years.loc[years["hits"].isna(), "year"])


def summed(results: Results) -> pd.DataFrame:
    """Return the hits of each country over all years by both rules of ties: country, name, hits, shares; most first."""
    table = results.table(t.COUNTRY_HITS)
    found = table.groupby("country", as_index=False)[["works", "hits", "hits_fractional"]].sum()
    found = found[found["hits"] > 0]
    shares = {
        "share": found["hits"] / found["hits"].sum(),
        "share_fractional": found["hits_fractional"] / found["hits_fractional"].sum(),
        "name": found["country"].map(place_name),
    }
    return found.assign(**shares).sort_values(["hits", "country"], ascending=[False, True], ignore_index=True)


def hit_bars(results: Results, **size: Any) -> Any:
    """Draw the countries with most hits."""
    frame = summed(results).head(SHOWN).rename(columns={"share": "value"})
    what = "Countries with the largest shares of the world's hits."
    return bars(results, frame[["country", "name", "value"]], ABOVE, what, form=".0%", **size)


def hit_lines(results: Results, **size: Any) -> Any:
    """Draw the shares of the poles by year."""
    table = results.table(t.COUNTRY_HITS)
    found = table[table["country"].isin(results.poles)].dropna(subset="share").rename(columns={"share": "value"})
    frame = found.assign(name=found["country"].map(place_name))[["year", "country", "name", "value"]]
    what = "Shares of the world's hits of the poles, by year."
    return lines(results, frame.sort_values(["name", "year"]), ABOVE, what, form=".0%", **size)


def _findings(results: Results) -> Iterator[str]:
    top, years = summed(results).head(2), results.table(t.HIT_YEARS)
    first, last = int(years["year"].min()), int(years["year"].max())
    named = [f"{in_sentence(row['country'])} {percent(row['share'], 1)}" for row in records(top)]
    yield f"Most hits (top {wanted(results):.0%} by citations within two years) of {first}–{last}: {joined(named)}."
    for pole in results.poles:
        found = trend_of(results, pole)
        if found is None or math.isnan(found[1]):
            continue
        p = f"rank correlation, p {equals(p_value(found[1]))}"
        way = "rises" if found[0] > 0 else "falls"
        if found[1] < LEVEL:
            yield f"The share of hits of {in_sentence(pole)} {way} over {first}–{last} ({p})."
        else:
            yield f"Whether the share of hits of {in_sentence(pole)} moves over {first}–{last} is {NOT_SETTLED} ({p})."


def trend_of(results: Results, country: str) -> tuple[float, float] | None:
    """Return the rank correlation of a country's share of hits with the year, and its p; None with too few years."""
    table = results.table(t.COUNTRY_HITS)
    own = table[table["country"] == country].dropna(subset="share")
    if len(own) < 3:
        return None
    found = kendalltau(own["year"], own["share"])
    return float(found.statistic), float(found.pvalue)


def _method(results: Results) -> str:
    years = results.table(t.HIT_YEARS)
    realised = years["realised"].dropna()
    spread = f"{realised.min():.2%} to {realised.max():.2%}" if len(realised) else "–"
    return (
        f"A hit has at least as many citations within two years as the cut of its year, the {1 - wanted(results):.0%} "
        f"quantile over all {count(years['works'].sum())} papers of these years. Where several papers lie at the cut "
        f"all of them are hits, so that the share of hits is {spread}; beside it each counts a part, so that it is the "
        "wanted share. A year whose cut is 0 has none."
    )
