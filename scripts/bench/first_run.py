"""The first run of somebody new: seconds and Spark executions of each stage of the demonstration study.

    scripts/bench.sh first_run [--works 80000]

A simulated world is written, then the study runs on it as `scripts/submit.sh` runs it, one stage after the other in one
session, and once more when nothing has to be done. Clocks of shared machines drift, so compare processor seconds.
"""

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the simulator's processes import this file, too
from ingesting.measure import Measured, mark, measured, say

AGAIN = "again, unchanged"
HERE = "--here"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=80_000, help="works of the simulated world")
    parser.add_argument("--cores", type=int, default=2, help="cores at work")
    parser.add_argument(HERE, dest="folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.folder:
        run_here(chosen.folder, chosen.works)
        return
    folder = Path(tempfile.mkdtemp(prefix="isthmus-first-run-"))
    try:
        command = [sys.executable, __file__, HERE, str(folder), "--works", str(chosen.works)]
        os.environ["ISTHMUS_RUN"] = "short"
        print(in_words(measured(command, chosen.cores)))
    finally:
        shutil.rmtree(folder)


def run_here(folder: Path, works: int) -> None:
    """Run everything in this process, and say where each part ends."""
    from isthmus.config import load_study
    from isthmus.engine import start_session
    from isthmus.pipeline import Request, run_pipeline, wanted_stages
    from isthmus.simulate import World, simulate_snapshot

    simulate_snapshot(folder / "world", world=World(works=works), formats=["jsonl"])
    mark("simulate")
    spark = start_session("isthmus first run")
    mark("start Spark")
    request = Request(
        str(folder / "warehouse"), study=load_study("demonstration"), snapshot=str(folder / "world"), quiet=True
    )
    for stage in wanted_stages(request):
        before = executions(spark)
        run_pipeline(spark, replace(request, stages=(stage.name,)))
        mark(stage.name)
        say(stage.name, executions(spark) - before)
    before = executions(spark)
    run_pipeline(spark, request)
    mark(AGAIN)
    say(AGAIN.replace(" ", "_"), executions(spark) - before)


def executions(spark) -> int:
    """Queries that Spark has run so far, its own and Delta's included."""
    return spark._jsparkSession.sharedState().statusStore().executionsCount()


def in_words(found: Measured) -> str:
    """A table: processor seconds, seconds of the clock, Spark executions."""
    counts = {name.replace("_", " "): count for name, count in found.counts.items()}
    lines = [f"{'':<22} {'processor s':>12} {'clock s':>9} {'executions':>11}"]
    for name, phase in found.phases.items():
        executed = counts.get(name.replace("_", " "), 0)
        lines.append(f"{name:<22} {phase.cpu:>12.1f} {phase.wall:>9.1f} {executed or '':>11}")
    run = found.total(AGAIN, "simulate")
    lines.append(f"{'first run':<22} {run.cpu:>12.1f} {run.wall:>9.1f}")
    lines.append(f"memory at most {found.peak_bytes / 1e9:.1f} GB")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
