"""`isthmus fetch`: a field's records from OpenAlex's API as a snapshot."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isthmus.cli.hints import command

if TYPE_CHECKING:
    from isthmus.fetch import Estimate, Fetched

KEY = "OPENALEX_API_KEY"
EMAIL = "OPENALEX_EMAIL"
EXAMPLES = """\b
Examples:
  isthmus fetch --filter primary_topic.subfield.id:1702,publication_year:2020 --out ai2020 --estimate
  isthmus fetch --filter primary_topic.id:T10320,publication_year:2015-2022 --out topic
  isthmus run --study everything --snapshot topic
"""


@click.command(epilog=EXAMPLES)
@click.option("--filter", "filter_text", required=True, help="As the API writes it: field:value,field:value.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder to write into; new, empty or begun."
)
@click.option("--most", type=click.IntRange(1), default=100_000, show_default=True, help="Refuse more works than this.")
@click.option("--estimate", is_flag=True, help="Say how many works match and what fetching them costs; fetch nothing.")
@click.option("--email", envvar=EMAIL, help=f"Sent along, so that OpenAlex can write to you; or {EMAIL}.")
@click.option("--api", "address", default=None, help="Address of another server that speaks as OpenAlex's API does.")
def fetch(filter_text: str, out: Path, most: int, estimate: bool, email: str | None, address: str | None) -> None:
    """Fetch the works that a filter matches from OpenAlex's API, as a snapshot that every command reads.

    For a field of up to a hundred thousand works, in minutes and without the 700 GB of the whole snapshot. Works of
    more than a hundred authors are fetched one by one, for pages give the first hundred only. Stopped in the middle,
    the same command goes on. The key is read from OPENALEX_API_KEY; openalex.org/settings/api gives one for nothing.

    Only the works that match are there: citations between them count, citations from outside do not.
    """
    from isthmus.config.secrets import remember_secret
    from isthmus.fetch import ADDRESS, Api, fetch_slice, look

    key = os.environ.get(KEY) or None
    api = Api(address or ADDRESS, key=remember_secret(key) if key else None, email=email)
    if estimate:
        click.echo(_estimated(look(api, filter_text), most))
        return
    progress, clear = _progress()
    fetched = fetch_slice(api, filter_text, out, most=most, progress=progress)
    clear()
    click.echo(in_words(fetched))


def _estimated(found: "Estimate", most: int) -> str:
    over = f" More than --most allows ({most:,})." if found.works > most else ""
    return f"{found.in_words()}.{over}"


def _progress() -> tuple[Callable[[str, int, int], None], Callable[[], None]]:
    """Return what shows how far a fetch is, and what takes it away.

    On a terminal one line that changes, elsewhere a line in ten seconds.
    """
    began: dict[str, tuple[float, int]] = {}
    shown = [0.0]
    live = sys.stderr.isatty()

    def show(entity: str, done: int, of: int) -> None:
        now = time.monotonic()
        start, before = began.setdefault(entity, (now, done))
        if now - shown[0] < (0.2 if live else 10.0):
            return
        shown[0] = now
        text = f"{entity}: {done:,} of {of:,}"
        if done > before:
            text += f", about {max(1, round((now - start) / (done - before) * (of - done) / 60.0))} min left"
        click.echo(f"\r\x1b[2K{text}" if live else text, err=True, nl=not live)

    return show, lambda: click.echo("\r\x1b[2K", err=True, nl=False) if live else None


def in_words(fetched: "Fetched") -> str:
    """Return what was fetched, for a person."""
    records = ", ".join(f"{count:,} {entity}" for entity, count in fetched.records.items())
    lines = [f"{fetched.folder}: {records}; {fetched.requests:,} requests."]
    if fetched.records["works"] != fetched.matched:
        lines.append(f"{fetched.matched:,} works matched when the fetch began; OpenAlex changes every day.")
    if fetched.completed_authors:
        lines.append(f"{fetched.completed_authors:,} works of more than a hundred authors were fetched one by one.")
    if fetched.cut_authors:
        lines.append(f"Of {fetched.cut_authors:,} works only the first hundred authors could be had.")
    lines.append("Citations from works outside of the filter are not there: knowledge exchange is that within it.")
    lines.append(f"Read it with: {command('run', '--study', 'everything', '--snapshot', str(fetched.folder))}")
    return "\n".join(lines)
