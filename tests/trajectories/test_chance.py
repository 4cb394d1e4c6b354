"""The chance line of the labels: what the shipped table says, and one of its worlds made again."""

import importlib.util
import random
import sys
from pathlib import Path

import pandas as pd
import pytest

from isthmus.trajectories.chance import chance_labels, chance_table, summarise
from isthmus.trajectories.labels import LABELS

BENCH = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "chance_labels.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_chance_labels", BENCH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_chance_labels"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench_chance_labels"]


def test_a_world_drawn_at_random_gives_its_row_again(bench):
    seed = random.SystemRandom().choice(bench.SEEDS)
    table = chance_table()
    assert list(table.columns) == bench.COLUMNS
    assert sorted(table["seed"]) == list(bench.SEEDS)
    own = table[table["seed"] == seed].iloc[0].to_dict()
    assert bench.row_of(seed) == pytest.approx(own, abs=1e-9)


def test_every_pair_of_every_world_has_one_of_the_labels():
    table = chance_table()
    assert (table[list(LABELS)].sum(axis=1) == table["pairs"]).all()
    assert table["support"].between(0, 1).all()


def test_a_summary_is_the_mean_share_with_its_range():
    rows = [(10, 1, 2, 3, 4, 0.5), (100, 40, 30, 20, 10, 0.7)]
    found = summarise(pd.DataFrame(rows, columns=["pairs", *LABELS, "support"]))
    assert found.worlds == 2
    assert found.mean == pytest.approx({"SC": 0.25, "SD": 0.25, "KI": 0.25, "KD": 0.25})
    assert found.least == pytest.approx({"SC": 0.1, "SD": 0.2, "KI": 0.2, "KD": 0.1})
    assert found.most == pytest.approx({"SC": 0.4, "SD": 0.3, "KI": 0.3, "KD": 0.4})
    assert found.support == pytest.approx(0.6)


def test_noise_alone_gives_every_label_to_many_pairs():
    """Why a share means nothing without this line."""
    chance = chance_labels()
    assert chance.worlds == 20
    assert sum(chance.mean.values()) == pytest.approx(1)
    assert all(0.15 < share < 0.35 for share in chance.mean.values())
