"""`isthmus test-network`: which ties of your own network size does not explain, without Spark."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isthmus.errors import NetworkError

if TYPE_CHECKING:
    import pandas as pd


@click.command("test-network")
@click.argument("edges", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the tests of pairs and the fits, CSV and Parquet.",
)
@click.option(
    "--model", default="ecm", show_default=True, help="ecm, ecm-variance-corrected (-ipf, -poisson, -mad), rewiring."
)
@click.option(
    "--samples", default=0, show_default=True, help="Realisations behind z; 0 takes exact moments (rewiring: 500)."
)
@click.option(
    "--finite",
    default="expected_in_500_samples",
    show_default=True,
    help="Which z count: expected_in_500_samples, present, linked, sampled.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of all random draws.")
@click.option(
    "--directed",
    is_flag=True,
    help="Source and target are told apart: out- and in-degrees and -strengths are kept, each direction is a tie.",
)
@click.option("--loops", is_flag=True, help="With --directed: a source may be its own target, and that tie is tested.")
@click.option("--drop-loops", is_flag=True, help="Leave out rows whose source is their target.")
@click.option("--linked-only", is_flag=True, help="List observed links only; pairs without a link still count in q.")
@click.option("--report", "title", metavar="TITLE", help="Also write a report; for yearly networks of countries.")
@click.option("--poles", help="Countries whose tie the report puts first.  [default: the two with the largest sums]")
@click.option("--unit", default="units", show_default=True, help="What the weights count, for the report: tonnes.")
@click.option("--window", help="First and last year that are tested as one window, as 2017-2021.  [default: last five]")
def test_network(
    edges: Path,
    out: Path,
    model: str,
    samples: int,
    finite: str,
    seed: int,
    directed: bool,
    loops: bool,
    drop_loops: bool,
    linked_only: bool,
    title: str | None,
    poles: str | None,
    unit: str,
    window: str | None,
) -> None:
    """Test every pair of a network against a null model with the same degrees and strengths.

    EDGES is a .csv or .parquet file with columns source, target, weight (whole numbers) and optionally year and
    network; each undirected pair once, or with --directed each ordered pair once. Writes the tests of all pairs, of
    every year and of the window of years as a whole, and the fits to the folder OUT. Without a year the one network is
    the window.
    """
    from isthmus.analyses.network_window import said_of_fits, said_of_window, window_of
    from isthmus.nullmodels.directed_frames import directed_significance_frames
    from isthmus.nullmodels.edgelists import OPTIONAL_KEYS, read_edges
    from isthmus.nullmodels.frames import significance_frames
    from isthmus.nullmodels.link_models import check_model

    if directed:
        _check_directed(model, samples, finite, loops, drop_loops, title)
    elif loops:
        raise NetworkError("--loops is for directed networks: add --directed, or leave loops out with --drop-loops")
    if title is not None and linked_only:
        raise NetworkError("--report tests the window, which needs the pairs without a link, too: drop --linked-only")
    check_model(model, samples=samples, finite=finite)
    table = read_edges(edges, drop_loops=drop_loops, directed=directed, loops=loops)
    if table.empty:
        raise NetworkError(f"{edges} has no edge with a weight above 0")
    span = _span_within(table, window)
    chosen = [] if title is None else _report_poles(table, poles)
    keys = [name for name in OPTIONAL_KEYS if name in table.columns]
    table = table.rename(columns={"source": "src", "target": "dst"})
    if directed:
        ties, fits = directed_significance_frames(
            table, by=keys, loops=loops, finite=finite, observed_zero=not linked_only
        )
    else:
        ties, fits = significance_frames(
            table, by=keys, seed=seed, model=model, samples=samples, finite=finite, observed_zero=not linked_only
        )
    tested, note = window_of(ties, fits, keys, span, linked_only=linked_only)
    ties, tested = (frame.rename(columns={"src": "source", "dst": "target"}) for frame in (ties, tested))
    tables = {"pair_tests": ties, "null_model_fits": fits} | ({} if note else {"window_tests": tested})
    _write(tables, out)
    for line in (
        *said_of_fits(fits, keys),
        *([note] if note else said_of_window(tested, keys, directed=directed, unit=unit)),
    ):
        click.echo(line)
    click.echo(f"written: {', '.join(f'{out}/{name}.csv and .parquet' for name in tables)}")
    if title is not None:
        _report(ties, fits, out, title=title, poles=chosen, unit=unit, window=span)
    if (fits["status"] == "failed").all():
        raise NetworkError(f"no network could be fitted; the reasons are in {out / 'null_model_fits.csv'}")


def _report_poles(table: "pd.DataFrame", poles: str | None) -> list[str]:
    """Return the report's poles; names that are no countries are refused before anything is computed."""
    from isthmus.analyses.user_network import report_poles

    return report_poles(table, [pole.strip() for pole in (poles or "").split(",") if pole.strip()])


def _check_directed(model: str, samples: int, finite: str, loops: bool, drop_loops: bool, title: str | None) -> None:
    """Refuse what the directed model does not offer, before any work."""
    from isthmus.nullmodels.directed_significance import check_directed_rule

    check_directed_rule(finite)
    for wrong, message in (
        (model != "ecm", f"--model {model} is undirected; --directed has the Enhanced Configuration Model, ecm"),
        (samples != 0, "--directed has exact moments: leave --samples out"),
        (loops and drop_loops, "--loops keeps loops and --drop-loops leaves them out: choose one"),
        (title is not None, "--report is for undirected networks: leave it out with --directed"),
    ):
        if wrong:
            raise NetworkError(message)


def _write(tables: Mapping[str, "pd.DataFrame"], out: Path) -> None:
    from isthmus.report.exports import write_table

    for name, frame in tables.items():
        write_table(frame, out / name, ("parquet", "csv"))


def _report(
    ties: "pd.DataFrame",
    fits: "pd.DataFrame",
    out: Path,
    *,
    title: str,
    poles: list[str],
    unit: str,
    window: tuple[int, int] | None,
) -> None:
    from isthmus.analyses.sections import study_report
    from isthmus.analyses.user_network import publish_network
    from isthmus.geography.blocs import GROUPINGS, blocs
    from isthmus.report import load_results

    regions = {bloc.name: sorted(bloc.members()) for bloc in blocs() if bloc.name in GROUPINGS}
    folder = publish_network(
        ties, fits, out / "report", title=title, poles=poles, unit=unit, window=window, regions=regions
    )
    for finding in study_report(load_results(folder), folder / "report.html").findings:
        click.echo(f"  - {finding}")
    click.echo(f"report: {folder}/report.html")


def _span_within(table: "pd.DataFrame", window: str | None) -> tuple[int, int] | None:
    """Return the window's first and last year; refuse one that the network cannot have before anything is computed."""
    from isthmus.analyses.network_window import require_window

    if window is None:
        return None
    first, dash, last = window.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise click.BadParameter(f"{window!r} is no span of years; write it as 2017-2021", param_hint="--window")
    require_window(table, (int(first), int(last)))
    return int(first), int(last)
