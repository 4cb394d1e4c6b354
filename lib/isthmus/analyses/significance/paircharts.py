"""The charts of one pair of countries over time."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.words import network_name, unit_of
from isthmus.analyses.robustness.tables import BOOTSTRAP_PROPENSITIES
from isthmus.analyses.significance.pair_series import pair_series
from isthmus.analyses.significance.ties import shown_networks
from isthmus.analyses.significance.z_intervals import with_z_intervals
from isthmus.networks.names import COLLABORATION
from isthmus.report.charts import finish, inline, year_axis
from isthmus.report.results import Results
from isthmus.report.text import capital, place_name
from isthmus.report.theme import colour, config

#: The name under which a page hands the rows of the chosen pair to these charts.
PAIR_DATA = "pair"
#: Of a logarithmic axis: labels at 1, 2 and 5 times a power of ten only.
_ONE_TWO_FIVE = (
    "indexof([1, 2, 5], round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))) >= 0 ? datum.label : ''"
)
#: Whole numbers with thousands, decimals only where a tick needs them.
_AMOUNTS = "format(datum.value, datum.value % 1 ? ',.1f' : ',d')"


def _fixed_years(results: Results) -> alt.X:
    """Return the same years for every pair, so that one pair can be compared with the next."""
    first, last = results.years
    return year_axis().scale(domain=[first, last] if first < last else [first - 1, last + 1], nice=False)


def pair_frame(results: Results, first: str, second: str) -> pd.DataFrame:
    """Return the rows behind `pair_chart`.

    Columns year, network (in words), z, weight, expected, low and high (expected ± 1 sd), times (weight over expected,
    missing where nothing was observed) with times_low and times_high. With a bootstrap also z_low and z_high, the
    interval of z.
    """
    rows = pair_series(results, first, second)
    rows = rows[rows["year"].between(*results.years)].copy()
    rows["z"] = rows["z"].where(rows["finite"].fillna(False).astype(bool))
    if results.has(BOOTSTRAP_PROPENSITIES):
        src, dst = sorted((first, second))
        rows = with_z_intervals(results, rows.assign(src=src, dst=dst)).drop(columns=["src", "dst"])
        for bound in ("z_low", "z_high"):
            rows[bound] = rows[bound].fillna(rows["z"]).where(rows["z"].notna())
    rows["network"] = rows["network"].map({name: network_name(results, name) for name in rows["network"].unique()})
    rows["times"] = rows["times"].where(rows["weight"] > 0)
    rows["low"] = (rows["expected"] - rows["sd"]).clip(lower=0)
    rows["high"] = rows["expected"] + rows["sd"]
    return rows.drop(columns=["sd", "finite"])


def _by_network(results: Results) -> dict[str, Any]:
    """Return the colour and the dashes that tell the networks apart."""
    names = [network_name(results, network) for network, _ in shown_networks(results)]
    return {
        "color": alt.Color(
            "network:N",
            title=None,
            scale=alt.Scale(domain=names, range=[colour("pole-3"), colour("pole-4")][: len(names)]),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300, symbolOpacity=1),
        ),
        "strokeDash": alt.StrokeDash(
            "network:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [7, 3]][: len(names)])
        ),
    }


def pair_times_chart(results: Results, data: Any, **size: Any) -> Any:
    """Draw how many times what size explains a pair weighs over time, with exact intervals, on a logarithmic axis."""
    x, scales = _fixed_years(results), _by_network(results)
    y_axis = alt.Axis(format="~g", tickCount=6, grid=False, labelExpr=_ONE_TWO_FIVE, labelOverlap=True)
    scale = alt.Scale(type="log", nice=False)
    # a year in which nothing was observed has an upper bound only: its band begins at a tenth of that
    shown = (
        alt.Chart(data)
        .transform_filter("datum.times_high > 0")
        .transform_calculate(bottom="datum.times_low > 0 ? datum.times_low : datum.times_high / 10")
    )
    band = shown.mark_area(opacity=0.18, aria=False).encode(
        x=x, y=alt.Y("bottom:Q", title=None, scale=scale, axis=y_axis), y2="times_high:Q", color=scales["color"]
    )
    line = (
        shown.transform_filter("datum.times > 0")
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=x,
            y=alt.Y("times:Q", title=None, scale=scale),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("network:N", title="Network"),
                alt.Tooltip("times:Q", title="Times what size explains", format=".2r"),
                alt.Tooltip("times_low:Q", title="from", format=".2r"),
                alt.Tooltip("times_high:Q", title="to", format=".2r"),
                alt.Tooltip("weight:Q", title="Observed", format=","),
                alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
            ],
            **scales,
        )
    )
    one = pd.DataFrame({"y": [1.0], "label": ["as size explains"]})
    rule = alt.Chart(one).mark_rule(strokeDash=[3, 3]).encode(y=alt.Y("y:Q", scale=scale))
    text = (
        alt.Chart(one)
        .mark_text(align="right", dy=-7, fontSize=11, color=colour("soft"))
        .encode(y=alt.Y("y:Q", scale=scale), text="label:N", x=alt.value("width"))
    )
    what = "How many times what size explains the pair weighs, by year in each network."
    return finish(band + rule + text + line, above="Times what size explains (log)", description=what, **size)


def pair_z_chart(results: Results, data: Any, **size: Any) -> Any:
    """Draw z over time in both networks, with the line above whose mean the published rule calls a tie."""
    x, scales = _fixed_years(results), _by_network(results)
    line = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=x,
            y=alt.Y("z:Q", title=None, axis=alt.Axis(tickCount=6)),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("network:N", title="Network"),
                alt.Tooltip("z:Q", title="z", format=".2f"),
                alt.Tooltip("weight:Q", title="Observed", format=","),
                alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
            ],
            **scales,
        )
    )  # fmt: skip
    marks = pd.DataFrame(
        {
            "y": [0.0, results.threshold],
            "label": ["as size explains", f"published rule: mean above {results.threshold:g}"],
        }
    )
    lines = alt.Chart(marks).mark_rule(strokeDash=[3, 3]).encode(y="y:Q")
    texts = (
        alt.Chart(marks)
        .mark_text(align="right", dy=-7, fontSize=11, color=colour("soft"))
        .encode(y="y:Q", text="label:N", x=alt.value("width"))
    )
    what = "z of the pair by year in each network."
    layers = [lines, texts, line]
    if results.has(BOOTSTRAP_PROPENSITIES):
        band = alt.Chart(data).mark_area(opacity=0.18, aria=False)
        edges = {"y": alt.Y("z_low:Q", title=None), "y2": alt.Y2("z_high:Q")}
        layers.insert(0, band.encode(x=x, color=scales["color"], **edges))
    return finish(alt.layer(*layers), above="z, in standard deviations", description=what, **size)


def pair_weight_chart(results: Results, data: Any, network: str, **size: Any) -> Any:
    """Draw the observed weight over time beside the one that size explains, with one standard deviation around it."""
    name, x = network_name(results, network), _fixed_years(results)
    hue = colour("pole-3" if network == COLLABORATION else "pole-4")
    unit = capital(unit_of(results, network))
    base = alt.Chart(data).transform_filter(alt.datum.network == name)
    band = base.mark_area(opacity=0.22, color=colour("other")).encode(
        x=x, y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=4, labelExpr=_AMOUNTS)), y2="high:Q"
    )
    kinds = ["Observed", "Expected by size ± 1 sd"]
    hues, dashes = alt.Scale(domain=kinds, range=[hue, colour("soft")]), alt.Scale(domain=kinds, range=[[1, 0], [5, 3]])
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=300)
    lines = (
        base.transform_fold(["weight", "expected"], as_=["kind", "value"])
        .transform_calculate(what="datum.kind == 'weight' ? 'Observed' : 'Expected by size ± 1 sd'")
        .mark_line(point=alt.OverlayMarkDef(size=24))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=None),
            color=alt.Color("what:N", title=None, scale=hues, legend=legend),
            strokeDash=alt.StrokeDash("what:N", title=None, scale=dashes),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("weight:Q", title="Observed", format=","),
                alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
                alt.Tooltip("z:Q", title="z", format=".2f"),
            ],
        )
    )  # fmt: skip
    what = f"{name}: observed and expected weight of the chosen pair by year."
    return finish(band + lines, above=f"{unit} per year", description=what, **size)


def pair_chart(results: Results, first: str, second: str, *, width: int = 560) -> Any:
    """Draw one pair of countries over time: times what size explains, z, then observed beside expected."""
    data = inline(values=records(pair_frame(results, first, second)))
    parts = [draw(results, data, width=width, height=240) for draw in (pair_times_chart, pair_z_chart)]
    parts += [
        pair_weight_chart(results, data, network, width=width, height=170) for network, _ in shown_networks(results)
    ]
    stacked = alt.vconcat(*[_unconfigured(part) for part in parts]).resolve_scale(
        color="independent", strokeDash="independent"
    )
    title = f"{place_name(first)} and {place_name(second)}"
    return stacked.properties(
        title=title, description=f"{title}: times what size explains, z, observed and expected by year."
    ).configure(**config())


def _unconfigured(chart: Any) -> Any:
    copy = chart.copy()
    copy.config = alt.Undefined
    return copy


def records(frame: pd.DataFrame) -> Sequence[dict[Any, Any]]:
    """Return the rows of a frame for JSON: null where a value is missing."""
    rows: Sequence[dict[Any, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows
