"""The chart of what the records cover."""

from typing import Any

import altair as alt
import pandas as pd

from isthmus.report.charts import finish, year_axis
from isthmus.report.results import Results
from isthmus.report.theme import colour

_COVERAGE_LINES = {
    "corpus_with_country": "a country",
    "corpus_with_authors": "an author",
    "corpus_with_city": "a city",
    "corpus_with_references": "references",
}


def coverage_frame(results: Results) -> pd.DataFrame:
    """Return the shares of the corpus works that name an author, a country, a city, references.

    Year, what, works, of, share.
    """
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
    """Draw which part of the corpus can be placed at all, by year."""
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
