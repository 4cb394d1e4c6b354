"""Charts of cities: ranks over the years, shares of the leading ones, matrices in blocks, venues."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.cities import frames
from isthmus.report.charts import finish, inline, unconfigured, year_axis
from isthmus.report.results import Results, records
from isthmus.report.theme import colour, pole_colour

#: Opacity of the five classes of a cell.
STEPS = (0.0, 0.14, 0.32, 0.52, 0.74, 1.0)
LABELLED = 10
_LOWEST_RANK = 60
_CELL = {True: 19, False: 11}
_SMALL = 30
MORE, LESS = "more than output alone", "less than output alone"


def ranks_chart(results: Results, metric: str, **size: Any) -> Any:
    """Draw the rank of the leading cities by year, the two sides in two colours; the first ones are named."""
    rows = frames.ranks(results, metric)
    rows = rows[rows["year"].between(*results.years) & (rows["rank"] <= _LOWEST_RANK)]
    names = frames.sides(results)
    unit = frames.UNITS[metric]
    color = alt.Color("side:N", title=None, scale=_side_scale(names), legend=alt.Legend(orient="top"))
    y = alt.Y("rank:Q", title=None, axis=alt.Axis(values=[1, 2, 3, 5, 10, 20, 50], grid=True)).scale(
        type="log", reverse=True, domain=[1, _LOWEST_RANK], nice=False
    )
    tooltip = [
        alt.Tooltip("label:N", title="City"),
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("rank:Q", title="Rank"),
        alt.Tooltip("value:Q", title=unit.capitalize(), format=","),
        alt.Tooltip("relative:Q", title="Of the first", format=".0%"),
    ]
    lines = (
        alt.Chart(inline(values=records(rows)))
        .mark_line(point=alt.OverlayMarkDef(size=16), strokeWidth=1.6, opacity=0.8)
        .encode(x=year_axis(), y=y, color=color, detail="label:N", tooltip=tooltip)
    )
    last = rows.sort_values("year").drop_duplicates("label", keep="last")
    named = last[last["rank"] <= LABELLED]
    labels = (
        alt.Chart(inline(values=records(named)))
        .mark_text(align="left", dx=6, fontSize=11)
        .encode(x="year:Q", y=y, text="label:N", color=color)
    )
    what = f"Rank of the leading cities by {unit}, year by year."
    return finish(lines + labels, above=f"Rank by {unit}", description=what, **({"height": 360} | size))


def relative_chart(results: Results, metric: str, **size: Any) -> Any:
    """Draw each leading city's value over the largest of the year."""
    rows = frames.ranks(results, metric)
    rows = rows[rows["year"].between(*results.years)]
    names = frames.sides(results)
    unit = frames.UNITS[metric]
    chart = (
        alt.Chart(inline(values=records(rows)))
        .mark_line(strokeWidth=1.6, opacity=0.8)
        .encode(
            x=year_axis(),
            y=alt.Y("relative:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)),
            color=alt.Color("side:N", title=None, scale=_side_scale(names), legend=None),
            detail="label:N",
            tooltip=[
                alt.Tooltip("label:N", title="City"),
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("relative:Q", title="Of the first", format=".0%"),
                alt.Tooltip("value:Q", title=unit.capitalize(), format=","),
            ],
        )
    )
    what = f"{unit.capitalize()} of the leading cities over those of the first one, year by year."
    return finish(chart, above=f"{unit.capitalize()}, over the first city's", description=what, **size)


def shares_chart(results: Results, **size: Any) -> Any:
    """Draw the share of the leading cities in all cities, by metric and year."""
    rows = frames.shares(results)
    rows = rows[rows["year"].between(*results.years)]
    order = list(frames.METRICS.values())
    scale = alt.Scale(domain=order, range=[pole_colour(at) for at in range(len(order))])
    chart = (
        alt.Chart(inline(values=records(rows)))
        .mark_line()
        .encode(
            x=year_axis(),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)).scale(zero=True),
            color=alt.Color("metric:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke")),
            tooltip=[
                alt.Tooltip("metric:N", title="Of"),
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("share:Q", title="Share of all cities", format=".1%"),
            ],
        )
    )
    what = f"Share of the {frames.SHOWN} leading cities in all cities, year by year."
    return finish(chart, above=f"Share of the {frames.SHOWN} leading cities", description=what, **size)


