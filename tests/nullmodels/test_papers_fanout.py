"""Null models of papers year by year in Spark: edges and papers of a year meet, others are rows with a reason."""

import pandas as pd
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.fanout import fan_out, fits_of, pairs_of
from isthmus.nullmodels.paper_frames import paper_significance_frames
from isthmus.nullmodels.papers_fanout import fan_out_papers

pytestmark = pytest.mark.spark

EDGES = "network string, citation_year string, year int, src string, dst string, weight bigint"
PAPERS = "year int, n_countries int, country string, n_papers bigint"
LINKS = [("CN", "US", 3), ("DE", "US", 1), ("NA", "US", 1)]
SIZES = [(1, "US", 4), (1, "NA", 2), (2, "US", 5), (2, "CN", 3), (2, "DE", 1), (2, "NA", 1), (1, "CN", 1)]


def test_each_year_meets_its_papers(spark):
    ours = ("collaboration", "publication_year")
    edges = spark.createDataFrame(
        [(*ours, year, *link) for year in (2001, 2002, 2003) for link in LINKS]
        + [("knowledge_exchange", "cited_year", 2001, "CN", "US", 7)],
        EDGES,
    )
    broken = [(2002, k, c, n + (c == "DE")) for k, c, n in SIZES]
    papers = spark.createDataFrame([(2001, *row) for row in SIZES] + broken + [(1999, 1, "US", 1)], PAPERS)
    mixed = fan_out_papers(edges, papers, model="papers").cache()
    assert mixed.schema == fan_out(edges).schema
    fits = fits_of(mixed).orderBy("network", "year").toPandas()
    assert fits["status"].tolist() == ["converged", "failed", "failed", "failed"]
    assert fits["null_model"].tolist() == ["papers"] * 4
    assert "some of their countries are missing" in fits["message"][1]
    assert "no papers of this network" in fits["message"][2]
    assert "collaboration only, not knowledge_exchange" in fits["message"][3]
    pairs = pairs_of(mixed).orderBy("src", "dst").toPandas()
    expected, _ = paper_significance_frames(
        pd.DataFrame(LINKS, columns=["src", "dst", "weight"]),
        pd.DataFrame(SIZES, columns=["n_countries", "country", "n_papers"]),
    )
    assert set(pairs["year"]) == {2001}
    pd.testing.assert_frame_equal(pairs[expected.columns], expected, check_dtype=False)
    with pytest.raises(NetworkError, match=r"papers lack the columns \['n_papers'\]"):
        fan_out_papers(edges, papers.drop("n_papers"))
