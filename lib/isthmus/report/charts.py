"""The charts of a study as Altair objects: for the report, for figure files and for notebooks."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from isthmus.report.pairs import pair_series
from isthmus.report.results import COLLABORATION, Results
from isthmus.report.theme import colour, config, pole_colour
from isthmus.report.ties import partners
from isthmus.report.words import NETWORK_NAMES, place_name, pole_members, pole_name

#: Partners shown as bars; the table beside them lists all.
BARS = 15
PAIR_DATA = "pair"
_COVERAGE_LINES = {
    "corpus_with_country": "a country",
    "corpus_with_authors": "an author",
    "corpus_with_city": "a city",
    "corpus_with_references": "references",
}


def finish(chart: Any, *, width: int | None = 640, height: int | None = 260, description: str = "") -> Any:
    """Give a chart the house's style, a size, and a description for readers who do not see it."""
    size = {name: value for name, value in (("width", width), ("height", height)) if value is not None}
    return chart.properties(description=description, **size).configure(**config())


def _year_axis(title: str | None = None) -> alt.X:
    return alt.X("year:Q", title=title, axis=alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=8))


def _fixed_years(results: Results) -> alt.X:
    """The same years for every pair, so that one pair can be compared with the next."""
    first, last = results.years
    return _year_axis().scale(domain=[first, last] if first < last else [first - 1, last + 1], nice=False)


def coverage_frame(results: Results) -> pd.DataFrame:
    """Shares of the corpus works that name an author, a country, a city, references: year, what, works, of, share."""
    coverage = results.coverage[results.coverage["corpus_works"] > 0]
    parts = [
        pd.DataFrame(
            {
                "year": coverage["year"].astype(int),
                "what": label,
                "works": coverage[column].astype(int),
                "of": coverage["corpus_works"].astype(int),
                "share": coverage[column] / coverage["corpus_works"],
            }
        )
        for column, label in _COVERAGE_LINES.items()
    ]
    return pd.concat(parts, ignore_index=True)


def coverage_chart(results: Results, **size: Any) -> Any:
    """Which part of the corpus can be placed at all, by year."""
    frame = coverage_frame(results)
    labels = list(_COVERAGE_LINES.values())
    tokens = ("pole-1", "pole-2", "pole-3", "pole-4")
    shared = {
        "color": alt.Color(
            "what:N",
            title="Works that name",
            scale=alt.Scale(domain=labels, range=[colour(token) for token in tokens]),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300),
        ),
        "strokeDash": alt.StrokeDash(
            "what:N",
            title="Works that name",
            scale=alt.Scale(domain=labels, range=[[1, 0], [7, 3], [2, 3], [9, 3, 2, 3]]),
        ),
    }
    line = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=_year_axis(),
            y=alt.Y("share:Q", title="Share of the corpus works", axis=alt.Axis(format=".0%", tickCount=5)).scale(domain=[0, 1]),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("what:N", title="Works that name"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("works:Q", title="Works", format=","),
            ],
            **shared,
        )
    )  # fmt: skip
    return finish(
        line,
        description="Share of the corpus works that name an author, a country, a city, references, by year.",
        **size,
    )


def volume_frame(results: Results) -> pd.DataFrame:
    """Papers and international papers by year: of the whole corpus with a country, and of each pole.

    Columns year, who, papers, international, share. A bloc's numbers are sums over its members, so a paper of two
    members counts twice there. The world has no international column: it is not published.
    """
    coverage = results.coverage[results.coverage["corpus_works"] > 0]
    world = pd.DataFrame(
        {"year": coverage["year"].astype(int), "who": "World", "papers": coverage["corpus_with_country"]}
    )
    parts = [world.assign(international=float("nan"), share=float("nan"))]
    for pole in results.poles:
        own = results.nodes[results.nodes["country"].isin(pole_members(results, pole))]
        sums = own.groupby("year", as_index=False)[["papers", "papers_international"]].sum()
        sums = sums.rename(columns={"papers_international": "international"}).assign(who=pole_name(pole))
        sums["share"] = sums["international"] / sums["papers"].where(sums["papers"] > 0)
        parts.append(sums[["year", "who", "papers", "international", "share"]])
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _who(results: Results, *, world: bool) -> dict[str, Any]:
    names = (["World"] if world else []) + [pole_name(pole) for pole in results.poles]
    hues = ([colour("other")] if world else []) + [pole_colour(n) for n in range(len(results.poles))]
    dashes = ([[2, 2]] if world else []) + [[1, 0], [7, 3], [9, 3, 2, 3], [2, 4]][: len(results.poles)]
    dashes += [[1, 0]] * (len(names) - len(dashes))
    return {
        "color": alt.Color(
            "who:N",
            title=None,
            scale=alt.Scale(domain=names, range=hues),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300),
        ),
        "strokeDash": alt.StrokeDash("who:N", title=None, scale=alt.Scale(domain=names, range=dashes)),
    }


