"""A simulated world with known truth, written as an OpenAlex snapshot: demonstration, scale tests, recovery tests."""

from isthmus.simulate.world.plan import Plan, build_plan
from isthmus.simulate.world.world import FORMATS, ON_REQUEST, PLANTED, World
from isthmus.simulate.writing.fanout import simulate_on_spark
from isthmus.simulate.writing.write import Written, simulate_releases, simulate_snapshot

__all__ = [
    "FORMATS",
    "ON_REQUEST",
    "PLANTED",
    "Plan",
    "World",
    "Written",
    "build_plan",
    "simulate_on_spark",
    "simulate_releases",
    "simulate_snapshot",
]
