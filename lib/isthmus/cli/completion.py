"""What the tabulator key completes: studies, stages, tasks, tables, fields of a study; and `isthmus completion`."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from isthmus.cli.catalogue import listed_stages, listed_tables, listed_tasks

if TYPE_CHECKING:
    from isthmus.config.section import Section

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
SHELLS = ("bash", "zsh", "fish")
PROGRAM, VARIABLE = "isthmus", "_ISTHMUS_COMPLETE"


def complete_study(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the studies that come along, and the YAML files and folders here, that begin so."""
    from isthmus.config import available_studies

    head, slash, tail = begun.rpartition("/")
    here = [path for path in Path(head or slash or ".").glob(f"{tail}*") if _may_hold_study(path)]
    files = [f"{head}{slash}{path.name}{'/' if path.is_dir() else ''}" for path in sorted(here)]
    return _beginning(begun, [*available_studies(), *files])


def _may_hold_study(path: Path) -> bool:
    return path.is_dir() or path.suffix in (".yaml", ".yml")


def complete_table(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the tables that begin so, each with what a row is."""
    return [CompletionItem(s.name, help=s.comment) for s in listed_tables().values() if s.name.startswith(begun)]


def complete_field(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the fields of a study that begin so, as `--set` takes them: `section.field=`."""
    from isthmus.config import Study

    return _beginning(begun, [f"{path}=" for path in fields_of(Study)])


def fields_of(section: "type[Section]", prefix: str = "") -> list[str]:
    """Return the dotted paths of all fields of a study or section.

    Parameters
    ----------
    section : type[Section]
        The study's class, or a section's.
    prefix : str, default ''
        What stands before: `corpus.`.
    """
    from isthmus.config.section import Section

    found = []
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            found += fields_of(inner, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


def in_list(names: Callable[[], Iterable[str]]) -> Complete:
    """Return what completes the last word of a list with commas: `corpus,net` to `corpus,networks`.

    Parameters
    ----------
    names : Callable[[], Iterable[str]]
        Returns the words; called when somebody asks.
    """

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        before, comma, last = begun.rpartition(",")
        taken = before.split(",")
        return [CompletionItem(f"{before}{comma}{n}") for n in names() if n.startswith(last) and n not in taken]

    return complete


complete_stages = in_list(lambda: (stage.name for stage in listed_stages()))
complete_tasks = in_list(lambda: listed_tasks(listed_stages()))
complete_tables = in_list(listed_tables)


def _beginning(begun: str, names: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(begun)]


@click.command(
    epilog="Once, for every new shell:\n\n\b\n"
    "  isthmus completion bash >> ~/.bashrc\n"
    "  isthmus completion zsh >> ~/.zshrc\n"
    "  isthmus completion fish > ~/.config/fish/completions/isthmus.fish\n"
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options, studies, stages, tables and fields of a study."""
    click.echo(script(shell))


def script(shell: str) -> str:
    """Return the lines that a shell has to read.

    Parameters
    ----------
    shell : str
        One of SHELLS.
    """
    from isthmus.cli.main import cli

    known = get_completion_class(shell)
    if known is None:  # click knows all of SHELLS
        raise click.BadParameter(f"{shell!r} is none of {', '.join(SHELLS)}")
    made: Any = known(cli, {}, PROGRAM, VARIABLE)
    return str(made.source_template % made.source_vars())
