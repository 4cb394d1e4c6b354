import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from isthmus.errors import NetworkError
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.fanout import fan_out, fits_of, pairs_of
from isthmus.nullmodels.frames import network_of

pytestmark = pytest.mark.spark

SIX = [(0, 1, 9), (1, 2, 4), (2, 3, 6), (3, 4, 2), (4, 5, 5), (0, 5, 3), (0, 2, 2), (3, 5, 1)]


def edges_of(spark, extra=()):
    rows = [("collaboration", "publication_year", 2001, f"N{i}", f"N{j}", w) for i, j, w in SIX]
    rows += [("collaboration", "publication_year", 2002, f"N{i}", f"N{j}", w) for i, j, w in SIX[:5]]
    return spark.createDataFrame(
        rows + list(extra), "network string, citation_year string, year int, src string, dst string, weight bigint"
    )


def test_every_network_is_fitted_and_pairs_carry_their_key(spark):
    mixed = fan_out(edges_of(spark)).cache()
    pairs = pairs_of(mixed).orderBy("year", "src", "dst").toPandas()
    fits = fits_of(mixed).orderBy("year").toPandas()
    assert fits["status"].tolist() == ["converged", "converged"]
    assert fits["n_nodes"].tolist() == [6, 6]
    assert fits["total_weight"].tolist() == [32, 26]
    assert len(pairs) == 15 + 15
    first = pairs.query("year == 2001 and src == 'N0' and dst == 'N1'").iloc[0]
    assert first["weight"] == 9
    assert first["z"] == pytest.approx(0.498027, abs=1e-6)
    assert first["p_upper"] == pytest.approx(0.211875, abs=1e-6)


def test_a_bad_year_is_a_row_and_ends_no_other(spark):
    bad = [("collaboration", "publication_year", 2003, "N1", "N1", 4)]
    fits = fits_of(fan_out(edges_of(spark, bad))).orderBy("year").toPandas()
    assert fits["status"].tolist() == ["converged", "converged", "failed"]
    assert "N1 - N1" in fits["message"][2]
    assert "loop" in fits["message"][2]


def test_other_keys_and_linked_pairs_only(spark):
    edges = edges_of(spark).select(F.col("year").alias("period"), "dst", "src", "weight")
    mixed = fan_out(edges, keys=("period",), observed_zero=False)
    assert pairs_of(mixed, keys=("period",)).count() == 8 + 5


def test_missing_columns_are_named(spark):
    with pytest.raises(NetworkError, match=r"lack the columns \['weight'\]"):
        fan_out(edges_of(spark).drop("weight"))


def test_the_result_does_not_depend_on_how_spark_splits_the_work(spark):
    edges = edges_of(spark)
    one = pairs_of(fan_out(edges.coalesce(1))).orderBy("year", "src", "dst").toPandas()
    many = pairs_of(fan_out(edges.repartition(7))).orderBy("year", "src", "dst").toPandas()
    pd.testing.assert_frame_equal(one, many)


def test_a_real_year_agrees_with_the_fit_on_arrays(spark, real_edges):
    year = real_edges[real_edges["year"] == 1991]
    edges = spark.createDataFrame(year.assign(network="collaboration", citation_year="publication_year"))
    pairs = pairs_of(fan_out(edges)).toPandas()
    labels, weights = network_of(year)
    fit = fit_ecm(weights)
    index = {name: position for position, name in enumerate(labels)}
    i, j = pairs["src"].map(index).to_numpy(), pairs["dst"].map(index).to_numpy()
    np.testing.assert_allclose(pairs["expected"], fit.expected_weight(i, j), rtol=1e-12)
    assert len(pairs) == len(labels) * (len(labels) - 1) // 2


@pytest.mark.parametrize(("model", "samples"), [("ecm", 40), ("rewiring", 30)])
def test_random_draws_depend_on_seed_and_key_only(spark, model, samples):
    edges = edges_of(spark)
    tables = [
        pairs_of(fan_out(part, model=model, samples=samples, seed=seed)).orderBy("year", "src", "dst").toPandas()
        for part, seed in ((edges.coalesce(1), 3), (edges.repartition(5), 3), (edges, 4))
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0]["expected"].equals(tables[2]["expected"])


def test_the_schema_is_the_same_without_rows(spark):
    edges = edges_of(spark)
    assert fan_out(edges.limit(0)).schema == fan_out(edges).schema
    assert pairs_of(fan_out(edges.limit(0))).count() == 0
