"""Matching measured: against MatchIt and the package cem, in Spark, and its intervals on worlds with a planted effect.

Prints markdown tables. One process, one thread, compilation before the clock, processor seconds (Spark: clock).
MatchIt (Debian: r-cran-matchit; GPL) and cem (pip install --no-deps cem) are optional; the library imports neither.
usage: python scripts/bench/matching.py [kernels | spark | seeds | coverage] ...
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 - the number of threads is read at import
import pandas as pd  # noqa: E402

from isthmus.matching import match  # noqa: E402

EFFECT = 1.0
SEEDS = range(1, 21)
WORLDS = 1000
DESIGN = {"treatment": "t", "exact": ["team", "place"]}
CUTS = {"a": [5, 10, 20], "b": [-1.0, 0.0, 1.0], "c": [0.5, 1.0, 2.0, 4.0], "d": [50, 100, 150]}
ERRORS = ("stratified", "robust", "clustered")


def units(n, seed=0):
    """Units with four covariates, of which the treatment and the outcome depend on each."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": rng.integers(0, 30, n),
            "b": rng.normal(size=n),
            "c": rng.gamma(2, size=n),
            "d": rng.integers(0, 200, n),
        }
    )
    score = -2.5 + frame["b"] / 2 + (frame["a"] > 15) + frame["d"] / 400
    frame["t"] = (rng.random(n) < 1 / (1 + np.exp(-score))).astype(int)
    frame["y"] = rng.poisson(2 + frame["c"] + frame["b"].clip(-1, 3) + frame["t"])
    return frame


