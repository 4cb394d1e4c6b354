"""What share of the pairs gets each label where nothing is planted: the chance line of the trajectories' labels.

In an empty world size explains everything: every pair's z is noise around a level. The clustering names its four
clusters all the same. One row per world: the labels of its pairs from the start of the lowest inertia, and how well
the single starts agree with it.

scripts/bench.sh chance_labels                # 20 worlds: prints a table
scripts/bench.sh chance_labels --seed 3       # one world
scripts/bench.sh chance_labels --save lib/isthmus/trajectories/data/chance_labels.csv
"""

import time
from pathlib import Path

import click
import numpy as np
import pandas as pd

from isthmus.nullmodels.frames import significance_frames
from isthmus.simulate import World, build_plan
from isthmus.simulate.networks import count_works, world_networks
from isthmus.trajectories.frames import label_support
from isthmus.trajectories.labels import LABELS
from isthmus.trajectories.panel import Panel, build_panel
from isthmus.trajectories.restarts import best_restart, in_order, run_restart

WORKS, STARTS, YEARS = 80_000, 100, (2000, 2021)
SEEDS = tuple(range(1, 21))
COLUMNS = ["seed", "works", "starts", "pairs", *LABELS, "support"]


def empty_panel(seed: int) -> Panel:
    """The trajectories of a world without planted facts, as a study follows them."""
    edges = world_networks(count_works(build_plan(World(works=WORKS, seed=seed, planted=frozenset())))).edges()
    ties = []
    for (network, year), rows in edges.groupby(["network", "year"]):
        tested, _ = significance_frames(rows[["src", "dst", "weight"]], finite="expected_in_500_samples")
        ties.append(tested.assign(network=network, year=year))
    return build_panel(pd.concat(ties, ignore_index=True), years=YEARS, finite="sampled")


def row_of(seed: int) -> dict[str, float]:
    """The row of one world: pairs, how many have each label, mean share of the starts that give a pair its label."""
    panel = empty_panel(seed)
    starts = [run_restart(panel.scaled, start, k=len(LABELS), seed=seed) for start in range(STARTS)]
    chosen = in_order(best_restart(starts).clustering)
    members = dict(zip(LABELS, chosen.members.tolist(), strict=True))
    support = round(float(np.mean(label_support(starts, chosen))), 4)
    return {"seed": seed, "works": WORKS, "starts": STARTS, "pairs": len(panel)} | members | {"support": support}


@click.command()
@click.option("--seed", type=int, help="One world only.")
@click.option("--save", type=click.Path(path_type=Path), help="Where the rows go, as CSV.")
def main(seed: int | None, save: Path | None) -> None:
    """Count the labels of empty worlds."""
    begun = time.process_time()
    found = pd.DataFrame([row_of(one) for one in ((seed,) if seed else SEEDS)], columns=COLUMNS)
    if save is not None:
        found.to_csv(save, index=False, lineterminator="\n")
    print(found.to_string(index=False))
    shares = found[list(LABELS)].div(found["pairs"], axis=0)
    print("mean share:", ", ".join(f"{label} {shares[label].mean():.1%}" for label in LABELS))
    print(f"{time.process_time() - begun:.0f} s of processor")


if __name__ == "__main__":
    main()
