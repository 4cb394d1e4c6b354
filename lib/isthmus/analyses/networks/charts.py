"""Charts of volumes: papers of the world and of each pole, and how many of them were written with others."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.analyses.networks.countries import pole_members
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.report.charts import finish, one_two_five, year_axis
from isthmus.report.results import Results
from isthmus.report.text import pole_name
from isthmus.report.theme import colour, pole_colour


def volume_frame(results: Results) -> pd.DataFrame:
    """Return papers and international papers by year: of the whole corpus with a country, and of each pole.

    Columns year, who, papers, international, share. A bloc's numbers are sums over its members, so a paper of two
    members counts twice there. The world has no international column: it is not published.
    """
    coverage = results.coverage[results.coverage["corpus_works"] > 0]
    world = pd.DataFrame(
        {"year": coverage["year"].astype(int), "who": "World", "papers": coverage["corpus_with_country"]}
    )
    parts = [world.assign(international=float("nan"), share=float("nan"))]
    for pole in results.poles:
        own = results.table(COUNTRY_YEARS)[results.table(COUNTRY_YEARS)["country"].isin(pole_members(results, pole))]
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
    """Draw the papers per year of the world and of each pole, on a logarithmic scale."""
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


def international_chart(results: Results, **size: Any) -> Any:
    """Draw the share of each pole's papers that were written with another country, by year."""
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
