"""Shared borders against countries that everybody knows, and hours of the sun."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.geography.neighbours import hours_apart, neighbours, solar_hour

LAND = {
    "DE": {"AT", "BE", "CH", "CZ", "DK", "FR", "LU", "NL", "PL"},
    "CN": {"AF", "BT", "IN", "KG", "KP", "KZ", "LA", "MM", "MN", "NP", "PK", "RU", "TJ", "VN"},
    "GB": {"IE"},
    "US": {"CA", "MX"},
    "PT": {"ES"},
    "JP": set(),
    "AU": set(),
}


@pytest.mark.parametrize("country", LAND)
def test_borders_by_land(country):
    assert {other for one, other in neighbours() if one == country} == LAND[country]


def test_a_border_has_two_sides_and_nobody_borders_himself():
    pairs = neighbours()
    assert all((b, a) in pairs and a != b for a, b in pairs)
    assert 250 < len(pairs) / 2 < 340


def test_hours_of_the_sun():
    assert solar_hour([-74.0, 0.1, 116.4, 7.4, 7.6, -180.0, 180.0]).tolist() == [-5, 0, 8, 0, 1, -12, 12]
    assert hours_apart(solar_hour(-74.0), solar_hour(116.4)) == 11
    assert hours_apart(12, -12) == 0, "the same meridian"


@given(st.floats(-180, 180), st.floats(-180, 180))
def test_hours_are_symmetric_and_at_most_twelve(one, other):
    a, b = solar_hour(one), solar_hour(other)
    assert hours_apart(a, b) == hours_apart(b, a) <= 12
    assert hours_apart(a, a) == 0
    arc = abs(one - other)
    assert abs(float(hours_apart(a, b)) - min(arc, 360 - arc) / 15) <= 1 + 1e-9
    assert np.asarray(hours_apart(a, b)).dtype.kind == "i"
