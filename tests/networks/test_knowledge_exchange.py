"""`knowledge_exchange`: citations from one country to the other and vice versa."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.networks.tables import COUNTRY_EDGES
from isthmus.networks.citation import knowledge_exchange

pytestmark = pytest.mark.spark


# network, citation year, year, source, target, weight, fractional, separate, separate_fractional
DIRECTED = [
    ("citation", "cited", 2000, "CN", "US", 3, 1.5, 1, 0.25),
    ("citation", "cited", 2000, "US", "CN", 4, 2.0, 4, 2.0),
    ("citation", "cited", 2000, "US", "DE", 5, 5.0, 0, 0.0),  # one direction only, all of joint papers
    ("citation", "cited", 2001, "US", "CN", 6, 6.0, 6, 6.0),
    ("citation", "citing", 2000, "ZA", "NA", 7, 7.0, 6, 6.5),  # another citation year
]
WHOLE = [
    ("knowledge_exchange", "cited", 2000, "CN", "US", 7, 3.5, 2),
    ("knowledge_exchange", "cited", 2000, "DE", "US", 5, 5.0, 5),
    ("knowledge_exchange", "cited", 2001, "CN", "US", 6, 6.0, 0),
    ("knowledge_exchange", "citing", 2000, "NA", "ZA", 7, 7.0, 1),
]
LEFT_OUT = [
    ("knowledge_exchange", "cited", 2000, "CN", "US", 5, 2.25, 2),
    ("knowledge_exchange", "cited", 2001, "CN", "US", 6, 6.0, 0),
    ("knowledge_exchange", "citing", 2000, "NA", "ZA", 6, 6.5, 1),
]


@pytest.mark.parametrize(("joint_papers", "expected"), [("whole", WHOLE), ("left_out", LEFT_OUT)])
def test_both_directions_are_added_and_written_in_order(spark, make_edges, joint_papers, expected):
    schema = "network string, citation_year string, year int, src string, dst string, weight bigint, fractional double"
    rows = [("s", "2026-06-25", *row) for row in DIRECTED]
    directed = spark.createDataFrame(
        rows, f"study string, release string, {schema}, separate bigint, separate_fractional double"
    )
    found = knowledge_exchange(directed, joint_papers=joint_papers)
    actual = found.select(*COUNTRY_EDGES.columns).orderBy("citation_year", "year", "src", "dst")
    assert_df_equality(actual, make_edges(*expected), ignore_nullable=True)
