import numpy as np
import pandas as pd
import pytest

from isthmus.errors import NetworkError
from isthmus.nullmodels.directed_fanout import directed_pairs_of, fan_out_directed
from isthmus.nullmodels.directed_frames import directed_significance_frames
from isthmus.nullmodels.fanout import fits_of

pytestmark = pytest.mark.spark

ROWS = [(0, 1, 5), (0, 2, 2), (0, 4, 1), (1, 0, 3), (1, 3, 4), (2, 0, 1), (2, 1, 2), (2, 4, 6), (3, 1, 1), (3, 2, 3)]


def edges_of(spark):
    rows = [(year, f"N{i}", f"N{j}", w) for year in (2001, 2002) for i, j, w in ROWS[: len(ROWS) - year % 2001]]
    return spark.createDataFrame([*rows, (2003, "N1", "N1", 4)], "year int, src string, dst string, weight bigint")


def test_years_are_fitted_as_on_frames_and_a_bad_one_is_a_row(spark):
    edges = edges_of(spark)
    mixed = fan_out_directed(edges, keys=("year",)).cache()
    order = ["year", "src", "dst"]
    found = directed_pairs_of(mixed, keys=("year",)).toPandas().sort_values(order, ignore_index=True)
    fits = fits_of(mixed, keys=("year",)).toPandas().sort_values("year", ignore_index=True)
    pairs, wanted = directed_significance_frames(edges.toPandas(), by=("year",))
    assert fits["status"].tolist() == ["converged", "converged", "failed"]
    assert fits["message"][2] == wanted["message"][2]
    pairs = pairs.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(found[order], pairs[order], check_dtype=False)
    for name in ("z", "p_upper", "q_value", "q_lower"):
        np.testing.assert_allclose(found[name].astype(float), pairs[name], rtol=1e-9)


def test_missing_columns_are_named(spark):
    with pytest.raises(NetworkError, match=r"lack the columns \['weight'\]"):
        fan_out_directed(edges_of(spark).drop("weight"), keys=("year",))
