"""The section on output: papers and citations of the compared countries and blocs, and close-knit regions."""

from collections.abc import Mapping
from functools import partial

from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.analyses.networks.text import NETWORK_NAMES
from isthmus.analyses.output.charts import densities_chart, foreign_chart, output_chart, output_frame
from isthmus.analyses.output.tables import DENSITIES, ENTITY_YEARS
from isthmus.analyses.significance.ties import shown_networks
from isthmus.networks.names import COLLABORATION
from isthmus.report.results import Results
from isthmus.report.section import Figure, Section

#: Which setting publishes what a part of the section needs.
TURNED_ON_BY: Mapping[str, str] = {
    "output": "Runs of this version publish the yearly output of the countries and blocs that `geography.compare` "
    "names.",
    "densities": "Name regions in `geography.regions` to compare the ties inside them with those to the outside.",
}


def section(results: Results) -> Section | None:
    """Return the section on output and regions; None where the study published neither these nor networks."""
    if not any(results.published(spec) for spec in (ENTITY_YEARS, DENSITIES, COUNTRY_YEARS)):
        return None
    densities = results.optional(DENSITIES)
    regions = bool(shown_networks(results)) or densities is not None
    return Section(
        id="output",
        title="Output and citations",
        template="isthmus.analyses.output/section.html.j2",
        values={
            "absent": TURNED_ON_BY,
            "output_rows": output_frame(results).to_dict("records"),
            "regions_shown": regions,
            "density_rows": [] if densities is None else densities.to_dict("records"),
        },
        figures=tuple(_figures(results)),
        contents=(("output", "Output"), *((("regions", "Regions"),) if regions else ())),
    )


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
    if densities is not None and (densities["network"] == COLLABORATION).any():
        first, last = results.window
        caption = (
            f"Collaboration: ties with a mean z over {first}–{last} above {results.threshold:g}, the published rule."
        )
        heading = f"{NETWORK_NAMES[COLLABORATION]}: ties of the published rule inside regions, and with the outside"
        found.append(Figure("densities", heading, caption, partial(densities_chart, results)))
    return found
