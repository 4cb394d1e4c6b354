"""The section on countries and blocs: output, citations, partners, reliance, organisations, active researchers."""

from functools import partial

from isthmus.analyses.blocs import charts, frames
from isthmus.analyses.blocs import tables as t
from isthmus.analyses.blocs.findings import findings, method
from isthmus.analyses.blocs.nearest import nearest_cell
from isthmus.analyses.blocs.scores import WORDS
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section, figure_name
from isthmus.report.text import in_sentence


def section(results: Results) -> Section | None:
    """Return the section on countries and blocs; None where the study compares none."""
    if not results.has(t.BLOC_YEARS):
        return None
    return Section(
        id="blocs",
        title="Countries and blocs side by side",
        template="isthmus.analyses.blocs/section.html.j2",
        values={
            "year": frames.last_year(results),
            "names": charts.names(results),
            "years": frames.years_frame(results).to_dict("records"),
            "matrix": frames.partner_matrix(results),
            "leads": frames.overtaking_rows(results),
            "trends": frames.trend_rows(results),
            "connected": frames.connected_rows(results),
            "organisations": frames.organisation_rows(results),
            "thresholds": frames.thresholds(results),
            "cities": frames.city_rows(results),
            "researchers": frames.researcher_tables(results),
            "nearest": nearest_cell(results, WORDS),
            "panels": {name: in_sentence(entity) for name, entity in _panels(results).items()},
            "placed": frames.coverage(results),
        },
        figures=tuple(_figures(results)),
        charts={name: partial(charts.partner_chart, results, entity) for name, entity in _panels(results).items()},
        findings=findings(results),
        method=method(results),
        contents=(
            ("blocs", "Countries and blocs"),
            *((("bloc-organisations", "Organisations"),) if results.has(t.ORGANISATION_COUNTS) else ()),
            *((("bloc-researchers", "Researchers"),) if results.has(t.ACTIVE_RESEARCHERS) else ()),
        ),
    )


def _panels(results: Results) -> dict[str, str]:
    """Return the page's charts of partners: name -> entity."""
    return {figure_name("bloc_partners", entity): entity for entity in charts.with_partners(results)}


def _figures(results: Results) -> list[Figure]:
    frame = frames.years_frame(results)
    found = []
    if (frame["papers"] > 0).any():
        caption = "Full counting: a paper counts once for each country or bloc with an affiliation in it."
        found.append(Figure("bloc_output", "Papers per year", caption, partial(charts.output_chart, results)))
        caption = "A foreign partner is an affiliation in a country outside."
        draw = partial(charts.reliance_chart, results)
        found.append(Figure("bloc_reliance", "Reliance on foreign partners", caption, draw))
    if frame["share_citations_made"].notna().any():
        caption = (
            "Solid: of all citations made in the year to the corpus, those to papers of each. Dotted: of all citations "
            "to date of the year's papers; the last years have had little time."
        )
        draw = partial(charts.citations_chart, results)
        found.append(Figure("bloc_citations", "Share of the world's citations", caption, draw))
    if charts.with_partners(results):
        caption = (
            "Each panel is over the papers of the one in its heading: the same joint papers weigh more for the smaller."
        )
        draw = partial(charts.partners_chart, results)
        found.append(Figure("bloc_partners", "Papers with each other, as a share of one's own", caption, draw))
    return found
