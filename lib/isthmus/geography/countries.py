"""Countries by code, name or alias, with their place in the world."""

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from isthmus.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Country:
    """One country or territory that ISO 3166-1 lists, or Kosovo.

    `numeric` is None for Kosovo, which has no ISO number. `latitude` and `longitude` (degrees) are a representative
    point on its main land, near where most people live. `continent` and `subregion` are those of UN M49, but for
    Kosovo (Southern Europe) and Taiwan (Eastern Asia), which M49 does not list.
    """

    code: str
    alpha3: str
    numeric: int | None
    name: str
    latitude: float
    longitude: float
    continent: str
    subregion: str
    aliases: tuple[str, ...] = ()

    @property
    def in_europe(self) -> bool:
        """Whether UN M49 counts it as Europe: with Russia, without Turkey, Cyprus and the southern Caucasus."""
        return self.continent == "Europe"


def _read_countries() -> Mapping[str, Country]:
    text = files("isthmus.geography").joinpath("data/countries.csv").read_text(encoding="utf-8")
    countries = {
        row["code"]: Country(
            code=row["code"],
            alpha3=row["alpha3"],
            numeric=int(row["numeric"]) if row["numeric"] else None,
            name=row["name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            continent=row["continent"],
            subregion=row["subregion"],
            aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
        )
        for row in csv.DictReader(text.splitlines())
    }
    return MappingProxyType(countries)


#: Every country and territory of ISO 3166-1, and Kosovo, by alpha-2 code, in the order of the codes.
COUNTRIES: Mapping[str, Country] = _read_countries()


def country_name(code: str) -> str:
    """Return the English short name of an alpha-2 code.

    Raises ConfigError for a code that is not in `COUNTRIES`, with the nearest country.
    """
    try:
        return COUNTRIES[code].name
    except (KeyError, TypeError):
        raise ConfigError(_unknown_code(code)) from None


def find_country(text: str) -> Country:
    """Return the country that a person means by a code (alpha-2 or alpha-3), a name or a common other name.

    Case, accents and punctuation do not matter. Raises ConfigError when nothing fits, with the nearest names, or when
    several countries fit equally ("Korea", "Congo").
    """
    if not isinstance(text, str):
        raise ConfigError(_unknown_code(text))
    stripped = text.strip()
    code = COUNTRIES.get(stripped.upper()) or _by_alpha3().get(stripped.upper())
    if code is not None:
        return code
    index = _by_words()
    found = index.get(_words(text))
    if found is not None:
        return COUNTRIES[found]
    raise ConfigError(_unknown_name(text, index))


def is_west(country: str | Country) -> bool:
    """Whether a country belongs to the West: the United States or Europe as UN M49 draws it.

    Every other country is East, so Canada, Australia, Brazil and Israel are East, as in AlShebli et al. 2022
    (Scientific Reports 12, 10.1038/s41598-022-25714-0).
    """
    found = country if isinstance(country, Country) else COUNTRIES.get(country)
    if found is None:
        raise ConfigError(_unknown_code(country))
    return found.code == "US" or found.in_europe


@cache
def regions() -> tuple[str, ...]:
    """Return the names of the continents and subregions of UN M49, continents first."""
    continents = dict.fromkeys(country.continent for country in COUNTRIES.values())
    subregions = dict.fromkeys(country.subregion for country in COUNTRIES.values())
    return (*sorted(continents), *sorted(set(subregions) - set(continents)))


def region_members(name: str) -> frozenset[str]:
    """Return the alpha-2 codes of a continent or subregion of UN M49, for example "Africa" or "Eastern Asia"."""
    wanted = _words(name)
    members = frozenset(code for code, c in COUNTRIES.items() if wanted in (_words(c.continent), _words(c.subregion)))
    if not members:
        near = get_close_matches(name, regions(), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "valid: " + ", ".join(regions())
        raise ConfigError(f"unknown region {name!r}: {hint}")
    return members


def _words(text: str) -> str:
    """Letters and digits only, without accents, lower case; `&` reads as "and", "St." as "Saint"."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain.replace(".", "").replace("'", "")).split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@cache
def _by_alpha3() -> dict[str, Country]:
    return {country.alpha3: country for country in COUNTRIES.values()}


@cache
def _by_words() -> dict[str, str]:
    index = {_words(alias): code for code, country in COUNTRIES.items() for alias in country.aliases}
    return index | {_words(country.name): code for code, country in COUNTRIES.items()}


def _labelled(codes: list[str]) -> str:
    return ", ".join(f"{COUNTRIES[code].name} ({code})" for code in codes)


def _unknown_name(text: str, index: dict[str, str]) -> str:
    words = _words(text)
    containing = sorted({code for name, code in index.items() if words and words in name.split()})
    if len(containing) > 1:
        return f"{text!r} could be {_labelled(containing[:8])}: use the code"
    near = get_close_matches(words, list(index), n=3, cutoff=0.6)
    codes = list(dict.fromkeys([*containing, *(index[name] for name in near)]))
    if codes:
        return f"unknown country {text!r}: did you mean {_labelled(codes)}?"
    return f"unknown country {text!r}: give a name (Kenya) or an ISO 3166-1 code of two or three letters (KE, KEN)"


def _unknown_code(code: object) -> str:
    if not isinstance(code, str):
        return (
            f"unknown country code {code!r}, expected two letters: if a file was read with pandas, "
            "'NA' (Namibia) may have become a missing value; read it with keep_default_na=False"
        )
    hint = COUNTRIES.get(code.strip().upper()) or _by_alpha3().get(code.strip().upper())
    if hint is None and _words(code) in _by_words():
        hint = COUNTRIES[_by_words()[_words(code)]]
    if hint is None:
        return f"unknown country code {code!r}, expected ISO 3166-1 alpha-2 in capitals (or XK), for example 'KE'"
    return f"unknown country code {code!r}: did you mean {hint.code!r} ({hint.name})?"
