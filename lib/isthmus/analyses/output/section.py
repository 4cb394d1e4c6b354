"""The section on output: papers and citations of the compared countries and blocs, and close-knit regions."""

from collections.abc import Mapping
from functools import partial

from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.networks.words import network_name
from isthmus.analyses.output.charts import densities_chart, foreign_chart, output_chart, output_frame
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results, from_works
from isthmus.report.section import Absent, Figure, Section

#: What a part of the section shows, and which setting publishes it.
OFF: Mapping[str, Absent] = {
    "output": Absent("Papers and citations of countries and blocs side by side", "geography.compare=[EU-27]"),
    "densities": Absent("Ties inside regions beside those to the outside", "geography.regions=[South America]"),
}


def section(results: Results) -> Section | None:
    """Return the section on output and regions; None where the study published neither these nor networks."""
    if not any(results.published(spec) for spec in (ENTITY_YEARS, DENSITIES, COUNTRY_YEARS)):
        return None
    densities = results.optional(DENSITIES)
    figures = tuple(_figures(results))
    drawn = {figure.name for figure in figures}
    there = {"output": len(output_frame(results)) > 0, "densities": densities is not None}
    return Section(
        id="output",
        title="Output and citations",
        template="isthmus.analyses.output/section.html.j2",
        values={
            "output_rows": output_frame(results).to_dict("records"),
            "density_rows": [] if densities is None else densities.to_dict("records"),
        },
        figures=figures,
        contents=tuple(link for name, link in _LINKS.items() if name in drawn),
        absent=tuple(off for name, off in OFF.items() if not there[name]) if from_works(results) else (),
    )


#: Figure -> the part of the page that it stands in.
_LINKS = {"output": ("output", "Output and citations"), "densities": ("regions", "Regions")}


def _figures(results: Results) -> list[Figure]:
    found = []
    output = output_frame(results)
    if (output[["international", "domestic"]] > 0).any(axis=None):
        caption = (
            "International papers have a country outside the country or bloc, domestic papers none. Full counting."
        )
        heading = "Papers with other countries, and without"
        found.append(Figure("output", heading, caption, partial(output_chart, results)))
    if (output["foreign"] > 0).any():
        caption = "Citations of a country's or bloc's papers by works with a country outside it, each once."
        heading = "Citations from outside"
        found.append(Figure("foreign_citations", heading, caption, partial(foreign_chart, results)))
    densities = results.optional(DENSITIES)
    if densities is not None and densities_chart(results) is not None:
        first, last = results.window
        name = network_name(results, COLLABORATION)
        caption = f"{name} with a mean z over {first}–{last} above {results.threshold:g}: the published rule."
        heading = f"{name}: ties of the published rule inside regions, and with the outside"
        found.append(Figure("densities", heading, caption, partial(densities_chart, results)))
    return found
