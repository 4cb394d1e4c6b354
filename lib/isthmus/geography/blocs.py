"""Political and economic blocs and who belonged to them when."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from isthmus.errors import ConfigError
from isthmus.geography.countries import regions

#: The day of a year on which a bloc's membership is read, so that a country belongs for the year if it did for most
#: of it: Croatia (1 July 2013) is in for 2013, the United Kingdom (until 31 January 2020) is out for 2020.
_DAY_OF_YEAR = (7, 1)
_EU27_FIXED = "EU-27"
_EU28_FIXED = "EU-28"


@dataclass(frozen=True, slots=True)
class Membership:
    """One country's time in a bloc; `left` is the last day, None while it lasts. Groupings have no days of joining."""

    code: str
    joined: date | None
    left: date | None


@dataclass(frozen=True, slots=True)
class Bloc:
    """A bloc: fixed (the same members in all years) or with membership over time."""

    name: str
    description: str
    fixed: bool
    memberships: tuple[Membership, ...]

    def members(self, year: int | None = None) -> frozenset[str]:
        """Return the members' alpha-2 codes in a year.

        Today's without a year. A fixed bloc has the same in all years.
        """
        if self.fixed:
            return frozenset(m.code for m in self.memberships)
        if year is None:
            return frozenset(m.code for m in self.memberships if m.left is None)
        day = date(year, *_DAY_OF_YEAR)
        joined = (m for m in self.memberships if m.joined is None or m.joined <= day)
        return frozenset(m.code for m in joined if m.left is None or day <= m.left)


_DESCRIPTIONS = {
    _EU28_FIXED: "the European Union's members of 2013-2019, with the United Kingdom, in all years",
    _EU27_FIXED: "the European Union's members since 2020, without the United Kingdom, in all years",
    "EU": "the European Union and before it the European Communities, as members joined and left",
    "EFTA": "the European Free Trade Association, as members joined and left",
    "G7": "the Group of Seven (Canada from 1976)",
    "BRICS": "Brazil, Russia, India, China (2009), South Africa (end of 2010) and those who joined in 2024 and 2025",
    "ASEAN": "the Association of Southeast Asian Nations, as members joined",
    "South America": "South America as UN M49 draws it, with its territories, in all years",
    "Former Soviet Union": "the fifteen states that were republics of the Soviet Union, in all years",
    "Balkans": "the South-East European Cooperation Process without Moldova and Turkey, in all years",
    "Arab countries": "the members of the League of Arab States, in all years",
}
#: Groupings by place or history, not organisations that a country joins: the same members in all years.
GROUPINGS = ("South America", "Former Soviet Union", "Balkans", "Arab countries")


@cache
def _by_name() -> dict[str, Bloc]:
    text = files("isthmus.geography").joinpath("data/blocs.csv").read_text(encoding="utf-8")
    rows: dict[str, list[Membership]] = {}
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault(row["bloc"], []).append(Membership(row["code"], _day(row["joined"]), _day(row["left"])))
    union = rows["EU"]
    rows[_EU28_FIXED] = list(union)
    rows[_EU27_FIXED] = [m for m in union if m.left is None]
    fixed = {_EU27_FIXED, _EU28_FIXED, *GROUPINGS}
    return {
        name: Bloc(name, description, name in fixed, tuple(rows[name])) for name, description in _DESCRIPTIONS.items()
    }


def blocs() -> tuple[Bloc, ...]:
    """Every bloc that a study may name."""
    return tuple(_by_name().values())


def find_bloc(name: str) -> Bloc:
    """Return the bloc of a name; case, blanks and hyphens do not matter ("eu27" is "EU-27").

    Raises ConfigError with the nearest valid name.
    """
    by_name = _by_name()
    plain = {plain_name(known): known for known in by_name}
    if plain_name(name) in plain:
        return by_name[plain[plain_name(name)]]
    near = get_close_matches(plain_name(name), list(plain), n=1, cutoff=0.5)
    hint = f"did you mean {plain[near[0]]!r}?" if near else "valid: " + ", ".join(by_name)
    if plain_name(name) in {plain_name(region) for region in regions()}:
        hint = f"{name!r} is a region of UN M49: see region_members; " + "blocs: " + ", ".join(by_name)
    raise ConfigError(f"unknown bloc {name!r}: {hint}")


def bloc_members(name: str, year: int | None = None) -> frozenset[str]:
    """Return the alpha-2 codes of a bloc's members on 1 July of a year; today's members without a year.

    "EU-27" and "EU-28" are fixed lists, the same in all years, as the studies use them; "EU" follows history.
    """
    return find_bloc(name).members(year)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def plain_name(name: str) -> str:
    """Return a bloc's name without case, blanks and hyphens, for comparison."""
    return re.sub(r"[\s_-]+", "", str(name)).lower()
