"""Charts of joint papers: how many, what the partner adds by year and by outcome, balance, leading institutions."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.partnership import frames
from isthmus.report.charts import finish, unconfigured, year_axis
from isthmus.report.results import Results
from isthmus.report.text import capital, pole_name
from isthmus.report.theme import colour, pole_colour

BEYOND, LEAST_TOP = 2, 100  # an axis reaches to so many times the largest estimate, to 100 percent at least
_LEGEND = alt.Legend(orient="top", symbolSize=120, labelLimit=320)


def _colours(names: list[str]) -> alt.Scale:
    return alt.Scale(domain=names, range=[pole_colour(at) for at in range(len(names))])


def _title(text: str) -> alt.TitleParams:
    return alt.TitleParams(capital(text), fontSize=13, color=colour("ink"), anchor="start")


def _zero(axis: str) -> Any:
    rule = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=colour("soft"), strokeDash=[3, 3])
    return rule.encode(y="at:Q") if axis == "y" else rule.encode(x="at:Q")


def _limits(frame: pd.DataFrame) -> alt.Scale:
    """Return the scale on which all estimates can be told apart: intervals of a few papers may reach to thousands.

    Parameters
    ----------
    frame : pandas.DataFrame
        value, low, high, in percent; bounds may be missing.
    """
    lowest, highest = (getattr(frame[["value", "low", "high"]], of)(axis=None) for of in ("min", "max"))
    top = max(BEYOND * float(frame["value"].max()), LEAST_TOP)
    return alt.Scale(domain=[min(float(lowest), 0.0), max(min(float(highest), top), 0.0)])


def effect_chart(results: Results) -> Any:
    """Draw what a partner adds to citations, year by year, by both estimators with 95 % intervals."""
    frame = frames.effect_frame(results)
    color = alt.Color("estimator:N", title=None, scale=_colours([frames.MATCHED, frames.PLAIN]), legend=_LEGEND)
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("estimator:N", title="Estimator"),
        alt.Tooltip("value:Q", title="Percent", format="+.0f"),
        alt.Tooltip("low:Q", title="from", format="+.0f"),
        alt.Tooltip("high:Q", title="to", format="+.0f"),
        alt.Tooltip("n_joint:Q", title="Matched joint papers", format=","),
    ]
    panels = []
    for who, chosen in frame.groupby("who"):
        base = alt.Chart(chosen).encode(x=year_axis(), color=color)
        y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=6), scale=_limits(chosen))
        bounds = base.transform_filter("isValid(datum.low)")
        band = bounds.mark_area(opacity=0.18, clip=True).encode(y="low:Q", y2="high:Q")
        line = base.mark_line(point=alt.OverlayMarkDef(size=22)).encode(y=y, tooltip=tooltip)
        panels.append(alt.layer(_zero("y"), band, line).properties(width=290, height=220, title=_title(str(who))))
    rows = [unconfigured(alt.hconcat(*panels[at : at + 2])) for at in range(0, len(panels), 2)]
    what = "Citations within two years of joint papers above those of others that are alike, in percent, by year."
    return finish(alt.vconcat(*rows), width=None, height=None, description=what)


def _forest(frame: pd.DataFrame, label: str, above: str, what: str, *, width: int = 420) -> Any:
    """Draw estimates with intervals, one row each: columns of the label, who, value, low, high; `group` colours."""
    groups = frame["group"].drop_duplicates().tolist()
    color = alt.Color("group:N", title=None, scale=_colours(groups), legend=_LEGEND)
    tooltip = [
        alt.Tooltip(f"{label}:N", title="Of"),
        alt.Tooltip("group:N", title="By"),
        *(alt.Tooltip(f"{name}:Q", title=name, format="+.1f") for name in ("value", "low", "high")),
    ]
    order = frame[label].drop_duplicates().tolist()
    y = alt.Y(f"{label}:N", title=None, sort=order, axis=alt.Axis(labelLimit=300))
    base = alt.Chart(frame).encode(y=y, yOffset=alt.YOffset("group:N", sort=groups), color=color)
    x = alt.X("value:Q", title=None, axis=alt.Axis(tickCount=6), scale=_limits(frame))
    bounds = base.transform_filter("isValid(datum.low)")
    reach = bounds.mark_rule(strokeWidth=2, clip=True).encode(x="low:Q", x2="high:Q")
    chart = alt.layer(_zero("x"), reach, base.mark_point(filled=True, size=45, opacity=1).encode(x=x, tooltip=tooltip))
    height = max(16 * len(groups) * len(order), 60)
    return finish(chart, above=above, description=what, width=width, height=height)


def pair_chart(results: Results) -> Any:
    """Draw what a partner adds over the pooled years: poles, placebo, other partners, by every estimate."""
    frame = frames.pair_frame(results)
    frame = frame.assign(pair=[capital(who) for who in frame["who"]], group=frame["estimator"])
    what = "Citations of joint papers above those of others that are alike, in percent: poles, placebo, other partners."
    return _forest(frame, "pair", "Citations within two years, percent above papers that are alike", what)


def outcome_chart(results: Results) -> Any:
    """Draw what a partner adds to each outcome over the pooled years."""
    frame = frames.outcome_frame(results)
    frame = frame.assign(outcome=frame["of"], group=[capital(who) for who in frame["who"]])
    what = "What a partner adds by outcome: citations from home, the partner and elsewhere, without self-citations."
    return _forest(frame, "outcome", "Percent above papers that are alike", what)


def balance_chart(results: Results) -> Any:
    """Draw how alike joint and other papers are before and after matching."""
    frame = frames.balance_frame(results)
    color = alt.Color(
        "when:N", title=None, scale=_colours(["before", "matched", "matched, with weights"]), legend=_LEGEND
    )
    tooltip = [
        alt.Tooltip("covariate:N", title="Of"),
        alt.Tooltip("when:N", title="When"),
        alt.Tooltip("gap:Q", title="Difference", format="+.3f"),
    ]
    panels = []
    for who, chosen in frame.groupby("who"):
        x = alt.X("gap:Q", title=None, axis=alt.Axis(tickCount=5))
        y = alt.Y("covariate:N", title=None, axis=alt.Axis(labelLimit=200))
        marks = (
            alt.Chart(chosen).mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=color, tooltip=tooltip)
        )
        panels.append(alt.layer(_zero("x"), marks).properties(width=240, height=110, title=_title(str(who))))
    rows = [unconfigured(alt.hconcat(*panels[at : at + 2])) for at in range(0, len(panels), 2)]
    what = "Differences of means of joint and other papers in standard deviations, before and after matching."
    return finish(alt.vconcat(*rows), width=None, height=None, description=what)


def paper_chart(results: Results) -> Any:
    """Draw the joint papers of the poles by year."""
    frame = frames.paper_frame(results)
    names = frame["who"].drop_duplicates().tolist()
    tooltip = [
        alt.Tooltip("year:Q", title="Year", format="d"),
        alt.Tooltip("who:N", title="Papers of"),
        alt.Tooltip("works:Q", title="Joint papers", format=","),
        alt.Tooltip("share:Q", title="Of all its papers", format=".1%"),
    ]
    color = alt.Color("who:N", title=None, scale=_colours(names), legend=_LEGEND)
    y = alt.Y("works:Q", title=None, axis=alt.Axis(format="~s", tickMinStep=1))
    chart = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=22))
        .encode(x=year_axis(), y=y, color=color, tooltip=tooltip)
    )
    return finish(chart, above="Joint papers by the country of the last author", height=220, width=420,
                  description="Joint papers of the poles by year.")  # fmt: skip


def institution_chart(results: Results) -> Any:
    """Draw the leading institutions, those of the poles in their colours."""
    frame = frames.institution_frame(results)
    poles = list(results.poles)
    kinds = [pole_name(code) if code in poles else "others" for code in frame["country"]]
    scale = alt.Scale(
        domain=[*map(pole_name, poles), "others"],
        range=[*(pole_colour(at) for at in range(len(poles))), colour("other")],
    )
    tooltip = [
        alt.Tooltip("name:N", title="Institution"),
        alt.Tooltip("where:N", title="Country"),
        alt.Tooltip("c2:Q", title="Citations within two years", format=","),
        alt.Tooltip("works:Q", title="Papers", format=","),
    ]
    chart = (
        alt.Chart(frame.assign(kind=kinds))
        .mark_bar()
        .encode(
            x=alt.X("c2:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            y=alt.Y("label:N", title=None, sort=frame["label"].tolist(), axis=alt.Axis(labelLimit=340)),
            color=alt.Color("kind:N", title=None, scale=scale, legend=_LEGEND),
            tooltip=tooltip,
        )
    )
    what = "Institutions with most citations within two years of the papers of their last authors."
    return finish(
        chart, above="Citations within two years", description=what, width=360, height=max(14 * len(frame), 40)
    )
