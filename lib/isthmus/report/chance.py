"""How often a published value lies inside its tolerance by chance: in simulated worlds with nothing planted.

The table is made by `scripts/bench.sh scorecard --write`.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

#: Worlds of the table: seeds 1 to this.
CHANCE_WORLDS = 20


def chance_of(identifier: str) -> float | None:
    """Return the share of unrelated worlds in which a published value lies inside; None where they cannot give it.

    Parameters
    ----------
    identifier : str
        The value's id, such as "GALLO26-011".
    """
    return chances().get(identifier)


@cache
def chances() -> Mapping[str, float]:
    """Return the share of unrelated worlds in which each published value lies inside, by the value's id."""
    text = files("isthmus.report").joinpath("data", "chance.csv").read_text(encoding="utf-8")
    return {row["id"]: int(row["inside"]) / int(row["worlds"]) for row in csv.DictReader(text.splitlines())}
