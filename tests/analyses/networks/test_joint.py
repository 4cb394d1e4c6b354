"""The share of joint papers in the citations of a pair: in numbers, beside each tie, in the exports and as text."""

import json
import math

import pandas as pd
import pytest

from isthmus.analyses.networks.graphs import window_graph, yearly_ties
from isthmus.analyses.networks.joint import joint_citations, joint_shares
from isthmus.analyses.significance.pair_table import pair_table
from isthmus.analyses.significance.section import section
from isthmus.analyses.significance.ties import window_ties
from isthmus.report import build_report, build_sections, load_results

EDGES = [
    ("knowledge_exchange", "cited", 2020, "CN", "US", 6, 3),
    ("knowledge_exchange", "cited", 2021, "CN", "US", 4, 2),
    ("knowledge_exchange", "cited", 2021, "CN", "PK", 4, 1),
    ("knowledge_exchange", "citing", 2021, "CN", "US", 100, 100),  # another citation year
    ("citation", "cited", 2021, "CN", "US", 100, 100),
    ("collaboration", "publication_year", 2021, "CN", "US", 9, None),
]


@pytest.fixture
def study(make_results, put_table, request):
    folder = make_results()
    columns = ["network", "citation_year", "year", "src", "dst", "weight", "joint"]
    edges = pd.DataFrame(EDGES, columns=columns).astype({"joint": "Int64"})
    put_table(folder, "country_edges", edges.assign(fractional=1.0))
    facts = json.loads((folder / "study.json").read_text())
    facts["switches"] = {"networks.joint_papers": getattr(request, "param", "whole")}
    (folder / "study.json").write_text(json.dumps(facts))
    return load_results(folder)


def test_of_the_citations_some_are_of_joint_papers(study):
    found = joint_citations(study)
    assert found.to_numpy().tolist() == [[2020, "CN", "US", 6, 3], [2021, "CN", "US", 4, 2], [2021, "CN", "PK", 4, 1]]
    shares = joint_shares(study, (2020, 2021)).set_index(["src", "dst"])["joint_share"]
    assert shares.to_dict() == {("CN", "PK"): 0.25, ("CN", "US"): 0.5}
    assert joint_shares(study, (2021, 2021)).set_index("dst")["joint_share"].to_dict() == {"PK": 0.25, "US": 0.5}


@pytest.mark.parametrize("study", ["left_out"], indirect=True)
def test_citations_that_were_left_out_belong_to_the_whole_of_which_they_are_a_share(study, tmp_path):
    assert joint_citations(study)["citations"].tolist() == [9, 6, 5]
    assert joint_shares(study, (2020, 2020))["joint_share"].tolist() == [3 / 9]
    assert "both countries sign; these are left out of observed and expected." in page(study, tmp_path)
    assert "left out of observed and expected" in pair_table(study.folder, "CN", "US")


def page(study, tmp_path):
    build_report(study, build_sections(study, (section,)), tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_it_stands_beside_each_exchange_tie_and_no_collaboration(study, tmp_path):
    ties = window_ties(study).set_index(["network", "src", "dst"])["joint_share"]
    assert ties["knowledge_exchange", "CN", "US"] == 0.5
    assert math.isnan(ties["knowledge_exchange", "IL", "US"]), "no citation of theirs is known"
    assert ties["collaboration"].isna().all()
    assert '<td class="num" data-value="0.25">25%</td>' in page(study, tmp_path)
    assert "are left out of observed" not in page(study, tmp_path)


def test_exports_carry_it(study):
    edges = window_graph(study, "knowledge_exchange").edges.set_index(["source", "target"])
    assert edges["joint_share"].to_dict() == {("CN", "PK"): 0.25, ("CN", "US"): 0.5}
    yearly = yearly_ties(study, "knowledge_exchange")
    assert yearly[yearly["target"] == "US"]["joint_share"].tolist() == [0.5, 0.5]
    assert "joint_share" not in window_graph(study, "collaboration").edges


def test_a_pair_as_text_has_it_by_year(study):
    exchange = pair_table(study.folder, "CN", "US").split("Knowledge exchange")[1]
    rows = {line.split()[0]: line.split()[-1] for line in exchange.splitlines() if line.startswith("  20")}
    assert rows["2020"] == rows["2021"] == "50%"
    assert rows["2019"] == "–"
    assert "of joint papers: share of the citations whose citing or cited paper both sign." in exchange


def test_a_network_of_ones_own_has_none(make_results, put_table):
    folder = make_results()
    edges = pd.DataFrame([EDGES[-1]], columns=["network", "citation_year", "year", "src", "dst", "weight", "joint"])
    put_table(folder, "country_edges", edges.assign(fractional=1.0))
    results = load_results(folder)
    assert joint_citations(results).empty
    assert not section(results).values["has_joint"]
    assert "of joint papers" not in pair_table(folder, "CN", "US").splitlines()[0]
