"""The chart of a pole's graded partners."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.networks.words import unit_of
from isthmus.analyses.significance.ties import partners
from isthmus.errors import ConfigError
from isthmus.networks.names import COLLABORATION
from isthmus.nullmodels.grades import FEW_PAPERS, FIRM, PROBABLE
from isthmus.report.charts import finish, inline, one_two_five
from isthmus.report.results import Results, records, rows_of
from isthmus.report.statement import GRADES, statement
from isthmus.report.text import place_name, pole_name
from isthmus.report.theme import colour, pole_colour

#: Partners shown; the table beside them lists all.
PARTNERS = 15
#: How each grade is drawn: opacity of its interval, and whether its point is filled.
GRADE_OPACITY = {FIRM: 1.0, PROBABLE: 0.6, FEW_PAPERS: 0.35}
#: Least and largest factor that an axis shows: an upper bound without any paper has no lower end.
_FLOOR, _CEILING = 1e-3, 1e4


def partners_chart(results: Results, pole: str, network: str = COLLABORATION, **size: Any) -> Any:
    """Return how many times what size explains a pole's partners weigh, with intervals, on a logarithmic axis.

    Firm ties come first and are drawn filled, probable ones hollow, those of few papers faint.
    """
    found = partners(results, pole, network).head(PARTNERS)
    if found.empty:
        raise ConfigError(f"{pole_name(pole)} has no tie with a grade in {network}: there is nothing to draw")
    frame = _frame(results, found, pole, network)
    position = results.poles.index(pole) if pole in results.poles else len(results.poles)
    hue, ground = pole_colour(position), colour("paper")
    ends = pd.concat([frame["low"], frame["high"], pd.Series([1.0])])
    ticks = one_two_five(ends)
    scale = alt.Scale(type="log", domain=[min(ticks[0], ends.min()), max(ticks[-1], ends.max())], nice=False)
    x_axis = alt.Axis(values=ticks, format="~g", grid=False, labelOverlap=True)
    opacity = alt.Opacity(
        "grade:O",
        sort=list(GRADES),
        scale=alt.Scale(type="ordinal", domain=list(GRADES), range=[GRADE_OPACITY[grade] for grade in GRADES]),
        legend=None,
    )
    base = alt.Chart(inline(values=records(frame))).encode(
        y=alt.Y(
            "label:N", sort=None, title=None, axis=alt.Axis(domain=False, labelColor=colour("ink"), labelLimit=180)
        ),
        opacity=opacity,
        tooltip=[alt.Tooltip("label:N", title="Partner"), alt.Tooltip("words:N", title="Tie")],
    )
    bars = base.mark_rule(strokeWidth=3, color=hue).encode(
        x=alt.X("low:Q", title=None, scale=scale, axis=x_axis), x2="high:Q"
    )
    points = base.mark_point(size=80, color=hue, strokeWidth=2).encode(
        x=alt.X("point:Q", scale=scale),
        fill=alt.condition(f"datum.grade == '{FIRM}'", alt.value(hue), alt.value(ground)),
    )
    one = alt.Chart(inline(values=[{"one": 1.0}])).mark_rule(strokeDash=[3, 3], color=colour("soft"), aria=False)
    chart = one.encode(x="one:Q") + bars + points
    what = f"How many times what size explains the partners of {pole_name(pole)} weigh, with intervals."
    return finish(
        chart,
        above="Times what size explains (log)",
        **({"height": 24 * max(len(found), 1) + 20} | size),
        description=what,
    )


def _frame(results: Results, found: pd.DataFrame, pole: str, network: str) -> pd.DataFrame:
    several = len(pole_members(results, pole)) > 1
    named = [
        f"{row.partner_name} (with {place_name(row.member)})" if several else row.partner_name for row in rows_of(found)
    ]
    said = [statement(row, unit_of(results, network)) for row in rows_of(found)]
    low = found["propensity_low"].clip(_FLOOR, _CEILING)
    frame = pd.DataFrame(
        {
            "label": named,
            "grade": found["grade"],
            "low": low.where(found["propensity_low"] > 0, (found["propensity_high"] / 10).clip(_FLOOR, _CEILING)),
            "high": found["propensity_high"].clip(_FLOOR, _CEILING),
            "point": found["propensity"].where(found["propensity"] > 0).clip(_FLOOR, _CEILING),
            "words": [one.sentence for one in said],
        }
    )
    order = found["propensity"].sort_values(ascending=False, kind="stable").index
    return frame.loc[order]
