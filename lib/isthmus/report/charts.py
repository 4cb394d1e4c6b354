"""The charts of a study as Altair objects: for the report, for figure files and for notebooks."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from isthmus.errors import ConfigError
from isthmus.report.results import COLLABORATION, Results, rows_of
from isthmus.report.theme import colour, config, pole_colour
from isthmus.report.ties import SOLID, partners
from isthmus.report.words import place_name, plural, pole_members, pole_name

#: Partners shown as bars; the table beside them lists all.
BARS = 15
_COVERAGE_LINES = {
    "corpus_with_country": "a country",
    "corpus_with_authors": "an author",
    "corpus_with_city": "a city",
    "corpus_with_references": "references",
}


def finish(
    chart: Any, *, width: int | None = 640, height: int | None = 260, description: str = "", above: str = ""
) -> Any:
    """Give a chart the house's style, a size, a description for readers who do not see it, and a line above it.

    The line says what the vertical axis counts: an axis title would run into the legend.
    """
    if above:
        line = alt.TitleParams(above, fontSize=12, fontWeight="normal", color=colour("soft"), anchor="start", offset=6)
        chart = chart.properties(title=line)
    size = {name: value for name, value in (("width", width), ("height", height)) if value is not None}
    return chart.properties(description=description, **size).configure(**config())


def inline(**properties: Any) -> Any:
    """Return data that is written into the chart itself."""
    return alt.Data(**properties)  # type: ignore[no-untyped-call]


def year_axis() -> alt.X:
    """Return the horizontal axis of a series: whole years, no title, no grid."""
    axis = alt.Axis(format="d", tickMinStep=1, grid=False, tickCount=8, labelFlush=False)
    return alt.X("year:Q", title=None, axis=axis).scale(nice=False)


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
            title=None,
            scale=alt.Scale(domain=labels, range=[colour(token) for token in tokens]),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolSize=300),
        ),
        "strokeDash": alt.StrokeDash(
            "what:N",
            title=None,
            scale=alt.Scale(domain=labels, range=[[1, 0], [7, 3], [2, 3], [9, 3, 2, 3]]),
        ),
    }
    line = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=year_axis(),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)).scale(domain=[0, 1]),
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
        above="Share of the corpus works that name",
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
        own = results.country_years[results.country_years["country"].isin(pole_members(results, pole))]
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
    ticks = one_two_five(frame["papers"])
    line = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=year_axis(),
            y=alt.Y("papers:Q", title=None, axis=alt.Axis(values=ticks, format="~s")).scale(
                type="log", nice=False, domain=[ticks[0], ticks[-1]]
            ),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("papers:Q", title="Papers", format=","),
            ],
            **_who(results, world=True),
        )
    )  # fmt: skip
    what = "Papers per year of the world and of each pole."
    return finish(line, above="Papers per year, logarithmic", description=what, **size)


def one_two_five(values: pd.Series) -> list[float]:
    """Ticks of a logarithmic axis that covers the values: 1, 2, 5, 10, 20, ..."""
    if values.empty:
        return [1.0]
    low, high = int(np.floor(np.log10(values.min()))), int(np.ceil(np.log10(values.max())))
    steps = (1, 2, 5) if high - low < 4 else (1,)
    ticks = np.array([step * 10.0**power for power in range(low, high + 2) for step in steps])
    first, last = np.searchsorted(ticks, values.min(), "right") - 1, np.searchsorted(ticks, values.max(), "left")
    return [float(tick) for tick in ticks[first : max(last, first + 1) + 1]]


def international_chart(results: Results, **size: Any) -> Any:
    """Share of each pole's papers that were written with another country, by year."""
    frame = volume_frame(results)
    line = (
        alt.Chart(frame[frame["share"].notna()])
        .mark_line(point=alt.OverlayMarkDef(size=28))
        .encode(
            x=year_axis(),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5)).scale(zero=True),
            tooltip=[
                alt.Tooltip("year:Q", title="Year", format="d"),
                alt.Tooltip("who:N", title="Of"),
                alt.Tooltip("share:Q", title="International", format=".1%"),
                alt.Tooltip("international:Q", title="Papers", format=","),
            ],
            **_who(results, world=False),
        )
    )  # fmt: skip
    what = "Share of each pole's papers written with another country, by year."
    return finish(line, above="Share of a pole's papers", description=what, **size)


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
