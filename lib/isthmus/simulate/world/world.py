"""What a simulated world is told: its size, its seed and which planted facts it holds."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Self

from isthmus.errors import ConfigError, did_you_mean

PLANTED = {
    "ties": "country pairs that collaborate more, or less, than their sizes explain",
    "trends": "country pairs that converge, diverge, integrate in knowledge only, or diverge in knowledge only while "
    "their collaboration stays level or rises",
    "poles": "the United States and China, close at first and apart at the end",
    "bridge": "a city through which East and West meet",
    "impact": "papers of the United States with China that are cited more, over and above team size and institution",
    "return": "migrants who collaborate with the country they left",
}
ON_REQUEST = {
    "disruption": "works that later works cite alone, and works that they cite together with what those built upon",
}
"""Facts that a world has only where they are asked for: with one, its references are others than without."""

FORMATS = ("parquet", "jsonl", "legacy")
FEWEST_WORKS = 200
LAST_EDITION = 2
SMALLEST_PART, LARGEST_PART, USUAL_PARTS = 5_000, 20_000, 200
BETWEEN_RELEASES = 30  # days


@dataclass(frozen=True)
class World:
    """A simulated world before anything is drawn.

    Parameters
    ----------
    works : int, default 80000
        Number of works, all fields and years together.
    seed : int, default 1
        The seed; every draw hashes it with the key of what is drawn.
    first_year, last_year : int
        Publication years, both included.
    planted : frozenset[str], optional
        Names of the planted facts (keys of `PLANTED`, and of `ON_REQUEST`); empty for a world in which size explains
        everything.
    persistence : float, default 0.3
        Correlation of a pair's luck from one year to the next, 0 to below 1; each year's law stays that of the null
        model.
    works_per_part : int | None, optional
        Records in one part file of works, the unit in which works are made; by default 5,000 to 20,000, more in larger
        worlds.
    release : date
        Date of the release that the snapshot says it is.
    edition : int, default 0
        0 for a single release; 1 and 2 for two releases of one world, a month apart (`isthmus.simulate.world.fates`).
    hostile : bool, default False
        Whether the traps of real snapshots are added (bad lines, truncated parts, retyped fields, enormous author
        lists).
    """

    works: int = 80_000
    seed: int = 1
    first_year: int = 1996
    last_year: int = 2023
    planted: frozenset[str] = field(default_factory=lambda: frozenset(PLANTED))
    persistence: float = 0.3
    works_per_part: int | None = None
    release: date = date(2026, 6, 25)
    edition: int = 0
    hostile: bool = False

    def __post_init__(self) -> None:
        """Refuse a world that cannot be made, with the field and what it takes."""
        if self.works < FEWEST_WORKS:
            raise ConfigError(f"works = {self.works}: a world needs at least {FEWEST_WORKS} works. Ask for more.")
        if not 0 <= self.persistence < 1:
            raise ConfigError(f"persistence = {self.persistence}: expected 0 <= persistence < 1.")
        if self.part_size < 1:
            raise ConfigError(f"works_per_part = {self.works_per_part}: expected at least 1.")
        if not 1900 <= self.first_year < self.last_year <= self.release.year:
            raise ConfigError(
                f"years {self.first_year} to {self.last_year}: expected 1900 <= first < last <= {self.release.year}, "
                "the year of the release."
            )
        if not 0 <= self.edition <= LAST_EDITION:
            raise ConfigError(f"edition = {self.edition}: expected 0 (a single release), 1 or {LAST_EDITION}.")
        for name in sorted(self.planted):
            _check_fact(name)

    def planting(self, *names: str) -> Self:
        """Return the same world with more planted facts; the names are keys of `PLANTED` or `ON_REQUEST`."""
        for name in names:
            _check_fact(name)
        return replace(self, planted=self.planted | set(names))

    def without(self, *names: str) -> Self:
        """Return the same world with some planted facts left out; the names are keys of `PLANTED` or `ON_REQUEST`."""
        for name in names:
            _check_fact(name)
        return replace(self, planted=self.planted - set(names))

    @property
    def release_date(self) -> date:
        """The date of the release that this edition is."""
        return self.release + timedelta(days=BETWEEN_RELEASES if self.edition == LAST_EDITION else 0)

    @property
    def part_size(self) -> int:
        """Records in one part file of works."""
        if self.works_per_part is not None:
            return self.works_per_part
        return min(LARGEST_PART, max(SMALLEST_PART, self.works // USUAL_PARTS))

    @property
    def parts(self) -> int:
        """The number of part files of works."""
        return -(-self.works // self.part_size)


def _check_fact(name: str) -> None:
    if name not in PLANTED and name not in ON_REQUEST:
        raise ConfigError(f"planted fact {name!r} is unknown: {did_you_mean(name, (*PLANTED, *ON_REQUEST))}")
