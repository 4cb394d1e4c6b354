"""Indices, expected counts, ranks and summaries as DataFrames, on literal rows."""

import math

import pytest
from chispa import assert_df_equality

from isthmus.indicators.disruption.expected_fanout import EXPECTED, collect_marginals, fan_out_expected
from isthmus.indicators.disruption.fanout import COUNTS
from isthmus.indicators.disruption.yearly_fanout import (
    RANKS,
    SUMMARISED,
    fan_out_ranks,
    fan_out_summaries,
    with_indices,
)

pytestmark = pytest.mark.spark

COUNTED = (
    "work_id bigint, year int, n_references bigint, "
    + ", ".join(f"{name} bigint" for name in COUNTS)
    + ", expected_n_j double, expected_reached double"
)
INDEXED = (
    "work_id bigint, year int, n_references bigint, n_i bigint, n_j bigint, n_k bigint, n_j_strong bigint, cd double, "
    "cd5 double, cdnok double, di5 double, dependence double, cd_all double, expected_n_j double, expected_n_k double, "
    "expected_cd double"
)


def test_indices_are_null_below_the_bound_and_where_nothing_is_cited(spark):
    rows = [
        (1, 2001, 4, 3, 1, 4, 1, 6, 1, 1, 2, 0.5, 4.5),
        (2, 2001, 1, 2, 0, 0, 0, 0, 2, 0, 0, 0.0, 0.0),
        (3, 2001, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0.25, 0.125),
    ]
    found = with_indices(spark.createDataFrame(rows, COUNTED), minimum_references=2)
    expected = [
        # of its four citers half a one is expected to cite a reference, too: 3.5 - 0.5 over 4 + 4
        (1, 2001, 4, 3, 1, 4, 1, 0.25, 0.0, 0.5, 0.25, 1.5, 0.25, 0.5, 4.0, 3 / 8),
        (2, 2001, 1, 2, 0, 0, 0, None, None, None, None, None, 1.0, None, None, None),
        # nobody cites it: what is expected beyond what is reached is rounding
        (3, 2001, 3, 0, 0, 0, 0, None, None, None, None, None, None, 0.25, 0.0, None),
    ]
    assert_df_equality(found, spark.createDataFrame(expected, INDEXED), ignore_nullable=True)


def test_expected_counts_of_a_case_by_hand(spark):
    # f (1) of 2000 cites r (2) of 1999; a (3) and b (4) of 2001 cite both; x (5) cites f and has no year
    dated = spark.createDataFrame(
        [(1, 2, 2000, 1999), (3, 2, 2001, 1999), (3, 1, 2001, 2000), (4, 2, 2001, 1999), (4, 1, 2001, 2000),
         (5, 1, None, 2000)],
        "citing_work_id bigint, cited_work_id bigint, citing_year smallint, cited_year smallint",
    )  # fmt: skip
    focal = spark.createDataFrame([(1, 2000), (9, 2000)], "work_id bigint, year int")
    found = fan_out_expected(focal, dated).orderBy("work_id")
    assert found.schema.simpleString() == spark.createDataFrame([], EXPECTED).schema.simpleString()
    assert [tuple(row) for row in found.collect()] == [
        pytest.approx((1, 2 * (1 - math.exp(-1)), 2.0)),
        pytest.approx((9, 0.0, 0.0)),
    ]
    margins = collect_marginals(dated.where("citing_year IS NOT NULL"))
    assert (margins.first_citing, margins.first_cited) == (2000, 1999)
    assert margins.slots.tolist() == [[1, 0], [2, 2]]
    assert margins.pairs[1].tolist() == [[0, 2], [2, 0]]
    nothing = fan_out_expected(focal, dated.where("citing_year > 2001")).orderBy("work_id")
    assert [tuple(row) for row in nothing.collect()] == [(1, 0.0, 0.0), (9, 0.0, 0.0)]


def test_ranks_are_within_a_year(spark):
    rows = [(1, 2001, 3, 0.5), (2, 2001, 9, -0.5), (3, 2001, 9, None), (4, 2002, 3, 0.1)]
    measured = spark.createDataFrame(rows, "work_id bigint, year int, n_references bigint, cd double")
    found = fan_out_ranks(measured, share=0.4, ties="all")
    expected = [(1, 0.75, 0.5, 1.0, 0.0), (2, 0.25, 0.5, 0.0, 1.0), (3, *[None] * 4), (4, 0.5, 0.5, 1.0, 1.0)]
    assert_df_equality(found, spark.createDataFrame(expected, RANKS), ignore_nullable=True, ignore_row_order=True)


def test_a_summary_for_each_place_and_year(spark):
    columns = ", ".join(f"{name} double" for name in SUMMARISED)
    rows = [
        (kind, place, year, work, *[0.1 * work] * len(SUMMARISED))
        for kind, place, year, work in (
            ("world", "world", 2001, 1), ("world", "world", 2001, 2), ("world", "world", 2002, 3), ("country", "NA", 2001, 2),
        )
    ]  # fmt: skip
    placed = spark.createDataFrame(rows, f"place_kind string, place string, year int, work_id bigint, {columns}")
    found = fan_out_summaries(placed, level=0.9, replicates=10, seed=1).orderBy("place", "year")
    summed = found.select("place_kind", "place", "year", "papers", "measured", "cd", "most_disruptive").collect()
    assert [tuple(row)[:5] for row in summed] == [
        ("country", "NA", 2001, 1, 1), ("world", "world", 2001, 2, 2), ("world", "world", 2002, 1, 1),
    ]  # fmt: skip
    assert [row["cd"] for row in summed] == pytest.approx([0.2, 0.15, 0.3])
    assert [row["most_disruptive"] for row in summed] == pytest.approx([0.2, 0.3, 0.3])
