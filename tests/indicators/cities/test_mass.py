"""Centres of mass: Beijing and New York by hand, the sphere against turning it, pulls and shifts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import IndicatorError
from isthmus.geography import haversine_km
from isthmus.indicators.cities.mass import Centre, planar_centre, pull_km, shift_of, spherical_centre

BEIJING, NEW_YORK = (39.9042, 116.4074), (40.7128, -74.0060)
TWO = ([3, 1], *zip(BEIJING, NEW_YORK, strict=True))


def test_beijing_three_times_new_york():
    centre = planar_centre(*TWO)
    assert centre.latitude == pytest.approx(40.10635)
    assert centre.longitude == pytest.approx(68.80405)
    assert pull_km(*TWO, 0) == pytest.approx(10272.995621, abs=1e-5)
    assert haversine_km(*BEIJING, *NEW_YORK) == pytest.approx(10989.105292, abs=1e-5)


def test_the_sphere_has_no_edge():
    fiji, tonga = (-18.0, 178.0), (-18.0, -178.0)
    centre = spherical_centre([1, 1], *zip(fiji, tonga, strict=True))
    assert abs(centre.longitude) == pytest.approx(180.0)
    assert planar_centre([1, 1], *zip(fiji, tonga, strict=True)).longitude == pytest.approx(0.0)
    pole = spherical_centre([1, 1, 1], [60, 60, 60], [0, 120, -120])
    assert pole.latitude == pytest.approx(90.0)


@given(
    st.lists(st.tuples(st.integers(1, 50), st.floats(-80, 80), st.floats(-170, 170)), min_size=2, max_size=6),
    st.floats(-180, 180),
)
def test_turning_the_earth_turns_the_spherical_centre(cities, turn):
    mass, lat, lon = (np.array(values) for values in zip(*cities, strict=True))
    try:
        one = spherical_centre(mass, lat, lon)
    except IndicatorError:
        return
    other = spherical_centre(mass, lat, lon + turn)
    assert other.latitude == pytest.approx(one.latitude, abs=1e-6)
    away = (other.longitude - one.longitude - turn + 180) % 360 - 180
    assert abs(away) * np.cos(np.radians(one.latitude)) < 1e-4


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(-80, 80), st.floats(-170, 170)), min_size=2, max_size=6))
def test_the_planar_centre_lies_among_the_cities_and_nobody_without_mass_pulls(cities):
    mass, lat, lon = (np.array(values) for values in zip(*cities, strict=True))
    mass[0] += 1
    centre = planar_centre(mass, lat, lon)
    assert lat.min() - 1e-9 <= centre.latitude <= lat.max() + 1e-9
    assert lon.min() - 1e-9 <= centre.longitude <= lon.max() + 1e-9
    assert planar_centre(7 * mass, lat, lon).longitude == pytest.approx(centre.longitude, abs=1e-9)
    assert pull_km(np.append(mass, 0), np.append(lat, 10.0), np.append(lon, 10.0), len(mass)) == pytest.approx(
        0, abs=1e-3
    )


def test_three_readings_of_a_shift():
    there_and_back = [Centre(35.0, 0.0), Centre(35.0, 10.0), Centre(35.0, 4.0)]
    found = shift_of(there_and_back)
    assert found.eastward == pytest.approx(4 * np.cos(np.radians(35)) * 111.32)
    assert found.direct == pytest.approx(haversine_km(35.0, 0.0, 35.0, 4.0))
    assert found.path == pytest.approx(haversine_km(35.0, 0.0, 35.0, 10.0) + haversine_km(35.0, 10.0, 35.0, 4.0))
    assert shift_of(there_and_back[::-1]).eastward == -found.eastward


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 0], [1, 2], [3, 4]), "some above 0"),
        (([-1, 2], [1, 2], [3, 4]), "0 and more"),
        (([1], [1, 2], [3, 4]), "expected one length"),
        (([1, 1], [1, np.nan], [3, 4]), "no coordinates"),
    ],
)
def test_what_has_no_centre(arguments, message):
    with pytest.raises(IndicatorError, match=message):
        planar_centre(*arguments)
    with pytest.raises(IndicatorError, match=message):
        spherical_centre(*arguments)


def test_what_cannot_be_told():
    with pytest.raises(IndicatorError, match="balance"):
        spherical_centre([1, 1], [0, 0], [0, 180])
    with pytest.raises(IndicatorError, match="some above 0"):
        pull_km([5, 0], [1, 2], [3, 4], 0)
    with pytest.raises(IndicatorError, match="a shift needs two"):
        shift_of([Centre(0, 0)])
