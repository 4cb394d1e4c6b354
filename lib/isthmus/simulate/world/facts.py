"""Plain facts about the real world that a simulated one starts from: countries and sizes, cities, topics, concepts.

Provenance: `ties_*` are the countries' total co-authored pairs of 2001, 2011 and 2021 in OpenAlex (CC0); `output_*`
their rough share of the world's papers on artificial intelligence in per cent (the larger countries rounded by hand
to the order of magnitude that national science statistics report, the others in proportion to their ties). Cities,
their GeoNames ids and coordinates stand in OpenAlex institution records and the Research Organization Registry (both
CC0); topics and concepts are OpenAlex's own.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from isthmus.simulate.world.draws import Floats, Ints

ANCHORS = (2001, 2011, 2021)
EUROPE = "Europe"


@dataclass(frozen=True)
class Countries:
    """The countries of the world, in order of size in 2021: arrays of length n."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    region: tuple[str, ...]
    ties: Floats
    output: Floats

    def __len__(self) -> int:
        return len(self.code)

    @property
    def west(self) -> np.ndarray:
        """True for the United States and Europe, the West of the city studies."""
        return np.array([c == "US" or r == EUROPE for c, r in zip(self.code, self.region, strict=True)])

    def at(self, code: str) -> int:
        """Return the position of a country."""
        return self.code.index(code)


@dataclass(frozen=True)
class Cities:
    """The cities, grouped by country in the countries' order: arrays of length n."""

    geonames_id: Ints
    name: tuple[str, ...]
    region: tuple[str, ...]
    country: Ints
    latitude: Floats
    longitude: Floats
    weight: Floats


@dataclass(frozen=True)
class Topic:
    """One topic with its place in the hierarchy."""

    topic_id: int
    name: str
    subfield_id: int
    subfield: str
    field_id: int
    field: str
    domain_id: int
    domain: str


@dataclass(frozen=True)
class Concept:
    """One concept of the legacy tree."""

    concept_id: int
    name: str
    level: int
    wikidata: str


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the package."""
    text = files("isthmus.simulate").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def countries() -> Countries:
    """Return the countries and territories of the simulated world."""
    table = rows("countries.csv")
    return Countries(
        code=tuple(r["code"] for r in table),
        name=tuple(r["name"] for r in table),
        region=tuple(r["region"] for r in table),
        ties=np.array([[float(r[f"ties_{y}"]) for y in ANCHORS] for r in table]),
        output=np.array([[float(r[f"output_{y}"]) for y in ANCHORS] for r in table]),
    )


@cache
def cities() -> Cities:
    """Return the cities of the simulated world."""
    place = {code: i for i, code in enumerate(countries().code)}
    table = sorted(rows("cities.csv"), key=lambda r: place[r["country_code"]])
    return Cities(
        geonames_id=np.array([int(r["geonames_city_id"]) for r in table]),
        name=tuple(r["city"] for r in table),
        region=tuple(r["region"] for r in table),
        country=np.array([place[r["country_code"]] for r in table]),
        latitude=np.array([float(r["latitude"]) for r in table]),
        longitude=np.array([float(r["longitude"]) for r in table]),
        weight=np.array([float(r["institutions"]) for r in table]),
    )


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics, ordered by subfield."""
    return tuple(
        Topic(
            int(r["topic_id"]),
            r["topic"],
            int(r["subfield_id"]),
            r["subfield"],
            int(r["field_id"]),
            r["field"],
            int(r["domain_id"]),
            r["domain"],
        )
        for r in rows("topics.csv")
    )


@cache
def concepts() -> tuple[Concept, ...]:
    """Return the concepts; the first is Artificial intelligence."""
    return tuple(
        Concept(int(r["concept_id"]), r["concept"], int(r["level"]), r["wikidata"]) for r in rows("concepts.csv")
    )


def by_year(anchored: Floats, years: Ints) -> Floats:
    """Values between and beyond the anchor years, on a straight line in the logarithm; shape (years, countries)."""
    logs = np.log(np.maximum(anchored, 1e-6))
    clipped = np.clip(years, ANCHORS[0], ANCHORS[-1])
    found: Floats = np.exp(np.stack([np.interp(clipped, ANCHORS, row) for row in logs], axis=1))
    return found
