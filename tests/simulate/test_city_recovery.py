"""The committed table of what is found between cities: one world of it at random is found again."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from isthmus.gravity.crossflows import cross_flows
from isthmus.gravity.effects import fit_effects
from isthmus.simulate.cityflows import city_flows

ROOT = Path(__file__).resolve().parents[2]
ROWS = pd.read_csv(ROOT / "docs" / "methods" / "city_recovery.csv")
SEED = int(np.random.default_rng().integers(1, 11))


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("city_recovery", ROOT / "scripts" / "bench" / "city_recovery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def row():
    return ROWS[ROWS["seed"] == SEED].iloc[0]


def close(found, row):
    for name, value in found.items():
        assert float(row[name]) == pytest.approx(float(value), rel=1e-4, abs=2e-6), (SEED, name)


def test_elasticities_and_the_drift_of_a_world_are_found_again(bench, row):
    close(bench.elasticities(SEED, bench.QUIET), row)
    close(bench.drift(city_flows(SEED, bench.PLANTED), bench.PLANTED, SEED), row)


def test_the_bridge_of_a_world_is_found_again(bench, row):
    world = city_flows(SEED, bench.PLANTED)
    side, apart = world.cities["side"].to_numpy(), ~np.eye(100, dtype=bool)
    own = cross_flows(world.flows * apart, world.log_distance, side, world.bridge, seed=SEED)
    dispersion = fit_effects(world.flows * apart, world.log_distance, is_open=apart).dispersion
    close({"flows of bridge over expected": own.observed / own.expected, "dispersion": dispersion}, row)


@pytest.mark.slow
def test_all_of_a_world_is_found_again(bench, row):
    close(bench.row_of(SEED), row)


@pytest.mark.spark
def test_moves_of_a_world_are_found_again(spark, bench, row):
    close(bench.moves_found(spark, city_flows(SEED, bench.PLANTED), bench.PLANTED, SEED), row)


def test_the_committed_worlds_keep_what_they_promise(bench):
    assert ROWS["seed"].tolist() == list(bench.SEEDS)
    for name, least, most in (("quiet outside", *interval(ROWS["quiet cities with two ends"].sum())),
                              ("quiet flow p below 0.05", *interval(100 * len(ROWS)))):  # fmt: skip
        assert least <= ROWS[name].sum() <= most, name
    assert ROWS["quiet first above family"].sum() <= 2
    assert (ROWS["bridge p over all"] <= 0.05).all()
    for name in bench.ELASTICITIES:
        planted = getattr(bench.QUIET, name)
        assert ROWS[name].mean() == pytest.approx(planted, abs=0.05), name
        assert ROWS[name].sub(planted).abs().max() <= 0.2, name
    assert (ROWS["shift found"] / ROWS["shift planted"]).between(0.9, 1.1).all()
    away = ROWS["moves found"] - ROWS["moves expected"]
    assert (away.abs() <= 3.3 * np.sqrt(ROWS["moves expected"])).all()


def test_the_page_shows_the_table_of_the_committed_worlds(bench):
    assert bench.table(ROWS) in (ROOT / "docs" / "methods" / "cities.md").read_text(encoding="utf-8")


def interval(number):
    return binom.interval(0.99, number, 0.05)
