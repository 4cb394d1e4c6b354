"""`isthmus disruption`: how far later papers build on each paper of your own citation list alone, without Spark."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isthmus.errors import IndicatorError

if TYPE_CHECKING:
    from isthmus.indicators.disruption.counts import Disruption
    from isthmus.indicators.disruption.lists import CitationList

#: Columns of the table on the screen, their headings and widths.
SHOWN = {
    "papers": ("papers", 10),
    "without_references": ("no references", 15),
    "cd": ("mean CD", 10),
    "interval": ("interval", 18),
    "median_cd": ("median", 9),
    "share_positive": ("above 0", 9),
    "cd_all": ("mean with all", 15),
    "di5": ("DI5", 8),
    "above_expected": ("above expected", 16),
    "observed_over_expected": ("n_j / expected", 16),
}


@click.command("disruption")
@click.argument("edges", type=click.Path(path_type=Path))
@click.option(
    "--years",
    required=True,
    type=click.Path(path_type=Path),
    help="File with columns paper and year; a paper without a year is a reference only.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write a row for each paper, .csv or .parquet.")
@click.option("--of-years", help="Measure the papers of these years only, as 1990-2010.  [default: all]")
@click.option("--last", type=int, help="Last year of the window, counted from the paper's.  [default: no end]")
@click.option("--short", default=5, show_default=True, help="Last year of the short window, that of CD5.")
@click.option("--strict", is_flag=True, help="Count papers of later years only, not those of the same year.")
@click.option(
    "--minimum-references", default=1, show_default=True, help="Papers with fewer recorded references have no index."
)
@click.option("--drop-loops", is_flag=True, help="Leave out rows in which a paper cites itself.")
@click.option("--drop-repeated", is_flag=True, help="Count a citation that stands there several times once.")
@click.option("--shards", default=1, show_default=True, help="Parts in which citing papers are walked: less memory.")
@click.option("--level", default=0.95, show_default=True, help="Coverage of the intervals.")
@click.option("--draws", default=500, show_default=True, help="Resamples of the papers behind the intervals of means.")
@click.option("--seed", default=0, show_default=True, help="Seed of all random draws.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def disruption(
    edges: Path,
    years: Path,
    out: Path | None,
    of_years: str | None,
    last: int | None,
    short: int,
    strict: bool,
    minimum_references: int,
    drop_loops: bool,
    drop_repeated: bool,
    shards: int,
    level: float,
    draws: int,
    seed: int,
    form: str,
) -> None:
    """Measure the disruption of papers: CD, CD5, CDnok, DI5, dependence, ranks.

    EDGES is a .csv or .parquet file with columns citing and cited, a row for each citation. A paper disrupts (CD near
    1) where later papers cite it without its references, and consolidates (CD near -1) where they cite both.
    """
    from isthmus.indicators.disruption.counts import disruption as measure
    from isthmus.indicators.disruption.lists import read_citation_list

    span = _span(of_years)
    _check(out, level, draws)
    given = read_citation_list(edges, years, drop_loops=drop_loops, drop_repeated=drop_repeated)
    found = measure(
        given.citing,
        given.cited,
        given.year,
        focal=_focal(given, span, years),
        last=last,
        short=short,
        strict=strict,
        minimum_references=minimum_references,
        shards=shards,
    )
    columns = found.columns() | _expected(given, found, last, strict)
    rows = _yearly(columns, level, draws, seed)
    if form == "json":
        click.echo(json.dumps(_described(given, found) | {"years": rows}, indent=2))
    else:
        _say(given, found, rows, level, minimum_references)
    if out is not None:
        _write(given, columns, out)
        click.echo(f"written: {out}", err=form == "json")


def _check(out: Path | None, level: float, draws: int) -> None:
    if out is not None and out.suffix.lower() not in (".csv", ".parquet"):
        raise IndicatorError(f"--out {out} has an unknown ending; expected .csv or .parquet")
    if not 0 < level < 1:
        raise IndicatorError(f"--level is {level}; expected a number between 0 and 1, such as 0.95")
    if draws < 2:
        raise IndicatorError(f"--draws is {draws}; expected 2 or more, for one draw has no spread")


def _span(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, dash, last = text.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and int(first) <= int(last)):
        raise click.BadParameter(f"{text!r} is no span of years; write it as 1990-2010", param_hint="--of-years")
    return int(first), int(last)


def _focal(given: "CitationList", span: tuple[int, int] | None, years: Path) -> Any:
    import numpy as np

    if span is None:
        return None
    focal = np.flatnonzero((given.year >= span[0]) & (given.year <= span[1]))
    if not focal.size:
        raise IndicatorError(f"{years} holds no paper of {span[0]} to {span[1]}; name other years in --of-years")
    return focal


def _expected(given: "CitationList", found: "Disruption", last: int | None, strict: bool) -> dict[str, Any]:
    """Return the counts, and CD of them, that are expected when citations are permuted within pairs of years."""
    import numpy as np

    from isthmus.indicators.disruption.expected import expected_cd, expected_counts

    counts = expected_counts(given.citing, given.cited, given.year, found.focal, last=last, strict=strict)
    cd = expected_cd(found.n_i + found.n_j, counts)
    n_k = np.maximum(counts.reached - counts.n_j, 0)
    expected = {"expected_n_j": counts.n_j, "expected_n_k": n_k, "expected_cd": cd}
    return {name: np.where(found.enough_references, values, np.nan) for name, values in expected.items()}


def _yearly(columns: dict[str, Any], level: float, draws: int, seed: int) -> list[dict[str, Any]]:
    """Return the summary of each year, years ascending; None for a number that is not there."""
    import numpy as np

    from isthmus.indicators.disruption.summary import summarise
    from isthmus.nullmodels.generators import generator

    rows = []
    for year in np.unique(columns["year"]).tolist():
        own = columns["year"] == year
        of_year = {name: values[own] for name, values in columns.items()}
        numbers = summarise(of_year, generator(seed, ("disruption", year)), level=level, replicates=draws).row()
        rows.append({"year": year} | {name: _plain(value) for name, value in numbers.items()})
    return rows


def _plain(value: float) -> float | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _described(given: "CitationList", found: "Disruption") -> dict[str, Any]:
    return {
        "papers": len(given.papers),
        "citations": int(given.citing.size),
        "rows_left_out": given.left_out,
        "papers_without_year": given.without_year,
        "measured": int(found.focal.size),
        "share_without_references": _plain(found.share_without_references),
    }


def _say(
    given: "CitationList", found: "Disruption", rows: list[dict[str, Any]], level: float, minimum_references: int
) -> None:
    click.echo(f"{len(given.papers):,} papers, {given.citing.size:,} citations; {found.focal.size:,} papers measured")
    if given.left_out:
        click.echo(f"rows left out, in which a paper cites itself or a citation is repeated: {given.left_out:,}")
    if given.without_year:
        click.echo(f"papers without a year, which count as references and are no citers: {given.without_year:,}")
    click.echo(
        f"\nBy year; {level:.0%} interval of the mean CD. Papers with fewer than {minimum_references} recorded "
        "references have no CD; `mean with all` has them in it."
    )
    click.echo("  year" + "".join(f"{heading:>{width}}" for heading, width in SHOWN.values()))
    for row in rows:
        click.echo(f"  {row['year']:>4}" + _cells(row))
    for note in _notes(found, rows):
        click.echo(f"note: {note}")


def _cells(row: dict[str, Any]) -> str:
    between = "-" if row["cd_low"] is None else f"{row['cd_low']:.3f} to {row['cd_high']:.3f}"
    return "".join(f"{_cell((row | {'interval': between})[name]):>{width}}" for name, (_, width) in SHOWN.items())


def _cell(value: str | float | None) -> str:
    if value is None or isinstance(value, str):
        return value or "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _notes(found: "Disruption", rows: list[dict[str, Any]]) -> list[str]:
    notes = []
    if found.share_without_references > 0:
        notes.append(
            f"{found.share_without_references:.1%} of the papers have no recorded reference: CD would be 1 as soon as "
            "one is cited, so they have none"
        )
    notes.append(
        "expected: citations permuted within citing and cited year; `above expected` is the mean of CD less CD of the "
        "expected counts, `n_j / expected` how much more often a paper is cited together with its references"
    )
    if len(rows) > 1:
        notes.append(
            "CD falls when reference lists grow, whatever papers do: compare rank and class_rank (within the year, and "
            "within the year and number of references), not CD, across years"
        )
    return notes


def _write(given: "CitationList", columns: dict[str, Any], out: Path) -> None:
    import pandas as pd

    from isthmus.report.exports import write_table

    names = given.papers.take(columns["focal"]).to_pandas()
    others = {name: values for name, values in columns.items() if name != "focal"}
    frame = pd.DataFrame({"paper": names} | others)
    write_table(frame, out.with_suffix(""), (out.suffix.lower().removeprefix("."),))
