"""Agreement, intervals and sensitivity in tables and sentences."""

import pytest

from isthmus.analyses.robustness.frames import agreement_table, sensitivity_table
from isthmus.analyses.robustness.sentences import (
    agreement_sentences,
    kept_sentence,
    pair_kept,
    sensitivity_sentences,
)
from isthmus.analyses.robustness.tables import BOOTSTRAP_LABELS
from isthmus.analyses.sections import study_findings
from isthmus.analyses.significance.paircharts import pair_frame
from isthmus.analyses.significance.tables import PAIR_TESTS
from isthmus.analyses.significance.z_intervals import with_z_intervals
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_starts_with_other_seeds_are_one_row(results):
    table = agreement_table(results).set_index("what")
    assert list(table.index) == ["other seeds", "null model: variance-corrected", "citation: year of the citing paper"]
    assert table.loc["other seeds", "adjusted_rand"] == pytest.approx(0.9)
    assert table.loc["other seeds", "note"] == "median of 2 starts; adjusted Rand index 0.80 to 1.00"
    assert agreement_sentences(results)[1] == (
        "Against null model: variance-corrected: adjusted Rand index 0.60. 75% of the pairs keep their label."
    )


def test_sensitivity_has_a_row_per_combination_the_study_s_own_first(results):
    table = sensitivity_table(results)
    assert table["choice"].tolist() == ["as the study", "year of the citing paper", "linked in some year"]
    assert table["pairs"].tolist() == [300, 320, 360]
    assert table["poles"].tolist() == ["SD", "SD", "KD"]
    assert table["SC"].tolist() == [100, 120, 160]
    assert table["significant partners US"].tolist() == [2, 2, 2]


def test_sensitivity_in_words(results):
    assert sensitivity_sentences(results) == [
        "3 combinations of year of a citation and pairs were computed.",
        "The United States and China are labelled SD in 2 of the 3 in which the pair has a trajectory.",
        "The clusters agree with the study's own by an adjusted Rand index between 0.40 and 0.80.",
    ]


def test_how_often_labels_are_kept_and_intervals_of_z(results):
    own = results.table(BOOTSTRAP_LABELS).query("src == 'CN' and dst == 'US'")["kept"].item()
    assert pair_kept(results, "US", "CN") == own
    assert kept_sentence(results).startswith("When the works are drawn anew 50 times, 40% of the pairs keep")
    assert f"is kept in {round(100 * own)}% of them" in kept_sentence(results)
    rows = pair_frame(results, "US", "CN")
    assert rows["weight"].min() > 0
    by_hand = {"z_low": rows["weight"] / 1.5, "z_high": rows["weight"] * 1.5}
    sd = rows["high"] - rows["expected"]
    for name, weight in by_hand.items():
        assert rows[name].tolist() == pytest.approx(((weight - rows["expected"]) / sd).tolist())


def test_z_has_only_an_upper_bound_where_nothing_was_observed(results):
    ties = results.table(PAIR_TESTS).query("network == 'collaboration' and weight == 0").head(3)
    found = with_z_intervals(results, ties)
    assert found["z_low"].tolist() == pytest.approx(ties["z"].tolist())
    assert found["z_high"].tolist() == pytest.approx(((4.4 - ties["expected"]) / ties["sd"]).tolist())


def test_without_the_stages_there_is_nothing(make_results):
    bare = load_results(make_results(uncertainty=False))
    assert agreement_table(bare).empty
    assert sensitivity_table(bare).empty
    assert sensitivity_sentences(bare) == []
    assert kept_sentence(bare) == ""
    assert pair_kept(bare, "US", "CN") is None
    assert "z_low" not in pair_frame(bare, "US", "CN")


def test_labels_and_groups_are_findings(results):
    sentences = study_findings(results)
    start = "The United States and China, direction 2008–2021: not settled (label scientific divergence, P"
    assert any(s.startswith(start) for s in sentences)
    assert any(s.startswith("Of 300 pairs of countries with a trajectory the direction of 0 is set") for s in sentences)
    assert "Ways towards China of the 14 most productive countries: 14 not settled." in sentences
