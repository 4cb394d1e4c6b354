"""The same match in Spark and on one machine."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from chispa import assert_df_equality
from pyspark.sql import functions as F
from tests.matching.conftest import CUTS

from isthmus.errors import MatchingError
from isthmus.matching import match
from isthmus.matching.coarsening import coarsening
from isthmus.matching.fanout import fan_out_sums, matched_histogram
from isthmus.matching.units_fanout import coded

pytestmark = pytest.mark.spark
TOY = "A,1,4 A,1,6 A,0,3 B,1,9 B,0,2 B,0,3 B,0,7 C,1,5 D,0,1 D,0,2"


@pytest.fixture(scope="module")
def toy_units(spark):
    rows = [(s, int(t), int(y)) for s, t, y in (row.split(",") for row in TOY.split())]
    return spark.createDataFrame(rows, "s string, t int, y bigint").coalesce(1)


def people(n=400, seed=0):
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 60, n).astype(float)
    place = rng.choice(["Bern", "Oslo", "Rome"], n).astype(object)
    moved = rng.random(n) < np.where(place == "Rome", 0.5, 0.2)
    frame = pd.DataFrame({"age": age, "place": place, "year": 2000 + age.astype(int) % 3, "moved": moved})
    frame["papers"] = rng.poisson(age / 10 + moved)
    frame["joint"] = rng.binomial(frame["papers"], 0.4)
    frame["impact"] = frame["papers"] / 7 + 100
    frame.loc[:9, "age"] = np.nan
    frame.loc[5:14, "place"] = None
    return frame


SCHEMA = "age double, place string, year int, moved boolean, papers bigint, joint bigint, impact double"


@pytest.fixture(scope="module")
def both(spark):
    """The same match of the same units, on one machine and in Spark."""
    frame = people()
    options = {"treatment": "moved", "exact": ["year", "place"], "coarsen": {"age": "quantiles:4"}}
    units = spark.createDataFrame(frame, SCHEMA).withColumn("age", F.col("age"))
    return match(frame, **options), match(units, **options)


def test_the_toy(toy_units):
    found = match(toy_units, treatment="t", exact="s")
    got = found.effect("y")
    assert (got.satt, got.n_treated, got.n_control, got.n_strata) == (pytest.approx(3), 3, 4, 2)
    errors = {"robust": 1.518067, "clustered": 1.460593, "stratified": 2.009238}
    for method, error in errors.items():
        assert got.estimate(method).error == pytest.approx(error, abs=5e-7)
    assert found.balance().l1_before == pytest.approx(7 / 12)


def test_the_toys_weights_on_literal_rows(spark, toy_units):
    got = match(toy_units, treatment="t", exact="s").weights().orderBy("s", F.desc("t"), "y")
    w = {("A", 1): 1.0, ("A", 0): 8 / 3, ("B", 1): 1.0, ("B", 0): 4 / 9, ("C", 1): 0.0, ("D", 0): 0.0}
    rows = [(s, int(t), int(y), s, w[s, int(t)]) for s, t, y in (row.split(",") for row in TOY.split())]
    wanted = spark.createDataFrame(rows, "s string, t int, y bigint, stratum_s string, weight double")
    assert_df_equality(
        got.select("*", F.round("weight", 12).alias("w")).drop("weight"),
        wanted.select("*", F.round("weight", 12).alias("w")).drop("weight"),
        ignore_nullable=True,
    )


def test_codes_of_strata_on_literal_rows(spark):
    units = spark.createDataFrame(
        [(1.0, "x"), (2.0, None), (2.5, "y"), (None, "x"), (float("nan"), "x"), (9.0, "x")], "a double, b string"
    )
    columns = coded(units, {"a": coarsening([2, 3]), "b": coarsening("exact")}, {"a": (2.0, 3.0)})
    wanted = [(0, "x"), (1, None), (1, "y"), (-1, "x"), (-1, "x"), (2, "x")]
    expected = spark.createDataFrame(wanted, "_stratum_0 int, _stratum_1 string")
    assert_df_equality(units.select(*columns), expected, ignore_nullable=True)


def test_sums_of_a_histogram_on_literal_rows(spark, toy_units):
    histogram = match(toy_units, treatment="t", exact="s").histogram("y")
    got = fan_out_sums(histogram, (), ["_stratum_0"], blocks=1).orderBy("n_treated", "n_control")
    rows = [
        (0, 2, 1, 0.0, 3.0, 0.0, 5.0, 0.0, 0.0, 9.0),
        (1, 0, 1, 5.0, 0.0, 25.0, 0.0, 25.0, 0.0, 0.0),
        (1, 3, 1, 9.0, 12.0, 81.0, 62.0, 81.0, 108.0, 144.0),
        (2, 1, 1, 10.0, 3.0, 52.0, 9.0, 100.0, 30.0, 9.0),
    ]
    names = "n_treated bigint, n_control bigint, strata bigint, s_treated double, s_control double, q_treated double, q_control double, tt double, tc double, cc double"
    assert_df_equality(got, spark.createDataFrame(rows, names), ignore_nullable=True)
    values = matched_histogram(histogram, ["_stratum_0"]).orderBy("n_treated", "_treated", "_outcome")
    assert [tuple(row) for row in values.collect()] == [
        (1, 3, False, 2.0, None, 1), (1, 3, False, 3.0, None, 1), (1, 3, False, 7.0, None, 1), (1, 3, True, 9.0, None, 1),
        (2, 1, False, 3.0, None, 1), (2, 1, True, 4.0, None, 1), (2, 1, True, 6.0, None, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("blocks", [1, 7, 50])
def test_blocks_of_strata_change_nothing(both, blocks, monkeypatch):
    local, spark = both
    from isthmus.matching import fanout

    monkeypatch.setitem(fanout.fan_out_sums.__kwdefaults__, "blocks", blocks)
    assert spark.effect("papers") == local.effect("papers")


def test_the_same_answers_as_on_one_machine(both):
    local, spark = both
    assert spark.cuts == local.cuts
    assert spark.notes == local.notes
    assert spark.effect("papers") == local.effect("papers")
    assert_close(spark.effect(("joint", "papers")), local.effect(("joint", "papers")))
    assert_close(spark.effect("impact"), local.effect("impact"))
    one, two = (found.effects("papers", by=["year", "place"]) for found in both)
    pd.testing.assert_frame_equal(one, two, check_dtype=False)
    assert_close(spark.balance(), local.balance())
    assert_close(spark.balance("width:9"), local.balance("width:9"))
    pd.testing.assert_frame_equal(spark.bounds("papers"), local.bounds("papers"))
    assert spark.e_value("papers") == local.e_value("papers")


@pytest.mark.slow
def test_every_covariate_and_other_coarsenings_as_on_one_machine(both):
    local, spark = both
    pd.testing.assert_frame_equal(spark.covariate_balance(), local.covariate_balance(), atol=1e-12)
    others = {"old": {"age": [30, 50]}, "logs": {"age": "log:scott"}}
    pd.testing.assert_frame_equal(spark.sensitivity("papers", others), local.sensitivity("papers", others))


def assert_close(one, two):
    """Two results agree but for the order of their sums."""
    for name, value in asdict(one).items():
        other = getattr(two, name)
        if name == "estimates":
            for a, b in zip(one.estimates, two.estimates, strict=True):
                for one_number, other_number in (
                    (a.value, b.value),
                    (a.error, b.error),
                    (a.p, b.p),
                    (a.low or 0, b.low or 0),
                ):
                    assert one_number == pytest.approx(other_number, rel=1e-9)
        elif isinstance(value, str | tuple):
            assert value == other
        else:
            assert value == pytest.approx(other, rel=1e-9, abs=1e-12)


def test_weights_and_resamples_as_on_one_machine(both):
    local, spark = both
    frame = people()
    weights = spark.weights().toPandas()
    assert weights["weight"].sum() == pytest.approx(local.weights()["weight"].sum())
    keys = ["age", "place", "year", "moved"]
    mine = frame.assign(weight=local.weights()["weight"]).groupby(keys, dropna=False)["weight"].sum()
    theirs = weights.groupby(keys, dropna=False)["weight"].sum()
    pd.testing.assert_series_equal(mine, theirs, check_index_type=False)
    for outcome in ("papers", ("joint", "papers")):
        one, two = (found.bootstrap(outcome, draws=4000, seed=3) for found in both)
        assert one.interval() == pytest.approx(two.interval(), rel=0.1)
        assert one.interval("percent") == pytest.approx(two.interval("percent"), rel=0.1)


def test_lalonde_in_spark(spark, lalonde):
    units = spark.createDataFrame(lalonde)
    found = match(units, treatment="treat", exact=["race", "married", "nodegree"], coarsen=CUTS)
    got = found.effect("re78")
    assert got.satt == pytest.approx(-682.6013286515, rel=2e-10)
    assert got.estimate("robust").error == pytest.approx(1331.1040899524, rel=2e-10)
    assert got.estimate("clustered").error == pytest.approx(1165.8138801894, rel=2e-10)


def test_ids_beyond_the_digits_of_a_float_stay_apart(spark):
    big = 2**60
    rows = [(big, 1, 5), (big + 1, 0, 1), (None, 1, 3), (None, 0, 1), (big + 2, 1, 9), (big + 2, 0, 2)]
    found = match(spark.createDataFrame(rows, "id bigint, t int, y int"), treatment="t", exact="id").effect("y")
    assert (found.n_strata, found.all_strata, found.satt) == (2, 4, 4.5)


def test_missing_values_dropped_and_bad_units_refused(spark):
    frame = people()
    units = spark.createDataFrame(frame, SCHEMA)
    options = {"treatment": "moved", "exact": "place", "coarsen": {"age": 3}, "missing": "drop"}
    one, two = (match(table, **options) for table in (frame, units))
    assert one.effect("papers") == two.effect("papers")
    assert two.notes == ("15 units lack a covariate and are left out (missing: place of 10, age of 10 units)",)
    with pytest.raises(MatchingError, match="place is string; expected numbers"):
        match(units, treatment="moved", coarsen={"place": 3})
    with pytest.raises(
        MatchingError, match="age has 390 values that cannot be coarsened; expected finite numbers above -1"
    ):
        match(units.withColumn("age", -F.col("age")), treatment="moved", coarsen={"age": "log:sturges"})
    with pytest.raises(MatchingError, match="outcome of 400 units is infinite"):
        match(units.withColumn("impact", F.lit(float("inf"))), treatment="moved", exact="year").effect("impact")
    with pytest.raises(MatchingError, match=r"'place' has 3 values"):
        match(units, treatment="place", exact="year")
    with pytest.raises(MatchingError, match="no unit has an outcome"):
        match(units.withColumn("papers", F.lit(None).cast("bigint")), treatment="moved", exact="year").effect("papers")
    with pytest.raises(MatchingError, match="a column 'weight' already"):
        match(units.withColumn("weight", F.lit(1)), treatment="moved", exact="year").weights()
    odd = units.withColumnRenamed("year", "the.year")
    assert match(odd, treatment="moved", exact="the.year").effect("papers").n_strata == 3
