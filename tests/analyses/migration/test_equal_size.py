"""As many others as there are movers: who is drawn depends on the seed and the number alone."""

import pytest
from chispa import assert_df_equality

from isthmus.analyses.migration.matched import equally_many

pytestmark = pytest.mark.spark

WHO = "author_id bigint, group string"
MOVERS = [(1, "moved from there"), (2, "moved from there")]
OTHERS = [(number, "never moved" if number % 2 else "moved elsewhere") for number in range(3, 40)]


def drawn(spark, rows, seed):
    return equally_many(spark.createDataFrame(rows, WHO), seed=seed).orderBy("author_id")


def test_all_movers_stay_and_as_many_others_however_the_rows_lie(spark):
    found = drawn(spark, MOVERS + OTHERS, 1)
    assert_df_equality(drawn(spark, [*OTHERS[::-1], *MOVERS], 1), found)
    rows = [tuple(row) for row in found.collect()]
    assert rows[:2] == MOVERS
    assert len(rows) == 4
    assert set(rows[2:]) <= set(OTHERS)
    assert any(drawn(spark, MOVERS + OTHERS, seed).collect() != found.collect() for seed in (2, 3)), "the seed decides"


def test_fewer_others_than_movers_are_all_kept(spark):
    few = [*MOVERS, OTHERS[0]]
    assert_df_equality(drawn(spark, few, 1), spark.createDataFrame(few, WHO))
