"""Charts of novelty: shares of the world's hits, and mean ranks, by year."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.novelty.frames import MEASURE_NAMES, measures, names, years_frame
from isthmus.report.charts import finish, unconfigured, year_axis
from isthmus.report.results import Results
from isthmus.report.text import capital
from isthmus.report.theme import colour, pole_colour

_SIZE = {"width": 270, "height": 190}


def hits_chart(results: Results) -> Any:
    """Draw the share of the world's novelty hits of each entity by year, a panel for each measure."""
    what = "Share of the world's novelty hits of countries and blocs by year."
    return _panels(results, "share_of_hits", alt.Axis(format=".0~%", tickCount=5), what)


def ranks_chart(results: Results) -> Any:
    """Draw the mean rank of each entity's works by year, a panel for each measure."""
    what = "Mean rank of the novelty of works of countries and blocs by year."
    return _panels(results, "mean_rank", alt.Axis(format=".2f", tickCount=5), what)


def _panels(results: Results, of: str, axis: alt.Axis, description: str) -> Any:
    frame = years_frame(results)
    own = [measure for measure in measures(results) if frame.loc[frame["measure"] == measure, of].notna().any()]
    panels = [unconfigured(_panel(frame[frame["measure"] == measure], names(results), of, axis)) for measure in own]
    titled = [panel.properties(title=_title(measure), **_SIZE) for panel, measure in zip(panels, own, strict=True)]
    return finish(alt.hconcat(*titled), width=None, height=None, description=description)


def _title(measure: str) -> alt.TitleParams:
    return alt.TitleParams(capital(MEASURE_NAMES[measure]), fontSize=13, color=colour("ink"), anchor="start")


def _panel(frame: pd.DataFrame, order: list[str], of: str, axis: alt.Axis) -> Any:
    scale = alt.Scale(domain=order, range=[pole_colour(at) for at in range(len(order))])
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=300, symbolOpacity=1)
    color = alt.Color("who:N", title=None, scale=scale, legend=legend)
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("who:N", title="Of"),
        alt.Tooltip("scored:Q", title="Papers with a score", format=","),
        alt.Tooltip("mean_rank:Q", title="Mean rank", format=".3f"),
        alt.Tooltip("hits:Q", title="Hits", format=","),
        alt.Tooltip("share_of_hits:Q", title="Share of the world’s hits", format=".1%"),
    ]
    columns = ["year", "who", "scored", "mean_rank", "hits", "share_of_hits", "share_low", "share_high"]
    columns += ["rank_low", "rank_high"]
    base = alt.Chart(frame[columns].dropna(subset=of))
    scaled = alt.Y(f"{of}:Q", title=None, axis=axis).scale(zero=of == "share_of_hits")
    lines = base.mark_line(point=alt.OverlayMarkDef(size=26)).encode(
        x=year_axis(), y=scaled, color=color, tooltip=tooltip
    )
    low, high = ("share_low", "share_high") if of == "share_of_hits" else ("rank_low", "rank_high")
    if frame[low].isna().all():
        return lines
    band = base.mark_area(opacity=0.18).encode(x=year_axis(), y=alt.Y(f"{low}:Q"), y2=f"{high}:Q", color=color)
    return band + lines
