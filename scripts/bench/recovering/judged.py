"""One simulated world as a study judges it, without files or Spark, beside what is true in it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from isthmus.nullmodels.frames import significance_frames
from isthmus.nullmodels.window_frames import window_tests
from isthmus.simulate import Plan, World, build_plan
from isthmus.simulate.networks import COLLABORATION, EXCHANGE, YEARS, count_works, world_networks
from isthmus.simulate.propensity import true_propensities, true_trends
from isthmus.simulate.world.facts import countries
from isthmus.simulate.writing.truth import tie_table
from isthmus.trajectories.trend_frames import pair_classes, pair_trends
from isthmus.trajectories.trends import DELTA

WORKS = 80_000
WINDOW = (2017, 2021)
SPAN = (YEARS[0], YEARS[-1])
FALSE_DISCOVERY_RATE, THRESHOLD = 0.05, 2.0
NETWORKS = (COLLABORATION, EXCHANGE)
KEY = ["network", "src", "dst"]
RISE, FALL, LEVEL = range(3)


@dataclass(frozen=True)
class Judged:
    """A world judged: pair tests of all years, the window's ties, trends with the truth, classes, planted ties."""

    tests: pd.DataFrame
    ties: pd.DataFrame
    trends: pd.DataFrame
    classes: pd.DataFrame
    planted: pd.DataFrame


def judge_world(world: World) -> Judged:
    plan = build_plan(world)
    edges = world_networks(count_works(plan)).edges()
    tests, fits = significance_frames(edges, by=("network", "year"))
    assert (fits["status"] == "converged").all(), "a network of the world cannot be fitted"
    truth = pair_truth(plan)
    clustered = tests.merge(edges.drop(columns="weight"), on=[*KEY, "year"], how="left")
    ties = window_tests(clustered, WINDOW, FALSE_DISCOVERY_RATE, THRESHOLD, keys=("network",))
    trends = pair_trends(tests, SPAN, keys=("network",))
    return Judged(
        tests=tests,
        ties=ties.merge(truth, on=KEY),
        trends=trends.merge(truth, on=KEY),
        classes=pair_classes(trends),
        planted=tie_table(plan),
    )


def pair_truth(plan: Plan) -> pd.DataFrame:
    """All pairs of both networks: planted times size in the window (1: nothing planted), and what follows from it.

    That is the true direction, and the mean of the true propensity over the window.
    """
    code = np.array(countries().code)
    i, j = np.triu_indices(len(code), 1)
    ends = np.sort(np.stack([code[i], code[j]]), axis=0)
    times = planted_times(tie_table(plan))
    followed = np.isin(plan.sizes.years, YEARS)
    inside = (plan.sizes.years >= WINDOW[0]) & (plan.sizes.years <= WINDOW[1])
    frames = []
    for network, propensity in true_propensities(plan).items():
        slope = true_trends(propensity[followed], plan.sizes.years[followed])[i, j]
        direction = np.select([slope > DELTA, slope < -DELTA], [RISE, FALL], LEVEL)
        columns = {"direction_true": direction, "propensity_true": propensity[inside].mean(axis=0)[i, j]}
        frames.append(pd.DataFrame({"network": network, "src": ends[0], "dst": ends[1]} | columns))
    found = pd.concat(frames, ignore_index=True).merge(times, on=KEY, how="left")
    return found.assign(times=found["times"].fillna(1.0))


def planted_times(planted: pd.DataFrame) -> pd.DataFrame:
    """Planted pairs with how many times size they weigh in the window, for each network."""
    if planted.empty:
        return pd.DataFrame({"network": [], "src": [], "dst": [], "times": []})
    together = planted["expected_window"] / planted["size_window"]
    frames = [planted[["src", "dst"]].assign(network=COLLABORATION, times=together)]
    moving = planted[planted["switch"] != "ties"]
    frames.append(moving[["src", "dst"]].assign(network=EXCHANGE, times=moving["exchange_2021"]))
    return pd.concat(frames, ignore_index=True)
