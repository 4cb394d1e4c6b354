"""The section on novelty: shares of hits, ranks, tests, what the numbers rest on."""

from functools import partial

from isthmus.analyses.novelty import charts, frames
from isthmus.analyses.novelty import tables as t
from isthmus.analyses.novelty.findings import findings, method
from isthmus.indicators.novelty.names import CONTENT, CONTEXT, LEAST_TOLD_APART
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section
from isthmus.report.text import percent


def section(results: Results) -> Section | None:
    """Return the section on novelty; None where the study does not measure it."""
    if not results.has(t.NOVELTY_YEARS):
        return None
    return Section(
        id="novelty",
        title="Novelty",
        template="isthmus.analyses.novelty/section.html.j2",
        values={
            "years": results.years,
            "background": results.switch("novelty.background", "corpus"),
            "hits": frames.hit_rows(results),
            "cities": frames.city_rows(results),
            "without": percent(frames.without_pairs(results), 1.0),
            "least_told_apart": LEAST_TOLD_APART,
            "apart": [(frames.MEASURE_NAMES[name], frames.told_apart(results, name)) for name in (CONTENT, CONTEXT)],
            "coverage": frames.coverage_rows(results),
            "checks": frames.check_rows(results),
            "agreement": frames.agreement_rows(results),
            "rows": frames.years_frame(results).to_dict("records"),
        },
        figures=tuple(_figures(results)),
        findings=findings(results),
        method=method(results),
        contents=(("novelty", "Novelty"),),
    )


def _figures(results: Results) -> list[Figure]:
    frame = frames.years_frame(results)
    found = []
    if frame["share_of_hits"].notna().any():
        caption = (
            "Hits are the papers in the highest percent of novelty of their year. Shares are of the hits of papers "
            "whose last author has a known country: a year of few papers has few hits, and shares jump. Bands: the "
            "starts of the model."
        )
        draw = partial(charts.hits_chart, results)
        found.append(Figure("novelty_hits", "Share of the world's novelty hits", caption, draw))
    if frame["mean_rank"].notna().any():
        caption = (
            "0.5 is as new as the corpus of the year; ranks are within the year, so years can be compared. Bands: how "
            "far the mean of as many papers drawn at random strays (95%)."
        )
        draw = partial(charts.ranks_chart, results)
        found.append(Figure("novelty_ranks", "Mean rank of novelty", caption, draw))
    return found