def papers_chart(results: Results, **size: Any) -> Any:
    """Papers per year of the world and of each pole, on a logarithmic scale."""
    frame = volume_frame(results)
    frame = frame[frame["papers"] > 0]
    line = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=_year_axis(),
            y=alt.Y("papers:Q", title="Papers (logarithmic)", axis=alt.Axis(format="~s", tickCount=4)).scale(type="log", nice=True),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("papers:Q", title="Papers", format=","),
            ],
            **_who(results, world=True),
        )
    )  # fmt: skip
    return finish(line, description="Papers per year of the world and of each pole.", **size)


def international_chart(results: Results, **size: Any) -> Any:
    """Share of each pole's papers that were written with another country, by year."""
    frame = volume_frame(results)
    line = (
        alt.Chart(frame[frame["share"].notna()])
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=_year_axis(),
            y=alt.Y("share:Q", title="Share of papers with another country", axis=alt.Axis(format=".0%", tickCount=5)).scale(zero=True),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("share:Q", title="International", format=".1%"),
                alt.Tooltip("international:Q", title="Papers", format=","),
            ],
            **_who(results, world=False),
        )
    )  # fmt: skip
    return finish(line, description="Share of each pole's papers written with another country, by year.", **size)


def partners_chart(results: Results, pole: str, network: str = COLLABORATION, **size: Any) -> Any:
    """A pole's strongest significant partners as bars of mean z."""
    found = partners(results, pole, network).head(BARS)
    several = len(pole_members(results, pole)) > 1
    labels = [
        f"{row.partner_name} (with {place_name(row.member)})" if several else row.partner_name
        for row in found.itertuples()
    ]
    found = found.assign(label=labels, text=[f"{z:.1f}" for z in found["mean_z"]])
    position = results.poles.index(pole) if pole in results.poles else len(results.poles)
    base = alt.Chart(found[["label", "mean_z", "weight", "expected", "text"]]).encode(
        y=alt.Y(
            "label:N", sort=None, title=None, axis=alt.Axis(domain=False, labelColor=colour("ink"), labelLimit=180)
        ),
        x=alt.X("mean_z:Q", title="mean z", axis=alt.Axis(grid=False, tickCount=4)).scale(domainMin=0),
        tooltip=[
            alt.Tooltip("label:N", title="Partner"),
            alt.Tooltip("mean_z:Q", title="Mean z", format=".2f"),
            alt.Tooltip("weight:Q", title="Observed", format=","),
            alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.7}, color=pole_colour(position))
    chart = bars + base.mark_text(align="left", dx=5, color=colour("soft")).encode(text="text:N")
    what = f"Countries that {pole_name(pole)} has the strongest ties with, by mean z."
    return finish(chart, **({"height": 22 * max(len(found), 1)} | size), description=what)


def pair_frame(results: Results, first: str, second: str) -> pd.DataFrame:
    """The rows behind `pair_chart`: year, network (in words), z, weight, expected, low and high (expected ± 1 sd)."""
    rows = pair_series(results, first, second)
    rows = rows[rows["year"].between(*results.years)].copy()
    rows["z"] = rows["z"].where(rows["finite"].fillna(False).astype(bool))
    rows["network"] = rows["network"].map(NETWORK_NAMES)
    rows["low"] = (rows["expected"] - rows["sd"]).clip(lower=0)
    rows["high"] = rows["expected"] + rows["sd"]
    return rows.drop(columns=["sd", "finite"])


