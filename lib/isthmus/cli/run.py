"""`isthmus run` and `isthmus ingest`: the pipeline."""

import json
import os
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from isthmus.cli.completion import complete_stages, complete_study, complete_tasks
from isthmus.cli.hints import command
from isthmus.cli.main import guarded
from isthmus.cli.options import format_option, settings_option, spark_options, storage_option
from isthmus.config import load_study

if TYPE_CHECKING:
    from isthmus.pipeline import Request
    from isthmus.snapshot import Snapshot

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _options(*decorators: Decorator) -> Decorator:
    def apply(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


_common = _options(
    click.option("--warehouse", default="warehouse/openalex", show_default=True, help="Folder, URI or catalog.schema."),
    spark_options("Spark master; local with all cores when none is named."),
    click.option("--partial", is_flag=True, help="Accept a snapshot that is not all that its manifest says."),
    click.option("--layout", type=click.Choice(["parquet", "jsonl", "legacy", "loose"]), help="If several are there."),
    storage_option,
    click.option("--incremental", is_flag=True, help="Read only the parts that changed since the tables were made."),
    click.option("--replace", is_flag=True, help="Let another snapshot take the place of the one in the warehouse."),
    click.option("--force", is_flag=True, help="Run stages that have nothing to do, too."),
    click.option("--quiet", is_flag=True, help="No progress, only the last words."),
    format_option,
)


@click.command(
    epilog="Examples:\n\n"
    "\b\n"
    "  isthmus run --snapshot /data/openalex-snapshot --study gallo2026\n"
    "  isthmus run --snapshot s3://openalex --study my_field.yaml --warehouse s3a://bucket/isthmus\n"
    "  isthmus run --study gallo2026 --set corpus.rule=ai_any --stages corpus,networks,significance,publish,report\n"
    "  isthmus run --study gallo2026 --dry-run\n"
)
@click.option(
    "--study",
    "study_name",
    required=True,
    shell_complete=complete_study,
    help="A study of conf/studies, or a YAML file.",
)
@click.option("--snapshot", default=None, help="Folder or URI of the snapshot; none: the tables that are there.")
@click.option("--results", default=None, help="Folder of published results.  [default: WAREHOUSE/results]")
@click.option(
    "--stages",
    default="",
    shell_complete=complete_stages,
    help="Only these, separated by commas (isthmus stages lists them).",
)
@click.option(
    "--tasks",
    default="",
    shell_complete=complete_tasks,
    help="Only these groups of stages (isthmus stages --tasks lists them).",
)
@settings_option
@click.option("--dry-run", is_flag=True, help="Say what would run and why; run nothing.")
@_common
def run(
    study_name: str,
    snapshot: str | None,
    results: str | None,
    stages: str,
    tasks: str,
    settings: tuple[str, ...],
    dry_run: bool,
    **common: Any,
) -> None:
    """Run a study: snapshot to tables, networks, significance, report. What is done already is skipped."""
    from isthmus.pipeline import Request

    study = load_study(study_name, settings)
    request = Request(
        study=study,
        snapshot=snapshot,
        results=results,
        stages=_names(stages),
        tasks=_names(tasks),
        **{k: common[k] for k in COMMON_FIELDS},
    )
    _run(request, common["master"], common["remote"], dry_run=dry_run, form=common["form"])


@click.command(
    epilog="Examples:\n\n"
    "\b\n"
    "  isthmus ingest --snapshot /data/openalex-snapshot\n"
    "  isthmus ingest --snapshot folder-of-json-lines --warehouse warehouse/my_field\n"
    "  isthmus ingest --snapshot s3://openalex --layout jsonl --incremental\n"
    "  isthmus ingest --snapshot s3://openalex --for-study gallo2026 --warehouse warehouse/gallo2026\n"
)
@click.option("--snapshot", required=True, help="Folder or URI of the snapshot.")
@click.option(
    "--for-study",
    metavar="STUDY",
    shell_complete=complete_study,
    help="Keep only what this study needs: a fraction of the disk.",
)
@click.option("--dry-run", is_flag=True, help="Say what would run and why; run nothing.")
@_common
def ingest(snapshot: str, for_study: str | None, dry_run: bool, **common: Any) -> None:
    """Read a snapshot into tables that all studies share, or into those that one study needs."""
    from isthmus.pipeline import Request

    study = load_study(for_study) if for_study else None
    request = Request(snapshot=snapshot, for_study=study, **{k: common[k] for k in COMMON_FIELDS})
    _run(request, common["master"], common["remote"], dry_run=dry_run, form=common["form"])
    if study is not None and not dry_run and common["form"] == "text":
        next_one = command("run", "--study", str(for_study), "--warehouse", request.warehouse)
        click.echo(f"Next:    {next_one}   (without --snapshot)")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def job(task: str | None = None) -> NoReturn:
    """Run the stages of a task, or all of them, with the arguments of this process, and end it: what `jobs/` calls.

    Parameters
    ----------
    task : str | None, optional
        A group of stages; all of them without it.
    """
    words = [*sys.argv[1:], *(() if task is None else ("--tasks", task))]
    sys.exit(guarded(lambda: run.main(words, standalone_mode=False)))


COMMON_FIELDS = ("warehouse", "partial", "layout", "storage", "incremental", "replace", "force", "quiet")


def _run(request: "Request", master: str | None, remote: str | None, *, dry_run: bool, form: str) -> None:
    from isthmus.engine import start_session
    from isthmus.engine.remote import remote_address
    from isthmus.pipeline import explain, run_pipeline, wanted_stages

    wanted_stages(request)  # a wrong word or address is found before Spark starts
    server = remote_address(remote, master)
    snapshot = request.open_snapshot()
    warning = None if snapshot is None or dry_run or server else little_disk(request, snapshot)
    if warning:
        click.echo(f"isthmus: {warning}", err=True)
    spark = start_session("isthmus", master=master, remote=remote, jar_sets=jar_sets(request))
    if dry_run:
        reasons = {stage.name: reason for stage, reason in explain(spark, request, snapshot)}
        lines = (f"{name:<14} {'would run: ' + why if why else 'unchanged'}" for name, why in reasons.items())
        click.echo(json.dumps(reasons, indent=2) if form == "json" else "\n".join(lines))
        return
    summaries = run_pipeline(spark, request, snapshot)
    click.echo(json.dumps(summaries, indent=2) if form == "json" else last_words(request, summaries))


def little_disk(request: "Request", snapshot: "Snapshot") -> str | None:
    """Return that the disk may not suffice for the tables of a snapshot, in a sentence; None where it does.

    An estimate before a long run, of which what the warehouse holds already is taken off. Nothing is said of a
    warehouse elsewhere, nor of an update, which needs little.

    Parameters
    ----------
    request : Request
        What is to be run.
    snapshot : Snapshot
        The request's snapshot.
    """
    from isthmus.cli.doctor import disk_needed
    from isthmus.engine.checkup import disk
    from isthmus.engine.turns import folder_of
    from isthmus.snapshot.survey import of_snapshot

    folder = folder_of(request.warehouse)
    if folder is None or request.incremental:
        return None
    needed = disk_needed(of_snapshot(snapshot), request.for_study).high
    looked = disk("disk", folder, needed)
    if looked.state != "ok":  # only now the files are looked at: there may be many
        looked = disk("disk", folder, needed - _bytes_in(folder))
    if looked.state == "ok":
        return None
    return f"{looked.found} for the tables of {request.snapshot}. The run goes on, and may end there. {looked.advice}"


def _bytes_in(folder: Path) -> int:
    """Return the bytes of all files below a folder; those that another run removes meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(parent) / name).stat().st_size
    return total


def jar_sets(request: "Request") -> list[str]:
    """Return the jars that Spark needs beside Delta's: S3's for tables there; snapshots are read without."""
    from isthmus.engine.objectstore import is_s3

    return ["s3"] if is_s3(request.warehouse) else []


def last_words(request: "Request", summaries: dict[str, str]) -> str:
    """Return what came out, in plain words."""
    done = [stage for stage, words in summaries.items() if words != "unchanged"]
    lines = ["", "Done." if done else "Nothing had to be done: everything is there and unchanged."]
    if request.study is not None and "report" in summaries:
        folder = f"{request.results_folder}/{request.study.study}"
        lines += ["", request.study.title, *_found(folder)]
        lines += ["", f"Report:  {folder}/report.html   (open it in a browser)", f"Results: {folder}/*.parquet"]
        first, *others = request.study.geography.poles
        if others:
            lines.append(f"Try:     {command('pair', first, others[0], '--results', folder)}")
    return "\n".join(lines)


def _found(folder: str) -> list[str]:
    """Return the report's findings, where the results lie on this machine."""
    from isthmus.analyses.sections import study_findings
    from isthmus.report import load_results

    if not (Path(folder) / "study.json").is_file():
        return []
    return [line for finding in study_findings(load_results(Path(folder))) for line in wrap(finding)]


def wrap(sentence: str) -> list[str]:
    """Return a sentence as an item of a list, in lines that fit a terminal."""
    return textwrap.wrap(sentence, 100, initial_indent="  - ", subsequent_indent="    ")
