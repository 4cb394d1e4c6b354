"""Centres of mass of cities, what one city does to them, and how far they moved (METHODS 4.5); arrays alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from isthmus.errors import IndicatorError
from isthmus.geography.distance import haversine_km

Floats = NDArray[np.float64]
#: Kilometres of a degree of longitude at the equator, and the latitude at which a shift to the east is measured.
DEGREE_KM, AT_LATITUDE = 111.32, 35.0


@dataclass(frozen=True)
class Centre:
    """A centre of mass, in degrees north and east."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Shift:
    """How far a centre moved over some years, in kilometres, by three readings.

    Attributes
    ----------
    direct : float
        Great-circle distance between the first and the last centre.
    path : float
        Length of the way, year by year.
    eastward : float
        Difference of longitude at 35 degrees north; below 0 to the west.

    """

    direct: float
    path: float
    eastward: float


def planar_centre(mass: ArrayLike, latitude: ArrayLike, longitude: ArrayLike) -> Centre:
    """Return the mean of latitudes and of longitudes weighted by mass, as published.

    Parameters
    ----------
    mass : array of shape (N,)
        Mass of each city, >= 0.
    latitude, longitude : arrays of shape (N,)
        Degrees north, and east in (-180, 180].

    Raises
    ------
    IndicatorError
        No mass, a negative one, a city without coordinates, or lists of unlike length.

    """
    q, lat, lon = _checked(mass, latitude, longitude)
    return Centre(float(q @ lat / q.sum()), float(q @ lon / q.sum()))


def spherical_centre(mass: ArrayLike, latitude: ArrayLike, longitude: ArrayLike) -> Centre:
    """Return the centre of mass in space, seen from the middle of the Earth: no edge of a map moves it.

    Parameters
    ----------
    mass, latitude, longitude : arrays of shape (N,)
        As in `planar_centre`.

    Raises
    ------
    IndicatorError
        As `planar_centre`; or masses that balance at the middle of the Earth.

    """
    q, lat, lon = _checked(mass, latitude, longitude)
    phi, theta = np.radians(lat), np.radians(lon)
    points = np.array([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
    x, y, z = points @ q / q.sum()
    if np.hypot(np.hypot(x, y), z) < 1e-12:
        raise IndicatorError("the masses balance at the middle of the Earth: they have no centre on its surface")
    return Centre(float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x))))


def pull_km(mass: ArrayLike, latitude: ArrayLike, longitude: ArrayLike, city: int) -> float:
    """Return how far a city pulls the centre: the distance between the centres with and without it, in kilometres.

    Parameters
    ----------
    mass, latitude, longitude : arrays of shape (N,)
        As in `planar_centre`.
    city : int
        Position of the city.

    Raises
    ------
    IndicatorError
        As `planar_centre`; there is no mass without the city.

    """
    q, lat, lon = _checked(mass, latitude, longitude)
    others = np.arange(q.size) != city
    with_it, without = planar_centre(q, lat, lon), planar_centre(q[others], lat[others], lon[others])
    return float(haversine_km(with_it.latitude, with_it.longitude, without.latitude, without.longitude))


def shift_of(centres: list[Centre]) -> Shift:
    """Return how far a centre moved.

    Parameters
    ----------
    centres : list of Centre
        In the order of the years.

    Raises
    ------
    IndicatorError
        Fewer than two centres.

    """
    if len(centres) < 2:
        raise IndicatorError(f"{len(centres)} centres; a shift needs two")
    lat, lon = (np.array([getattr(centre, name) for centre in centres]) for name in ("latitude", "longitude"))
    steps = np.asarray(haversine_km(lat[:-1], lon[:-1], lat[1:], lon[1:]))
    first, last = centres[0], centres[-1]
    east = (last.longitude - first.longitude) * np.cos(np.radians(AT_LATITUDE)) * DEGREE_KM
    direct = haversine_km(first.latitude, first.longitude, last.latitude, last.longitude)
    return Shift(float(direct), float(steps.sum()), float(east))


def _checked(mass: ArrayLike, latitude: ArrayLike, longitude: ArrayLike) -> tuple[Floats, Floats, Floats]:
    q, lat, lon = (np.asarray(values, dtype=np.float64).ravel() for values in (mass, latitude, longitude))
    if not q.size == lat.size == lon.size:
        raise IndicatorError(f"{q.size} masses, {lat.size} latitudes, {lon.size} longitudes: expected one length")
    if not np.all(q >= 0) or q.sum() == 0:
        raise IndicatorError("a centre of mass needs masses of 0 and more, and some above 0")
    if not (np.all(np.isfinite(lat)) and np.all(np.isfinite(lon))):
        raise IndicatorError("a city has no coordinates; leave it out, and say how many were left out")
    return q, lat, lon
