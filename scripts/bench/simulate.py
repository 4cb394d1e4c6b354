"""Speed of the simulated world.

python scripts/bench/simulate.py speed --works 100000 --works 1000000
"""

import resource
import shutil
import tempfile
import time
from pathlib import Path

import click

from isthmus.simulate import simulate_on_spark, simulate_snapshot


@click.group()
def main() -> None:
    """Measure the simulated world."""


@main.command()
@click.option("--works", multiple=True, type=int, default=(100_000,), show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--formats", default="jsonl", show_default=True)
@click.option("--spark", is_flag=True, help="With Spark on this machine, its start not counted.")
def speed(works: tuple[int, ...], processes: int, formats: str, spark: bool) -> None:
    """Seconds, works and megabytes a second, peak memory of a process, by number of works."""
    session = None
    if spark:
        from isthmus.engine import start_session

        session = start_session("isthmus-bench", master=f"local[{processes}]")
        session.range(10).count()
    click.echo("| works | format | seconds | works a second | MB a second | CPU seconds | peak MB a process |")
    click.echo("|---|---|---|---|---|---|---|")
    for number in works:
        folder = Path(tempfile.mkdtemp())
        before, started = sum(_cpu()), time.perf_counter()
        if session is not None:
            written = simulate_on_spark(session, str(folder), works=number, formats=formats.split(","))
        else:
            written = simulate_snapshot(folder, works=number, formats=formats.split(","), processes=processes)
        seconds, cpu = time.perf_counter() - started, sum(_cpu()) - before
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        shutil.rmtree(folder)
        click.echo(
            f"| {number:,} | {formats} | {seconds:.1f} | {number / seconds:,.0f} | {written.size / 1e6 / seconds:.1f} |"
            f" {cpu:.1f} | {peak:,.0f} |"
        )


def _cpu() -> tuple[float, ...]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return tuple(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    main()
