"""Degree, strength and PageRank of every network of a study: each network is one task."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, IntegerType, StringType, StructField, StructType
from scipy import sparse

from isthmus.centrality.measures import degrees, pagerank, strengths


def fan_out_measures(edges: DataFrame, *, keys: Sequence[str]) -> DataFrame:
    """Return the nodes of undirected networks with their measures: keys, node, degree, strength, pagerank.

    Parameters
    ----------
    edges : DataFrame
        The keys, src, dst (strings), weight; a row per pair of nodes.
    keys : Sequence[str]
        Columns that tell the networks apart, such as the year.
    """
    own = [
        StructField("node", StringType(), nullable=False),
        StructField("degree", IntegerType(), nullable=False),
        StructField("strength", DoubleType(), nullable=False),
        StructField("pagerank", DoubleType(), nullable=False),
    ]
    schema = StructType([*(edges.schema[key] for key in keys), *own])

    def work(rows: pd.DataFrame) -> pd.DataFrame:
        found = measures_frame(rows)
        for at, key in enumerate(keys):
            found.insert(at, key, rows[key].iloc[0])
        return found

    return edges.select(*keys, "src", "dst", "weight").groupBy(*keys).applyInPandas(work, schema=schema)


def measures_frame(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the nodes of one undirected network by name: node, degree, strength, pagerank.

    Parameters
    ----------
    edges : pandas.DataFrame
        src, dst, weight; a row per pair of nodes.
    """
    nodes, position = np.unique(edges[["src", "dst"]].to_numpy(dtype=str), return_inverse=True)
    src, dst = position.reshape(-1, 2).T
    both = (np.r_[src, dst], np.r_[dst, src])
    weights = sparse.csr_array((np.tile(edges["weight"].to_numpy(dtype=np.float64), 2), both), shape=(len(nodes),) * 2)
    return pd.DataFrame(
        {
            "node": nodes,
            "degree": degrees(weights).astype(np.int32),
            "strength": strengths(weights),
            "pagerank": pagerank(weights),
        }
    )
