"""The scientists of a field by both definitions, on literal careers and against the definition without the short cut."""

from collections import Counter

import numpy as np
import pytest
from chispa import assert_df_equality

from isthmus.config import load_study
from isthmus.corpus.scientists import corpus_scientists
from isthmus.corpus.select import left_out_works

pytestmark = pytest.mark.spark

SCIENTISTS = "author_id bigint, works bigint, corpus_works bigint, is_majority boolean, is_at_least_half boolean"


def scientists_of(spark, corpus, seats, years, left_out=(), **how):
    return corpus_scientists(
        spark.createDataFrame(corpus, "work_id bigint, year int"),
        spark.createDataFrame(seats, "work_id bigint, author_id bigint"),
        spark.createDataFrame(years, "author_id bigint, year int, works int"),
        spark.createDataFrame([(work,) for work in left_out], "work_id bigint"),
        **{"least_works": 3, "until": 2019} | how,
    )


def test_more_than_half_and_at_least_half(spark):
    corpus = [(n, 2010) for n in range(1, 6)] + [(6, 2020)]
    seats = [
        (1, 1), (1, 1), (2, 1), (3, None),  # two of three works; one of them with two affiliations
        (1, 2), (2, 2),  # two of four
        (1, 3), (2, 3),  # two of five
        (1, 4), (2, 4),  # two works in all
        (5, 5),  # one of three
        (1, 6), (6, 6), (9, 6),  # one in time, one too late, one of no corpus
    ]  # fmt: skip
    years = [
        (1, 2009, 1), (1, 2010, 2), (1, 2020, 9),  # what comes after the corpus does not count
        (2, 2010, 4), (3, 2010, 5), (4, 2010, 2), (5, 2010, 3), (6, 2010, 3), (6, 2020, 1),
    ]  # fmt: skip
    expected = spark.createDataFrame([(1, 3, 2, True, True), (2, 4, 2, False, True)], SCIENTISTS)
    found = scientists_of(spark, corpus, seats, years).orderBy("author_id")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_works_that_the_study_does_not_read_count_for_nobody(spark):
    corpus = [(1, 2010), (2, 2010)]
    seats = [(1, 1), (2, 1), (7, 1), (8, 1), (8, 1), (1, 2), (2, 2), (8, 2)]
    years = [(1, 2010, 5), (2, 2010, 3)]  # 7 and 8, once for its two affiliations, and one work of no corpus
    expected = spark.createDataFrame([(1, 3, 2, True, True)], SCIENTISTS)
    found = scientists_of(spark, corpus, seats, years, left_out=[7, 8, 9])
    assert_df_equality(found, expected, ignore_nullable=True)
    assert scientists_of(spark, corpus, seats, years).head().author_id == 2, "of five works two are not half"


def test_left_out_are_the_works_of_any_field_that_the_corpus_excludes(spark):
    schema = "work_id bigint, publication_year int, is_paratext boolean, is_retracted boolean, is_xpac boolean"
    works = spark.createDataFrame(
        [
            (1, 2010, False, False, False), (2, 2010, True, False, False), (3, 2010, False, True, False),
            (4, 2010, False, False, True), (5, 2020, False, False, True), (6, None, False, False, True),
            (7, 2010, None, None, None),
        ],
        schema,
    )  # fmt: skip
    study = load_study("alshebli2022_beijing")
    assert sorted(row.work_id for row in left_out_works(works, study).collect()) == [2, 3, 4]
    with_expansion = load_study("alshebli2022_beijing", ["corpus.include_xpac=true"])
    assert sorted(row.work_id for row in left_out_works(works, with_expansion).collect()) == [2, 3]


@pytest.mark.parametrize("least_works", [1, 2, 3, 4])
def test_nobody_is_lost_by_looking_up_candidates_alone(spark, least_works):
    rng = np.random.default_rng(least_works)
    seats = [(int(work), int(author)) for work, author in rng.integers((1, 1), (40, 30), size=(90, 2))]
    own = Counter(author for _, author in set(seats))
    years = [(author, 2010, own[author] + int(rng.integers(0, 4))) for author in range(1, 31)]
    works = {author: total for author, _, total in years if total}
    wanted = {a for a, n in works.items() if n >= least_works and 2 * own[a] >= n}
    more = {a for a in wanted if 2 * own[a] > works[a]}
    rows = scientists_of(
        spark, [(n, 2010) for n in range(1, 41)], seats, [y for y in years if y[2]], least_works=least_works
    ).collect()
    assert {row.author_id for row in rows} == wanted - {a for a in wanted if not own[a]}
    assert {row.author_id for row in rows if row.is_majority} == more
