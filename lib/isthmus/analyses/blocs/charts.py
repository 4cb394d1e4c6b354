"""Charts of compared countries and blocs: lines over the years."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.blocs.frames import entities, partners_frame, years_frame
from isthmus.report.charts import finish, one_two_five, unconfigured, year_axis
from isthmus.report.results import Results
from isthmus.report.text import in_sentence, pole_name
from isthmus.report.theme import colour, pole_colour

READINGS = {"share_citations_made": "made in the year", "share_citations_to_date": "to date, of works of the year"}
_PANELS_IN_A_ROW = 2


def names(results: Results) -> list[str]:
    """Return the names of the compared countries and blocs in their order."""
    return [pole_name(name) for name in entities(results)]


def output_chart(results: Results, **size: Any) -> Any:
    """Draw the papers of each entity by year."""
    frame = years_frame(results)
    frame = frame[frame["papers"] > 0]
    ticks = one_two_five(frame["papers"])
    y = alt.Y("papers:Q", title=None, axis=alt.Axis(values=ticks, format="~s")).scale(
        type="log", nice=False, domain=[ticks[0], ticks[-1]]
    )
    tooltip = [
        alt.Tooltip("papers:Q", title="Papers", format=","),
        alt.Tooltip("papers_fractional:Q", title="By author fractions", format=",.0f"),
    ]
    what = "Papers of the compared countries and blocs by year."
    chart = _lines(frame, names(results), y, tooltip)
    return finish(chart, above="Papers per year, logarithmic", description=what, **({"height": 300} | size))


def citations_chart(results: Results, **size: Any) -> Any:
    """Draw the share of the world's citations of each entity by year, in both readings."""
    wide = years_frame(results)
    long = wide.melt(["year", "who"], list(READINGS), "reading", "share").dropna(subset="share")
    long["reading"] = long["reading"].map(READINGS)
    scale = alt.Scale(domain=list(READINGS.values()), range=[[1, 0], [2, 4]])
    dashes = alt.StrokeDash("reading:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke"))
    tooltip = [
        alt.Tooltip("reading:N", title="Citations"),
        alt.Tooltip("share:Q", title="Share of the world", format=".1%"),
    ]
    chart = _lines(long, names(results), _share_axis(), tooltip).encode(strokeDash=dashes)
    what = "Share of the world's citations of the compared countries and blocs by year, in two readings."
    return finish(chart, above="Share of the world's citations", description=what, **({"height": 300} | size))


def reliance_chart(results: Results, **size: Any) -> Any:
    """Draw the share of each entity's papers that have a foreign partner, by year."""
    frame = years_frame(results).dropna(subset="share_international").rename(columns={"share_international": "share"})
    tooltip = [
        alt.Tooltip("share:Q", title="With a foreign partner", format=".1%"),
        alt.Tooltip("share_international_fractional:Q", title="By author fractions", format=".1%"),
        alt.Tooltip("papers:Q", title="Papers", format=","),
    ]
    chart = _lines(frame, names(results), _share_axis(), tooltip)
    what = "Share of the papers of each compared country or bloc with a foreign partner, by year."
    return finish(
        chart, above="Share of the papers with a foreign partner", description=what, **({"height": 300} | size)
    )


def partners_chart(results: Results) -> Any:
    """Draw, in a panel for each entity, the share of its papers with each of the others by year."""
    panels = [unconfigured(_panel(results, entity)) for entity in with_partners(results)]
    rows = [alt.hconcat(*panels[at : at + _PANELS_IN_A_ROW]) for at in range(0, len(panels), _PANELS_IN_A_ROW)]
    what = "Share of the papers of each compared country or bloc with each of the others, by year."
    return finish(alt.vconcat(*rows), width=None, height=None, description=what)


def partner_chart(results: Results, entity: str, **size: Any) -> Any:
    """Draw the share of an entity's papers with each of the others by year."""
    frame = partners_frame(results).dropna(subset="share")
    tooltip = [
        alt.Tooltip("share:Q", title="Share of its papers", format=".1%"),
        alt.Tooltip("share_fractional:Q", title="By author fractions", format=".1%"),
        alt.Tooltip("papers_joint:Q", title="Joint papers", format=","),
    ]
    chart = _lines(frame[frame["who"] == pole_name(entity)], names(results), _share_axis(), tooltip, of="with")
    what = f"Share of the papers of {in_sentence(entity)} with each of the others, by year."
    return finish(chart, description=what, **({"height": 220} | size))


def with_partners(results: Results) -> list[str]:
    """Return the entities that have a paper in the years of the analysis."""
    there = set(partners_frame(results).dropna(subset="share")["who"])
    return [entity for entity in entities(results) if pole_name(entity) in there]


def _panel(results: Results, entity: str) -> Any:
    title = alt.TitleParams(f"Papers of {in_sentence(entity)} with", fontSize=13, color=colour("ink"), anchor="start")
    return partner_chart(results, entity, width=270, height=190).properties(title=title)


def _share_axis() -> alt.Y:
    return alt.Y("share:Q", title=None, axis=alt.Axis(format=".0~%", tickCount=5)).scale(zero=True)


def _lines(frame: pd.DataFrame, order: Sequence[str], y: alt.Y, tooltip: list[alt.Tooltip], of: str = "who") -> Any:
    scale = alt.Scale(domain=list(order), range=[pole_colour(at) for at in range(len(order))])
    color = alt.Color(
        f"{of}:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300)
    )
    first = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip(f"{of}:N", title="With" if of == "with" else "Of"),
    ]
    return (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=26))
        .encode(x=year_axis(), y=y, color=color, tooltip=[*first, *tooltip])
    )
