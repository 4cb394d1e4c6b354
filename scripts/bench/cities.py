"""Mathematics of the city study measured: betweenness between groups, diffusion, gravity, the layer of places.

Prints markdown tables. One process, one thread, compilation before the clock, processor seconds: they hold on a machine
that others use too. igraph (GPL), networkx, ndlib and pyfixest are compared with where they are installed (extra
`bench`); the library imports none of them.
usage: scripts/bench.sh cities [betweenness | diffusion | gravity] ... [layer --warehouse FOLDER]

`layer` computes the layer of places and the ties between cities in Spark, as the pipeline does, and in DuckDB, on the
tables of a warehouse in which a study with places has run; processor seconds of all processes, after the start.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
import pandas as pd  # noqa: E402

from isthmus.centrality import (  # noqa: E402
    group_betweenness,
    independent_cascade,
    linear_threshold,
    reciprocal_lengths,
)
from isthmus.centrality.diffusion import incoming_shares  # noqa: E402
from isthmus.gravity.grid import log_distances, make_grid  # noqa: E402
from isthmus.gravity.ppml import fit_ppml, flows_of  # noqa: E402

CITED, CITING = 2_774, 2_206  # cities of the paper's grid: columns and rows
FLOWS = 0.3  # citations of a pair on average: one pair in eight has any
WORLDS = 10_000


def clock(call, repeat=3):
    """Least processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return min(times), result


def print_table(heads, rows):
    """Print a table in Markdown."""
    for cells in (heads, ["---"] * len(heads), *rows):
        print(f"| {' | '.join(cells)} |")
    print(flush=True)


def city_network(n, *, kept=1.0):
    """Flows between cities of very unequal size: Pareto masses, Poisson flows; some arcs alone where kept < 1."""
    rng = np.random.default_rng(n)
    mass = rng.pareto(1.0, n) + 1
    flows = rng.poisson(np.minimum(2000 * np.outer(mass, mass * rng.lognormal(0, 0.3, n)) / n, 1e9)).astype(np.int64)
    np.fill_diagonal(flows, 0)
    return flows if kept == 1.0 else flows * (rng.random((n, n)) < kept)


def by_igraph(weights, first, second):
    """Processor seconds of igraph's betweenness both ways without building the graph, and the values."""
    import igraph

    tails, heads = np.nonzero(weights)
    graph = igraph.Graph(n=len(weights), edges=np.stack([tails, heads], axis=1), directed=True)
    lengths = (1.0 / weights[tails, heads]).tolist()
    ways = [(first.tolist(), second.tolist()), (second.tolist(), first.tolist())]
    return clock(lambda: np.sum([graph.betweenness(weights=lengths, sources=s, targets=t) for s, t in ways], axis=0), 1)


def by_networkx(weights, first, second):
    """Processor seconds of networkx without building the graph, and the values."""
    import networkx

    graph = networkx.DiGraph()
    arcs = zip(*(at.tolist() for at in np.nonzero(weights)), strict=True)
    graph.add_weighted_edges_from([(u, v, 1 / weights[u, v]) for u, v in arcs], "length")
    graph.add_nodes_from(range(len(weights)))

    def both():
        ways = [(first.tolist(), second.tolist()), (second.tolist(), first.tolist())]
        found = [networkx.betweenness_centrality_subset(graph, s, t, weight="length") for s, t in ways]
        return np.array([found[0][v] + found[1][v] for v in range(len(weights))])

    return clock(both, 1)