def pair_z_chart(results: Results, data: Any, **size: Any) -> Any:
    """z over time in both networks, with the line above which a tie counts as significant."""
    names = [NETWORK_NAMES[network] for network, _ in results.networks]
    x = _fixed_years(results)
    scales = {
        "color": alt.Color(
            "network:N",
            title=None,
            scale=alt.Scale(domain=names, range=[colour("pole-3"), colour("pole-4")][: len(names)]),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300),
        ),
        "strokeDash": alt.StrokeDash(
            "network:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [7, 3]][: len(names)])
        ),
    }
    line = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=40))
        .encode(
            x=x,
            y=alt.Y("z:Q", title="z: distance from the expected, in standard deviations", axis=alt.Axis(tickCount=6)),
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
        {"y": [0.0, results.threshold], "label": ["as size explains", f"significant above {results.threshold:g}"]}
    )
    lines = alt.Chart(marks).mark_rule(strokeDash=[3, 3]).encode(y="y:Q")
    texts = (
        alt.Chart(marks)
        .mark_text(align="right", dy=-7, fontSize=11, color=colour("soft"))
        .encode(y="y:Q", text="label:N", x=alt.value("width"))
    )
    return finish(alt.layer(lines, texts, line), description="z of the chosen pair by year in each network.", **size)


def pair_weight_chart(results: Results, data: Any, network: str, **size: Any) -> Any:
    """Observed weight over time beside the one that size explains, with one standard deviation around it."""
    name, x = NETWORK_NAMES[network], _fixed_years(results)
    hue = colour("pole-3" if network == COLLABORATION else "pole-4")
    unit = "Papers" if network == COLLABORATION else "Citations"
    base = alt.Chart(data).transform_filter(alt.datum.network == name)
    y_title = f"{unit} per year"
    band = base.mark_area(opacity=0.22, color=colour("other")).encode(
        x=x, y=alt.Y("low:Q", title=y_title, axis=alt.Axis(tickCount=4, format=",")), y2="high:Q"
    )
    legend = alt.Scale(domain=["Observed", "Expected by size ± 1 sd"], range=[hue, colour("soft")])
    dashes = alt.Scale(domain=["Observed", "Expected by size ± 1 sd"], range=[[1, 0], [5, 3]])
    lines = (
        base.transform_fold(["weight", "expected"], as_=["kind", "value"])
        .transform_calculate(what="datum.kind == 'weight' ? 'Observed' : 'Expected by size ± 1 sd'")
        .mark_line(point=alt.OverlayMarkDef(size=24))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=y_title),
            color=alt.Color("what:N", title=None, scale=legend, legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300)),
            strokeDash=alt.StrokeDash("what:N", title=None, scale=dashes),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("weight:Q", title="Observed", format=","),
                alt.Tooltip("expected:Q", title="Expected by size", format=",.1f"),
                alt.Tooltip("z:Q", title="z", format=".2f"),
            ],
        )
    )  # fmt: skip
    return finish(band + lines, description=f"{name}: observed and expected weight of the chosen pair by year.", **size)


def pair_chart(results: Results, first: str, second: str, *, width: int = 560) -> Any:
    """One pair of countries over time: z in each network, then observed beside expected."""
    data = alt.Data(values=_records(pair_frame(results, first, second)))
    parts = [pair_z_chart(results, data, width=width, height=240)]
    parts += [pair_weight_chart(results, data, network, width=width, height=170) for network, _ in results.networks]
    stacked = alt.vconcat(*[_unconfigured(part) for part in parts]).resolve_scale(
        color="independent", strokeDash="independent"
    )
    title = f"{place_name(first)} and {place_name(second)}"
    return stacked.properties(title=title, description=f"{title}: z, observed and expected by year.").configure(
        **config()
    )


def _unconfigured(chart: Any) -> Any:
    copy = chart.copy()
    copy.config = alt.Undefined
    return copy


def _records(frame: pd.DataFrame) -> Sequence[dict[str, Any]]:
    records: Sequence[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return records
