"""How often each published value lies inside its tolerance by chance: in simulated worlds with nothing planted.

python scripts/bench/scorecard.py            # 20 worlds: id, worlds, inside
python scripts/bench/scorecard.py --write    # the same, into lib/isthmus/report/data/chance.csv
python scripts/bench/scorecard.py --seed 7   # one world: the verdict on each value
"""

from importlib.resources import files
from pathlib import Path

import click
import pandas as pd
from recovering.asresults import world_results
from recovering.judged import WORKS

from isthmus.analyses.sections import RULES
from isthmus.report.chance import CHANCE_WORLDS
from isthmus.report.scorecard import INSIDE, OUTSIDE, PARAMETER, scorecard
from isthmus.simulate import World

#: Counts of papers: how large a world is made is a choice, so that agreement in them says nothing.
SIZED = ("n_ai_papers_with_geo", "n_non_ai_citing_papers", "collab_weight", "collab_strength")


def verdicts(seed: int, works: int = WORKS) -> dict[str, bool]:
    """Published value -> whether it lies inside in the world of a seed; only values that the world can give."""
    card = scorecard(world_results(World(works=works, seed=seed, planted=frozenset())), RULES)
    assert card is not None
    scores = [s for s in card.scores if s.tolerance_class != PARAMETER and s.quantity not in SIZED]
    return {score.id: score.verdict == INSIDE for score in scores if score.verdict in (INSIDE, OUTSIDE)}


def chance_table(found: list[dict[str, bool]]) -> pd.DataFrame:
    """Worlds that can give each value, and those inside; values that at least half of the worlds can give."""
    frame = pd.DataFrame(found)
    worlds, inside = frame.notna().sum(), frame.eq(True).sum()
    table = pd.DataFrame({"id": frame.columns, "worlds": worlds.to_numpy(), "inside": inside.to_numpy()})
    return table[2 * table["worlds"] >= len(frame)].sort_values("id", ignore_index=True)


@click.command()
@click.option("--seed", type=int, help="One world only: its verdicts.")
@click.option("--works", default=WORKS, show_default=True)
@click.option("--write", is_flag=True, help="Write the table into the package.")
def main(seed: int | None, works: int, write: bool) -> None:
    """The scorecard of worlds that have nothing to do with the paper."""
    if seed is not None:
        click.echo(pd.Series(verdicts(seed, works)).to_string())
        return
    table = chance_table([verdicts(number, works) for number in range(1, CHANCE_WORLDS + 1)])
    click.echo(table.to_csv(index=False))
    click.echo(f"{table['inside'].sum() / table['worlds'].sum():.1%} inside")
    if write:
        table.to_csv(Path(str(files("isthmus.report").joinpath("data", "chance.csv"))), index=False)


if __name__ == "__main__":
    main()
