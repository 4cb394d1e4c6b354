import pandas as pd
import pytest

from isthmus.analyses.networks.graphs import (
    graded_graph,
    node_table,
    published_graph,
    window_graph,
    year_graph,
    yearly_ties,
)
from isthmus.analyses.networks.node_places import node_place
from isthmus.analyses.networks.tables import COUNTRY_EDGES, COUNTRY_YEARS
from isthmus.analyses.significance.tables import NULL_MODEL_FITS, PAIR_TESTS, SIGNIFICANT_PAIRS
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


def test_graded_ties_and_those_of_the_published_rule_are_part_of_the_window_s(results):
    whole = window_graph(results, "collaboration")
    graded, published = (make(results, "collaboration") for make in (graded_graph, published_graph))
    keys = ["source", "target"]
    assert len(published.edges) == 6
    assert graded.edges["grade"].value_counts().to_dict() == {"probable": 19, "firm": 6}
    for part in (graded, published):
        assert len(part.edges.merge(whole.edges[keys], on=keys)) == len(part.edges)
        assert set(part.nodes["id"]) == {*part.edges["source"], *part.edges["target"]}


def test_edges_of_the_window_carry_grade_p_q_and_propensity(results):
    table = results.table(SIGNIFICANT_PAIRS).query("network == 'collaboration' and src == 'CN' and dst == 'US'").iloc[0]
    edge = window_graph(results, "collaboration").edges.query("source == 'CN' and target == 'US'").iloc[0]
    assert (edge["grade"], edge["direction"], edge["published_rule"]) == ("probable", "weaker", False)
    assert edge[["p", "q", "p_lower", "q_lower"]].tolist() == pytest.approx(
        table[["p_upper", "q_upper", "p_lower", "q_lower"]].tolist()
    )
    times = ["propensity", "propensity_low", "propensity_high"]
    assert edge[times].tolist() == pytest.approx(table[times].tolist())
    nodes = window_graph(results, "collaboration").nodes.set_index("id")
    assert nodes.loc[["CN", "US", "DE"], "firm_above"].tolist() == [3, 2, 0]
    assert nodes["firm_below"].sum() == 0


def test_a_year_whose_null_model_did_not_converge_is_no_part_of_the_propensity(make_results):
    """Its weight stays in the sum of the window; observed over expected are of the years that the test has."""
    folder = make_results()
    whole = load_results(folder)
    fits = whole.table(NULL_MODEL_FITS)
    fits.loc[fits["year"] == 2019, "status"] = "not converged"
    fits.to_parquet(folder / "null_model_fits.parquet")
    tests = whole.table(PAIR_TESTS)
    tests[tests["year"] != 2019].to_parquet(folder / "pair_tests.parquet")  # a fit that failed tests no pair
    edge = window_graph(load_results(folder), "collaboration").edges.query("source == 'CN' and target == 'US'").iloc[0]
    own = tests.query("network == 'collaboration' and src == 'CN' and dst == 'US' and year >= 2017")
    kept = own[own["year"] != 2019]
    assert edge["weight"] == own["weight"].sum()
    assert edge["expected"] == pytest.approx(kept["expected"].sum())
    assert edge["propensity"] == pytest.approx(kept["weight"].sum() / kept["expected"].sum())


def test_a_window_that_was_not_tested_has_no_grade_but_a_propensity(results, tmp_path):
    for file in results.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pooled = ["p_upper", "p_lower", "p_two_sided", "q_upper", "q_lower", "grade", "direction", "propensity"]
    table = results.table(SIGNIFICANT_PAIRS).assign(**dict.fromkeys(pooled))
    table.to_parquet(tmp_path / "significant_pairs.parquet")
    graph = window_graph(load_results(tmp_path), "collaboration")
    assert graph.edges[["grade", "direction", "p", "q"]].isna().all(axis=None)
    assert graph.edges["propensity"].notna().all()
    assert graded_graph(load_results(tmp_path), "collaboration").edges.empty


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
    graph = published_graph(results, "collaboration")
    files = write_graph(graph, tmp_path, ("csv", "gexf", "vosviewer"))
    assert [file.name for file in files] == [
        "collaboration_published_rule.csv",
        "collaboration_published_rule.gexf",
        "collaboration_published_rule_vosviewer_map.txt",
        "collaboration_published_rule_vosviewer_network.txt",
    ]
    assert all(file.stat().st_size for file in files)
    assert len(pd.read_csv(files[0], keep_default_na=False)) == 6
