"""Growth: what ingest and studies take by stage at several sizes of the simulated world.

    scripts/bench.sh growth --folder F run --works 100000,1000000,3000000 [--study NAME]... [--layouts jsonl,parquet]
    scripts/bench.sh growth --folder F tables
    scripts/bench.sh growth --folder F rates --works 1000000,3000000     rows of `stages` of conf/rates.yaml

Each world is simulated once in all layouts and read from each into a warehouse of its own; the studies run on the last
one, in their order. Processor seconds, memory (what processes share counted once) and the rows that tasks wrote for
other tasks, by stage. Processor seconds hold on a machine that others use too. Linux only.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import click
import yaml
from watching.timeline import watched

ISTHMUS = [sys.executable, "-m", "isthmus.cli.main"]
STUDIES = ("demonstration", "alshebli2022_beijing", "alshebli2024_uschina")


@click.group()
@click.option("--folder", default="bench-growth", show_default=True, type=click.Path(path_type=Path))
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """Measure, then show."""
    folder.mkdir(parents=True, exist_ok=True)
    context.obj = folder


@main.command()
@click.option("--works", default="100000,1000000,3000000", show_default=True, help="Sizes of the world.")
@click.option("--layouts", default="parquet,jsonl", show_default=True, help="Read from these; studies use the last.")
@click.option("--study", "studies", multiple=True, default=STUDIES, show_default=True)
@click.option("--stages", default="", help="Of the studies these alone.")
@click.option("--no-studies", is_flag=True, help="Ingest alone.")
@click.pass_obj
def run(folder: Path, works: str, layouts: str, studies: tuple[str, ...], stages: str, no_studies: bool) -> None:
    """Measure; results are added to FOLDER/growth.jsonl. What is there already is not measured again."""
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    for size in map(int, works.split(",")):
        world, warehouse = folder / f"world-{size}", folder / "warehouse"
        for layout in layouts.split(","):
            name = f"ingest {layout}"
            _simulated(world, size, layouts, folder)
            warehouse = folder / f"warehouse-{size}-{layout}"
            words = ["ingest", "--snapshot", str(world), "--layout", layout, "--warehouse", str(warehouse)]
            _measured(folder, size, name, words, warehouse)
        for study in () if no_studies else studies:
            words = ["run", "--study", study, "--warehouse", str(warehouse)]
            _measured(folder, size, study, [*words, *(["--stages", stages] if stages else [])], warehouse)


def _simulated(world: Path, size: int, layouts: str, folder: Path) -> None:
    if not (world / "complete").exists():
        shutil.rmtree(world, ignore_errors=True)
        words = ["simulate", "--works", str(size), "--out", str(world), "--formats", layouts]
        watched([*ISTHMUS, *words], folder / f"simulate-{size}.log")
        (world / "complete").touch()


def _measured(folder: Path, size: int, name: str, words: list[str], warehouse: Path) -> None:
    if warehouse.exists() and any(row["works"] == size and row["run"] == name for row in _results(folder)):
        return
    timeline = watched([*ISTHMUS, *words], folder / f"{name}-{size}.log".replace(" ", "-"), shuffles=True)
    with (folder / "growth.jsonl").open("a") as results:
        whole = {"stage": "all", "clock": round(timeline.times[-1] - timeline.times[0], 1)}
        whole |= timeline.between(timeline.times[0], timeline.times[-1]) | _works_of(warehouse, name)
        for stage in [*({"stage": key} | found for key, found in timeline.stages(warehouse).items()), whole]:
            results.write(json.dumps({"works": size, "run": name} | stage) + "\n")
    click.echo(f"{size:,} works, {name}: {whole['core_seconds']:,.0f} processor seconds", err=True)


def _works_of(warehouse: Path, study: str) -> dict[str, int]:
    """Return how many works are the study's own; nothing of an ingest."""
    from deltalake import DeltaTable

    if study.startswith("ingest"):
        return {}
    works = DeltaTable(warehouse / "corpus_works").to_pandas(columns=["is_corpus"], partitions=[("study", "=", study)])
    return {"study_works": int(works["is_corpus"].sum())}


def _results(folder: Path) -> list[dict]:
    file = folder / "growth.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@main.command()
@click.pass_obj
def tables(folder: Path) -> None:
    """Print a Markdown table of each run: its stages down, the sizes across."""
    results = _results(folder)
    for name in dict.fromkeys(row["run"] for row in results):
        rows = {(row["stage"], row["works"]): row for row in results if row["run"] == name}
        sizes = sorted({works for _, works in rows})
        stages = [s for s in dict.fromkeys(stage for stage, _ in rows) if s != "all"]
        click.echo(f"\n**{name}**: processor seconds, memory at most (GB), million rows shuffled\n")
        click.echo(f"| stage | {' | '.join(f'{works:,} works' for works in sizes)} | last step |")
        click.echo("|---" * (len(sizes) + 2) + "|")
        for stage in [*stages, "all"]:
            found = [rows.get((stage, works)) for works in sizes]
            cells = [_cell(row) for row in found]
            click.echo(f"| {stage} | {' | '.join(cells)} | {_step(found)} |")


@main.command()
@click.option("--works", default="1000000,3000000", show_default=True, help="Two sizes, the smaller first.")
@click.pass_obj
def rates(folder: Path, works: str) -> None:
    """Print what stages took at two sizes as `isthmus plan` wants it; a stage of several studies once, the dearest."""
    from isthmus.analyses.stages import STAGES

    small, large = map(int, works.split(","))
    found = {(row["run"], row["stage"], row["works"]): row for row in _results(folder)}
    dearest: dict[str, dict] = {}
    for study in dict.fromkeys(run for run, _, size in found if size == large and not run.startswith("ingest")):
        for stage in (stage for stage in STAGES if stage.scope == "study" and stage.section):
            rows = [found.get((study, stage.name, size)) for size in (small, large)]
            if None not in rows:
                own = [found[study, "all", size]["study_works"] for size in (small, large)]
                rate = _rate(stage, study, (small, large), own, [row["core_seconds"] for row in rows])
                dearest[stage.name] = max(dearest.get(stage.name, rate), rate, key=lambda r: r["core_seconds"][1])
    click.echo(yaml.safe_dump({"stages": list(dearest.values())}, sort_keys=False, width=110, default_flow_style=None))


def _rate(stage, study: str, sizes: tuple[int, int], own: list[int], seconds: list[float]) -> dict:
    rests = f"study {study}, simulated worlds of {sizes[0]:,} and {sizes[1]:,} works"
    found = {"section": stage.section, "stage": stage.name, "works": list(sizes), "study_works": own}
    return found | {"core_seconds": seconds, "rests_on": rests}


def _cell(row: dict | None) -> str:
    if row is None:
        return ""
    return f"{row['core_seconds']:.0f} s, {row['peak'] / 1e9:.1f} GB, {row['shuffled_rows'] / 1e6:.1f} M"


def _step(found: list[dict | None]) -> str:
    """How many times as much the last size took as the one before, beside how many times as many works it has."""
    if len(found) < 2 or not found[-1] or not found[-2] or not found[-2]["core_seconds"]:
        return ""
    times = found[-1]["core_seconds"] / found[-2]["core_seconds"]
    return f"{times:.1f} for {found[-1]['works'] / found[-2]['works']:.1f}"


if __name__ == "__main__":
    main()
