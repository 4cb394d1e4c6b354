"""The section of a study whose corpus names no country: it says so, instead of sections without a number."""

from isthmus.analyses.networks.tables import COUNTRY_YEARS
from isthmus.report.results import Results
from isthmus.report.section import Section

SENTENCE = (
    "No work of this corpus names a country, in its institutions or its authors' addresses: there are no volumes, no "
    "ties and no trends of countries to show. The coverage above says how many works there are, and what they hold."
)


def has_no_country(results: Results) -> bool:
    """Return whether the study asked for networks of countries and found none.

    Parameters
    ----------
    results : Results
        What the study published.
    """
    return results.published(COUNTRY_YEARS) and not results.has(COUNTRY_YEARS)


def section(results: Results) -> Section | None:
    """Return the section that says that there is no country; None where there is one.

    Parameters
    ----------
    results : Results
        What the study published.
    """
    if not has_no_country(results):
        return None
    return Section(
        id="nowhere",
        title="No country",
        template="isthmus.analyses.networks/nowhere.html.j2",
        values={"sentence": SENTENCE},
        figures=(),
        findings=(SENTENCE.partition(":")[0] + ".",),
        contents=(("nowhere", "No country"),),
    )
