"""Null models measured: the fit against NEMtropy on real years, cities, sampling, exact moments, rewiring.

Prints markdown tables. One process, one thread, compilation before the clock, seconds of processor time: they hold on a
machine that others use too. NEMtropy (extra `test`) is optional.
usage: python scripts/bench/nullmodels.py [real_edges.csv.gz] [--quick]
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

from isthmus.nullmodels.ecm import fit_ecm  # noqa: E402
from isthmus.nullmodels.frames import network_of  # noqa: E402
from isthmus.nullmodels.rewiring import rewired_ensemble  # noqa: E402
from isthmus.nullmodels.sampling import sample_ecm, sampled_moments  # noqa: E402
from isthmus.nullmodels.significance import pair_significance  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "openalex" / "country_coauthorship_odd_years.csv.gz"


def clock(call, repeat=5):
    """Median processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return float(np.median(times)), result


def real_years(path):
    edges = pd.read_csv(path, keep_default_na=False).rename(columns={"source": "src", "target": "dst"})
    return {int(year): network_of(group)[1] for year, group in edges.groupby("year")}


def nemtropy_fit(weights):
    """Seconds and largest relative error of NEMtropy's best setting; the error is recomputed from its x and y."""
    import NEMtropy

    np.random.seed(1)  # its random start draws from the global state
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        graph = NEMtropy.UndirectedGraph(adjacency=weights.toarray().astype(float))
        graph.solve_tool(model="ecm_exp", method="newton", initial_guess="random", verbose=False)
    seconds = time.process_time() - start
    x, y = np.asarray(graph.x, dtype=float), np.asarray(graph.y, dtype=float)
    yy, xx = np.outer(y, y), np.outer(x, x)
    p = xx * yy / (1 - yy + xx * yy)
    mean = p / (1 - yy)
    np.fill_diagonal(p, 0)
    np.fill_diagonal(mean, 0)
    k, s = np.diff(weights.indptr), weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.concatenate([np.abs(p.sum(axis=1) - k) / k, np.abs(mean.sum(axis=1) - s) / s])
    return seconds, float(np.max(errors)) if np.isfinite(errors).all() else float("inf")


def bench_real(years):
    for weights in list(years.values())[:2]:
        fit_ecm(weights)
    ours = {year: clock(lambda w=weights: fit_ecm(w)) for year, weights in years.items()}
    print(
        f"### ECM fit, {len(years)} real yearly co-authorship networks, N {min(w.shape[0] for w in years.values())}"
        f"-{max(w.shape[0] for w in years.values())}\n"
    )
    print("| tool | seconds in all | median per year | worst relative error | failures |\n|---|---|---|---|---|")
    seconds = [s for s, _ in ours.values()]
    worst = max(fit.max_relative_error for _, fit in ours.values())
    failed = sum(fit.max_relative_error > 1e-9 for _, fit in ours.values())
    print(f"| Isthmus | {sum(seconds):.3f} | {np.median(seconds) * 1e3:.1f} ms | {worst:.0e} | {failed} |")
    try:
        import NEMtropy  # noqa: F401
    except ImportError:
        print("\nNEMtropy is not installed: no comparison.\n")
        return
    logging.disable(logging.WARNING)
    nemtropy_fit(next(iter(years.values())))  # compile
    theirs = [nemtropy_fit(weights) for weights in years.values()]
    times, errors = [t for t, _ in theirs], [e for _, e in theirs]
    print(
        f"| NEMtropy, ecm_exp, newton, random start | {sum(times):.2f} | {np.median(times) * 1e3:.0f} ms | "
        f"{max(errors):.0e} | {sum(e > 1e-6 for e in errors)} (error > 1e-6) |"
    )
    print(f"| ratio | **{sum(times) / sum(seconds):.0f}** | {np.median(times) / np.median(seconds):.0f} | | |\n")


def city_network(n, seed):
    """A network like that of cities: heavy-tailed sizes, most pairs without a link, weights from 1 to thousands."""
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.0, n) + 0.01
    size = np.minimum(size, 0.2 * n)
    rows = []
    for i in range(n - 1):
        mean = np.minimum(size[i] * size[i + 1 :] * 3.0 / n, 3e3)
        weight = rng.poisson(mean * rng.exponential(1.0, mean.size))
        linked = np.flatnonzero(weight)
        rows.append((np.full(linked.size, i), linked + i + 1, weight[linked]))
    i, j, w = (np.concatenate(part) for part in zip(*rows, strict=True))
    half = sparse.coo_array((w, (i, j)), shape=(n, n)).tocsr()
    return (half + half.T).tocsr()


