"""`isthmus simulate`: a world with known truth as an OpenAlex snapshot."""

import time
from typing import TYPE_CHECKING

import click

from isthmus.cli.hints import command
from isthmus.cli.options import spark_options

if TYPE_CHECKING:
    from isthmus.simulate import World, Written

EXAMPLES = """\b
Examples:
  isthmus simulate --out world
  isthmus simulate --works 200000 --seed 7 --out world --formats jsonl,parquet
  isthmus simulate --works 20000 --out quiet --empty
  isthmus simulate --works 20000 --out calm --without trends --without poles
  isthmus simulate --works 20000 --out traps --hostile
  isthmus simulate --works 20000 --out papers --plant disruption
  isthmus simulate --works 20000 --out two --releases 2
  isthmus simulate --works 10000000 --out s3://bucket/world --master yarn
"""


@click.command(epilog=EXAMPLES)
@click.option("--out", required=True, help="Folder or URI to write into; new or empty.")
@click.option("--works", type=int, default=80_000, show_default=True, help="Number of works, all fields together.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same records.")
@click.option("--formats", default="jsonl", show_default=True, help="Layouts: parquet, jsonl, legacy; with commas.")
@click.option(
    "--releases", type=click.IntRange(1, 2), default=1, show_default=True, help="2: a month apart, in two folders."
)
@click.option("--hostile", is_flag=True, help="Add every trap of real snapshots; truth/hostile.parquet lists them.")
@click.option(
    "--without",
    multiple=True,
    help="Leave a planted fact out: ties, trends, poles, bridge, impact, return. Repeatable.",
)
@click.option("--plant", multiple=True, help="Plant a fact that a world has on request only: disruption. Repeatable.")
@click.option("--empty", is_flag=True, help="Plant nothing: the test of false positives.")
@click.option("--processes", type=int, default=None, help="Processes to write with [default: one per core].")
@spark_options("Write with Spark on this master, for worlds of many millions.")
def simulate(
    out: str,
    works: int,
    seed: int,
    formats: str,
    releases: int,
    hostile: bool,
    without: tuple[str, ...],
    plant: tuple[str, ...],
    empty: bool,
    processes: int | None,
    master: str | None,
    remote: str | None,
) -> None:
    """Write a world with known truth as an OpenAlex snapshot.

    Countries, cities and topics are real, and countries have their real relative sizes; people, institutions and
    papers are invented. What is true in it (which ties are stronger than size explains, who converges with whom, who
    moved) stands in OUT/truth.
    """
    from isthmus.errors import ConfigError
    from isthmus.simulate import PLANTED, World, simulate_releases, simulate_snapshot

    if (master or remote) and releases == 2:
        named = "--master" if master else "--remote"
        raise ConfigError(f"--releases 2 and {named} do not go together: two releases are written without Spark.")
    world = World(works=works, seed=seed, hostile=hostile).without(*(PLANTED if empty else without)).planting(*plant)
    names = [name.strip() for name in formats.split(",") if name.strip()]
    started = time.perf_counter()
    if master or remote:
        written = [_with_spark(out, names, world, master, remote)]
    elif releases == 2:
        written = list(simulate_releases(out, world=world, formats=names, processes=processes))
    else:
        written = [simulate_snapshot(out, world=world, formats=names, processes=processes)]
    click.echo(in_words(written, time.perf_counter() - started))


def _with_spark(out: str, formats: list[str], world: "World", master: str | None, remote: str | None) -> "Written":
    from isthmus.engine import start_session
    from isthmus.simulate import simulate_on_spark

    spark = start_session("isthmus simulate", master=master, remote=remote)
    try:
        return simulate_on_spark(spark, out, world=world, formats=formats)
    finally:
        spark.stop()


def in_words(written: "list[Written]", seconds: float) -> str:
    """Return what was written, for a person."""
    world = written[0].world
    summaries = [
        f"{w.folder}: release {w.world.release_date}, {w.records('works'):,} works of {world.first_year} to "
        f"{world.last_year}, seed {world.seed}, as {' and '.join(sorted({f.layout for f in w.files}))}; "
        f"{w.size / 1e6:,.0f} MB."
        for w in written
    ]
    first = written[0].folder
    return "\n".join(
        [
            *summaries,
            f"Written in {seconds:.1f} s.",
            f"Planted: {', '.join(sorted(world.planted)) or 'nothing (size explains every tie)'}.",
            *(
                ["Traps of real snapshots: " + f"{first}/truth/hostile.parquet tells what each line has to become."]
                * world.hostile
            ),
            f"What is true in it: {first}/truth/README.md",
            f"Read it with: {command('run', '--study', 'demonstration', '--snapshot', first)}",
        ]
    )
