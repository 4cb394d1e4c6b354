"""PageRank, components and communities of a network: on this machine, and by messages as GraphFrames sends them."""

import inspect
from collections import Counter

import networkx
import numpy as np
import pandas as pd
import pytest
from chispa import assert_df_equality
from hypothesis import given
from hypothesis import strategies as st
from tests.centrality import standin

from isthmus.centrality import graphs, pregel
from isthmus.centrality.graphs import both_ways, collected, communities, components, local_communities, rank
from isthmus.engine.jars import JAR_SETS, find_jars
from isthmus.errors import CentralityError, SetupError

ARC = "src bigint, dst bigint, weight double"
# two triangles joined by an arc, a pair apart, a node with a loop alone
ARCS = [(1, 2, 1.0), (2, 3, 2.0), (3, 1, 1.0), (3, 14, 0.5), (14, 15, 1.0), (15, 16, 1.0), (16, 14, 4.0), (8, 9, 1.0)]
ARCS += [(1, 2, 2.0), (7, 7, 5.0), (15, 15, 9.0)]
JAR = JAR_SETS["graphs"].coordinates[0]
nodes = st.integers(-5, 6)
networks = st.lists(st.tuples(nodes, nodes, st.integers(1, 4).map(float)), min_size=1, max_size=25)


def network_of(arcs):
    return collected(pd.DataFrame(arcs, columns=["src", "dst", "weight"]))


def by_hand(arcs, rounds):
    """Label propagation node by node: the most frequent label among different neighbours, of several the smallest."""
    near = {}
    for u, v, _ in arcs:
        for a, b in ((u, v), (v, u)):
            near.setdefault(a, set()).update({b} - {a})
    label = {node: node for node in near}
    for _ in range(rounds):
        anew = dict(label)
        for node, others in near.items():
            counts = Counter(label[other] for other in others)
            if counts:
                anew[node] = min(counts, key=lambda own: (-counts[own], own))
        label = anew
    return [label[node] for node in sorted(label)]


@given(networks)
def test_components_are_those_of_networkx_by_their_smallest_node(arcs):
    graph = networkx.Graph([(u, v) for u, v, _ in arcs])
    wanted = {node: min(part) for part in networkx.connected_components(graph) for node in part}
    network = network_of(arcs)
    assert dict(zip(network.nodes.tolist(), graphs.local_components(network).tolist(), strict=True)) == wanted


@given(networks, st.integers(1, 6))
def test_communities_are_those_found_node_by_node(arcs, rounds):
    assert local_communities(network_of(arcs), rounds).tolist() == by_hand(arcs, rounds)


def test_two_cliques_with_one_tie_are_two_communities():
    cliques = [(a, b, 1.0) for first in (0, 10) for a in range(first, first + 5) for b in range(first, a)]
    found = local_communities(network_of([*cliques, (4, 10, 1.0)]), 10)
    assert found.tolist() == [0] * 5 + [10] * 5


@pytest.mark.spark
def test_networks_are_measured_on_this_machine(spark):
    arcs = spark.createDataFrame(ARCS, ARC)
    graph = networkx.DiGraph()
    graph.add_nodes_from({end for arc in ARCS for end in arc[:2]})
    for u, v, weight in ARCS:
        if u != v:
            graph.add_edge(u, v, weight=weight + graph.get_edge_data(u, v, {"weight": 0.0})["weight"])
    wanted = networkx.pagerank(graph, alpha=0.5, tol=1e-14)
    found = {row.node: row.pagerank for row in rank(arcs, damping=0.5).collect()}
    assert found == pytest.approx(wanted, abs=1e-9)
    parts = [(n, 1) for n in (1, 2, 3, 14, 15, 16)] + [(7, 7), (8, 8), (9, 8)]
    expected = spark.createDataFrame(sorted(parts), "node bigint, component bigint")
    assert_df_equality(components(arcs), expected, ignore_nullable=True, ignore_row_order=True)
    nothing = spark.createDataFrame([], ARC)
    assert rank(nothing).schema == rank(arcs).schema
    assert rank(nothing).count() == 0
    pairs = spark.createDataFrame([(1, 2, 3.0)], ARC)
    assert sorted(both_ways(pairs).collect()) == [(1, 2, 3.0), (2, 1, 3.0)]


