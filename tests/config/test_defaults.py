"""What a study is when it only has a name: the polarization study's choices."""

import pytest
from pydantic import ValidationError

from isthmus.config import Study
from isthmus.config.trajectories import Trajectories


def test_the_defaults_are_the_documented_ones():
    study = Study(study="mine", title="Mine")
    assert study.plain() == {
        "study": "mine",
        "paper": None,
        "title": "Mine",
        "description": "",
        "seed": 1,
        "corpus": {
            "rule": "ai_primary",
            "ids": [],
            "min_score": 0.0,
            "tune": None,
            "sources": [],
            "types": ["article", "conference-paper", "journal-article", "proceedings-article"],
            "source_types": None,
            "include_paratext": False,
            "include_retracted": False,
            "include_xpac": False,
            "max_countries": None,
        },
        "years": {
            "corpus": [1990, 2021],
            "citing_until": 2023,
            "analysis": [2000, 2021],
            "significance": [2017, 2021],
        },
        "geography": {
            "poles": ["US", "CN"],
            "blocs": {},
            "cn_includes_hk_mo": False,
            "compare": [],
            "regions": [],
        },
        "networks": {
            "citation_year": "cited",
            "citation_years": ["cited", "cited_window", "citing"],
            "citation_window": 2,
            "joint_papers": "whole",
            "citing_types": None,
        },
        "significance": {
            "null_model": "ecm",
            "samples": 0,
            "finite": "expected_in_500_samples",
            "threshold": 2.0,
            "min_finite_years": 3,
            "false_discovery_rate": 0.05,
        },
        "other_null_models": {"models": ["ecm-variance-corrected"]},
        "trends": {"change": 1.25, "level": 0.95},
        "trajectories": {
            "window": 5,
            "order": 1,
            "clusters": 4,
            "restarts": 100,
            "max_iterations": 50,
            "tolerance": 1e-6,
            "engine": "isthmus",
        },
        "groups": {"countries": 30, "include_poles": False, "speed_thresholds": None, "smoothed_speed": False},
        "stability": None,
        "bootstrap": None,
        "sensitivity": None,
        "blocs": None,
        "active_researchers": None,
        "places": None,
        "corpus_scientists": None,
        "cities": None,
        "bridging": None,
        "gravity": None,
        "disruption": None,
        "migration": None,
        "scientists": None,
        "hits": None,
        "partnership": None,
        "novelty": None,
        "report": {"matrix_countries": 20, "matrix_bloc": "EU-28"},
        "as_published": False,
    }


def test_parity_takes_the_papers_samples_and_rule_unless_others_are_named():
    paper = Study(study="mine", title="Mine", as_published=True).significance
    assert (paper.samples, paper.finite) == (500, "sampled")
    own = Study(
        study="mine", title="Mine", as_published=True, significance={"samples": 50, "finite": "linked"}
    ).significance
    assert (own.samples, own.finite) == (50, "linked")


def test_as_published_makes_twenty_starts_unless_others_are_named():
    assert Study(study="mine", title="Mine").trajectories.restarts == 100
    for given, starts in (({}, 20), ({"clusters": 3}, 20), ({"restarts": 7}, 7), (Trajectories(restarts=7), 7)):
        study = Study(study="mine", title="Mine", as_published=True, trajectories=given)
        assert study.trajectories.restarts == starts
    assert Study(study="mine", title="Mine", as_published=True, trajectories={"clusters": 3}).trajectories.clusters == 3
    off = Study(study="mine", title="Mine", as_published=True, trajectories=None)
    assert not off.enabled("trajectories")


@pytest.mark.parametrize(("window", "order"), [(4, 1), (5, 5)])
def test_a_filter_that_cannot_be_is_refused(window, order):
    with pytest.raises(ValidationError, match=r"window|order"):
        Study(study="mine", title="Mine", trajectories={"window": window, "order": order})


def test_a_section_that_is_null_is_off_and_one_that_is_named_is_on():
    plain = Study(study="mine", title="Mine")
    assert [plain.enabled(name) for name in ("trajectories", None, "sensitivity")] == [True, True, False]
    varied = Study(study="mine", title="Mine", sensitivity={"finite": ("linked",)}, other_null_models=None)
    assert [varied.enabled(name) for name in ("sensitivity", "other_null_models")] == [True, False]
    assert varied.plain()["other_null_models"] is None
    assert Study.model_validate(varied.plain()) == varied, "what is off stays off"
    assert varied.model_copy(update={"seed": 5}).plain()["other_null_models"] is None


def test_a_section_cannot_be_on_without_what_it_needs():
    with pytest.raises(ValidationError, match=r"significance needs networks, which is off: write `significance: null`"):
        Study(study="mine", title="Mine", networks=None)
    off = dict.fromkeys(("networks", "significance", "other_null_models", "trends", "trajectories"))
    assert not Study(study="mine", title="Mine", **off).enabled("trajectories")


def test_a_sensitivity_that_varies_nothing_is_refused():
    with pytest.raises(ValidationError, match="nothing is varied: name a choice"):
        Study(study="mine", title="Mine", sensitivity={})


def test_a_field_has_a_dotted_name():
    study = Study(study="mine", title="Mine")
    assert study.field("significance.null_model") == "ecm"
    assert study.field("stability.restarts") is None, "its section is off"
    assert study.field("years")["corpus"] == [1990, 2021]
    with pytest.raises(KeyError):
        study.field("significance.nothing")


def test_every_field_says_what_it_is():
    sections = [Study, *(f.annotation for f in Study.model_fields.values() if hasattr(f.annotation, "model_fields"))]
    undescribed = [
        f"{section.__name__}.{name}"
        for section in sections
        for name, field in section.model_fields.items()
        if not field.description and not hasattr(field.annotation, "model_fields")
    ]
    assert undescribed == []
    assert len(sections) == 27
