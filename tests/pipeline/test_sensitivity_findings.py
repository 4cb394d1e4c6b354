"""Sensitivity without Spark: which combinations there are, and what is read off each."""

import pandas as pd

from isthmus.analyses.robustness.sensitivity import (
    choices,
    label_findings,
    significant_findings,
    varied,
    with_joint_papers,
)
from isthmus.config import Study
from isthmus.corpus.rules import resolved

VARIED = {
    "corpus_rules": ("ai_any",),
    "citation_years": ("citing",),
    "joint_papers": ("left_out",),
    "finite": ("present", "linked"),
    "null_models": (),
}
STUDY = Study(study="s", title="t", sensitivity=VARIED)


def test_every_combination_the_own_one_first():
    found = choices(STUDY)
    assert len(found) == len(set(found)) == 2 * 2 * 2 * 3 * 1
    assert vars(found[0]) == {
        "corpus_rule": "ai_primary",
        "citation_year": "cited",
        "joint_papers": "whole",
        "finite": "expected_in_500_samples",
        "null_model": "ecm",
    }


def test_a_choice_that_is_the_studys_own_is_not_repeated():
    same = STUDY.model_copy(
        update={"sensitivity": STUDY.sensitivity.model_copy(update={"corpus_rules": ("ai_primary",)})}
    )
    assert len(choices(same)) == 1 * 2 * 2 * 3


def test_a_varied_corpus_keeps_its_ids_where_the_rule_takes_them():
    virology = Study(study="v", title="t", corpus={"rule": "primary_subfield", "ids": (2406,)})
    other = varied(virology, "any_subfield")
    assert (other.study, other.corpus.rule, other.corpus.ids) == ("v--any_subfield", "any_subfield", (2406,))
    assert resolved(varied(STUDY, "ai_any").corpus).ids == (1702,)


def test_networks_without_citations_of_joint_papers_have_a_name_of_their_own():
    other = with_joint_papers(STUDY, "left_out")
    assert (other.study, other.networks.joint_papers) == ("s--left_out", "left_out")
    assert with_joint_papers(varied(STUDY, "ai_any"), "left_out").study == "s--ai_any--left_out"


def _tie(src, dst, year, z, *, counts=True, network="collaboration"):
    tie = {"network": network, "citation_year": "publication_year", "src": src, "dst": dst, "year": year, "weight": 1}
    return tie | {"z": z, "finite": counts}


def test_partners_are_pairs_with_a_mean_above_the_threshold_in_enough_years():
    ties = pd.DataFrame(
        [_tie("CN", "PK", y, 3.0) for y in range(2017, 2022)]
        + [_tie("CN", "US", y, 2.0) for y in range(2017, 2022)]  # not above
        + [_tie("FR", "US", y, 9.0, counts=y > 2019) for y in range(2017, 2022)]  # two years count
        + [_tie("DE", "US", y, 9.0) for y in range(2010, 2017)]  # before the window
        + [_tie("IN", "US", y, 9.0, network="knowledge_exchange") for y in range(2017, 2022)]
    )
    found = {name: (value, text) for name, value, text in significant_findings(ties, STUDY)}
    assert found["significant partners US"] == (0.0, None)
    assert found["significant partners CN"] == (1.0, None)
    assert found["significant tie US-CN"] == (0.0, "mean z 2.00")


def _labels(*rows):
    columns = ["src", "dst", "status", "cluster", "label", "z_change_collaboration", "z_change_exchange"]
    return pd.DataFrame(rows, columns=columns)


def test_labels_agreement_and_the_tie_of_the_poles():
    own = _labels(("CN", "US", "clustered", 1, "SD", -0.5, -0.25), ("CN", "PK", "clustered", 0, "SC", 1.0, 2.0))
    other = _labels(("CN", "US", "clustered", 1, "SD", -0.4, -0.2), ("CN", "PK", "flat", None, None, None, None))
    found = {name: (value, text) for name, value, text in label_findings(other, own, STUDY)}
    assert found["pairs clustered"] == (1.0, None)
    assert found["pairs SD"] == (1.0, None)
    assert found["pairs SC"] == (0.0, None)
    assert found["same label as the default"] == (1.0, None)
    assert found["label US-CN"] == (None, "SD")
    assert found["z change collaboration US-CN"] == (-0.4, None)


def test_a_tie_of_the_poles_without_a_trajectory_says_so():
    other = _labels(("CN", "PK", "clustered", 0, "SC", 1.0, 2.0))
    assert ("label US-CN", None, "no trajectory") in list(label_findings(other, other, STUDY))
    assert list(label_findings(_labels(), other, STUDY)) == [("pairs clustered", 0.0, None)]
