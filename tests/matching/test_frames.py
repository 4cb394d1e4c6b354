import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.conftest import CUTS, weights_by_hand

from isthmus.errors import MatchingError
from isthmus.matching import match

EXACT = ["race", "married", "nodegree"]


def people(n=300, seed=0):
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 60, n)
    place = rng.choice(["Bern", "Oslo", "Rome"], n)
    moved = rng.random(n) < np.where(place == "Rome", 0.5, 0.2)
    return pd.DataFrame(
        {"age": age, "place": place, "year": 2000 + age % 3, "moved": moved, "papers": rng.poisson(age / 10 + moved)}
    )


@pytest.fixture
def found(lalonde):
    return match(lalonde, treatment="treat", exact=EXACT, coarsen=CUTS)


def test_lalonde_through_the_front_door(found, lalonde):
    assert found.effect("re78").satt == pytest.approx(-682.6013286515, rel=2e-10)
    assert found.balance().l1_before == pytest.approx(0.906016506, abs=5e-10)
    weights = found.weights()
    assert weights.index.equals(lalonde.index)
    assert weights["weight"].gt(0).sum() == 99
    wanted = weights_by_hand(weights["stratum"].to_numpy(dtype=int), lalonde["treat"])
    np.testing.assert_allclose(weights["weight"], wanted)
    strata = found.strata_table()
    assert (strata["kept"].sum(), strata["n_treated"].sum(), strata["n_control"].sum()) == (20, 185, 429)
    assert strata.loc[strata["kept"], "age"].isin(["below 20.5", "20.5 to 25.5", "40.5 and above"]).any()


def test_the_sign_turns_with_the_bins(found):
    table = found.sensitivity("re78").set_index("coarsening")
    assert list(table.index) == [
        "as given", "sturges", "scott", "quantiles:3", "quantiles:5", "quantiles:10", "width:5",
    ]  # fmt: skip
    assert table.loc["sturges", "satt"] == pytest.approx(1070.90732643, rel=1e-10)
    assert (table["satt"] > 0).any()
    assert (table["satt"] < 0).any()
    one = found.sensitivity("re78", {"old only": {"age": [50]}}).set_index("coarsening")
    assert one.loc["old only", "n_treated"] > 55


def test_a_coarsening_that_cannot_be_is_a_row_that_says_so(found):
    table = found.sensitivity("re78", {"logs": {"re74": "log:sturges"}, "none": {"race": "scott"}})
    assert table["satt"].notna().tolist() == [True, True, False]
    assert "race is 'black' in row 0" in table["notes"][2]
    only = match(people(), treatment="moved", exact="place").sensitivity("papers")
    assert only["coarsening"].tolist() == ["as given"]


def test_balance_of_each_covariate(found, lalonde):
    table = found.covariate_balance().set_index("covariate")
    np.testing.assert_allclose(table["l1_weighted"], 0, atol=1e-12)
    share = lalonde.groupby("treat")["race"].value_counts(normalize=True).unstack(fill_value=0)
    assert table.loc["race", "l1_before"] == pytest.approx((share.loc[0] - share.loc[1]).abs().sum() / 2)
    assert np.isnan(table.loc["race", "smd_before"])
    t, c = (lalonde.loc[lalonde["treat"] == arm, "age"] for arm in (1, 0))
    assert table.loc["age", "smd_before"] == pytest.approx((t.mean() - c.mean()) / t.std())
    fine, own = found.balance("quantiles:50"), found.balance()
    assert fine.cells > own.cells
    assert fine.l1_weighted > 0.1
    with pytest.raises(MatchingError, match="'re78' is no covariate of this match"):
        found.balance({"re78": "scott"})


def test_balance_over_random_bins(found):
    table = found.balance_profile(draws=30, seed=2)
    assert len(table) == 30
    first = [int(number) for number in table.loc[0, "bins"].split(", ")]
    again = found.balance(dict(zip(CUTS, first, strict=True)))
    assert table.loc[0, ["l1_before", "l1_after", "l1_weighted"]].tolist() == [
        again.l1_before, again.l1_after, again.l1_weighted,
    ]  # fmt: skip
    assert table["bins"].nunique() > 25
    assert set(", ".join(table["bins"]).split(", ")) == {str(number) for number in range(2, 13)}
    pd.testing.assert_frame_equal(table, found.balance_profile(draws=30, seed=2))
    assert table["l1_weighted"].median() < table["l1_before"].median()
    with pytest.raises(MatchingError, match="no covariate is coarsened"):
        match(people(), treatment="moved", exact="place").balance_profile()


