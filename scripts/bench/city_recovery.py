"""What the questions between cities find of what was planted: the bridge, elasticities, moves, the drift of the centre.

    scripts/bench.sh city_recovery [--save FILE] [--seed N]

docs/methods/city_recovery.csv holds what it found (`--save docs/methods/city_recovery.csv`), cities.md its table.

Ten worlds of a hundred real cities with drawn flows (`isthmus.simulate.cityflows`), each with and without its bridge.
Moves are searched by the code of the pipeline, so that this needs Spark. Prints a table; --save writes a row of each.
"""

import argparse
import sys
import time

import numpy as np
import pandas as pd
from scipy.stats import binom

from isthmus.centrality import group_betweenness, null_band, reciprocal_lengths
from isthmus.gravity.crossflows import cross_flows, step_down
from isthmus.gravity.effects import fit_effects
from isthmus.gravity.grid import make_grid
from isthmus.gravity.ppml import fit_ppml, flows_of
from isthmus.indicators.cities.mass import planar_centre, shift_of
from isthmus.simulate.cityflows import CityLaw, careers, city_flows, drifting_output, expected_moves

SEEDS, DRAWS = range(1, 11), 300
PLANTED, QUIET = CityLaw(), CityLaw(bridge=1.0)
YEARS, SCIENTISTS = range(2015, 2020), 4000
MANY, WORKS = 300, 50_000  # cities whose elasticities are searched, and works of a year whose centre is
ELASTICITIES = ("output", "made", "distance", "same_city")
NORMAL_95 = 1.959964


def bridges(world, seed):
    """Return how the cities stand against size and distance: by betweenness, and by flows with the other side."""
    side = world.cities["side"].to_numpy()
    apart = ~np.eye(len(side), dtype=bool)

    def betweenness(weights):
        return group_betweenness(reciprocal_lengths(weights), side == 0, side == 1).betweenness

    flows = world.flows * apart
    fit = fit_effects(flows, world.log_distance, is_open=apart)
    band = null_band(betweenness(flows), fit.draw, betweenness, n_draws=DRAWS, seed=seed)
    first = int(band.observed.argmax())
    tested = [cross_flows(flows, world.log_distance, side, city, seed=seed) for city in range(len(side))]
    p, own = np.array([found.p for found in tested]), tested[world.bridge]
    # a city through which nothing leads in more than 2.5 % of the draws has no lower end to fall below
    two_ends = band.lower > 0
    rest = np.delete(step_down(p), world.bridge)
    return {
        "dispersion": fit.dispersion,
        "distance with effects": fit.distance,
        "cities with two ends": int(two_ends.sum()),
        "outside": int(((band.observed < band.lower) | (band.observed > band.upper))[two_ends].sum()),
        "first above family": bool(band.observed[first] > band.family_upper[first]),
        "flows of bridge over expected": own.observed / own.expected,
        "bridge p over all": step_down(p)[world.bridge],
        "flow p below 0.05": int((p <= 0.05).sum()),
        "some flow p over all below 0.05": bool((rest <= 0.05).any()),
    }


def elasticities(seed, law):
    """Return each elasticity found, and whether its 95 % intervals hold what was planted."""
    world = city_flows(seed, law, n_cities=MANY)
    size = np.log(world.cities["works"].to_numpy(float))
    loops = np.tile(np.arange(size.size)[:, None], 2)
    grid = make_grid({"output": size}, {"made": size}, log_distance=world.log_distance, same=loops)
    i, j = np.nonzero(world.flows)
    fit = fit_ppml(grid, flows_of(i, j, world.flows[i, j], grid))
    found, two_way = {}, np.sqrt(np.diag(fit.two_way))
    names = {"output": "output", "made": "made", "distance": "ln distance", "same_city": "same city"}
    for own in ELASTICITIES:
        at = fit.names.index(names[own])
        away = abs(fit.coefficients[at] - getattr(law, own))
        found[own] = fit.coefficients[at]
        found[f"{own} within HC1"] = bool(away <= NORMAL_95 * fit.standard_errors[at])
        found[f"{own} within two-way"] = bool(away <= NORMAL_95 * two_way[at])
    return found


