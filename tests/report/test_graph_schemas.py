"""Graph files against what the schemas of their formats say of the elements that are written.

The rules are those of graphml.xsd 1.0 (graphdrawing.org) and gexf.xsd, data.xsd, viz.xsd 1.2 (gexf.net), put into
words here for the elements that Isthmus writes: what an element holds and in which order, which attributes it must and
may have, of which type, and which of them name something that has to be there. Any other element is a fault.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.report.graphfiles import GEXF, GRAPHML, write_gexf, write_graphml
from isthmus.report.graphs import Graph


def one_of(*words):
    return re.compile("|".join(words))


TEXT, TOKEN = re.compile(r"(?s).*"), re.compile(r"[\w.:-]+", re.ASCII)  # of a name token, the plain ones
FLOAT = re.compile(r"\s*([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)\s*")
POSITIVE = re.compile(r"\s*\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
DIRECTION = one_of("directed", "undirected")
NOTHING = ""
#: element -> what it holds, as an expression over its children's names; attributes it must have; attributes it may have
GRAPHML_RULES = {
    "graphml": ("(desc )?(key )*((data|graph) )*", {}, {}),
    "desc": (NOTHING, {}, {}),
    "key": ("(desc )?(default )?", {"id": TOKEN},
            {"for": one_of("all", "graphml", "graph", "node", "edge"), "attr.name": TOKEN,
             "attr.type": one_of("boolean", "int", "long", "float", "double", "string")}),
    "graph": ("(desc )?((data|node|edge) )*", {"edgedefault": DIRECTION}, {"id": TOKEN}),
    "node": ("(desc )?((data|port) )*", {"id": TOKEN}, {}),
    "edge": ("(desc )?(data )*", {"source": TOKEN, "target": TOKEN}, {"id": TOKEN, "directed": one_of("true", "false")}),
    "data": (NOTHING, {"key": TOKEN}, {"id": TOKEN}),
}  # fmt: skip
GEXF_RULES = {
    "gexf": ("(meta )?graph ", {"version": one_of("1.2")}, {"variant": TEXT}),
    "meta": ("((creator|keywords|description) )*", {}, {"lastmodifieddate": re.compile(r"\d{4}-\d\d-\d\d")}),
    "creator": (NOTHING, {}, {}),
    "description": (NOTHING, {}, {}),
    "graph": ("((attributes|nodes|edges) )*", {},
              {"mode": one_of("static", "dynamic"), "defaultedgetype": one_of("directed", "undirected", "mutual")}),
    "attributes": ("(attribute )*", {"class": one_of("node", "edge")}, {}),
    "attribute": ("((default|options) )*",
                  {"id": TEXT, "title": TEXT,
                   "type": one_of("integer", "long", "double", "float", "boolean", "liststring", "string", "anyURI")}, {}),
    "nodes": ("(node )*", {}, {}),
    "node": ("((attvalues|nodes|edges|viz:color|viz:position|viz:size|viz:shape) )*", {"id": TEXT}, {"label": TEXT}),
    "edges": ("(edge )*", {}, {}),
    "edge": ("((attvalues|viz:color|viz:thickness|viz:shape) )*", {"id": TEXT, "source": TEXT, "target": TEXT},
             {"weight": FLOAT, "label": TEXT, "type": DIRECTION}),
    "attvalues": ("(attvalue )*", {}, {}),
    "attvalue": (NOTHING, {"for": TEXT, "value": TEXT}, {}),
    "viz:size": (NOTHING, {"value": POSITIVE}, {}),
    "viz:position": (NOTHING, {"x": FLOAT, "y": FLOAT, "z": FLOAT}, {}),
}  # fmt: skip
HOLD_TEXT = {"desc", "data", "creator", "description"}


def named(tag, spaces):
    space, _, name = tag[1:].partition("}")
    return spaces[space] + name


def faults(file, rules, spaces):
    """What of a file its schema does not allow, and what it names that is not there."""
    found = []
    root = ET.parse(file).getroot()
    for element in root.iter():
        name = named(element.tag, spaces)
        if name not in rules:
            found.append(f"{name} is no element")
            continue
        children, must, may = rules[name]
        inside = "".join(f"{named(child.tag, spaces)} " for child in element)
        if not re.fullmatch(children, inside):
            found.append(f"{name} holds {inside}")
        if name not in HOLD_TEXT and ((element.text or "") + "".join(c.tail or "" for c in element)).strip():
            found.append(f"{name} holds text")
        found += [f"{name} has no {key}" for key in must if element.get(key) is None]
        for key, value in element.items():
            if not (must | may).get(key, re.compile("$^")).fullmatch(value):
                found.append(f"{name} has {key}={value!r}")
    return found + dangling(root, spaces)


def dangling(root, spaces):
    """Ids that are there twice, and references to what is not there."""
    every = {}
    for element in root.iter():
        every.setdefault(named(element.tag, spaces), []).append(element)
    ids = {
        name: Counter(e.get("id") for e in every.get(name, ()) if e.get("id") is not None)
        for name in ("node", "edge", "key")
    }
    found = [f"{name} {key} is there {n} times" for name, counts in ids.items() for key, n in counts.items() if n > 1]
    ends = {edge.get(end) for edge in every.get("edge", ()) for end in ("source", "target")}
    found += [f"no node {end}" for end in ends - set(ids["node"])]
    found += [f"no key {e.get('key')}" for e in every.get("data", ()) if e.get("key") not in ids["key"]]
    for kind in ("node", "edge"):
        known = {a.get("id") for s in every.get("attributes", ()) if s.get("class") == kind for a in s}
        used = {value.get("for") for e in every.get(kind, ()) for values in e for value in values if value.get("for")}
        found += [f"no attribute {name} of {kind}" for name in used - known]
        for element in every.get(kind, ()):
            twice = Counter(data.get("key") for data in element if data.get("key"))
            found += [f"{kind} has {key} twice" for key, n in twice.items() if n > 1]
    return found


def of_graphml(file):
    return faults(file, GRAPHML_RULES, {GRAPHML: ""})


def of_gexf(file):
    return faults(file, GEXF_RULES, {GEXF: "", f"{GEXF}/viz": "viz:"})


def some_graph(ids, names, directed=True):
    nodes = pd.DataFrame({"id": ids, "name": names, "papers": range(len(ids)), "known": [True] * len(ids)})
    nodes = nodes.assign(longitude=[np.nan, *[3.25] * (len(ids) - 1)], latitude=1.5, group=[None, *names[1:]])
    edges = pd.DataFrame({"source": ids[:-1], "target": ids[1:], "weight": 1e-7, "z": [np.inf] * (len(ids) - 1)})
    return Graph("net_2017-2021", f"About <{names[0]}>", directed, nodes, edges)


@given(
    ids=st.lists(st.one_of(st.sampled_from(["US", "EU-27", "4_eyes"]), st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=8)), min_size=2, max_size=5, unique=True),
    name=st.text(max_size=12),
    directed=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_whatever_ids_and_names_hold_the_schemas_allow_the_files(tmp_path_factory, ids, name, directed):
    folder = tmp_path_factory.mktemp("graphs")
    graph = some_graph(ids, [name] * len(ids), directed)
    write_graphml(graph, folder / "net.graphml")
    write_gexf(graph, folder / "net.gexf")
    assert of_graphml(folder / "net.graphml") == []
    assert of_gexf(folder / "net.gexf") == []


def test_ids_that_the_format_allows_are_kept_and_others_numbered(tmp_path):
    write_graphml(some_graph(["US", "EU-27"], ["United States", "EU"]), tmp_path / "kept")
    write_graphml(some_graph(["US", "Five Eyes"], ["United States", "Five Eyes"]), tmp_path / "numbered")
    found = [[e.get("id") for e in ET.parse(tmp_path / f).iter(f"{{{GRAPHML}}}node")] for f in ("kept", "numbered")]
    assert found == [["US", "EU-27"], ["n1", "n2"]]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('edgedefault="directed"', "", "graph has no edgedefault"),
        ('attr.type="long"', 'attr.type="number"', "key has attr.type='number'"),
        ('<node id="A">', '<node id="A B">', "node has id='A B'"),
        ('target="B"', 'target="C"', "no node C"),
        ('key="edge_weight"', 'key="weight"', "no key weight"),
        ("<desc>", "<title>x</title><desc>", "title is no element"),
        ('<data key="edge_weight">', 'text<data key="edge_weight">', "edge holds text"),
        ('<node id="B">', '<node id="A">', "node A is there 2 times"),
    ],
)
def test_the_rules_find_what_a_schema_would(tmp_path, before, after, fault):
    write_graphml(some_graph(["A", "B"], ["a", "b"]), tmp_path / "net")
    text = (tmp_path / "net").read_text()
    assert before in text
    (tmp_path / "net").write_text(text.replace(before, after, 1))
    assert fault in of_graphml(tmp_path / "net")


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('weight="1e-07"', 'weight="much"', "edge has weight='much'"),
        ('<viz:size value="', '<viz:size value="-', "viz:size has value='-4.00'"),
        ('id="0"', "", "edge has no id"),
        ('for="papers"', 'for="citations"', "no attribute citations of node"),
        ('class="node"', 'class="vertex"', "attributes has class='vertex'"),
        ("<meta>", "<meta><node id='x'/>", "meta holds node creator description "),
    ],
)
def test_the_rules_find_what_a_schema_of_gexf_would(tmp_path, before, after, fault):
    write_gexf(some_graph(["A", "B"], ["a", "b"]), tmp_path / "net")
    text = (tmp_path / "net").read_text()
    assert before in text
    (tmp_path / "net").write_text(text.replace(before, after, 1))
    assert fault in of_gexf(tmp_path / "net")