def test_effects_by_group_are_those_of_the_groups_alone():
    frame = people()
    found = match(frame, treatment="moved", exact=["year", "place"], coarsen={"age": "quantiles:4"})
    cuts = found.cuts["age"]
    table = found.effects("papers", by="year")
    assert table["year"].tolist() == [2000, 2001, 2002]
    for _, row in table.iterrows():
        alone = match(
            frame[frame["year"] == row["year"]], treatment="moved", exact=["place"], coarsen={"age": cuts}
        ).effect("papers")
        assert row["satt"] == alone.satt
        assert row["clustered_error"] == alone.estimate("clustered").error
        assert (row["low"], row["high"]) == (alone.main.low, alone.main.high)
    both = found.effects("papers", by=["place", "year"])
    assert both[["place", "year"]].drop_duplicates().shape[0] == len(both) == 9
    with pytest.raises(MatchingError, match="'age' is no exact covariate"):
        found.effects("papers", by="age")


def test_a_group_without_a_match_is_a_row_that_says_so():
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "x": [0, 0, 0, 1], "t": [1, 0, 1, 0], "y": [3, 1, 4, 4]})
    table = match(frame, treatment="t", exact=["g", "x"]).effects("y", by="g").set_index("g")
    assert table.loc[1, "satt"] == 2
    assert np.isnan(table.loc[2, "satt"])
    assert table.loc[2, "notes"].startswith("no stratum has both arms: 1 treated and 1 control")


@pytest.mark.parametrize("missing", ["level", "drop"])
def test_missing_values_are_counted_and_said(missing):
    frame = people().astype({"age": float, "moved": object})
    frame.loc[:9, "age"] = np.nan
    frame.loc[5:14, "place"] = None
    frame.loc[20:22, "moved"] = None
    frame.loc[30:33, "papers"] = np.nan
    found = match(frame, treatment="moved", exact="place", coarsen={"age": 3}, missing=missing)
    notes = found.effect("papers").notes
    assert notes[0] == "3 units have no treatment and are left out"
    if missing == "drop":
        assert notes[1] == "15 units lack a covariate and are left out (missing: place of 10, age of 10 units)"
        assert found.weights()["stratum"].isna().sum() == 18
    else:
        assert notes[1] == "a missing value is a level of its own (missing: place of 10, age of 10 units)"
        assert found.weights()["stratum"].isna().sum() == 3
        assert "missing" in set(found.strata_table()["age"])
    assert notes[2] == "4 units have no outcome and are left out"
    complete = frame[frame["papers"].notna()]
    again = match(complete, treatment="moved", exact="place", coarsen={"age": found.cuts["age"]}, missing=missing)
    assert again.effect("papers").satt == found.effect("papers").satt
    assert again.bootstrap("papers", seed=1).satt.tolist() == found.bootstrap("papers", seed=1).satt.tolist()


def test_a_share_is_numerator_over_denominator():
    frame = people()
    frame["joint"] = frame["papers"] // 2
    frame["share"] = frame["joint"] / frame["papers"].where(frame["papers"] > 0)
    found = match(frame, treatment="moved", exact="place")
    pair, column = found.effect(("joint", "papers")), found.effect("share")
    assert pair == column
    assert f"{(frame['papers'] == 0).sum():,} units have no outcome and are left out" in pair.notes


