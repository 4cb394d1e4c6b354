"""`isthmus simulate`: a world with known truth as an OpenAlex snapshot."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from isthmus.simulate import World, Written

EXAMPLES = """\b
Examples:
  isthmus simulate --out world
  isthmus simulate --works 200000 --seed 7 --out world --formats jsonl,parquet
  isthmus simulate --works 20000 --out quiet --empty
  isthmus simulate --works 20000 --out calm --without trends --without poles
"""


@click.command(epilog=EXAMPLES)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write into; new or empty.")
@click.option("--works", type=int, default=None, help="Number of works [default: 60000].")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same records.")
@click.option(
    "--formats", default="jsonl", show_default=True, help="Layouts: parquet, jsonl, legacy; several with commas."
)
@click.option(
    "--without",
    multiple=True,
    help="Leave one planted fact out: ties, trends, poles, bridge, impact, return. Repeatable.",
)
@click.option("--empty", is_flag=True, help="Plant nothing: the test of false positives.")
@click.option("--processes", type=int, default=None, help="Processes to write with [default: one per core].")
def simulate(
    out: Path, works: int | None, seed: int, formats: str, without: tuple[str, ...], empty: bool, processes: int | None
) -> None:
    """Write a world with known truth as an OpenAlex snapshot.

    Countries, cities and topics are real, and countries have their real relative sizes; people, institutions and papers are invented.
    What is true in it (which ties are stronger than size explains, who converges with whom, who moved) stands in OUT/truth.
    """
    from isthmus.simulate import World, simulate_snapshot

    world = World(planted=frozenset()) if empty else World().without(*without)
    started = time.perf_counter()
    names = [name.strip() for name in formats.split(",") if name.strip()]
    written = simulate_snapshot(out, works=works, seed=seed, formats=names, world=world, processes=processes)
    click.echo(in_words(written, time.perf_counter() - started))


def in_words(written: "Written", seconds: float) -> str:
    """What was written, for a person."""
    world: World = written.world
    layouts = sorted({f.layout for f in written.files})
    return "\n".join(
        [
            f"{written.folder}: {written.records('works'):,} works of {world.first_year} to {world.last_year}, seed {world.seed}, as "
            f"{' and '.join(layouts)}; {written.size / 1e6:,.0f} MB in {seconds:.1f} s.",
            f"Planted: {', '.join(sorted(world.planted)) or 'nothing (size explains every tie)'}.",
            f"What is true in it: {written.folder / 'truth' / 'README.md'}",
            f"Read it with: isthmus run --study demonstration --snapshot {written.folder}",
        ]
    )
