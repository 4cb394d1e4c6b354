"""The networks of cities for other programs: nodes with coordinates, directed edges, no networks of countries needed."""

import json
from collections import Counter

import networkx as nx
import pandas as pd
import pytest

from isthmus.analyses.cities.graph import NODE_MEANINGS, city_graphs
from isthmus.analyses.networks.exports import export_networks
from isthmus.errors import ConfigError
from isthmus.report import load_results
from isthmus.report.exports import FORMATS, write_graph


def test_three_directed_graphs_of_the_leading_cities(publish, tables):
    graphs = {graph.name: graph for graph in city_graphs(load_results(publish()))}
    assert list(graphs) == ["city_impact", "city_migration", "city_collaboration", "city_joint_works"]
    impact = graphs["city_impact"]
    assert impact.directed
    assert list(impact.nodes) == list(NODE_MEANINGS)
    assert len(impact.nodes) == 20
    assert impact.nodes["name"].tolist()[:2] == ["Beijing", "Mountain View"]
    matrices = tables["city_matrices"]
    wanted = matrices[(matrices["network"] == "impact") & (matrices["weight"] > 0)]
    assert len(impact.edges) == len(wanted)
    edge = impact.edges.query("source_name == 'Wuhan' and target_name == 'Beijing'").iloc[0]
    assert (edge["weight"], edge["over_impact"], edge["grade"]) == (100, 30.0, "firm")


def test_files_are_written_without_networks_of_countries_and_read_back(publish, tmp_path):
    out = tmp_path / "networks"
    names = {file.name for file in export_networks(publish(), out, formats=("graphml", "gexf", "csv"))}
    assert {"README.md", "city_impact.graphml", "city_impact.gexf"} <= names
    assert not any(name.startswith(("collaboration", "ties_by_year")) for name in names)
    graph = nx.read_graphml(out / "city_impact.graphml")
    assert graph.is_directed()
    assert len(graph) == 20
    assert float(graph.nodes["1"]["longitude"]) == 10.0
    assert "city_NETWORK" in (out / "README.md").read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="no year at all"):
        export_networks(publish(), out, years=[2010])


def test_joint_works_have_no_direction_and_all_formats(publish, tables, tmp_path):
    [graph] = [graph for graph in city_graphs(load_results(publish())) if not graph.directed]
    matrices = tables["city_matrices"]
    wanted = Counter()
    for row in matrices[(matrices["network"] == "collaboration") & (matrices["src"] != matrices["dst"])].itertuples():
        wanted[frozenset((str(row.src), str(row.dst)))] += row.weight
    found = {frozenset((row.source, row.target)): row.weight for row in graph.edges.itertuples()}
    assert found == {pair: weight for pair, weight in wanted.items() if weight}
    assert graph.nodes["strength"].sum() == 2 * graph.edges["weight"].sum()
    assert graph.nodes["links"].sum() == 2 * len(graph.edges)
    endings = {file.name.removeprefix("city_joint_works") for file in write_graph(graph, tmp_path, FORMATS)}
    assert endings == {
        ".parquet", ".csv", ".graphml", ".gexf", ".geojson", "_vosviewer_map.txt", "_vosviewer_network.txt",
    }  # fmt: skip
    lines = pd.read_csv(tmp_path / "city_joint_works_vosviewer_map.txt", sep="\t")
    assert lines["cluster"].nunique() == graph.nodes["side"].nunique() == 2
    features = json.loads((tmp_path / "city_joint_works.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == len(graph.nodes) + len(graph.edges)


def test_a_study_without_cities_has_none(publish):
    assert list(city_graphs(load_results(publish(without=("city_matrices",))))) == []
    empty = pd.DataFrame({"city": pd.Series(dtype=int), "works": 1, "citations_made": 1, "citations_received": 1,
                          "scientists": 1})  # fmt: skip
    assert list(city_graphs(load_results(publish(tables={"city_masses": empty})))) == []
