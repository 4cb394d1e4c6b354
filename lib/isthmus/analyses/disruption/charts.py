"""Charts of disruption: readings of the world's works by year, ranks of places, works without references."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.disruption.frames import READINGS, WORLD, name_of, places, readings_frame, years_frame
from isthmus.report.charts import finish, inline, year_axis
from isthmus.report.results import Results
from isthmus.report.theme import colour, pole_colour

_DASHES = ([1, 0], [4, 2], [7, 3], [2, 4], [9, 3, 2, 3])


def readings_chart(results: Results, **size: Any) -> Any:
    """Draw the yearly mean of the world's works under each reading, with intervals."""
    frame, labels = readings_frame(results), list(READINGS.values())
    dashes = alt.StrokeDash(
        "reading:N",
        title=None,
        scale=alt.Scale(domain=labels, range=[list(dash) for dash in _DASHES]),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300, columns=1, labelLimit=300),
    )
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("reading:N", title="Reading"),
        alt.Tooltip("mean:Q", title="Mean", format=".3f"),
    ]
    base = alt.Chart(frame).encode(x=year_axis())
    band = base.mark_area(opacity=0.18, aria=False, color=colour("other")).encode(
        y=alt.Y("low:Q", title=None), y2="high:Q", detail="reading:N"
    )
    line = base.mark_line(color=colour("ink"), point=alt.OverlayMarkDef(size=20, color=colour("ink"))).encode(
        y=alt.Y("mean:Q", title=None, axis=alt.Axis(tickCount=5)), strokeDash=dashes, tooltip=tooltip
    )
    what = "Yearly mean of the world's works under five readings of disruption."
    return finish(band + line, above="Mean of the works of the year", description=what, **({"height": 300} | size))


def ranks_chart(results: Results, **size: Any) -> Any:
    """Draw the mean rank of the works of each named place among the world's works alike, by year, with intervals."""
    frame = years_frame(results)
    frame = frame[frame["place"] != WORLD].dropna(subset="class_rank")
    base = alt.Chart(frame).encode(x=year_axis(), color=_colours(results))
    band = base.mark_area(opacity=0.15, aria=False).encode(
        y=alt.Y("class_rank_low:Q", title=None), y2="class_rank_high:Q"
    )
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("who:N", title="Works of"),
        alt.Tooltip("class_rank:Q", title="Mean rank", format=".3f"),
        alt.Tooltip("measured:Q", title="Works with CD", format=","),
    ]
    axis = alt.Y("class_rank:Q", title=None, axis=alt.Axis(tickCount=5)).scale(zero=False)
    line = base.mark_line(point=alt.OverlayMarkDef(size=26)).encode(y=axis, tooltip=tooltip)
    rule = alt.Chart(inline(values=[{"half": 0.5}])).mark_rule(color=colour("rule"), strokeWidth=1.5).encode(y="half:Q")
    what = "Mean rank of the works of places among the world's works of the same year and number of references."
    above = "Mean rank among works alike; the world's is 0.5, and higher is more disruptive"
    return finish(rule + band + line, above=above, description=what, **({"height": 280} | size))


def references_chart(results: Results, **size: Any) -> Any:
    """Draw the share of works without any recorded reference of the world and the named places by year."""
    frame = years_frame(results)
    order = [name_of(WORLD), *map(name_of, places(results))]
    colours = [colour("other"), *(pole_colour(at) for at in range(len(order) - 1))]
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("who:N", title="Works of"),
        alt.Tooltip("share_without:Q", title="Without references", format=".1%"),
        alt.Tooltip("papers:Q", title="Works", format=","),
    ]
    chart = _line(frame, alt.Y("share_without:Q", title=None, axis=alt.Axis(format=".0~%", tickCount=5)), tooltip)
    chart = chart.encode(color=_colour(order, colours))
    what = "Share of works without any recorded reference, by place and year."
    return finish(
        chart, above="Share of works without a recorded reference", description=what, **({"height": 240} | size)
    )


def _line(frame: pd.DataFrame, y: alt.Y, tooltip: list[alt.Tooltip]) -> Any:
    return (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=26))
        .encode(x=year_axis(), y=y.scale(zero=True), tooltip=tooltip)
    )


def _colours(results: Results) -> alt.Color:
    order = list(map(name_of, places(results)))
    return _colour(order, [pole_colour(at) for at in range(len(order))])


def _colour(order: Sequence[str], colours: Sequence[str]) -> alt.Color:
    scale = alt.Scale(domain=list(order), range=list(colours))
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=300, symbolOpacity=1)
    return alt.Color("who:N", title=None, scale=scale, legend=legend)
