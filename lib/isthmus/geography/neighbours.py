"""Which countries share a border, and how many hours of the sun two places are apart."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.geography.shapes import country_shapes

#: Degrees of longitude that the sun passes in an hour, and hours of a day.
DEGREES_AN_HOUR, DAY = 15.0, 24


@cache
def neighbours() -> frozenset[tuple[str, str]]:
    """Return the pairs of countries that share a border, each in both orders.

    Two shapes of the world's map share a border where they share an arc. Very small countries have no shape, and no
    neighbours here.
    """
    owners: dict[int, set[str]] = {}
    for shape in country_shapes()["objects"]["countries"]["geometries"]:
        if "id" in shape:
            for arc in _arcs(shape.get("arcs", [])):
                owners.setdefault(arc, set()).add(str(shape["id"]))
    return frozenset((a, b) for found in owners.values() for a in found for b in found if a != b)


def solar_hour(longitude: ArrayLike) -> NDArray[np.int64]:
    """Return the hour of the sun at a longitude, from -12 to 12: longitude over 15 degrees, rounded.

    Parameters
    ----------
    longitude : array
        Degrees east.
    """
    return np.rint(np.asarray(longitude, dtype=np.float64) / DEGREES_AN_HOUR).astype(np.int64)


def hours_apart(one: ArrayLike, other: ArrayLike) -> NDArray[np.int64]:
    """Return how many hours two solar hours are apart, 12 at most; arrays broadcast.

    Parameters
    ----------
    one, other : int arrays
        As `solar_hour` returns them.
    """
    away = np.abs(np.asarray(one, dtype=np.int64) - np.asarray(other, dtype=np.int64)) % DAY
    return np.minimum(away, DAY - away)


def _arcs(nested: Any) -> Iterator[int]:
    """Yield the numbers of arcs in nested lists; an arc that runs backwards is written as its complement."""
    for part in nested:
        if isinstance(part, int):
            yield part if part >= 0 else ~part
        else:
            yield from _arcs(part)
