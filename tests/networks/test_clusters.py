"""`exchange_clusters`: the variance of the exchange as works, not citations, come and go."""

from collections import Counter, defaultdict

import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.citation import citation_flows
from isthmus.networks.clusters import exchange_clusters
from isthmus.networks.contributions import contributions
from isthmus.networks.edges import all_edges

pytestmark = pytest.mark.spark

SCHEMA = "citation_year string, year int, src string, dst string, work_variance bigint"


def study(**networks):
    years = dict.fromkeys(("corpus", "analysis", "significance"), (2010, 2012))
    return Study(study="s", title="t", years=years, trajectories={"window": 3}, networks=networks)


def test_rows(spark, make_countries, make_citations):
    """A famous paper, a paper that cites much, and two citations that have nothing to do with each other."""
    countries = make_countries(
        (1, 2010, True, "US"),  # cited by 11, 12 and 13
        (2, 2011, True, "DE"),  # with 3 cited by 14
        (3, 2011, True, "DE"),
        (4, 2012, True, "JP"),
        (5, 2012, True, "JP"),
        (11, 2012, False, "CN"),
        (12, 2012, False, "CN"),
        (13, 2012, False, "CN"),
        (14, 2012, False, "FR"),
        (15, 2012, False, "KR"),  # cites 4
        (16, 2012, False, "KR"),  # cites 5
    )
    citations = make_citations((11, 1), (12, 1), (13, 1), (14, 2), (14, 3), (15, 4), (16, 5))
    expected = spark.createDataFrame(
        [
            ("cited", 2010, "CN", "US", 9),
            ("cited", 2011, "DE", "FR", 4),
            ("cited", 2012, "JP", "KR", 2),
        ],
        SCHEMA,
    )
    found = exchange_clusters(citations, countries, study(citation_years=("cited",)))
    assert_df_equality(found.orderBy("year"), expected, ignore_nullable=True)


def test_a_citation_between_works_of_the_same_two_countries_is_one_event_of_two(spark, make_countries, make_citations):
    countries = make_countries((1, 2010, True, "US CN"), (2, 2010, True, "CN US"))
    found = exchange_clusters(make_citations((2, 1)), countries, study(citation_years=("cited",)))
    assert_df_equality(found, spark.createDataFrame([("cited", 2010, "CN", "US", 4)], SCHEMA), ignore_nullable=True)


@pytest.fixture(scope="module")
def world(make_countries, make_citations):
    countries = make_countries(
        (1, 2010, True, "US CN"),
        (2, 2012, True, "DE CN FR"),
        (3, 2012, True, "US"),
        (10, 2013, False, "FR US"),
        (11, 2012, False, "FR DE"),
    )
    return make_citations((2, 1), (3, 1), (10, 1), (10, 2), (10, 3), (11, 1), (11, 2), (11, 3)), countries


@pytest.mark.parametrize("joint_papers", ["whole", "left_out"])
@pytest.mark.parametrize("citation_year", ["cited", "cited_window", "citing"])
def test_it_is_that_of_each_work_counted_by_hand(world, citation_year, joint_papers):
    """Oracle: the rows of `contributions` in dictionaries; all citation years are found in one pass."""
    every = ("cited", "cited_window", "citing")
    own = study(citation_year=citation_year, citation_years=every, citation_window=1, joint_papers=joint_papers)
    citations, countries = world
    counts = defaultdict(lambda: (Counter(), Counter(), Counter()))
    for row in contributions(citations, countries, own).where("network = 'knowledge_exchange'").collect():
        by_citing, by_cited, single = counts[row.year, row.src, row.dst]
        by_citing[row.work_id] += 1
        by_cited[row.cited_work_id] += 1
        single[row.work_id, row.cited_work_id] += 1
    by_hand = {
        tie: sum(sign * n**2 for sign, count in zip((1, 1, -1), of, strict=True) for n in count.values())
        for tie, of in counts.items()
    }
    found = exchange_clusters(citations, countries, own).where(F.col("citation_year") == citation_year)
    assert {(row.year, row.src, row.dst): row.work_variance for row in found.collect()} == by_hand
    assert len(by_hand) >= 3


def test_every_tie_has_one_and_it_is_at_least_the_weight(world):
    citations, countries = world
    own = study(citation_years=("cited", "citing"))
    key = ["citation_year", "year", "src", "dst"]
    edges = all_edges(countries, citation_flows(citations, countries), own).where("network = 'knowledge_exchange'")
    both = edges.select(*key, "weight").join(exchange_clusters(citations, countries, own), key, "full")
    assert both.where("weight IS NULL OR work_variance IS NULL OR work_variance < weight").count() == 0
    assert both.where(F.col("work_variance") > F.col("weight")).count() > 0
