"""`corpus`: which works are the study's own."""

import gzip

import msgspec
import pytest
from pydantic import ValidationError

from isthmus.config import Corpus, Study
from isthmus.corpus.rules import resolved


class Word(msgspec.Struct):
    """A concept or keyword of a work."""

    display_name: str
    score: float


class Words(msgspec.Struct):
    """The concepts and keywords of a work."""

    concepts: list[Word] | None = None
    keywords: list[Word] | None = None


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


@pytest.mark.parametrize("rule", ["keyword", "keywords", "any_keyword"])
def test_who_looks_for_keywords_is_told_what_they_are(rule):
    with pytest.raises(ValidationError, match="keywords are those concepts of a work that have a score"):
        Corpus(rule=rule, ids=(7,))


def test_keywords_of_real_records_are_their_concepts(openalex_records):
    """What the answer above rests on: each keyword is a concept of its work, with the very same score."""
    keywords, scored = 0, 0
    with gzip.open(openalex_records / "works_2026_format.jsonl.gz") as lines:
        for work in map(msgspec.json.Decoder(Words).decode, lines):
            concepts = {(concept.display_name, concept.score) for concept in work.concepts or ()}
            assert {(keyword.display_name, keyword.score) for keyword in work.keywords or ()} <= concepts
            keywords += len(work.keywords or ())
            scored += sum(score > 0 for _, score in concepts)
    assert 60_000 < keywords <= scored < 1.01 * keywords, "hardly any concept with a score is no keyword"


TUNE = {"year": 2020, "works": 60_000}


@pytest.mark.parametrize("rule", ["ai_mag", "ai_narrow", "concept", "concept_or_source"])
def test_rules_with_a_score_can_be_tuned(rule):
    ids = () if rule.startswith("ai_") else (7,)
    assert Corpus(rule=rule, ids=ids, tune=TUNE).tune.works == 60_000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rule": "ai_primary"}, "tune: rule 'ai_primary' has no score; rules with one: concept, concept_or_source"),
        ({"rule": "ai_narrow", "min_score": 0.4}, "tune finds the least score, and min_score says 0.4"),
        ({"rule": "ai_narrow", "tune": {"year": 2020, "works": 0}}, "tune.works"),
        ({"rule": "ai_narrow", "tune": {"year": 2020}}, "tune.works"),
    ],
)
def test_a_size_that_cannot_be_tuned_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        Corpus(**({"tune": TUNE} | fields))


def test_the_year_of_the_size_lies_in_the_corpus():
    with pytest.raises(ValidationError, match=r"corpus\.tune\.year is 2024, and the corpus spans 1990 to 2021"):
        Study(study="s", title="S", corpus={"rule": "ai_narrow", "tune": {"year": 2024, "works": 60_000}})


def test_a_score_to_be_tuned_has_no_default():
    assert resolved(Corpus(rule="ai_narrow", tune=TUNE)).min_score == 0
