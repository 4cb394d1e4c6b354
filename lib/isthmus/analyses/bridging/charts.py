"""The chart of bridges: betweenness of the first cities with the bands of both null models."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.bridging import frames
from isthmus.report.charts import finish, inline
from isthmus.report.results import Results, records
from isthmus.report.theme import colour

_BANDS = {"size": "other", "distance": "accent"}
_OBSERVED = "observed"
_OFFSET = {"size": -5, "distance": 5}


def bridges_chart(results: Results, network: str, **size: Any) -> Any:
    """Draw the betweenness of the first bridges of a network as a share of its cap, with what both null models give."""
    rows = frames.bridges(results, network)
    order = list(rows["label"])
    parts = []
    for null, what in frames.NULLS.items():
        scaled = rows.assign(
            low=rows[f"{null}_low"] / rows["cap"], high=rows[f"{null}_high"] / rows["cap"], what=f"explained by {what}"
        )
        parts.append(scaled.assign(null=null))
    bands = pd.concat(parts).dropna(subset=["low", "high"])
    legend = [_OBSERVED, *(f"explained by {what}" for what in frames.NULLS.values())]
    scale = alt.Scale(domain=legend, range=[colour("ink"), *(colour(token) for token in _BANDS.values())])
    color = alt.Color("what:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=1, labelLimit=260))
    y = alt.Y("label:N", title=None, scale=alt.Scale(domain=order), axis=alt.Axis(domain=False, labelLimit=190))
    x_axis = alt.Axis(format=".0%", tickCount=5)
    layers = []
    for null in frames.NULLS:
        own = bands[bands["null"] == null][["label", "low", "high", "what"]]
        layers.append(
            alt.Chart(inline(values=records(own)))
            .mark_rule(strokeWidth=5, yOffset=_OFFSET[null], opacity=0.75)
            .encode(
                x=alt.X("low:Q", title=None, axis=x_axis),
                x2="high:Q",
                y=y,
                color=color,
                tooltip=[
                    alt.Tooltip("label:N", title="City"),
                    alt.Tooltip("what:N", title="Band"),
                    alt.Tooltip("low:Q", title="From", format=".1%"),
                    alt.Tooltip("high:Q", title="To", format=".1%"),
                ],
            )
        )
    seen = rows.assign(what=_OBSERVED)[["label", "share", "betweenness", "cap", "what"]]
    points = (
        alt.Chart(inline(values=records(seen)))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X("share:Q", title=None, axis=x_axis),
            y=y,
            color=color,
            tooltip=[
                alt.Tooltip("label:N", title="City"),
                alt.Tooltip("betweenness:Q", title="Ways through it", format=",.1f"),
                alt.Tooltip("cap:Q", title="Of at most", format=",.0f"),
            ],
        )
    )
    what = "Betweenness of the first cities between the two sides over the most that it can be, with two bands."
    height = {"height": 30 * max(len(order), 1)}
    return finish(
        alt.layer(*layers, points), above="Share of the most that it can be", description=what, **(height | size)
    )
