"""Novelty measured: pairs of sources against pySciSci's ten samples, and surprise; processor seconds in one run.

Prints two markdown tables. One process, one thread, compilation before the clock. The peer is optional and may need an
environment of its own (pip install pyscisci numba). It takes the references of one year, as here, and keeps five dense
matrices of sources by sources: beyond 5,000 sources it is not asked, nor beyond one year.
A year has at most 100,000 papers: more papers are years one after another, as the years of a study are.
usage: python scripts/bench/novelty.py [pairs [papers:sources ...] | sets [papers:years ...]]     # neither: both
       python scripts/bench/novelty.py background [papers:sources ...]   # one work of twenty is scored against all
"""

import os
import sys
import time
import warnings

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
from scipy import stats  # noqa: E402
from watching.workers import OwnMemory  # noqa: E402

from isthmus.indicators.novelty.combinations import combination_novelty  # noqa: E402
from isthmus.indicators.novelty.surprise import fit_surprise  # noqa: E402

PEER_SOURCES = 5000
YEARLY = 100_000  # papers of a year at most
SAMPLED = 20_000  # papers for which ten samples are drawn here, too
SAMPLES = 10
PAIRS = ((4000, 300), (20_000, 3000), (100_000, 5000), (100_000, 20_000), (1_000_000, 20_000))  # papers, sources
SETS = ((100_000, 2), (1_000_000, 10))  # papers and years of the model of combinations
BACKGROUND = ((100_000, 20_000), (100_000, 100_000), (1_000_000, 100_000))
YEAR = 2020


