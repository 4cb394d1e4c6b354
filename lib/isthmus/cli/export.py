"""`isthmus export`: the networks of a study as files for other programs, without Spark."""

from pathlib import Path

import click

from isthmus.cli.options import storage_option
from isthmus.config import Storage
from isthmus.errors import ConfigError


@click.command(
    epilog="Examples:\n\n\b\n"
    "  isthmus export --results warehouse/openalex/results/gallo2026 --out networks\n"
    "  isthmus export --network collaboration --format gexf,graphml --years 2000,2021 --out networks\n"
    "  isthmus export --network collaboration --format graphml --years 2000-2021 --out networks\n"
)
@click.option("--results", default=None, help="Folder or URI of published results.  [default: the newest one]")
@click.option("--network", "networks", default="", help="collaboration, knowledge_exchange, citation; with commas.")
@click.option("--years", default="", help="Graphs of single years, too: 2005, or 2000,2021, or 2000-2021.")
@click.option("--format", "formats", default="", help="parquet, csv, graphml, gexf, vosviewer, geojson; with commas.")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to write into.")
@storage_option
def export(results: str | None, networks: str, years: str, formats: str, out: str, storage: Storage) -> None:
    """Write the networks of a study as Parquet, CSV, GraphML, GEXF, VOSviewer and GeoJSON files.

    Each network is written as its sum over the significance years with grades, as its ties with a grade and those of
    the published rule alone, and as one table of all years. README.md in the folder says what every column means.
    """
    from isthmus.analyses.networks.exports import export_networks
    from isthmus.analyses.networks.graphs import NETWORKS
    from isthmus.cli.read import results_here
    from isthmus.report.exports import FORMATS

    chosen = years_of(years)
    with results_here(results, storage) as folder:
        written = export_networks(
            folder, out, networks=_words(networks) or NETWORKS, formats=_words(formats) or FORMATS, years=chosen
        )
    size = sum(file.stat().st_size for file in written) / 1e6
    click.echo(f"{len(written)} files, {size:,.1f} MB, in {out}")
    click.echo(f"What they are: {Path(out) / 'README.md'}")


def years_of(text: str) -> list[int]:
    """Return the years of a text such as "2005", "2000,2021" or "2000-2003".

    Raises
    ------
    ConfigError
        It is none of these.
    """
    found: list[int] = []
    for word in _words(text):
        first, dash, last = word.partition("-")
        ends = [first, last] if dash else [first]
        if not all(end.strip().isdigit() for end in ends):
            raise ConfigError(f"--years {word!r} is no year; write 2005, or 2000,2021, or 2000-2021")
        span = range(int(ends[0]), int(ends[-1]) + 1)
        if not span:
            raise ConfigError(f"--years {word!r} ends before it begins; write {last}-{first}")
        found += span
    return list(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
