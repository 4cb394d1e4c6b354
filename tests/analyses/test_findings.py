import json
from collections import Counter

import pytest

from isthmus.analyses.sections import SECTIONS, study_findings
from isthmus.analyses.significance.pooled import NOT_POOLED
from isthmus.analyses.significance.section import section as significance
from isthmus.analyses.significance.tables import PAIR_TESTS, SIGNIFICANT_PAIRS
from isthmus.analyses.trajectories.directions import directions
from isthmus.analyses.trajectories.section import section as section_of_trajectories
from isthmus.report import load_results
from isthmus.report.findings import findings
from isthmus.report.section import build_sections
from isthmus.trajectories.labels import LABEL_NAMES


def test_findings_say_what_is_in_the_tables(results_dir):
    results = load_results(results_dir)
    sentences = study_findings(results)
    assert sentences[0].startswith(
        "In 2017–2021, of 325 pairs of countries 6 worked together more and 0 less than size explains (firm); 15 more "
        "and 4 less (probable). The published rule (mean z above 2) calls 6. Furthest above size: China and Pakistan, "
    )
    states, china = "Israel and South Korea.", "Pakistan, Hong Kong and Singapore."
    assert f"The United States collaborates more than size explains (firm) with 2 countries: {states}" in sentences
    assert f"China collaborates more than size explains (firm) with 3 countries: {china}" in sentences
    years = results.table(PAIR_TESTS).query(
        "network == 'collaboration' and src == 'CN' and dst == 'US' and year >= 2017"
    )
    weight, expected = years["weight"].sum(), years["expected"].sum()
    between = next(s for s in sentences if s.startswith("Collaboration of the United States and China, 2017–2021: "))
    assert f": {weight} papers, {expected:.0f} expected: {weight / expected:.2f} times what size explains (" in between
    assert between.endswith("), probable, p = 0.046.")
    assert sentences[-1] == "1 quality check of 2 did not hold; see “Quality checks”."


def test_tile_figures_count_the_corpus_and_the_ties(results_dir):
    results = load_results(results_dir)
    sections = build_sections(results, SECTIONS)
    figures = {tile.label: tile.value for section in sections for tile in section.tiles}
    label = "firm ties in collaboration, 2017–2021: 6 stronger and 0 weaker than size explains"
    assert figures[label] == "6"
    assert not [words for words in figures if "corpus" in words], "what went in is no result"
    facts = [fact for section in sections for fact in section.facts]
    assert facts[0].startswith(f"{results.coverage['corpus_works'].sum():,} works in the corpus, 2008–2021")
    assert facts[1] == "26 countries and territories"


def test_tiles_count_the_pairs_that_move(results_dir):
    results = load_results(results_dir)
    settled = [each for each in directions(results).values() if each.settled]
    tile = section_of_trajectories(results).tiles[0]
    assert tile.value == str(len(settled))
    assert f"of {len(directions(results))} pairs of countries have a settled direction" in tile.label
    for label, number in Counter(each.label for each in settled).items():
        assert f"{number} {LABEL_NAMES[label]}" in tile.label


@pytest.mark.parametrize(
    "changes",
    [{}, {"trajectories": False}, {"poles": ("EU-27", "BRICS")}, {"years": (2017, 2021)}, {"simulated": False}],
    ids=["whole", "no trajectories", "blocs", "five years", "real"],
)
def test_nothing_is_compared_without_how_sure_it_is(make_results, changes, compared, unsupported):
    results = load_results(make_results(**changes))
    sections = [
        section for section in build_sections(results, SECTIONS) if section.id != "recovery"
    ]  # what was planted
    said = [*findings(results, sections), *(tile.label for section in sections for tile in section.tiles)]
    said += [headline.sentence for section in sections for headline in section.headlines]
    assert compared(said), "the test would not notice anything else"
    assert unsupported(said) == []


def test_years_that_failed_are_named(make_results):
    sentences = study_findings(load_results(make_results(failed_years=(2009, 2010, 2015))))
    assert any("6 null models of 28 did not converge (2009–2010, 2015)" in sentence for sentence in sentences)


def test_a_pole_that_is_not_there_is_said_so(make_results):
    sentences = study_findings(load_results(make_results(poles=("US", "AQ"))))
    assert "Antarctica does not appear in the networks of this study." in sentences


def test_no_significant_tie_is_a_finding_too(make_results):
    folder = make_results()
    results = load_results(folder)
    none = results.table(SIGNIFICANT_PAIRS).assign(significant=False, grade=None, direction=None)
    none.to_parquet(folder / "significant_pairs.parquet")
    sentences = study_findings(load_results(folder))
    assert sentences[0] == (
        "In 2017–2021, of 325 pairs of countries 0 worked together more and 0 less than size explains (firm); 0 more "
        "and 0 less (probable). The published rule (mean z above 2) calls 0."
    )
    said = "The United States: which ties in collaboration are more or less than size explains is not settled"
    assert f"{said} (none firm)." in sentences


def test_a_window_that_cannot_be_tested_is_said_so(make_results):
    folder = make_results()
    pooled = ["p_upper", "p_lower", "p_two_sided", "q_upper", "q_lower", "grade", "direction", "propensity", "expected"]
    table = load_results(folder).table(SIGNIFICANT_PAIRS).assign(**dict.fromkeys(pooled))
    table.to_parquet(folder / "significant_pairs.parquet")
    results = load_results(folder)
    sentences = study_findings(results)
    rule = "the published rule (mean z above 2) calls"
    assert sentences[0] == f"Of 325 pairs of countries, {rule} 6 in collaboration, 2017–2021."
    assert sentences[2] == NOT_POOLED
    assert f"China: {rule} ties in collaboration with 3 countries: Pakistan, Hong Kong and Singapore." in sentences
    pole = next(s for s in sentences if s.startswith("Collaboration of the United States and China"))
    assert pole.endswith("), not tested.")
    [first] = [h for h in significance(results).tiles if "in collaboration" in h.label]
    assert (first.value, first.label) == ("6", f"ties in collaboration by {rule.removesuffix(' calls')}, 2017–2021")


def test_blocs_as_poles(make_results):
    folder = make_results(poles=("EU-27", "Trio"))
    study = json.loads((folder / "study.json").read_text())
    study["switches"]["geography.blocs"] = {"Trio": ["CN", "HK", "KR"]}
    (folder / "study.json").write_text(json.dumps(study))
    sentences = study_findings(load_results(folder))
    assert "The EU-27 collaborates more than size explains (firm) with 1 country: Tunisia." in sentences
    assert any(s.startswith("Trio collaborates more than size explains (firm) with 3 countries: ") for s in sentences)
