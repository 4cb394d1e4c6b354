"""What is found of new combinations that were planted in simulated citation lists: ranks, hits, whose hits.

Works of three years cite sources of their own field, a few of any field. One in fifty takes half of its sources from
one other field: a new combination. Works of one country are twice as often new; a group drawn at random is not.
usage: python scripts/bench/novelty_recovery.py [--save]   (10 seeds; --save: into docs/methods/novelty_recovery.csv)
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from isthmus.indicators.novelty.agreement import top
from isthmus.indicators.novelty.combinations import combination_novelty
from isthmus.indicators.novelty.hits import hit_test
from isthmus.indicators.novelty.surprise import fit_surprise

TABLE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "novelty_recovery.csv"
PAPERS, YEARS, FIELDS, SOURCES = 24_000, 3, 20, 2000
SEEDS, LEVEL = range(1, 11), 0.05
SCORES = ("exact", "ten samples", "surprise", "lift")
NEW, MORE, ELSEWHERE = 0.02, 2.0, 0.03
COUNTRY, DRAWN = 0.25, 0.25  # shares of works: of the country, of the group drawn at random


def world(seed):
    """References of works, their years, which are of the country, of the drawn group, and new."""
    rng = np.random.default_rng(seed)
    year = 2000 + rng.integers(0, YEARS, PAPERS)
    country, drawn = rng.random(PAPERS) < COUNTRY, rng.random(PAPERS) < DRAWN
    new = rng.random(PAPERS) < NEW * np.where(country, MORE, 1)
    field = rng.integers(0, FIELDS, PAPERS)
    other = (field + rng.integers(1, FIELDS, PAPERS)) % FIELDS
    number = 4 + rng.poisson(8, PAPERS)
    paper = np.repeat(np.arange(PAPERS), number)
    slot = np.arange(paper.size) - np.repeat(np.cumsum(number) - number, number)
    of = np.where(new[paper] & (slot < number[paper] // 2), other[paper], field[paper])
    of = np.where(rng.random(paper.size) < ELSEWHERE, rng.integers(0, FIELDS, paper.size), of)
    popular = (SOURCES // FIELDS * rng.random(paper.size) ** 2).astype(np.int64)
    cited_year = year[paper] - 1 - np.minimum(rng.exponential(6, paper.size).astype(np.int64), 20)
    return paper, popular * FIELDS + of, cited_year, year, country, drawn, new


def above(score, new):
    """Chance that a new work scores higher than another one."""
    known = ~np.isnan(score)
    ranks = pd.Series(score[known]).rank().to_numpy()
    n = int(new[known].sum())
    return (ranks[new[known]].sum() - n * (n + 1) / 2) / (n * (known.sum() - n))


def hits_of(score, year):
    hits = np.zeros(score.size, dtype=bool)
    for t in np.unique(year):
        here = np.flatnonzero((year == t) & ~np.isnan(score))
        hits[here] = top(score[here]) if here.size else False
    return hits


def verdict(hits, scored, year, group):
    """Hits over expected of a group, and p."""
    years = np.unique(year[scored])
    own = [(year == t) & scored & group for t in years]
    every = [(year == t) & scored for t in years]
    found = hit_test(
        [x.sum() for x in own], [hits[x].sum() for x in own], [x.sum() for x in every], [hits[x].sum() for x in every]
    )
    return found.ratio, found.p_two_sided


def seed_row(seed):
    paper, source, cited_year, year, country, drawn, new = world(seed)
    pairs = combination_novelty(paper, source, cited_year, year, replicates=10, seed=seed)
    model = fit_surprise(paper, source, year, seed=seed)
    scores = dict(zip(SCORES, (-pairs.z10, -pairs.z10_sampled, model.rank, model.lift), strict=True))
    row = {
        "seed": seed,
        "works": PAPERS,
        "new": int(new.sum()),
        "country among new": country[new].mean() / country.mean(),
    }
    for name, score in scores.items():
        scored, hits = ~np.isnan(score), hits_of(score, year)
        row[f"{name}: above"] = above(score, new)
        row[f"{name}: above, drawn"] = above(score, drawn)
        row[f"{name}: new among hits"] = new[hits].mean()
        for group, words in ((country, "country"), (drawn, "drawn")):
            row[f"{name}: times, {words}"], row[f"{name}: p, {words}"] = verdict(hits, scored, year, group)
    return row


def told(values):
    """Return mean and range in words."""
    return f"{values.mean():.3f} ({values.min():.3f} to {values.max():.3f})"


def table(frame):
    """Return what the scores find over all worlds, in Markdown; the first row is the truth."""
    truth = (frame["new"] / frame["works"], frame["country among new"])
    lines = [
        "| score | AUC of new works | of works drawn at random | new works among hits "
        "| hits of the country over expected | p below 0.05: country | drawn |",
        "|---" * 7 + "|",
        f"| truth | 1 | 0.5 | {told(truth[0])} of all works | {told(truth[1])} | | |",
    ]
    for name in SCORES:
        cells = [
            told(frame[f"{name}: {what}"]) for what in ("above", "above, drawn", "new among hits", "times, country")
        ]
        cells += [f"{(frame[f'{name}: p, {group}'] < LEVEL).sum()} of {len(frame)}" for group in ("country", "drawn")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    started = time.process_time()
    frame = pd.DataFrame([seed_row(seed) for seed in SEEDS])
    if "--save" in sys.argv:
        frame.to_csv(TABLE, index=False, float_format="%.6f")
    print(table(frame))
    print(f"{time.process_time() - started:.0f} processor seconds", file=sys.stderr)


if __name__ == "__main__":
    main()
