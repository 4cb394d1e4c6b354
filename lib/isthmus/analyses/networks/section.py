"""The section on volumes: papers of the world and of each pole, and the strength of the largest countries."""

from functools import partial

from isthmus.analyses.networks.charts import international_chart, papers_chart, volume_frame
from isthmus.analyses.networks.countries import countries, strengths
from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.report.results import Results, from_works
from isthmus.report.section import Figure, Paragraph, Section
from isthmus.report.text import count


def section(results: Results) -> Section | None:
    """Return the section on volumes; None where the study published no countries by year."""
    if not results.published(COUNTRY_YEARS):
        return None
    figures = []
    if results.coverage["corpus_works"].sum():
        figures = [
            Figure(
                "papers",
                "Papers",
                "Works of the corpus with at least one country; full counting.",
                partial(papers_chart, results),
            ),
            Figure(
                "international",
                "Papers with another country",
                "Share of a pole's papers with an author in another country.",
                partial(international_chart, results),
            ),
        ]
    nodes = results.table(COUNTRY_YEARS)
    known = from_works(results)
    return Section(
        id="networks",
        title="Volumes",
        template="isthmus.analyses.networks/section.html.j2",
        values={
            "known": known,
            "volumes": volume_frame(results).to_dict("records"),
            "strengths": strengths(results).to_dict("records"),
            "strength_year": min(results.years[1], int(nodes["year"].max())) if len(nodes) else None,
        },
        figures=tuple(figures) if known else (),
        method=(Paragraph("Counting", f"{_COUNTING} {_hong_kong(results)}"),) if known else (),
        facts=(f"{count(len(countries(results)))} countries and territories",),
        contents=(("volumes", "Volumes"),) if known else (),
    )


_COUNTING = (
    "Full counting: a paper counts once for every pair of its countries. Knowledge exchange is the number of citations "
    "between two countries in both directions; a country's citations of itself do not count."
)


def _hong_kong(results: Results) -> str:
    if results.switch("geography.cn_includes_hk_mo", False):
        return "Hong Kong and Macao count as China."
    return "Hong Kong, Macao and Taiwan are counted apart from China."