def matrix_chart(results: Results, network: str, number: int, *, over: bool = False) -> Any:
    """Draw a matrix of the leading cities: who is in the row does something to who is in the column.

    Colours tell the sides of both ends apart, their strength the class by quantiles; over-impact has a colour for more
    and one for less. A dot marks ties that are firmly more, or less, than size explains.
    """
    rows = frames.matrix(results, network, number)
    names = frames.sides(results)
    if over:
        rows = rows.assign(
            hue=rows["over_impact"].map(lambda value: MORE if value > 0 else LESS),
            step=frames.steps(rows["over_impact"]),
        )
        domain = [MORE, LESS]
        hues = [colour("pole-2"), colour("pole-1")]
    else:
        domain = [*names, "across"]
        hues = [pole_colour(at) for at in range(len(names))] + [colour("pole-3")]
    order = list(frames.leading(results, number)["label"])
    cell = _CELL[number <= _SMALL]
    axis = alt.Axis(labelLimit=170, domain=False, ticks=False, labelFontSize=11 if number <= _SMALL else 8)
    legend = [*names, f"between {names[0]} and {names[1]}"] if not over else domain
    rows = rows.assign(hue=rows["hue"].replace({"across": legend[-1]}) if not over else rows["hue"])
    keep = ["source", "target", "hue", "step", "words", "grade"]
    base = alt.Chart(inline(values=records(rows[keep]))).encode(
        x=alt.X("target:N", scale=alt.Scale(domain=order), title=None, axis=axis),
        y=alt.Y("source:N", scale=alt.Scale(domain=order), title=None, axis=axis),
    )
    cells = base.mark_rect(stroke=colour("rule"), strokeWidth=0.5).encode(
        color=alt.Color(
            "hue:N", title=None, scale=alt.Scale(domain=legend, range=hues), legend=alt.Legend(orient="top")
        ),
        fillOpacity=alt.FillOpacity(
            "step:O", scale=alt.Scale(type="ordinal", domain=list(range(len(STEPS))), range=list(STEPS)), legend=None
        ),
        tooltip=[
            alt.Tooltip("source:N", title="Row"),
            alt.Tooltip("target:N", title="Column"),
            alt.Tooltip("words:N", title="Tie"),
        ],
    )
    firm = base.transform_filter("datum.grade == 'firm'").mark_point(
        size=cell, filled=True, color=colour("ink"), opacity=0.75
    )
    chart = cells + firm + _borders(results, number)
    verb = {"impact": "cites the column", "migration": "left for the column", "collaboration": "writes with the column"}
    what = f"Matrix of the {number} leading cities: the row {verb[network]}."
    return finish(chart, width=cell * len(order), height=cell * len(order), description=what)


def _borders(results: Results, number: int) -> Any:
    """Return lines between the blocks of the two sides."""
    order = frames.leading(results, number)
    block = order["block"]
    ends = order["label"][block.ne(block.shift(-1)) & (block.index < len(order) - 1)]
    scale = alt.Scale(domain=list(order["label"]))
    base = alt.Chart(inline(values=[{"at": label} for label in ends]))
    rule = base.mark_rule(color=colour("ink"), strokeWidth=1.5, aria=False)
    across = rule.encode(y=alt.Y("at:N", scale=scale, bandPosition=1))
    return rule.encode(x=alt.X("at:N", scale=scale, bandPosition=1)) + across


def venues_chart(results: Results) -> Any:
    """Draw the works of the two sides in each venue by year, in small panels."""
    rows = frames.venues(results)
    names = frames.sides(results)
    panels = []
    for venue, own in rows.groupby("venue", sort=True):
        title = alt.TitleParams(str(venue), fontSize=11, color=colour("ink"), anchor="start", limit=190)
        panel = (
            alt.Chart(inline(values=records(own)))
            .mark_line(strokeWidth=2)
            .encode(
                x=alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=3, grid=False)),
                y=alt.Y("works:Q", title=None, axis=alt.Axis(tickCount=3)),
                color=alt.Color("side:N", title=None, scale=_side_scale(names), legend=alt.Legend(orient="top")),
                tooltip=[
                    alt.Tooltip("venue:N", title="Venue"),
                    alt.Tooltip("side:N", title="Side"),
                    alt.Tooltip("year:Q", title="Year", format="d"),
                    alt.Tooltip("works:Q", title="Works", format=","),
                    alt.Tooltip("share:Q", title="Of both sides", format=".0%"),
                ],
            )
            .properties(title=title, width=170, height=90)
        )
        panels.append(unconfigured(panel))
    chart = alt.vconcat(*(alt.hconcat(*panels[at : at + 4]) for at in range(0, len(panels), 4)))
    what = f"Works of {names[0]} and {names[1]} in each venue, year by year."
    return finish(chart, width=None, height=None, description=what)


def _side_scale(names: list[str]) -> alt.Scale:
    return alt.Scale(domain=names, range=[pole_colour(at) for at in range(len(names))])


def has_ranks(results: Results, metric: str) -> bool:
    """Return whether there is a rank to draw by a metric in the years of the analysis."""
    rows: pd.DataFrame = frames.ranks(results, metric)
    return bool(rows["year"].between(*results.years).any())