def clock(call, repeat=3):
    """Least processor seconds of a call, and its last result."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        result = call()
        times.append(time.process_time() - start)
    return min(times), result


R_SCRIPT = """
suppressMessages(library(MatchIt)); d <- read.csv("units.csv")
cuts <- list(a=c(5,10,20), b=c(-1,0,1), c=c(.5,1,2,4), d=c(50,100,150))
s <- proc.time()
m <- matchit(t ~ a + b + c + d, data=d, method="cem", cutpoints=cuts)
p <- proc.time() - s
cat(p[1] + p[2]); write.csv(data.frame(w=m$weights), "weights.csv", row.names=FALSE)
"""


def by_matchit(frame):
    """Processor seconds of MatchIt, and its weights; None where R lacks it."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        frame.drop(columns="y").to_csv(Path(folder) / "units.csv", index=False)
        done = subprocess.run(["Rscript", "-e", R_SCRIPT], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            return None
        return float(done.stdout), pd.read_csv(Path(folder) / "weights.csv")["w"].to_numpy()


def by_cem(frame):
    """Processor seconds of the package cem on coarsened columns, and its weights; None where it is not installed."""
    try:
        from cem.match import match as cem_match
    except ImportError:
        return None
    table = pd.DataFrame({name: np.searchsorted(cuts, frame[name], side="right") for name, cuts in CUTS.items()})
    seconds, weights = clock(lambda: cem_match(table.assign(t=frame["t"]), "t"), repeat=1)
    return seconds, weights.reindex(frame.index).to_numpy()


def compared(found, seconds, ours):
    """Seconds, ratio, and the largest difference of a weight."""
    if found is None:
        return "not installed"
    theirs, weights = found
    return f"{theirs:.2f} ({theirs / seconds:.0f}x; {np.abs(weights - ours).max():.0e})"


def kernels(sizes=(20_000, 100_000, 1_000_000)):
    """Print the table of kernels."""
    match(units(1000), treatment="t", coarsen=CUTS).bootstrap("y", draws=2)
    print(
        "| rows | match: codes, strata, weights | effect, all errors | bootstrap, 1,000 | MatchIt | cem |\n"
        + "|---" * 6
        + "|"
    )
    for n in sizes:
        frame = units(n)
        matching, (found, ours) = clock(lambda frame=frame: _weights(frame))
        answer, _ = clock(lambda found=found: found.effect("y"))
        resampling, _ = clock(lambda found=found: found.bootstrap("y"))
        cells = [f"{n:,}", f"{matching:.3f}", f"{answer:.3f}", f"{resampling:.3f}"]
        cells.append(compared(by_matchit(frame), matching, ours))
        cells.append(compared(by_cem(frame), matching, ours) if n <= 20_000 else "")
        print("| " + " | ".join(cells) + " |", flush=True)


def _weights(frame):
    found = match(frame, treatment="t", coarsen=CUTS)
    return found, found.weights()["weight"].to_numpy()


def tree_seconds():
    """Processor seconds of this process and all that it started (Linux)."""
    ticks, parent = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().rsplit(")", 1)
        except OSError:  # it ended meanwhile
            continue
        fields = rest.split()
        pid = int(name.split()[0])
        # of itself and of its children that ended
        parent[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while grown := {pid for pid, above in parent.items() if above in mine} - mine:
        mine |= grown
    return sum(ticks[pid] for pid in mine) / os.sysconf("SC_CLK_TCK")


def on_spark(n=1_000_000):
    """Print clock seconds of a match and an effect in a session that runs already."""
    from isthmus.engine import start_session

    frame = units(n)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_parquet(Path(folder) / "units.parquet", index=False, row_group_size=n // 8)
        spark = start_session("matching-bench", master="local[2]", conf={"spark.driver.memory": "2g"})
        table = spark.read.parquet(str(Path(folder) / "units.parquet"))
        print("| rows | call | match | effect | together | processor seconds |\n" + "|---" * 6 + "|")
        for call in ("first", "second", "third"):
            used, start = tree_seconds(), time.perf_counter()
            found = match(table, treatment="t", coarsen=CUTS)
            middle = time.perf_counter()
            got = found.effect("y")
            end = time.perf_counter()
            times = (middle - start, end - middle, end - start, tree_seconds() - used)
            print(f"| {n:,} | {call} | " + " | ".join(f"{t:.1f}" for t in times) + " |", flush=True)
        assert got == match(frame, treatment="t", coarsen=CUTS).effect("y")
        spark.stop()


def odds_and_means(team, place, age):
    """Probability of treatment and mean of the outcome without it."""
    score = -2.2 + 0.3 * (team - 1) + 0.3 * place + 1.5 * (age - 0.5)
    return 1 / (1 + np.exp(-score)), 2 + 0.5 * team + 0.6 * place + 3 * age


def confounded(seed, n=4000):
    """A world in which the treatment adds `EFFECT` to each treated unit, and who is treated has more anyway."""
    rng = np.random.default_rng(seed)
    team, place, age = rng.integers(1, 7, n), rng.integers(0, 5, n), rng.random(n)
    chance, mean = odds_and_means(team, place, age)
    treated = rng.random(n) < chance
    y = rng.poisson(mean) + EFFECT * treated
    return pd.DataFrame({"team": team, "place": place, "age": age, "t": treated, "y": y})


def planted_bias():
    """By how much the naive difference exceeds the effect, exactly: an integral over the design."""
    points, weights = np.polynomial.legendre.leggauss(40)
    team, place, age = np.meshgrid(np.arange(1, 7), np.arange(5), (points + 1) / 2, indexing="ij")
    chance, mean = odds_and_means(team, place, age)
    mass = np.broadcast_to(weights, chance.shape)
    return float(
        (mass * chance * mean).sum() / (mass * chance).sum()
        - (mass * (1 - chance) * mean).sum() / (mass * (1 - chance)).sum()
    )


def seed_row(seed):
    """One row of the table of seeds."""
    frame = confounded(seed)
    naive = frame.loc[frame["t"], "y"].mean() - frame.loc[~frame["t"], "y"].mean()
    main = match(frame, **DESIGN, coarsen={"age": "width:10"}).effect("y").main
    inside = "yes" if main.low <= EFFECT <= main.high else "no"
    return f"| {seed} | {naive:.3f} | {main.value:.3f} | {main.low:.3f} to {main.high:.3f} | {inside} |"


def seeds():
    """Print the table of seeds."""
    print(f"planted: effect {EFFECT:g}, bias of the naive difference {planted_bias():.4f}\n")
    print("| seed | naive difference | effect on the matched | 95 % interval | holds the effect |\n" + "|---" * 5 + "|")
    rows = [seed_row(seed) for seed in SEEDS]
    print("\n".join(rows))


def coverage(worlds=WORLDS):
    """Print bias and coverage over many worlds, by the number of bins of the age."""
    print("| bins of the age | bias | " + " | ".join(ERRORS) + " | bootstrap |\n" + "|---" * (3 + len(ERRORS)) + "|")
    for bins in (2, 5, 10, 20):
        off, inside = [], dict.fromkeys((*ERRORS, "bootstrap"), 0)
        for seed in range(1, worlds + 1):
            found = match(confounded(seed), **DESIGN, coarsen={"age": f"width:{bins}"})
            got = found.effect("y")
            off.append(got.satt - EFFECT)
            ends = {name: (got.estimate(name).low, got.estimate(name).high) for name in ERRORS}
            ends["bootstrap"] = found.bootstrap("y", draws=400, seed=seed).interval()
            for name, (low, high) in ends.items():
                inside[name] += low <= EFFECT <= high
        shares = " | ".join(f"{inside[name] / worlds:.3f}" for name in inside)
        print(f"| {bins} | {np.mean(off):+.3f} | {shares} |", flush=True)


PARTS = {"kernels": kernels, "spark": on_spark, "seeds": seeds, "coverage": coverage}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
        print()
