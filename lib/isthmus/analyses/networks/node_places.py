"""Where the nodes of the networks lie: countries, and blocs that are one node."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from isthmus.geography import COUNTRIES
from isthmus.report.results import Results


@dataclass(frozen=True, slots=True)
class NodePlace:
    """A point (degrees), and the continent and subregion of UN M49 of the country, or of most members of a bloc."""

    longitude: float
    latitude: float
    continent: str | None
    subregion: str | None


def node_place(results: Results, code: str) -> NodePlace | None:
    """Return the place of a node: a country's own, the middle of a bloc's members.

    None for a code that no list knows.
    """
    codes = [code] if code in COUNTRIES else results.study.get("pole_members", {}).get(code, [])
    members = [COUNTRIES[member] for member in codes if member in COUNTRIES]
    if not members:
        return None
    longitude, latitude = _middle([c.longitude for c in members], [c.latitude for c in members])
    return NodePlace(
        longitude, latitude, _common([c.continent for c in members]), _common([c.subregion for c in members])
    )


def _common(names: list[str]) -> str | None:
    """Return the name that more than half of them share: Europe for the European Union, though Cyprus lies in Asia."""
    name, times = Counter(names).most_common(1)[0]
    return name if 2 * times > len(names) else None


def _middle(longitudes: list[float], latitudes: list[float]) -> tuple[float, float]:
    """Return the point below the mean of points on the sphere, which no date line disturbs."""
    if len(longitudes) == 1:
        return longitudes[0], latitudes[0]
    east, north = np.radians(longitudes), np.radians(latitudes)
    x, y, z = (np.cos(north) * np.cos(east)).mean(), (np.cos(north) * np.sin(east)).mean(), np.sin(north).mean()
    return round(float(np.degrees(np.arctan2(y, x))), 2), round(float(np.degrees(np.arctan2(z, np.hypot(x, y)))), 2)
