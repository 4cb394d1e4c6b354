"""Transformations behind novelty on literal rows."""

import pytest
from chispa import assert_df_equality

from isthmus.geography import Membership
from isthmus.indicators.novelty.entities import hit_counts, novelty_cities, novelty_coverage, novelty_years
from isthmus.indicators.novelty.works import cited_sources, combinations, work_entities

pytestmark = pytest.mark.spark

CITED = "work_id bigint, year int, is_corpus boolean, sources array<bigint>, cited_years array<int>"
ENTITIES = {
    "Union": (Membership("Union", "DE"), Membership("Union", "GB", 2000, 2010)),
    "CN": (Membership("CN", "CN"),),
}


def test_references_to_a_known_source_and_year_with_repetitions(spark):
    papers = spark.createDataFrame(
        [(1, 2000, True), (2, 2000, False), (3, 2001, True)], "work_id bigint, year int, is_corpus boolean"
    )
    citations = spark.createDataFrame(
        [(1, 10, 2000, 1999, 7), (1, 11, 2000, 1999, 7), (1, 12, 2000, 1990, 5), (1, 13, 2000, None, 5),
         (1, 14, 2000, 1990, None), (2, 12, 2000, 1990, 5), (9, 12, 2000, 1990, 5)],
        "citing_work_id bigint, cited_work_id bigint, citing_year smallint, cited_year smallint, cited_source bigint",
    )  # fmt: skip
    expected = spark.createDataFrame(
        [
            (1, 2000, True, [5, 7, 7], [1990, 1999, 1999]),
            (2, 2000, False, [5], [1990]),
            (3, 2001, True, [], []),
        ],
        CITED,
    )
    found = cited_sources(papers, citations).orderBy("work_id")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_combinations_are_concepts_above_a_score_and_distinct_sources_of_own_works(spark):
    references = spark.createDataFrame(
        [
            (1, 2000, True, [5, 7, 7], [1, 1, 1]),
            (2, 2000, False, [5], [1]),
            (3, 2001, True, [], []),
            (4, 2001, True, [9], [1]),
        ],
        CITED,
    )
    concepts = [(30, 0.9), (20, 0.5), (20, 0.4), (10, 0.3), (None, 0.8)]
    works = spark.createDataFrame(
        [(1, concepts), (2, concepts), (3, None), (4, [(10, 0.1)])],
        "work_id bigint, concepts array<struct<concept_id:bigint,score:double>>",
    )
    expected = spark.createDataFrame(
        [("content", 1, 2000, [20, 30]), ("context", 1, 2000, [5, 7]), ("context", 4, 2001, [9])],
        "measure string, work_id bigint, year int, nodes array<bigint>",
    )
    found = combinations(references, works, least_score=0.3).orderBy("measure", "work_id")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_works_count_for_the_countries_of_the_last_author_and_of_all(spark):
    corpus = spark.createDataFrame(
        [(1, 2005, 2), (2, 2015, 1), (3, 2005, 200), (4, 2005, 1)], "work_id bigint, year int, n_authors int"
    )
    authorships = spark.createDataFrame(
        [(1, 0, "CN"), (1, 1, "GB"), (1, 1, "DE"), (2, 0, "GB"), (2, 0, "HK"), (3, 99, "US"), (4, 0, None)],
        "work_id bigint, author_sequence int, country_code string",
    )
    found = work_entities(corpus, authorships, ENTITIES, merged=(Membership("CN", "HK"),))
    expected = [
        *[("full", entity, 1, 2005) for entity in ("CN", "DE", "GB", "Union", "world")],
        *[("last_author", entity, 1, 2005) for entity in ("DE", "GB", "Union", "world")],
        # the United Kingdom has left, Hong Kong counts as China
        *[(counting, entity, 2, 2015) for counting in ("full", "last_author") for entity in ("CN", "GB", "world")],
        # the list of authors was cut at a hundred
        *[("full", entity, 3, 2005) for entity in ("US", "world")],
    ]
    schema = "counting string, entity string, work_id bigint, year int"
    order = ["counting", "entity", "work_id"]
    frame = spark.createDataFrame(expected, schema).orderBy(*order)
    assert_df_equality(found.orderBy(*order), frame, ignore_nullable=True)


NOVELTY = (
    "work_id bigint, year int, n_references int, too_many_references boolean, z10 double, pairs_rank double, "
    "pairs_hit boolean, content_size int, content_rank double, content_lift double, content_hit_by_start array<boolean>, "
    "content_hit boolean, context_size int, context_rank double, context_lift double, "
    "context_hit_by_start array<boolean>, context_hit boolean"
)


@pytest.fixture
def works(spark):
    none = [None] * 5
    return spark.createDataFrame(
        [
            (1, 2000, 3, False, -2.0, 0.75, True, 4, 0.9, 3.0, [True, False], True, *none),
            (2, 2000, 9, False, 1.0, 0.25, False, 4, 0.5, 1.0, [True, True], True, *none),
            (3, 2000, 1, False, None, None, None, 7, 0.1, 2.0, [False, True], False, *none),
            (4, 2001, 600, True, None, None, None, *none, *none),
        ],
        NOVELTY,
    )


