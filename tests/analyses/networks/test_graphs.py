import pandas as pd
import pytest

from isthmus.analyses.networks.graphs import node_table, significant_graph, window_graph, year_graph, yearly_ties
from isthmus.analyses.networks.node_places import node_place
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.report import load_results
from isthmus.report.exports import write_graph


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_every_edge_of_a_year_is_in_the_graph_of_that_year(results):
    graph = year_graph(results, "collaboration", 2015)
    edges = results.table(COUNTRY_EDGES).query("network == 'collaboration' and year == 2015")
    assert len(graph.edges) == len(edges)
    assert graph.edges["weight"].sum() == edges["weight"].sum()
    assert not graph.directed


def test_the_significant_graph_is_part_of_the_window_s(results):
    whole, part = window_graph(results, "collaboration"), significant_graph(results, "collaboration")
    keys = ["source", "target"]
    assert len(part.edges) == 6
    assert len(part.edges.merge(whole.edges[keys], on=keys)) == 6
    assert set(part.nodes["id"]) == {*part.edges["source"], *part.edges["target"]}


def test_strengths_of_nodes_are_sums_of_their_edges(results):
    graph = window_graph(results, "knowledge_exchange")
    assert graph.nodes["strength"].sum() == 2 * graph.edges["weight"].sum()
    assert graph.nodes["links"].sum() == 2 * len(graph.edges)


def test_papers_of_nodes_are_those_of_the_years(results):
    table = node_table(results, (2020, 2021)).set_index("id")
    papers = results.table(COUNTRY_YEARS).query("country == 'FR' and year >= 2020")["papers"].sum()
    assert table.loc["FR", "papers"] == papers
    assert table.loc["US", "pole"] == "United States"
    assert pd.isna(table.loc["FR", "pole"])


def test_ties_of_all_years_are_in_order_and_labelled_both_ways(results):
    ties = yearly_ties(results, "collaboration")
    assert ties["year"].is_monotonic_increasing
    labels = pd.read_parquet(results.folder / "pair_labels.parquet").set_index(["src", "dst"])["label"]
    row = ties.query("source == 'CN' and target == 'US' and year == 2010").iloc[0]
    assert row["trajectory"] == labels["CN", "US"]


def test_a_country_lies_at_its_own_place_and_a_bloc_amid_its_members(results, make_results):
    france = node_place(results, "FR")
    assert 40 < france.latitude < 52
    assert france.continent == "Europe"
    assert node_place(results, "no such") is None


def test_a_graph_is_written_in_the_formats_that_are_wanted(results, tmp_path):
    graph = significant_graph(results, "collaboration")
    files = write_graph(graph, tmp_path, ("csv", "gexf", "vosviewer"))
    assert [file.name for file in files] == [
        "collaboration_significant.csv",
        "collaboration_significant.gexf",
        "collaboration_significant_vosviewer_map.txt",
        "collaboration_significant_vosviewer_network.txt",
    ]
    assert all(file.stat().st_size for file in files)
    assert len(pd.read_csv(files[0], keep_default_na=False)) == 6
