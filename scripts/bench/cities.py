"""Questions between cities measured against the peers: betweenness, spread of influence, gravity, the layer of places.

    scripts/bench.sh cities [betweenness|diffusion|gravity|layer ...]

Prints markdown. One process, one thread, compilation before the clock, processor seconds; what is compared is compared
in the same run. igraph, ndlib and pyfixest are optional: a line says which is not there.
"""

import os
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import networkx as nx  # noqa: E402 - the number of threads is read at import
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from isthmus.centrality import (  # noqa: E402
    group_betweenness,
    independent_cascade,
    linear_threshold,
    reciprocal_lengths,
)
from isthmus.centrality.diffusion import incoming_shares  # noqa: E402
from isthmus.gravity.frictions import fit_frictions  # noqa: E402
from isthmus.gravity.grid import log_distances, make_grid  # noqa: E402
from isthmus.gravity.ppml import fit_ppml, flows_of  # noqa: E402


def clock(call, repeat=3):
    """Median processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return float(np.median(times)), result


def optional(name):
    try:
        return __import__(name, fromlist=["*"])
    except ImportError:
        print(f"{name} is not installed: no comparison with it")
        return None


def gravity_like(n, seed=0):
    """Complete networks of whole weights by size and distance, and the side of every node."""
    rng = np.random.default_rng(seed)
    size, place = rng.lognormal(0, 1, n), rng.uniform(0, 100, (n, 2))
    away = np.linalg.norm(place[:, None] - place, axis=2) + 1
    weights = 1 + rng.poisson(3000 * np.outer(size, size) / away)
    np.fill_diagonal(weights, 0)
    return weights, rng.random(n) < 0.4


def igraph_between(weights, first):
    """Return a function that gives betweenness between two groups by igraph's betweenness of subsets of both."""
    igraph = optional("igraph")
    if igraph is None:
        return None
    i, j = np.nonzero(weights)
    graph = igraph.Graph(n=len(weights), edges=np.column_stack([i, j]), directed=True)
    length = (1.0 / weights[i, j]).tolist()
    one, other = np.flatnonzero(first).tolist(), np.flatnonzero(~first).tolist()

    def call():
        ways = ((one, other), (other, one))
        return sum(np.array(graph.betweenness(directed=True, weights=length, sources=a, targets=b)) for a, b in ways)

    return call


def betweenness():
    print("\n| betweenness between two groups | ours | igraph (graph built before) | networkx | largest difference |")
    print("|---|---|---|---|---|")
    for n in (100, 1000):
        weights, first = gravity_like(n)
        group_betweenness(reciprocal_lengths(weights), first, ~first)
        ours, found = clock(lambda w=weights, f=first: group_betweenness(reciprocal_lengths(w), f, ~f).betweenness)
        cells, away = [], []
        peer = igraph_between(weights, first)
        if peer is None:
            cells.append("–")
        else:
            seconds, other = clock(peer, 1)
            cells.append(f"{seconds:.3f} s ({seconds / ours:.0f} times)")
            away.append(np.abs(other - found).max())
        if n == 100:
            graph = nx.DiGraph()
            graph.add_weighted_edges_from(
                ((a, b, 1 / weights[a, b]) for a, b in zip(*np.nonzero(weights), strict=True)), weight="length"
            )
            one, rest = np.flatnonzero(first).tolist(), np.flatnonzero(~first).tolist()
            seconds, other = clock(lambda g=graph, a=one, b=rest: _networkx(g, a, b), 1)
            cells.append(f"{seconds:.2f} s ({seconds / ours:.0f} times)")
            away.append(np.abs(other - found).max())
        else:
            cells.append("–")
        print(f"| {n:,} nodes, complete | {ours:.3f} s | {cells[0]} | {cells[1]} | {max(away, default=np.nan):.1e} |")


def _networkx(graph, one, rest):
    parts = [
        nx.betweenness_centrality_subset(graph, a, b, normalized=False, weight="length")
        for a, b in ((one, rest), (rest, one))
    ]
    return np.array([sum(part[node] for part in parts) for node in sorted(graph)])


