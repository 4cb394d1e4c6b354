"""What matching finds of a planted effect of a partner, over simulated worlds: no files, no Spark.

In such a world papers of the United States with China have larger teams and come from better institutions, which are
cited more; beside that they are cited `POLES_IMPACT` more. Papers of the placebo pair are not. Every year of `YEARS`
is matched each way on institution, team size and year, with the bins and sums of the study. How many joint papers a
world has in a year is drawn, too: a matching of fewer than two of them has no interval, and is counted and not judged.

A quarter of the papers is seen, drawn by chance. For papers are taken as drawn from many that might have been written,
and in a simulated world those of a country and year are all there are: some are famous by their place among them, so
that their sum varies less than they do, and intervals would hold the truth more often than they say (98 of 100).

Taken as the last author's is the institution and country by which a work is cited in this world (the home's).

    python scripts/bench/partnership_recovery.py             # 20 worlds: the table in Markdown
    python scripts/bench/partnership_recovery.py --write     # the same, into docs/methods
    python scripts/bench/partnership_recovery.py --seed 7    # one row of the table
"""

import re
from pathlib import Path

import click
import numpy as np
import pandas as pd
from scipy import stats

from isthmus.config.partnership import TEAM_CUTS
from isthmus.matching.effects import effect
from isthmus.matching.poisson import poisson_effect
from isthmus.matching.relative import relative
from isthmus.matching.strata import tuple_ids
from isthmus.matching.sums import Sums, block_sums
from isthmus.simulate import Plan, World, build_plan
from isthmus.simulate.world.blocks import NOBODY
from isthmus.simulate.world.facts import countries
from isthmus.simulate.world.references import appeals, references_to
from isthmus.simulate.world.seats import first_institution
from isthmus.simulate.world.sizes import AI
from isthmus.simulate.world.teams import POLES_IMPACT

DOCS = Path(__file__).resolve().parents[2] / "docs" / "methods"
ROWS, PAGE = DOCS / "partnership_recovery.csv", DOCS / "partnership.md"
MARKED = re.compile(r"(?s)(<!-- recovery -->\n).*?(\n<!-- /recovery -->)")
WORKS, YEARS = 2_000_000, range(2008, 2022)
PAIRS = {"poles": ("US", "CN"), "placebo": ("US", "GB")}
TRUTH = {"poles": 100 * POLES_IMPACT, "placebo": 0.0}
CHUNK, WINDOW, LEVEL, SEEN = 50_000, 2, 0.05, 0.25


def citations(plan: Plan, wanted: np.ndarray) -> np.ndarray:
    """Citations of each work of wanted blocks within two years by works of any field, each citing work once."""
    total = plan.world.works
    works = np.arange(total)
    block = plan.blocks.of(works)
    year = plan.sizes.years[plan.blocks.year[block]]
    found, appeal = np.zeros(total, np.int64), appeals(plan, works, block)
    citing_ones = works[(year >= YEARS[0]) & (year <= YEARS[-1] + WINDOW)]
    for first in range(0, citing_ones.size, CHUNK):
        chunk = citing_ones[first : first + CHUNK]
        refs = references_to(plan, chunk, block[chunk], wanted, appeal)
        lag = year[chunk[refs.row]] - year[refs.cited]
        found += np.bincount(refs.cited[(lag >= 0) & (lag <= WINDOW)], minlength=total)
    return found


def papers(plan: Plan) -> pd.DataFrame:
    """Papers on artificial intelligence of the pairs' countries: year, home, partner, institution, team bin, c2."""
    blocks = plan.blocks
    works = np.arange(plan.world.works)
    block = blocks.of(works)
    year = plan.sizes.years[blocks.year[block]]
    code = np.append(countries().code, "")
    homes = [home for pair in PAIRS.values() for home in pair]
    wanted = (blocks.layer == AI) & (blocks.third == NOBODY) & np.isin(code[blocks.home], homes)
    kept = wanted[block] & np.isin(year, YEARS)
    works, block = works[kept], block[kept]
    return pd.DataFrame(
        {
            "year": year[kept],
            "home": code[blocks.home[block]],
            "partner": code[np.where(blocks.second[block] == NOBODY, len(code) - 1, blocks.second[block])],
            "institution": first_institution(plan, works, block, blocks.home[block]),
            "team": np.searchsorted(TEAM_CUTS, plan.teams.size(works, block, blocks), side="right"),
            "c2": citations(plan, wanted)[works],
        }
    )


def of_pair(frame: pd.DataFrame, home: str, partner: str) -> pd.DataFrame:
    """Papers of a country with `joint`: whether the partner is their second country."""
    own = frame[frame["home"] == home]
    return own.assign(joint=own["partner"] == partner)


def sums_of(units: pd.DataFrame) -> Sums:
    stratum = tuple_ids(units[["institution", "team"]].to_numpy(np.int64))
    return block_sums(stratum, units["joint"], units["c2"])


