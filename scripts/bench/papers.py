"""Null models of papers measured: fits, moments and tails of every pair, drawn papers; bicm against NEMtropy.

100,000 papers of 1 to 30 countries, 200 countries of very unequal size. Prints markdown tables. One process, one
thread, compilation before the clock, seconds of processor time: they hold on a machine that others use too.
NEMtropy (extra `test`: pip install "NEMtropy>=4,<5") is optional.
usage: python scripts/bench/papers.py [--quick]
"""

import contextlib
import io
import logging
import os
import sys
import time
import warnings

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
from scipy import sparse  # noqa: E402

from isthmus.nullmodels.bicm import fit_bicm, sample_bicm  # noqa: E402
from isthmus.nullmodels.paper_layers import counts_of_incidence  # noqa: E402
from isthmus.nullmodels.paper_models import paper_significance  # noqa: E402
from isthmus.nullmodels.papers import fit_papers, sample_papers  # noqa: E402


def clock(call, repeat=5):
    """Median processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return float(np.median(times)), result


def papers_of(n_papers, n_countries, most, seed):
    """Papers without preference: a number of countries, then countries by size, one after the other."""
    rng = np.random.default_rng(seed)
    size = np.minimum(rng.geometric(0.6, n_papers), most)
    size[: most - 1] = np.arange(2, most + 1)
    log_share = rng.normal(0, 2, n_countries)
    rows, columns = [], []
    for k in np.unique(size):
        papers = np.flatnonzero(size == k)
        keys = log_share + rng.gumbel(size=(papers.size, n_countries))
        rows.append(np.repeat(papers, k))
        columns.append(np.argpartition(-keys, k - 1, axis=1)[:, :k].ravel())
    row, column = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(row.size, dtype=np.int64)
    return sparse.csr_array(sparse.coo_array((ones, (row, column)), shape=(n_papers, n_countries)))


def nemtropy_fit(incidence):
    """Seconds and largest relative error of NEMtropy's fit; the error is recomputed from its probabilities."""
    from NEMtropy import BipartiteGraph

    countries, papers = np.asarray(incidence.sum(axis=0)), np.asarray(incidence.sum(axis=1))
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        graph = BipartiteGraph(degree_sequences=(countries, papers))
        graph.solve_tool(method="newton", initial_guess="degrees", print_error=False)
    seconds = time.process_time() - start
    x, y = (np.asarray(part, dtype=float) for part in (graph.x, graph.y))
    classes, which = np.unique(y, return_inverse=True)
    p = np.outer(x, classes) / (1 + np.outer(x, classes))
    number = np.bincount(which)
    missed = np.abs(p @ number - countries) / np.maximum(countries, 1), np.abs(p.sum(axis=0)[which] - papers) / papers
    return seconds, float(max(part.max() for part in missed))


def bench_fits(incidence, countries):
    print("### Fits\n\n| tool | seconds | largest relative error | Newton steps |\n|---|---|---|---|")
    of_papers = np.asarray(incidence.sum(axis=1))  # both tools start from the countries of each paper
    ours = {}
    for name, fit in (("papers", fit_papers), ("bicm", fit_bicm)):
        ours[name], found = clock(lambda f=fit: f(countries, np.bincount(of_papers)))
        print(f"| Isthmus, {name} | {ours[name]:.4f} | {found.max_relative_error:.0e} | {found.iterations} |")
    try:
        import NEMtropy  # noqa: F401
    except ImportError:
        print("\nNEMtropy is not installed: no comparison.\n")
        return
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    nemtropy_fit(incidence[:1000])  # compile
    results = [nemtropy_fit(incidence) for _ in range(3)]
    seconds, error = float(np.median([s for s, _ in results])), results[0][1]
    print(f"| NEMtropy, bicm, newton | {seconds:.4f} | {error:.0e} | |")
    print(f"| ratio NEMtropy / Isthmus, bicm | **{seconds / ours['bicm']:.1f}** | | |\n")


def bench_pairs(countries, sizes, weights):
    linked = int((countries > 0).sum())
    print(f"### Every pair, {linked * (linked - 1) // 2} of them\n\n| what | papers | bicm |\n|---|---|---|")
    i, j = np.triu_indices(countries.size, 1)
    observed = weights.toarray()[i, j]
    rows = {"pair probabilities by size": [], "both exact tails": [], "whole table: fit, z, p-values, q": []}
    for model, fit in (("papers", fit_papers), ("bicm", fit_bicm)):
        fitted = fit(countries, sizes)
        law = fitted.law(i, j)
        rows["pair probabilities by size"].append(clock(lambda f=fitted: f.law(i, j))[0])
        rows["both exact tails"].append(clock(lambda found=law: found.tails(observed))[0])
        whole = clock(lambda m=model: list(paper_significance(weights, countries, sizes, model=m)), 3)[0]
        rows["whole table: fit, z, p-values, q"].append(whole)
    for what, seconds in rows.items():
        print(f"| {what} | {seconds[0]:.3f} | {seconds[1]:.3f} |")
    draws = [
        clock(lambda f=f, d=d: d(f, np.random.default_rng(1)), 3)[0]
        for f, d in ((fit_papers(countries, sizes), sample_papers), (fit_bicm(countries, sizes), sample_bicm))
    ]
    print(f"| all papers drawn once | {draws[0]:.3f} | {draws[1]:.3f} |\n")


def bench_preference(countries, sizes, weights):
    print("### The world has no preference\n\n| model | large ties | observed / expected | z < -2 | z > 2 |")
    print("|---|---|---|---|---|")
    for model in ("papers", "bicm"):
        table = next(paper_significance(weights, countries, sizes, model=model))
        large = table.expected >= 30
        ratio = table.weight[large].sum() / table.expected[large].sum()
        z = table.z[large]
        print(f"| {model} | {large.sum()} | {ratio:.3f} | {np.mean(z < -2):.1%} | {np.mean(z > 2):.1%} |")


def main():
    quick = "--quick" in sys.argv
    incidence = papers_of(5_000 if quick else 100_000, 60 if quick else 200, 12 if quick else 30, seed=1)
    countries, sizes, weights = counts_of_incidence(incidence)
    for model in ("papers", "bicm"):  # compile
        list(paper_significance(weights, countries, sizes, model=model))
    print(
        f"{sizes.sum()} papers of 1 to {sizes.size - 1} countries, {countries.size} countries, heaviest tie "
        f"{weights.max()}\n"
    )
    bench_fits(incidence, countries)
    bench_pairs(countries, sizes, weights)
    bench_preference(countries, sizes, weights)


if __name__ == "__main__":
    main()
