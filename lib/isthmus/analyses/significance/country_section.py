"""Any country: a box that knows its names, and the country's ties with a grade and their directions."""

import unicodedata
from typing import Any

from isthmus.analyses.networks.countries import country_options
from isthmus.analyses.significance.ties import graded_ties, shown_networks, window_text
from isthmus.analyses.trajectories.directions import directions, settled_trends
from isthmus.geography import COUNTRIES
from isthmus.report.results import Results
from isthmus.report.section import Section
from isthmus.report.text import place_name

_HERE = "isthmus.analyses.significance"


def section(results: Results) -> Section | None:
    """Return the section in which a reader names a country; None where no pair was tested."""
    options = country_options(results)
    if not shown_networks(results) or len(options) < 2:
        return None
    shown = {option["code"] for option in options}
    first = next((pole for pole in results.poles if pole in shown), options[0]["code"])
    trends = settled_trends(results, graded_ties(results, called="probable"))
    return Section(
        id="country",
        title="Any country",
        template=f"{_HERE}/country.html.j2",
        values={
            "first": place_name(first),
            "options": options,
            "window": window_text(results),
            "span": results.years,
            "several": len(shown_networks(results)) > 1,
            "has_labels": bool(directions(results)),
            "has_trends": trends is not None,
        },
        contents=(("country", "Any country"),),
        data={
            "aliases": aliases([option["code"] for option in options]),
            "defaultCountry": first,
            "hasDirections": bool(directions(results)),
            "trends": trends,
        },
        script=f"{_HERE}/country.js",
    )


def aliases(codes: list[str]) -> dict[str, str]:
    """Return what people call each place beside its name and code -> its code: "turkiye", "deutschland", "uk", "deu".

    Parameters
    ----------
    codes : list of str
        Codes of countries; a bloc that is one node has its name alone.
    """
    found: dict[str, str] = {}
    for code in codes:
        names: list[Any] = [code, place_name(code)]
        if code in COUNTRIES:
            names += [COUNTRIES[code].alpha3, *COUNTRIES[code].aliases]
        found |= {plain(name): code for name in names}
    return found


def plain(name: str) -> str:
    """Return a name as the page compares it: small letters without accents and dots, one blank between words.

    Parameters
    ----------
    name : str
        What somebody writes; `plainName` in country.js does the same.
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare.lower().replace(".", "")).split())
