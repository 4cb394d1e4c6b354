"""A small world, built once."""

import pytest

from isthmus.simulate import World, build_plan
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
