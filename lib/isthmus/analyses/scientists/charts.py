"""Charts of what countries publish, who works there and how much they are cited: bars, and lines of the poles."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.scientists import frames
from isthmus.report.charts import finish, year_axis
from isthmus.report.results import Results
from isthmus.report.text import pole_name
from isthmus.report.theme import colour, pole_colour

TITLES = {"works": "Papers", "scientists": "Scientists", "c2": "Citations within two years", "mean_c2": "per paper"}


def bars(results: Results, frame: pd.DataFrame, above: str, what: str, *, form: str = ",", **size: Any) -> Any:
    """Draw countries as bars, the poles in their colours: columns country, name, value, most first."""
    poles = list(results.poles)
    kinds = [pole_name(code) if code in poles else "others" for code in frame["country"]]
    scale = alt.Scale(
        domain=[*map(pole_name, poles), "others"],
        range=[*(pole_colour(at) for at in range(len(poles))), colour("other")],
    )
    chart = (
        alt.Chart(frame.assign(kind=kinds))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(format="~s" if form == "," else form, tickCount=5)),
            y=alt.Y("name:N", title=None, sort=frame["name"].tolist(), axis=alt.Axis(labelLimit=200)),
            color=alt.Color("kind:N", scale=scale, legend=None),
            tooltip=[alt.Tooltip("name:N", title="Country"), alt.Tooltip("value:Q", title=above, format=form)],
        )
    )
    height = {"height": max(16 * len(frame), 40), "width": 300}
    return finish(chart, above=above, description=what, **(height | size))


def lines(results: Results, frame: pd.DataFrame, above: str, what: str, *, form: str = ",", **size: Any) -> Any:
    """Draw the poles by year: columns year, name, value."""
    poles = [pole_name(pole) for pole in results.poles]
    scale = alt.Scale(domain=poles, range=[pole_colour(at) for at in range(len(poles))])
    color = alt.Color(
        "name:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300)
    )
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("name:N", title="Of"),
        alt.Tooltip("value:Q", title=above, format=form),
    ]
    y = alt.Y("value:Q", title=None, axis=alt.Axis(format="~s" if form == "," else form, tickCount=5))
    chart = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=22))
        .encode(x=year_axis(), y=y, color=color, tooltip=tooltip)
    )
    return finish(chart, above=above, description=what, **({"height": 240, "width": 380} | size))


def largest_chart(results: Results, metric: str, **size: Any) -> Any:
    """Draw the countries with most of a metric."""
    what = f"Countries with most: {TITLES[metric].lower()}."
    return bars(results, frames.largest(results, metric), TITLES[metric], what, **size)


def series_chart(results: Results, metric: str, **size: Any) -> Any:
    """Draw a metric of the poles by year."""
    column = frames.rule(results) if metric == "scientists" else metric
    titles = {"mean_c2": "Citations within two years, per paper", "scientists": "Scientists with a work in the year"}
    above = titles.get(metric, TITLES[metric])
    form = ".1f" if metric == "mean_c2" else ","
    frame = frames.series(results, column)
    return lines(results, frame, above, f"{above} of the poles by year.", form=form, **size)
