import pandas as pd
import pytest

from isthmus.analyses.recovery.charts import truth_chart
from isthmus.analyses.recovery.comparison import FOUND, MISSED, bar, compare, planted_ties
from isthmus.analyses.recovery.section import section
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def with_truth(make_results, change):
    folder = make_results()
    truth = change(pd.read_parquet(folder / "truth_ties.parquet"))
    truth.to_parquet(folder / "truth_ties.parquet", index=False)
    return load_results(folder)


def test_on_real_data_nothing_is_planted(make_results, plain_study):
    real = load_results(make_results(simulated=False))
    assert planted_ties(real) is compare(real) is section(real) is truth_chart(real) is None
    assert section(load_results(plain_study)) is None


def test_an_empty_answer_key_is_none(make_results):
    assert section(with_truth(make_results, lambda truth: truth.iloc[:0])) is None
    assert section(with_truth(make_results, lambda truth: truth.iloc[:0][["src", "dst", "kind"]])) is None


def test_planted_ties_stand_beside_what_was_found(results):
    planted = planted_ties(results).set_index(["src", "dst"])
    assert len(planted) == 8
    assert planted.loc[("CN", "PK"), "times"] == pytest.approx(9)
    assert planted.loc[("CN", "PK"), "significant"]
    assert not planted.loc[("CN", "US"), "should_be_found"]
    assert bar(results) == 3


def test_the_frame_may_be_changed_without_changing_what_others_see(results):
    planted_ties(results)["times"] = 0.0
    assert planted_ties(results)["times"].max() > 1


def test_a_change_is_compared_with_its_label_not_with_the_threshold(make_results):
    def converge(truth):
        return truth.assign(kind="scientific_convergence")

    planted = planted_ties(with_truth(make_results, converge))
    assert not planted["should_be_found"].any()
    assert set(planted["planted_label"]) == {"SC"}


def test_labels_are_counted_by_strength(make_results):
    def label(truth):
        return truth.assign(kind="scientific_divergence", strength=["strong"] * 4 + ["weak"] * 4)

    comparison = compare(with_truth(make_results, label))
    assert comparison.labels.startswith("Of the strong planted changes that have a trajectory, ")
    assert "of the weaker ones" in comparison.labels
    assert comparison.labels in section(with_truth(make_results, label)).findings


def test_growth_and_decline_are_seen_in_z(make_results):
    def grow(truth):
        return truth.assign(collaboration_2021=truth["collaboration_2000"] * 4)

    sentences = compare(with_truth(make_results, grow)).sentences
    assert any(sentence.startswith("Of the changes, ") and "planted to grow" in sentence for sentence in sentences)
    assert not any(
        "planted to grow" in sentence for sentence in compare(with_truth(make_results, lambda t: t)).sentences
    )


def test_rows_are_sorted_by_strength_and_say_the_verdict(results):
    comparison = compare(results)
    times = [row[3].value for row in comparison.rows]
    assert times == sorted(times, reverse=True)
    verdicts = [row[-1].text for row in comparison.rows]
    assert verdicts.count(FOUND) == 6
    assert verdicts.count(MISSED) == 1
    assert len(comparison.headings) == len(comparison.rows[0])


def test_the_section_brings_its_finding_and_its_figure(results):
    own = section(results)
    assert own.findings[0] == compare(results).strong
    assert [figure.name for figure in own.figures] == ["truth"]
    assert "planted" in str(own.figures[0].draw().to_dict())