@pytest.mark.spark
def test_what_one_machine_should_not_collect_is_refused(spark, monkeypatch):
    monkeypatch.setattr(graphs, "MOST_ARCS", 10)
    with pytest.raises(
        CentralityError, match=r"11 arcs; the local engine collects at most 10: use engine='graphframes'"
    ):
        components(spark.createDataFrame(ARCS, ARC))


def test_wrong_words_and_numbers_are_named():
    with pytest.raises(CentralityError, match=r"'graphframe' is no engine; did you mean 'graphframes'\?"):
        components(None, engine="graphframe")
    with pytest.raises(CentralityError, match="damping is 1; expected"):
        rank(None, damping=1)
    with pytest.raises(CentralityError, match="0 rounds"):
        communities(None, rounds=0)


@pytest.mark.spark
def test_without_the_package_or_the_jar_the_error_names_what_to_install(spark, monkeypatch):
    arcs = spark.createDataFrame(ARCS, ARC)

    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(pregel, "import_module", missing)
    with pytest.raises(SetupError, match=r"No module named 'graphframes.lib'.*pip install 'isthmus\[graphs\]'"):
        components(arcs, engine="graphframes")

    def no_class(*_):
        raise RuntimeError("java.lang.ClassNotFoundException: org.graphframes.GraphFramePythonAPI")

    monkeypatch.setattr(pregel, "import_module", lambda _: type("Package", (), {"GraphFrame": no_class}))
    with pytest.raises(SetupError, match=rf"needs the jar {JAR}.*jar_sets=\['graphs'\]"):
        components(arcs, engine="graphframes")


@pytest.mark.spark
@pytest.mark.slow
def test_messages_give_the_same_answers_as_one_machine(spark, monkeypatch):
    monkeypatch.setattr(pregel, "import_module", lambda _: standin.PACKAGE)
    arcs = spark.createDataFrame(ARCS, ARC)
    same(rank(arcs, engine="graphframes", damping=0.4), rank(arcs, damping=0.4))
    assert standin.GraphFrame.made.steps < 40, "it ends when ranks are settled"
    same(components(arcs, engine="graphframes"), components(arcs))
    for rounds in (1, 5):
        same(communities(arcs, engine="graphframes", rounds=rounds), communities(arcs, rounds=rounds))


def test_graphframes_has_the_methods_and_names_that_are_used():
    """The stand-in must not know more than the package does."""
    package = pytest.importorskip("graphframes", reason="the package graphframes-py (extra `graphs`) is not installed")
    from graphframes.lib import Pregel

    for name, method in inspect.getmembers(standin.Pregel, inspect.isfunction):
        if not name.startswith("_"):
            inspect.signature(getattr(Pregel, name)).bind(*[None] * method.__code__.co_argcount)
    inspect.signature(package.GraphFrame.connectedComponents).bind(
        None, algorithm="two_phase", broadcastThreshold=-1, use_local_checkpoints=True
    )


@pytest.mark.spark
@pytest.mark.slow
def test_graphframes_gives_the_same_answers_as_one_machine(spark):
    pytest.importorskip("graphframes", reason="the package graphframes-py (extra `graphs`) is not installed")
    arcs = spark.createDataFrame(ARCS, ARC)
    if find_jars(["graphs"]) is None:
        with pytest.raises(SetupError, match=f"needs the jar {JAR}"):
            components(arcs, engine="graphframes")
        pytest.skip(f"the jar {JAR} has not been resolved here: python -m isthmus.engine.jars graphs")
    same(rank(arcs, engine="graphframes"), rank(arcs))
    same(components(arcs, engine="graphframes"), components(arcs))
    same(communities(arcs, engine="graphframes"), communities(arcs))


def same(found, wanted):
    """Compare two measures node by node."""
    one, other = (frame.toPandas().sort_values("node", ignore_index=True) for frame in (found, wanted))
    assert list(one["node"]) == list(other["node"])
    value = wanted.columns[1]
    assert found.columns == wanted.columns
    np.testing.assert_allclose(one[value], other[value], atol=1e-7, rtol=0)
