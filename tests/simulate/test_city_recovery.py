"""What is found of the bridge, elasticities, moves and drift that were planted between cities: one world at random.

All ten worlds of the benchmark are looked at with the slow tests.
"""

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
SEED = int(np.random.default_rng().integers(1, 11))


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("city_recovery", ROOT / "scripts" / "bench" / "city_recovery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_elasticities_and_the_drift_of_a_world_are_found(bench):
    found = bench.elasticities(SEED, bench.QUIET)
    for name in bench.ELASTICITIES:
        assert found[name] == pytest.approx(getattr(bench.QUIET, name), abs=0.25), (SEED, name)
    shift = bench.drift(city_flows(SEED, bench.PLANTED), bench.PLANTED, SEED)
    assert shift["shift found"] == pytest.approx(shift["shift planted"], rel=0.15), SEED


def test_the_bridge_of_a_world_is_found_by_its_flows_and_not_without_it(bench):
    apart = ~np.eye(100, dtype=bool)
    found = {}
    for law in (bench.PLANTED, bench.QUIET):
        world = city_flows(SEED, law)
        side, flows = world.cities["side"].to_numpy(), world.flows * apart
        found[law.bridge] = cross_flows(flows, world.log_distance, side, world.bridge, seed=SEED)
        dispersion = fit_effects(flows, world.log_distance, is_open=apart).dispersion
        assert dispersion == pytest.approx(law.dispersion, abs=0.08), (SEED, law)
    planted, quiet = found[bench.PLANTED.bridge], found[1.0]
    assert 3.0 < planted.observed / planted.expected < 5.5, SEED
    assert 100 * planted.p < 0.05, "over all cities, too"
    assert quiet.observed / quiet.expected < 1.6, SEED
    assert planted.z > 5 > abs(quiet.z), SEED


@pytest.mark.spark
def test_moves_of_a_world_are_found(spark, bench):
    found = bench.moves_found(spark, city_flows(SEED, bench.PLANTED), bench.PLANTED, SEED)
    away = found["moves found"] - found["moves expected"]
    assert abs(away) <= 4.5 * np.sqrt(found["moves expected"]), SEED


@pytest.mark.slow
def test_without_a_bridge_no_more_cities_stand_out_than_chance_makes(bench):
    rows = pd.DataFrame([bench.row_of(seed) for seed in bench.SEEDS])
    tests = {"quiet outside": rows["quiet cities with two ends"].sum(), "quiet flow p below 0.05": 100 * len(rows)}
    for name, number in tests.items():
        least, most = binom.interval(0.99, number, 0.05)
        assert least <= rows[name].sum() <= most, name
    assert rows["quiet first above family"].sum() <= 2
    assert (rows["bridge p over all"] <= 0.05).all()
