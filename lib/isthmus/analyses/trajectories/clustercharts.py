"""Charts of the clusters of trajectories: centroids, label matrices, integration groups."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.trajectories.frames import clustered, label_matrix, mark_ends
from isthmus.analyses.trajectories.group_members import NO_GROUP, Group, integration_groups
from isthmus.analyses.trajectories.planecharts import label_colour, label_scale, with_first
from isthmus.analyses.trajectories.tables import CENTROIDS, TRAJECTORIES
from isthmus.analyses.trajectories.text import in_starts
from isthmus.report.charts import finish, unconfigured
from isthmus.report.results import Results
from isthmus.report.text import capital, count, place_name
from isthmus.report.theme import colour, config, pole_colour
from isthmus.trajectories.labels import LABEL_NAMES, LABELS

#: Countries up to which a matrix writes the letters of the labels into its cells.
LETTERS = 22
_CLASSES = ("fast", "moderately fast", "slow")
_ROW = 21
_FAINTEST = 0.15  # opacity of a cell whose label no start gives
_PALE = 0.75  # support below which letters on a cell are dark


def centroids_chart(results: Results, *, width: int = 300) -> Any:
    """Return the centroids of all clusters beside each other, two in a row; None without clusters."""
    charts = [centroid_chart(results, cluster, width=width, height=width) for cluster in clusters(results)]
    if not charts:
        return None
    plain = [unconfigured(chart) for chart in charts]
    what = "Centroids of the clusters of trajectories: collaboration and knowledge exchange, rescaled, year by year."
    return alt.concat(*plain, columns=2).properties(description=what).configure(**config())


def clusters(results: Results) -> list[int]:
    """Return the clusters in the order of their labels, SC first; of other than four clusters by their numbers."""
    if not results.has(CENTROIDS):
        return []
    first = results.table(CENTROIDS).drop_duplicates("cluster").set_index("cluster")["label"]
    order = {label: at for at, label in enumerate(LABELS)}
    return sorted((int(cluster) for cluster in first.index), key=lambda c: (order.get(first[c], c), c))


def centroid_chart(results: Results, cluster: int, **size: Any) -> Any:
    """Draw one centroid in the scaled plane, start hollow, end filled; the pale line is the mean of its pairs."""
    frame = _centroid_frame(results, cluster)
    own = frame[frame["what"] == "centroid"].iloc[0]
    hue = label_colour(own["label"]) if pd.notna(own["label"]) else pole_colour(cluster % len(LABELS))
    axis = alt.Axis(values=[-1, -0.5, 0, 0.5, 1], grid=False, format="~g")
    x = alt.X("collaboration:Q", title="Collaboration, rescaled", axis=axis).scale(domain=[-1, 1])
    y = alt.Y("exchange:Q", title=None, axis=axis).scale(domain=[-1, 1])
    tips = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("what:N", title="Line"),
        alt.Tooltip("collaboration:Q", title="Collaboration", format=".2f"),
        alt.Tooltip("exchange:Q", title="Knowledge exchange", format=".2f"),
    ]
    base = alt.Chart(frame)
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[3, 3], color=colour("other"), aria=False)
    mean = base.transform_filter("datum.what != 'centroid'")
    pale = mean.mark_line(color=colour("other"), strokeWidth=5, opacity=0.5).encode(
        x=x, y=y, order="year:Q", tooltip=tips
    )
    centroid = base.transform_filter("datum.what == 'centroid'")
    line = centroid.mark_line(color=hue).encode(x=x, y=y, order="year:Q")
    dots = centroid.mark_point(filled=True, opacity=1, color=hue).encode(
        x=x, y=y, size=alt.condition("datum.mark != ''", alt.value(130), alt.value(18)), tooltip=tips
    )
    starts = centroid.transform_filter("datum.first").mark_point(size=130, strokeWidth=2.5, opacity=1)
    hollow = starts.encode(x=x, y=y, fill=alt.value(colour("paper")), stroke=alt.value(hue))
    layers = [zero.encode(x="zero:Q"), zero.encode(y="zero:Q"), pale, line, dots, hollow]
    what = f"Centroid of {own['title']}: collaboration and knowledge exchange, rescaled, year by year."
    above = f"{own['title']}: {count(own['members'])} pairs"
    return finish(alt.layer(*layers), above=above, description=what, **({"height": 300} | size))


def _centroid_frame(results: Results, cluster: int) -> pd.DataFrame:
    """Return the centroid, and the mean of the rescaled trajectories of its pairs.

    Columns year, collaboration, exchange, what, mark, first, label, title, members.
    """
    assert results.has(CENTROIDS)  # `clusters` found it there
    rows = results.table(CENTROIDS)[results.table(CENTROIDS)["cluster"] == cluster]
    title, members = cluster_title(results, cluster)
    parts = [rows[["year", "collaboration", "exchange"]].assign(what="centroid")]
    if results.has(TRAJECTORIES):
        pairs = clustered(results)
        pairs = pairs.loc[pairs["cluster"] == cluster, ["src", "dst"]]
        paths = results.table(TRAJECTORIES).merge(pairs, on=["src", "dst"])
        columns = {"scaled_collaboration": "collaboration", "scaled_exchange": "exchange"}
        mean = paths.groupby("year", as_index=False)[list(columns)].mean().rename(columns=columns)
        parts.append(mean.assign(what="mean of its pairs"))
    frame = pd.concat([with_first(mark_ends(part)) for part in parts], ignore_index=True)
    return frame.assign(label=rows["label"].iloc[0], title=title, members=members)


def cluster_title(results: Results, cluster: int) -> tuple[str, int]:
    """Return the name of a cluster, "SC, scientific convergence" or its number, and how many pairs it has."""
    own = results.table(CENTROIDS)[results.table(CENTROIDS)["cluster"] == cluster].iloc[0]
    label = own["label"]
    name = f"{label}, {LABEL_NAMES[str(label)]}" if pd.notna(label) else f"cluster {cluster + 1}"
    return name, int(own["members"])


def matrix_chart(results: Results, codes: Sequence[str], *, what: str, **size: Any) -> Any:
    """Return the labels of every pair of the countries as half a matrix: each pair once, alike countries together.

    The fainter a cell, the fewer starts of the clustering give its label.
    """
    codes = alike_together(results, codes)
    at = {code: number for number, code in enumerate(codes)}
    frame = label_matrix(results, codes)
    frame = frame[frame["row"].map(at) > frame["column"].map(at)]
    pairs = list(zip(frame["row"], frame["column"], strict=True))
    names = [place_name(code) for code in codes]
    frame = frame.assign(
        row=frame["row"].map(place_name), column=frame["column"].map(place_name), label=frame["label"].fillna("none")
    )
    frame["meaning"] = frame["label"].map(LABEL_NAMES).fillna("no trajectory")
    supports = clustered(results).set_index(["src", "dst"])["support"].to_dict()
    known = [supports.get((min(pair), max(pair))) for pair in pairs]
    frame["support"] = [in_starts(support) for support in known]
    frame["share"] = [1.0 if support is None or pd.isna(support) else round(float(support), 3) for support in known]
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
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[_FAINTEST, 1])),
        tooltip=[
            alt.Tooltip("row:N", title="Country"),
            alt.Tooltip("column:N", title="with"),
            alt.Tooltip("meaning:N", title="Label"),
            alt.Tooltip("support:N", title="Label in"),
        ],
    )
    layers = [cells]
    if len(codes) <= LETTERS:
        lettered = base.transform_filter("datum.label != 'none'")
        dark = alt.condition(f"datum.share >= {_PALE}", alt.value(colour("paper")), alt.value(colour("ink")))
        layers.append(lettered.mark_text(fontSize=10, aria=False).encode(text="label:N", fill=dark))
    chart = alt.layer(*layers)
    return finish(chart, **({"height": max(_ROW * len(codes), 120)} | size), description=what)


def alike_together(results: Results, codes: Sequence[str]) -> list[str]:
    """Return the countries by the label that most of their ties with each other have, the clearest case first."""
    cells = label_matrix(results, codes).dropna()
    labels = {code: Counter(own["label"]) for code, own in cells.groupby("row")}

    def key(code: str) -> tuple[int, float]:
        own = labels.get(code)
        if not own:
            return len(LABELS), 0.0
        first = max(own, key=lambda label: (own[label], -LABELS.index(label)))
        return LABELS.index(first), -own[first] / own.total()

    return sorted(codes, key=key)


def groups_chart(results: Results, **size: Any) -> Any:
    """Return the countries of each integration group by the speed of their convergence.

    None where nobody is in a group.
    """
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
    ).scale(type="symlog", constant=1, domain=[0, 1.1 * float(frame["speed"].max())], nice=False)
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
    """Return a row per country and one above each group for its heading; and the order of all rows."""
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
