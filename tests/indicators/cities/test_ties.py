"""Ties between cities on literal rows, against plain Python, and what over-impact adds up to."""

from collections import defaultdict

import numpy as np
import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F

from isthmus.indicators.cities import ties

pytestmark = pytest.mark.spark

TIE = "src bigint, dst bigint, weight bigint, years_seen int"
PLACED = "citing_city bigint, cited_city bigint, cited_year int, lag int, citations bigint"
WORKS = "work_id bigint, year int, last_city bigint, other_cities array<bigint>"
CAREERS = "author_id bigint, year int, works int, geonames_city_id bigint"


def alike(actual, expected):
    assert_df_equality(actual.select(*expected.columns), expected, ignore_row_order=True, ignore_nullable=True)


def test_impact_counts_two_years_after_publication_and_known_cities(spark):
    rows = [
        (1, 1, 2013, 0, 5),  # a city that cites itself
        (1, 2, 2013, 2, 3),
        (1, 2, 2014, 1, 4),
        (1, 2, 2013, 3, 9),  # lag 3
        (1, 2, 2012, 0, 9),  # before the years
        (1, None, 2013, 0, 9),
        (None, 2, 2013, 0, 9),
        (2, 1, 2017, 0, 1),
    ]
    expected = [(1, 1, 5, 1), (1, 2, 7, 2), (2, 1, 1, 1)]
    found = ties.impact(spark.createDataFrame(rows, PLACED), (2013, 2017))
    alike(found, spark.createDataFrame(expected, TIE))


def test_collaboration_runs_from_the_last_author(spark):
    rows = [
        (1, 2015, 1, [1, 2]),  # a coauthor at home, one elsewhere
        (2, 2016, 1, [2]),
        (3, 2016, 2, [1, 3]),
        (4, 2019, 2, []),  # one author
        (5, 2016, None, [1]),
        (6, 2014, 1, [2]),
    ]
    expected = [(1, 1, 1, 1), (1, 2, 2, 2), (2, 1, 1, 1), (2, 3, 1, 1)]
    found = ties.collaboration(spark.createDataFrame(rows, WORKS), (2015, 2019))
    alike(found, spark.createDataFrame(expected, TIE))


def test_moves_within_the_years_once_for_each_pair(spark):
    scientists = spark.createDataFrame([(n,) for n in range(1, 8)], "author_id bigint")
    rows = [
        (1, 2015, 1, 1), (1, 2016, 1, 2), (1, 2017, 1, 1), (1, 2018, 1, 2), (1, 2019, 1, 1),  # there and back, twice
        (2, 2015, 1, 1), (2, 2017, 1, None), (2, 2019, 1, 1),  # stayed
        (3, 2014, 1, 1), (3, 2016, 1, 2),  # came before the years began
        (4, 2015, 1, 2), (4, 2018, 1, 2),  # not seen in the last year
        (5, 2015, 1, 2), (5, 2019, 1, 3),
        (9, 2015, 1, 1), (9, 2016, 1, 2),  # no scientist of the field
    ]  # fmt: skip
    where = ties.scientist_places(scientists, spark.createDataFrame(rows, CAREERS), (2015, 2019))
    expected = [(1, 2, 1, 2), (2, 1, 1, 2), (1, 1, 2, 1), (2, 3, 1, 1)]
    alike(ties.migration(where, (2015, 2019)), spark.createDataFrame(expected, TIE))


def test_nobody_knows_where_from_after_a_gap_of_six_years(spark):
    rows = [(1, 2010, 1, 1), (1, 2016, 1, 2), (2, 2010, 1, 1), (2, 2015, 1, 2)]
    people = spark.createDataFrame([(1,), (2,)], "author_id bigint")
    where = ties.scientist_places(people, spark.createDataFrame(rows, CAREERS), (2010, 2019))
    alike(ties.migration(where, (2010, 2019)), spark.createDataFrame([(1, 2, 1, 1)], TIE))


def test_masses_of_cities(spark):
    places = spark.createDataFrame(
        [(1, 2013, 1, []), (2, 2017, 1, []), (3, 2017, 2, []), (4, 2018, 3, []), (5, 2014, None, [])], WORKS
    )
    cites = spark.createDataFrame([(1, 1, 5, 1), (1, 2, 7, 1), (3, 1, 2, 1)], TIE)
    people = spark.createDataFrame(
        [(1, 2013, 1, 1), (1, 2014, 1, 1), (2, 2014, 1, 1), (2, 2017, 1, 2), (3, 2018, 1, 2)],
        "author_id bigint, year int, works int, city bigint",
    )
    expected = [(1, 2, 12, 7, 2), (2, 1, 0, 7, 1), (3, 0, 2, 0, 0)]
    columns = "city bigint, works bigint, citations_made bigint, citations_received bigint, scientists bigint"
    alike(ties.masses(places, cites, people, (2013, 2017)), spark.createDataFrame(expected, columns))


def test_over_impact_by_hand(spark):
    """A makes 10 citations, B none; of 4 works in the world A has 1 and B 3: 2.5 and 7.5 were to be expected."""
    cites = spark.createDataFrame([(1, 1, 4, 1), (1, 2, 6, 1)], TIE)
    sizes = spark.createDataFrame([(1, 1, 10), (2, 3, 0)], "city bigint, works bigint, citations_made bigint")
    expected = [(1, 1, 4, 6, 2.5), (1, 2, 6, -6, 7.5)]
    columns = "src bigint, dst bigint, weight bigint, excess bigint, expected_by_output double"
    alike(ties.over_impact(cites, sizes, world=4), spark.createDataFrame(expected, columns))


@pytest.mark.parametrize("seed", range(3))
def test_what_a_city_cites_beyond_output_adds_up_to_zero_exactly(spark, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    works = rng.integers(1, 10**6, n)
    weights = rng.integers(0, 10**5, (n, n)) * (rng.random((n, n)) < 0.6)
    rows = [(i, j, int(weights[i, j]), 1) for i in range(n) for j in range(n) if weights[i, j]]
    sizes = [(i, int(works[i]), int(weights[i].sum())) for i in range(n)]
    frames = (
        spark.createDataFrame(rows, TIE),
        spark.createDataFrame(sizes, "city bigint, works bigint, citations_made bigint"),
    )
    found = ties.over_impact(*frames, world=int(works.sum())).collect()
    sums = defaultdict(int)
    for row in found:
        sums[row.src] += row.excess
        assert row.excess / works.sum() == pytest.approx(row.weight - row.expected_by_output, rel=1e-9, abs=1e-9)
    assert set(sums.values()) == {0}
    off = ties.over_impact(*frames, world=int(works.sum()) + 1).agg(F.max(F.abs("excess"))).head()[0]
    assert off != 0
    wrong = ties.over_impact(*frames, world=int(works.sum()) + 1).groupBy("src").agg(F.sum("excess").alias("s"))
    assert wrong.where("s <> 0").count() == len(sums), "the gate sees a world that is not the sum of its cities"
