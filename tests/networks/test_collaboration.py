"""`collaboration`: works of two countries per year, in full and fractionally."""

import pytest
from chispa import assert_approx_df_equality
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.networks.collaboration import collaboration

pytestmark = pytest.mark.spark

KEY = ("study", "year", "src", "dst")
USUAL = ("s", "2026-06-25", "collaboration", "publication_year")


def test_each_work_counts_once_for_each_pair_of_its_countries(make_countries, make_rows):
    countries = make_countries(
        (1, 2010, True, "US CN"),
        (2, 2010, True, "US DE CN"),
        (3, 2011, True, "US CN"),
        (4, 2010, True, "US"),  # one country
        (5, 2010, False, "US CN"),  # only cites the corpus
        (6, 2011, True, "ZA NA"),  # South Africa, Namibia
    )
    expected = make_rows(
        COUNTRY_EDGES,
        (*USUAL, 2010, "CN", "DE", 1, 1 / 3, None),
        (*USUAL, 2010, "CN", "US", 2, 1 + 1 / 3, None),
        (*USUAL, 2010, "DE", "US", 1, 1 / 3, None),
        (*USUAL, 2011, "CN", "US", 1, 1.0, None),
        (*USUAL, 2011, "NA", "ZA", 1, 1.0, None),
    )
    actual = collaboration(countries).select(*COUNTRY_EDGES.columns).orderBy(*KEY)
    assert_approx_df_equality(actual, expected, 1e-9, ignore_nullable=True)  # fractions are counted in ten-billionths


def test_authors_do_not_change_the_fractional_count_of_a_pair(make_countries):
    countries = make_countries((1, 2010, True, {"US": 0.9, "CN": 0.1}))
    assert [(r.weight, r.fractional) for r in collaboration(countries).collect()] == [(1, 1.0)]


@pytest.mark.parametrize(("cap", "weight"), [(2, 1), (3, 2), (4, 3), (None, 3)])
def test_works_of_more_countries_than_the_cap_are_left_out(make_countries, cap, weight):
    countries = make_countries((1, 2010, True, "US CN"), (2, 2010, True, "US CN DE"), (3, 2010, True, "US CN DE FR"))
    edges = {(r.src, r.dst): r.weight for r in collaboration(countries, max_countries=cap).collect()}
    assert edges["CN", "US"] == weight
    assert len(edges) == {2: 1, 3: 3, 4: 6, None: 6}[cap]


def test_each_international_work_adds_one_in_all_by_fractions(make_countries):
    countries = make_countries(
        (1, 2010, True, "US CN DE FR JP"), (2, 2010, True, "US CN"), (3, 2010, True, "US"), (4, 2010, True, "BR AR CL")
    )
    total = collaboration(countries).agg(F.sum("fractional"), F.sum("weight")).first()
    assert tuple(total) == (pytest.approx(3), 10 + 1 + 3)


def test_two_studies_that_share_works_do_not_mix(make_countries):
    both = make_countries((1, 2010, True, "US CN"), study="a").union(
        make_countries((1, 2010, True, "US CN"), study="b")
    )
    assert sorted((r.study, r.weight) for r in collaboration(both).collect()) == [("a", 1), ("b", 1)]
