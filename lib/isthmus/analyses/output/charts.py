"""Charts of volumes: what the compared countries and blocs publish and how they are cited, and regional clusters."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS
from isthmus.networks.names import COLLABORATION
from isthmus.report.charts import finish, one_two_five, year_axis
from isthmus.report.results import Results
from isthmus.report.text import pole_name
from isthmus.report.theme import colour, pole_colour

_INSIDE, _OUTSIDE = "inside the region", "with countries outside"
_DASHES = ([1, 0], [7, 3], [9, 3, 2, 3], [2, 4])


def output_frame(results: Results) -> pd.DataFrame:
    """Return the yearly output of the compared countries and blocs.

    Year, who, papers, domestic, international, foreign, share.

    `international` papers have a country outside the entity, `domestic` ones none; `foreign` are citations by works
    with a country outside. Empty where the study published no output.
    """
    columns = ["year", "who", "papers", "domestic", "international", "share", "citations", "foreign"]
    if not results.has(ENTITY_YEARS):
        return pd.DataFrame(columns=columns)
    output = results.table(ENTITY_YEARS).sort_values(["entity", "year"])
    frame = pd.DataFrame(
        {
            "year": output["year"].astype(int),
            "who": output["entity"].map(pole_name),
            "papers": output["papers"],
            "domestic": output["papers"] - output["papers_international"],
            "international": output["papers_international"],
            "share": output["papers_international"] / output["papers"].where(output["papers"] > 0),
            "citations": output["citations_received"],
            "foreign": output["citations_received_foreign"],
        }
    )
    order = {name: at for at, name in enumerate(entities(results))}
    return frame.sort_values(["who", "year"], key=lambda c: c.map(order) if c.name == "who" else c, ignore_index=True)


def entities(results: Results) -> list[str]:
    """Return the compared countries and blocs by name: the poles first, then the others as the study lists them."""
    if not results.has(ENTITY_YEARS):
        return []
    there = list(dict.fromkeys(results.table(ENTITY_YEARS)["entity"]))
    first = [pole for pole in results.poles if pole in there]
    return [pole_name(code) for code in dict.fromkeys([*first, *there])]


def output_chart(results: Results, **size: Any) -> Any:
    """Draw international and domestic papers of the compared countries and blocs by year; None without output."""
    frame = output_frame(results)
    if frame.empty:
        return None
    kinds = ["international", "domestic"]
    long = frame.melt(["year", "who", "papers"], kinds, "kind", "number")
    long = long[long["number"] > 0]
    if long.empty:
        return None
    ticks = one_two_five(long["number"])
    line = (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=26))
        .encode(
            x=year_axis(),
            y=alt.Y("number:Q", title=None, axis=alt.Axis(values=ticks, format="~s")).scale(
                type="log", nice=False, domain=[ticks[0], ticks[-1]]
            ),
            color=_colour_of(results),
            strokeDash=alt.StrokeDash(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[[1, 0], [2, 4]]),
                legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300),
            ),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("kind:N", title="Papers that are"),
                alt.Tooltip("number:Q", title="Number", format=","),
                alt.Tooltip("papers:Q", title="All papers", format=","),
            ],
        )
    )  # fmt: skip
    what = "International and domestic papers of the compared countries and blocs, by year."
    return finish(line, above="Papers per year, logarithmic", description=what, **({"height": 300} | size))


def foreign_chart(results: Results, **size: Any) -> Any:
    """Draw the citations that the compared countries and blocs receive from outside, by year; None without output."""
    frame = output_frame(results)
    frame = frame[frame["foreign"] > 0]
    if frame.empty:
        return None
    ticks = one_two_five(frame["foreign"])
    names = entities(results)
    dashes = alt.Scale(domain=names, range=[list(_DASHES[at % 4]) for at in range(len(names))])
    line = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=26))
        .encode(
            x=year_axis(),
            y=alt.Y("foreign:Q", title=None, axis=alt.Axis(values=ticks, format="~s")).scale(
                type="log", nice=False, domain=[ticks[0], ticks[-1]]
            ),
            color=_colour_of(results),
            strokeDash=alt.StrokeDash("who:N", title=None, scale=dashes),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("foreign:Q", title="Citations from outside", format=","),
                alt.Tooltip("citations:Q", title="All citations", format=","),
            ],
        )
    )  # fmt: skip
    what = "Citations received from outside by the compared countries and blocs, by year."
    return finish(line, above="Citations from outside, logarithmic", description=what, **({"height": 300} | size))


def _colour_of(results: Results) -> alt.Color:
    names = entities(results)
    scale = alt.Scale(domain=names, range=[pole_colour(at) for at in range(len(names))])
    return alt.Color(
        "who:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300)
    )


def densities_chart(results: Results, network: str = COLLABORATION, **size: Any) -> Any:
    """Draw the share of possible ties that are significant, inside regions and with the outside.

    None without regions, and where no tie is.
    """
    if not results.has(DENSITIES):
        return None
    rows = results.table(DENSITIES)[results.table(DENSITIES)["network"] == network]
    rows = rows[rows["density_inside"].notna()]  # a region of less than two countries has no tie inside
    if not (rows[["density_inside", "density_outside"]] > 0).any(axis=None):
        return None
    order = list(rows.sort_values("density_inside", ascending=False)["region"])
    frame = rows.melt(["region"], ["density_inside", "density_outside"], "kind", "density").dropna()
    frame["kind"] = frame["kind"].map({"density_inside": _INSIDE, "density_outside": _OUTSIDE})
    frame = frame.merge(
        rows[["region", "inside_significant", "inside_possible", "outside_significant", "outside_possible"]]
    )
    inside = frame["kind"] == _INSIDE
    frame["found"] = frame["inside_significant"].where(inside, frame["outside_significant"])
    frame["possible"] = frame["inside_possible"].where(inside, frame["outside_possible"])
    y = alt.Y("region:N", sort=order, title=None, axis=alt.Axis(domain=False, labelColor=colour("ink"), labelLimit=180))
    kinds = [_INSIDE, _OUTSIDE]
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=[colour("pole-3"), colour("other")]),
        legend=alt.Legend(orient="top"),
    )
    x = alt.X("density:Q", title=None, axis=alt.Axis(format=".1~%", tickCount=5)).scale(zero=True, padding=10)
    span = alt.Chart(rows).mark_rule(strokeWidth=3, color=colour("rule"), aria=False)
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, size=130, opacity=1)
        .encode(
            x=x,
            y=y,
            color=color,
            shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=["circle", "diamond"])),
            tooltip=[
                alt.Tooltip("region:N", title="Region"),
                alt.Tooltip("kind:N", title="Ties"),
                alt.Tooltip("density:Q", title="Significant", format=".1%"),
                alt.Tooltip("found:Q", title="Significant ties", format=","),
                alt.Tooltip("possible:Q", title="Possible ties", format=","),
            ],
        )
    )
    chart = alt.layer(span.encode(y=y, x=alt.X("density_outside:Q"), x2="density_inside:Q"), dots)
    what = "Share of possible ties that the published rule calls, inside regions and with countries outside."
    return finish(
        chart,
        above="Share of the possible ties that the published rule calls",
        description=what,
        **({"height": 34 * max(len(order), 2)} | size),
    )
