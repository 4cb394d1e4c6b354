"""What a spreadsheet, or an XML parser, does with text that came from data."""

import csv
import xml.etree.ElementTree as ET

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.report.exports import write_csv
from isthmus.report.graphfiles import write_gexf, write_graphml
from isthmus.report.graphs import Graph


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-1.5", "-1.5"),
        ("+1e-3", "+1e-3"),
        ("China (CN)", "China (CN)"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula(tmp_path, cell, said):
    write_csv(pd.DataFrame({"name": [cell, "other"], "z": [-1.0, 2.0]}), tmp_path / "a.csv")
    rows = list(csv.reader((tmp_path / "a.csv").open(newline="")))
    assert rows == [["name", "z"], [said, "-1"], ["other", "2"]]


def test_missing_text_stays_missing(tmp_path):
    write_csv(pd.DataFrame({"name": ["=1", None]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines() == ['"name"', '"\'=1"', ""]


@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@settings(max_examples=50, deadline=None)
def test_graph_files_are_well_formed_whatever_the_names_hold(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("graphs")
    nodes = pd.DataFrame({"id": ["a", "b"], "name": [name, "B"], "papers": [1.0, 2.0]})
    nodes = nodes.assign(longitude=float("nan"), latitude=float("nan"))
    edges = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1.0]})
    graph = Graph("net", name, False, nodes, edges)
    write_graphml(graph, folder / "a.graphml")
    write_gexf(graph, folder / "a.gexf")
    for file in ("a.graphml", "a.gexf"):
        ET.parse(folder / file)
    assert set(nx.read_graphml(folder / "a.graphml").nodes) == {"a", "b"}
