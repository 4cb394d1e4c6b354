"""Institutions: universities, institutes of an academy, hospitals, companies; real cities, invented names."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from isthmus.simulate.world.draws import Floats, Ints, running
from isthmus.simulate.world.facts import cities, countries

ID_BASE, ID_STEP = 210_000_001, 37
LARGEST_CITY = 7  # institutions of the largest cities
BRIDGE_CITY = ("CN", "Hangzhou")
# Planted: share of the bridge country's first institutions that lie in the bridge city.
BRIDGE_WEST, BRIDGE_EAST = 0.55, 0.30
ELITE_SHARE = 0.12
KINDS = (
    ("education", "University of {city}"),
    ("education", "{city} Institute of Technology"),
    ("facility", "Institute of Computing Research, {city}"),
    ("healthcare", "{city} University Hospital"),
    ("education", "{city} Metropolitan University"),
    ("company", "{city} Research Laboratories"),
    ("nonprofit", "{city} Foundation for Science"),
)
FACILITY, HOSPITAL = 2, 3


@dataclass(frozen=True)
class Places:
    """The institutions, grouped by country in the countries' order: arrays of length m.

    Attributes
    ----------
    city, country : array of int
        (m,) index of city and country.
    weight : array of float
        (m,) relative size within the country.
    parent : array of int
        (m,) index of the parent institution, or the institution itself.
    elite : np.ndarray
        (m,) True for the first institutions of a country.
    start : array of int
        (n + 1,) first institution of each country.
    cumulative, elite_cumulative : array of float
        (m + 1,) running sums of the weights, of all and of the elite.
    name, kind : tuple[str, ...]
        Names and types.
    """

    city: Ints
    country: Ints
    weight: Floats
    parent: Ints
    elite: np.ndarray
    start: Ints
    cumulative: Floats
    elite_cumulative: Floats
    name: tuple[str, ...]
    kind: tuple[str, ...]
    bridge: tuple[int, int]

    def __len__(self) -> int:
        return len(self.city)

    @property
    def elite_share(self) -> Floats:
        """The elite's share of each country's weight."""
        low, high = self.start[:-1], self.start[1:]
        return (self.elite_cumulative[high] - self.elite_cumulative[low]) / (
            self.cumulative[high] - self.cumulative[low]
        )

    @property
    def bridge_elite_share(self) -> float:
        """The elite's share of the weight of the bridging city."""
        here = slice(*self.bridge)
        return float((self.weight[here] * self.elite[here]).sum() / self.weight[here].sum())

    @property
    def ids(self) -> Ints:
        """The OpenAlex numbers."""
        return ID_BASE + ID_STEP * np.arange(len(self))


@cache
def places() -> Places:
    """Return the institutions of every simulated world (the same in each)."""
    towns, nations = cities(), countries()
    rows: list[tuple[int, int, float, int, str, str]] = []
    for c in range(len(nations)):
        here = np.flatnonzero(towns.country == c)
        academy = len(rows)
        rows.append(
            (int(here[0]), c, 0.25 * towns.weight[here].max() ** 0.8, academy, _academy(nations.name[c]), "government")
        )
        for city in here:
            university = len(rows)
            number = int(np.clip(round(towns.weight[city] ** 0.6), 1, LARGEST_CITY))
            for rank in range(number):
                kind, pattern = KINDS[rank]
                parent = academy if rank == FACILITY else university if rank == HOSPITAL else len(rows)
                size = towns.weight[city] ** 0.8 / (1 + rank)
                rows.append((int(city), c, size, parent, pattern.format(city=towns.name[city]), kind))
    country = np.array([r[1] for r in rows])
    weight = np.array([r[2] for r in rows])
    elite = np.zeros(len(rows), dtype=bool)
    for c in range(len(nations)):
        here = np.flatnonzero(country == c)
        elite[here[np.argsort(-weight[here], kind="stable")][: max(1, round(ELITE_SHARE * len(here)))]] = True
    town = np.array([r[0] for r in rows])
    bridge = [
        k
        for k in range(len(rows))
        if towns.name[town[k]] == BRIDGE_CITY[1] and nations.code[country[k]] == BRIDGE_CITY[0]
    ]
    return Places(
        city=town,
        country=country,
        weight=weight,
        parent=np.array([r[3] for r in rows]),
        elite=elite,
        start=np.searchsorted(country, np.arange(len(nations) + 1)),
        cumulative=running(weight),
        elite_cumulative=running(weight * elite),
        name=tuple(r[4] for r in rows),
        kind=tuple(r[5] for r in rows),
        bridge=(bridge[0], bridge[-1] + 1),
    )


def _academy(country: str) -> str:
    return f"National Academy of Sciences ({country})"
