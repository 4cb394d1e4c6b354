"""Who writes with whom between all cities on literal rows, and its tests against the null model on arrays."""

import numpy as np
import pandas as pd
import pytest
from chispa import assert_df_equality

from isthmus.indicators.cities.pairs import LEAST_EXPECTED, city_pairs, pairs_against_size
from isthmus.nullmodels.ecm import fit_ecm
from isthmus.nullmodels.grades import grade_pairs
from isthmus.nullmodels.significance import benjamini_hochberg, pair_significance

pytestmark = pytest.mark.spark

WORKS = "work_id bigint, year int, last_cities array<bigint>, other_cities array<bigint>"
PAIRS = "first_year int, last_year int, src bigint, dst bigint, weight bigint, years_seen int"


def test_a_work_counts_once_for_each_pair_of_its_cities_in_its_year_and_in_the_window(spark):
    rows = [
        (1, 2015, [3], [1, 3]),  # a coauthor at home, one elsewhere
        (2, 2016, [1, 2], []),  # two affiliations of the one author
        (3, 2016, [1], [2, 3]),
        (4, 2014, [1], [2]),  # before the window
        (5, 2016, [], [2, 3]),  # a last author without a place
        (6, 2016, [1], [1]),
        (7, 2012, [1], [2]),  # before the years
    ]
    expected = [
        (2014, 2014, 1, 2, 1, 1),
        (2015, 2015, 1, 3, 1, 1),
        (2016, 2016, 1, 2, 2, 1),
        (2016, 2016, 1, 3, 1, 1),
        (2016, 2016, 2, 3, 2, 1),
        (2015, 2016, 1, 2, 2, 1),
        (2015, 2016, 1, 3, 2, 2),
        (2015, 2016, 2, 3, 2, 1),
    ]
    found = city_pairs(spark.createDataFrame(rows, WORKS), (2013, 2019), (2015, 2016))
    assert_df_equality(found, spark.createDataFrame(expected, PAIRS), ignore_row_order=True, ignore_nullable=True)
    alone = city_pairs(spark.createDataFrame(rows, WORKS), (2013, 2019), (2016, 2016))
    assert alone.count() == 5, "a window of one year is that year"


def drawn(first, last, seed, n=12):
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.0, n) + 0.5
    upper = np.triu(rng.poisson(2 * np.outer(size, size)), 1)
    i, j = np.nonzero(upper)
    ids = 10**9 * (i + 1), 10**9 * (j + 1)
    frame = pd.DataFrame({"src": ids[0], "dst": ids[1], "weight": upper[i, j]})
    return frame.assign(first_year=first, last_year=last, years_seen=1 + (i + j) % 2), upper + upper.T


def test_each_network_is_tested_as_on_arrays_and_a_broken_one_says_so(spark):
    frames, matrices = zip(drawn(2015, 2015, 1), drawn(2015, 2019, 2), strict=True)
    broken = pd.DataFrame(
        {"first_year": 2016, "last_year": 2016, "src": [4], "dst": [4], "weight": [3], "years_seen": 1}
    )
    names = [part.split()[0] for part in PAIRS.split(", ")]
    rows = pd.concat([*frames, broken], ignore_index=True)[names]
    found = pairs_against_size(spark.createDataFrame(rows, PAIRS), rate=0.05, threshold=2.0).toPandas()
    fits = found[found["kind"] == "fit"].set_index(["first_year", "last_year"])
    assert fits.loc[(2016, 2016), "status"] == "failed"
    assert fits.loc[(2016, 2016), "message"]
    for (first, last), weights, frame in zip(((2015, 2015), (2015, 2019)), matrices, frames, strict=True):
        present = np.flatnonzero(weights.sum(axis=0))
        table = pair_significance(weights, fit_ecm(weights))
        kept = (table.weight > 0) | (table.expected >= LEAST_EXPECTED)
        own = found[(found["kind"] == "pair") & (found["first_year"] == first) & (found["last_year"] == last)]
        own = own.sort_values(["src", "dst"])
        np.testing.assert_array_equal(own["src"], 10**9 * (table.i[kept] + 1))
        np.testing.assert_array_equal(own["dst"], 10**9 * (table.j[kept] + 1))
        np.testing.assert_allclose(own["expected"].astype(float), table.expected[kept], rtol=1e-9)
        np.testing.assert_allclose(own["p_upper"].astype(float), table.p_upper[kept], rtol=1e-9)
        assert fits.loc[(first, last), "n_pairs"] == present.size * (present.size - 1) // 2
        seen = own.merge(frame[["src", "dst", "years_seen"]], on=["src", "dst"], how="left", suffixes=("", "_given"))
        assert (seen["years_seen"] == seen["years_seen_given"].fillna(0)).all()
        grades = grade_pairs(
            p_upper=table.p_upper[kept], p_lower=table.p_lower[kept], q_upper=table.q_value[kept],
            q_lower=benjamini_hochberg(table.p_lower)[kept], expected=table.expected[kept],
            years_seen=own["years_seen"].astype(int), mean_z=table.z[kept], false_discovery_rate=0.05, threshold=2.0,
        )  # fmt: skip
        assert own["grade"].fillna("").tolist() == [grade or "" for grade in grades.grade]
