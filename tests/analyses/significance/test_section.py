import json
from pathlib import Path

import pandas as pd
import pytest

from isthmus.analyses.significance.fits import fits_table
from isthmus.analyses.significance.method import method
from isthmus.analyses.significance.section import default_pair, section, suggested_pairs
from isthmus.analyses.significance.ties import graded_ties, shown_networks, window_text
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


@pytest.fixture
def changed(make_results):
    """A function that makes results with another study.json: `changed(null_model="rewiring")`."""

    def make(switches=(), **fields):
        folder = make_results(trajectories=False, sizes={"US": 90.0, "CN": 80.0, "FR": 50.0, "NA": 9.0})
        file = folder / "study.json"
        study = json.loads(file.read_text()) | fields
        study["switches"] |= dict(switches)
        file.write_text(json.dumps(study))
        return load_results(folder)

    return make


def text_of(results, heading):
    return next(paragraph.text for paragraph in method(results) if paragraph.heading == heading)


def test_without_null_models_there_is_no_section(plain_study):
    assert section(load_results(plain_study)) is None
    assert shown_networks(load_results(plain_study)) == ()


def test_only_the_study_s_own_citation_year_is_shown(changed):
    assert shown_networks(changed(citation_year="cited"))[1] == ("knowledge_exchange", "cited")
    assert shown_networks(changed(citation_year="citing")) == (("collaboration", "publication_year"),)
    assert "“citing”" in text_of(changed(citation_year="citing"), "Year of a citation")


def test_tiles_count_ties_by_network(results):
    found = {tile.label: tile.value for tile in section(results).tiles}
    end = "stronger and 0 weaker than size explains"
    assert found[f"firm ties in collaboration, 2017–2021: 6 {end}"] == "6"
    assert found[f"firm ties in knowledge exchange, 2017–2021: 7 {end}"] == "7"


def test_the_page_s_data_hold_what_its_script_reads(results):
    data = section(results).data
    assert set(data) == {
        "pairs", "networks", "called", "threshold", "window", "span", "labelNames", "coverage", "names", "defaultPair",
        "firstRows", "mapAspect", "inNetwork",
    }  # fmt: skip
    assert list(data["called"]) == ["firm", "probable", "all", "published"]
    assert data["coverage"][2021] == pytest.approx(0.93, abs=1e-3)
    json.dumps(data, allow_nan=False)


def test_the_picker_opens_with_the_poles_else_with_the_strongest_tie(results, make_results):
    assert default_pair(results) == ("US", "CN")
    without = load_results(make_results(poles=("AQ", "US")))
    strongest = graded_ties(without).iloc[0]
    assert default_pair(without) == (strongest["src"], strongest["dst"])
    assert suggested_pairs(results)[0] == ("US", "CN")
    assert len(set(suggested_pairs(results))) == len(suggested_pairs(results)) == 5


def test_partners_of_a_pole_link_to_their_figure(results):
    own = section(results)
    china = next(pole for pole in own.values["poles"] if pole["code"] == "CN")
    names = {figure.name for figure in own.figures}
    assert set(china["figures"].values()) <= names
    assert china["figures"]["collaboration"] == "partners_CN_collaboration"
    assert [row["partner"] for row in china["partners"]["collaboration"][:3]] == ["PK", "HK", "SG"]
    assert china["counts"]["collaboration"] == "3 firm, 4 probable, 0 few papers"


def test_a_pole_without_partners_has_no_figure(make_results):
    results = load_results(make_results(poles=("US", "XK")))
    names = {figure.name for figure in section(results).figures}
    assert "partners_XK_collaboration" not in names
    assert "partners_US_collaboration" in names


def test_the_method_follows_the_study(changed):
    assert "Means, deviations and probabilities are exact" in text_of(changed(), "What size explains")
    sampled = changed({"significance.samples": 500})
    assert "from 500 sampled networks" in text_of(sampled, "What size explains")
    assert "exact, not sampled" not in text_of(sampled, "What size explains")
    rewired = changed(null_model="rewiring")
    assert "How to read z" not in [paragraph.heading for paragraph in method(rewired)]
    assert "Null model “mine”." in text_of(changed(null_model="mine"), "What size explains")
    rule = "The published rule"
    test = text_of(changed({"significance.finite": "linked", "significance.min_finite_years": 1}), rule)
    assert "with at least 1 year that count" in test
    assert "if the two were linked in at least one year in both networks" in test
    assert "above 2," in text_of(changed(threshold=2.0), rule)
    assert "false-discovery rate below 0.01" in text_of(
        changed({"significance.false_discovery_rate": 0.01}), "The test"
    )