def references(papers, sources, fields=50, seed=0):
    """Thirty references a paper with a wide spread, 70 % of them to sources of its field, over 60 cited years."""
    rng = np.random.default_rng(seed)
    number = np.minimum(rng.poisson(rng.gamma(4, 7.5, papers)), 300)
    paper = np.repeat(np.arange(papers), number)
    cited_year = YEAR - np.minimum(rng.exponential(10, paper.size).astype(np.int64), 59)
    popularity = 1 / np.arange(1, sources + 1) ** 0.8
    source = rng.choice(sources, paper.size, p=popularity / popularity.sum())
    own = rng.random(paper.size) < 0.7
    field = rng.integers(0, fields, papers)[paper[own]]
    source[own] = (source[own] // fields * fields + field) % sources
    return paper, source, cited_year


def combinations(papers, nodes, groups=20, size=16, years=2, seed=0):
    """Sets of about `size` nodes, each set of one of the groups, in which nodes have unequal chances."""
    rng = np.random.default_rng(seed)
    chance = (1 / np.arange(1, nodes + 1) ** 0.7)[:, None] * rng.dirichlet(np.full(groups, 0.08), nodes)
    chance /= chance.sum(axis=0)
    number = 2 + rng.poisson(size - 2, papers)
    group = np.repeat(rng.integers(0, groups, papers), number)
    node = np.empty(group.size, dtype=np.int64)
    for d in range(groups):
        node[group == d] = rng.choice(nodes, (group == d).sum(), p=chance[:, d])
    return np.repeat(np.arange(papers), number), node, 2000 + rng.integers(0, years, papers)


def once(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def by_pyscisci(paper, source, cited_year):
    """z10 of each paper by pySciSci; every reference is a cited work of its own."""
    import pandas as pd
    from pyscisci.methods.novelty import novelty_conventionality

    papers, cited = int(paper.max()) + 1, np.arange(paper.size)
    pub = pd.DataFrame(
        {
            "PublicationId": np.concatenate([cited, paper.size + np.arange(papers)]),
            "Year": np.concatenate([cited_year, np.full(papers, YEAR)]),
            "JournalId": np.concatenate([source, np.zeros(papers, dtype=np.int64)]),
        }
    )
    links = pd.DataFrame({"CitingPublicationId": paper.size + paper, "CitedPublicationId": cited})
    seconds, table = once(lambda: novelty_conventionality(pub, links, n_samples=SAMPLES))
    z10 = np.full(papers, np.nan)
    z10[table["PublicationId"].to_numpy(int) - paper.size] = table["NoveltyScore"].to_numpy(float)
    return seconds, z10


def rank_correlation(a, b):
    both = np.isfinite(a) & np.isfinite(b)
    return f"{stats.spearmanr(a[both], b[both]).statistic:.3f}"


def one_year(papers, sources, seed=0, **options):
    """Return references of a year, processor seconds and novelty."""
    paper, source, cited_year = references(papers, sources, seed=seed)
    year = np.full(papers, YEAR)
    return (paper, source, cited_year), *once(lambda: combination_novelty(paper, source, cited_year, year, **options))


def measure_pairs(papers, sources):
    years = max(1, papers // YEARLY)
    seconds, pairs = 0.0, 0
    with OwnMemory() as memory:
        for year in range(years):
            cited, more, found = one_year(papers // years, sources, seed=year)
            seconds, pairs = seconds + more, pairs + int(found.n_pairs.sum())
    cells = [f"{papers:,}", f"{years}", f"{sources:,}", f"{pairs:,}", f"{seconds:.2f}", f"{memory.largest / 1e9:.1f}"]
    if papers <= SAMPLED:
        _, both, sampled = one_year(papers, sources, replicates=SAMPLES)
        agreement = sampled.agreement[0]
        cells += [f"{both - seconds:.2f}", f"{agreement.spearman:.3f}, {agreement.hits_in_common:.0%}"]
    else:
        cells += ["not run", ""]
    cells += against_pyscisci(cited, seconds, found) if years == 1 and sources <= PEER_SOURCES else ["not asked", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def against_pyscisci(cited, seconds, found):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other, z10 = by_pyscisci(*cited)
    except ImportError:
        return ["not installed", ""]
    return [f"{other:.1f} ({other / seconds:.0f}x)", rank_correlation(z10, found.z10)]


def measure_surprise(papers, years, nodes=20_000):
    paper, node, year = combinations(papers, nodes, years=years)
    seconds, found = once(lambda: fit_surprise(paper, node, year))
    row = [f"{papers:,}", f"{years}", f"{nodes:,}", f"{paper.size:,}", f"{found.log_likelihood.size}", f"{seconds:.1f}"]
    check = fit_surprise(paper, node, year, starts=1, check=True).checks[-1]
    row += [f"{seconds / papers * 1e5:.1f}", f"{check.surprise:.3f} / {check.lift:.3f} / {check.popularity:.3f}"]
    print("| " + " | ".join(row) + " |", flush=True)


def measure_background(papers, sources):
    """One work of twenty scored against the works of a whole year: seconds, and microseconds a pair of references."""
    paper, source, cited_year = references(papers, sources)
    number = np.bincount(paper, minlength=papers)
    pairs = int((number * (number - 1) // 2).sum())
    focal = np.arange(0, papers, 20)
    with OwnMemory() as memory:
        seconds, _ = once(
            lambda: combination_novelty(paper, source, cited_year, np.full(papers, YEAR), focal=focal, blocks=4)
        )
    cells = [f"{papers:,}", f"{focal.size:,}", f"{sources:,}", f"{pairs:,}", f"{seconds:.1f}"]
    print("| " + " | ".join([*cells, f"{seconds / pairs * 1e6:.2f}", f"{memory.largest / 1e9:.1f}"]) + " |", flush=True)


PAIR_HEADINGS = (
    "papers", "years", "sources", "pairs of references", "seconds, exact", "memory, GB", "seconds, ten samples",
    "their rank correlation and hits in common with the exact", "pySciSci, ten samples",
    "its rank correlation with the exact",
)  # fmt: skip
SET_HEADINGS = (
    "sets", "years", "nodes", "nodes in sets", "starts", "seconds", "per 100,000 sets",
    "real above shuffled in the last year: surprise / lift / popularity",
)  # fmt: skip


BACKGROUND_HEADINGS = (
    "works of a year", "scored", "sources", "pairs of references", "seconds", "microseconds a pair", "memory, GB",
)  # fmt: skip


def heading(names):
    return "| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|"


TABLES = {
    "pairs": (PAIR_HEADINGS, measure_pairs, PAIRS),
    "sets": (SET_HEADINGS, measure_surprise, SETS),
    "background": (BACKGROUND_HEADINGS, measure_background, BACKGROUND),
}


def main():
    words = sys.argv[1:]
    combination_novelty(*references(100, 20), np.full(100, YEAR), replicates=2)
    fit_surprise(*combinations(200, 50), starts=1, check=True)
    sizes = [tuple(map(int, word.split(":"))) for word in words[1:]]
    for name in words[:1] or ("pairs", "sets"):
        headings, measure, usual = TABLES[name]
        print(heading(headings), flush=True)
        for size in sizes or usual:
            measure(*size)
        print()


if __name__ == "__main__":
    main()
