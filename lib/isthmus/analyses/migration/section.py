"""The section on scientists who move: flows, their tests, movers beside others, joint work with the origin."""

from functools import partial

from isthmus.analyses.migration import charts, frames
from isthmus.analyses.migration import tables as t
from isthmus.analyses.migration.findings import findings, method
from isthmus.analyses.migration.orcids import orcid_rows, orcid_share
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section, figure_name
from isthmus.report.text import in_sentence

#: Figures of AlShebli et al. 2024 that ours repeat.
ORIGINS_OF, PROFILES, TIES = (
    f"Like Figure {number} of AlShebli et al. 2024." for number in ("2a, 2b", "2c to 2e", "2f")
)


def section(results: Results) -> Section | None:
    """Return the section on migration; None where the study follows nobody, or nobody moved."""
    if not results.has(t.MIGRATION_FLOWS) or not charts.flowing(results):
        return None
    return Section(
        id="migration",
        title="Who moves where",
        template="isthmus.analyses.migration/section.html.j2",
        values={
            "whose": frames.whose_words(results),
            "span": results.years,
            "window": results.window,
            "origins": {in_sentence(pole): frames.origin_rows(results, pole) for pole in charts.flowing(results)},
            "origin_charts": {in_sentence(pole): _origins(pole) for pole in charts.flowing(results)},
            "comparisons": frames.comparison_rows(results),
            "ties": frames.tie_rows(results),
            "matched": frames.matched_rows(results),
            "universities": frames.university_rows(results),
            "leading": results.switch("migration.universities"),
            "ancestry": frames.ancestry_rows(results),
            "ancestry_source": _source(results, "migration.ancestry"),
            "returns": frames.return_rows(results),
            "agreement": frames.agreement_rows(results),
            "source": _source(results, "migration.published_flows"),
            "orcids": orcid_rows(results),
            "orcid_share": orcid_share(results),
        },
        figures=tuple(_figures(results)),
        findings=findings(results),
        method=method(results),
        contents=(("migration", "Migration"),),
    )


def _source(results: Results, field: str) -> str:
    named = results.switch(field) or {}
    return str(named.get("source") or named.get("file") or "")


def _origins(pole: str) -> str:
    return figure_name("migration_origins", pole)


def _figures(results: Results) -> list[Figure]:
    first, last = results.years
    found = [
        Figure(
            "migration_flows",
            "Where they come from, and where they go",
            f"Moves of {frames.whose_words(results)}, {first}–{last}. Bands are as wide as there are movers; those "
            "between the poles are coloured.",
            partial(charts.flow_chart, results),
        ),
        Figure(
            "migration_years",
            "Moves between the poles",
            "Solid: the gap rule. Dotted: strict moves, with enough works on both sides.",
            partial(charts.years_chart, results),
        ),
    ]
    if not frames.net_frame(results).empty:
        caption = f"Arrivals without departures, {first}–{last}; the countries with most and least."
        draw = partial(charts.net_chart, results)
        found.append(Figure("migration_net", "Who wins and who loses scientists", caption, draw))
    for pole in charts.flowing(results):
        if len(frames.ends(results, pole, "origin")):
            caption = f"Countries from which most moved to {in_sentence(pole)}, {first}–{last}. {ORIGINS_OF}"
            draw = partial(charts.origins_chart, results, pole)
            found.append(Figure(_origins(pole), f"Moves to {in_sentence(pole)}", caption, draw))
    if results.has(t.MIGRATION_PROFILES):
        caption = (
            f"From the lower to the upper quartile, marks at the median; at the move, or when compared. {PROFILES}"
        )
        draw = partial(charts.profile_chart, results)
        found.append(Figure("migration_profiles", "Movers beside others at the destination", caption, draw))
    if results.has(t.ORIGIN_TIES_BY_YEAR):
        caption = f"Works of any field with another author in the country of origin; shaded: 95 % intervals. {TIES}"
        draw = partial(charts.tie_chart, results)
        found.append(Figure("migration_ties", "Joint work with the country of origin", caption, draw))
    return found
