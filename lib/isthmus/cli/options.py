"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

from isthmus.cli.completion import complete_field
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


settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FIELD=VALUE",
    shell_complete=complete_field,
    help="Override a field of the study.",
)
"""`--set FIELD=VALUE`. The command gets `settings`."""


def spark_options(help_of_master: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return `--master` and `--remote`: where Spark runs. The command gets `master` and `remote`.

    Parameters
    ----------
    help_of_master : str
        What is said of `--master`.
    """
    master = click.option("--master", default=None, help=help_of_master)
    remote = click.option(
        "--remote",
        metavar="sc://HOST:PORT",
        default=None,
        help="A Spark Connect server in place of a master; or set SPARK_REMOTE.",
    )
    return lambda command: master(remote(command))
