"""What the stages of novelty and disruption cost through Spark, as rates of `isthmus plan`.

A simulated world is read into tables once; then each group of stages runs as a process of its own, for two studies of
it: all works, and its works on artificial intelligence of the later half of the years. Processor seconds of all that a
process starts, less those of the same stages on a tiny world: of a run's start. Two studies give two unknowns: seconds
for each reference of the study's works, and for each citation of the snapshot.
usage: python scripts/bench/stages.py FOLDER [works ...]
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from deltalake import DeltaTable
from ingesting.measure import measured

from isthmus.simulate import World, simulate_snapshot

TINY, CORES = 2_000, 2
GROUPS = {"novelty": "source_pairs,combinations,novelty", "disruption": "disruption"}
STUDY = """
extends: gallo2026
study: {name}
corpus: {{rule: {rule}}}
years: {{corpus: [{first}, 2021], citing_until: 2021}}
trajectories: null
networks: null
significance: null
novelty: {{entities: [US, CN]}}
disruption: {{places: [CN, US]}}
"""
STUDIES = {"all": ("everything", 2000), "some": ("primary_subfield", 2012)}


def study_file(folder, name):
    rule, first = STUDIES[name]
    file = folder / f"{name}.yaml"
    words = f"{rule}, ids: [1702]" if rule == "primary_subfield" else rule
    file.write_text(STUDY.format(name=f"bench_{name}", rule=words, first=first))
    return str(file)


def isthmus(folder, *words):
    """Return a command of `isthmus run`, on the warehouse of the folder, that says when it has ended."""
    run = ["isthmus", "run", "--warehouse", str(folder / "warehouse"), "--quiet", *words]
    return ["sh", "-c", '"$@" >&2 && echo "@phase run"', "run", *run]


def prepared(folder, works):
    """Make a world and its tables, and the works of both studies."""
    snapshot = folder / "snapshot"
    simulate_snapshot(str(snapshot), world=World(works=works))
    for name in STUDIES:
        ready = ["--study", study_file(folder, name), "--stages", "ingest,records,corpus"]
        subprocess.run(isthmus(folder, *ready, "--snapshot", str(snapshot)), check=True)
    shutil.rmtree(snapshot)


def counted(folder, name):
    """Return the references of a study's works, and the citations of the snapshot, in millions."""
    tables = folder / "warehouse"
    works = frame(tables, "corpus_works", ["study", "work_id", "is_corpus"])
    own = works[(works["study"] == f"bench_{name}") & works["is_corpus"]]["work_id"]
    citing = frame(tables, "citations", ["citing_work_id"])["citing_work_id"]
    return float(citing.isin(own).sum()) / 1e6, len(citing) / 1e6


def frame(tables, name, columns) -> pd.DataFrame:
    return DeltaTable(str(tables / name)).to_pandas(columns=columns)


def measure(folder, works):
    """Return rows of what each group of stages took for each study."""
    folder.mkdir(parents=True, exist_ok=True)
    prepared(folder, works)
    rows = []
    for name in STUDIES:
        references, citations = counted(folder, name)
        for group, stages in GROUPS.items():
            words = isthmus(folder, "--study", study_file(folder, name), "--stages", stages, "--force")
            found = measured(words, CORES)
            seconds = found.phases["run"]
            row = {"works": works, "study": name, "group": group, "references": references, "citations": citations}
            rows.append(row | {"cpu": seconds.cpu, "wall": seconds.wall, "peak_gb": found.peak_bytes / 1e9})
            print(json.dumps(rows[-1]), flush=True)
    shutil.rmtree(folder)
    return rows


def rates(rows):
    """Return, for each world and group, seconds per million references and per million citations."""
    table = pd.DataFrame(rows)
    for group, own in table.groupby("group"):
        tiny = own[own["works"] == TINY]["cpu"].mean()
        for works, both in own[own["works"] > TINY].groupby("works"):
            sides = both[["references", "citations"]].to_numpy()
            found, *_ = np.linalg.lstsq(sides, both["cpu"].to_numpy() - tiny, rcond=None)
            print(f"{group} {works:,} start {tiny:.0f} per million references {found[0]:.2f} citations {found[1]:.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    sizes = [int(word) for word in sys.argv[2:]] or [150_000, 600_000]
    rates([row for works in (TINY, *sizes) for row in measure(root / str(works), works)])
