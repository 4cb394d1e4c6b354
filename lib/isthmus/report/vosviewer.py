"""Graphs as map and network files of VOSviewer (https://app.vosviewer.com/docs/file-types/map-and-network-file-type)."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd

from isthmus.report.graphs import Graph

_FIRM = {"firm_above": "Firm ties above size", "firm_below": "Firm ties below size"}
MOST_CLUSTERS = 1000  # that VOSviewer accepts


def write_vosviewer(graph: Graph, map_file: Path, network_file: Path) -> None:
    """Write a graph as the two tab-delimited files that VOSviewer opens together.

    The map file has one line per node: a number, name, place (longitude and latitude), cluster (the integration group
    where the study made groups, else the continent, of cities the side), weights, and as scores the share of
    international papers and the firm ties above and below size, where nodes have them. The network file has one line
    per pair of numbers with its weight, and no header: VOSviewer knows no other attribute of a pair.

    Parameters
    ----------
    graph : Graph
        What to write; undirected, for VOSviewer knows no direction.
    map_file, network_file : Path
        Where to; replaced when they are there.
    """
    if graph.directed:
        raise ValueError(f"{graph.name} is directed, and VOSviewer knows no direction")
    nodes = graph.nodes
    numbers = pd.Series(range(1, len(nodes) + 1), index=nodes["id"], dtype="int64")
    frame = pd.DataFrame(
        {
            "id": numbers.to_numpy(),
            "label": nodes["name"],
            "description": nodes["id"].map(lambda code: f"Code: {code}"),
            "x": nodes["longitude"].fillna(0.0),
            "y": nodes["latitude"].fillna(0.0),
            "cluster": _clusters(nodes),
            "weight<Links>": nodes["links"],
            "weight<Total link strength>": nodes["strength"],
            "weight<Papers>": nodes["papers"],
            **_international(nodes),
            **{f"score<{words}>": nodes[name] for name, words in _FIRM.items() if name in nodes},
        }
    )
    frame.to_csv(map_file, sep="\t", index=False, quoting=csv.QUOTE_MINIMAL, encoding="utf-8")
    links = pd.DataFrame(
        {
            "first": graph.edges["source"].map(numbers),
            "second": graph.edges["target"].map(numbers),
            "strength": graph.edges["weight"],
        }
    )
    links.to_csv(network_file, sep="\t", index=False, header=False, encoding="utf-8")


def _international(nodes: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    if "papers_international" not in nodes:
        return {}
    share = nodes["papers_international"] / nodes["papers"].where(nodes["papers"] > 0)
    return {"score<Share of international papers>": share.fillna(0.0).round(4)}


def _clusters(nodes: pd.DataFrame) -> "pd.Series[Any]":
    """Return a number from 1, by the alphabet, for each group, continent or side: the first of them that nodes have."""
    by = next((name for name in ("group", "continent", "side") if name in nodes and nodes[name].notna().any()), "id")
    names = nodes[by].fillna("~")  # what belongs to none comes last
    order = {name: number for number, name in enumerate(sorted(set(names))[:MOST_CLUSTERS], start=1)}
    return names.map(order)
