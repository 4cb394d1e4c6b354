"""`contributions`: what each work adds to each tie, which summed over works are the edges."""

import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F

from isthmus.config import Study
from isthmus.networks.citation import citation_flows
from isthmus.networks.contributions import contributions
from isthmus.networks.edges import all_edges

pytestmark = pytest.mark.spark

SCHEMA = "network string, year int, work_id bigint, src string, dst string, amount bigint"


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
            ("collaboration", 2010, 1, "CN", "US", 1),
            ("collaboration", 2012, 2, "CN", "DE", 1),
            ("collaboration", 2012, 2, "CN", "FR", 1),
            ("collaboration", 2012, 2, "DE", "FR", 1),
            # 2 {DE CN FR} cites 1 {US CN}
            ("knowledge_exchange", 2010, 2, "CN", "DE", 1),
            ("knowledge_exchange", 2010, 2, "CN", "FR", 1),
            ("knowledge_exchange", 2010, 2, "CN", "US", 1),
            ("knowledge_exchange", 2010, 2, "DE", "US", 1),
            ("knowledge_exchange", 2010, 2, "FR", "US", 1),
            ("knowledge_exchange", 2010, 3, "CN", "US", 1),
            # 10 {FR US} cites 1 {US CN} and 2 {DE CN FR}
            ("knowledge_exchange", 2010, 10, "CN", "FR", 1),
            ("knowledge_exchange", 2010, 10, "CN", "US", 1),
            ("knowledge_exchange", 2010, 10, "FR", "US", 1),
            ("knowledge_exchange", 2012, 10, "CN", "FR", 1),
            ("knowledge_exchange", 2012, 10, "CN", "US", 1),
            ("knowledge_exchange", 2012, 10, "DE", "FR", 1),
            ("knowledge_exchange", 2012, 10, "DE", "US", 1),
            ("knowledge_exchange", 2012, 10, "FR", "US", 1),
        ],
        SCHEMA,
    )
    actual = contributions(*world, study).orderBy("network", "year", "work_id", "src", "dst")
    assert_df_equality(actual, expected, ignore_nullable=True)


@pytest.mark.parametrize("joint_papers", ["whole", "left_out"])
@pytest.mark.parametrize("citation_year", ["cited", "cited_window", "citing"])
def test_summed_over_works_they_are_the_edges(world, citation_year, joint_papers):
    networks = {"citation_year": citation_year, "citation_years": (citation_year,), "citation_window": 1}
    networks["joint_papers"] = joint_papers
    study = Study(study="s", title="t", years={"analysis": (2010, 2012)}, trajectories={"window": 3}, networks=networks)
    citations, countries = world
    edges = all_edges(countries, citation_flows(citations, countries), study)
    key = ("network", "year", "src", "dst")
    undirected = edges.where("network <> 'citation' AND year BETWEEN 2010 AND 2012").select(*key, "weight")
    summed = contributions(citations, countries, study).groupBy(*key).agg(F.sum("amount").alias("weight"))
    assert_df_equality(summed.orderBy(*key), undirected.orderBy(*key), ignore_nullable=True)
