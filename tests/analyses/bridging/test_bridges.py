"""One network of cities as bridge and spread: literal networks, null models that explain a hub, and what cannot be done."""

import numpy as np
import pandas as pd
import pytest

from isthmus.analyses.bridging.bridges import BANDS, Options, bridges_of

FEW = Options(draws=40, level=0.9, worlds=400, seed=7)
#: METHODS 4.3: the toy network, b1, e2, e3 of the first side and w1, w2 of the second.
NAMES = {"b1": 1, "e2": 2, "e3": 3, "w1": 4, "w2": 5}
TOY = [("b1", "e2", 10), ("e2", "b1", 8), ("b1", "w1", 6), ("w1", "b1", 5), ("e2", "w1", 1), ("w1", "w2", 4),
       ("w2", "w1", 4), ("e3", "b1", 2), ("w2", "e3", 1), ("b1", "e3", 3)]  # fmt: skip


def cities(n=5, first=3, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "city": np.arange(n) + 1,
            "side": [0] * first + [1] * (n - first),
            "latitude": rng.uniform(10, 60, n),
            "longitude": rng.uniform(-120, 140, n),
            "works": rng.integers(50, 200, n),
            "citations_received": rng.integers(100, 900, n),
        }
    )


def ties(rows):
    return pd.DataFrame([(NAMES[a], NAMES[b], w) for a, b, w in rows], columns=["src", "dst", "weight"])


def test_the_toy_of_the_paper_s_formula():
    loops = pd.DataFrame({"src": [1, 4], "dst": [1, 4], "weight": [50, 90]})
    found = bridges_of("impact", cities().sample(frac=1, random_state=1), pd.concat([ties(TOY), loops]), FEW)
    values = found.bridges.set_index("city")
    assert values["betweenness"].to_dict() == {1: 8.0, 2: 0.0, 3: 0.0, 4: 6.0, 5: 0.0}
    assert values["cap"].to_dict() == {1: 8.0, 2: 8.0, 3: 8.0, 4: 6.0, 5: 6.0}
    for null in ("size", "distance"):
        for name in BANDS:
            assert values[f"{null}_{name}"].notna().all()
        assert values[f"{null}_p"].between(1 / 41, 1).all()
        assert (values[f"{null}_low"] <= values[f"{null}_high"]).all()
    again = bridges_of("impact", cities(), pd.concat([ties(TOY), loops]), FEW)
    pd.testing.assert_frame_equal(found.bridges, again.bridges)
    pd.testing.assert_frame_equal(found.influence, again.influence)


def test_influence_runs_from_the_cited_to_the_citing():
    """All cite city 1, which cites nobody: it spreads everywhere in impact, and nowhere in a network of moves."""
    star = pd.DataFrame({"src": [2, 3, 4, 5], "dst": [1] * 4, "weight": [3, 3, 3, 3]})
    cited = bridges_of("impact", cities(), star, FEW).influence.set_index(["measure", "city"])["value"]
    moved = bridges_of("migration", cities(), star, FEW).influence.set_index(["measure", "city"])["value"]
    for measure in ("independent_cascade", "linear_threshold"):
        assert cited[measure, 1] == 4.0
        assert cited[measure, 2] == 0.0
        assert moved[measure, 1] == 0.0
    assert cited["degree", 1] == 4
    assert cited["strength", 1] == 12
    assert cited["pagerank", 1] == cited["pagerank"].max()
    assert cited["closeness_in", 1] == cited["closeness_in"].max()


def test_ranks_share_the_best_place():
    found = bridges_of("collaboration", cities(), ties(TOY), FEW).influence
    for _, rows in found.groupby("measure"):
        assert rows.sort_values("value", ascending=False)["rank"].iloc[0] == 1
        order = rows.sort_values(["value", "rank"], ascending=[False, True])["rank"]
        assert order.is_monotonic_increasing
    assert found.groupby("measure")["sd"].apply(lambda sd: sd.notna().all()).sum() == 2


def test_a_hub_that_size_and_distance_explain_does_not_exceed_them():
    rng = np.random.default_rng(11)
    n = 14
    places = cities(n, 6, seed=3)
    size = np.sort(rng.pareto(1.0, n) + 0.3)[::-1]
    weights = rng.poisson(np.outer(size, size) * 60)
    i, j = np.nonzero(weights * (1 - np.eye(n, dtype=int)))
    rows = pd.DataFrame({"src": i + 1, "dst": j + 1, "weight": weights[i, j]})
    found = bridges_of("impact", places, rows, Options(draws=99, level=0.95, worlds=100, seed=1)).bridges
    hub = found.sort_values("betweenness").iloc[-1]
    assert hub["betweenness"] > 0
    assert hub["distance_family_p"] > 0.05


