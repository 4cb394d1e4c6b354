"""The tables that a study publishes of its trajectories."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import TrajectoryError
from isthmus.trajectories.frames import (
    chosen_clustering,
    label_agreement,
    label_support,
    labels_frame,
    seed_agreement,
    silhouette_frame,
    trajectory_frames,
)
from isthmus.trajectories.labels import label_centroids
from isthmus.trajectories.panel import build_panel
from isthmus.trajectories.restarts import Restart, run_restart

COLUMNS = {
    "trajectories": [
        "src",
        "dst",
        "year",
        "z_collaboration",
        "z_exchange",
        "smooth_collaboration",
        "smooth_exchange",
        "scaled_collaboration",
        "scaled_exchange",
    ],
    "pair_labels": [
        "src",
        "dst",
        "status",
        "cluster",
        "label",
        "support",
        "distance",
        "change_collaboration",
        "change_exchange",
        "z_change_collaboration",
        "z_change_exchange",
        "speed",
        "speed_smoothed",
        "speed_per_year",
    ],
    "centroids": ["cluster", "label", "members", "year", "collaboration", "exchange"],
    "clusterings": ["restart", "seed", "inertia", "iterations", "status", "chosen", "seconds"],
    "integration_groups": [
        "country",
        "rank",
        "papers",
        "pole",
        "label",
        "speed",
        "speed_smoothed",
        "group",
        "group_speed",
        "speed_class",
    ],
}


@pytest.fixture(scope="module")
def world():
    """60 pairs with a clear direction each, one that does not move and one with a gap; and their directions."""
    rng = np.random.default_rng(1)
    directions = np.array([[1, 1], [-1, -1], [-1, 1], [0.3, -1]])
    kind = np.arange(60) % 4
    z = 4 * directions[kind][:, None, :] * np.linspace(-1, 1, 22)[None, :, None] + rng.normal(0, 0.3, (60, 22, 2))
    z = np.concatenate([z, np.zeros((1, 22, 2)), z[:1]])
    z[-1, 4, 0] = np.nan
    return z, np.array(["SC", "SD", "KI", "KD"])[kind]


@pytest.fixture(scope="module")
def panel(world):
    z = world[0]
    grid = pd.MultiIndex.from_product(
        [range(len(z)), range(2000, 2022), ["collaboration", "knowledge_exchange"]], names=["pair", "year", "network"]
    )
    ties = grid.to_frame(index=False).assign(z=z.ravel(), link_probability=0.5)
    ties["src"], ties["dst"] = "A", [f"P{pair:02d}" for pair in ties["pair"]]
    return build_panel(ties, years=(2000, 2021))


@pytest.fixture(scope="module")
def restarts(panel):
    failed = Restart(5, 77, None, "it had no luck")
    return [*(run_restart(panel.scaled, r, k=4, seed=1) for r in range(5)), failed]


@pytest.fixture(scope="module")
def frames(panel, restarts):
    papers = {"A": 100.0, "P00": 90.0, "P01": 80.0, "P61": 70.0}
    return trajectory_frames(panel, restarts, papers=papers, poles=("A",), top=3)


def test_tables_have_the_columns_that_readers_expect(frames):
    assert {name: list(frame.columns) for name, frame in frames.items()} == COLUMNS


def test_each_pair_has_its_label_and_each_dropped_pair_its_reason(world, frames):
    labels = frames["pair_labels"].set_index("dst")
    assert labels["label"].tolist()[:60] == world[1].tolist()
    assert labels["status"].tolist()[60:] == ["flat", "not finite in every year"]
    assert labels.iloc[60:].drop(columns=["src", "status"]).isna().all(axis=None)
    assert labels["cluster"].dtype == "Int32"
    assert labels["cluster"].tolist()[:4] == [0, 1, 2, 3]  # clusters are numbered in the order of the labels


def test_changes_and_speeds_are_those_of_the_series(world, frames):
    z, first = world[0], frames["pair_labels"].iloc[0]
    assert first["z_change_collaboration"] == pytest.approx(z[0, -3:, 0].mean() - z[0, :3, 0].mean())
    assert first["speed"] == pytest.approx(np.hypot(*(z[0, -1] - z[0, 0])))
    assert first["speed_per_year"] == pytest.approx(first["speed"] / 21)
    scaled = frames["trajectories"].query("dst == 'P00'")["scaled_exchange"].to_numpy()
    assert first["change_exchange"] == pytest.approx(scaled[-3:].mean() - scaled[:3].mean())
    smooth = frames["trajectories"].query("dst == 'P00'")[["smooth_collaboration", "smooth_exchange"]].to_numpy()
    assert first["speed_smoothed"] == pytest.approx(np.hypot(*(smooth[-1] - smooth[0])))


def test_trajectories_list_kept_pairs_only_year_by_year(world, frames):
    table = frames["trajectories"]
    assert len(table) == 60 * 22
    assert table["year"].tolist()[:22] == list(range(2000, 2022))
    np.testing.assert_array_equal(table["z_collaboration"], world[0][:60, :, 0].ravel())
    assert table[["scaled_collaboration", "scaled_exchange"]].abs().max().max() <= 1


def test_centroids_carry_their_members(frames):
    table = frames["centroids"]
    assert len(table) == 4 * 22
    assert table.groupby("label")["members"].first().to_dict() == {"SC": 15, "SD": 15, "KI": 15, "KD": 15}


def test_starts_are_listed_with_their_seeds_the_best_is_chosen_and_failures_say_why(frames, restarts):
    table = frames["clusterings"]
    assert table["chosen"].sum() == 1
    assert table.loc[table["chosen"], "inertia"].iloc[0] == pytest.approx(table["inertia"].min(), rel=1e-9)
    assert table["seed"].tolist() == [r.seed for r in restarts]
    assert table["status"].iloc[5] == "failed: it had no luck"
    assert np.isnan(table["inertia"].iloc[5])


def test_groups_leave_the_pole_out_and_a_pair_without_label_is_in_none(frames):
    table = frames["integration_groups"].set_index("country")
    assert table["group"].to_dict() == {"P00": "SC_A_only", "P01": "none", "P61": "none"}
    assert table.loc["P61", "label"] is None
    assert table["papers"].tolist() == [90, 80, 70]


def test_other_numbers_of_clusters_have_numbers_and_no_groups(panel):
    starts = [run_restart(panel.scaled, r, k=3, seed=1) for r in range(3)]
    frames = trajectory_frames(panel, starts, papers={"P00": 1.0}, poles=("A",))
    assert frames["pair_labels"]["label"].isna().all()
    assert frames["centroids"]["label"].isna().all()
    assert frames["integration_groups"].empty
    assert list(frames["integration_groups"].columns) == COLUMNS["integration_groups"]
    sizes = frames["centroids"].drop_duplicates("cluster")["members"].tolist()
    assert sizes == sorted(sizes, reverse=True)


def test_starts_agree_with_the_chosen_one_as_their_labels_say(panel, restarts):
    chosen = chosen_clustering(restarts)
    table = seed_agreement(restarts, chosen)
    assert table["variant"].tolist() == [f"restart {r}" for r in range(5)]
    assert set(table["comparison"]) == {"seeds"}
    best = table["adjusted_rand"].idxmax()
    assert table.loc[best, ["adjusted_rand", "same_label"]].tolist() == [1.0, 1.0]
    assert (table["pairs"] == len(panel)).all()


def test_support_is_counted_start_by_start_in_plain_python(panel, restarts):
    chosen = chosen_clustering(restarts)
    support = label_support(restarts, chosen)
    made = [start.clustering for start in restarts if start.clustering is not None]
    assert len(made) == 5 < len(restarts), "one start failed: it does not count"
    own = label_centroids(chosen.centroids)
    for pair in range(len(panel)):
        label = own[chosen.assignment[pair]]
        times = sum(label_centroids(one.centroids)[one.assignment[pair]] == label for one in made)
        assert support[pair] == pytest.approx(times / 5)
    table = labels_frame(panel, chosen, restarts)
    kept = table[table["status"] == "clustered"]
    np.testing.assert_array_equal(kept["support"], support)
    assert table.loc[table["status"] != "clustered", "support"].isna().all()


@given(st.integers(0, 2**31), st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_support_does_not_depend_on_how_a_start_numbers_its_clusters(panel, restarts, seed, copies):
    chosen = chosen_clustering(restarts)
    order = np.random.default_rng(seed).permutation(4)
    place = np.argsort(order)
    shuffled = replace(chosen, assignment=place[chosen.assignment], centroids=chosen.centroids[order])
    starts = [Restart(n, n, shuffled) for n in range(copies)]
    np.testing.assert_array_equal(label_support(starts, chosen), np.ones(len(panel)))


def test_without_starts_or_names_there_is_no_support(panel, restarts):
    chosen = chosen_clustering(restarts)
    assert np.isnan(label_support([], chosen)).all()
    assert np.isnan(label_support(restarts[5:], chosen)).all()
    three = [run_restart(panel.scaled, r, k=3, seed=1) for r in range(2)]
    assert np.isnan(label_support(three, chosen_clustering(three))).all()


def test_labels_under_another_choice_are_compared_pair_by_pair(panel, restarts):
    labels = labels_frame(panel, chosen_clustering(restarts))
    other = labels.iloc[8:].copy()
    other.loc[other.index[:10], "label"] = "SD"
    other.loc[other.index[:10], "cluster"] = 1
    row = label_agreement(labels, other, comparison="finite", variant="present").iloc[0]
    assert (row["comparison"], row["variant"], row["pairs"]) == ("finite", "present", 52)
    same = (labels["label"].iloc[8:60] == other["label"].iloc[:52]).mean()
    assert row["same_label"] == pytest.approx(same)
    assert 0 < row["adjusted_rand"] < 1
    nothing = label_agreement(labels, other.iloc[:0], comparison="finite", variant="none").iloc[0]
    assert nothing["pairs"] == 0
    assert np.isnan(nothing["adjusted_rand"])


def test_the_silhouette_is_highest_at_the_planted_number_of_clusters(panel):
    table = silhouette_frame(panel, clusters=(2, 3, 4, 6, 99), pairs=50, seed=3)
    assert list(table.columns) == ["clusters", "silhouette", "pairs", "inertia"]
    assert table["clusters"].tolist() == [2, 3, 4, 6]  # 99 are more than there are pairs
    assert table.loc[table["silhouette"].idxmax(), "clusters"] == 4
    assert (table["pairs"] == 50).all()
    assert table["inertia"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(table, silhouette_frame(panel, clusters=(2, 3, 4, 6), pairs=50, seed=3))


def test_a_clustering_of_other_series_is_refused(panel, restarts):
    other = run_restart(panel.scaled[:30], 0, k=4, seed=1).clustering
    with pytest.raises(TrajectoryError, match="30 series and a panel of 60 pairs"):
        labels_frame(panel, other)
    with pytest.raises(TrajectoryError, match="all 1 starts of the clustering failed: it had no luck"):
        trajectory_frames(panel, restarts[5:], papers={}, poles=("A",))
