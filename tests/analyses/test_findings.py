import json

from isthmus.analyses.sections import SECTIONS, study_findings
from isthmus.analyses.significance.tables import PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.report import load_results
from isthmus.report.section import build_sections


def test_findings_say_what_is_in_the_tables(results_dir):
    results = load_results(results_dir)
    sentences = study_findings(results)
    assert sentences[0].startswith(
        "In 2017–2021, 6 of 325 pairs of countries worked together more than their sizes explain."
    )
    assert "China and Pakistan" in sentences[0]
    assert "The United States has such collaborations with 2 countries: Israel and South Korea." in sentences
    assert "China has such collaborations with 3 countries: Pakistan, Hong Kong and Singapore." in sentences
    last = (
        results.table(PAIR_TESTS)
        .query("network == 'collaboration' and src == 'CN' and dst == 'US' and year == 2021")
        .iloc[0]
    )
    between = next(s for s in sentences if s.startswith("Collaboration between the United States and China"))
    assert f"{last['weight']} papers in 2021, less than the {last['expected']:.0f}" in between
    assert "in 2008–2010" in between
    assert "in 2019–2021" in between
    assert sentences[-1] == "1 quality check of 2 did not hold; see “Quality checks”."


def test_tile_figures_count_the_corpus_and_the_ties(results_dir):
    results = load_results(results_dir)
    figures = {tile.label: tile.value for section in build_sections(results, SECTIONS) for tile in section.tiles}
    assert figures["works in the corpus, 2008–2021"] == f"{results.coverage['corpus_works'].sum():,}"
    assert figures["countries and territories"] == "26"
    assert figures["ties in collaboration stronger than size explains, 2017–2021"] == "6"


def test_years_that_failed_are_named(make_results):
    sentences = study_findings(load_results(make_results(failed_years=(2009, 2010, 2015))))
    assert any("6 null models of 28 did not converge (2009–2010, 2015)" in sentence for sentence in sentences)


def test_a_pole_that_is_not_there_is_said_so(make_results):
    sentences = study_findings(load_results(make_results(poles=("US", "AQ"))))
    assert "Antarctica does not appear in the networks of this study." in sentences


def test_no_significant_tie_is_a_finding_too(make_results):
    folder = make_results()
    results = load_results(folder)
    results.table(SIGNIFICANT_PAIRS).assign(significant=False).to_parquet(folder / "significant_pairs.parquet")
    sentences = study_findings(load_results(folder))
    assert sentences[0].startswith("In 2017–2021, none of 325 pairs of countries worked together significantly more")
    assert "The United States collaborates with no country more than size explains." in sentences


def test_blocs_as_poles(make_results):
    folder = make_results(poles=("EU-27", "Trio"))
    study = json.loads((folder / "study.json").read_text())
    study["switches"]["geography.blocs"] = {"Trio": ["CN", "HK", "KR"]}
    (folder / "study.json").write_text(json.dumps(study))
    sentences = study_findings(load_results(folder))
    assert "The EU-27 has such collaborations with 1 country: Tunisia." in sentences
    assert any(s.startswith("Trio has such collaborations with 3 countries") for s in sentences)
