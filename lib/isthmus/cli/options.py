"""Options that several commands share."""

import click

from isthmus.config import Storage, load_storage


def _load(context: click.Context, parameter: click.Parameter, value: str | None) -> Storage:
    return Storage() if value is None else load_storage(value)


storage_option = click.option(
    "--storage",
    metavar="FILE",
    default=None,
    envvar="ISTHMUS_STORAGE",
    show_envvar=True,
    callback=_load,
    help="YAML file that says how buckets are reached: endpoint, region, keys.",
)
"""`--storage FILE`: the command gets the loaded `Storage`."""

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or programs.",
)
"""`--format json`: what a command prints, as data. The command gets `form`."""
