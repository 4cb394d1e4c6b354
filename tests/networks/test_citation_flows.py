"""`citation_flows`: citations by year and country of both sides."""

import pytest
from chispa import assert_approx_df_equality
from pyspark.sql import functions as F

from isthmus.analyses.networks.tables import CITATION_FLOWS
from isthmus.networks.citation import citation_flows

pytestmark = pytest.mark.spark

KEY = ("study", "citing_year", "cited_year", "src", "dst")
S = ("s", "2026-06-25")


def test_each_citation_counts_once_for_each_pair_of_citing_and_cited_country(make_countries, make_citations, make_rows):
    countries = make_countries(
        (1, 2010, True, {"US": 0.75, "CN": 0.25}),
        (2, 2012, True, "DE CN"),
        (10, 2012, False, "FR"),  # of another field
    )
    citations = make_citations((2, 1), (10, 1))
    expected = make_rows(
        CITATION_FLOWS,
        (*S, 2012, 2010, "CN", "CN", 1, 0.125, 1, 0.125),  # domestic
        (*S, 2012, 2010, "CN", "US", 1, 0.375, 0, 0.0),  # both sign the cited work
        (*S, 2012, 2010, "DE", "CN", 1, 0.125, 0, 0.0),  # both sign the citing work
        (*S, 2012, 2010, "DE", "US", 1, 0.375, 1, 0.375),
        (*S, 2012, 2010, "FR", "CN", 1, 0.25, 1, 0.25),
        (*S, 2012, 2010, "FR", "US", 1, 0.75, 1, 0.75),
    )
    actual = citation_flows(citations, countries).select(*CITATION_FLOWS.columns).orderBy(*KEY)
    assert_approx_df_equality(actual, expected, 1e-9, ignore_nullable=True)  # fractions are counted in ten-billionths


@pytest.fixture(scope="module")
def world(make_countries, make_citations):
    countries = make_countries(
        (1, 2010, True, "US"),
        (2, 2010, True, "CN"),
        (3, 2012, True, "DE FR JP"),
        (10, 2012, False, "BR"),
        (11, 2012, False, "AR CL UY"),
    )
    citations = make_citations(
        (2, 1),  # of the same year
        (1, 3),  # of a later work
        (10, 1),
        (10, 3),
        (11, 10),  # of a work outside the corpus
        (11, 2),
        (99, 1),  # by a work that is not there, or has no country
        (1, 99),  # of a work that is not there
        (3, 1),
    )
    return citations.cache(), countries.cache()


def pairs(flows):
    return sorted((row.src, row.dst, row.weight) for row in flows.collect())


FROM_MANY = [("AR", "CN", 1), ("CL", "CN", 1), ("UY", "CN", 1)]


def test_what_is_no_citation_of_the_corpus_by_a_placed_work_is_left_out(world):
    expected = [("CN", "US", 1), ("BR", "US", 1), *FROM_MANY]
    expected += [("BR", c, 1) for c in ("DE", "FR", "JP")] + [(c, "US", 1) for c in ("DE", "FR", "JP")]
    assert pairs(citation_flows(*world)) == sorted(expected)


def test_the_cap_leaves_out_corpus_works_on_both_sides_and_no_other_works(world):
    expected = [("CN", "US", 1), ("BR", "US", 1), *FROM_MANY]
    assert pairs(citation_flows(*world, max_countries=2)) == sorted(expected)
    assert pairs(citation_flows(*world, max_countries=3)) == pairs(citation_flows(*world))


def test_each_citation_adds_one_in_all_by_fractions(world):
    totals = citation_flows(*world).groupBy("citing_year").agg(F.sum("fractional").alias("total")).collect()
    assert {row.citing_year: row.total for row in totals} == {2010: pytest.approx(1), 2012: pytest.approx(4)}


def test_two_studies_that_share_works_do_not_mix(make_countries, make_citations):
    works = ((1, 2010, True, "US"), (2, 2011, True, "CN"))
    both = make_countries(*works, study="a").union(make_countries(*works, study="b"))
    flows = citation_flows(make_citations((2, 1)), both).collect()
    assert sorted((row.study, row.weight) for row in flows) == [("a", 1), ("b", 1)]
