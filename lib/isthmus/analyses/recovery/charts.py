"""The chart of planted ties against what was found."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from isthmus.analyses.recovery.comparison import FOUND, MISSED, OTHERWISE, planted_ties
from isthmus.report.charts import finish
from isthmus.report.results import Results, rows_of
from isthmus.report.text import place_name
from isthmus.report.theme import colour


def truth_chart(results: Results, **size: Any) -> Any:
    """Draw the planted strength against the mean z found; None when nothing was planted."""
    planted = planted_ties(results)
    if planted is None:
        return None
    frame = planted.assign(
        tie=[f"{place_name(row.src)} and {place_name(row.dst)}" for row in rows_of(planted)],
        planted=planted["kind"].str.replace("_", " "),
        verdict=np.select([planted["significant"], planted["should_be_found"]], [FOUND, MISSED], OTHERWISE),
    )[["tie", "planted", "times", "mean_z", "size_window", "verdict"]].dropna()
    scale = alt.Scale(domain=[FOUND, MISSED, OTHERWISE], range=[colour("pole-1"), colour("pole-2"), colour("other")])
    shapes = alt.Scale(domain=[FOUND, MISSED, OTHERWISE], range=["circle", "diamond", "circle"])
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, size=60, opacity=0.75)
        .encode(
            x=alt.X(
                "times:Q",
                title="planted: times what size explains",
                scale=alt.Scale(type="log", nice=False, padding=12),
                axis=alt.Axis(values=[0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20], format="~g", grid=False),
            ),
            y=alt.Y("mean_z:Q", title=None, axis=alt.Axis(tickCount=6)),
            color=alt.Color("verdict:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
            shape=alt.Shape("verdict:N", title=None, scale=shapes),
            tooltip=[
                alt.Tooltip("tie:N", title="Tie"),
                alt.Tooltip("planted:N", title="Planted"),
                alt.Tooltip("times:Q", title="Times size", format=".2f"),
                alt.Tooltip("size_window:Q", title="By size, per year", format=",.1f"),
                alt.Tooltip("mean_z:Q", title="Found mean z", format=".2f"),
                alt.Tooltip("verdict:N", title="Verdict"),
            ],
        )
    )
    marks = pd.DataFrame({"y": [results.threshold], "label": [f"significant above {results.threshold:g}"]})
    line = alt.Chart(marks).mark_rule(strokeDash=[3, 3]).encode(y="y:Q")
    text = alt.Chart(marks).mark_text(align="left", dy=-7, fontSize=11, color=colour("soft"))
    label = text.encode(y="y:Q", text="label:N", x=alt.value(4))
    what = "Planted strength of ties against the mean z found."
    chart = alt.layer(line, label, dots)
    return finish(chart, **({"height": 340} | size), above="Mean z found", description=what)
