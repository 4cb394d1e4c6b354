"""Novelty measured: pairs of sources against pySciSci's ten samples, and surprise; processor seconds in one run.

Prints two markdown tables. One process, one thread, compilation before the clock. The peer is optional and may need an
environment of its own (pip install pyscisci numba). It takes the references of one year, as here, and keeps five dense
matrices of sources by sources: beyond 5,000 sources it is not asked.
usage: python scripts/bench/novelty.py [papers:sources ...]
"""

import os
import sys
import time
import warnings

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
from scipy import stats  # noqa: E402

from isthmus.indicators.novelty.combinations import combination_novelty  # noqa: E402
from isthmus.indicators.novelty.surprise import fit_surprise  # noqa: E402

PEER_SOURCES = 5000
SAMPLES = 10
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


def clock(call):
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
    seconds, table = clock(lambda: novelty_conventionality(pub, links, n_samples=SAMPLES))
    z10 = np.full(papers, np.nan)
    z10[table["PublicationId"].to_numpy(int) - paper.size] = table["NoveltyScore"].to_numpy(float)
    return seconds, z10


def rank_correlation(a, b):
    both = np.isfinite(a) & np.isfinite(b)
    return f"{stats.spearmanr(a[both], b[both]).statistic:.3f}"


def measure_pairs(papers, sources):
    paper, source, cited_year = references(papers, sources)
    year = np.full(papers, YEAR)
    seconds, found = clock(lambda: combination_novelty(paper, source, cited_year, year))
    cells = [f"{papers:,}", f"{sources:,}", f"{found.n_pairs.sum():,}", f"{seconds:.2f}"]
    if papers <= 20_000:
        both, sampled = clock(lambda: combination_novelty(paper, source, cited_year, year, replicates=SAMPLES))
        agreement = sampled.agreement[0]
        cells += [f"{both - seconds:.2f}", f"{agreement.spearman:.3f}, {agreement.hits_in_common:.0%}"]
    else:
        cells += ["not run", ""]
    try:
        if sources > PEER_SOURCES:
            raise MemoryError
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other, z10 = by_pyscisci(paper, source, cited_year)
        cells += [f"{other:.1f} ({other / seconds:.0f}x)", rank_correlation(z10, found.z10)]
    except ImportError:
        cells += ["not installed", ""]
    except MemoryError:
        cells += ["not asked", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def measure_surprise(papers, nodes):
    paper, node, year = combinations(papers, nodes)
    seconds, found = clock(lambda: fit_surprise(paper, node, year))
    check = fit_surprise(paper, node, year, starts=1, check=True).checks[0]
    apart = f"{check.surprise:.3f} / {check.lift:.3f} / {check.popularity:.3f}"
    row = [f"{papers:,}", f"{nodes:,}", f"{paper.size:,}", f"{found.log_likelihood.size}", f"{seconds:.1f}", apart]
    print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    sizes = [tuple(map(int, word.split(":"))) for word in sys.argv[1:]]
    small = references(100, 20)
    combination_novelty(*small, np.full(100, YEAR), replicates=2)
    fit_surprise(*combinations(200, 50), starts=1, check=True)
    print(
        "| papers | sources | pairs of references | seconds, exact | seconds, ten samples | their rank correlation and "
        "hits in common with the exact | pySciSci, ten samples | its rank correlation with the exact |"
    )
    print("|---" * 8 + "|")
    for papers, sources in sizes or [(4000, 300), (20_000, 3000), (100_000, 20_000)]:
        measure_pairs(papers, sources)
    print("\n| sets | nodes | nodes in sets | starts | seconds | real above shuffled: surprise / lift / popularity |")
    print("|---" * 6 + "|")
    measure_surprise(100_000, 20_000)