def test_means_and_shares_of_the_worlds_hits(spark, works):
    placed = [("full", entity, work, 2000) for entity, work in [("CN", 1), ("CN", 3), ("US", 2)]]
    placed += [("full", "world", work, year) for work, year in [(1, 2000), (2, 2000), (3, 2000), (4, 2001)]]
    places = spark.createDataFrame(placed, "counting string, entity string, work_id bigint, year int")
    found = novelty_years(works, places, starts=2).orderBy("measure", "year", "entity")
    expected = spark.createDataFrame(
        [
            ("CN", "full", "content", 2000, 2, 2, 0.5, 1.0, 2.5, 1, 0.5, 0.5, 0.5, [1, 1]),
            ("US", "full", "content", 2000, 1, 1, 0.5, 0.5, 1.0, 1, 0.5, 0.5, 0.5, [1, 1]),
            ("world", "full", "content", 2000, 3, 3, 0.5, 1.5, 2.0, 2, 1.0, 1.0, 1.0, [2, 2]),
            ("world", "full", "content", 2001, 1, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            ("CN", "full", "context", 2000, 2, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            ("US", "full", "context", 2000, 1, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            ("world", "full", "context", 2000, 3, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            ("world", "full", "context", 2001, 1, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            ("CN", "full", "pairs", 2000, 2, 1, 0.75, 0.75, 2.0, 1, 1.0, None, None, None),
            ("US", "full", "pairs", 2000, 1, 1, 0.25, 0.25, -1.0, 0, 0.0, None, None, None),
            ("world", "full", "pairs", 2000, 3, 2, 0.5, 1.0, 0.5, 1, 1.0, None, None, None),
            ("world", "full", "pairs", 2001, 1, 0, None, 0.0, None, 0, None, None, None, None),
        ],
        "entity string, counting string, measure string, year int, works bigint, scored bigint, mean_rank double, "
        "sum_rank double, mean_value double, hits bigint, share_of_hits double, share_low double, share_high double, "
        "hits_by_start array<bigint>",
    )
    assert_df_equality(found, expected, ignore_nullable=True)


def test_hits_among_works_alike_are_counted_by_size(spark, works):
    placed = [("full", "CN", 1, 2000), ("full", "CN", 3, 2000)]
    placed += [("full", "world", work, year) for work, year in [(1, 2000), (2, 2000), (3, 2000), (4, 2001)]]
    places = spark.createDataFrame(placed, "counting string, entity string, work_id bigint, year int")
    expected = spark.createDataFrame(
        [
            ("CN", "full", "content", 2000, 4, 1, 1, [1, 0]),
            ("CN", "full", "content", 2000, 7, 1, 0, [0, 1]),
            ("world", "full", "content", 2000, 4, 2, 2, [2, 1]),
            ("world", "full", "content", 2000, 7, 1, 0, [0, 1]),
            ("CN", "full", "pairs", 2000, 3, 1, 1, None),
            ("world", "full", "pairs", 2000, 3, 1, 1, None),
            ("world", "full", "pairs", 2000, 8, 1, 0, None),  # nine references are of the class from eight
        ],
        "entity string, counting string, measure string, year int, size int, scored bigint, hits bigint, "
        "hits_by_start array<bigint>",
    )
    found = hit_counts(works, places, starts=2).orderBy("measure", "entity", "size")
    assert_df_equality(found, expected, ignore_nullable=True)


def test_the_spread_over_starts_is_that_of_the_shares(spark, works):
    placed = [("full", "CN", 1, 2000), *[("full", "world", work, 2000) for work in (1, 2, 3)]]
    places = spark.createDataFrame(placed, "counting string, entity string, work_id bigint, year int")
    row = novelty_years(works, places, starts=2).where("entity = 'CN' AND measure = 'content'").first()
    assert (row.share_of_hits, row.share_low, row.share_high) == (0.5, 0.0, 0.5)


def test_a_work_counts_for_the_city_of_its_last_author(spark, works):
    placed = spark.createDataFrame([(1, 11), (2, 12), (3, 11), (4, None)], "work_id bigint, last_city bigint")
    institutions = spark.createDataFrame(
        [("CN", "Beijing Shi", 11), ("CN", "Beijing", 11), ("US", None, 12), ("US", "Nowhere", None)],
        "country_code string, city string, geonames_city_id bigint",
    )
    found = novelty_cities(works, placed, institutions, starts=2).orderBy("measure", "city")
    beijing, unnamed = (11, "Beijing", "CN"), (12, None, None)
    expected = spark.createDataFrame(
        [
            (*beijing, "content", 2000, 2, 2, 0.5, 1.0, 2.5, 1, 0.5, 0.5, 0.5, [1, 1]),
            (*unnamed, "content", 2000, 1, 1, 0.5, 0.5, 1.0, 1, 0.5, 0.5, 0.5, [1, 1]),
            (*beijing, "context", 2000, 2, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            (*unnamed, "context", 2000, 1, 0, None, 0.0, None, 0, None, None, None, [0, 0]),
            (*beijing, "pairs", 2000, 2, 1, 0.75, 0.75, 2.0, 1, 1.0, None, None, None),
            (*unnamed, "pairs", 2000, 1, 1, 0.25, 0.25, -1.0, 0, 0.0, None, None, None),
        ],
        "city bigint, name string, country string, measure string, year int, works bigint, scored bigint, "
        "mean_rank double, sum_rank double, mean_value double, hits bigint, share_of_hits double, share_low double, "
        "share_high double, hits_by_start array<bigint>",
    )
    assert_df_equality(found, expected, ignore_nullable=True)


def test_coverage_by_year(spark, works):
    expected = spark.createDataFrame(
        [(2000, 3, 2, 0, 3, 0), (2001, 1, 0, 1, 0, 0)],
        "year int, works bigint, with_pairs bigint, too_many_references bigint, with_content bigint, "
        "with_context bigint",
    )
    assert_df_equality(novelty_coverage(works).orderBy("year"), expected, ignore_nullable=True)
