"""`isthmus pair` and `isthmus report`: reading published results, without Spark."""

from pathlib import Path

import click

from isthmus.errors import StoreError


@click.command(
    epilog="Examples:\n\n\b\n"
    "  isthmus pair CN US\n"
    "  isthmus pair China 'United States' --results warehouse/openalex/results/gallo2026\n"
)
@click.argument("first")
@click.argument("second")
@click.option("--results", default=None, help="Folder of a study's published results.  [default: the newest one]")
def pair(first: str, second: str, results: str | None) -> None:
    """Show one tie over the years: observed, expected, z, p and coverage. FIRST and SECOND are names or codes."""
    from isthmus.report import pair_table

    click.echo(pair_table(find_results(results), first, second))


@click.command(epilog="Example:\n\n\b\n  isthmus report --results warehouse/openalex/results/gallo2026 --figures\n")
@click.option("--results", default=None, help="Folder of a study's published results.  [default: the newest one]")
@click.option("--out", default=None, type=click.Path(dir_okay=False), help="File.  [default: RESULTS/report.html]")
@click.option("--figures", is_flag=True, help="Write the figures as PNG and SVG files, too.")
def report(results: str | None, out: str | None, figures: bool) -> None:
    """Write the report of a study from its published results."""
    from isthmus.report import build_report

    folder = find_results(results)
    page = Path(out) if out else folder / "report.html"
    build_report(folder, page, figures=figures)
    click.echo(f"Report: {page}")


def find_results(results: str | None, below: Path = Path("warehouse")) -> Path:
    """The folder of published results that is meant: the named one, else the newest under `warehouse`.

    Raises
    ------
    StoreError : there is none.

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
