"""A small world, built once; a plain reader of its files."""

import importlib.util
from pathlib import Path

import pytest

from isthmus.simulate import World, build_plan, simulate_snapshot
from isthmus.simulate.world.fates import part_works
from isthmus.simulate.world.works import build_works


@pytest.fixture(scope="session")
def plan():
    return build_plan(World(works=12_000, works_per_part=3_000))


@pytest.fixture(scope="session")
def works(plan):
    """Half of the world's works, as one chunk."""
    import numpy as np

    return build_works(plan, np.sort(np.concatenate([part_works(plan.world, 0), part_works(plan.world, 1)])))


@pytest.fixture(scope="session")
def plain():
    """A reader of snapshots that knows nothing of the library (plain_reader.py beside this file)."""
    spec = importlib.util.spec_from_file_location("plain_reader", Path(__file__).with_name("plain_reader.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small_plan():
    """A world of 600 works in three parts."""
    return build_plan(World(works=600, works_per_part=200))


@pytest.fixture(scope="session")
def small_snapshot(small_plan, tmp_path_factory):
    """The small world written in all three layouts."""
    folder = tmp_path_factory.mktemp("small") / "snapshot"
    return simulate_snapshot(folder, world=small_plan.world, formats=("jsonl", "parquet", "legacy"), processes=1)