def test_text_arms_need_the_treated_one():
    frame = people().assign(moved=lambda f: np.where(f["moved"], "movers", "stayers"))
    with pytest.raises(MatchingError, match="holds movers, stayers; say which is treated"):
        match(frame, treatment="moved", exact="place")
    found = match(frame, treatment="moved", exact="place", treated="movers")
    turned = match(frame, treatment="moved", exact="place", treated="stayers")
    same = match(people(), treatment="moved", exact="place")
    assert found.effect("papers") == same.effect("papers")
    assert turned.effect("papers").n_treated == found.effect("papers").n_control
    assert turned.effect("papers").difference == -found.effect("papers").difference


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"treatment": "move"}, "there is no column 'move'; did you mean 'moved'"),
        ({"exact": ["plaze"]}, "there is no column 'plaze'; did you mean 'place'"),
        ({"exact": ["place", "place"]}, "'place' is named twice"),
        ({"exact": "place", "coarsen": {"place": 3}}, "'place' is named twice"),
        ({"exact": "moved"}, "units cannot be matched on it"),
        ({}, "no covariate is named"),
        ({"coarsen": {"age": "sturgis"}}, "age: there is no rule 'sturgis'"),
        ({"coarsen": {"place": "scott"}}, r"place is '\w+' in row 0 \(one of 300 such\); expected a finite number"),
        ({"treatment": "place", "exact": "year"}, "has 3 values .Bern, Oslo, Rome.; expected two"),
        ({"exact": "place", "treated": "yes"}, "the treatment 'moved' is never 'yes'; it holds False, True"),
        ({"exact": "place", "missing": "ignore"}, "there is no rule 'ignore' for missing values"),
    ],
)
def test_what_cannot_be_matched_is_refused(options, message):
    with pytest.raises(MatchingError, match=message):
        match(people(), **({"treatment": "moved"} | options))


def test_other_bad_inputs_are_refused():
    frame = people()
    with pytest.raises(MatchingError, match="list is no table"):
        match([1, 2], treatment="t")
    with pytest.raises(MatchingError, match="2 columns 'age'"):
        match(pd.concat([frame, frame[["age"]]], axis=1), treatment="moved", coarsen={"age": 3})
    with pytest.raises(MatchingError, match="age is inf in row 4"):
        match(
            frame.assign(age=frame["age"].astype(float).where(frame.index != 4, np.inf)),
            treatment="moved",
            coarsen={"age": 3},
        )
    with pytest.raises(MatchingError, match="expected a number above -1"):
        match(frame.assign(age=-frame["age"]), treatment="moved", coarsen={"age": "log:sturges"})
    with pytest.raises(MatchingError, match="age holds dates"):
        match(frame.assign(age=pd.Timestamp("2020-01-01")), treatment="moved", coarsen={"age": 3})
    with pytest.raises(MatchingError, match=r"has 0 values \(none\)"):
        match(frame.iloc[:0], treatment="moved", exact="place")
    found = match(frame, treatment="moved", exact="place")
    with pytest.raises(MatchingError, match="no column 'paper'; did you mean 'papers'"):
        found.effect("paper")
    with pytest.raises(MatchingError, match="place is '"):
        found.effect("place")
    with pytest.raises(MatchingError, match="no pair of numerator and denominator"):
        found.effect(("papers", "age", "year"))
    with pytest.raises(MatchingError, match="no unit has an outcome"):
        match(frame.assign(papers=np.nan), treatment="moved", exact="place").effect("papers")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_and_the_names_of_levels_change_nothing(seed):
    frame = people(80, seed)
    rng = np.random.default_rng(seed)
    options = {"treatment": "moved", "exact": "place", "coarsen": {"age": "quantiles:3"}}
    one = match(frame, **options)
    other = match(
        frame.sample(frac=1, random_state=seed).assign(
            place=lambda f: f["place"].map(
                dict(zip(["Bern", "Oslo", "Rome"], rng.permutation(["x", "y", "z"]), strict=True))
            )
        ),
        **options,
    )
    assert one.effect("papers") == other.effect("papers")
    assert one.balance("width:9").l1_weighted == pytest.approx(other.balance("width:9").l1_weighted, abs=1e-12)
    np.testing.assert_allclose(one.weights()["weight"], other.weights()["weight"].loc[frame.index])


def test_placebos_and_what_is_unmeasured(found):
    dealt = found.dealt_anew("re78", draws=4000, seed=1)
    assert dealt.std() == pytest.approx(found.effect("re78").estimate("permutation").error, rel=0.05)
    bounds = found.bounds("re78", [1, 1.4, 1.6])
    assert bounds["gamma"].tolist() == [1, 1.4, 1.6]
    assert (bounds["high"] > 0).tolist() == [False, False, True]
    assert 1.4 < found.tipping_gamma("re78") < 1.6
    assert found.e_value("re78").of_interval == 1.0
    anew = found.rematched("re78", draws=50)
    assert np.isfinite(anew).all()
    assert anew.std() > 0
    low, high = found.bootstrap("re78").interval()
    assert low < -682.6 < high
