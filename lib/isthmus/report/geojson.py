"""Graphs as GeoJSON (RFC 7946), for maps: nodes are points, edges lines between them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.report.graphs import Graph
from isthmus.report.results import rows_of

Position = list[float]
#: What a line tells of its edge, where the edge has it; the other formats hold the rest.
TOLD = (
    "source", "target", "source_name", "target_name", "weight", "over_impact", "expected", "propensity", "grade",
    "direction", "q",
)  # fmt: skip
HALF_TURN = 180.0


def has_places(graph: Graph) -> bool:
    """Return whether the nodes of a graph have longitudes and latitudes.

    Parameters
    ----------
    graph : Graph
        The graph.
    """
    return {"longitude", "latitude"} <= set(graph.nodes)


def write_geojson(graph: Graph, file: Path) -> None:
    """Write a graph as GeoJSON: a point per node with all its attributes, a line per edge with what maps need.

    A line that crosses the 180th meridian is cut there, as the format asks; an edge of a node with itself is a point;
    what has no place has no geometry.

    Parameters
    ----------
    graph : Graph
        What to write; nodes have longitude and latitude.
    file : Path
        Where to; replaced when it is there.
    """
    with file.open("w", encoding="utf-8") as out:
        out.write('{"type": "FeatureCollection", "name": ' + json.dumps(graph.title) + ', "features": [\n')
        for number, feature in enumerate(_features(graph)):
            out.write(",\n" if number else "")
            out.write(json.dumps(feature, ensure_ascii=False, allow_nan=False))
        out.write("\n]}\n")


def _features(graph: Graph) -> Iterator[dict[str, Any]]:
    places: dict[str, Position | None] = {}
    names = [str(name) for name in graph.nodes if name not in ("longitude", "latitude")]
    for row in rows_of(graph.nodes):
        at = None if pd.isna(row.longitude) or pd.isna(row.latitude) else [float(row.longitude), float(row.latitude)]
        places[row.id] = at
        yield _feature("node", None if at is None else {"type": "Point", "coordinates": at}, names, row)
    told = [name for name in TOLD if name in graph.edges]
    for row in rows_of(graph.edges):
        yield _feature("edge", _between(places[row.source], places[row.target]), told, row)


def _feature(kind: str, geometry: dict[str, Any] | None, names: list[str], row: Any) -> dict[str, Any]:
    """Return a feature; attributes without a value are left out."""
    found = {name: getattr(row, name) for name in names}
    known = {name: _plain(value) for name, value in found.items() if not pd.isna(value)}
    return {"type": "Feature", "geometry": geometry, "properties": {"kind": kind} | known}


def _plain(value: Any) -> Any:
    """Return a value of a table as one of JSON."""
    return value.item() if hasattr(value, "item") else value


def _between(start: Position | None, end: Position | None) -> dict[str, Any] | None:
    if start is None or end is None:
        return None
    if start == end:
        return {"type": "Point", "coordinates": start}
    if abs(start[0] - end[0]) <= HALF_TURN:
        return {"type": "LineString", "coordinates": [start, end]}
    edge = HALF_TURN if start[0] > 0 else -HALF_TURN
    beyond = end[0] + 2 * edge  # where the end lies when one goes on over the meridian
    latitude = start[1] + (end[1] - start[1]) * (edge - start[0]) / (beyond - start[0])
    return {"type": "MultiLineString", "coordinates": [[start, [edge, latitude]], [[-edge, latitude], end]]}
