"""How often intervals of gravity hold what is planted: from the scores alone, clustered, and by leaving out each city.

    scripts/bench.sh gravity_intervals [--save FILE] [--seed N]

docs/methods/gravity_intervals.csv holds what it found (`--save` writes it), gravity.md its table.

A hundred worlds each of 100 and of 300 real cities with drawn flows (`isthmus.simulate.cityflows`), the flows of a city
independent of each other or with what is its own, in all that it sends and in all that it gets. No bridge.
"""

import argparse
import sys
import time

import numpy as np
import pandas as pd
from scipy.stats import binom

from isthmus.gravity.frictions import fit_frictions
from isthmus.gravity.grid import make_grid
from isthmus.gravity.leaving_out import city_influence
from isthmus.gravity.ppml import fit_ppml, flows_of
from isthmus.simulate.cityflows import CityLaw, city_flows

SEEDS = range(1, 101)
#: Cities, and how much they differ beyond their sizes.
WORLDS = ((100, 0.0), (100, 0.5), (300, 0.0), (300, 0.5))
#: Worlds whose model with effects of both ends is fitted, too.
WITH_EFFECTS = 100
NAMES = {"output": "output", "made": "made", "ln distance": "distance", "same city": "same_city"}
KINDS = ("HC1", "two-way", "cities")
NORMAL_95 = 1.959964


def row_of(cities, own, seed):
    """Return what one world gives: each estimate, whether its intervals hold the truth, how many cities decide it."""
    law = CityLaw(bridge=1.0, own=own)
    world = city_flows(seed, law, n_cities=cities)
    found = {"cities": cities, "own": own, "seed": seed}
    size, loops = np.log(world.cities["works"].to_numpy(float)), np.tile(np.arange(cities)[:, None], 2)
    grid = make_grid({"output": size}, {"made": size}, log_distance=world.log_distance, same=loops)
    i, j = np.nonzero(world.flows)
    flows = flows_of(i, j, world.flows[i, j], grid)
    fit = fit_ppml(grid, flows)
    found |= _held(fit, fit.covariance, fit.two_way, city_influence(grid, flows, fit), law, "")
    if cities <= WITH_EFFECTS:
        covariates = {"ln distance": world.log_distance, "same city": np.eye(cities)}
        fit = fit_frictions(world.flows, covariates, same=loops)
        found |= _held(fit, fit.covariance, fit.two_way, fit.influence, law, ", with effects")
    return found


def _held(fit, covariance, two_way, influence, law, model):
    ends, deciding, found = influence.intervals(), influence.effective_cities, {}
    for at, name in enumerate(fit.names):
        if name in NAMES:
            own, truth = f"{NAMES[name]}{model}", getattr(law, NAMES[name])
            away = abs(fit.coefficients[at] - truth)
            found[own] = fit.coefficients[at]
            found[f"{own}: HC1"] = bool(away <= NORMAL_95 * np.sqrt(covariance[at, at]))
            found[f"{own}: two-way"] = bool(away <= NORMAL_95 * np.sqrt(two_way[at, at]))
            found[f"{own}: cities"] = bool(ends[at, 0] <= truth <= ends[at, 1])
            found[f"{own}: deciding"] = deciding[at]
    return found


def table(rows):
    """Return how many intervals of each kind hold what is planted, in Markdown."""
    lines = [
        "| cities; of their own | coefficient | HC1 | two-way | leaving out each city | cities that decide |",
        "|---" * 6 + "|",
    ]
    for (cities, own), found in rows.groupby(["cities", "own"], sort=False):
        for name in (key.removesuffix(": HC1") for key in rows if key.endswith(": HC1")):
            if found[name].notna().all():
                held = [f"{int(found[f'{name}: {kind}'].astype(bool).sum())}" for kind in KINDS]
                deciding = f"{found[f'{name}: deciding'].median():.0f}"
                lines.append(f"| {cities}; {own:g} | {name.replace('_', ' ')} | {' | '.join(held)} | {deciding} |")
    low, high = binom.interval(0.99, len(SEEDS), 0.95)
    return "\n".join(
        [*lines, "", f"Of {len(SEEDS)} each; 95 of a hundred are meant, of which chance makes {low:.0f} to {high:.0f}."]
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--save", metavar="FILE", help="write what is found in each world, as CSV")
    parser.add_argument("--seed", type=int, help="one seed only")
    asked = parser.parse_args()
    started = time.process_time()
    seeds = SEEDS if asked.seed is None else [asked.seed]
    rows = pd.DataFrame([row_of(*world, seed) for world in WORLDS for seed in seeds])
    print(table(rows))
    print(f"{time.process_time() - started:.0f} processor seconds", file=sys.stderr)
    if asked.save:
        rows.to_csv(asked.save, index=False, float_format="%.6f")


if __name__ == "__main__":
    main()
