"""`isthmus plan`: what reading a snapshot will cost, before anything runs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isthmus.cli.completion import complete_study
from isthmus.cli.options import format_option, storage_option
from isthmus.config import Storage

if TYPE_CHECKING:
    from isthmus.pipeline.plan import Plan, Span

GIGABYTE, TERABYTE = 1e9, 1e12
SMALLEST_SHOWN = 0.01


@click.command(
    epilog="Examples:\n\n"
    "\b\n"
    "  isthmus plan --snapshot s3://openalex --study gallo2026 --cores 64 --price-per-core-hour 0.05\n"
    "  isthmus plan --snapshot manifest.json\n"
    "  isthmus plan --snapshot /data/openalex-snapshot --format json\n"
)
@click.option("--snapshot", required=True, help="Folder or URI of the snapshot, or a manifest.json alone.")
@click.option("--study", "study_name", shell_complete=complete_study, help="Also what this study alone would cost.")
@click.option("--cores", type=click.IntRange(min=1), default=None, help="Cores at work.  [default: this machine's]")
@click.option("--price-per-core-hour", "price", type=click.FloatRange(min=0), default=None, help="In any money.")
@click.option("--layout", type=click.Choice(["parquet", "jsonl", "legacy", "loose"]), help="If several are there.")
@click.option("--partial", is_flag=True, help="Count the parts that are there, not those that the manifest promises.")
@click.option("--rates", type=click.Path(path_type=Path), default=None, help="Your own rates; see conf/rates.yaml.")
@storage_option
@format_option
def plan(
    snapshot: str,
    study_name: str | None,
    cores: int | None,
    price: float | None,
    layout: str | None,
    partial: bool,
    rates: Path | None,
    storage: Storage,
    form: str,
) -> None:
    """Say what reading a snapshot costs: bytes, disk, hours, money. Reads manifests only, and starts no Spark."""
    from isthmus.config import load_study
    from isthmus.engine.machine import cores as here
    from isthmus.pipeline.plan import load_rates, plan_ingest
    from isthmus.snapshot.survey import survey

    study = load_study(study_name) if study_name else None
    known = load_rates(rates)
    found = survey(snapshot, layout=layout, partial=partial, storage=storage)
    planned = plan_ingest(found, known, cores=cores or here(), study=study, price=price)
    click.echo(json.dumps(as_plain(planned), indent=2) if form == "json" else in_words(planned))


def as_plain(planned: "Plan") -> dict[str, Any]:
    """Return the plan as plain values; ranges are {low, high}, bytes, hours."""
    return asdict(planned)


def in_words(planned: "Plan") -> str:
    """Return the plan as lines for a terminal."""
    found, works = planned.survey, planned.works
    width = max(24, *(len(cost.what) for cost in planned.costs))
    number = f"{works.low:,.0f}" if works.low == works.high else f"about {_span(works, 1, ',.2g')}"
    lines = [
        f"{found.uri}: {found.layout}, release {found.release}, {number} works in {found.works.parts:,} parts, "
        f"{size(found.works.bytes)} (from the {found.origin})",
        "",
        f"{'':<{width}} {'to read':>16} {'disk, running':>16} {'disk, then':>16} {'core hours':>16} "
        f"{f'hours, {planned.cores} cores':>16} {'money':>14}",
    ]
    for cost in planned.costs:
        disk, kept = sizes(cost.disk_bytes), sizes(cost.kept_bytes)
        money = "-" if cost.money is None else _number(cost.money)
        lines.append(
            f"{cost.what:<{width}} {sizes(cost.read_bytes):>16} {disk:>16} {kept:>16} {_number(cost.core_hours):>16} "
            f"{_number(cost.hours):>16} {money:>14}"
        )
    notes = [click.wrap_text(note, 110, "- ", "  ") for note in planned.notes]
    return "\n".join([*(line.rstrip() for line in lines), "", *notes])


def size(count: float) -> str:
    """Bytes in words: `666 GB`."""
    return sizes_in(count, count)


def sizes(span: "Span") -> str:
    """Return a range of bytes in words: `0.9 - 1.8 TB`."""
    return sizes_in(span.low, span.high)


def sizes_in(low: float, high: float) -> str:
    """Two numbers of bytes in the unit that fits the larger one."""
    unit, name = next(
        (u, n)
        for u, n in ((TERABYTE, "TB"), (GIGABYTE, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
        if high >= u or u == 1
    )
    return f"{_pair(low / unit, high / unit)} {name}"


def _number(span: "Span") -> str:
    return _pair(span.low, span.high)


def _pair(low: float, high: float) -> str:
    first, second = _short(low), _short(high)
    return first if first == second else f"{first} - {second}"


def _short(value: float) -> str:
    """Two digits are all that an estimate has; sizes that are known have three."""
    if value >= 100:
        return f"{value:,.0f}"
    if 0 < value < SMALLEST_SHOWN:
        return f"<{SMALLEST_SHOWN}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _span(span: "Span", unit: float, form: str) -> str:
    return f"{span.low / unit:{form}} to {span.high / unit:{form}}"
