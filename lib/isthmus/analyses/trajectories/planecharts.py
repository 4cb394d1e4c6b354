"""The way of one pair in the plane of both z, and how labels look wherever they are drawn."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from isthmus.report.charts import finish
from isthmus.report.theme import colour
from isthmus.trajectories.labels import KD, KI, SC, SD

#: The name under which a page hands the way of the chosen pair to `plane_chart`.
PLANE_DATA = "plane"
#: The colours of labels; charts that show them write the label's letters, too.
LABEL_TOKENS: Mapping[str, str] = {SC: "pole-3", SD: "pole-2", KI: "pole-1", KD: "pole-4"}
_PLANE_HEIGHT = 340


def label_colour(label: str | None) -> str:
    """Return the colour of a trajectory's label; the neutral one for a cluster without a name."""
    return colour(LABEL_TOKENS.get(label or "", "other"))


def label_scale(labels: list[str]) -> alt.Scale:
    """Return the colours of labels, in their order."""
    return alt.Scale(domain=labels, range=[label_colour(label) for label in labels])


def label_dashes(labels: list[str]) -> alt.Scale:
    """Return the line styles of labels, in their order: they tell apart what colours alone may not."""
    return alt.Scale(domain=labels, range=[_DASHES.get(label, [1, 0]) for label in labels])


_DASHES = {SC: [1, 0], SD: [8, 4], KI: [2, 3], KD: [10, 3, 2, 3]}


def plane_chart(data: Any, *, what: str, above: str = "Knowledge exchange, z", **size: Any) -> Any:
    """Return the way of a pair through the plane.

    X collaboration, y knowledge exchange, the start hollow, the end filled.

    Parameters
    ----------
    data : object
        Rows as of `isthmus.analyses.trajectories.frames.plane_frame`.
    what : str
        The description for readers who do not see the chart.
    above : str, default 'Knowledge exchange, z'
        The line above the chart.
    size : object
        Width, height.
    """
    base = alt.Chart(data)
    x = alt.X("x:Q", title="Collaboration, z", axis=alt.Axis(tickCount=6, grid=False)).scale(zero=False, nice=True)
    y = alt.Y("y:Q", title=None, axis=alt.Axis(tickCount=6, grid=False)).scale(zero=False, nice=True)
    tips = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("x:Q", title="Collaboration", format=".2f"),
        alt.Tooltip("y:Q", title="Knowledge exchange", format=".2f"),
        alt.Tooltip("raw_x:Q", title="Collaboration, that year alone", format=".2f"),
        alt.Tooltip("raw_y:Q", title="Knowledge exchange, that year alone", format=".2f"),
    ]
    single = base.mark_point(filled=True, size=22, opacity=0.35, color=colour("other"), aria=False).encode(
        x="raw_x:Q", y="raw_y:Q"
    )
    way = base.mark_line(color=colour("pole-3"), strokeWidth=2.5, interpolate="linear").encode(
        x=x, y=y, order=alt.Order("year:Q")
    )
    points = base.mark_point(filled=True, opacity=1, color=colour("pole-3")).encode(
        x=x,
        y=y,
        size=alt.condition("datum.mark != ''", alt.value(150), alt.value(34)),
        fill=alt.condition(_is_first(), alt.value(colour("paper")), alt.value(colour("pole-3"))),
        stroke=alt.value(colour("pole-3")),
        strokeWidth=alt.condition("datum.mark != ''", alt.value(2.5), alt.value(0)),
        tooltip=tips,
    )
    ends = [
        base.transform_filter(chosen)
        .mark_text(dy=dy, fontSize=13, fontWeight="bold", **style)
        .encode(x=x, y=y, text="mark:N")
        for chosen, dy in ((_is_first(), 18), ("datum.mark != '' && !datum.first", -16))
        for style in ({"stroke": colour("paper"), "strokeWidth": 4, "aria": False}, {"fill": colour("ink")})
    ]
    chart = alt.layer(*_axes_through_zero(), single, way, points, *ends)
    return finish(chart, above=above, description=what, **({"height": _PLANE_HEIGHT} | size))


def _is_first() -> str:
    return "datum.mark != '' && datum.first"


def with_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with `first`: whether the row is the start of the way."""
    return frame.assign(first=frame["year"] == frame["year"].min())


def _axes_through_zero() -> list[Any]:
    zero = pd.DataFrame({"zero": [0.0]})
    dashed = alt.Chart(zero).mark_rule(strokeDash=[3, 3], color=colour("other"), aria=False)
    return [dashed.encode(x="zero:Q"), dashed.encode(y="zero:Q")]


def picker_chart() -> Any:
    """Return the way of the chosen pair in the plane; the page hands its rows over."""
    return plane_chart(
        alt.NamedData(name=PLANE_DATA),
        what="The way of the chosen pair in the plane of both z.",
        height=320,
    )
