"""What is found of what was planted in simulated worlds: the published rule beside the default, trends by probability.

python scripts/bench/recovery.py                # 20 worlds and 20 empty ones: the tables in Markdown
python scripts/bench/recovery.py --write        # the same, into docs/methods/recovery.csv and what-holds.md
python scripts/bench/recovery.py --seed 7       # one row of the table
"""

import re
from pathlib import Path

import click
import pandas as pd
from recovering.counts import world_counts
from recovering.judged import WORKS, judge_world
from recovering.table import tables

from isthmus.simulate import World

DOCS = Path(__file__).resolve().parents[2] / "docs" / "methods"
ROWS, PAGE = DOCS / "recovery.csv", DOCS / "what-holds.md"
MARKED = re.compile(r"(?s)(<!-- recovery -->\n).*?(\n<!-- /recovery -->)")


def seed_row(seed: int, works: int = WORKS) -> dict[str, float]:
    """The counts of one seed: its world, and the same with nothing planted."""
    planted, empty = World(works=works, seed=seed), World(works=works, seed=seed, planted=frozenset())
    return {"seed": seed, "works": works} | world_counts(judge_world(planted), judge_world(empty))


def written(page: str, frame: pd.DataFrame) -> str:
    """The page with the tables of these rows."""
    return MARKED.sub(lambda found: found[1] + tables(frame) + found[2], page)


@click.command()
@click.option("--seeds", default=20, show_default=True, help="Worlds, from seed 1 on.")
@click.option("--seed", type=int, help="One world only: its counts.")
@click.option("--works", default=WORKS, show_default=True)
@click.option("--write", is_flag=True, help="Write the rows and the tables into the documentation.")
def main(seeds: int, seed: int | None, works: int, write: bool) -> None:
    """Recovery over simulated worlds, in one process."""
    if seed is not None:
        click.echo(pd.Series(seed_row(seed, works)).to_string())
        return
    frame = pd.DataFrame([seed_row(number, works) for number in range(1, seeds + 1)])
    click.echo(tables(frame))
    if write:
        frame.to_csv(ROWS, index=False)
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), frame), encoding="utf-8")


if __name__ == "__main__":
    main()
