"""What was planted in the demonstration's world is found: the labels of pairs, from drawn weights to clusters."""

import numpy as np
import pandas as pd
import pytest

from isthmus.nullmodels.frames import significance_frames
from isthmus.simulate import World, build_plan
from isthmus.simulate.world.facts import countries
from isthmus.trajectories.frames import chosen_clustering, labels_frame
from isthmus.trajectories.panel import build_panel
from isthmus.trajectories.restarts import run_restart

YEARS = (2000, 2021)
LABEL_OF_KIND = {
    "scientific_convergence": "SC",
    "scientific_divergence": "SD",
    "knowledge_integration": "KI",
    "knowledge_divergence": "KD",
    "knowledge_divergence_rising": "KD",
}


@pytest.fixture(scope="module")
def labelled():
    """Planted pairs with their label: the world's own weights, citations drawn around their expectation."""
    plan, code = build_plan(World()), np.array(countries().code)
    exchange = np.random.default_rng(1).poisson(np.triu(plan.exchange.solved, 1))
    edges = []
    for network, weights in (("collaboration", plan.weights), ("knowledge_exchange", exchange)):
        t, i, j = np.nonzero(np.triu(weights, 1))
        ends = np.sort(np.stack([code[i], code[j]]), axis=0)
        edges.append(
            pd.DataFrame(
                {
                    "network": network,
                    "year": plan.sizes.years[t],
                    "src": ends[0],
                    "dst": ends[1],
                    "weight": weights[t, i, j],
                }
            )
        )
    table = pd.concat(edges)
    ties, _ = significance_frames(table[table["year"].between(*YEARS)], by=("network", "year"))
    panel = build_panel(ties, years=YEARS)
    restarts = [run_restart(panel.scaled, r, k=4, seed=2026) for r in range(10)]
    labels = labels_frame(panel, chosen_clustering(restarts))
    planted = pd.DataFrame(
        [
            (*sorted((tie.first, tie.second)), tie.kind, LABEL_OF_KIND[tie.kind], tie.strength)
            for tie in plan.ties
            if tie.switch != "ties"
        ],
        columns=["src", "dst", "kind", "planted", "strength"],
    )
    return planted.merge(labels, on=["src", "dst"], how="left")


@pytest.fixture(scope="module")
def strong(labelled):
    return labelled[(labelled["strength"] == "strong") & (labelled["status"] == "clustered")]


def test_nine_of_ten_strong_planted_pairs_get_their_label(strong):
    right = strong["label"] == strong["planted"]
    assert len(strong) > 80
    assert right.mean() >= 0.9
    by_kind = right.groupby(strong["kind"]).mean()
    assert by_kind.drop("knowledge_divergence").min() > 0.75  # and no kind is missed


def test_a_level_collaboration_is_noise_to_the_clusters(strong):
    """Half of the pairs whose exchange falls at level collaboration look like divergence: rescaled noise has a trend."""
    level = strong[strong["kind"] == "knowledge_divergence"]["label"]
    assert set(level) == {"KD", "SD"}
    assert 0.3 < (level == "KD").mean() < 0.8


def test_the_poles_diverge(labelled):
    poles = labelled[(labelled["src"] == "CN") & (labelled["dst"] == "US")].iloc[0]
    assert poles["label"] == "SD"
    assert poles["z_change_collaboration"] < 0
    assert poles["z_change_exchange"] < 0


def test_weaker_changes_are_found_less_often(labelled):
    kept = labelled[labelled["status"] == "clustered"]
    right = (kept["label"] == kept["planted"]).groupby(kept["strength"]).mean()
    assert right["strong"] > right["medium"] > right["weak"] > 0.4
