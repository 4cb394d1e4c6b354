"""Disruption measured against DuckDB, cdindex and pySciSci: processor seconds, and the same numbers.

Prints a markdown table. One process, one thread, compilation before the clock; below ten seconds the middle of three.
The peers are optional (pip install duckdb cdindex pyscisci; cdindex is GPL and is never imported by the library).
DuckDB counts what is counted here, of all papers. cdindex and pySciSci measure some papers of the first twenty years;
their seconds a paper are compared with those of all papers of these years here, the sorting of the citations in it,
theirs left out. A peer that has not ended after `PATIENCE` seconds is stopped and said to be.
usage: python scripts/bench/disruption.py [papers ...]
       python scripts/bench/disruption.py spark PAPERS [shards ...]   # the same through Spark
"""

import os
import signal
import sys
import tempfile
import threading
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
from watching.workers import OwnMemory, Watch  # noqa: E402

from isthmus.indicators.disruption.counts import disruption  # noqa: E402
from isthmus.indicators.disruption.expected import expected_counts  # noqa: E402

ASKED = 500  # papers that cdindex is asked for
OFTEN = 10_000  # papers that pySciSci is asked for: fewer are lost in the seconds of its grouping
PATIENCE = 300  # seconds by the clock
BRIEF, EARLY = 10, 2010


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
    """Return processor seconds and result; the middle of three where that is brief."""
    seconds, result = once(call)
    if seconds < BRIEF:
        seconds = sorted([seconds, once(call)[0], once(call)[0]])[1]
    return seconds, result


def once(call):
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


class TooLongError(Exception):
    """A peer was stopped."""


def patient(call):
    """Return what a call in Python comes to; stop it after `PATIENCE` seconds."""

    def stop(*_):
        raise TooLongError("in Python")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        return call()
    finally:
        signal.alarm(0)


def by_duckdb(citing, cited, year):
    """n_i, n_j and n_k of every paper summed, by joins and a distinct."""
    import duckdb
    import pandas as pd

    db = duckdb.connect(config={"threads": 1, "memory_limit": "4GB", "temp_directory": tempfile.mkdtemp()})
    edges = pd.DataFrame({"c": citing, "r": cited, "t": year[citing]})  # noqa: F841 - read by name
    focal = pd.DataFrame({"f": np.arange(year.size), "y": year})  # noqa: F841 - read by name
    timer = threading.Timer(PATIENCE, db.interrupt)
    timer.start()
    try:
        return db.execute(JOINS).fetchone()
    except (duckdb.InterruptException, duckdb.OutOfMemoryException) as error:
        raise TooLongError(type(error).__name__) from error
    finally:
        timer.cancel()
        db.close()


JOINS = """
        with direct as (select r as f, c from edges join focal on f = r where t >= y),
        over_references as (select distinct a.c as f, b.c as c from edges a join edges b using (r) join focal on f = a.c
                 where b.t >= y and b.c <> a.c),
        joined as (select count(*) as n from direct join over_references using (f, c))
        select (select count(*) from direct) - (select n from joined), (select n from joined),
               (select count(*) from over_references) - (select n from joined)"""


def by_cdindex(citing, cited, year, focal):
    """CD of five years, strictly later, of some papers; time of the walk without that of the graph."""
    import cdindex

    graph = cdindex.Graph()
    for paper, y in enumerate(year.tolist()):
        graph.add_vertex(str(paper), y)  # its unit of time is free: years
    for c, r in zip(citing.tolist(), cited.tolist(), strict=True):
        graph.add_edge(str(c), str(r))
    return clock(lambda: np.array([graph.cdindex(str(f), 5) for f in focal], dtype=float))


def papers_of(citing, cited, year, **options):
    """Return processor seconds a paper of the first twenty years, the sorting of all citations in it."""
    early = np.flatnonzero(year < EARLY)
    return clock(lambda: disruption(citing, cited, year, focal=early, **options))[0] / early.size


def by_pyscisci(citing, cited, year, focal):
    """CD of some papers by pySciSci, whose definition differs: the paper itself is a k, and no year counts."""
    import pandas as pd
    from pyscisci.methods.disruption import disruption_index

    links = pd.DataFrame({"CitingPublicationId": citing, "CitedPublicationId": cited})

    def measure(some):
        return once(lambda: disruption_index(links, some).set_index("PublicationId")["DisruptionIndex"])

    measure(focal[:1])  # what is imported and compiled
    begins, _ = measure(focal[:1])  # its grouping of all citations
    seconds, found = measure(focal)
    return (seconds - begins) / (focal.size - 1), found


def against_duckdb(citing, cited, year, seconds, found):
    other, theirs = once(lambda: by_duckdb(citing, cited, year))
    sums = tuple(int(x.sum()) for x in (found.n_i, found.n_j, found.n_k))
    return [f"{other:.2f} ({other / seconds:.0f}x)", "equal" if tuple(theirs) == sums else f"{theirs} v {sums}"]


