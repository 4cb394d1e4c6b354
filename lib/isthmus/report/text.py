"""How the report writes numbers, names of places and lists."""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from isthmus.geography import COUNTRIES, blocs

MISSING = "–"
CODE_LETTERS = 2  # of a country; what is longer is the name of a bloc that is one node


def place_name(code: str) -> str:
    """Return the English name of a country code.

    A bloc's own name; a code that no list knows stays readable as it is.
    """
    country = COUNTRIES.get(code)
    if country is None and (len(code) > CODE_LETTERS or code in _bloc_names()):
        return code
    return country.name if country else f"unknown place “{code}”"


@cache
def _bloc_names() -> frozenset[str]:
    return frozenset(bloc.name for bloc in blocs())


_WITH_ARTICLE = {
    "AE", "BS", "CD", "CF", "CG", "DO", "FK", "FO", "GB", "GM", "KM", "KY", "MH", "MP", "MV",
    "NL", "PH", "SC", "SB", "TC", "UM", "US", "VI", "VG", "AX", "CK", "TF",
}  # fmt: skip


def in_sentence(name_or_code: str) -> str:
    """Return a country's or bloc's name as it stands within a sentence: "the United States", "China", "the EU-27"."""
    if name_or_code in COUNTRIES:
        name = COUNTRIES[name_or_code].name
        return f"the {name}" if name_or_code in _WITH_ARTICLE else name
    return f"the {name_or_code}" if name_or_code.isupper() or "-" in name_or_code else name_or_code


def capital(sentence: str) -> str:
    """Return the text with its first letter in capitals."""
    return sentence[:1].upper() + sentence[1:]


def pole_name(pole: str) -> str:
    """Return a pole's name: the country's, or the bloc's own."""
    return COUNTRIES[pole].name if pole in COUNTRIES else pole


def count(number: float) -> str:
    """Return a whole number with thin groups of thousands: 1,992,760."""
    return f"{int(number):,}"


def number(value: float, digits: int = 2) -> str:
    """Return a measured number: so many decimals below 100, none above; a true minus sign; a dash when missing."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.replace("-", "")


def measure(value: float) -> str:
    """Return a positive quantity of any size to about three significant digits: 0.013, 1.26, 12.6, 1,033."""
    if value is None or not math.isfinite(value):
        return MISSING
    if 0 < value < 0.001:
        return "< 0.001"
    return number(value, 3 if value < 1 else 2 if value < 10 else 1)


def percent(part: float, whole: float) -> str:
    """Return a share in per cent without decimals, one decimal when near 0 or 100."""
    if not whole:
        return MISSING
    share = 100 * part / whole
    digits = 1 if 0 < share < 1 or 99 < share < 100 else 0
    return f"{share:.{digits}f}%"


def p_value(value: float) -> str:
    """Return a probability as papers print it: three decimals, below 0.001 as such."""
    if value is None or not math.isfinite(value):
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def equals(shown: str) -> str:
    """Return a shown number after its sign, a bound as it is: "= 0.020", "< 0.001", "> 0.99"."""
    return shown if shown.startswith(("<", ">")) else f"= {shown}"


def joined(words: Sequence[str]) -> str:
    """Return words as an English list: "a", "a and b", "a, b and c"."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def span(years: Iterable[Any]) -> str:
    """Return years as ranges: "2001, 2004-2007"."""
    runs: list[list[int]] = []
    for year in sorted(set(map(int, years))):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def plural(amount: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 country", "3 countries"."""
    return f"{count(amount)} {one if amount == 1 else many or one + 's'}"