def heavy_tailed_network(n, seed):
    """A network whose nodes hardly share degree and strength: sizes of a Pareto law, 900 links a node."""
    rng = np.random.default_rng(seed)
    size = np.minimum(rng.pareto(1.0, n) + 0.1, 0.2 * n)
    rows = []
    for i in range(n - 1):
        mean = np.minimum(size[i] * size[i + 1 :] * 300.0 / n, 3e3)
        weight = rng.poisson(mean * rng.exponential(1.0, mean.size))
        linked = np.flatnonzero(weight)
        rows.append((np.full(linked.size, i), linked + i + 1, weight[linked]))
    i, j, w = (np.concatenate(part) for part in zip(*rows, strict=True))
    half = sparse.coo_array((w, (i, j)), shape=(n, n)).tocsr()
    return (half + half.T).tocsr()


def bench_large(heading, make, sizes):
    print(f"### ECM fit, {heading}\n")
    print("| N | linked nodes | links | classes | seconds | Newton steps | relative error |")
    print("|---|---|---|---|---|---|---|")
    for n in sizes:
        weights = make(n, seed=n)
        seconds, fit = clock(lambda w=weights: fit_ecm(w), repeat=3)
        linked = int((fit.degrees > 0).sum())
        print(
            f"| {n} | {linked} | {weights.nnz // 2} | {int(fit.of_node.max()) + 1} | {seconds:.3f} | "
            f"{fit.iterations} | {fit.max_relative_error:.0e} |"
        )
    print()


def bench_ensembles(weights):
    n = weights.shape[0]
    fit = fit_ecm(weights)
    i, j = np.triu_indices(n, 1)
    observed = weights.toarray()[i, j]

    def exact():
        law = fit.law(i, j)
        return law.expected_weight, law.variance, law.upper_tail(observed)

    def draw(call):
        return lambda: call(fit, 500, np.random.default_rng(1))

    exact()
    print(f"### Moments and significance, N = {n}, {i.size} pairs\n\n| what | seconds |\n|---|---|")
    print(f"| exact mean, variance and tail of every pair | {clock(exact, 20)[0]:.4f} |")
    table = clock(lambda: pair_significance(weights, fit), 10)[0]
    print(f"| whole table: z, four p-values, q, flags | {table:.4f} |")
    print(f"| 500 sampled networks, as sparse matrices | {clock(draw(lambda *a: list(sample_ecm(*a))), 3)[0]:.3f} |")
    print(f"| mean and sd of every pair over 500 samples | {clock(draw(sampled_moments), 3)[0]:.3f} |\n")


def bench_rewiring(weights, totals, samples):
    print("### Local rewiring, 500 samples\n")
    print("| N | total weight | samples run | seconds per 500 | effective samples per 500 |\n|---|---|---|---|---|")
    rewired_ensemble(weights, 2, np.random.default_rng(1), sweeps=1)
    for total in totals:
        factor = total / (weights.sum() / 2)
        scaled = sparse.csr_array(weights * 1.0)
        scaled.data = np.maximum(np.round(scaled.data * factor), 1).astype(np.int64)
        scaled = scaled.astype(np.int64)
        seconds, ensemble = clock(lambda w=scaled: rewired_ensemble(w, samples, np.random.default_rng(1)), 1)
        worth, per_500 = ensemble.effective_samples / samples * 500, seconds * 500 / samples
        print(f"| {scaled.shape[0]} | {int(scaled.sum()) // 2:.2e} | {samples} | {per_500:.0f} | {worth:.0f} |")
    print()


def main():
    warnings.simplefilter("ignore")
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    quick = "--quick" in sys.argv
    path = Path(arguments[0]) if arguments else REAL
    if not path.is_file():
        sys.exit(f"there is no {path}; give a CSV with year, source, target, weight")
    years = real_years(path)
    bench_real(years)
    middle = years[sorted(years)[len(years) // 2 - 2]]
    bench_ensembles(middle)
    sizes = (1000,) if quick else (1000, 3000, 5000)
    bench_large("city-like networks", city_network, sizes)
    bench_large("heavy tails, hardly two nodes alike", heavy_tailed_network, sizes)
    bench_rewiring(middle, (1e6,) if quick else (1e6, 1e7), 20 if quick else 100)


if __name__ == "__main__":
    main()
