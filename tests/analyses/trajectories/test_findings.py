import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.trajectories.directions import direction_of, trend_of
from isthmus.analyses.trajectories.findings import other_model_sentences, pole_sentence, trajectories_findings
from isthmus.analyses.trajectories.section import section
from isthmus.analyses.trajectories.tables import PAIR_TRENDS
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


def settled(make_results, told=True):
    """Results in which China and the United States are labelled SD, and the trend says so with P = .97."""
    folder = make_results(uncertainty=False)
    classes = pd.read_parquet(folder / "pair_classes.parquet")
    pole = (classes["src"] == "CN") & (classes["dst"] == "US")
    classes.loc[pole, ["p_SD", "class", "probability", "settled"]] = [0.97, "SD", 0.97, told]
    classes.to_parquet(folder / "pair_classes.parquet")
    labels = pd.read_parquet(folder / "pair_labels.parquet")
    labels.loc[(labels["src"] == "CN") & (labels["dst"] == "US"), "label"] = "SD"
    labels.to_parquet(folder / "pair_labels.parquet")
    return folder


def test_a_direction_is_said_where_label_and_probability_agree(make_results):
    results = load_results(settled(make_results))
    found = trajectories_findings(results)
    said = "scientific divergence, P = 0.97, support 87%: both fall behind what size explains."
    assert found[0] == f"The United States and China, direction 2008–2021: {said}"
    assert found[1].startswith("Of 300 pairs of countries with a trajectory the direction of 1 is settled (label and")
    assert "P of 0.9 or above): 1 scientific divergence. The others are not settled." in found[1]
    assert pole_sentence(results, "CN", "US").startswith("China and the United States, direction 2008–2021: scientific")
    own = results.table(PAIR_TRENDS).query("network == 'collaboration' and src == 'CN' and dst == 'US'")
    times = np.exp(own["trend"].item())
    assert 0.9 < times < 1
    assert f"Trends: collaboration {times:.2f} times per decade (" in pole_sentence(results, "CN", "US")


def test_a_label_that_the_probability_does_not_share_is_not_settled(make_results):
    folder = settled(make_results)
    labels = pd.read_parquet(folder / "pair_labels.parquet")
    labels.loc[(labels["src"] == "CN") & (labels["dst"] == "US"), "label"] = "SC"
    labels.to_parquet(folder / "pair_labels.parquet")
    said = trajectories_findings(load_results(folder))[0]
    assert "not settled (label scientific convergence, P" in said
    assert "behind what size explains" not in said
    unseen = trajectories_findings(load_results(settled(make_results, told=False)))[0]
    assert "not settled (label scientific divergence, P = 0.97, no papers in one network, support 87%)" in unseen


def test_without_trends_no_direction_is_said(make_results):
    folder = make_results(uncertainty=False)
    for name in ("propensities", "pair_trends", "pair_classes"):
        (folder / f"{name}.parquet").unlink()
    results = load_results(folder)
    found = trajectories_findings(results)
    assert "not settled (label scientific divergence, no trend, support 87%)" in found[0]
    assert "Trends:" not in pole_sentence(results, "US", "CN")
    assert direction_of(results, "US", "XK").words == "not settled (no label)"
    assert trend_of(results, "collaboration", "US", "CN") is None


def test_who_moves_with_a_pole_is_named_where_it_is_settled(make_results):
    folder = settled(make_results)
    groups = pd.read_parquet(folder / "integration_groups.parquet")
    groups.loc[groups["rank"] == 1, "country"] = "US"  # as if a pole were among the countries of the other
    groups.to_parquet(folder / "integration_groups.parquet")
    found = trajectories_findings(load_results(folder))
    said = "scientific divergence (P of 0.9 or above) with the United States; 13 not settled."
    assert f"Ways towards China of the 14 most productive countries: {said}" in found
    assert "Ways towards the United States of the 13 most productive countries: 13 not settled." in found


def test_a_pair_of_poles_without_a_trajectory_tells_why(make_results):
    folder = make_results(uncertainty=False)
    labels = pd.read_parquet(folder / "pair_labels.parquet")
    pole = (labels["src"] == "CN") & (labels["dst"] == "US")
    labels.loc[pole, ["status", "label"]] = ["not finite in every year", None]
    labels.to_parquet(folder / "pair_labels.parquet")
    results = load_results(folder)
    assert pole_sentence(results, "US", "CN").endswith("has no label: it is not finite in every year.")
    assert not any("direction 2008–2021" in sentence for sentence in trajectories_findings(results))


def test_directions_under_another_null_model(results, make_results):
    (sentence,) = other_model_sentences(results, "US", "CN")
    assert sentence.startswith(
        "Under the variance-corrected Enhanced Configuration Model the z of collaboration changes"
    )
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
