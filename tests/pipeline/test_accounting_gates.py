"""The checks of what was read: each line in a count, and how many values were set aside."""

import pytest

from isthmus.engine import check_gates
from isthmus.pipeline.snapshot_stages import MOST_SET_ASIDE, _accounting_gates

pytestmark = pytest.mark.spark

SCHEMA = "read bigint, kept bigint, rejected bigint, superseded bigint, deleted bigint, merged bigint, odd bigint"
UNCOUNTED, REJECTED, ODD = 0, 1, 2


def passed(spark, *row):
    return [
        result.passed for result in check_gates("accounting", spark.createDataFrame([row], SCHEMA), _accounting_gates())
    ]


def test_a_line_in_no_count_and_codes_of_no_country_are_seen(spark):
    assert passed(spark, 1000, 990, 4, 3, 2, 1, 0) == [True, True, True]
    assert not passed(spark, 1000, 990, 4, 3, 2, 0, 0)[UNCOUNTED]
    most = int(990 * MOST_SET_ASIDE)
    assert passed(spark, 1000, 990, 4, 3, 2, 1, most)[ODD]
    assert not passed(spark, 1000, 990, 4, 3, 2, 1, most + 1)[ODD]
    assert passed(spark, 1000, 990, 4, 3, 2, 1, None)[ODD]
    assert not passed(spark, 1000, 490, 504, 3, 2, 1, 0)[REJECTED]
