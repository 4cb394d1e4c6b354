"""The chart of a pole's significant partners."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.significance.ties import SOLID, partners
from isthmus.errors import ConfigError
from isthmus.networks.names import COLLABORATION
from isthmus.report.charts import finish
from isthmus.report.results import Results, rows_of
from isthmus.report.text import place_name, plural, pole_name
from isthmus.report.theme import colour, pole_colour

#: Partners shown as bars; the table beside them lists all.
BARS = 15


def partners_chart(results: Results, pole: str, network: str = COLLABORATION, **size: Any) -> Any:
    """Return a pole's strongest significant partners as bars of mean z."""
    found = partners(results, pole, network).head(BARS)
    if found.empty:
        raise ConfigError(f"{pole_name(pole)} has no significant tie in {network}: there is nothing to draw")
    several = len(pole_members(results, pole)) > 1
    labels = [
        f"{row.partner_name} (with {place_name(row.member)})" if several else row.partner_name for row in rows_of(found)
    ]
    found = found.assign(label=labels, text=_bar_texts(found, network), solid=found["weight"] >= SOLID)
    position = results.poles.index(pole) if pole in results.poles else len(results.poles)
    longest = 1.6 * float(found["mean_z"].max())  # leaves room for the text behind the bar
    base = alt.Chart(found[["label", "mean_z", "weight", "expected", "text", "solid"]]).encode(
        y=alt.Y(
            "label:N", sort=None, title=None, axis=alt.Axis(domain=False, labelColor=colour("ink"), labelLimit=180)
        ),
        x=alt.X("mean_z:Q", title=None, axis=None).scale(domain=[0, longest], nice=False),
        tooltip=[
            alt.Tooltip("label:N", title="Partner"),
            alt.Tooltip("mean_z:Q", title="Mean z", format=".2f"),
            alt.Tooltip("weight:Q", title="Observed", format=","),
            alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.7}, color=pole_colour(position)).encode(
        opacity=alt.condition("datum.solid", alt.value(1.0), alt.value(0.45))
    )
    chart = bars + base.mark_text(align="left", dx=5, color=colour("soft")).encode(text="text:N")
    what = f"Countries that {pole_name(pole)} has the strongest ties with, by mean z."
    return finish(chart, **({"height": 22 * max(len(found), 1)} | size), description=what)


def _bar_texts(found: pd.DataFrame, network: str) -> list[str]:
    unit = ("paper", "papers") if network == COLLABORATION else ("citation", "citations")
    return [f"{row.mean_z:.1f} · {plural(row.weight, *unit)}" for row in rows_of(found)]
