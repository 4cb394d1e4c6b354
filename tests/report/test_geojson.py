"""Graphs on a map: literal features, lines over the 180th meridian, and what has no place."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.exports import write_graph
from isthmus.report.geojson import has_places, write_geojson
from isthmus.report.graphs import Graph

NODES = pd.DataFrame(
    {
        "id": ["1", "2", "3"],
        "name": ["Auckland", "Santiago", "nowhere"],
        "papers": np.array([3, 4, 0]),
        "side": ["East", None, "East"],
        "longitude": [174.0, -71.0, np.nan],
        "latitude": [-36.0, -33.0, 5.0],
    }
)
EDGES = pd.DataFrame(
    {
        "source": ["1", "1", "2"],
        "target": ["2", "1", "3"],
        "weight": np.array([5, 2, 1]),
        "z": [1.0, 2.0, 3.0],
        "grade": ["firm", None, None],
        "q": [0.01, np.nan, np.nan],
    }
)


def features(tmp_path, nodes=NODES, edges=EDGES):
    write_geojson(Graph("net", 'A "title"', True, nodes, edges), tmp_path / "net.geojson")
    read = json.loads((tmp_path / "net.geojson").read_text(encoding="utf-8"))
    assert (read["type"], read["name"]) == ("FeatureCollection", 'A "title"')
    return read["features"]


def test_nodes_are_points_and_edges_lines(tmp_path):
    found = features(tmp_path)
    assert found[0] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [174.0, -36.0]},
        "properties": {"kind": "node", "id": "1", "name": "Auckland", "papers": 3, "side": "East"},
    }
    assert "side" not in found[1]["properties"]
    assert found[2]["geometry"] is None, "half a place is none"
    assert found[3]["properties"] == {
        "kind": "edge", "source": "1", "target": "2", "weight": 5, "grade": "firm", "q": 0.01,
    }  # fmt: skip
    # from 174 to -71 east: 6 of 115 degrees to the meridian, and as much of the 3 degrees of latitude
    west, east = found[3]["geometry"]["coordinates"]
    assert found[3]["geometry"]["type"] == "MultiLineString"
    assert west == [[174.0, -36.0], [180.0, pytest.approx(-36 + 3 * 6 / 115)]]
    assert east == [[-180.0, pytest.approx(-36 + 3 * 6 / 115)], [-71.0, -33.0]]
    assert found[4]["geometry"] == {"type": "Point", "coordinates": [174.0, -36.0]}, "a city with itself"
    assert found[5]["geometry"] is None


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=2, unique=True))
def test_no_line_is_longer_than_half_a_turn_and_its_parts_meet(tmp_path_factory, places):
    nodes = pd.DataFrame({"id": ["a", "b"], "longitude": [p[0] for p in places], "latitude": [p[1] for p in places]})
    edges = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1]})
    geometry = features(tmp_path_factory.mktemp("geo"), nodes, edges)[2]["geometry"]
    many = geometry["type"] == "MultiLineString"
    lines = geometry["coordinates"] if many else [geometry["coordinates"]]
    assert (lines[0][0], lines[-1][-1]) == (list(places[0]), list(places[1]))
    assert sum(abs(line[1][0] - line[0][0]) for line in lines) <= 180 + 1e-9
    assert all(-90 - 1e-9 <= at[1] <= 90 + 1e-9 for line in lines for at in line)
    if many:
        assert lines[0][1][0] == -lines[1][0][0]
        assert lines[0][1][1] == lines[1][0][1]


def test_a_graph_without_places_has_no_such_file(tmp_path):
    graph = Graph("net", "net", False, NODES.drop(columns="longitude"), EDGES)
    assert not has_places(graph)
    assert write_graph(graph, tmp_path, ("geojson",)) == []
