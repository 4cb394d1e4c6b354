"""What each citing work, paper and scientist adds to the networks of some cities, on literal rows; it adds up to ties."""

import pytest
from chispa import assert_df_equality

from isthmus.corpus.received import place_citations
from isthmus.indicators.cities import ties
from isthmus.indicators.cities.units import collaboration_units, impact_units, migration_units, signatures

pytestmark = pytest.mark.spark

WORKS = "work_id bigint, year int, last_country string, last_city bigint, other_cities array<bigint>"
CITATIONS = "citing_work_id bigint, cited_work_id bigint, cited_year int, lag int, from_corpus boolean"
UNIT = "unit bigint, src bigint, dst bigint, weight bigint"
SIGNATURE = "signature bigint, units bigint, src bigint, dst bigint, weight bigint"
PLACES = [
    (1, 2015, "A", 1, [2, 9]),
    (2, 2015, "A", 2, [1]),
    (3, 2016, "A", 2, [2, 3]),
    (4, 2016, "A", 3, [1, 2]),
    (5, 2016, "A", None, [1]),
    (6, 2016, "A", 9, [1]),  # not one of the cities
    (7, 2016, "A", 3, [1, 2]),
]
CITED = [
    (4, 1, 2015, 1, True),
    (4, 2, 2015, 1, True),
    (4, 3, 2016, 0, True),  # two works of city 2, cited by one work
    (7, 1, 2015, 1, True),
    (7, 2, 2015, 2, True),
    (7, 3, 2016, 0, True),
    (3, 2, 2015, 1, True),  # a city that cites itself
    (3, 1, 2015, 3, True),  # too late
    (6, 1, 2015, 1, True),  # from elsewhere
    (5, 1, 2015, 1, True),  # from nowhere
    (8, 1, 2015, 1, False),  # not of the corpus
    (2, 1, 2012, 1, True),  # before the years
    (1, 2, 2015, 0, True),
]


def alike(actual, expected):
    assert_df_equality(actual.select(*expected.columns), expected, ignore_row_order=True, ignore_nullable=True)


@pytest.fixture(scope="module")
def cities(spark):
    return spark.createDataFrame([(1,), (2,), (3,)], "city bigint")


def sums(rows):
    """Return what signatures add up to."""
    found = {}
    for row in signatures(rows).collect():
        found[row.src, row.dst] = found.get((row.src, row.dst), 0) + row.units * row.weight
    return found


def tied(rows):
    return {(r.src, r.dst): r.weight for r in rows.collect() if r.src != r.dst and {r.src, r.dst} <= {1, 2, 3}}


def test_a_citing_work_adds_all_that_it_cites(spark, cities):
    places, cited = spark.createDataFrame(PLACES, WORKS), spark.createDataFrame(CITED, CITATIONS)
    units = impact_units(places, cited, cities, (2013, 2017))
    expected = [(4, 3, 1, 1), (4, 3, 2, 2), (7, 3, 1, 1), (7, 3, 2, 2), (1, 1, 2, 1)]
    alike(units, spark.createDataFrame(expected, UNIT))
    merged = [(4, 2, 3, 1, 1), (4, 2, 3, 2, 2), (1, 1, 1, 2, 1)]
    alike(signatures(units), spark.createDataFrame(merged, SIGNATURE))
    assert sums(units) == tied(ties.impact(place_citations(places, cited), (2013, 2017)))


def test_a_paper_adds_one_for_each_city_of_its_other_authors(spark, cities):
    places = spark.createDataFrame(PLACES, WORKS)
    units = collaboration_units(places, cities, (2015, 2016))
    expected = [(1, 1, 2, 1), (2, 2, 1, 1), (3, 2, 3, 1), (4, 3, 1, 1), (4, 3, 2, 1), (7, 3, 1, 1), (7, 3, 2, 1)]
    alike(units, spark.createDataFrame(expected, UNIT))
    assert sums(units) == tied(ties.collaboration(places, (2015, 2016)))


def test_a_scientist_adds_each_of_his_moves_once(spark, cities):
    where = [
        (1, 2015, 1, 1), (1, 2016, 1, 2), (1, 2017, 1, 1), (1, 2018, 1, 2),  # there, back and there again
        (2, 2015, 1, 1), (2, 2019, 1, 1),  # stayed: no tie of two cities
        (3, 2015, 1, 2), (3, 2016, 1, 9), (3, 2017, 1, 3),  # by way of a city that does not count
        (4, 2016, 1, 3), (4, 2017, 1, 1),
    ]  # fmt: skip
    rows = spark.createDataFrame(where, "author_id bigint, year int, works int, city bigint")
    units = migration_units(rows, cities, (2015, 2019))
    alike(units, spark.createDataFrame([(1, 1, 2, 1), (1, 2, 1, 1), (4, 3, 1, 1)], UNIT))
    assert sums(units) == tied(ties.migration(rows, (2015, 2019)))