def against_cdindex(citing, cited, year, focal):
    other, theirs = by_cdindex(citing, cited, year, focal)
    a_paper = papers_of(citing, cited, year, last=5, strict=True)
    ours = disruption(citing, cited, year, last=5, strict=True, focal=focal).cd_all
    known = ~np.isnan(theirs) & ~np.isnan(ours)
    return [
        f"{other / ASKED * 1e6:.1f} v {a_paper * 1e6:.1f} us ({other / ASKED / a_paper:.0f}x)",
        f"{np.abs(ours - theirs)[known].max():.1e} ({known.sum()} papers)",
    ]


def against_pyscisci(citing, cited, year, focal):
    other, theirs = by_pyscisci(citing, cited, year, focal)
    one = np.zeros_like(year)  # one year for all: no window
    early = np.flatnonzero(year < EARLY)
    a_paper = clock(lambda: disruption(citing, cited, one, focal=early))[0] / early.size
    found = disruption(citing, cited, one, focal=focal)
    total = found.n_i + found.n_j + found.n_k + 1  # with the paper itself among n_k
    theirs = theirs.reindex(focal).to_numpy(dtype=float)
    known = ~np.isnan(theirs) & (found.n_references > 0)
    gap = np.abs((found.n_i - found.n_j) / total - theirs)[known].max()
    return [f"{other * 1e3:.2f} v {a_paper * 1e3:.4f} ms ({other / a_paper:.0f}x)", f"{gap:.1e}"]


def optional(call, cells):
    try:
        return call()
    except ImportError:
        return ["not installed", *[""] * (cells - 1)]
    except (TooLongError, MemoryError) as error:
        return [f"not ended within {PATIENCE} s ({type(error).__name__}: {error})", *[""] * (cells - 1)]


def some_early(year, number):
    return np.random.default_rng(1).choice(np.flatnonzero(year < EARLY), number, replace=False)


def measure(papers):
    citing, cited, year = network(papers)
    with OwnMemory() as memory:
        seconds, found = clock(lambda: disruption(citing, cited, year))
    expectation, _ = clock(lambda: expected_counts(citing, cited, year, found.focal))
    focal = some_early(year, ASKED)
    cells = [
        f"{papers:,}",
        f"{citing.size:,}",
        f"{seconds:.2f}",
        f"{memory.largest / 1e9:.1f}",
        f"{expectation:.2f}",
        *optional(lambda: against_duckdb(citing, cited, year, seconds, found), 2),
        *optional(lambda: patient(lambda: against_cdindex(citing, cited, year, focal)), 2),
        *optional(lambda: patient(lambda: against_pyscisci(citing, cited, year, some_early(year, OFTEN))), 2),
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def through_spark(papers, shards):
    """The same counts through Spark on two cores, most shards first: clock, share of the kernel, largest worker."""
    import pandas as pd
    from pyspark.sql import functions as F

    from isthmus.engine import start_session
    from isthmus.indicators.disruption.fanout import fan_out_counts

    citing, cited, year = network(papers)
    kernel, found = clock(lambda: disruption(citing, cited, year))
    sums = tuple(int(x.sum()) for x in (found.n_i, found.n_j, found.n_k))
    spark = start_session("bench", master="local[2]")
    print("| papers | shards | clock s | kernel alone s | largest worker, MB | sums |\n" + "|---" * 6 + "|")
    with tempfile.TemporaryDirectory() as folder:
        links = {"citing_work_id": citing, "cited_work_id": cited, "citing_year": year[citing].astype(np.int16)}
        pd.DataFrame(links).to_parquet(f"{folder}/citations.parquet")
        pd.DataFrame({"work_id": np.arange(papers), "year": year.astype(np.int32)}).to_parquet(
            f"{folder}/works.parquet"
        )
        citations, focal = (spark.read.parquet(f"{folder}/{name}.parquet") for name in ("citations", "works"))
        for number in sorted(shards, reverse=True):
            start = time.perf_counter()
            with Watch() as watch:
                counts = fan_out_counts(focal, citations, shards=number)
                row = counts.agg(*(F.sum(name) for name in ("n_i", "n_j", "n_k"))).first()
            seconds = time.perf_counter() - start
            same = "equal" if tuple(row) == sums else f"{tuple(row)} v {sums}"
            cells = [f"{papers:,}", number, f"{seconds:.1f}", f"{kernel:.1f}", f"{watch.largest / 1e6:,.0f}", same]
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    spark.stop()


HEADINGS = (
    "papers", "citations", "seconds", "memory, GB", "expected counts", "DuckDB", "sums", "cdindex v here, a paper",
    "largest difference", "pySciSci v here, a paper", "difference with both its faults",
)  # fmt: skip

if __name__ == "__main__":
    small = ([2, 3], [0, 2], [2000, 2000, 2001, 2002])
    disruption(*small)
    expected_counts(*small, [0, 2])
    words = sys.argv[1:]
    if words[:1] == ["spark"]:
        through_spark(int(words[1]) if len(words) > 1 else 100_000, [int(word) for word in words[2:]] or [2, 8])
    else:
        print("| " + " | ".join(HEADINGS) + " |\n" + "|---" * len(HEADINGS) + "|")
        for number in [int(word) for word in words] or [100_000]:
            measure(number)
