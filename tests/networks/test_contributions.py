"""`contributions`: what each work adds to each tie, which counted are the edges."""

import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.citation import citation_flows
from isthmus.networks.contributions import contributions
from isthmus.networks.edges import all_edges

pytestmark = pytest.mark.spark

SCHEMA = "network string, year int, work_id bigint, cited_work_id bigint, src string, dst string"


@pytest.fixture(scope="module")
def world(make_countries, make_citations):
    countries = make_countries(
        (1, 2010, True, "US CN"),
        (2, 2012, True, "DE CN FR"),
        (3, 2012, True, "US"),
        (10, 2013, False, "FR US"),  # of another field
        (11, 2009, False, "JP"),  # earlier than what it cites
    )
    return make_citations((2, 1), (3, 1), (10, 1), (10, 2), (11, 1)), countries


def test_rows(spark, world):
    study = Study(study="s", title="t", years={"analysis": (2010, 2012)}, trajectories={"window": 3})
    expected = spark.createDataFrame(
        [
            ("collaboration", 2010, 1, None, "CN", "US"),
            ("collaboration", 2012, 2, None, "CN", "DE"),
            ("collaboration", 2012, 2, None, "CN", "FR"),
            ("collaboration", 2012, 2, None, "DE", "FR"),
            # 2 {DE CN FR} cites 1 {US CN}
            ("knowledge_exchange", 2010, 2, 1, "CN", "DE"),
            ("knowledge_exchange", 2010, 2, 1, "CN", "FR"),
            ("knowledge_exchange", 2010, 2, 1, "CN", "US"),
            ("knowledge_exchange", 2010, 2, 1, "DE", "US"),
            ("knowledge_exchange", 2010, 2, 1, "FR", "US"),
            ("knowledge_exchange", 2010, 3, 1, "CN", "US"),
            # 10 {FR US} cites 1 {US CN} and 2 {DE CN FR}
            ("knowledge_exchange", 2010, 10, 1, "CN", "FR"),
            ("knowledge_exchange", 2010, 10, 1, "CN", "US"),
            ("knowledge_exchange", 2010, 10, 1, "FR", "US"),
            ("knowledge_exchange", 2012, 10, 2, "CN", "FR"),
            ("knowledge_exchange", 2012, 10, 2, "CN", "US"),
            ("knowledge_exchange", 2012, 10, 2, "DE", "FR"),
            ("knowledge_exchange", 2012, 10, 2, "DE", "US"),
            ("knowledge_exchange", 2012, 10, 2, "FR", "US"),
        ],
        SCHEMA,
    )
    actual = contributions(*world, study).orderBy("network", "year", "work_id", "src", "dst")
    assert_df_equality(actual, expected, ignore_nullable=True)


def test_a_citation_between_works_of_the_same_two_countries_counts_in_both_directions(
    spark, make_countries, make_citations
):
    countries = make_countries((1, 2010, True, "US CN"), (2, 2010, True, "CN US"))
    found = contributions(
        make_citations((2, 1)),
        countries,
        Study(study="s", title="t", years={"analysis": (2010, 2012)}, trajectories={"window": 3}),
    )
    row = ("knowledge_exchange", 2010, 2, 1, "CN", "US")
    assert_df_equality(
        found.where("cited_work_id IS NOT NULL"), spark.createDataFrame([row, row], SCHEMA), ignore_nullable=True
    )


@pytest.mark.parametrize("joint_papers", ["whole", "left_out"])
@pytest.mark.parametrize("citation_year", ["cited", "cited_window", "citing"])
def test_counted_they_are_the_edges(world, citation_year, joint_papers):
    networks = {"citation_year": citation_year, "citation_years": (citation_year,), "citation_window": 1}
    networks["joint_papers"] = joint_papers
    study = Study(study="s", title="t", years={"analysis": (2010, 2012)}, trajectories={"window": 3}, networks=networks)
    citations, countries = world
    edges = all_edges(countries, citation_flows(citations, countries), study)
    key = ("network", "year", "src", "dst")
    undirected = edges.where("network <> 'citation' AND year BETWEEN 2010 AND 2012").select(*key, "weight")
    counted = contributions(citations, countries, study).groupBy(*key).agg(F.count("*").alias("weight"))
    assert_df_equality(counted.orderBy(*key), undirected.orderBy(*key), ignore_nullable=True)