def test_the_citation_window_is_told_where_it_counts(changed):
    windowed = changed({"networks.citation_window": 3}, citation_year="cited_window")
    assert "if it came within the citation window of 3 years" in text_of(windowed, "Year of a citation")
    assert "Computed too, and in pair_tests.parquet: cited." in text_of(windowed, "Year of a citation")


def test_citations_of_joint_papers_are_told_when_they_are_left_out(changed):
    left_out = "no exchange between two countries that both sign the citing or the cited paper"
    assert left_out in text_of(changed({"networks.joint_papers": "left_out"}), "Year of a citation")
    assert left_out not in text_of(changed({"networks.joint_papers": "whole"}), "Year of a citation")


def test_null_models_of_papers_are_explained_only_where_they_are_used(results, changed):
    papers, bicm = "Null model of papers", "Bipartite Configuration Model of papers and countries"
    assert not {papers, bicm} & {paragraph.heading for paragraph in method(results)}
    own = changed(null_model="bicm")
    assert "makes every large tie look weak" in text_of(own, bicm)
    assert "a paper of two countries, one pair, expects about two" in text_of(own, bicm)
    assert text_of(own, "What size explains").endswith("Means, deviations and probabilities are exact, not sampled.")
    assert papers not in {paragraph.heading for paragraph in method(own)}


def test_a_null_model_of_papers_beside_the_study_s_own_is_explained_once(make_results):
    folder = make_results()
    file = folder / "pair_tests_other_models.parquet"
    beside = pd.read_parquet(file)
    pd.concat([beside, beside.assign(null_model="papers")]).to_parquet(file, index=False)
    headings = [paragraph.heading for paragraph in method(load_results(folder))]
    assert headings.count("Null model of papers") == 1
    assert "one event" in text_of(load_results(folder), "Null model of papers")


def test_fits_that_failed_are_named_by_year(make_results):
    table = fits_table(load_results(make_results(failed_years=(2009, 2015)))).set_index("network")
    row = table.loc["Collaboration"]
    assert row["converged"] == "12 of 14"
    assert row["failed"].startswith("2009: the network of this year has no link; 2015:")
    assert row["worst_error"] == "3e−13"
    assert row["countries"] == "26"


def test_without_a_fit_the_table_is_empty(make_results):
    folder = make_results()
    fits = pd.read_parquet(folder / "null_model_fits.parquet")
    fits.iloc[:0].to_parquet(folder / "null_model_fits.parquet")
    assert fits_table(load_results(folder)).empty


def test_the_window_in_words(results):
    assert window_text(results) == "2017–2021"


def test_the_test_says_what_clusters_of_citations_do_to_it(results, make_results):
    assert "Citations come in clusters: many to one famous paper" in text_of(results, "The test")
    folder = make_results(trajectories=False)
    tested = pd.read_parquet(folder / "pair_tests.parquet")
    tested[tested["network"] == "collaboration"].to_parquet(folder / "pair_tests.parquet", index=False)
    assert "knowledge exchange" not in text_of(load_results(folder), "The test")


def test_the_test_names_the_years_that_are_left_out(results, make_results):
    assert "Left out" not in text_of(results, "The test")
    folder = make_results(trajectories=False)
    fits = pd.read_parquet(folder / "null_model_fits.parquet")
    fits.loc[fits["year"] == 2018, "status"] = "not converged"
    fits.to_parquet(folder / "null_model_fits.parquet", index=False)
    said = text_of(load_results(folder), "The test")
    assert "Left out of the sum, for the null model did not converge: 2018 of collaboration" in said


def test_what_the_method_says_of_firm_ties_is_what_the_table_of_recovery_holds(results):
    """No firm tie of knowledge exchange had nothing behind it."""
    rows = pd.read_csv(Path(__file__).parents[3] / "docs" / "methods" / "recovery.csv")
    assert rows["knowledge_exchange firm called"].sum() > 10
    assert rows["knowledge_exchange firm false"].sum() == 0
    assert "no firm tie of knowledge exchange had nothing behind it" in text_of(results, "The test")
