"""Places against the world and years against one another."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from isthmus.indicators.disruption.comparison import MEASURES, agreed, disruption_trends, graded


def places(*rows):
    """(kind, place, measured, mean rank, half width of its 95 % interval)"""
    frame = pd.DataFrame(rows, columns=["place_kind", "place", "measured", "class_rank", "half"])
    return frame.assign(
        class_rank_low=frame["class_rank"] - frame["half"], class_rank_high=frame["class_rank"] + frame["half"]
    )


def test_grades_and_families():
    found = graded(
        places(
            ("world", "world", 9000, 0.5, 0.01),
            ("bloc", "EU-27", 500, 0.53, 0.029),  # alone in its family: q is p
            ("country", "CN", 400, 0.60, 0.05),
            ("country", "US", 400, 0.46, 0.038),  # p .04, q above .05
            ("country", "FR", 400, 0.50, 0.05),
            ("country", "NA", 29, 0.90, 0.05),  # too few works
            ("country", "GB", 300, float("nan"), float("nan")),
        ),
        level=0.95,
    ).set_index("place")
    assert found["grade"].to_dict() == {
        "world": None, "EU-27": "firm", "CN": "firm", "US": "probable", "FR": None, "NA": None, "GB": None,
    }  # fmt: skip
    assert found["direction"].dropna().to_dict() == {
        "EU-27": "more disruptive", "CN": "more disruptive", "US": "more developmental",
    }  # fmt: skip
    z = 0.04 / (0.038 / stats.norm.ppf(0.975))
    assert found.loc["US", "p_value"] == pytest.approx(2 * stats.norm.sf(z))
    assert found.loc["US", "q_value"] == pytest.approx(found.loc["US", "p_value"] * 3 / 2)
    assert found.loc["EU-27", "q_value"] == pytest.approx(found.loc["EU-27", "p_value"])
    assert found.loc[["world", "NA", "GB"], "p_value"].isna().all()


def years(kind, place, slope, *, noise=0.002, half=0.01):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"place_kind": kind, "place": place, "year": np.arange(2000, 2016)})
    for measure in MEASURES:
        mean = 0.3 + slope * (frame["year"] - 2000) / 10 + rng.normal(0, noise, len(frame))
        frame = frame.assign(**{measure: mean, f"{measure}_low": mean - half, f"{measure}_high": mean + half})
    return frame


def test_trends_say_which_way_and_when_it_is_not_settled():
    frame = pd.concat([years("world", "world", -0.1), years("country", "CN", 0.0), years("bloc", "EU", 0.05, half=0.5)])
    found = disruption_trends(
        frame.sample(frac=1, random_state=1), span=(2000, 2014), level=0.95, replicates=200, seed=1
    )
    found = found.set_index(["place", "measure"])
    assert ("world", "class_rank") not in found.index
    assert found.loc["world", "slope"].to_numpy() == pytest.approx(-0.1, abs=0.01)
    assert set(found.loc["world", "direction"]) == {"falls"}
    assert found.loc["CN", "direction"].isna().all()
    assert found.loc["EU", "direction"].isna().all()  # it rises, and the errors of its means are far larger
    assert (found.loc["EU", "p_value"] < 0.001).all()
    assert set(found["years"]) == {15}
    again = disruption_trends(frame, span=(2000, 2014), level=0.95, replicates=200, seed=1)
    pd.testing.assert_frame_equal(again.set_index(["place", "measure"]), found)


def test_the_interval_of_a_slope_covers():
    rng = np.random.default_rng(5)
    hits, rounds = 0, 120
    for seed in range(rounds):
        frame = years("country", "CN", 0.0, noise=0.0)
        cd = frame["cd"] + rng.normal(0, 0.02, len(frame))
        half = 0.02 * stats.norm.ppf(0.975)
        frame = frame.assign(cd=cd, cd_low=cd - half, cd_high=cd + half)
        found = disruption_trends(frame, span=(2000, 2015), level=0.95, replicates=100, seed=seed).set_index("measure")
        hits += found.loc["cd", "slope_low"] <= 0 <= found.loc["cd", "slope_high"]
    assert hits / rounds > 0.9


def test_years_without_a_value_and_no_rows():
    frame = years("country", "CN", 0.1)
    frame.loc[frame["year"] > 2000, "cd"] = np.nan
    found = disruption_trends(frame, span=(2000, 2015), level=0.95, replicates=20, seed=1).set_index("measure")
    assert found.loc["cd", "years"] == 1
    assert np.isnan(found.loc["cd", "slope"])
    assert found.loc["cd", "direction"] is None
    assert disruption_trends(frame, span=(1990, 1995), level=0.95, replicates=20, seed=1).empty


@pytest.mark.parametrize(
    ("directions", "all_say"),
    [(["falls"] * 4, "falls"), (["falls", "rises"], None), (["falls", None], None), ([None, None], None), ([], None)],
)
def test_readings_agree_or_nothing_is_settled(directions, all_say):
    assert agreed(directions) == all_say
