"""`corpus`: which works are the study's own."""

import pytest
from pydantic import ValidationError

from isthmus.config import Corpus
from isthmus.corpus.rules import resolved

RULES_WITH_IDS = (
    "primary_topic",
    "any_topic",
    "primary_subfield",
    "any_subfield",
    "primary_field",
    "any_field",
    "concept",
    "concept_or_source",
)
RULES_WITHOUT_IDS = ("everything", "ai_primary", "ai_any", "ai_mag", "ai_narrow")


@pytest.mark.parametrize("rule", RULES_WITH_IDS)
def test_a_rule_on_topics_or_concepts_needs_ids(rule):
    with pytest.raises(ValidationError, match=rf"rule '{rule}' needs `ids`, for example ids: \[1702\]"):
        Corpus(rule=rule)
    assert Corpus(rule=rule, ids=(7,)).ids == (7,)


@pytest.mark.parametrize("rule", RULES_WITHOUT_IDS)
def test_a_rule_without_a_choice_takes_no_ids(rule):
    with pytest.raises(ValidationError, match=f"rule '{rule}' takes no `ids`"):
        Corpus(rule=rule, ids=(1702,))
    assert Corpus(rule=rule).ids == ()


@pytest.mark.parametrize(
    ("rule", "written_out", "ids", "min_score"),
    [
        ("ai_primary", "primary_subfield", (1702,), 0.0),
        ("ai_any", "any_subfield", (1702,), 0.0),
        ("ai_mag", "concept", (154945302,), 0.0),
        ("ai_narrow", "concept_or_source", (154945302,), 0.6),
    ],
)
def test_the_shorthands_of_artificial_intelligence_are_written_out(rule, written_out, ids, min_score):
    corpus = resolved(Corpus(rule=rule))
    assert (corpus.rule, corpus.ids, corpus.min_score) == (written_out, ids, min_score)


def test_a_tuned_score_survives_the_narrow_shorthand():
    assert resolved(Corpus(rule="ai_narrow", min_score=0.45)).min_score == 0.45


def test_the_sensitivity_score_survives_the_concept_shorthand():
    assert resolved(Corpus(rule="ai_mag", min_score=0.3)).min_score == 0.3


def test_what_is_no_shorthand_stays_as_it_is():
    corpus = Corpus(rule="any_field", ids=(17, 18), types=None)
    assert resolved(corpus) == corpus


def test_writing_out_keeps_every_other_field():
    corpus = Corpus(rule="ai_any", types=("preprint",), source_types=("repository",), include_xpac=True)
    assert resolved(corpus).model_dump(exclude={"rule", "ids"}) == corpus.model_dump(exclude={"rule", "ids"})


@pytest.mark.parametrize(
    ("field", "value"), [("min_score", -0.1), ("min_score", 1.1), ("max_countries", 1), ("rule", "topic")]
)
def test_values_out_of_range_are_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        Corpus(**{field: value})
