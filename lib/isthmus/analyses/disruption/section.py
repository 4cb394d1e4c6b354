"""The section on disruption: five readings over the years, places among works alike, what the records leave out."""

from functools import partial

from isthmus.analyses.disruption import charts, frames
from isthmus.analyses.disruption import tables as t
from isthmus.analyses.disruption.findings import findings, method
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section
from isthmus.report.text import percent


def section(results: Results) -> Section | None:
    """Return the section on disruption; None where the study measured none."""
    if not results.has(t.DISRUPTION_YEARS):
        return None
    return Section(
        id="disruption",
        title="Disruption",
        template="isthmus.analyses.disruption/section.html.j2",
        values={
            "trends": frames.trend_rows(results),
            "compared": frames.place_rows(results),
            "cities": frames.city_rows(results),
            "rows": frames.years_frame(results).to_dict("records"),
            "without": percent(frames.without_references(results), 1.0),
            "top": percent(float(results.switch("disruption.top_share", 0.1)), 1.0),
            "least": int(results.switch("disruption.minimum_references", 1)),
            "window": results.window,
            "short": int(results.switch("disruption.short", 5)),
            "last": results.switch("disruption.last"),
        },
        figures=tuple(_figures(results)),
        findings=findings(results),
        method=method(results),
        contents=(("disruption", "Disruption"),),
    )


def _figures(results: Results) -> list[Figure]:
    frame, found = frames.years_frame(results), []
    if len(frames.readings_frame(results)):
        caption = (
            "Five readings of the same question with different flaws; only where all go one way do the works disrupt "
            "more or less. Bands: intervals over resampled works."
        )
        draw = partial(charts.readings_chart, results)
        found.append(Figure("disruption_readings", "Disruption of the world’s works", caption, draw))
    if frame.loc[frame["place"] != frames.WORLD, "class_rank"].notna().any():
        caption = (
            "Ranks compare works of one year and a like number of references only. Bands as above; years of fewer than "
            "30 works have none."
        )
        draw = partial(charts.ranks_chart, results)
        found.append(Figure("disruption_ranks", "Rank among the world’s works alike", caption, draw))
    caption = "Such works have no index; a change of this share changes CD with all works, whatever works do."
    draw = partial(charts.references_chart, results)
    found.append(Figure("disruption_references", "Works without recorded references", caption, draw))
    return found
