"""Charts of how firm the clusters are: agreement with other choices, silhouette over k, sensitivity."""

from typing import Any

import altair as alt

from isthmus.analyses.robustness.frames import agreement_table, sensitivity_table
from isthmus.analyses.robustness.tables import SILHOUETTE
from isthmus.analyses.trajectories.planecharts import label_scale
from isthmus.report.charts import finish
from isthmus.report.results import Results
from isthmus.report.theme import colour
from isthmus.trajectories.labels import LABELS

_MEASURES = {"adjusted_rand": "adjusted Rand index", "same_label": "share with the same label"}


def agreement_chart(results: Results, **size: Any) -> Any:
    """Draw how well the clusters agree with those under other seeds and choices; None where stability is off."""
    table = agreement_table(results)
    if table.empty:
        return None
    frame = table.melt(["what", "pairs"], list(_MEASURES), "measure", "value").dropna()
    frame["measure"] = frame["measure"].map(_MEASURES)
    y = alt.Y(
        "what:N",
        sort=list(table["what"]),
        title=None,
        axis=alt.Axis(domain=False, labelColor=colour("ink"), labelLimit=190, ticks=False, grid=True),
    )
    names = list(_MEASURES.values())
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, size=120, opacity=0.9)
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5, format=".1f")).scale(domain=[0, 1], clamp=True),
            y=y,
            color=alt.Color(
                "measure:N",
                title=None,
                scale=alt.Scale(domain=names, range=[colour("pole-1"), colour("pole-2")]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape("measure:N", title=None, scale=alt.Scale(domain=names, range=["circle", "diamond"])),
            tooltip=[
                alt.Tooltip("what:N", title="Compared with"),
                alt.Tooltip("measure:N", title="Measure"),
                alt.Tooltip("value:Q", title="Value", format=".2f"),
                alt.Tooltip("pairs:Q", title="Pairs in both", format=","),
            ],
        )
    )
    what = "Agreement of the clusters with those under other seeds and choices."
    above = "1 = the same clusters, 0 = no more alike than by chance"
    return finish(dots, above=above, description=what, **({"height": 30 * max(len(table), 2)} | size))


def silhouette_chart(results: Results, **size: Any) -> Any:
    """Draw the silhouette over the number of clusters; None where it was not computed."""
    if not results.has(SILHOUETTE):
        return None
    chosen = int(results.switch("trajectories.clusters") or 0)
    frame = results.table(SILHOUETTE).assign(chosen=results.table(SILHOUETTE)["clusters"] == chosen)
    tips = [
        alt.Tooltip("clusters:Q", title="Clusters"),
        alt.Tooltip("silhouette:Q", title="Silhouette", format=".3f"),
        alt.Tooltip("inertia:Q", title="Inertia", format=",.1f"),
        alt.Tooltip("pairs:Q", title="Pairs", format=","),
    ]
    base = alt.Chart(frame).encode(
        x=alt.X("clusters:Q", title="Number of clusters", axis=alt.Axis(tickMinStep=1, format="d", grid=False)).scale(
            nice=False, padding=14
        ),
        y=alt.Y("silhouette:Q", title=None, axis=alt.Axis(tickCount=4)).scale(zero=True),
        tooltip=tips,
    )
    dots = base.mark_point(filled=True, opacity=1).encode(
        size=alt.condition("datum.chosen", alt.value(180), alt.value(50)),
        color=alt.condition("datum.chosen", alt.value(colour("pole-2")), alt.value(colour("pole-1"))),
    )
    what = "Silhouette of the clustering over the number of clusters."
    chart = base.mark_line(color=colour("pole-1")) + dots
    return finish(chart, above="Silhouette", description=what, **({"height": 200} | size))


def sensitivity_chart(results: Results, **size: Any) -> Any:
    """Draw the shares of the four labels, and the poles' label, under every combination of choices; None without."""
    table = sensitivity_table(results)
    shares = [label for label in LABELS if label in table.columns]
    if table.empty or not shares:
        return None
    table = table.assign(row=[str(at) for at in range(len(table))])
    long = table.melt(["row", "choice", "pairs", "rand", "poles"], shares, "label", "number").fillna({"number": 0})
    total = long.groupby("row")["number"].transform("sum")
    long["share"] = long["number"] / total.where(total > 0)
    long["order"] = long["label"].map({label: at for at, label in enumerate(shares)})
    names = dict(zip(table["row"], table["choice"], strict=True))
    y = alt.Y(
        "choice:N",
        sort=list(names.values()),
        title=None,
        axis=alt.Axis(domain=False, ticks=False, labelColor=colour("ink"), labelLimit=230, labelFontSize=11),
    )
    bars = (
        alt.Chart(long)
        .mark_bar(height={"band": 0.76})
        .encode(
            y=y,
            x=alt.X("share:Q", title=None, stack="zero", axis=alt.Axis(format=".0%", tickCount=5)).scale(domain=[0, 1]),
            color=alt.Color("label:N", title=None, scale=label_scale(shares), legend=alt.Legend(orient="top")),
            order="order:O",
            tooltip=[
                alt.Tooltip("choice:N", title="Choice"),
                alt.Tooltip("label:N", title="Label"),
                alt.Tooltip("share:Q", title="Share of pairs", format=".1%"),
                alt.Tooltip("number:Q", title="Pairs", format=","),
                alt.Tooltip("rand:Q", title="Adjusted Rand index", format=".2f"),
                alt.Tooltip("poles:N", title="The poles"),
            ],
        )
    )
    texts = alt.Chart(table[["choice", "poles"]]).mark_text(
        align="right", dx=-5, fill=colour("paper"), fontWeight="bold"
    )
    chart = bars + texts.encode(y=y, x=alt.value("width"), text="poles:N")
    what = "Shares of the labels among the pairs under every combination of choices, with the label of the poles."
    above = "Share of the clustered pairs; at the right end, the label of the poles"
    return finish(chart, above=above, description=what, **({"height": 22 * len(table)} | size))
