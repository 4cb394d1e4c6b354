"""`corpus_condition`: which works are the study's own, rule by rule."""

import pytest
from pyspark.sql import functions as F

from isthmus.config import Corpus
from isthmus.corpus.select import corpus_condition
from isthmus.errors import ConfigError

pytestmark = pytest.mark.spark

AI = 154945302


@pytest.fixture(scope="module")
def works(make_works):
    """Works of several fields, concepts and sources, some of them without any."""
    return make_works(
        {
            "work_id": 1,
            "primary_topic_id": 11,
            "topics": [(11, 1702, 17, 3, 0.9), (12, 1707, 17, 3, 0.5)],
            "concepts": [(9, 0.1), (AI, 0.9)],
            "source_id": 100,
        },
        {
            "work_id": 2,
            "primary_topic_id": 12,
            "primary_subfield_id": 1707,
            "topics": [(12, 1707, 17, 3, 0.9), (11, 1702, 17, 3, 0.2)],
            "concepts": [(AI, 0.3)],
            "source_id": 200,
        },
        {
            "work_id": 3,
            "primary_topic_id": 30,
            "primary_subfield_id": 2700,
            "topics": [(30, 2700, 27, 4, 0.9)],
            "concepts": [(AI, 0.0)],
            "source_id": 300,
        },
        {"work_id": 4, "primary_subfield_id": None},
        {"work_id": 5, "primary_subfield_id": None, "topics": [], "concepts": [], "source_id": 100},
        {
            "work_id": 6,
            "primary_subfield_id": None,
            "topics": [(None, None, None, None, None)],
            "concepts": [(None, 0.9), (AI, None)],
        },
        {"work_id": 7, "primary_topic_id": 40, "primary_subfield_id": 1703, "topics": [(40, 1703, 17, 3, 0.9)]},
    ).cache()


def chosen(works, corpus):
    return sorted(row.work_id for row in works.where(corpus_condition(corpus)).select("work_id").collect())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"rule": "everything"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"rule": "primary_topic", "ids": (11, 40)}, [1, 7]),
        ({"rule": "any_topic", "ids": (11,)}, [1, 2]),
        ({"rule": "primary_subfield", "ids": (1702,)}, [1]),
        ({"rule": "any_subfield", "ids": (1702,)}, [1, 2]),
        ({"rule": "primary_field", "ids": (17,)}, [1, 2, 7]),
        ({"rule": "any_field", "ids": (17,)}, [1, 2, 7]),
        ({"rule": "any_field", "ids": (27,)}, [3]),
        ({"rule": "concept", "ids": (AI,)}, [1, 2, 3, 6]),
        ({"rule": "concept", "ids": (AI,), "min_score": 0.3}, [1, 2]),
        ({"rule": "concept", "ids": (AI,), "min_score": 0.31}, [1]),
        ({"rule": "concept_or_source", "ids": (AI,), "min_score": 0.6}, [1]),
        ({"rule": "concept_or_source", "ids": (AI,), "min_score": 0.6, "sources": (100, 300)}, [1, 3, 5]),
        ({"rule": "ai_primary"}, [1]),
        ({"rule": "ai_any"}, [1, 2]),
        ({"rule": "ai_mag"}, [1, 2, 3, 6]),
        ({"rule": "ai_narrow"}, [1]),
        ({"rule": "ai_narrow", "min_score": 0.3, "sources": (300,)}, [1, 2, 3]),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_each_rule(works, rule, expected):
    assert chosen(works, Corpus(**rule)) == expected


def test_a_condition_is_never_unknown(works):
    unknown = works.where(corpus_condition(Corpus(rule="ai_mag", types=None)).isNull())
    assert unknown.count() == 0


class TestTypes:
    """Types of works and of their sources."""

    @pytest.fixture(scope="class")
    def typed(self, make_works):
        return make_works(
            {"work_id": 1, "work_type": "article", "source_type": "journal"},
            {"work_id": 2, "work_type": "conference-paper", "source_type": "conference"},
            {"work_id": 3, "work_type": "preprint", "source_type": "repository"},
            {"work_id": 4, "work_type": None, "source_type": None},
        ).cache()

    @pytest.mark.parametrize(
        ("types", "source_types", "expected"),
        [
            (None, None, [1, 2, 3, 4]),
            (("article", "preprint"), None, [1, 3]),
            (None, ("journal", "conference"), [1, 2]),
            (("article", "conference-paper"), ("conference",), [2]),
            ((), None, []),
        ],
    )
    def test_both_must_fit_and_null_accepts_all(self, typed, types, source_types, expected):
        assert chosen(typed, Corpus(types=types, source_types=source_types)) == expected

    def test_the_default_types_are_papers_of_every_vintage(self, typed):
        assert chosen(typed, Corpus()) == [1, 2]


class TestLeftOut:
    """Paratext, retracted works and the expansion works of November 2025."""

    @pytest.fixture(scope="class")
    def flagged(self, make_works):
        return make_works(
            {"work_id": 1},
            {"work_id": 2, "is_paratext": True},
            {"work_id": 3, "is_retracted": True},
            {"work_id": 4, "is_xpac": True},
            {"work_id": 5, "is_paratext": None, "is_retracted": None, "is_xpac": None},
        ).cache()

    @pytest.mark.parametrize(
        ("switch", "expected"),
        [
            ({}, [1, 5]),
            ({"include_paratext": True}, [1, 2, 5]),
            ({"include_retracted": True}, [1, 3, 5]),
            ({"include_xpac": True}, [1, 4, 5]),
        ],
        ids=["default", "paratext", "retracted", "xpac"],
    )
    def test_each_has_a_switch(self, flagged, switch, expected):
        assert chosen(flagged, Corpus(**switch)) == expected


def test_a_rule_that_is_not_implemented_is_named():
    corpus = Corpus().model_copy(update={"rule": "by_magic"})
    with pytest.raises(ConfigError, match=r"corpus\.rule 'by_magic' is not implemented; implemented: \['any_field'"):
        corpus_condition(corpus)


def test_every_rule_of_the_configuration_is_implemented(spark):
    from typing import get_args

    from isthmus.config.corpus import CorpusRule

    for rule in get_args(CorpusRule):
        free = rule == "everything" or rule.startswith("ai_")
        assert isinstance(corpus_condition(Corpus(rule=rule, ids=() if free else (1,))), type(F.lit(1)))
