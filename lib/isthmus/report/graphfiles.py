"""Graphs as GraphML and GEXF files (Gephi, igraph, networkx, Cytoscape), written line by line."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax import saxutils

import pandas as pd

from isthmus.report.graphs import Graph
from isthmus.report.results import rows_of

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://www.gexf.net/1.2draft"
DEGREES_APART = 10.0  # units of a GEXF drawing per degree, so that nodes on the map do not cover each other
#: Characters that no XML document may hold, not even escaped.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What an id is in any reader of GraphML (a plain NMTOKEN).
GRAPHML_ID = re.compile(r"[\w.:-]+", re.ASCII)
SMALLEST, LARGEST = 4.0, 40.0  # node sizes of a GEXF drawing


def escape(text: str) -> str:
    """Return text as the content of an element."""
    return saxutils.escape(NOT_IN_XML.sub("", text))


def quoteattr(text: str) -> str:
    """Return text as the quoted value of an attribute."""
    return saxutils.quoteattr(NOT_IN_XML.sub("", text))


def write_graphml(graph: Graph, file: Path) -> None:
    """Write a graph as GraphML: every attribute with its type; a missing value has no element.

    A node's name stands there twice, as `name` and as `label`: programs look for the one or the other. Where an id is
    none that GraphML allows, as one with a blank, all nodes are numbered.

    Parameters
    ----------
    graph : Graph
        What to write.
    file : Path
        Where to; replaced when it is there.
    """
    named = graph.nodes.assign(label=graph.nodes["name"])
    nodes, edges = _types(named, leave=("id",)), _types(graph.edges, leave=("source", "target"))
    ids = _graphml_ids(graph)
    with file.open("w", encoding="utf-8") as out:
        out.write(f'{HEAD}<graphml xmlns="{GRAPHML}">\n<desc>{escape(graph.title)}</desc>\n')
        for domain, types in (("node", nodes), ("edge", edges)):
            for name, kind in types.items():
                out.write(f'<key id="{domain}_{name}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>\n')
        out.write(f'<graph id={quoteattr(graph.name)} edgedefault="{_direction(graph)}">\n')
        for row in rows_of(named):
            out.write(f'<node id="{ids[row.id]}">{_data("node", nodes, row)}</node>\n')
        for row in rows_of(graph.edges):
            ends = f'source="{ids[row.source]}" target="{ids[row.target]}"'
            out.write(f"<edge {ends}>{_data('edge', edges, row)}</edge>\n")
        out.write("</graph>\n</graphml>\n")


def write_gexf(graph: Graph, file: Path) -> None:
    """Write a graph as GEXF 1.2: nodes lie at their longitude and latitude and are as large as their papers.

    Where nodes have no papers, as in a network of moves, they are as large as their strength.

    Parameters
    ----------
    graph : Graph
        What to write.
    file : Path
        Where to; replaced when it is there.
    """
    nodes = _types(graph.nodes, leave=("id", "name"))
    edges = _types(graph.edges, leave=("source", "target", "weight"))
    size = "papers" if "papers" in graph.nodes else "strength"
    most = float(graph.nodes[size].max()) if len(graph.nodes) else 0.0
    with file.open("w", encoding="utf-8") as out:
        out.write(f'{HEAD}<gexf xmlns="{GEXF}" xmlns:viz="{GEXF}/viz" version="1.2">\n')
        out.write(f"<meta><creator>Isthmus</creator><description>{escape(graph.title)}</description></meta>\n")
        out.write(f'<graph mode="static" defaultedgetype="{_direction(graph)}">\n')
        for domain, types in (("node", nodes), ("edge", edges)):
            out.write(f'<attributes class="{domain}">\n')
            for name, kind in types.items():
                out.write(f'<attribute id="{name}" title="{name}" type="{kind}"/>\n')
            out.write("</attributes>\n")
        out.write("<nodes>\n")
        for row in rows_of(graph.nodes):
            label = f"id={quoteattr(row.id)} label={quoteattr(row.name)}"
            out.write(f"<node {label}>{_values(nodes, row)}{_looks(row, getattr(row, size), most)}</node>\n")
        out.write("</nodes>\n<edges>\n")
        for number, row in enumerate(rows_of(graph.edges)):
            ends = f'id="{number}" source={quoteattr(row.source)} target={quoteattr(row.target)}'
            out.write(f'<edge {ends} weight="{row.weight}">{_values(edges, row)}</edge>\n')
        out.write("</edges>\n</graph>\n</gexf>\n")


def _graphml_ids(graph: Graph) -> dict[str, str]:
    """Return the id of each node in a GraphML file."""
    ids = [str(node) for node in graph.nodes["id"]]
    if all(map(GRAPHML_ID.fullmatch, ids)):
        return {node: node for node in ids}
    return {node: f"n{number}" for number, node in enumerate(ids, start=1)}


def _direction(graph: Graph) -> str:
    return "directed" if graph.directed else "undirected"


def _types(frame: pd.DataFrame, leave: tuple[str, ...]) -> dict[str, str]:
    """Return the type of each column, as GraphML and GEXF call it, without those that the format has a place for."""
    return {str(name): _type(frame[name]) for name in frame if name not in leave}


def _type(column: "pd.Series[Any]") -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "long"
    if pd.api.types.is_float_dtype(column.dtype):
        return "double"
    known = column.dropna()
    return "boolean" if len(known) and known.map(lambda value: isinstance(value, bool)).all() else "string"


def _present(types: Mapping[str, str], row: Any) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a row that have a value, as text."""
    for name, kind in types.items():
        value = getattr(row, name)
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            continue
        yield name, str(bool(value)).lower() if kind == "boolean" else str(value)


def _data(domain: str, types: Mapping[str, str], row: Any) -> str:
    return "".join(f'<data key="{domain}_{name}">{escape(text)}</data>' for name, text in _present(types, row))


def _values(types: Mapping[str, str], row: Any) -> str:
    values = "".join(f'<attvalue for="{name}" value={quoteattr(text)}/>' for name, text in _present(types, row))
    return f"<attvalues>{values}</attvalues>"


def _looks(row: Any, value: float, most: float) -> str:
    """Place and size of a node; the area grows with the value."""
    size = SMALLEST + (LARGEST - SMALLEST) * math.sqrt(value / most) if most else SMALLEST
    shown = f'<viz:size value="{size:.2f}"/>'
    if row.longitude is None or math.isnan(row.longitude):
        return shown
    x, y = row.longitude * DEGREES_APART, row.latitude * DEGREES_APART
    return f'{shown}<viz:position x="{x:.1f}" y="{y:.1f}" z="0"/>'