def matchings(frame: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    """One row a year and direction: naive and matched effects in percent, with intervals; p of the matched one."""
    rows = []
    for home, partner in (pair, pair[::-1]):
        own = of_pair(frame, home, partner)
        for year in YEARS:
            sums = sums_of(own[own["year"] == year])
            one = own[own["year"] == year]
            alone = block_sums(np.zeros(len(one), int), one["joint"], one["c2"])
            if not (sums.both.any() and alone.both.any()):
                rows.append({"home": home, "year": year, "n": 0})
                continue
            naive, found = relative(alone).plain, relative(sums).weighted
            rows.append(
                {
                    "home": home, "year": year, "n": effect(sums).n_treated, "naive": naive.value,
                    "naive_low": naive.low, "naive_high": naive.high, "value": found.value, "low": found.low,
                    "high": found.high, "p": found.p,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def factor(frame: pd.DataFrame, pair: tuple[str, str]) -> tuple[float, float, float]:
    """The second estimate over all years, first direction, in percent, with its interval."""
    own = of_pair(frame, *pair)
    keys = ["joint", "institution", "year", "team"]
    cells = own.groupby(keys, as_index=False).agg(n=("c2", "size"), y=("c2", "sum"))
    group = cells.groupby(["institution", "year"]).ngroup()
    level = cells.groupby(["year", "team"]).ngroup()
    return poisson_effect(cells["joint"], group, level, cells["institution"], cells["n"], cells["y"]).percent


def covered(rows: pd.DataFrame, truth: float, prefix: str = "") -> int:
    return int(((rows[f"{prefix}low"] <= truth) & (rows[f"{prefix}high"] >= truth)).sum())


def seed_row(seed: int, works: int = WORKS) -> dict[str, float]:
    """What is found in one world."""
    frame = papers(build_plan(World(works=works, seed=seed, planted=frozenset({"impact"}))))
    return {"seed": seed, "works": works} | found_in(seen(frame, seed))


def seen(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A part of the papers, drawn by chance."""
    return frame[np.random.default_rng(seed).random(len(frame)) < SEEN]


def found_in(frame: pd.DataFrame) -> dict[str, float]:
    """What is found among the papers of one world."""
    row: dict[str, float] = {}
    for name, pair in PAIRS.items():
        rows, truth = matchings(frame, pair), TRUTH[name]
        known = rows.dropna(subset="low")
        b, low, high = factor(frame, pair)
        row |= {
            f"{name} matchings": len(rows),
            f"{name} judged": len(known),
            f"{name} joint papers": int(known["n"].sum()),
            f"{name} covered": covered(known, truth),
            f"{name} naive covered": covered(known, truth, "naive_"),
            f"{name} naive above": int((known["naive"] > truth).sum()),
            f"{name} called": int((known["p"] < LEVEL).sum()),
            f"{name} mean": round(float(np.average(known["value"], weights=known["n"])), 4),
            f"{name} naive mean": round(float(np.average(known["naive"], weights=known["n"])), 4),
            f"{name} factor": round(b, 4),
            f"{name} factor covers": int(low <= truth <= high),
        }
    return row


def table(frame: pd.DataFrame) -> str:
    """The table in Markdown."""
    total = frame.sum()
    lines = [
        "| | United States and China, 40 % planted | United States and United Kingdom, nothing planted |",
        "|---|---|---|",
    ]
    says = {
        "matchings": "matchings (year and direction)",
        "judged": "of these, with an interval: two matched joint papers or more",
        "joint papers": "matched joint papers in these",
        "naive above": "joint papers beside all others: above what is planted",
        "naive covered": "the same: interval covers what is planted",
        "covered": "matched: interval covers what is planted",
        "called": "matched: called at 5 %",
        "factor covers": f"worlds of {len(frame)} in which the interval of the second estimate covers it",
    }
    for name, words in says.items():
        lines.append(f"| {words} | {int(total[f'poles {name}'])} | {int(total[f'placebo {name}'])} |")
    for name, words in (("naive mean", "mean effect, joint papers beside all others"), ("mean", "mean effect, matched"),
                        ("factor", "mean of the second estimate")):  # fmt: skip
        cells = [f"{frame[f'{pair} {name}'].mean():.1f} %" for pair in PAIRS]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def written(page: str, frame: pd.DataFrame) -> str:
    """The page with the table of these rows."""
    return MARKED.sub(lambda found: found[1] + table(frame) + found[2], page)


@click.command()
@click.option("--seeds", default=20, show_default=True, help="Worlds, from seed 1 on.")
@click.option("--seed", type=int, help="One world only: its row.")
@click.option("--works", default=WORKS, show_default=True)
@click.option("--write", is_flag=True, help="Write the rows and the table into the documentation.")
def main(seeds: int, seed: int | None, works: int, write: bool) -> None:
    """Matched effects over simulated worlds, in one process."""
    if seed is not None:
        click.echo(pd.Series(seed_row(seed, works)).to_string())
        return
    rows = []
    for number in range(1, seeds + 1):
        rows.append(seed_row(number, works))
        click.echo(f"seed {number}: {rows[-1]['poles covered']} of {rows[-1]['poles judged']}", err=True)
    frame = pd.DataFrame(rows)
    click.echo(table(frame))
    for what, share in (("poles covered", 1 - LEVEL), ("placebo called", LEVEL)):
        low, high = stats.binom.interval(0.99, int(frame[f"{what.split()[0]} judged"].sum()), share)
        click.echo(f"{what}: expected {low:.0f} to {high:.0f}")
    if write:
        frame.to_csv(ROWS, index=False)
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), frame), encoding="utf-8")


if __name__ == "__main__":
    main()
