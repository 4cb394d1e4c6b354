"""Integration groups of countries, and classes of speed."""

import numpy as np
import pandas as pd
import pytest

from isthmus.errors import TrajectoryError
from isthmus.trajectories.groups import group_of, integration_groups, speed_classes

POLES = ("US", "CN")


@pytest.mark.parametrize(
    ("us", "cn", "group"),
    [
        ("SD", "SC", "SC_CN_SD_US"),
        ("SC", "SD", "SC_US_SD_CN"),
        ("KI", "SC", "SC_CN_only"),
        ("SC", "KD", "SC_US_only"),
        ("SC", "SC", "SC_both"),
        ("SD", "SD", "none"),
        ("KI", "KD", "none"),
        ("SD", "KI", "none"),
        (None, "SC", "none"),
        ("SC", None, "none"),
        (None, None, "none"),
    ],
)
def test_groups_of_two_poles(us, cn, group):
    assert group_of({"US": us, "CN": cn}) == group


@pytest.mark.parametrize(
    ("labels", "group"),
    [
        (("SC", "SC", "SC"), "SC_all"),
        (("SC", "SD", "SD"), "SC_A_SD_B_C"),
        (("SC", "SC", "SD"), "SC_A_B_SD_C"),
        (("SC", "KI", "KD"), "SC_A_only"),
        (("SC", "SC", "KD"), "SC_A_B_only"),
        (("SC", "SD", "KI"), "none"),
        (("SC", "SC", None), "none"),
        (("KI", "KI", "KI"), "none"),
    ],
)
def test_groups_of_three_poles(labels, group):
    assert group_of(dict(zip("ABC", labels, strict=True))) == group


def test_groups_of_one_pole():
    assert group_of({"A": "SC"}) == "SC_A_only"
    assert group_of({"A": "SD"}) == "none"


def test_classes_are_terciles_or_what_is_asked_for():
    classes, bounds = speed_classes([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, np.nan])
    assert classes.tolist() == ["slow", "slow", *["moderately fast"] * 2, "fast", "fast", None]
    assert bounds == pytest.approx((1 + 5 / 3, 1 + 10 / 3))
    classes, bounds = speed_classes([0.9, 1.0, 2.0], (1.0, 2.0))
    assert classes.tolist() == ["slow", "moderately fast", "fast"]
    assert speed_classes([np.nan])[0].tolist() == [None]
    with pytest.raises(TrajectoryError, match="the first is above the second"):
        speed_classes([1.0], (2.0, 1.0))


@pytest.fixture
def labels():
    rows = [
        ("CN", "DE", "SC", 2.0),
        ("DE", "US", "SC", 5.0),
        ("CN", "FR", "SD", 7.0),
        ("FR", "US", "SC", 1.0),
        ("CN", "JP", "KI", 1.0),
        ("JP", "US", "SC", 3.0),
        ("CN", "IN", "SC", 9.0),
        ("CN", "US", "SD", 4.0),
        ("DE", "FR", "SC", 100.0),
    ]
    frame = pd.DataFrame(rows, columns=["src", "dst", "label", "speed"])
    return frame.assign(speed_smoothed=frame["speed"] / 10)


PAPERS = {"US": 100, "CN": 90, "DE": 50, "FR": 40, "JP": 40, "IN": 30, "XX": 1}


def test_countries_rank_by_papers_without_the_poles(labels):
    found = integration_groups(labels, PAPERS, poles=POLES, top=4)
    ranks = found.drop_duplicates("country").set_index("country")["rank"].to_dict()
    assert ranks == {"DE": 1, "FR": 2, "JP": 3, "IN": 4}
    assert found["pole"].tolist() == ["US", "CN"] * 4
    groups = found.drop_duplicates("country").set_index("country")["group"].to_dict()
    assert groups == {"DE": "SC_both", "FR": "SC_US_SD_CN", "JP": "SC_US_only", "IN": "none"}


def test_speed_of_a_group_is_its_fastest_converging_pair(labels):
    found = integration_groups(labels, PAPERS, poles=POLES, top=4).set_index(["country", "pole"])
    assert found.loc[("DE", "CN"), "group_speed"] == found.loc[("DE", "US"), "group_speed"] == 5.0
    assert found.loc[("FR", "CN"), "group_speed"] == 1.0
    assert np.isnan(found.loc[("IN", "CN"), "group_speed"])
    # terciles of the converging pairs of these countries with a pole: 2, 5, 1, 3, 9 -> 2.33 and 4.33
    assert found["speed_class"].to_dict() == {
        ("DE", "US"): "fast",
        ("DE", "CN"): "fast",  # of the country's faster pair
        ("FR", "US"): "slow",
        ("FR", "CN"): None,
        ("JP", "US"): "moderately fast",
        ("JP", "CN"): None,
        ("IN", "US"): None,
        ("IN", "CN"): "fast",
    }
    smoothed = integration_groups(labels, PAPERS, poles=POLES, top=4, smoothed=True)
    assert smoothed["group_speed"].max() == 0.5


def test_poles_can_be_ranked_against_each_other(labels):
    found = integration_groups(labels, PAPERS, poles=POLES, top=3, include_poles=True)
    assert found[["country", "pole"]].to_numpy().tolist() == [["US", "CN"], ["CN", "US"], ["DE", "US"], ["DE", "CN"]]
    assert found["group"].tolist()[:2] == ["none", "none"]
    assert found["label"].tolist()[:2] == ["SD", "SD"]


def test_thresholds_that_are_given_are_used(labels):
    found = integration_groups(labels, PAPERS, poles=POLES, top=4, thresholds=(0.5, 100.0))
    assert set(found["speed_class"].dropna()) == {"moderately fast"}


def test_no_country_and_no_label_are_empty_tables_of_the_same_columns(labels):
    empty = integration_groups(labels, {}, poles=POLES)
    none = integration_groups(labels.iloc[:0], PAPERS, poles=POLES)
    assert list(empty.columns) == list(none.columns)
    assert len(empty) == 0
    assert set(none["group"]) == {"none"}
    assert none["speed_class"].tolist() == [None] * len(none)
    assert (empty.dtypes == none.dtypes)[["rank", "papers", "speed", "group_speed"]].all()
