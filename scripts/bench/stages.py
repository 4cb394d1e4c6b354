"""What the stages of a study take: processor seconds of each at two sizes of a simulated world, for `isthmus plan`.

    scripts/bench.sh stages --study alshebli2022_beijing --works 30000,100000 --folder bench-stages

Each world is simulated and run from its beginning by `isthmus run`, measured from outside with all that it starts: the
ledger says when a stage began and ended, the processors' clock what went on meanwhile. Prints rows of `stages` of
conf/rates.yaml. Processor seconds hold on a machine that others use too. Linux only.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import yaml
from watching.timeline import watched


def measured(study, works, folder):
    """Simulate a world, run the study on it, and return stage -> processor seconds, and the works of the study."""
    from deltalake import DeltaTable

    folder.mkdir(parents=True, exist_ok=True)
    isthmus = [sys.executable, "-m", "isthmus.cli.main"]
    world, warehouse = folder / f"world-{works}", folder / f"warehouse-{works}"
    subprocess.run([*isthmus, "simulate", "--works", str(works), "--out", str(world)], check=True, capture_output=True)
    run = [*isthmus, "run", "--study", study, "--snapshot", str(world), "--warehouse", str(warehouse)]
    timeline = watched(run, folder / f"run-{works}.log")
    corpus = DeltaTable(warehouse / "corpus_works").to_pandas(columns=["is_corpus"])
    seconds = {stage: found["core_seconds"] for stage, found in timeline.stages(warehouse).items()}
    return seconds, int(corpus["is_corpus"].sum())


def rows(study, sizes, found, chosen):
    """Return rows of `stages` of conf/rates.yaml: the stages of a study that a section turns on."""
    from isthmus.analyses.stages import STAGES

    of_study = [s for s in STAGES if s.scope == "study" and s.section and s.name in found[0][0]]
    return [
        {
            "section": stage.section,
            "stage": stage.name,
            "works": list(sizes),
            "study_works": [own for _, own in found],
            "core_seconds": [seconds[stage.name] for seconds, _ in found],
            "rests_on": f"study {study}, simulated worlds of {sizes[0]:,} and {sizes[1]:,} works",
        }
        for stage in of_study
        if not chosen or stage.name in chosen
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--study", default="alshebli2022_beijing")
    parser.add_argument("--works", default="30000,100000", help="two sizes, the smaller first")
    parser.add_argument("--stages", default="", help="these alone, with commas; default: all that a section turns on")
    parser.add_argument("--folder", default="bench-stages", type=Path, help="worlds, warehouses, logs")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.works.split(",")]
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    found = [measured(asked.study, size, asked.folder) for size in sizes]
    chosen = set(filter(None, asked.stages.split(",")))
    print(yaml.safe_dump({"stages": rows(asked.study, sizes, found, chosen)}, sort_keys=False, width=110))


if __name__ == "__main__":
    main()
