"""Graphs as files for other programs: literal graphs, and what the programs' own readers find in them."""

import csv
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.report.exports import FORMATS, write_graph, write_table
from isthmus.report.graphfiles import DEGREES_APART, LARGEST, SMALLEST, write_gexf, write_graphml
from isthmus.report.graphs import Graph
from isthmus.report.vosviewer import write_vosviewer

NODES = pd.DataFrame(
    {
        "id": ["NA", "US", "EU-27"],
        "name": ["Namibia", "United States", "EU-27"],
        "papers": [25, 100, 0],
        "papers_international": [10, 40, 0],
        "links": [1, 2, 1],
        "strength": [3, 8, 5],
        "continent": ["Africa", "Americas", None],
        "longitude": [17.5, -100.0, np.nan],
        "latitude": [-22.0, 40.0, np.nan],
        "pole": [None, "United States", None],
    }
)
EDGES = pd.DataFrame(
    {
        "source": ["NA", "EU-27"],
        "target": ["US", "US"],
        "weight": [3, 5],
        "z": [2.5, np.nan],
        "significant": [True, False],
        "trajectory": ["SC", None],
    }
)


def graph(*, directed=False, nodes=NODES, edges=EDGES):
    return Graph("net", "A <title> & more", directed, nodes, edges)


@pytest.fixture
def graphml(tmp_path):
    write_graphml(graph(), tmp_path / "net.graphml")
    return tmp_path / "net.graphml"


@pytest.fixture
def gexf(tmp_path):
    write_gexf(graph(), tmp_path / "net.gexf")
    return tmp_path / "net.gexf"


def test_graphml_keeps_types_and_leaves_missing_values_out(graphml):
    read = nx.read_graphml(graphml)
    assert not read.is_directed()
    assert read.nodes["NA"] == {
        "name": "Namibia", "papers": 25, "papers_international": 10, "links": 1, "strength": 3, "continent": "Africa",
        "longitude": 17.5, "latitude": -22.0, "label": "Namibia",
    }  # fmt: skip
    assert "longitude" not in read.nodes["EU-27"]
    assert "continent" not in read.nodes["EU-27"]
    assert read.edges["NA", "US"] == {"weight": 3, "z": 2.5, "significant": True, "trajectory": "SC"}
    assert read.edges["EU-27", "US"] == {"weight": 5, "significant": False}


def test_graphml_names_its_graph(graphml):
    root = ET.parse(graphml).getroot()
    space = {"g": root.tag[1:].split("}")[0]}
    assert root.find("g:desc", space).text == "A <title> & more"
    assert root.find("g:graph", space).get("id") == "net"
    types = {key.get("id"): key.get("attr.type") for key in root.findall("g:key", space)}
    assert types["node_papers"] == "long"
    assert types["node_longitude"] == "double"
    assert types["node_pole"] == "string"
    assert types["edge_significant"] == "boolean"


def test_gexf_places_nodes_on_the_map_and_draws_them_by_their_papers(gexf):
    space = {"g": "http://www.gexf.net/1.2draft", "viz": "http://www.gexf.net/1.2draft/viz"}
    nodes = {node.get("id"): node for node in ET.parse(gexf).getroot().iterfind(".//g:nodes/g:node", space)}
    sizes = {name: float(node.find("viz:size", space).get("value")) for name, node in nodes.items()}
    assert sizes == {"NA": pytest.approx((SMALLEST + LARGEST) / 2), "US": LARGEST, "EU-27": SMALLEST}
    where = nodes["NA"].find("viz:position", space)
    assert (float(where.get("x")), float(where.get("y"))) == (17.5 * DEGREES_APART, -22.0 * DEGREES_APART)
    assert nodes["EU-27"].find("viz:position", space) is None


def test_gexf_is_read_back_by_networkx(gexf):
    read = nx.read_gexf(gexf)
    assert read.nodes["US"]["label"] == "United States"
    assert read.nodes["US"]["papers"] == 100
    assert read.edges["NA", "US"]["weight"] == 3
    assert read.edges["NA", "US"]["significant"] is True
    assert "z" not in read.edges["EU-27", "US"]


@pytest.mark.parametrize(("write", "read"), [(write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)])
def test_a_directed_graph_keeps_its_directions(tmp_path, write, read):
    write(graph(directed=True), tmp_path / "net")
    found = read(tmp_path / "net")
    assert found.is_directed()
    assert set(found.edges) == {("NA", "US"), ("EU-27", "US")}


