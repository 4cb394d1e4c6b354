"""`isthmus pair` and `isthmus report`: reading published results, without Spark."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from isthmus.cli.options import format_option, storage_option
from isthmus.config import Storage
from isthmus.errors import StoreError
from isthmus.files import open_root


@click.command(
    epilog="Examples:\n\n\b\n"
    "  isthmus pair CN US\n"
    "  isthmus pair China 'United States' --results warehouse/openalex/results/gallo2026\n"
    "  isthmus pair US EU-27 --results warehouse/openalex/results/virology\n"
    "  isthmus pair CN US --format json\n"
)
@click.argument("first")
@click.argument("second")
@click.option("--results", default=None, help="Folder or URI of published results.  [default: the newest one]")
@storage_option
@format_option
def pair(first: str, second: str, results: str | None, storage: Storage, form: str) -> None:
    """Show one tie over the years: observed, expected, z, p and coverage.

    FIRST and SECOND are countries, as names or codes, or blocs that are poles of the study.
    """
    from isthmus.analyses.significance.pair_data import pair_data
    from isthmus.analyses.significance.pair_table import pair_table

    with results_here(results, storage) as folder:
        if form == "json":
            found = pair_data(folder, first, second)
            click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        else:
            click.echo(pair_table(folder, first, second))


@click.command(epilog="Example:\n\n\b\n  isthmus report --results warehouse/openalex/results/gallo2026 --figures\n")
@click.option("--results", default=None, help="Folder or URI of published results.  [default: the newest one]")
@click.option("--out", default=None, type=click.Path(dir_okay=False), help="File.  [default: RESULTS/report.html]")
@click.option("--figures", is_flag=True, help="Write the figures as PNG and SVG files, too.")
@storage_option
def report(results: str | None, out: str | None, figures: bool, storage: Storage) -> None:
    """Write the report of a study from its published results."""
    from isthmus.analyses.sections import study_report, study_scorecard
    from isthmus.report import load_results, write_scorecard

    with results_here(results, storage) as folder:
        page = Path(out) if out else folder / "report.html"
        found = load_results(folder)
        scores = write_scorecard(study_scorecard(found), page.parent)
        written = study_report(found, page, figures=figures)
        place = str(page)
        if results is not None and "://" in results and not out:
            root = open_root(results, storage)
            for file in (written.path, *written.figures, *scores):
                root.write(str(file.relative_to(folder)), file.read_bytes())
            place = f"{results.rstrip('/')}/report.html"
        click.echo(f"Report: {place}")


@contextmanager
def results_here(results: str | None, storage: Storage) -> Iterator[Path]:
    """Yield the folder of published results that is meant, on this machine.

    One in object storage is copied for a while.

    Raises
    ------
    StoreError
        There is none.
    """
    if results is None or "://" not in results:
        yield find_results(results)
        return
    from isthmus.pipeline.report_stage import fetch_results

    root = open_root(results, storage)
    if not root.is_file("study.json"):
        raise StoreError(f"{results} holds no published results (no study.json); they lie in WAREHOUSE/results/STUDY")
    with tempfile.TemporaryDirectory(prefix="isthmus-") as scratch:
        yield fetch_results(root, Path(scratch))


def find_results(results: str | None, below: Path = Path("warehouse")) -> Path:
    """Return the folder of published results that is meant: the named one, else the newest under `warehouse`.

    Raises
    ------
    StoreError
        There is none.
    """
    if results is not None:
        folder = Path(results)
        if (folder / "study.json").is_file():
            return folder
        raise StoreError(f"{folder} holds no published results (no study.json); they lie in WAREHOUSE/results/STUDY")
    found = sorted(below.glob("*/results/*/study.json"), key=lambda file: file.stat().st_mtime)
    if not found:
        raise StoreError(f"no published results under {below.resolve()}: name their folder with --results")
    return found[-1].parent
