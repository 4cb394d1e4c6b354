"""The measures of yearly networks on Spark are those of each network by itself."""

import networkx as nx
import pandas as pd
import pytest
from chispa import assert_df_equality

from isthmus.centrality.fanout import fan_out_measures, measures_frame

pytestmark = pytest.mark.spark

ROWS = [(2000, "CN", "US", 3), (2000, "NA", "US", 1), (2001, "CN", "NA", 2)]


def test_each_year_is_a_network_of_its_own(spark):
    edges = spark.createDataFrame(ROWS, "year int, src string, dst string, weight bigint")
    found = fan_out_measures(edges, keys=("year",))
    expected = spark.createDataFrame(
        [(2000, "CN", 1, 3.0), (2000, "NA", 1, 1.0), (2000, "US", 2, 4.0), (2001, "CN", 1, 2.0), (2001, "NA", 1, 2.0)],
        "year int, node string, degree int, strength double",
    )
    assert_df_equality(found.drop("pagerank"), expected, ignore_row_order=True, ignore_nullable=True)
    ranks = {(row.year, row.node): row.pagerank for row in found.collect()}
    graph = nx.Graph()
    graph.add_weighted_edges_from(row[1:] for row in ROWS if row[0] == 2000)
    for node, rank in nx.pagerank(graph, tol=1e-13, max_iter=1000).items():
        assert ranks[2000, node] == pytest.approx(rank, abs=1e-9)
    assert ranks[2001, "CN"] == ranks[2001, "NA"] == 0.5


def test_a_pair_that_stands_in_two_rows_counts_as_its_sum():
    twice = pd.DataFrame([("A", "B", 1), ("A", "B", 2)], columns=["src", "dst", "weight"])
    assert measures_frame(twice)["strength"].tolist() == [3.0, 3.0]
    assert measures_frame(twice)["degree"].tolist() == [1, 1]
