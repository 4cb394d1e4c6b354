"""The directed Enhanced Configuration Model measured: the fit against NEMtropy, larger networks, significance, samples.

Prints markdown tables. One process, one thread, compilation before the clock, processor seconds. NEMtropy (extra
`test`) is optional.
usage: python scripts/bench/directed.py [migration.csv.gz] [--quick]
"""

import contextlib
import io
import logging
import os
import sys
import time
import warnings
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
import pandas as pd  # noqa: E402
from scipy import sparse  # noqa: E402

from isthmus.nullmodels.directed import fit_directed_ecm  # noqa: E402
from isthmus.nullmodels.directed_frames import directed_network_of  # noqa: E402
from isthmus.nullmodels.directed_significance import (  # noqa: E402
    directed_pair_significance,
    sample_directed_ecm,
)

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "migration" / "scholars_between_countries_1998_2018.csv.gz"


def clock(call, repeat=5):
    """Median processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return float(np.median(times)), result


def light_tailed(n):
    """Sizes within a factor of five, half of the pairs linked, weights about 4: where NEMtropy converges."""
    rng = np.random.default_rng(n)
    size = rng.uniform(0.4, 2.0, n)
    rate = np.outer(size, rng.permutation(size))
    weights = (rng.random((n, n)) < rate / (1 + rate)) * rng.geometric(0.25, (n, n))
    np.fill_diagonal(weights, 0)
    return sparse.csr_array(weights)


def city_like(n):
    """Heavy-tailed sizes, most pairs without a link, weights from 1 to thousands, the two directions different."""
    rng = np.random.default_rng(n)
    sent = np.minimum(rng.pareto(1.0, n) + 0.01, 0.2 * n)
    received = sent * rng.lognormal(0, 0.5, n)
    mean = np.minimum(np.outer(sent, received) * 3.0 / n, 3e3)
    weights = rng.poisson(mean * rng.exponential(1.0, mean.shape))
    np.fill_diagonal(weights, 0)
    return sparse.csr_array(weights)


def nemtropy_fit(weights):
    """Seconds and largest relative error of NEMtropy's best setting; the error is recomputed from its parameters."""
    import NEMtropy

    dense = weights.toarray().astype(float)
    np.random.seed(1)  # its random start draws from the global state
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        graph = NEMtropy.DirectedGraph(adjacency=dense)
        graph.solve_tool(model="decm_exp", method="newton", initial_guess="random", verbose=False)
    seconds = time.process_time() - start
    x, y = np.outer(graph.x, graph.y), np.outer(graph.b_out, graph.b_in)
    with np.errstate(all="ignore"):
        p = x * y / (1 - y + x * y)
        mean = p / (1 - y)
        worst = 0.0
        for expected, wanted in ((p, dense > 0), (mean, dense)):
            np.fill_diagonal(expected, 0)
            for axis in (0, 1):
                sums = wanted.sum(axis=axis)
                off = np.abs(expected.sum(axis=axis) - sums)[sums > 0] / sums[sums > 0]
                worst = max(worst, float(off.max())) if np.isfinite(off).all() else np.inf
    return seconds, worst


def bench_peers(sizes):
    print("### Against NEMtropy (decm_exp, newton, random start)\n")
    print(
        "| network | N | Isthmus, seconds | error | NEMtropy, seconds | error | ratio |\n|---|---|---|---|---|---|---|"
    )
    with contextlib.suppress(ImportError):
        nemtropy_fit(light_tailed(10))  # compile
    for name, make in (("light tails", light_tailed), ("city-like", city_like)):
        for n in sizes:
            weights = make(n)
            fit_directed_ecm(weights)
            ours, fit = clock(lambda w=weights: fit_directed_ecm(w))
            try:
                theirs, error = nemtropy_fit(weights)
                other = f"{theirs:.2f} | {error:.0e} | {theirs / ours:.0f}"
            except ImportError:
                other = "not installed | | "
            except Exception as failure:  # a peer's failure is a result
                other = f"{type(failure).__name__} | | "
            print(f"| {name} | {n} | {ours:.4f} | {fit.max_relative_error:.0e} | {other} |")
    print()


def bench_sizes(sizes):
    print(
        "### City-like networks\n\n| N | loops | classes | seconds | Newton steps | error |\n|---|---|---|---|---|---|"
    )
    for n in sizes:
        weights = city_like(n)
        for loops in (False, True):
            seconds, fit = clock(lambda w=weights, o=loops: fit_directed_ecm(w, o), 3)
            classes = int(fit.row_of.max()) + 1
            print(f"| {n} | {loops} | {classes} | {seconds:.3f} | {fit.iterations} | {fit.max_relative_error:.0e} |")
    print()


def bench_tables(weights):
    fit = fit_directed_ecm(weights)
    print(f"### Tests and samples, N = {fit.n_nodes}\n\n| what | seconds |\n|---|---|")
    table = clock(lambda: directed_pair_significance(weights, fit), 5)[0]
    print(f"| whole table of ordered pairs: z, tails, both q | {table:.4f} |")
    draws = clock(lambda: list(sample_directed_ecm(fit, 100, np.random.default_rng(1))), 1)[0]
    print(f"| 500 sampled networks | {5 * draws:.2f} |\n")


def bench_real(path):
    flows = pd.read_csv(path, keep_default_na=False)
    flows = flows[(flows["scholars_who_moved"].astype(float) > 0) & (flows["origin"] != flows["destination"])]
    flows = flows.rename(columns={"origin": "src", "destination": "dst", "scholars_who_moved": "weight"})
    years = [directed_network_of(rows)[1] for _, rows in flows.groupby("year")]
    timed = [clock(lambda w=weights: fit_directed_ecm(w), 3) for weights in years]
    worst = max(fit.max_relative_error for _, fit in timed)
    boundary = sum(fit.is_boundary for _, fit in timed)
    print(
        f"### Moves of scholars between countries, {len(years)} years, N {min(w.shape[0] for w in years)}-"
        f"{max(w.shape[0] for w in years)}\n\n{sum(s for s, _ in timed):.3f} s in all, worst error {worst:.0e}, "
        f"{boundary} years with certain pairs\n"
    )


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    quick = "--quick" in sys.argv
    path = Path(arguments[0]) if arguments else REAL
    fit_directed_ecm(city_like(60)), fit_directed_ecm(city_like(420)), fit_directed_ecm(city_like(60), True)
    bench_peers((20, 50) if quick else (20, 50, 100))
    bench_sizes((200, 1000) if quick else (200, 500, 1000, 2000))
    bench_tables(city_like(200))
    if path.is_file():
        bench_real(path)
    else:
        print(f"(no {path}: the real flows are not measured)")


if __name__ == "__main__":
    main()
