import pandas as pd
import pytest

from isthmus.analyses.trajectories.findings import other_model_sentences, pole_sentence, trajectories_findings
from isthmus.analyses.trajectories.section import section
from isthmus.report import load_results


@pytest.fixture(scope="module")
def results(results_dir):
    return load_results(results_dir)


def test_the_section_needs_tested_pairs(plain_study, results):
    assert section(load_results(plain_study)) is None
    assert [target for target, _ in section(results).contents] == ["ways", "vectors", "groups", "clusters"]


def test_poles_that_are_no_nodes_have_no_way(make_results):
    own = section(load_results(make_results(poles=("AQ", "US"))))
    assert own.values["pole_ways"] == []
    assert [target for target, _ in own.contents] == ["vectors", "groups", "clusters"]


def test_shares_of_labels_add_up_to_all_pairs(results):
    sentence = next(s for s in trajectories_findings(results) if s.startswith("Of 300 pairs"))
    shares = [int(word.rstrip("%")) for word in sentence.split() if word.endswith("%")]
    assert len(shares) == 4
    assert sum(shares) == pytest.approx(100, abs=2)


def test_nobody_in_a_group_is_a_finding_too(make_results):
    folder = make_results(uncertainty=False)
    groups = pd.read_parquet(folder / "integration_groups.parquet").assign(group="none", group_speed=float("nan"))
    groups.to_parquet(folder / "integration_groups.parquet")
    own = section(load_results(folder))
    assert "None of the 14 most productive countries belongs to an integration group." in own.findings
    assert "groups" not in {figure.name for figure in own.figures}


def test_a_pair_of_poles_without_a_trajectory_tells_why(make_results):
    folder = make_results(uncertainty=False)
    labels = pd.read_parquet(folder / "pair_labels.parquet")
    pole = (labels["src"] == "CN") & (labels["dst"] == "US")
    labels.loc[pole, ["status", "label"]] = ["not finite in every year", None]
    labels.to_parquet(folder / "pair_labels.parquet")
    results = load_results(folder)
    assert pole_sentence(results, "US", "CN").endswith("has no label: it is not finite in every year.")
    assert not any("are on the way" in sentence for sentence in trajectories_findings(results))


def test_directions_under_another_null_model(results, make_results):
    (sentence,) = other_model_sentences(results, "US", "CN")
    assert sentence.startswith("Under the variance-corrected Enhanced Configuration Model both z ")
    short = load_results(make_results(years=(2017, 2021)))
    assert other_model_sentences(short, "US", "CN") == [], "five years have no first and last three"


def test_figures_follow_the_poles(make_results):
    own = section(load_results(make_results(poles=("CN", "FR", "US"), uncertainty=False)))
    names = [figure.name for figure in own.figures]
    for one, two in (("CN", "FR"), ("CN", "US"), ("FR", "US")):
        assert f"trajectory_{one}_{two}" in names
        assert f"volume_{one}_{two}_collaboration" in names
    assert {f"vectors_{pole}" for pole in ("CN", "FR", "US")} <= set(names)
    assert set(own.charts) >= {"way-0-z", "way-1-z", "way-2-z", "centroid-0"}
