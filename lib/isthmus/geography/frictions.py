"""What ties or parts two countries beyond distance, from a table that the user supplies: language, colonies, law.

No such table is free and whole, so none is here. The columns are those of CEPII's (GeoDist, and the Gravity database):
a row for an ordered pair of countries, their codes in `iso_o` and `iso_d` or `iso3_o` and `iso3_d`, the rest 0 or 1.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.errors import ConfigError
from isthmus.geography.countries import COUNTRIES

BORDER = "shared border"
#: Covariate -> its column in one or the other database; the first that a file has counts.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    BORDER: ("contig",),
    "official language": ("comlang_off",),
    "spoken language": ("comlang_ethno",),
    "colonial tie": ("colony", "col_dep_ever"),
    "common coloniser": ("comcol",),
    "legal origin": ("comleg_posttrans", "comleg_pretrans", "comleg"),
}
#: What a country shares with itself, whatever the file says: its languages and its law.
OWN = ("official language", "spoken language", "legal origin")
_ENDS = (("iso_o", "iso_d"), ("iso3_o", "iso3_d"))
_YEAR = "year"
Pair = tuple[str, str]


@dataclass(frozen=True)
class CountryFrictions:
    """What a table says of pairs of countries.

    Attributes
    ----------
    pairs : dict of str to frozenset of pairs
        Covariate -> the ordered pairs of countries (alpha-2) of which it is true.
    known : frozenset of str
        Countries that the table has a row of.

    """

    pairs: dict[str, frozenset[Pair]]
    known: frozenset[str]

    def value(self, name: str, one: str, other: str) -> float:
        """Return 1 where a covariate is true of two countries, else 0.

        Parameters
        ----------
        name : str
            One of `pairs`.
        one, other : str
            Alpha-2 codes.
        """
        if one == other:
            return float(name in OWN)
        return float((one, other) in self.pairs[name])


def read_frictions(file: str | Path) -> CountryFrictions:
    """Return what a CSV file says; of several years of a pair the last one counts.

    Parameters
    ----------
    file : str or Path
        A local file.

    Raises
    ------
    ConfigError
        The file cannot be read, lacks the codes of countries or every covariate, or holds a value other than 0, 1 and
        nothing; names the line.
    """
    path = Path(file).expanduser()
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            return _read(csv.DictReader(opened), str(path))
    except OSError as error:
        raise ConfigError(f"gravity.covariates: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"gravity.covariates: {path} is not UTF-8 text; save it as UTF-8") from None


def _read(rows: "csv.DictReader[str]", name: str) -> CountryFrictions:
    there = rows.fieldnames or []
    ends = next((pair for pair in _ENDS if set(pair) <= set(there)), None)
    used = {covariate: column for covariate, names in COLUMNS.items() if (column := _first(names, there))}
    if ends is None or not used:
        wanted = ", ".join(column for names in COLUMNS.values() for column in names)
        raise ConfigError(
            f"gravity.covariates: {name} has the columns {', '.join(there) or '(none)'}; expected iso_o and iso_d (or "
            f"iso3_o and iso3_d) and some of {wanted}"
        )
    latest: dict[Pair, tuple[int, set[str]]] = {}
    codes = {country.alpha3: country.code for country in COUNTRIES.values()} | {code: code for code in COUNTRIES}
    for row in rows:
        pair = tuple(codes.get((row[end] or "").strip().upper(), "") for end in ends)
        year = int(row[_YEAR]) if (row.get(_YEAR) or "").isdigit() else 0
        if "" in pair or year < latest.get((pair[0], pair[1]), (0, set()))[0]:
            continue
        true = {covariate for covariate, column in used.items() if _flag(row[column], column, name, rows.line_num)}
        latest[pair[0], pair[1]] = (year, true)
    return CountryFrictions(
        {covariate: frozenset(pair for pair, (_, true) in latest.items() if covariate in true) for covariate in used},
        frozenset(code for pair in latest for code in pair),
    )


def _first(names: Iterable[str], there: Iterable[str]) -> str | None:
    return next((name for name in names if name in there), None)


def _flag(value: Any, column: str, name: str, line: int) -> bool:
    text = (value or "").strip()
    if text in ("", "NA", "0", "0.0"):
        return False
    if text in ("1", "1.0"):
        return True
    raise ConfigError(f"gravity.covariates: {name}, line {line}: {column} is {text!r}; expected 0, 1 or nothing")