def test_a_bridge_that_neither_explains_exceeds_both():
    """Every city of both sides is tied to all of its side, and to the other side through one middling city alone."""
    n, first = 16, 8
    weights = np.zeros((n, n), dtype=int)
    weights[:first, :first] = weights[first:, first:] = 30
    weights[:first, first:] = weights[first:, :first] = 1
    weights[3, first:] = weights[first:, 3] = 40
    np.fill_diagonal(weights, 0)
    i, j = np.nonzero(weights)
    rows = pd.DataFrame({"src": i + 1, "dst": j + 1, "weight": weights[i, j]})
    found = bridges_of("collaboration", cities(n, first), rows, Options(99, 0.95, 100, 1)).bridges.set_index("city")
    assert found["betweenness"].idxmax() == 4
    assert found.loc[4, "size_p"] == pytest.approx(0.01)
    assert found.loc[4, "betweenness"] > found.loc[4, "size_high"]


def cross_world(n=24, first=12, times=8):
    """Cities of flows by size and distance; city 4 has `times` as much with the other side."""
    rng = np.random.default_rng(2)
    places = cities(n, first, seed=6)
    size, place = rng.lognormal(0, 0.5, n), places[["latitude", "longitude"]].to_numpy()
    away = np.linalg.norm(place[:, None] - place, axis=2) + np.eye(n)
    mean = 200 * np.outer(size, size) / away
    mean[3, first:] *= times
    mean[first:, 3] *= times
    weights = rng.poisson(mean * (1 - np.eye(n)))
    i, j = np.nonzero(weights)
    return places, pd.DataFrame({"src": i + 1, "dst": j + 1, "weight": weights[i, j]})


def test_flows_with_the_other_side_tell_a_bridge_and_few_others():
    places, rows = cross_world()
    found = bridges_of("impact", places, rows, FEW).bridges.set_index("city")
    own = found.loc[4]
    across = rows[(rows["src"] == 4) & (rows["dst"] > 12) | (rows["dst"] == 4) & (rows["src"] > 12)]
    assert own["flows_observed"] == across["weight"].sum()
    assert 4 < own["flows_observed"] / own["flows_expected"] < 16
    assert own["flows_family_p"] < 0.05
    assert found["flows_z"].idxmax() == 4
    assert (found["flows_family_p"] >= found["flows_p"]).all()
    again = bridges_of("normalised_impact", places, rows, FEW).bridges
    assert again["flows_p"].isna().all()


def test_works_drawn_again_move_a_bridge_that_rests_on_one_work():
    """Two ways of equal length but for one work: each is the only one in about as many replicates."""
    near = cities(4, 3)
    rows = pd.DataFrame([(1, 2, 10), (2, 4, 10), (1, 3, 10), (3, 4, 9)], columns=["src", "dst", "weight"])
    units = rows.rename(columns={"weight": "units"}).assign(signature=range(4), weight=1)
    found = bridges_of("migration", near, rows, FEW, units).bridges.set_index("city")
    assert found.loc[2, "betweenness"] == 1.0
    assert found.loc[3, "betweenness"] == 0.0
    assert (found.loc[2, "works_low"], found.loc[2, "works_high"]) == (0.0, 1.0)
    assert 0.15 < found.loc[3, "works_first"] < found.loc[2, "works_first"] < 0.85
    # one citing work makes all: it has no way of coming again in part
    one = rows.assign(signature=7, units=1)
    whole = bridges_of("migration", near, rows, FEW, one).bridges.set_index("city")
    assert whole.loc[3, "works_high"] == 0.0


def test_works_that_do_not_add_up_to_the_ties_are_a_note():
    rows = pd.DataFrame([(1, 2, 10), (2, 4, 10)], columns=["src", "dst", "weight"])
    units = rows.assign(signature=[1, 2], units=1, weight=[10, 8])
    found = bridges_of("migration", cities(4, 3), rows, FEW, units)
    note = found.notes.set_index("null_model")["message"]["works"]
    assert "differ by 2 from the 20" in note
    assert found.bridges["works_sd"].isna().all()


@pytest.mark.parametrize(
    ("changes", "null", "message"),
    [
        ({"side": [0] * 5}, "network", "second group is empty"),
        ({"latitude": [np.nan] * 5}, "distance", "distance between two places is unknown"),
    ],
)
def test_what_cannot_be_done_is_a_note_and_the_rest_is_there(changes, null, message):
    found = bridges_of("impact", cities().assign(**changes), ties(TOY), FEW)
    others = ["flows"] if null == "distance" else []  # flows with the other side need distances, too
    assert found.notes["null_model"].tolist() == [null, *others]
    assert message in found.notes["message"].iloc[0]
    assert len(found.influence) == 5 * 8
    if null == "distance":
        assert found.bridges["distance_p"].isna().all()
        assert found.bridges["size_p"].notna().all()
    else:
        assert found.bridges.empty


def test_normalised_impact_has_bridges_alone():
    found = bridges_of("normalised_impact", cities(), ties(TOY), FEW)
    assert found.influence.empty
    assert len(found.bridges) == 5
