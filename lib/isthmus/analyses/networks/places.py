"""The places that a published value is of: a country, or a pair of countries, that the study holds."""

from isthmus.analyses.networks.countries import countries
from isthmus.errors import ConfigError
from isthmus.geography import find_country
from isthmus.report.results import Results
from isthmus.report.scoring import NotComparableError
from isthmus.report.text import in_sentence, place_name


def country_code(results: Results, name: str) -> str:
    """Return the code of a country by its name.

    Raises
    ------
    NotComparableError
        No country, or one that is not in the networks of the study.
    """
    try:
        code = find_country(name.strip()).code
    except ConfigError:
        raise NotComparableError(f"{name.strip()!r} is no country") from None
    if code not in countries(results):
        raise NotComparableError(f"{in_sentence(code)} is not in the networks of this study")
    return code


def country_pair(results: Results, scope: str) -> tuple[str, str]:
    """Return the codes of a pair written as "Tunisia-France"."""
    one, _, two = scope.partition("-")
    return country_code(results, one), country_code(results, two)


def both_names(one: str, two: str) -> str:
    """Return the names of a pair."""
    return f"{place_name(one)} and {place_name(two)}"