def diffusion(n=100, worlds=10_000, runs=200):
    """Spread from all seeds in 10,000 worlds each; ndlib by what one run of it takes."""
    weights, _ = gravity_like(n)
    shares = incoming_shares(weights.astype(float))
    rows = {}
    for name, spread in (("independent cascade", independent_cascade), ("linear threshold", linear_threshold)):
        spread(shares, n_worlds=100)
        rows[name], found = clock(lambda s=spread: s(shares, n_worlds=worlds), 1)
        print(f"{name}: seed 0 reaches {found.influence[0]:.3f} (sd {found.sd[0]:.3f})")
    peer = {} if optional("ndlib") is None else _ndlib(shares, runs)
    print(f"\n| all {n} seeds, {worlds:,} worlds | ours | ndlib, by {runs} of its runs |")
    print("|---|---|---|")
    for name, seconds in rows.items():
        other = f"{peer[name][0] * n * worlds:,.0f} s; reaches {peer[name][1]:.2f}" if name in peer else "–"
        print(f"| {name} | {seconds:.3f} s | {other} |")


def _ndlib(shares, runs):
    from ndlib.models import epidemics
    from ndlib.models.ModelConfig import Configuration

    dense = shares.toarray() if hasattr(shares, "toarray") else np.asarray(shares)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(dense)))
    graph.add_edges_from(zip(*(ends.tolist() for ends in np.nonzero(dense)), strict=True))
    reached = []
    start = time.process_time()
    for run in range(runs):
        model = epidemics.IndependentCascadesModel(graph, seed=run)
        config = Configuration()
        config.add_model_initial_configuration("Infected", [0])
        for a, b in graph.edges():
            config.add_edge_configuration("threshold", (a, b), float(dense[a, b]))
        model.set_initial_status(config)
        while True:
            counts = model.iteration()["node_count"]
            if counts[1] == 0:
                break
        reached.append(counts[2] - 1)
    return {"independent cascade": ((time.process_time() - start) / runs, float(np.mean(reached)))}


def city_grid(n_rows=2206, n_columns=2774, countries=60):
    """Masses, groups, distances and flows of a study of the published size: (grid of specification 1 to 4, flows)."""
    rng = np.random.default_rng(1)
    group = np.sort(rng.integers(0, countries, n_columns))
    centre = np.column_stack([rng.uniform(-40, 65, countries), rng.uniform(-120, 150, countries)])
    point = centre[group] + rng.normal(0, 3, (n_columns, 2))
    rows = np.sort(rng.choice(n_columns, n_rows, replace=False))
    same = np.column_stack([np.arange(n_rows), rows])
    ld, _ = log_distances(point[rows], point, same)
    output, people = rng.lognormal(3, 1.5, n_columns), rng.lognormal(2, 1.2, n_columns)
    made = rng.lognormal(3, 1.5, n_rows)
    border = (rng.random((countries, countries)) < 0.06).astype(float)
    tables = {
        "same country": np.eye(countries),
        "shared border": np.maximum(border, border.T) * (1 - np.eye(countries)),
    }
    mean = 1e-5 * np.outer(made, output) * np.exp(-0.2 * ld + 0.4 * tables["same country"][group[rows]][:, group])
    flows = rng.poisson(mean)
    flows[0, :3] += 1
    base = {"output": np.log(output)}, {"made": np.log(made)}
    more = {**base[0], "people of j": np.log(people)}, {**base[1], "people of i": np.log(people[rows])}
    pairs = {"log_distance": ld, "same": same}
    grids = [
        make_grid(*base),
        make_grid(*more),
        make_grid(*more, **pairs),
        make_grid(*more, **pairs, tables=tables, row_group=group[rows], column_group=group),
    ]
    return grids, flows


def gravity():
    grids, flows = city_grid()
    i, j = np.nonzero(flows)
    small, own = city_grid(60, 70, 5)
    for grid in small:  # compilation
        fit_ppml(grid, flows_of(*np.nonzero(own), own[np.nonzero(own)], grid))
    times, fits = [], []
    for grid in grids:
        seconds, fit = clock(lambda g=grid: fit_ppml(g, flows_of(i, j, flows[i, j], g)), 1)
        times.append(seconds)
        fits.append(fit)
    print(f"\n{flows.size:,} pairs, {i.size:,} with a flow: specifications 1 to 4 with HC1 and two-way errors in "
          f"{' + '.join(f'{seconds:.2f}' for seconds in times)} = {sum(times):.2f} s")  # fmt: skip
    _pyfixest(grids[3], flows, fits[3], times[3])
    part = np.ix_(np.argsort(-flows.sum(axis=1))[:1000], np.argsort(-flows.sum(axis=0))[:1000])
    covariates = {"distance": grids[3].log_distance[part]}
    fit_frictions(own, {"distance": small[3].log_distance})
    seconds, fit = clock(lambda: fit_frictions(flows[part], covariates), 1)
    print(f"effects of origins and destinations, 1,000 x 1,000: {seconds:.2f} s, {fit.steps} steps")


