"""Charts of scientists who move: flows to and from the poles, years, net flows, profiles, joint work."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isthmus.analyses.migration import frames
from isthmus.report.charts import finish, unconfigured, year_axis
from isthmus.report.results import Results, rows_of
from isthmus.report.text import in_sentence, pole_name
from isthmus.report.theme import colour, pole_colour

STEPS = 24  # points of the edge of a band
GAP = 0.02  # between bands, of the height
_LEGEND = alt.Legend(orient="top", symbolType="stroke", symbolSize=300)


def flow_chart(results: Results) -> Any:
    """Draw, for each pole, bands from where its movers come and to where they go, as wide as they are many."""
    panels = [_flow_panel(results, pole) for pole in flowing(results)]
    what = "Where scientists who moved to each pole came from, and where those who left it went."
    return finish(alt.vconcat(*panels, spacing=26), width=None, height=None, description=what)


def flowing(results: Results) -> list[str]:
    """Return the poles that somebody moved to or from."""
    return [p for p in results.poles if any(len(frames.ends(results, p, side)) for side in ("origin", "destination"))]


def bands(results: Results, pole: str) -> pd.DataFrame:
    """Return the edges of the bands of a pole: band, name, country, side, movers, x, low, high.

    x runs from 0 (origins) over 1 (the pole) to 2 (destinations); heights are in movers. Bands spread away from the
    pole by a gap, so that small ones can be told apart.
    """
    parts = []
    for side, outer in (("origin", 0.0), ("destination", 2.0)):
        found = frames.in_chart(results, pole, side)
        gap = GAP * max(found["movers"].sum(), 1)
        along: NDArray[np.float64] = np.linspace(0.0, 1.0, STEPS)  # from the outside to the pole
        eased = along**2 * (3 - 2 * along)
        for at, row in enumerate(rows_of(found)):
            shift = -gap * at * (1 - eased)
            parts.append(
                pd.DataFrame(
                    {
                        "band": f"{side} {row.name}", "name": row.name, "country": row.country, "side": side,
                        "movers": row.movers, "x": outer + (1 - outer) * along, "low": row.low + shift,
                        "high": row.high + shift,
                    }
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _flow_panel(results: Results, pole: str) -> Any:
    found = bands(results, pole)
    own = [*results.poles]
    found["kind"] = [pole_name(code) if code in own else "others" for code in found["country"]]
    scale = alt.Scale(
        domain=[*map(pole_name, own), "others"], range=[*(pole_colour(at) for at in range(len(own))), colour("other")]
    )
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.75, 2.75]))
    tooltip = [alt.Tooltip("name:N", title="Country"), alt.Tooltip("movers:Q", title="Movers", format=",")]
    areas = (
        alt.Chart(found)
        .mark_area(opacity=0.55, stroke=colour("paper"), strokeWidth=0.5)
        .encode(
            x=x, y=alt.Y("low:Q", axis=None), y2="high:Q", detail="band:N",
            color=alt.Color("kind:N", scale=scale, legend=None), tooltip=tooltip,
        )
    )  # fmt: skip
    outside = found[found["x"].isin([0.0, 2.0])]
    labels = outside.assign(
        y=(outside["low"] + outside["high"]) / 2, text=[f"{r.name}  {r.movers:,}" for r in rows_of(outside)]
    )
    left = alt.Chart(labels[labels["side"] == "origin"]).mark_text(align="right", dx=-6, fontSize=11)
    right = alt.Chart(labels[labels["side"] == "destination"]).mark_text(align="left", dx=6, fontSize=11)
    texts = [marks.encode(x=x, y="y:Q", text="text:N") for marks in (left, right)]
    title = alt.TitleParams(
        f"To {in_sentence(pole)} from … and from there to …", fontSize=13, color=colour("ink"), anchor="start"
    )
    return unconfigured(alt.layer(areas, *texts).properties(width=640, height=230, title=title))


def years_chart(results: Results, **size: Any) -> Any:
    """Draw the movers between the poles by year and rule."""
    frame = frames.between_poles(results)
    names = [frames.direction_name(*pair) for pair in frames.directions(results)]
    color = alt.Color("who:N", title=None, scale=_colours(names), legend=_LEGEND)
    dash = alt.StrokeDash(
        "rule:N", title=None, legend=_LEGEND, scale=alt.Scale(domain=["gap rule", "strict"], range=[[1, 0], [4, 3]])
    )
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("who:N", title="From"),
        alt.Tooltip("rule:N", title="Rule"),
        alt.Tooltip("movers:Q", title="Movers", format=","),
    ]
    y = alt.Y("movers:Q", title=None, axis=alt.Axis(tickMinStep=1, format="~s"))
    chart = alt.Chart(frame).mark_line().encode(x=year_axis(), y=y, color=color, strokeDash=dash, tooltip=tooltip)
    what = "Scientists who moved between the poles, by year."
    return finish(chart, above="Movers per year", description=what, **({"height": 280} | size))


def net_chart(results: Results, **size: Any) -> Any:
    """Draw the countries that win and lose most movers."""
    frame = frames.net_frame(results)
    order = frame["name"].tolist()
    tooltip = [
        alt.Tooltip("name:N", title="Country"),
        *(alt.Tooltip(f"{name}:Q", title=name.capitalize(), format=",") for name in ("arrivals", "departures", "net")),
    ]
    color = alt.condition("datum.net > 0", alt.value(colour("pole-3")), alt.value(colour("pole-2")))
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("net:Q", title=None, axis=alt.Axis(format="~s", tickMinStep=1)),
            y=alt.Y("name:N", title=None, sort=order, axis=alt.Axis(labelLimit=220)),
            color=color,
            tooltip=tooltip,
        )
    )
    height = {"height": max(18 * len(order), 40)}
    what = "Arrivals without departures of the countries that win and lose most scientists."
    return finish(chart, above="Arrivals without departures", description=what, **(height | size))


def origins_chart(results: Results, pole: str, **size: Any) -> Any:
    """Draw the largest origins of the movers to a pole."""
    frame = frames.ends(results, pole, "origin").head(frames.SHOWN)
    color = colour("accent")
    tooltip = [
        alt.Tooltip("name:N", title="From"),
        alt.Tooltip("movers:Q", title="Movers", format=","),
        alt.Tooltip("share:Q", title="Of all", format=".1%"),
    ]
    chart = (
        alt.Chart(frame)
        .mark_bar(color=color)
        .encode(
            x=alt.X("movers:Q", title=None, axis=alt.Axis(format="~s", tickMinStep=1)),
            y=alt.Y("name:N", title=None, sort=frame["name"].tolist(), axis=alt.Axis(labelLimit=200)),
            tooltip=tooltip,
        )
    )
    what = f"Countries from which most scientists moved to {in_sentence(pole)}."
    height = {"height": max(17 * len(frame), 40), "width": 420}
    return finish(chart, above="Movers over the years of the analysis", description=what, **(height | size))


def profile_chart(results: Results) -> Any:
    """Draw the quartiles of career age, works and citations of movers and others, at each destination."""
    frame = frames.profile_frame(results)
    panels = []
    for measure, words in frames.MEASURE_NAMES.items():
        chosen = frame[frame["measure"] == measure]
        base = alt.Chart(chosen).encode(y=alt.Y("who:N", title=None, sort=None, axis=alt.Axis(labelLimit=220)))
        tooltip = [
            alt.Tooltip("who:N", title="Scientists who"),
            *(alt.Tooltip(f"{name}:Q", title=name, format=",.0f") for name in ("q25", "median", "q75")),
            alt.Tooltip("scientists:Q", title="Scientists", format=","),
        ]
        reach = base.mark_rule(strokeWidth=6, opacity=0.4).encode(
            x=alt.X("q25:Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)), x2="q75:Q", tooltip=tooltip
        )
        middle = base.mark_tick(thickness=3, size=16, color=colour("accent")).encode(x="median:Q", tooltip=tooltip)
        title = alt.TitleParams(words.capitalize(), fontSize=12, color=colour("ink"), anchor="start")
        layered = alt.layer(reach, middle).properties(width=150, height=70)
        row = alt.Row("where:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left", labelOrient="top"))
        panels.append(layered.facet(row=row, title=title).resolve_scale(y="independent"))
    what = "Quartiles of career age, works and citations of scientists who moved, and of others, by destination."
    return finish(alt.hconcat(*panels), width=None, height=None, description=what)


def tie_chart(results: Results) -> Any:
    """Draw the share of works written with somebody in the origin by years since the move, with 95 % intervals."""
    frame = frames.tie_frame(results)
    panels = []
    for where, chosen in frame.groupby("where"):
        names = chosen["who"].drop_duplicates().tolist()
        color = alt.Color("who:N", title=None, scale=_colours(sorted(names, key=_movers_first)), legend=_LEGEND)
        x = alt.X("since:Q", title="Years since the move", axis=alt.Axis(tickMinStep=1, grid=False))
        tooltip = [
            alt.Tooltip("since:Q", title="Years since"),
            alt.Tooltip("who:N", title="Scientists who"),
            alt.Tooltip("share:Q", title="Share of their works", format=".1%"),
            alt.Tooltip("scientists:Q", title="Scientists", format=","),
        ]
        base = alt.Chart(chosen).encode(x=x, color=color)
        axis = alt.Axis(format=".0~%", tickCount=5)
        band = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", title=None, axis=axis), y2="high:Q")
        line = base.mark_line().encode(y=alt.Y("share:Q", title=None, axis=axis), tooltip=tooltip)
        title = alt.TitleParams(str(where), fontSize=13, color=colour("ink"), anchor="start")
        panels.append(alt.layer(band, line).properties(width=290, height=220, title=title))
    rows = [alt.hconcat(*panels[at : at + 2]).resolve_scale(color="independent") for at in range(0, len(panels), 2)]
    what = "Share of works written with somebody in the country of origin, by years since the move."
    return finish(alt.vconcat(*rows), width=None, height=None, description=what)


def _movers_first(name: str) -> tuple[bool, str]:
    return not name.startswith("moved from"), name


def _colours(names: list[str]) -> alt.Scale:
    return alt.Scale(domain=names, range=[pole_colour(at) for at in range(len(names))])
