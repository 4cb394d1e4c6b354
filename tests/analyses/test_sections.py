"""All sections together: their order, what they need, and studies that have only some of the tables."""

import json
import subprocess
import sys

import pytest

from isthmus.analyses.sections import RULES, SECTIONS, study_findings, study_report, study_scorecard
from isthmus.report import build_sections, load_results
from isthmus.report.papers import PAPERS, published_values

NAMES = [
    *("corpus", "country", "networks", "significance", "trajectories", "robustness", "output", "recovery"),
    "published_rule",
]


def sections_of(folder):
    return [section.id for section in build_sections(load_results(folder), SECTIONS)]


def test_they_stand_in_the_page_s_order(results_dir):
    assert sections_of(results_dir) == NAMES


def test_a_study_without_ties_of_countries_has_a_page(plain_study, tmp_path):
    assert sections_of(plain_study) == ["corpus"]
    results = load_results(plain_study)
    page = study_report(results, tmp_path / "report.html", figures=True)
    text = page.path.read_text(encoding="utf-8")
    assert "What the records cover" in text
    assert "What size explains" not in text
    assert {file.name for file in page.figures} == {"coverage.svg", "coverage.png"}
    assert study_findings(results) == ["1 quality check of 2 did not hold; see “Quality checks”."]
    assert study_scorecard(results) is None


def test_a_study_without_ties_that_names_a_paper_compares_its_parameters_only(plain_study):
    file = plain_study / "study.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"paper": "gallo2026"}))
    card = study_scorecard(load_results(plain_study))
    assert len(card.scores) == 77
    inside = {score.quantity for score in card.scores if score.verdict == "inside"}
    assert inside == {"n_clusters", "savgol_window", "savgol_polyorder", "z_threshold_significance"}
    assert {score.verdict for score in card.scores} == {"inside", "cannot be compared"}


@pytest.mark.parametrize("paper", ["digitalscience2025", "alshebli2022", "alshebli2024"])
def test_values_of_other_papers_are_rows_not_errors(results_dir, make_results, paper, tmp_path):
    folder = make_results(simulated=False, uncertainty=False, sizes={"US": 90.0, "CN": 80.0, "FR": 50.0})
    file = folder / "study.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"paper": paper}))
    results = load_results(folder)
    card = study_scorecard(results)
    assert {score.verdict for score in card.scores} <= {"no rule yet", "cannot be compared", "inside", "outside"}
    unruled = {score.quantity for score in card.scores if score.verdict == "no rule yet"}
    assert unruled == {value.quantity for value in published_values(card.paper)} - set(RULES)
    text = study_report(results, tmp_path / "report.html").path.read_text(encoding="utf-8")
    assert card.paper.title.replace("'", "&#39;") in text


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ({"pair_tests"}, ["corpus", "networks", "output"]),
        ({"country_years", "country_edges", "pair_tests", "entity_years", "densities"}, ["corpus"]),
        ({"truth_ties"}, [name for name in NAMES if name != "recovery"]),
        ({"trajectories", "pair_labels", "centroids", "integration_groups"}, NAMES),
    ],
    ids=["no tests", "no countries", "no answer key", "no trajectories"],
)
def test_a_section_is_left_out_when_its_tables_are_not_there(make_results, tmp_path, gone, left):
    folder = make_results(sizes={"US": 90.0, "CN": 80.0, "FR": 50.0, "NA": 5.0})
    for name in gone:
        (folder / f"{name}.parquet").unlink()
    assert sections_of(folder) == left
    assert study_report(load_results(folder), tmp_path / "report.html").size > 0


def test_names_are_unique_and_every_link_of_the_contents_has_its_target(results_dir, tmp_path):
    sections = build_sections(load_results(results_dir), SECTIONS)
    names = [name for s in sections for name in (*(figure.name for figure in s.figures), *s.charts)]
    assert len(names) == len(set(names))
    text = study_report(load_results(results_dir), tmp_path / "report.html").path.read_text(encoding="utf-8")
    for section in sections:
        for target, _ in section.contents:
            assert f'id="{target}"' in text, (section.id, target)


def test_every_figure_on_the_page_has_a_caption_or_the_template_has_one(results_dir):
    for section in build_sections(load_results(results_dir), SECTIONS):
        for figure in section.figures:
            assert figure.heading, figure.name
            if not figure.caption:
                assert figure.name.startswith(("map_", "pair_", "matrix_")), figure.name


def test_every_rule_belongs_to_a_published_quantity():
    published = {paper.name: {value.quantity for value in published_values(paper)} for paper in PAPERS.values()}
    assert {name.rpartition("/")[2] for name in RULES} <= set().union(*published.values())
    for ruled in ("gallo2026", "digitalscience2025"):
        assert published[ruled] <= set(RULES), ruled
    assert {rule.tolerance_class for rule in RULES.values()} == {"E", "S", "M"}


def test_the_method_is_told_from_the_corpus_to_the_test(results_dir):
    sections = build_sections(load_results(results_dir), SECTIONS)
    headings = [paragraph.heading for section in sections for paragraph in section.method]
    assert headings == [
        "Corpus", "Counting", "Year of a citation", "What size explains", "The test", "Times what size explains",
        "The published rule", "How to read z",
    ]  # fmt: skip


def test_nothing_imports_spark():
    code = (
        "import sys, isthmus.analyses.sections, isthmus.analyses.user_network, isthmus.analyses.networks.exports;"
        "print([name for name in sys.modules if name.split('.')[0] in ('pyspark', 'delta', 'py4j')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
