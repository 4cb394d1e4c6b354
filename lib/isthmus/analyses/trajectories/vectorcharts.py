"""Small multiples: one panel for each country's tie with a pole, from the first year to the last."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from isthmus.analyses.trajectories.directions import direction_of
from isthmus.analyses.trajectories.frames import vectors
from isthmus.analyses.trajectories.planecharts import label_dashes, label_scale
from isthmus.analyses.trajectories.text import with_support
from isthmus.report.charts import finish
from isthmus.report.results import Results, rows_of
from isthmus.report.text import capital, in_sentence
from isthmus.report.theme import colour
from isthmus.trajectories.labels import LABEL_NAMES, LABELS

#: Panels in a row of a written figure; the page takes as many as fit.
COLUMNS = 5
_PANEL: Mapping[str, int] = {"width": 140, "height": 92}
_NONE = "none"
#: How strongly a settled direction is drawn, and one that is not.
_SETTLED, _OPEN = 1.0, 0.4
_TICKS = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)


def vectors_chart(results: Results, pole: str) -> Any:
    """Draw where the ties of the most productive countries with a pole start and end; None without trajectories.

    One panel a country, all with the same axes: symmetric logarithms, so that ties far above zero and those between -1
    and 0 are seen together. What is not settled is pale, and its label stands in brackets.
    """
    frame = vector_rows(results, pole)
    if frame.empty:
        return None
    base = alt.Chart()
    x, y = (_axis(frame, axis) for axis in "xy")
    hues = _hues(frame)
    strength = alt.condition("datum.settled", alt.value(_SETTLED), alt.value(_OPEN))
    tips = [
        alt.Tooltip("name:N", title="Country"),
        alt.Tooltip("words:N", title="Label (starts)"),
        alt.Tooltip("said:N", title="Direction"),
        alt.Tooltip("start_x:Q", title="Collaboration, start", format=".2f"),
        alt.Tooltip("end_x:Q", title="end", format=".2f"),
        alt.Tooltip("start_y:Q", title="Knowledge exchange, start", format=".2f"),
        alt.Tooltip("end_y:Q", title="end ", format=".2f"),
    ]
    zero = base.mark_rule(strokeDash=[2, 3], strokeWidth=1, color=colour("other"), aria=False)
    line = base.mark_rule(strokeWidth=2.2).encode(
        x=x, y=y, x2="end_x:Q", y2="end_y:Q", opacity=strength, tooltip=tips, **hues
    )
    start = base.mark_point(size=34, fill=colour("paper"), strokeWidth=1.8, opacity=1).encode(
        x=x, y=y, color=hues["color"]
    )
    end = base.mark_point(filled=True, size=70).encode(
        x="end_x:Q", y="end_y:Q", color=hues["color"], opacity=strength, tooltip=tips
    )
    panel = alt.layer(
        zero.encode(x=alt.datum(0.0)), zero.encode(y=alt.datum(0.0)), line, start, end, data=frame
    ).properties(**_PANEL)
    header = alt.Header(title=None, labelFontSize=12, labelColor=colour("ink"), labelLimit=_PANEL["width"] + 10)
    chart = panel.facet(
        facet=alt.Facet("panel:N", title=None, sort=list(frame["panel"]), header=header), columns=COLUMNS, spacing=14
    )
    what = f"Ties of the most productive countries with {in_sentence(pole)}: both z in the first and in the last year."
    above = "z of exchange (up) and collaboration (right)"
    return finish(chart, above=above, description=what, width=None, height=None)


def vector_rows(results: Results, pole: str) -> pd.DataFrame:
    """Return a row for each panel: as `isthmus.analyses.trajectories.frames.vectors`, and what is said of it.

    `panel` is the country with its label, the label in brackets where the direction is not settled; `settled`, `words`
    (label and support) and `said` (the direction with its P).
    """
    frame = vectors(results, pole)
    directions = [direction_of(results, code, pole) for code in frame["country"]]
    labels = frame["label"].fillna(_NONE)
    return frame.assign(
        label=labels,
        words=[with_support(row.label, row.support) for row in rows_of(frame)],
        settled=[each.settled for each in directions],
        said=[each.words for each in directions],
        panel=[
            name if label == _NONE else f"{name}  {label if each.settled else f'({label})'}"
            for name, label, each in zip(frame["name"], labels, directions, strict=True)
        ],
    )


def _hues(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the colour and the line style of the labels that occur; the legend has their names."""
    present = [label for label in (*LABELS, _NONE) if label in set(frame["label"])]
    names = ", ".join(f"'{label}': '{label} {LABEL_NAMES.get(label, capital('no label'))}'" for label in present)
    legend = alt.Legend(
        orient="top",
        symbolType="stroke",
        symbolSize=500,
        symbolOpacity=1,
        labelLimit=240,
        labelExpr=f"{{{names}}}[datum.label]",
    )
    return {
        "color": alt.Color("label:N", title=None, scale=label_scale(present), legend=legend),
        "strokeDash": alt.StrokeDash("label:N", title=None, scale=label_dashes(present), legend=legend),
    }


def _axis(frame: pd.DataFrame, axis: str) -> Any:
    limits = _domain(frame, axis)
    ticks = [tick for tick in _TICKS if limits[0] <= tick <= limits[1]]
    channel = alt.X if axis == "x" else alt.Y
    return channel(
        f"start_{axis}:Q",
        title=None,
        scale=alt.Scale(type="symlog", constant=1, domain=list(limits), nice=False),
        axis=alt.Axis(values=ticks, format="~g", grid=False, labelFontSize=10),
    )


def _domain(frame: pd.DataFrame, axis: str) -> tuple[float, float]:
    """Return the range of both ends with a margin, zero always in it."""
    values = pd.concat([frame[f"start_{axis}"], frame[f"end_{axis}"], pd.Series([0.0])])
    low, high = _symlog(float(values.min())), _symlog(float(values.max()))
    margin = 0.08 * max(high - low, 0.5)
    return _inverse(low - margin), _inverse(high + margin)


def _symlog(value: float) -> float:
    return float(np.sign(value) * np.log1p(abs(value)))


def _inverse(value: float) -> float:
    return float(np.sign(value) * np.expm1(abs(value)))
