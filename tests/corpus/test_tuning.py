"""`score_counts`, `tuned`: the works of a year by the score of their concept, and the score that fits a size."""

import pytest
from chispa import assert_df_equality

from isthmus.config import Corpus, Study
from isthmus.corpus.select import corpus_condition, select_corpus
from isthmus.corpus.tuning import score_counts, tuned, with_score
from isthmus.pipeline.onestudy import candidates

pytestmark = pytest.mark.spark

AI = 154945302
OTHER = 9


@pytest.fixture(scope="module")
def works(make_works):
    """Works of 2020: four scores, a tie, sources, works that no rule takes in; and one of 2019."""
    rows = [
        {"concepts": [(AI, 0.9)]},
        {"concepts": [(OTHER, 0.95), (AI, 0.5)], "source_id": 100},
        {"concepts": [(AI, 0.5)]},
        {"concepts": [(AI, 0.5), (AI, 0.2)]},  # listed twice: the highest counts
        {"concepts": [(AI, None)]},
        {"concepts": [(AI, float("nan"))]},
        {"concepts": [], "source_id": 100},
        {"concepts": [(OTHER, 0.9)]},
        {"concepts": None},
        {"concepts": [(AI, 0.9)], "work_type": "dataset"},
        {"concepts": [(AI, 0.9)], "is_retracted": True},
        {"concepts": [(AI, 0.7)], "publication_year": 2019},
    ]
    return make_works(*({"work_id": n, "publication_year": 2020} | row for n, row in enumerate(rows, 1))).cache()


def study(target, **corpus):
    return Study(
        study="s",
        title="S",
        corpus={"tune": {"year": 2020, "works": target}} | ({"rule": "ai_narrow"} | corpus),
    )


@pytest.mark.parametrize(
    ("corpus", "expected"),
    [
        ({"rule": "ai_mag"}, [(0.0, 2), (0.5, 3), (0.9, 1)]),
        ({"rule": "concept", "ids": (AI, OTHER)}, [(0.0, 2), (0.5, 2), (0.9, 2), (0.95, 1)]),
        ({"rule": "ai_narrow"}, [(0.0, 2), (0.5, 3), (0.9, 1)]),
        ({"rule": "ai_narrow", "sources": (100,)}, [(None, 2), (0.0, 2), (0.5, 2), (0.9, 1)]),
        ({"rule": "ai_mag", "types": None, "include_retracted": True}, [(0.0, 2), (0.5, 3), (0.9, 3)]),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_works_by_score(spark, works, corpus, expected):
    actual = score_counts(works, Corpus(**corpus), 2020).orderBy("score")
    assert_df_equality(actual, spark.createDataFrame(expected, "score double, works bigint"), ignore_nullable=True)


@pytest.mark.parametrize(
    ("target", "sources", "score", "total", "by_source"),
    [
        (1, (), 0.9, 1, 0),
        (3, (), 0.5, 4, 0),
        (60, (), 0.0, 6, 0),
        (5, (100,), 0.5, 5, 2),
        (1, (100,), 0.9, 3, 2),
    ],
)
def test_the_corpus_of_the_tuned_score_has_the_size_that_was_found(works, target, sources, score, total, by_source):
    asked = study(target, sources=sources)
    found = tuned(works, asked)
    assert (found.min_score, found.works, found.by_source) == (score, total, by_source)
    chosen = select_corpus(works, with_score(asked, found))
    assert chosen.where("year = 2020").count() == total


def test_a_tuned_score_of_zero_is_not_taken_for_the_default(works):
    asked = study(60)
    zero = with_score(asked, tuned(works, asked)).corpus
    untuned = Corpus(rule="ai_narrow")
    assert works.where(corpus_condition(zero)).count() == 7
    assert works.where(corpus_condition(untuned)).count() == 2


def test_the_order_of_rows_and_partitions_changes_nothing(works):
    asked = study(3)
    assert tuned(works.repartition(5).orderBy("work_id", ascending=False), asked) == tuned(works, asked)


def test_tables_made_for_one_study_hold_all_that_tuning_may_choose(works):
    kept = works.where(candidates(study(1), None)).select("work_id").collect()
    assert sorted(row.work_id for row in kept) == [1, 2, 3, 4, 5, 6, 12]


def test_a_study_that_asks_for_no_size_is_refused(works):
    with pytest.raises(ValueError, match=r"corpus\.tune"):
        tuned(works, Study(study="s", title="S"))
