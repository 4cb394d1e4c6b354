"""`isthmus doctor`: what will stop a run, said before it starts."""

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from isthmus.cli.completion import complete_study
from isthmus.cli.options import format_option, storage_option
from isthmus.config import Storage
from isthmus.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus.config import Study
    from isthmus.engine.checkup import Check
    from isthmus.pipeline.plan import Span
    from isthmus.snapshot.survey import Survey

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command(
    epilog="Examples:\n\n\b\n"
    "  isthmus doctor\n"
    "  isthmus doctor --snapshot /data/openalex-snapshot --warehouse /big/openalex\n"
    "  isthmus doctor --spark --format json\n"
)
@click.option("--warehouse", default="warehouse/openalex", show_default=True, help="Folder, URI or catalog.schema.")
@click.option("--snapshot", default=None, help="Folder or URI: is it there, and is there room for its tables?")
@click.option(
    "--study",
    "study_name",
    shell_complete=complete_study,
    help="Room for this study's tables only (ingest --for-study).",
)
@click.option("--spark", "with_spark", is_flag=True, help="Also start Spark and write a small Delta table.")
@storage_option
@format_option
def doctor(
    warehouse: str, snapshot: str | None, study_name: str | None, with_spark: bool, storage: Storage, form: str
) -> None:
    """Look whether this machine can run Isthmus: Java, memory, packages, jars, disk, rights, other runs.

    Exit code 1 when there is a problem that may end a run.
    """
    from isthmus.engine.checkup import checkup
    from isthmus.engine.objectstore import is_s3

    jar_sets = ["delta", *(["s3"] if is_s3(warehouse) else [])]
    seen, needed = _of_snapshot(snapshot, study_name, storage) if snapshot else ([], 0.0)
    checks = [*checkup(warehouse, jar_sets=jar_sets, disk_needed=needed, storage=storage), *seen]
    if with_spark and not any(check.state == "problem" for check in checks):
        checks.append(_spark())
    click.echo(json.dumps([asdict(check) for check in checks], indent=2) if form == "json" else in_words(checks))
    problems = [check.name for check in checks if check.state == "problem"]
    if problems:
        raise SetupError(f"{len(problems)} of {len(checks)} checks say what may end a run: {', '.join(problems)}")


def in_words(checks: "Sequence[Check]") -> str:
    """Return the checks as lines for a terminal, with what to do below each that does not hold."""
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{_MARKS[check.state]} {check.name:<{width}}  {check.found}")
        if check.advice:
            lines.append(f"  {'':<{width}}  {check.advice}")
    if not any(check.state == "problem" for check in checks):
        lines += ["", "Everything is there."]
    return "\n".join(lines)


def _of_snapshot(uri: str, study_name: str | None, storage: Storage) -> "tuple[list[Check], float]":
    """Look at the snapshot by its manifests; return also the bytes of disk that a run needs at most."""
    from isthmus.config import load_study
    from isthmus.engine.checkup import Check
    from isthmus.errors import IsthmusError
    from isthmus.snapshot.survey import survey

    study = load_study(study_name) if study_name else None
    try:
        found = survey(uri, layout=None, partial=False, storage=storage)
    except IsthmusError as error:
        return [Check("snapshot", "problem", str(error), "See --snapshot and --storage.")], 0.0
    works = f"{found.works.parts:,} parts of works, release {found.release}, {found.layout}"
    return [Check("snapshot", "ok", f"{uri}: {works}")], disk_needed(found, study).high


def disk_needed(found: "Survey", study: "Study | None") -> "Span":
    """Return the bytes of disk that the tables of a snapshot need.

    Parameters
    ----------
    found : Survey
        What the snapshot's manifests say.
    study : Study | None
        The study whose tables alone are made; None for those of all.
    """
    from isthmus.engine.machine import cores
    from isthmus.pipeline.plan import load_rates, plan_ingest

    planned = plan_ingest(found, load_rates(None), cores=cores(), study=study, price=None)
    return planned.costs[-1 if study else 0].disk_bytes


def _spark() -> "Check":
    from isthmus.engine import start_session
    from isthmus.engine.checkup import spark_works

    master = None if "SPARK_REMOTE" in os.environ else "local[1]"
    return spark_works(lambda: start_session("isthmus doctor", master=master))
