"""Ingest measured: against DuckDB and Spark's own JSON reader, over sizes, and as the rates of `isthmus plan`.

  scripts/bench.sh ingest run --records real --gigabytes 1       all engines, both layouts
  scripts/bench.sh ingest run --records simulated --works 1000000 --engines isthmus --layouts jsonl
  scripts/bench.sh ingest tables                                  what has been measured, as Markdown
  scripts/bench.sh ingest task --gigabytes 1                      one task alone, without Spark
  scripts/bench.sh ingest rates                                   the same as measurements of conf/rates.yaml

Each engine runs as a process of its own on the same cores and is measured from outside, with all that it starts. The
machine may be shared: processor seconds are compared. What a JVM needs to start and to compile is a phase of its own.
All engines write the same three tables; different numbers of rows are an error.
"""

import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

import click
import yaml
from ingesting import inputs
from ingesting.engines import ENGINES
from ingesting.measure import measured

SMALL_WORKS = 2_000
OWN = ("isthmus", "isthmus-staged")
COUNTED = ("parse", "newest", "tables")  # what all engines do; reading alone and the accounts are ours only


@click.group()
@click.option(
    "--folder", default="bench-ingest", show_default=True, type=click.Path(path_type=Path), help="Snapshots, results."
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """Measure ingests, then show them."""
    folder.mkdir(parents=True, exist_ok=True)
    context.obj = folder


@main.command()
@click.option("--records", type=click.Choice(["real", "simulated"]), default="real", show_default=True)
@click.option("--gigabytes", default=1.0, show_default=True, help="Text of the real records.")
@click.option("--works", default=100_000, show_default=True, help="Works of the simulated world.")
@click.option("--engines", default=",".join(ENGINES), show_default=True)
@click.option("--layouts", default="jsonl,parquet", show_default=True)
@click.option("--cores", default=2, show_default=True)
@click.option("--keep", is_flag=True, help="Keep the snapshot for another run.")
@click.pass_obj
def run(
    folder: Path, records: str, gigabytes: float, works: int, engines: str, layouts: str, cores: int, keep: bool
) -> None:
    """Measure engines on one snapshot; results are added to FOLDER/results.jsonl."""
    small = inputs.simulated_snapshot(folder / "small", SMALL_WORKS)
    wanted = tuple(layouts.split(","))
    name = folder / (f"real-{gigabytes:g}" if records == "real" else f"simulated-{works}")
    if records == "real":
        snapshot = inputs.real_snapshot(name, gigabytes)
    else:
        snapshot = inputs.simulated_snapshot(name, works, tuple({"jsonl", *wanted}))
    known = inputs.facts(snapshot)
    click.echo(f"{snapshot}: {known}", err=True)
    for layout in wanted:
        for engine in engines.split(","):
            if engine == "spark-json" and layout == "parquet":
                continue
            _run(folder, records, known, engine, layout, (snapshot, small), cores)
    if not keep:
        shutil.rmtree(name)


def _run(
    folder: Path, records: str, known: dict, engine: str, layout: str, snapshots: tuple[Path, Path], cores: int
) -> None:
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    # beside what is measured: the library of this folder, or the installed one
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    words = [str(path.resolve()) for path in (*snapshots, out)]
    found = measured([sys.executable, "-m", "ingesting.engines", engine, layout, *words, str(cores)], cores)
    row = {
        "records": records,
        "layout": layout,
        "engine": engine,
        "cores": cores,
        "works": known["works"],
        "text": known["text"],
        "bytes": known[layout],
        "needed": round(inputs.needed_share(snapshots[0]), 3) if layout == "parquet" else 1.0,
        "phases": {phase: [round(p.wall, 2), round(p.cpu, 2)] for phase, p in found.phases.items()},
        "peak": found.peak_bytes,
        "rows": found.counts,
        "disk": {each.name: _size(each) for each in sorted((out / "tables").glob("*"))} if engine in OWN else {},
    }
    _compare_rows(folder, row)
    with (folder / "results.jsonl").open("a") as results:
        results.write(json.dumps(row) + "\n")
    click.echo(json.dumps(row), err=True)
    shutil.rmtree(out)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _compare_rows(folder: Path, row: dict) -> None:
    for other in _results(folder):
        if all(other[key] == row[key] for key in ("records", "works")) and other["rows"] != row["rows"]:
            raise SystemExit(
                f"{row['engine']} {row['layout']}: {row['rows']} rows, {other['engine']} {other['layout']} had "
                f"{other['rows']}: the engines do not write the same tables, so their times say nothing"
            )


def _results(folder: Path) -> list[dict]:
    file = folder / "results.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _cpu(row: dict, phases: tuple[str, ...] = COUNTED) -> float:
    return sum(row["phases"].get(phase, [0, 0])[1] for phase in phases)


def _wall(row: dict, phases: tuple[str, ...] = COUNTED) -> float:
    return sum(row["phases"].get(phase, [0, 0])[0] for phase in phases)


def _beyond(row: dict, phases: tuple[str, ...] = COUNTED) -> float:
    """Processor seconds beyond what a tiny ingest costs."""
    return sum(max(0.0, _cpu(row, (phase,)) - _cpu(row, (f"small {phase}",))) for phase in phases)


@main.command()
@click.option("--gigabytes", default=1.0, show_default=True, help="Text of the real records.")
@click.option("--layout", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
@click.pass_obj
def task(folder: Path, gigabytes: float, layout: str) -> None:
    """Measure what one task does with one part of real records: reads it, and writes the files of three tables."""
    from isthmus.config.storage import Storage
    from isthmus.files import open_root
    from isthmus.snapshot import open_snapshot
    from isthmus.snapshot.datasource import parse_lines
    from isthmus.tables.part_writer import TABLES, PartWriter

    records = inputs.real_snapshot(folder / f"real-{gigabytes:g}", gigabytes)
    snapshot = open_snapshot(str(records), layout=layout, partial=True)
    part, out = snapshot.parts("works")[0], folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    writer, began, writing = PartWriter(dict.fromkeys(TABLES, str(out)), part.path, 2026), time.process_time(), 0.0
    for batch in parse_lines(open_root(str(snapshot.uri), Storage()), part):
        if batch["work_id"].null_count < len(batch):
            clock = time.process_time()
            writer.add(batch)
            writing += time.process_time() - clock
    clock = time.process_time()
    files = writer.close("0" * 16)
    writing += time.process_time() - clock
    works = sum(file.rows for name, file in files if name == "works")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    click.echo(
        f"{layout}: {works:,} works in {time.process_time() - began:.2f} processor seconds, {writing:.2f} of "
        f"them for the rows and files of three tables; memory at most {peak} MB"
    )
    for name, file in files:
        click.echo(f"  {name}: {file.rows:,} rows, {file.bytes / 1e6:.1f} MB")
    shutil.rmtree(out)


@main.command()
@click.pass_obj
def tables(folder: Path) -> None:
    """Print what has been measured as Markdown tables."""
    rows = _results(folder)
    _print(
        ["records", "layout", "text", "engine", *COUNTED, "sum", "of it fixed", "beyond it, to DuckDB", "peak memory"],
        [
            [
                f"{row['records']}, {row['works']:,} works",
                row["layout"],
                f"{row['text'] / 1e9:.2f} GB",
                row["engine"],
                *(f"{_cpu(row, (phase,)):.1f}" for phase in COUNTED),
                f"{_cpu(row):.1f} s",
                f"{_cpu(row) - _beyond(row):.1f} s",
                _ratio(row, rows),
                f"{row['peak'] / 1e9:.1f} GB",
            ]
            for row in rows
        ],
    )
    whole = (*COUNTED, "accounts")
    own = sorted((r for r in rows if r["engine"] == "isthmus"), key=lambda r: (r["records"], r["layout"], r["works"]))
    _print(
        [
            "records",
            "layout",
            "works",
            "processor s",
            "beyond fixed, per million",
            "clock",
            "text read",
            "peak",
            "disk",
        ],
        [
            [
                row["records"],
                row["layout"],
                f"{row['works']:,}",
                f"{_cpu(row, whole):.0f}",
                f"{_beyond(row, whole) / row['works'] * 1e6:.0f}",
                f"{_wall(row, whole):.0f} s",
                f"{row['text'] / 1e6 / _beyond(row, ('read',)):.0f} MB a core second",
                f"{row['peak'] / 1e9:.1f} GB",
                f"{sum(row['disk'].values()) / row['works']:.0f} B a work",
            ]
            for row in own
        ],
    )


def _print(heads: list[str], rows: list[list[str]]) -> None:
    for cells in (heads, ["---"] * len(heads), *rows):
        click.echo(f"| {' | '.join(cells)} |")
    click.echo()


def _ratio(row: dict, rows: list[dict]) -> str:
    """Seconds beyond the fixed costs, over those of the faster way of DuckDB."""
    same = ("records", "layout", "works", "cores")
    duck = [_cpu(r) for r in rows if r["engine"].startswith("duckdb") and all(r[key] == row[key] for key in same)]
    return f"{_beyond(row) / min(duck):.2f}" if duck else ""


@main.command()
@click.pass_obj
def rates(folder: Path) -> None:
    """Print the measurements of this machine as conf/rates.yaml wants them."""
    own = [row for row in _results(folder) if row["engine"] == "isthmus"]
    click.echo(yaml.safe_dump({"measurements": [_rate(row) for row in own]}, sort_keys=False))


def _rate(row: dict) -> dict:
    read = _beyond(row, ("read",))
    staging = sum(size for name, size in row["disk"].items() if name.startswith(("parsed", "work_lines")))
    return {
        "layout": row["layout"],
        "records": row["records"],
        "works": row["works"],
        "bytes": row["bytes"],
        "core_seconds": {"read": round(read, 2), "write": round(_beyond(row, (*COUNTED, "accounts")) - read, 2)},
        "disk": {"staging": staging, "tables": sum(row["disk"].values()) - staging},
        "needed": row["needed"],
    }


if __name__ == "__main__":
    main()