def drift(world, law, seed):
    """Return how far the centre moved by the law, and by the drawn works, in kilometres."""
    shares, works = drifting_output(seed, law, world.cities, years=20, works=WORKS)
    at = world.cities["latitude"], world.cities["longitude"]
    true, found = ([planar_centre(row, *at) for row in table] for table in (shares, works))
    return {"shift planted": shift_of(true).direct, "shift found": shift_of(found).direct}


def moves_found(spark, world, law, seed):
    """Return how many moves between cities are found, and how many the law and the records make expect."""
    from isthmus.indicators.cities.ties import migration

    seen = careers(seed, law, world.cities, YEARS, scientists=SCIENTISTS)
    ties = migration(spark.createDataFrame(seen), (YEARS[0], YEARS[-1])).where("src <> dst")
    found = ties.agg({"weight": "sum"}).head()[0]
    return {"moves expected": expected_moves(law, world.cities, seen), "moves found": int(found)}


def row_of(seed):
    """Return what is found in one world, but for moves."""
    world, quiet = city_flows(seed, PLANTED), city_flows(seed, QUIET)
    row = {"seed": seed, **bridges(world, seed), **elasticities(seed, QUIET), **drift(world, PLANTED, seed)}
    return row | {f"quiet {name}": value for name, value in bridges(quiet, seed).items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--save", metavar="FILE", help="write what is found in each world, as CSV")
    parser.add_argument("--seed", type=int, help="one world only")
    asked = parser.parse_args()
    from isthmus.engine import start_session

    started = time.process_time()
    seeds = SEEDS if asked.seed is None else [asked.seed]
    spark = start_session("bench-cities", master="local[2]", conf={"spark.sql.shuffle.partitions": "4"})
    rows = pd.DataFrame([row_of(s) | moves_found(spark, city_flows(s, PLANTED), PLANTED, s) for s in seeds])
    spark.stop()
    print(table(rows))
    print(f"{time.process_time() - started:.0f} processor seconds without Spark's", file=sys.stderr)
    if asked.save:
        rows.to_csv(asked.save, index=False, float_format="%.6f")


def table(rows):
    """Return what was planted, what was found, and what chance alone makes of it, in Markdown."""
    n, cities = len(rows), int(rows["quiet cities with two ends"].sum())
    low, high = binom.interval(0.99, cities, 0.05)
    tests = 100 * n
    least, most = binom.interval(0.99, tests, 0.05)
    lines = [
        ("flows of the bridge city over those expected", f"{PLANTED.bridge:g}",
         _range(rows["flows of bridge over expected"])),
        ("largest p over all cities of the bridge's flows", "", f"{rows['bridge p over all'].max():.4f}"),
        ("worlds in which the first city exceeds its family's band", "", f"{rows['first above family'].sum()} of {n}"),
        ("without it: cities outside their 95 % band", f"{low:.0f} to {high:.0f} of {cities}",
         f"{rows['quiet outside'].sum()}"),
        ("without it: worlds in which the first city exceeds its family's band", f"at most 2 of {n}",
         f"{rows['quiet first above family'].sum()} of {n}"),
        ("without it: cities whose flows have p of 5 % or less", f"{least:.0f} to {most:.0f} of {tests}",
         f"{rows['quiet flow p below 0.05'].sum()}"),
        ("dispersion", f"{QUIET.dispersion:g}", _range(rows["quiet dispersion"])),
        ("distance, with effects", f"{QUIET.distance:g}", _range(rows["quiet distance with effects"])),
        *((name.replace("_", " "), f"{getattr(QUIET, name):g}",
           f"{_range(rows[name])}; in {rows[f'{name} within HC1'].sum()} and "
           f"{rows[f'{name} within two-way'].sum()} of {n} intervals") for name in ELASTICITIES),
        ("moves found over those expected", "1", _range(rows["moves found"] / rows["moves expected"])),
        ("shift of the centre found over planted", "1", _range(rows["shift found"] / rows["shift planted"])),
    ]  # fmt: skip
    head = ["| what | planted, or by chance | found |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {what} | {planted} | {found} |" for what, planted, found in lines)])


def _range(values):
    return f"{values.mean():.3f} ({values.min():.3f} to {values.max():.3f})"


if __name__ == "__main__":
    main()
