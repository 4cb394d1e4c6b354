import math

import numpy as np
import pytest

from isthmus.geography import COUNTRIES, country_shapes, haversine_km


def test_known_distances():
    assert haversine_km(0, 0, 0, 0) == 0.0
    assert haversine_km(0, 0, 0, 180) == pytest.approx(math.pi * 6371.0088)
    assert haversine_km(90, 0, -90, 77) == pytest.approx(math.pi * 6371.0088)
    # Nashville to Los Angeles airports: 2887.26 km on a sphere of 6372.8 km (Rosetta Code)
    assert haversine_km(36.12, -86.67, 33.94, -118.40) == pytest.approx(2887.2599506 * 6371.0088 / 6372.8, abs=1e-4)


def test_distance_crosses_the_antimeridian_and_keeps_tiny_distances():
    assert haversine_km(0, 179.5, 0, -179.5) == pytest.approx(haversine_km(0, 0, 0, 1))
    assert haversine_km(50, 8, 50 + 1e-9, 8) == pytest.approx(1.11195e-7, rel=1e-3)


def test_arrays_broadcast():
    distances = haversine_km(np.zeros((2, 1)), 0.0, 0.0, np.array([0.0, 1.0, 2.0]))
    assert distances.shape == (2, 3)
    assert distances[1, 2] == pytest.approx(haversine_km(0, 0, 0, 2))
    assert isinstance(haversine_km(1, 2, 3, 4), float)


def test_shapes_are_countries():
    topology = country_shapes()
    shapes = topology["objects"]["countries"]["geometries"]
    ids = [shape["id"] for shape in shapes if "id" in shape]
    assert set(ids) <= set(COUNTRIES)
    assert {"US", "CN", "FR", "NA", "XK", "TW", "FJ"} <= set(ids)
    arcs = len(topology["arcs"])

    def indices(nested):
        for item in nested:
            yield from indices(item) if isinstance(item, list) else [item]

    assert all(-arcs <= index < arcs for shape in shapes for index in indices(shape["arcs"]))


def test_shapes_given_to_one_reader_are_not_changed_by_another():
    country_shapes()["objects"].clear()
    assert country_shapes()["objects"]
