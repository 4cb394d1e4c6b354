"""Charts of the clusters of trajectories: centroids, label matrices, integration groups."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.report.charts import finish
from isthmus.report.movements import (
    LABELS,
    NO_GROUP,
    Group,
    integration_groups,
    label_matrix,
    mark_ends,
)
from isthmus.report.planecharts import label_scale, with_first
from isthmus.report.results import Results
from isthmus.report.theme import colour, label_colour, pole_colour
from isthmus.report.words import LABEL_NAMES, capital, count, place_name

#: Countries up to which a matrix writes the letters of the labels into its cells.
LETTERS = 22
_CLASSES = ("fast", "moderately fast", "slow")
_ROW = 21


def centroids_chart(results: Results, **size: Any) -> Any:
    """The centroids of the clusters in the scaled plane, start hollow, end filled; None without clusters."""
    if results.centroids is None:
        return None
    frame = _centroid_frame(results.centroids)
    names = list(dict.fromkeys(frame["name"]))
    labels = frame.drop_duplicates("name").set_index("name")["label"]
    hues = [
        label_colour(labels[name]) if pd.notna(labels[name]) else pole_colour(at % 4) for at, name in enumerate(names)
    ]
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=300, columns=2, labelLimit=320)
    color = alt.Color("name:N", title=None, scale=alt.Scale(domain=names, range=hues), legend=legend)
    dashes = [[1, 0], [7, 3], [2, 3], [9, 3, 2, 3]]
    dash = alt.StrokeDash(
        "name:N", title=None, scale=alt.Scale(domain=names, range=[dashes[at % 4] for at in range(len(names))])
    )
    axis = alt.Axis(tickCount=5, grid=False)
    x = alt.X("collaboration:Q", title="Collaboration (−1 lowest, 1 highest of the pair)", axis=axis).scale(
        domain=[-1, 1]
    )
    y = alt.Y("exchange:Q", title=None, axis=axis).scale(domain=[-1, 1])
    base = alt.Chart(frame)
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[3, 3], color=colour("other"), aria=False)
    lines = base.mark_line().encode(x=x, y=y, order="year:Q", color=color, strokeDash=dash)
    tips = [
        alt.Tooltip("name:N", title="Cluster"),
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("collaboration:Q", title="Collaboration", format=".2f"),
        alt.Tooltip("exchange:Q", title="Knowledge exchange", format=".2f"),
    ]
    dots = base.mark_point(filled=True, opacity=1).encode(
        x=x, y=y, color=color, size=alt.condition("datum.mark != ''", alt.value(120), alt.value(20)), tooltip=tips
    )
    starts = base.transform_filter("datum.first").mark_point(size=120, strokeWidth=2.5, fill=colour("paper"), opacity=1)
    hollow = starts.encode(x=x, y=y, color=color)
    ends = base.transform_filter("datum.mark != '' && !datum.first")
    texts = [
        ends.mark_text(dx=10, align="left", fontSize=13, fontWeight="bold", **style).encode(x=x, y=y, text="short:N")
        for style in ({"stroke": colour("paper"), "strokeWidth": 4, "aria": False}, {"fill": colour("ink")})
    ]
    chart = alt.layer(zero.encode(x="zero:Q"), zero.encode(y="zero:Q"), lines, dots, hollow, *texts)
    what = "Centroids of the clusters of trajectories: collaboration and knowledge exchange, rescaled, year by year."
    above = "Knowledge exchange (−1 lowest, 1 highest of the pair)"
    return finish(chart, above=above, description=what, **({"height": 420} | size))


def _centroid_frame(centroids: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for cluster, rows in centroids.groupby("cluster", sort=True):
        label = rows["label"].iloc[0]
        named = pd.notna(label)
        short = str(label) if named else f"{int(str(cluster)) + 1}"
        title = f"{label}, {LABEL_NAMES[str(label)]}" if named else f"cluster {short}"
        name = f"{title}: {count(rows['members'].iloc[0])} pairs"
        parts.append(with_first(mark_ends(rows)).assign(name=name, short=short))
    frame = pd.concat(parts, ignore_index=True)
    order = {label: at for at, label in enumerate(LABELS)}
    frame = frame.assign(order=frame["label"].map(order).fillna(frame["cluster"]))
    return frame.sort_values(["order", "year"], ignore_index=True).drop(columns="order")


def matrix_chart(results: Results, codes: Sequence[str], *, what: str, **size: Any) -> Any:
    """The labels of every pair of the countries as a matrix, in the order given."""
    frame = label_matrix(results, codes)
    names = [place_name(code) for code in codes]
    frame = frame.assign(
        row=frame["row"].map(place_name), column=frame["column"].map(place_name), label=frame["label"].fillna("none")
    )
    frame["meaning"] = frame["label"].map(LABEL_NAMES).fillna("no trajectory")
    shown = [*LABELS, "none"]
    scale = label_scale(shown)
    scale.range = [*scale.range[:-1], colour("panel")]
    legend = alt.Legend(orient="top", symbolType="square", symbolSize=180)
    x = alt.X(
        "column:N", sort=names, title=None, axis=alt.Axis(orient="top", labelAngle=-50, domain=False, ticks=False)
    )
    y = alt.Y("row:N", sort=names, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=130))
    base = alt.Chart(frame).encode(x=x, y=y)
    cells = base.mark_rect(stroke=colour("paper"), strokeWidth=1.5).encode(
        color=alt.Color("label:N", title=None, scale=scale, legend=legend),
        tooltip=[
            alt.Tooltip("row:N", title="Country"),
            alt.Tooltip("column:N", title="with"),
            alt.Tooltip("meaning:N", title="Label"),
        ],
    )
    layers = [cells]
    if len(codes) <= LETTERS:
        lettered = base.transform_filter("datum.label != 'none'")
        layers.append(lettered.mark_text(fill=colour("paper"), fontSize=10, aria=False).encode(text="label:N"))
    chart = alt.layer(*layers)
    return finish(chart, **({"height": max(_ROW * len(codes), 120)} | size), description=what)


def groups_chart(results: Results, **size: Any) -> Any:
    """The countries of each integration group by the speed of their convergence; None where nobody is in a group."""
    groups = [group for group in integration_groups(results) if group.key != NO_GROUP]
    if not groups:
        return None
    frame, order = _group_frame(groups)
    scale = alt.Scale(domain=list(_CLASSES), range=[colour("pole-3"), colour("pole-1"), colour("other")])
    shapes = alt.Scale(domain=list(_CLASSES), range=["triangle-right", "circle", "square"])
    legend = alt.Legend(orient="top")
    y = alt.Y(
        "key:N",
        sort=order,
        title=None,
        axis=alt.Axis(
            domain=False,
            ticks=False,
            labelColor=colour("ink"),
            labelExpr="substring(datum.value, 0, 1) == '#' ? '' : datum.value",
            labelLimit=140,
        ),
    )
    ticks = [tick for tick in (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if tick <= 1.3 * frame["speed"].max()]
    x = alt.X(
        "speed:Q",
        title="Speed: distance in z, first to last year",
        axis=alt.Axis(values=ticks, grid=True),
    ).scale(type="symlog", constant=1, domainMin=0)
    countries = frame[frame["heading"] == ""]
    base = alt.Chart(countries).encode(y=y)
    stems = base.mark_rule(color=colour("rule"), strokeWidth=2, aria=False).encode(x=alt.X("zero:Q"), x2="speed:Q")
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        color=alt.Color("class:N", title=None, scale=scale, legend=legend),
        shape=alt.Shape("class:N", title=None, scale=shapes),
        tooltip=[
            alt.Tooltip("key:N", title="Country"),
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("class:N", title="Convergence"),
            alt.Tooltip("speed:Q", title="Speed", format=".2f"),
        ],
    )
    headings = alt.Chart(frame[frame["heading"] != ""]).mark_text(
        align="left", baseline="bottom", dy=9, fontWeight="bold", fontSize=12.5, limit=600
    )
    chart = alt.layer(stems, dots, headings.encode(y=y, x=alt.value(-110), text="heading:N"))
    what = "Integration groups: countries by the speed of their convergence with the poles."
    return finish(chart, **({"height": _ROW * len(order)} | size), description=what)


def _group_frame(groups: Sequence[Group]) -> tuple[pd.DataFrame, list[str]]:
    """A row per country and one above each group for its heading; and the order of all rows."""
    rows: list[dict[str, Any]] = []
    for group in groups:
        rows.append({"key": f"#{group.key}", "heading": capital(group.words), "group": "", "class": "", "speed": 0.0})
        rows += [
            {
                "key": member.name,
                "heading": "",
                "group": group.words,
                "class": member.speed_class or "",
                "speed": member.speed,
            }
            for member in group.countries
        ]
    frame = pd.DataFrame(rows).assign(zero=0.0)
    return frame, list(frame["key"])