def betweenness():
    """Compare betweenness between two halves of the cities with igraph and networkx."""
    small = city_network(60)
    group_betweenness(reciprocal_lengths(small), np.arange(30), np.arange(30, 60))
    rows = []
    for name, weights, slow in (
        ("N = 100, complete", city_network(100), True),
        ("N = 200, complete", city_network(200), True),
        ("N = 1,000, complete", city_network(1000), True),
        ("N = 1,000, 5 % of the arcs", city_network(1000, kept=0.05), True),
        ("N = 3,000, complete", city_network(3000), False),
    ):
        n = len(weights)
        order = np.random.default_rng(1).permutation(n)
        first, second = np.sort(order[: n // 2]), np.sort(order[n // 2 :])
        seconds, found = clock(lambda w=weights, a=first, b=second: group_betweenness(reciprocal_lengths(w), a, b))
        cells = [name, f"{seconds:.3f}"]
        cells.append(_compared(by_igraph, (weights, first, second), seconds, found) if n <= 1000 else "")
        cells.append(_compared(by_networkx, (weights, first, second), seconds, found) if slow else "")
        rows.append(cells)
    heads = ["network", "Isthmus, arcs and all", "igraph without building (ratio; most apart)", "networkx, likewise"]
    print_table(heads, rows)


def _compared(peer, network, seconds, found):
    """Seconds of a peer, how many times ours they are, and the largest difference in a city's betweenness."""
    try:
        theirs, values = peer(*network)
    except ImportError:
        return "not installed"
    return f"{theirs:.2f} ({theirs / seconds:.0f}x; {np.abs(values - found.betweenness).max():.1e})"


def ndlib_runs(weights, seeds, runs):
    """Processor seconds of a run of ndlib's cascade, and the mean number of cities that each seed activates."""
    import networkx
    from ndlib.models.epidemics import IndependentCascadesModel
    from ndlib.models.ModelConfig import Configuration

    shares = incoming_shares(weights).tocoo()
    arcs = list(zip(*(at.tolist() for at in shares.coords), strict=True))
    model, options = IndependentCascadesModel(networkx.DiGraph(arcs)), Configuration()
    options.add_model_initial_configuration("Infected", [seeds[0]])
    for arc, share in zip(arcs, shares.data.tolist(), strict=True):
        options.add_edge_configuration("threshold", arc, share)
    model.set_initial_status(options)

    def once(seed):
        model.reset(infected_nodes=[seed])
        while (counts := model.iteration(node_status=False)["node_count"])[1]:
            pass
        return counts[2] - 1

    seconds, found = clock(lambda: [np.mean([once(seed) for _ in range(runs)]) for seed in seeds], 1)
    return seconds / (len(seeds) * runs), found


def diffusion():
    """Compare influence of all cities in 10,000 worlds with what one run of ndlib costs."""
    linear_threshold(incoming_shares(city_network(50)), n_worlds=10)
    independent_cascade(incoming_shares(city_network(50)), n_worlds=10)
    rows = []
    for n in (100, 1000, 3000):
        shares = incoming_shares(city_network(n))
        repeat = 3 if n == 100 else 1
        threshold, _ = clock(lambda s=shares: linear_threshold(s, n_worlds=WORLDS), repeat)
        cascade, ours = clock(lambda s=shares: independent_cascade(s, n_worlds=WORLDS), repeat)
        rows.append([f"N = {n:,}, complete", f"{threshold:.2f}", f"{cascade:.2f}", _of_ndlib(n, cascade, ours)])
    print_table(
        [f"{WORLDS:,} worlds, all seeds", "linear threshold", "independent cascade", "ndlib, independent cascade"], rows
    )


def _of_ndlib(n, seconds, ours):
    """What ndlib needs for a run, for as many runs, and whether its means agree with ours."""
    if n > 100:
        return ""
    seeds = [int(city) for city in ours.order[:3]]
    try:
        run, found = ndlib_runs(city_network(n), seeds, 100)
    except ImportError:
        return "not installed"
    whole = run * n * WORLDS
    pairs = ", ".join(f"{theirs:.1f} and {mean:.1f}" for theirs, mean in zip(found, ours.influence[seeds], strict=True))
    return f"{1000 * run:.1f} ms a run, {whole:,.0f} s for as many ({whole / seconds:,.0f}x); of three cities {pairs}"


def gravity_world(n_rows, n_columns, seed=1):
    """Cities with masses, countries, solar hours and flows by a law of size, distance and country."""
    rng = np.random.default_rng(seed)
    n = max(n_rows, n_columns)
    country = np.sort(rng.choice(150, n, p=rng.dirichlet(np.full(150, 0.3))))
    # cities of a country lie around its middle, so that a few hundred groups of country and solar hour are there
    middle = np.stack([rng.uniform(-45, 60, 150), rng.uniform(-160, 160, 150)], axis=1)
    at = middle[country] + rng.normal(0, 6, (n, 2))
    hour = np.rint(at[:, 1] / 15).astype(int)
    order = np.lexsort([hour, country])
    country, at, hour = country[order], at[order], hour[order]
    size = rng.lognormal(4, 1.5, n)
    rows, columns = (np.sort(rng.choice(n, k, replace=False)) for k in (n_rows, n_columns))
    place = np.full(n, -1)
    place[columns] = np.arange(n_columns)
    same = np.stack([np.flatnonzero(place[rows] >= 0), place[rows][place[rows] >= 0]], axis=1)
    groups, group = np.unique(np.stack([country, hour]), axis=1, return_inverse=True)
    distance, _ = log_distances(at[rows], at[columns], same)
    log_mu = 0.8 * np.log(size[rows])[:, None] + 0.9 * np.log(size[columns]) - 0.3 * distance
    log_mu += 0.7 * (country[rows][:, None] == country[columns])
    mu = np.exp(log_mu)
    flows = rng.poisson(FLOWS * mu / mu.mean() * rng.gamma(2, 0.5, mu.shape))
    apart = np.abs(groups[1][:, None] - groups[1])
    tables = {
        "same country": (groups[0][:, None] == groups[0]).astype(float),
        "border": (np.abs(groups[0][:, None] - groups[0]) == 1).astype(float),
        "hours": np.minimum(apart, 24 - apart).astype(float),
    }
    scientists = size * rng.lognormal(0, 0.4, n)
    masses = {"works": size, "scientists": scientists}
    return {
        "flows": flows, "distance": distance, "same": same, "tables": tables, "groups": (group[rows], group[columns]),
        "columns": {name: np.log(x[columns]) for name, x in masses.items()},
        "rows": {"made": np.log(np.maximum(flows.sum(axis=1), 1)), "their scientists": np.log(scientists[rows])},
    }  # fmt: skip


def specification(world, number):
    """Fit one of the four specifications of the paper, with both kinds of errors."""
    first = number == 1
    columns = {"works": world["columns"]["works"]} if first else world["columns"]
    rows = {"made": world["rows"]["made"]} if first else world["rows"]
    more = {"log_distance": world["distance"], "same": world["same"]} if number >= 3 else {}
    if number == 4:
        more |= {"tables": world["tables"], "row_group": world["groups"][0], "column_group": world["groups"][1]}
    grid = make_grid(columns, rows, **more)
    i, j = np.nonzero(world["flows"])
    fit = fit_ppml(grid, flows_of(i, j, world["flows"][i, j], grid))
    return fit, fit.standard_errors, fit.two_way


def by_pyfixest(world, number):
    """Processor seconds of pyfixest with HC1 errors, and its coefficients and errors by our names."""
    import pyfixest

    n_rows, n_columns = world["flows"].shape
    frame = {"y": world["flows"].ravel().astype(float)}
    sides = {name: np.tile(x, n_rows) for name, x in world["columns"].items()}
    sides |= {name: np.repeat(x, n_columns) for name, x in world["rows"].items()}
    used = ["works", "made"] if number == 1 else ["works", "scientists", "made", "their scientists"]
    frame |= {f"x{k}": sides[name] for k, name in enumerate(used)}
    if number >= 3:
        mark = np.zeros((n_rows, n_columns))
        mark[world["same"][:, 0], world["same"][:, 1]] = 1
        frame |= {f"x{len(used)}": world["distance"].ravel(), f"x{len(used) + 1}": mark.ravel()}
    if number == 4:
        for k, table in enumerate(world["tables"].values()):
            frame[f"x{len(used) + 2 + k}"] = table[np.ix_(*world["groups"])].ravel()
    table = pd.DataFrame(frame)
    formula = "y ~ " + " + ".join(name for name in table.columns if name != "y")
    seconds, fit = clock(lambda: pyfixest.fepois(formula, data=table, vcov="HC1", iwls_tol=1e-10), 1)
    return seconds, fit.coef().to_numpy(), fit.se().to_numpy()


def gravity():
    """Compare the four specifications on the paper's grid with pyfixest."""
    small = gravity_world(450, 520)
    for number in (1, 2, 3, 4):
        specification(small, number)
    world, rows, total = gravity_world(CITING, CITED), [], 0.0
    for number in (1, 2, 3, 4):
        seconds, (fit, errors, _) = clock(lambda n=number: specification(world, n))
        total += seconds
        try:
            theirs, coefficients, others = by_pyfixest(world, number)
            apart = np.abs(coefficients - fit.coefficients).max()
            said = f"{theirs:.1f} ({theirs / seconds:.0f}x) | {apart:.0e} | {np.abs(others / errors - 1).max():.0e}"
        except ImportError:
            said = "not installed | | "
        rows.append([str(number), f"{seconds:.2f}", str(fit.steps), *said.split(" | ")])
    rows.append(["all four", f"{total:.2f}", "", "", "", ""])
    heads = ["specification", "Isthmus, HC1 and two-way", "steps", "pyfixest, HC1 alone"]
    print(f"{CITING:,} x {CITED:,} pairs, {int((world['flows'] > 0).sum()):,} with a flow\n")
    print_table([*heads, "coefficients apart", "HC1, relative"], rows)


def layer(folder):
    """Compare the layer of cities in Spark with DuckDB on the same tables."""
    from ingesting.measure import Sampler
    from placing import layer as placing

    from isthmus.engine import start_session

    warehouse = placing.of(folder)
    if warehouse is None:
        sys.exit(f"{folder} holds no study with places: run `isthmus run --study alshebli2022_beijing` into it first")
    spark = start_session("bench-cities", master="local[2]")
    used, rows, found = Sampler(os.getsid(0)), [], {}
    with tempfile.TemporaryDirectory() as scratch:
        calls = {
            "Spark, first time": lambda out: placing.in_spark(spark, warehouse, out),
            "Spark, again": lambda out: placing.in_spark(spark, warehouse, out),
            "DuckDB": lambda out: placing.in_duckdb(warehouse, out),
        }
        for name, call in calls.items():
            out = Path(scratch) / name.replace(" ", "-")
            out.mkdir()
            began = used.cpu()
            found[name] = call(out)
            rows.append([name, f"{used.cpu() - began:.1f}"])
    spark.stop()
    different = {name: placing.apart(table, found["DuckDB"][name]) for name, table in found["Spark, again"].items()}
    sizes = ", ".join(f"{len(table):,} rows of {name}" for name, table in found["DuckDB"].items())
    print(f"{sizes}; rows that differ: {different}\n")
    print_table(["engine", "processor seconds"], rows)


PARTS = {"betweenness": betweenness, "diffusion": diffusion, "gravity": gravity}


def main():
    asked = sys.argv[1:]
    if asked[:1] == ["layer"]:
        return layer(asked[-1])
    asked = asked or list(PARTS)
    for name in asked:
        if name not in PARTS:
            sys.exit(f"{name!r} is no part of this benchmark; it has {', '.join(PARTS)}")
        print(f"### {name}\n")
        PARTS[name]()


if __name__ == "__main__":
    main()
