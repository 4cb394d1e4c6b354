"""What the readings of disruption find of planted works: rank correlation with the truth, and AUC, over ten worlds.

In such a world every work has a chance that works which cite it cite one of its references, too. The tenth with the
least is called disruptive, the tenth with the greatest consolidating. Works with at least ten citers are compared.
The same worlds without the planted fact are the line of chance.
usage: python scripts/bench/disruption_recovery.py [--save] [--seed N]
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata, spearmanr

from isthmus.indicators.disruption.counts import disruption
from isthmus.indicators.disruption.expected import expected_cd, expected_counts
from isthmus.simulate import World, build_plan
from isthmus.simulate.world.blocks import work_ids
from isthmus.simulate.world.references import build_references, consolidation
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.writing.truth import DISRUPTIVE_SHARE

ROWS = Path(__file__).resolve().parents[2] / "docs" / "methods" / "disruption_recovery.csv"
SEEDS, WORKS, LEAST_CITERS = range(1, 11), 20_000, 10
READINGS = ("cd", "di5", "above_expected", "rank", "class_rank", "cdnok", "dependence")


def citations(plan):
    """Citations inside a world without repetitions and loops, and the years of its works."""
    total = plan.world.works
    works = np.arange(total)
    block = plan.blocks.of(works)
    refs = build_references(plan, works, block)
    ids = work_ids(works, total)
    order = np.argsort(ids)
    at = np.minimum(np.searchsorted(ids[order], refs.cited), total - 1)
    inside = ids[order][at] == refs.cited
    pairs = np.unique(np.column_stack([refs.row[inside], order[at[inside]]]), axis=0)
    return (*pairs[pairs[:, 0] != pairs[:, 1]].T, plan.sizes.years[plan.blocks.year[block]])


def auc(scores, chosen):
    """Chance that one of the chosen has a higher score than one of the others; half for equal scores."""
    n = int(chosen.sum())
    return (rankdata(scores)[chosen].sum() - n * (n + 1) / 2) / (n * (chosen.size - n))


def row_of(seed, planted):
    """Return what each reading finds in one world: spearman_*, disruptive_*, consolidating_*."""
    world = World(works=WORKS, seed=seed)
    plan = build_plan(world.planting("disruption") if planted else world)
    citing, cited, years = citations(plan)
    focal = np.flatnonzero(plan.blocks.layer[plan.blocks.of(np.arange(WORKS))] == AI)
    found = disruption(citing, cited, years, focal=focal)
    citers = found.n_i + found.n_j
    expected = expected_cd(citers, expected_counts(citing, cited, years, focal))
    columns = found.columns() | {"above_expected": found.cd - expected, "dependence": -found.dependence}
    kept = (citers >= LEAST_CITERS) & found.enough_references
    chance = consolidation(plan, focal)[kept]
    row = {"seed": seed, "planted": planted, "works": int(kept.sum())}
    for name in READINGS:
        scores = columns[name][kept]
        row[f"spearman_{name}"] = spearmanr(scores, -chance)[0]
        row[f"disruptive_{name}"] = auc(scores, chance < DISRUPTIVE_SHARE)
        row[f"consolidating_{name}"] = auc(-scores, chance >= 1 - DISRUPTIVE_SHARE)
    return row


def table(rows):
    """Return the mean and the range over the worlds, in Markdown."""
    lines = [
        "| reading | rank correlation | AUC of disruptive works | of consolidating works | correlation by chance |",
        "|---|---|---|---|---|",
    ]
    for name in READINGS:
        cells = [
            f"{own.mean():.3f} ({own.min():.3f} to {own.max():.3f})"
            for own in (
                rows.loc[rows["planted"], f"{what}_{name}"] for what in ("spearman", "disruptive", "consolidating")
            )
        ]
        chance = rows.loc[~rows["planted"], f"spearman_{name}"]
        lines.append(f"| {name} | {' | '.join(cells)} | {chance.min():.3f} to {chance.max():.3f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--save", action="store_true", help=f"write {ROWS.name}")
    parser.add_argument("--seed", type=int, help="one world only")
    asked = parser.parse_args()
    started = time.process_time()
    seeds = SEEDS if asked.seed is None else [asked.seed]
    rows = pd.DataFrame([row_of(seed, planted) for seed in seeds for planted in (True, False)])
    print(table(rows))
    print(f"{time.process_time() - started:.0f} processor seconds", file=sys.stderr)
    if asked.save:
        rows.to_csv(ROWS, index=False, float_format="%.6f")


if __name__ == "__main__":
    main()
