"""The bootstrap over works on literal rows: weights, intervals and labels, however Spark splits the work."""

import math

import numpy as np
import pytest
from chispa import assert_approx_df_equality, assert_df_equality
from scipy import stats

from isthmus.trajectories.bootstrap_fanout import propensity_intervals, replicate_labels, resampled_weights
from isthmus.trajectories.resampling import poisson_weights

pytestmark = pytest.mark.spark

ADDED = "network string, year int, work_id bigint, cited_work_id bigint, src string, dst string"
WEIGHTS = "network string, year int, src string, dst string, weights array<bigint>, surplus bigint"
TESTS = "network string, year int, src string, dst string, weight bigint, expected double"
BOUNDS = (
    "network string, first_year int, last_year int, src string, dst string, weight bigint, expected double, "
    "propensity double, propensity_low double, propensity_high double, design_effect double"
)


def _drawn(replicates, seed, *works):
    return [poisson_weights(np.array([w]), replicates=replicates, seed=seed)[0].astype(int) for w in works]


@pytest.mark.parametrize("parts", [1, 3])
def test_weights_are_summed_over_works_and_citations(spark, parts):
    added = spark.createDataFrame(
        [
            ("collaboration", 2010, 1, None, "CN", "US"),
            ("collaboration", 2010, 2, None, "CN", "US"),
            ("collaboration", 2011, 1, None, "CN", "US"),
            ("knowledge_exchange", 2010, 2, 1, "CN", "US"),
            ("knowledge_exchange", 2010, 3, 1, "CN", "US"),
            ("knowledge_exchange", 2010, 3, 1, "DE", "US"),
            ("knowledge_exchange", 2010, 3, 1, "DE", "US"),
            ("knowledge_exchange", 2010, 3, 2, "DE", "US"),
        ],
        ADDED,
    )
    one, two, three = _drawn(4, 9, 1, 2, 3)
    expected = spark.createDataFrame(
        [
            ("collaboration", 2010, "CN", "US", (one + two).tolist(), 0),
            ("collaboration", 2011, "CN", "US", one.tolist(), 0),
            ("knowledge_exchange", 2010, "CN", "US", (two * one + three * one).tolist(), 4),
            ("knowledge_exchange", 2010, "DE", "US", (2 * three * one + three * two).tolist(), 10),
        ],
        WEIGHTS,
    )
    found = resampled_weights(added, replicates=4, seed=9, parts=parts)
    assert_df_equality(found.orderBy("network", "year", "src"), expected, ignore_nullable=True)


def test_intervals_of_single_years_and_of_the_window(spark):
    """Four replicates at a level of .5: the quantiles .25 and .75, taken outwards, are the least and the most."""
    weights = spark.createDataFrame(
        [
            ("collaboration", 2010, "CN", "US", [8, 12, 10, 14], 0),
            ("collaboration", 2011, "CN", "US", [2, 8, 4, 10], 0),
            ("collaboration", 2011, "CN", "DE", [0, 1, 1, 2], 0),
        ],
        WEIGHTS,
    )
    tests = spark.createDataFrame(
        [
            ("collaboration", 2010, "CN", "US", 10, 5.0),
            ("collaboration", 2011, "CN", "US", 5, 5.0),
            ("collaboration", 2011, "CN", "DE", 1, 2.0),
            ("collaboration", 2011, "DE", "US", 0, 4.0),
        ],
        TESTS,
    )
    found = propensity_intervals(
        weights, tests, years=(2010, 2011), window=(2010, 2011), replicates=4, level=0.5
    ).orderBy("first_year", "last_year", "src", "dst")
    upper = -math.log(0.25)
    # of nothing observed: of the linked pairs the smaller half is one paper; squares 1 + 0 + 0 + 1, over 4 times 1
    small = 1.0
    few = float(stats.chi2(2 * 2).ppf(0.75) / 2)  # Garwood's upper bound of one paper
    none = (2 - math.sqrt(2)) ** 2

    def around(weight, quantile):
        return (2 * math.sqrt(weight) - math.sqrt(quantile)) ** 2

    expected = spark.createDataFrame(
        [
            ("collaboration", 2010, 2010, "CN", "US", 10, 5.0, 2.0, around(10, 14) / 5, around(10, 8) / 5, 24 / 40),
            ("collaboration", 2010, 2011, "CN", "DE", 1, 2.0, 0.5, none / 2, few / 2, 2 / 4),
            (
                "collaboration",
                2010,
                2011,
                "CN",
                "US",
                15,
                10.0,
                1.5,
                around(15, 24) / 10,
                around(15, 10) / 10,
                132 / 60,
            ),
            ("collaboration", 2010, 2011, "DE", "US", 0, 4.0, 0.0, 0.0, upper * small / 4, small),
            ("collaboration", 2011, 2011, "CN", "DE", 1, 2.0, 0.5, none / 2, few / 2, 2 / 4),
            ("collaboration", 2011, 2011, "CN", "US", 5, 5.0, 1.0, around(5, 10) / 5, around(5, 2) / 5, 44 / 20),
            ("collaboration", 2011, 2011, "DE", "US", 0, 4.0, 0.0, 0.0, upper * small / 4, small),
        ],
        BOUNDS,
    )
    assert_approx_df_equality(found, expected, 1e-9, ignore_nullable=True)


