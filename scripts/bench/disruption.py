"""Disruption measured against DuckDB's join and distinct and against cdindex: processor seconds, and the same numbers.

Prints a markdown table. One process, one thread, compilation before the clock. The peers are optional
(pip install duckdb cdindex; cdindex is GPL and is never imported by the library).
usage: python scripts/bench/disruption.py [papers ...]
"""

import os
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import

from isthmus.indicators.disruption.counts import disruption  # noqa: E402

ASKED = 500  # papers that cdindex is asked for


def network(papers, seed=0):
    """Papers of 30 years growing by 4 %, twelve references each, a third of them copied from a paper cited already."""
    rng = np.random.default_rng(seed)
    share = 1.04 ** np.arange(30)
    year = np.sort(rng.choice(30, papers, p=share / share.sum())) + 1990
    number = rng.poisson(12, papers) * (rng.random(papers) > 0.08)
    citing = np.repeat(np.arange(papers), number)
    age = rng.exponential(papers / 6, citing.size).astype(np.int64) + 1
    cited = citing - age
    copied = np.flatnonzero((rng.random(citing.size) < 0.33) & (cited > 0))
    first = np.searchsorted(citing, cited[copied])
    offset = rng.integers(0, 12, copied.size)
    from_same = (first + offset < citing.size) & (citing[np.minimum(first + offset, citing.size - 1)] == cited[copied])
    cited[copied[from_same]] = cited[(first + offset)[from_same]]
    kept = cited >= 0
    pairs = np.unique(citing[kept] * papers + cited[kept])
    return pairs // papers, pairs % papers, year


def clock(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def by_duckdb(citing, cited, year):
    """n_i, n_j and n_k of every paper summed, by joins and a distinct."""
    import duckdb
    import pandas as pd

    db = duckdb.connect(config={"threads": 1})
    edges = pd.DataFrame({"c": citing, "r": cited, "t": year[citing]})  # noqa: F841 - read by name
    focal = pd.DataFrame({"f": np.arange(year.size), "y": year})  # noqa: F841 - read by name
    return db.execute("""
        with direct as (select r as f, c from edges join focal on f = r where t >= y),
        over_references as (select distinct a.c as f, b.c as c from edges a join edges b using (r) join focal on f = a.c
                 where b.t >= y and b.c <> a.c),
        joined as (select count(*) as n from direct join over_references using (f, c))
        select (select count(*) from direct) - (select n from joined), (select n from joined),
               (select count(*) from over_references) - (select n from joined)""").fetchone()


def by_cdindex(citing, cited, year, focal):
    """CD of five years, strictly later, of some papers; time of the walk without that of the graph."""
    import cdindex

    graph = cdindex.Graph()
    for paper, y in enumerate(year.tolist()):
        graph.add_vertex(str(paper), y)  # its unit of time is free: years
    for c, r in zip(citing.tolist(), cited.tolist(), strict=True):
        graph.add_edge(str(c), str(r))
    return clock(lambda: np.array([graph.cdindex(str(f), 5) for f in focal], dtype=float))


def measure(papers):
    citing, cited, year = network(papers)
    seconds, found = clock(lambda: disruption(citing, cited, year))
    cells = [f"{papers:,}", f"{citing.size:,}", f"{seconds:.2f}"]
    sums = tuple(int(x.sum()) for x in (found.n_i, found.n_j, found.n_k))
    try:
        other, theirs = clock(lambda: by_duckdb(citing, cited, year))
        cells += [f"{other:.2f} ({other / seconds:.0f}x)", "equal" if tuple(theirs) == sums else f"{theirs} v {sums}"]
    except ImportError:
        cells += ["not installed", ""]
    try:
        focal = np.random.default_rng(1).choice(np.flatnonzero(year < 2010), ASKED, replace=False)
        other, theirs = by_cdindex(citing, cited, year, focal)
        ours = disruption(citing, cited, year, last=5, strict=True, focal=focal).cd_all
        per_paper = other / ASKED / (seconds / papers)
        known = ~np.isnan(theirs) & ~np.isnan(ours)
        cells += [
            f"{other / ASKED * 1e6:.1f} us ({per_paper:.0f}x)",
            f"{np.abs(ours - theirs)[known].max():.1e} ({known.sum()} papers)",
        ]
    except ImportError:
        cells += ["not installed", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    disruption([2, 3], [0, 2], [2000, 2000, 2001, 2002])
    print(
        "| papers | citations | seconds | DuckDB | sums | cdindex, a paper | largest difference |\n" + "|---" * 7 + "|"
    )
    for number in [int(word) for word in sys.argv[1:]] or [100_000]:
        measure(number)
