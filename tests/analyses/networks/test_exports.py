"""Exports of the networks, read back by other programs and compared edge by edge."""

import json
import math
import shutil

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.networks.exports import export_networks
from isthmus.analyses.networks.graphs import (
    EDGE_MEANINGS,
    NODE_MEANINGS,
    graded_graph,
    published_graph,
    window_graph,
    year_graph,
)
from isthmus.analyses.significance.maps import places, tie_features
from isthmus.analyses.significance.tables import SIGNIFICANT_PAIRS
from isthmus.analyses.stage import Context
from isthmus.config import Study
from isthmus.errors import ConfigError
from isthmus.pipeline.export_stage import EXPORTS
from isthmus.report import load_results

GRAPHS = (
    "collaboration_2017-2021",
    "collaboration_graded",
    "collaboration_published_rule",
    "collaboration_2009",
    "knowledge_exchange_2017-2021",
    "knowledge_exchange_graded",
    "knowledge_exchange_published_rule",
    "knowledge_exchange_2009",
    "citation_2017-2021",
    "citation_2009",
)


@pytest.fixture(scope="module")
def folder(make_results, put_table):
    """Results with directed citations, labels, groups, and a bloc as a node (in the place of France)."""
    folder = make_results(poles=("US", "EU-27"))

    def rewrite(name, change):
        change(pd.read_parquet(folder / f"{name}.parquet")).to_parquet(folder / f"{name}.parquet", index=False)

    def as_node(frame):
        frame = frame.replace({name: {"FR": "EU-27"} for name in ("src", "dst") if name in frame})
        swapped = frame["src"] > frame["dst"]
        frame.loc[swapped, ["src", "dst"]] = frame.loc[swapped, ["dst", "src"]].to_numpy()
        return frame

    def with_citations(edges):
        exchanged = edges[edges["network"] == "knowledge_exchange"].assign(network="citation")
        there = exchanged.assign(weight=exchanged["weight"] // 2 + 1)
        back = exchanged.rename(columns={"src": "dst", "dst": "src"})[exchanged["weight"].to_numpy() > 3]
        other = exchanged.assign(citation_year="citing", weight=99)  # not the study's citation year
        return pd.concat([edges, there, back[edges.columns], other], ignore_index=True)

    for name in ("pair_tests", "significant_pairs", "country_edges"):
        rewrite(name, as_node)
    rewrite("country_edges", with_citations)
    rewrite("country_years", lambda nodes: nodes.replace({"country": {"FR": "EU-27"}}))
    labels = pd.DataFrame({"src": ["CN", "KE", "AU"], "dst": ["US", "NA", "BR"], "label": ["SD", "SC", None]})
    labelled = labels.assign(
        status="clustered", cluster=0, distance=1.0, z_change_collaboration=0.0, z_change_exchange=0.0, speed=1.0,
        speed_smoothed=1.0, speed_per_year=0.1,
    )  # fmt: skip
    put_table(folder, "pair_labels", labelled)
    groups = pd.DataFrame(
        {"country": ["GB", "GB", "IN"], "pole": ["US", "CN", "US"], "group": ["SC_both", "SC_both", "none"]}
    )
    grouped = groups.assign(rank=1, papers=1, label="SC", speed=1.0, group_speed=1.0, speed_class="slow")
    put_table(folder, "integration_groups", grouped)
    study = json.loads((folder / "study.json").read_text())
    study["pole_members"] = {"US": ["US"], "EU-27": ["DE", "FR", "XX"]}
    (folder / "study.json").write_text(json.dumps(study))
    return folder


@pytest.fixture(scope="module")
def exported(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("exports") / "new"
    return out, export_networks(folder, out, years=[2009])


@pytest.fixture(scope="module")
def graphs(folder):
    results = load_results(folder)
    made = [window_graph(results, n) for n in ("collaboration", "knowledge_exchange", "citation")]
    made += [
        make(results, n) for n in ("collaboration", "knowledge_exchange") for make in (graded_graph, published_graph)
    ]
    made += [year_graph(results, n, 2009) for n in ("collaboration", "knowledge_exchange", "citation")]
    return {graph.name: graph for graph in made}


def test_there_is_one_file_of_each_format_for_each_graph(exported):
    out, written = exported
    names = {f"{graph}.{ending}" for graph in GRAPHS for ending in ("parquet", "csv", "graphml", "gexf", "geojson")}
    names |= {f"{g}_vosviewer_{kind}.txt" for g in GRAPHS if "citation" not in g for kind in ("map", "network")}
    names |= {f"{table}_by_year.{ending}" for table in ("ties", "nodes") for ending in ("parquet", "csv")}
    assert {file.name for file in written} == {file.name for file in out.iterdir()} == names | {"README.md"}


def test_the_window_is_the_sum_of_its_years(folder, graphs):
    edges = pd.read_parquet(folder / "country_edges.parquet")
    ties = pd.read_parquet(folder / "pair_tests.parquet")
    window = "year >= 2017 and network == 'collaboration' and src == 'CN' and dst == 'US'"
    row = graphs["collaboration_2017-2021"].edges.query("source == 'CN' and target == 'US'").iloc[0]
    assert row["weight"] == edges.query(window)["weight"].sum()
    assert row["fractional"] == pytest.approx(edges.query(window)["fractional"].sum())
    assert row["expected"] == pytest.approx(ties.query(window)["expected"].sum())
    assert row["z"] == pytest.approx(ties.query(window)["z"].mean())
    assert (row["source_name"], row["target_name"], row["trajectory"]) == ("China", "United States", "SD")
    assert (row["published_rule"], row["z_years"], row["discoveries"]) == (False, 5, 0)


def test_years_without_a_common_paper_are_expected_too(folder, graphs):
    ties = pd.read_parquet(folder / "pair_tests.parquet").query("year >= 2017 and network == 'collaboration'")
    rare = ties[(ties["src"] == "EU-27") & (ties["dst"] == "NA")]
    found = graphs["collaboration_2017-2021"].edges.query("source == 'EU-27' and target == 'NA'").iloc[0]
    assert 0 < (rare["weight"] > 0).sum() < 5
    assert found["expected"] == pytest.approx(rare["expected"].sum())


def test_the_network_of_the_published_rule_is_what_it_calls(folder, graphs):
    pairs = pd.read_parquet(folder / "significant_pairs.parquet")
    for network in ("collaboration", "knowledge_exchange"):
        wanted = pairs[pairs["significant"] & (pairs["network"] == network)]
        edges = graphs[f"{network}_published_rule"].edges
        assert set(zip(edges["source"], edges["target"], strict=True)) == set(
            zip(wanted["src"], wanted["dst"], strict=True)
        )
        assert edges["published_rule"].all()
        assert set(graphs[f"{network}_published_rule"].nodes["id"]) == {*edges["source"], *edges["target"]}


def test_nodes_carry_names_places_papers_poles_and_groups(folder, graphs):
    nodes = graphs["collaboration_2017-2021"].nodes.set_index("id")
    papers = pd.read_parquet(folder / "country_years.parquet").query("year >= 2017").groupby("country")["papers"].sum()
    assert nodes["papers"].to_dict() == papers.to_dict()
    assert nodes.loc["NA", ["name", "continent", "subregion"]].to_list() == ["Namibia", "Africa", "Southern Africa"]
    bloc = nodes.loc["EU-27"]
    assert (bloc["name"], bloc["continent"], bloc["subregion"], bloc["pole"]) == (
        "EU-27",
        "Europe",
        "Western Europe",
        "EU-27",
    )
    assert 2 < bloc["longitude"] < 11
    assert 46 < bloc["latitude"] < 52
    assert nodes.loc["GB", "group"] == "SC_both"
    assert nodes["pole"].dropna().to_dict() == {"US": "United States", "EU-27": "EU-27"}
    edges = graphs["collaboration_2017-2021"].edges
    touching = edges[(edges["source"] == "KE") | (edges["target"] == "KE")]
    assert (nodes.loc["KE", "links"], nodes.loc["KE", "strength"]) == (len(touching), touching["weight"].sum())


def test_citations_keep_their_direction_and_the_studys_citation_year(folder, graphs):
    edges = pd.read_parquet(folder / "country_edges.parquet").query(
        "network == 'citation' and citation_year == 'cited'"
    )
    wanted = edges.query("year == 2009").set_index(["src", "dst"])["weight"].to_dict()
    found = graphs["citation_2009"].edges.set_index(["source", "target"])["weight"].to_dict()
    assert found == wanted
    assert ("US", "CN") in found
    assert ("CN", "US") in found


def _plain(value):
    """A value as a file keeps it: nothing for missing ones."""
    missing = value is None or (isinstance(value, float) and not math.isfinite(value))
    return None if missing else value.item() if isinstance(value, np.generic) else value


def _attributes(row, leave):
    return {name: _plain(value) for name, value in row.items() if name not in leave and _plain(value) is not None}


def _ends(graph, row):
    return (row["source"], row["target"]) if graph.directed else tuple(sorted((row["source"], row["target"])))


def _read_edges(read):
    """The edges of a graph that networkx read, those of an undirected one in the order of the alphabet."""
    order = tuple if read.is_directed() else sorted
    return {tuple(order(ends)): data for *ends, data in read.edges(data=True)}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphml_read_by_networkx_is_the_same_graph(exported, graphs, name):
    graph = graphs[name]
    read = nx.read_graphml(exported[0] / f"{name}.graphml")
    assert read.is_directed() == graph.directed
    wanted = {row["id"]: _attributes(row, ("id",)) | {"label": row["name"]} for row in graph.nodes.to_dict("records")}
    assert dict(read.nodes(data=True)) == wanted
    edges = {_ends(graph, row): _attributes(row, ("source", "target")) for row in graph.edges.to_dict("records")}
    assert _read_edges(read) == edges


@pytest.mark.parametrize("name", GRAPHS)
def test_gexf_read_by_networkx_is_the_same_graph(exported, graphs, name):
    graph = graphs[name]
    read = nx.read_gexf(exported[0] / f"{name}.gexf")
    assert read.is_directed() == graph.directed
    for row in graph.nodes.to_dict("records"):
        data = dict(read.nodes[row["id"]])
        looks, label = data.pop("viz"), data.pop("label")
        assert label == row["name"]
        assert data == _attributes(row, ("id", "name"))
        assert looks["position"]["x"] == pytest.approx(10 * row["longitude"], abs=0.06)
        assert 4 <= looks["size"] <= 40
    edges = {_ends(graph, row): _attributes(row, ("source", "target")) for row in graph.edges.to_dict("records")}
    found = _read_edges(read)
    for data in found.values():
        del data["id"]
    assert found == edges


def test_vosviewer_files_hold_the_same_links(exported, graphs):
    out, _ = exported
    nodes = pd.read_csv(out / "collaboration_2017-2021_vosviewer_map.txt", sep="\t")
    links = pd.read_csv(out / "collaboration_2017-2021_vosviewer_network.txt", sep="\t", header=None)
    graph = graphs["collaboration_2017-2021"]
    label = dict(zip(nodes["id"], nodes["label"], strict=True))
    found = {frozenset((label[a], label[b])): weight for a, b, weight in links.itertuples(index=False)}
    edges = graph.edges
    assert found == {
        frozenset(pair): weight
        for *pair, weight in edges[["source_name", "target_name", "weight"]].itertuples(index=False)
    }
    assert list(nodes["id"]) == list(range(1, len(graph.nodes) + 1))
    assert nodes["weight<Papers>"].to_list() == graph.nodes["papers"].to_list()
    assert nodes["weight<Total link strength>"].sum() == 2 * edges["weight"].sum()
    assert nodes["score<Share of international papers>"].between(0, 1).all()
    assert nodes["score<Firm ties above size>"].to_list() == graph.nodes["firm_above"].to_list()
    assert nodes["score<Firm ties above size>"].sum() == 2 * 6
    assert nodes["score<Firm ties below size>"].sum() == 0
    clusters = dict(zip(nodes["label"], nodes["cluster"], strict=True))
    assert clusters["United Kingdom"] == 1  # groups: SC_both, none, and no group at all
    assert set(clusters.values()) == {1, 2, 3}
    assert "NaN" not in (out / "collaboration_2017-2021_vosviewer_map.txt").read_text()


def test_tables_are_the_same_in_parquet_and_csv(exported, graphs):
    out, _ = exported
    for name in (*GRAPHS, "ties_by_year", "nodes_by_year"):
        parquet = pd.read_parquet(out / f"{name}.parquet")
        text = pd.read_csv(out / f"{name}.csv", keep_default_na=False, na_values=[""])
        pd.testing.assert_frame_equal(text, parquet, check_dtype=False)
        if name in graphs:
            pd.testing.assert_frame_equal(parquet, graphs[name].edges)
    ties = pd.read_parquet(out / "ties_by_year.parquet")
    assert set(ties["network"]) == {"collaboration", "knowledge_exchange", "citation"}
    assert ties[ties["network"] == "citation"]["z"].isna().all()
    assert (ties["weight"] > 0).all()


def test_the_guide_explains_every_column(exported):
    out, written = exported
    text = (out / "README.md").read_text()
    assert "Simulated data" in text
    assert all(f"`{name}`" in text for name in {*NODE_MEANINGS, *EDGE_MEANINGS})
    assert all(file.name in text for file in written if file.name != "README.md")
    frames = [pd.read_parquet(file) for file in out.glob("*20*.parquet")]
    assert {column for frame in frames for column in frame} <= set(EDGE_MEANINGS)


def test_names_with_marks_of_xml_stay_readable(folder, tmp_path):
    study = json.loads((folder / "study.json").read_text()) | {"title": 'Ties <&> "more"'}
    results = load_results(folder)
    graph = window_graph(results, "collaboration")
    strange = graph.nodes.assign(name='A <&> "B"')
    from isthmus.report.graphfiles import write_gexf, write_graphml
    from isthmus.report.graphs import Graph

    odd = Graph("odd", study["title"], False, strange, graph.edges)
    write_graphml(odd, tmp_path / "a.graphml")
    write_gexf(odd, tmp_path / "a.gexf")
    assert {data["name"] for _, data in nx.read_graphml(tmp_path / "a.graphml").nodes(data=True)} == {'A <&> "B"'}
    assert {data["label"] for _, data in nx.read_gexf(tmp_path / "a.gexf").nodes(data=True)} == {'A <&> "B"'}


def test_results_without_trajectories_and_citations_are_exported(results_dir, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(results_dir, bare)
    for name in ("pair_labels", "integration_groups"):
        (bare / f"{name}.parquet").unlink(missing_ok=True)
    written = export_networks(bare, tmp_path / "out", formats=["graphml"])
    graphs = {file.stem: nx.read_graphml(file) for file in written if file.suffix == ".graphml"}
    assert len(graphs["citation_2017-2021"]) == 0
    edge = graphs["collaboration_2017-2021"].edges["CN", "US"]
    assert "trajectory" not in edge
    assert edge["weight"] > 0


def test_a_study_that_tests_no_ties_exports_what_it_counted(folder, tmp_path):
    """As the indicators of Digital Science do: they have networks, and no null model."""
    counted = tmp_path / "counted"
    shutil.copytree(folder, counted)
    for name in ("pair_tests", "significant_pairs", "null_model_fits", "pair_labels"):
        (counted / f"{name}.parquet").unlink()
    written = export_networks(counted, tmp_path / "new", formats=["parquet", "graphml"], years=[2009])
    names = {f"{n}_{w}.{e}" for n in ("collaboration", "knowledge_exchange", "citation") for w in ("2017-2021", "2009")
             for e in ("parquet", "graphml")}  # fmt: skip
    assert {file.name for file in written} == names | {"ties_by_year.parquet", "nodes_by_year.parquet", "README.md"}
    edges = pd.read_parquet(tmp_path / "new" / "collaboration_2017-2021.parquet")
    tested = window_graph(load_results(folder), "collaboration").edges
    assert list(edges["weight"]) == list(tested["weight"])
    assert not {"grade", "p", "expected", "published_rule"} & set(edges)
    guide = (tmp_path / "new" / "README.md").read_text()
    assert "This study tests no ties" in guide
    assert not any(
        word in guide.split("## Nodes")[0] for word in ("graded", "published_rule", "pair_tests", "null model")
    )


def test_a_bloc_on_both_sides_of_the_date_line_lies_between_its_members(make_results):
    folder = make_results(sizes={"US": 900, "CN": 800, "Pacific": 30, "NA": 12})
    study = json.loads((folder / "study.json").read_text()) | {"pole_members": {"Pacific": ["FJ", "WS"]}}
    (folder / "study.json").write_text(json.dumps(study))
    nodes = window_graph(load_results(folder), "collaboration").nodes.set_index("id")
    assert abs(nodes.loc["Pacific", "longitude"]) > 170


def test_the_stage_writes_beside_the_results(folder, tmp_path):
    study = Study.model_validate({"study": "tiny", "title": "Tiny"})
    shutil.copytree(folder, tmp_path / "tiny")
    run = Context(None, None, study, None, "2026-01-15", str(tmp_path))  # needs neither session nor tables
    assert not EXPORTS.has_result(run)
    assert EXPORTS.run(run).summary.startswith("52 files in ")
    assert EXPORTS.has_result(run)
    first = {file.name: file.read_bytes() for file in (tmp_path / "tiny/exports").iterdir()}
    EXPORTS.run(run)
    assert {file.name: file.read_bytes() for file in (tmp_path / "tiny/exports").iterdir()} == first


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"networks": ["colaboration"]}, "did you mean 'collaboration'"),
        ({"formats": ["gefx"]}, "no format 'gefx'; did you mean 'gexf'"),
        ({"formats": []}, "no format is named; there are parquet"),
        ({"years": [1999]}, "no network of 1999 in study 'tiny', which has 2008 to 2021"),
    ],
)
def test_wrong_words_are_said(folder, tmp_path, wrong, message):
    with pytest.raises(ConfigError, match=message):
        export_networks(folder, tmp_path, **wrong)


def test_the_map_draws_the_ties_of_a_bloc(folder):
    results = load_results(folder)
    graded = results.table(SIGNIFICANT_PAIRS).query("grade.notna() and (src == 'EU-27' or dst == 'EU-27')")
    drawn = [feature for feature in tie_features(results) if "EU-27" in (feature["src"], feature["dst"])]
    assert len(drawn) == len(graded) > 0
    assert "EU-27" in set(places(results)["code"])