def test_what_is_expected_moves_with_the_sizes_of_both_ends(spark):
    """China and the United States write more in one replicate and less in another; the tie of China and Germany stays.

    In 2010 it is expected to move by 30 / 100 - 30 / 200, in 2011, when it is not linked, by 30 / 60 - 30 / 160.
    """
    others = [("CN", "US", 60, [60, 60, 90, 30]), ("DE", "US", 100, [100] * 4)]
    weights = [("collaboration", year, src, dst, drawn, 0) for year in (2010, 2011) for src, dst, _, drawn in others]
    tests = [("collaboration", year, src, dst, w, 50.0) for year in (2010, 2011) for src, dst, w, _ in others]
    tests += [("collaboration", 2010, "CN", "DE", 40, 20.0), ("collaboration", 2011, "CN", "DE", 0, 10.0)]
    weights.append(("collaboration", 2010, "CN", "DE", [40] * 4, 0))
    found = propensity_intervals(
        spark.createDataFrame(weights, WEIGHTS),
        spark.createDataFrame(tests, TESTS),
        years=(2010, 2010),
        window=(2010, 2011),
        replicates=4,
        level=0.5,
    ).toPandas()
    bounds = found[found["dst"] == "DE"].set_index(["first_year", "last_year"])
    for last, expected, move in ((2010, 20.0, 20 * (3 / 10 - 3 / 20)), (2011, 30.0, 3 + 10 * (3 / 6 - 3 / 16))):
        low, high = ((2 * math.sqrt(40) - math.sqrt(40 * (1 + way * move / expected))) ** 2 for way in (1, -1))
        assert bounds.loc[(2010, last), "propensity_low"] == pytest.approx(low / expected)
        assert bounds.loc[(2010, last), "propensity_high"] == pytest.approx(high / expected)
        assert bounds.loc[(2010, last), "design_effect"] == 0


def test_citations_come_in_bundles_and_without_their_surplus(spark):
    """Of the linked pairs the smaller half is one tie: variance 6 - 2 over weight 2, so citations come in pairs."""
    weights = spark.createDataFrame(
        [
            ("knowledge_exchange", 2010, "CN", "US", [0, 6, 0, 2], 2),  # squares 4 + 16 + 4 + 0, over 4: 6
            ("knowledge_exchange", 2010, "CN", "DE", [10, 20, 9, 9], 0),
        ],
        WEIGHTS,
    )
    tests = spark.createDataFrame(
        [
            ("knowledge_exchange", 2010, "CN", "US", 2, 1.0),
            ("knowledge_exchange", 2010, "CN", "DE", 12, 1.0),
            ("knowledge_exchange", 2010, "DE", "US", 0, 4.0),
        ],
        TESTS,
    )
    found = propensity_intervals(
        weights, tests, years=(2010, 2010), window=(2010, 2010), replicates=4, level=0.5
    ).toPandas()
    of = found.set_index(["src", "dst"])
    assert of.loc[("CN", "US"), "design_effect"] == pytest.approx((6 - 2) / 2)
    assert of.loc[("DE", "US"), "design_effect"] == pytest.approx((6 - 2) / 2)
    assert of.loc[("DE", "US"), "propensity_high"] == pytest.approx(-math.log(0.25) * 2 / 4)


def test_a_window_of_one_year_stands_once(spark):
    weights = spark.createDataFrame([("collaboration", 2010, "CN", "US", [8, 12], 0)], WEIGHTS)
    tests = spark.createDataFrame([("collaboration", 2010, "CN", "US", 10, 5.0)], TESTS)
    for window, spans in (((2010, 2010), 1), ((2010, 2011), 2)):
        found = propensity_intervals(weights, tests, years=(2010, 2010), window=window, replicates=2, level=0.5)
        assert found.count() == spans


def test_labels_are_those_of_the_nearest_centroid_with_the_null_model_held_fixed(spark):
    years = list(range(2010, 2016))
    rise, fall = np.linspace(-1, 1, 6), np.linspace(1, -1, 6)
    centroids = np.stack([np.stack([a, b], axis=1) for a, b in ((rise, rise), (fall, fall))])
    tests, weights = [], []
    for at, year in enumerate(years):
        for network in ("collaboration", "knowledge_exchange"):
            tests.append((network, year, "CN", "US", 10, 10.0, 2.0))
            weights.append((network, year, "CN", "US", [10 + at, 10 + at, 20 - at, 7], 0))
            tests.append((network, year, "DE", "US", 0, 3.0, 1.0))  # no weight in any replicate: it does not move
    tests.append(("collaboration", 2010, "FR", "US", 4, 3.0, 1.0))  # not followed
    found = replicate_labels(
        spark.createDataFrame(weights, WEIGHTS),
        spark.createDataFrame(tests, f"{TESTS}, sd double"),
        spark.createDataFrame(
            [("CN", "US", 0, "SC"), ("DE", "US", 1, "SD")], "src string, dst string, cluster int, label string"
        ),
        centroids=centroids,
        years=(2010, 2015),
        window=3,
        order=1,
        replicates=4,
        parts=2,
    ).orderBy("src")
    expected = spark.createDataFrame(
        [("CN", "US", 0, "SC", 2 / 3, 3, [2 / 3, 1 / 3]), ("DE", "US", 1, "SD", None, 0, None)],
        "src string, dst string, cluster int, label string, kept double, replicates int, shares array<double>",
    )
    assert found.collect() == expected.collect()