def _pyfixest(grid, flows, ours, seconds):
    pyfixest = optional("pyfixest")
    if pyfixest is None:
        return
    few = np.arange(0, flows.shape[0], 4), np.arange(0, flows.shape[1], 4)
    i, j = (ends.ravel() for ends in np.meshgrid(*few, indexing="ij"))
    names = [name.replace(" ", "_") for name in grid.names[1:]]
    frame = pd.DataFrame(grid.regressors(i, j)[:, 1:], columns=names).assign(y=flows[i, j].astype(float))
    part = grid.only(*few)
    chosen = flows[np.ix_(*few)]
    own, fit = clock(lambda: fit_ppml(part, flows_of(*np.nonzero(chosen), chosen[np.nonzero(chosen)], part)), 1)
    other, found = clock(lambda: pyfixest.fepois(f"y ~ {' + '.join(names)}", data=frame, vcov="HC1", iwls_tol=1e-10), 1)
    away = np.abs(found.coef()[names].to_numpy() - fit.coefficients[1:]).max()
    print(f"pyfixest fepois on a sixteenth of these pairs ({len(frame):,}): {other:.2f} s, ours {own:.3f} s "
          f"({other / own:.0f} times); largest difference of a coefficient {away:.1e}")  # fmt: skip


def layer(works=400_000, seed=3):
    """Who builds on whom between cities from work places and citations: DuckDB's joins and ours on the same rows."""
    import duckdb
    from pyspark.sql import functions as F

    from isthmus.corpus.received import place_citations
    from isthmus.engine import start_session
    from isthmus.indicators.cities.ties import impact

    rng = np.random.default_rng(seed)
    share = rng.pareto(1.0, 2000) + 0.1
    city = rng.choice(2000, works, p=share / share.sum())
    places = pd.DataFrame({"work_id": np.arange(works), "year": 2010 + rng.integers(0, 10, works), "last_city": city})
    ends = rng.integers(0, works, (2, 5 * works))
    lag = places["year"].to_numpy()[ends[0]] - places["year"].to_numpy()[ends[1]]
    kept = (lag >= 0) & (lag <= 5) & (ends[0] != ends[1])
    cited = pd.DataFrame({"citing_work_id": ends[0][kept], "cited_work_id": ends[1][kept], "lag": lag[kept]})
    cited = cited.assign(cited_year=places["year"].to_numpy()[cited["cited_work_id"]], from_corpus=True)
    cited = cited.drop_duplicates(["citing_work_id", "cited_work_id"]).astype({"lag": "int32", "cited_year": "int32"})
    folder = os.environ.get("TMPDIR", "/tmp")
    files = [f"{folder}/bench_cities_{name}_{os.getpid()}.parquet" for name in ("places", "cited")]
    places.astype({"year": "int32"}).assign(last_country="A").to_parquet(files[0])
    cited.to_parquet(files[1])
    spark = start_session("bench-cities", master="local[1]", conf={"spark.sql.shuffle.partitions": "4"})
    try:
        rows = [spark.read.parquet(file) for file in files]

        def ours():
            counted = place_citations(*rows)
            return impact(counted, (2013, 2017)).agg(F.count("*"), F.sum("weight")).head()

        def peer():
            return duckdb.sql(
                "set threads = 1; select count(*), sum(w) from (select a.last_city, b.last_city, count(*) w "
                f"from '{files[1]}' c join '{files[0]}' a on a.work_id = c.citing_work_id "
                f"join '{files[0]}' b on b.work_id = c.cited_work_id "
                "where c.lag <= 2 and c.cited_year between 2013 and 2017 and c.from_corpus "
                "and a.last_city is not null and b.last_city is not null group by all)"
            ).fetchone()

        first = ours(), peer()
        seconds = [min(_wall(call) for _ in range(3)) for call in (ours, peer)]
    finally:
        spark.stop()
        for file in files:
            os.remove(file)
    same = tuple(first[0]) == tuple(int(value) for value in first[1])
    print(f"\ncity layer, {works:,} works, {len(cited):,} citations, wall seconds with one thread, both warm: Spark "
          f"{seconds[0]:.2f} s, DuckDB {seconds[1]:.2f} s; {'the same' if same else 'DIFFERENT'} {first[0][0]:,} ties")  # fmt: skip


def _wall(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


PARTS = {"betweenness": betweenness, "diffusion": diffusion, "gravity": gravity, "layer": layer}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
