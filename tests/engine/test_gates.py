"""Quality gates: bounds on aggregates, all measured in one pass."""

import pytest
from pyspark.sql import functions as F

from isthmus.engine import Gate, GateResult, check_gates, require
from isthmus.errors import GateError


class TestBound:
    """The accepted range of a gate, in words and as a test."""

    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (1, None, ">= 1"),
            (None, 0.25, "<= 0.25"),
            (0, 1, ">= 0 and <= 1"),
            (5, 5, "= 5"),
            (510_372_821, 510_372_821, "= 510372821"),
            (None, 1e-9, "<= 1e-09"),
            (None, None, "any"),
        ],
    )
    def test_in_words_without_losing_digits(self, low, high, words):
        assert Gate("g", F.lit, "warn", low, high).bound == words

    @pytest.mark.parametrize(
        ("low", "high", "value", "holds"),
        [
            (1, None, 1, True),
            (1, None, 0.999, False),
            (None, 2, 2, True),
            (None, 2, 2.001, False),
            (1, 2, 1.5, True),
            (3, 3, 3.0, True),
            (None, None, -5, True),
            (None, None, None, False),
            (0, None, float("nan"), False),
        ],
    )
    def test_its_ends_are_accepted_and_no_rows_are_not(self, low, high, value, holds):
        assert Gate("g", F.lit, "fail", low, high).holds(value) is holds


class TestRequire:
    """Stopping a run."""

    def result(self, gate="rows", severity="fail", observed=0.0, passed=False):
        return GateResult("works", gate, severity, observed, ">= 1", passed, "Nothing was read.")

    def test_a_failed_gate_stops_with_table_observation_bound_and_advice(self):
        with pytest.raises(GateError) as caught:
            require([self.result()])
        assert str(caught.value) == "a quality check failed:\n  works: rows is 0, accepted >= 1. Nothing was read."

    def test_every_failed_gate_is_named(self):
        with pytest.raises(GateError) as caught:
            require(
                [
                    self.result("a", observed=510_372_820.0),
                    self.result("b", passed=True),
                    self.result("c", observed=None),
                ]
            )
        assert [line.split(",")[0] for line in str(caught.value).splitlines()[1:]] == [
            "  works: a is 510372820",
            "  works: c is unknown (no rows)",
        ]

    def test_warnings_and_passed_gates_do_not_stop(self):
        require([self.result(severity="warn"), self.result(passed=True)])
        require([])


@pytest.mark.spark
class TestCheck:
    """Measuring."""

    @pytest.fixture
    def gates(self, spark):
        return [
            Gate("rows", F.count("*"), "fail", low=1, message="no rows"),
            Gate("share of even numbers", F.avg((F.col("n") % 2 == 0).cast("int")), "warn", low=0.5, message="too few"),
            Gate("largest", F.max("n"), "fail", high=3, message="too large"),
            Gate("all positive", F.bool_and(F.col("n") > 0), "fail", low=1, high=1, message="not positive"),
        ]

    def test_each_gate_gets_its_own_number(self, spark, gates):
        rows = spark.createDataFrame([(1,), (2,), (3,), (5,)], "n int")
        assert check_gates("numbers", rows, gates) == [
            GateResult("numbers", "rows", "fail", 4.0, ">= 1", True, "no rows"),
            GateResult("numbers", "share of even numbers", "warn", 0.25, ">= 0.5", False, "too few"),
            GateResult("numbers", "largest", "fail", 5.0, "<= 3", False, "too large"),
            GateResult("numbers", "all positive", "fail", 1.0, "= 1", True, "not positive"),
        ]

    def test_an_empty_table_has_no_average(self, spark, gates):
        results = check_gates("numbers", spark.createDataFrame([], "n int"), gates)
        assert [(r.observed, r.passed) for r in results] == [(0.0, False), (None, False), (None, False), (None, False)]

    def test_no_gates_are_no_results(self, spark):
        assert check_gates("numbers", spark.createDataFrame([(1,)], "n int"), []) == []

    def test_all_gates_take_one_pass(self, spark, gates):
        seen = spark.createDataFrame([(1,), (2,)], "n int")
        passes = []

        class Counted:
            def agg(self, *columns):
                passes.append(len(columns))
                return seen.agg(*columns)

        check_gates("numbers", Counted(), gates)
        assert len(passes) == 1
