"""Charts in the plane of both z: the way of one pair, and the most productive countries against a pole."""

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from isthmus.analyses.trajectories.frames import vectors
from isthmus.analyses.trajectories.text import with_support
from isthmus.report.charts import finish
from isthmus.report.results import Results, rows_of
from isthmus.report.text import in_sentence
from isthmus.report.theme import colour
from isthmus.trajectories.labels import KD, KI, LABELS, SC, SD

#: The name under which a page hands the way of the chosen pair to `plane_chart`.
PLANE_DATA = "plane"
#: The colours of labels; charts that show them write the label's letters, too.
LABEL_TOKENS: Mapping[str, str] = {SC: "pole-3", SD: "pole-2", KI: "pole-1", KD: "pole-4"}
_PLANE_HEIGHT = 340
#: Size of the drawing on a phone, in which the names of vectors must not run into each other.
_PHONE, _LETTER, _LINE = (300.0, 360.0), 6.2, 13.0


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


def vectors_chart(results: Results, pole: str, **size: Any) -> Any:
    """Draw where the ties of the most productive countries with a pole start and end; None without trajectories.

    Both axes are symmetric logarithms, so that ties far above zero and those between -1 and 0 are seen together.
    """
    frame = vectors(results, pole)
    if frame.empty:
        return None
    words = [with_support(row.label, row.support) for row in rows_of(frame)]
    frame = frame.assign(shown=_with_room(frame), words=words, label=frame["label"].fillna("none"))
    present = [label for label in (*LABELS, "none") if label in set(frame["label"])]
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=500, symbolOpacity=1)
    color = alt.Color("label:N", title=None, scale=label_scale(present), legend=legend)
    dash = alt.StrokeDash("label:N", title=None, scale=label_dashes(present), legend=legend)
    limits = [_domain(frame, axis) for axis in "xy"]
    scale: list[dict[str, Any]] = [
        {"type": "symlog", "constant": 1, "domain": list(limit), "nice": False} for limit in limits
    ]
    ticks = [[tick for tick in _TICKS if limit[0] <= tick <= limit[1]] for limit in limits]
    x = alt.X(
        "start_x:Q",
        title="Collaboration, z",
        scale=alt.Scale(**scale[0]),
        axis=alt.Axis(values=ticks[0], format="~g", grid=False),
    )
    y = alt.Y(
        "start_y:Q", title=None, scale=alt.Scale(**scale[1]), axis=alt.Axis(values=ticks[1], format="~g", grid=False)
    )
    tips = [
        alt.Tooltip("name:N", title="Country"),
        alt.Tooltip("words:N", title="Label (starts)"),
        alt.Tooltip("start_x:Q", title="Collaboration, start", format=".2f"),
        alt.Tooltip("end_x:Q", title="end", format=".2f"),
        alt.Tooltip("start_y:Q", title="Knowledge exchange, start", format=".2f"),
        alt.Tooltip("end_y:Q", title="end ", format=".2f"),
    ]
    base = alt.Chart(frame)
    lines = base.mark_rule(strokeWidth=2, opacity=0.7).encode(
        x=x, y=y, x2="end_x:Q", y2="end_y:Q", color=color, strokeDash=dash, tooltip=tips
    )
    starts = base.mark_point(size=36, fill=colour("paper"), strokeWidth=1.8, opacity=1).encode(x=x, y=y, color=color)
    ends = base.mark_point(filled=True, size=90, opacity=1).encode(x="end_x:Q", y="end_y:Q", color=color, tooltip=tips)
    named = base.transform_filter("datum.shown != ''")
    right, left = (named.transform_filter(f"datum.shown == '{side}'") for side in ("right", "left"))
    aligned: list[tuple[Any, Literal["left", "right"], int]] = [(right, "left", 8), (left, "right", -8)]
    texts = [
        part.mark_text(align=align, dx=dx, fontSize=11, **style).encode(x="end_x:Q", y="end_y:Q", text="name:N")
        for part, align, dx in aligned
        for style in (
            {"stroke": colour("paper"), "strokeWidth": 3.5, "aria": False},
            {"fill": colour("ink")},
        )
    ]
    chart = alt.layer(*_axes_through_zero(), lines, starts, ends, *texts)
    what = f"Ties of the most productive countries with {in_sentence(pole)}: both z in the first and in the last year."
    return finish(chart, above="Knowledge exchange, z (symmetric log)", description=what, **({"height": 420} | size))


_TICKS = (-100, -50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def _domain(frame: pd.DataFrame, axis: str) -> tuple[float, float]:
    """Return the range of both ends with a margin, zero always in it."""
    values = pd.concat([frame[f"start_{axis}"], frame[f"end_{axis}"], pd.Series([0.0])])
    low, high = _symlog(float(values.min())), _symlog(float(values.max()))
    margin = 0.06 * max(high - low, 0.5)
    return _inverse(low - margin), _inverse(high + margin)


def _symlog(value: float) -> float:
    return float(np.sign(value) * np.log1p(abs(value)))


def _inverse(value: float) -> float:
    return float(np.sign(value) * np.expm1(abs(value)))


def _with_room(frame: pd.DataFrame) -> list[str]:
    """Beside which end a country's name is written ("right", "left"), or "" where it would run into another name.

    The most productive countries choose first; the drawing is taken to be as small as on a phone.
    """
    (left, right), (bottom, top) = (tuple(map(_symlog, _domain(frame, axis))) for axis in "xy")
    width, height = _PHONE
    points = [
        ((_symlog(row.end_x) - left) / (right - left) * width, (top - _symlog(row.end_y)) / (top - bottom) * height)
        for row in rows_of(frame)
    ]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    chosen = []
    for (x, y), name in zip(points, frame["name"], strict=True):
        length = _LETTER * len(name)
        sides = {"right": (x + 7, x + 9 + length), "left": (x - 9 - length, x - 7)}
        boxes = {
            side: (a, y - _LINE / 2, b, y + _LINE / 2) for side, (a, b) in sides.items() if a >= -30 and b <= width
        }
        free = next((side for side, box in boxes.items() if not any(_meet(box, other) for other in taken)), "")
        if free:
            taken.append(boxes[free])
        chosen.append(free)
    return chosen


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def picker_chart() -> Any:
    """Return the way of the chosen pair in the plane; the page hands its rows over."""
    return plane_chart(
        alt.NamedData(name=PLANE_DATA),
        what="The way of the chosen pair in the plane of both z.",
        height=320,
    )