@pytest.mark.parametrize("write", [write_graphml, write_gexf])
def test_a_graph_without_nodes_is_a_file_without_nodes(tmp_path, write):
    write(graph(nodes=NODES.iloc[:0], edges=EDGES.iloc[:0]), tmp_path / "net")
    assert not [element for element in ET.parse(tmp_path / "net").iter() if element.tag.endswith(("}node", "}edge"))]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Cn"]),
                     min_size=1, max_size=12), min_size=2, max_size=6, unique=True),
    st.data(),
)  # fmt: skip
def test_any_names_and_weights_come_back(tmp_path_factory, names, data):
    file = tmp_path_factory.mktemp("graphs") / "net.graphml"
    count = len(names)
    weights = data.draw(st.lists(st.integers(1, 2**53), min_size=count - 1, max_size=count - 1))
    nodes = pd.DataFrame({"id": names, "name": names, "papers": range(count), "longitude": 0.0, "latitude": 0.0})
    edges = pd.DataFrame({"source": names[:-1], "target": names[1:], "weight": weights})
    write_graphml(Graph("net", "t", False, nodes, edges), file)
    read = nx.read_graphml(file)
    found = {read.nodes[node]["name"]: node for node in read}
    assert set(found) == set(names)
    assert [read.edges[found[a], found[b]]["weight"] for a, b in pairwise(names)] == weights


def test_vosviewer_files_line_by_line(tmp_path):
    write_vosviewer(graph(), tmp_path / "map.txt", tmp_path / "network.txt")
    rows = list(csv.DictReader((tmp_path / "map.txt").open(encoding="utf-8"), delimiter="\t"))
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0] == {
        "id": "1", "label": "Namibia", "description": "Code: NA", "x": "17.5", "y": "-22.0", "cluster": "1",
        "weight<Links>": "1", "weight<Total link strength>": "3", "weight<Papers>": "25",
        "score<Share of international papers>": "0.4",
    }  # fmt: skip
    assert [row["cluster"] for row in rows] == ["1", "2", "3"], "by continent; what has none comes last"
    assert (rows[2]["x"], rows[2]["score<Share of international papers>"]) == ("0.0", "0.0")
    assert (tmp_path / "network.txt").read_text() == "1\t2\t3\n3\t2\t5\n"


def test_vosviewer_clusters_are_the_groups_where_there_are_some(tmp_path):
    grouped = NODES.assign(group=["SC_both", None, "G1"])
    write_vosviewer(graph(nodes=grouped), tmp_path / "map.txt", tmp_path / "network.txt")
    table = pd.read_csv(tmp_path / "map.txt", sep="\t")
    assert table.set_index("label")["cluster"].to_dict() == {"EU-27": 1, "Namibia": 2, "United States": 3}


def test_vosviewer_knows_no_direction(tmp_path):
    with pytest.raises(ValueError, match="net is directed, and VOSviewer knows no direction"):
        write_vosviewer(graph(directed=True), tmp_path / "map.txt", tmp_path / "network.txt")


@pytest.mark.parametrize(
    ("directed", "formats", "names"),
    [
        (False, FORMATS, ["net.parquet", "net.csv", "net.graphml", "net.gexf", "net_vosviewer_map.txt",
                          "net_vosviewer_network.txt", "net.geojson"]),
        (True, FORMATS, ["net.parquet", "net.csv", "net.graphml", "net.gexf", "net.geojson"]),
        (False, ("gexf",), ["net.gexf"]),
        (True, ("vosviewer",), []),
    ],
)  # fmt: skip
def test_the_files_of_each_format(tmp_path, directed, formats, names):
    written = write_graph(graph(directed=directed), tmp_path, formats)
    assert [file.name for file in written] == names
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names), "and nothing else is left behind"


def test_a_table_is_read_back_as_it_was(tmp_path):
    frame = pd.DataFrame({"id": ["NA", "US"], "papers": [1, 2], "share": [0.1 + 0.2, 1e-300]})
    parquet, text = write_table(frame, tmp_path / "nodes", ("csv", "parquet"))
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), frame)
    pd.testing.assert_frame_equal(pd.read_csv(text, keep_default_na=False, float_precision="round_trip"), frame)
    assert write_table(frame, tmp_path / "none", ("gexf",)) == []


def test_a_writer_that_fails_leaves_the_earlier_file(tmp_path):
    write_graph(graph(), tmp_path, ("graphml",))
    before = (tmp_path / "net.graphml").read_bytes()
    with pytest.raises(AttributeError):
        write_graph(graph(edges=EDGES.drop(columns="target")), tmp_path, ("graphml",))
    assert (tmp_path / "net.graphml").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["net.graphml"]


def test_no_name_of_a_file_needs_quoting(tmp_path):
    for file in write_graph(graph(), tmp_path, FORMATS):
        assert re.fullmatch(r"[\w.-]+", file.name)
