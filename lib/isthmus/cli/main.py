"""The command `isthmus`: words in, one call of the pipeline or the library, readable words out."""

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from isthmus import __version__
from isthmus.cli.failures import sentence
from isthmus.cli.hints import as_typed, command, program
from isthmus.config.secrets import redacted
from isthmus.errors import GateError, IsthmusError

# command -> module, object, what it does; a module is imported only when its command is called, so help is instant
COMMANDS: dict[str, tuple[str, str, str]] = {
    "run": ("isthmus.cli.run", "run", "Run a study: snapshot to tables, networks, significance, report."),
    "ingest": ("isthmus.cli.run", "ingest", "Read a snapshot into tables that all studies share."),
    "plan": ("isthmus.cli.plan", "plan", "Say what reading a snapshot costs: bytes, disk, hours, money."),
    "doctor": ("isthmus.cli.doctor", "doctor", "Look whether this machine can run Isthmus."),
    "maintain": ("isthmus.cli.maintain", "maintain", "Put small files of the tables together, remove old ones."),
    "fetch": ("isthmus.cli.fetch", "fetch", "Fetch a field's records from OpenAlex's API as a snapshot."),
    "simulate": ("isthmus.cli.simulate", "simulate", "Write a world with known truth as an OpenAlex snapshot."),
    "test-network": ("isthmus.cli.test_network", "test_network", "Which ties of your own network exceed size."),
    "match": ("isthmus.cli.match", "match", "Compare treated with alike control units of your own table."),
    "disruption": ("isthmus.cli.disruption", "disruption", "Disruption of papers from your own citation list."),
    "pair": ("isthmus.cli.read", "pair", "Show one tie over the years in the terminal."),
    "report": ("isthmus.cli.read", "report", "Write the report of a study again from its published results."),
    "export": ("isthmus.cli.export", "export", "Write the networks for Gephi, VOSviewer, networkx, spreadsheets."),
    "studies": ("isthmus.cli.describe", "studies", "List the studies that come with Isthmus."),
    "stages": ("isthmus.cli.describe", "stages", "List the stages of the pipeline in their order."),
    "tables": ("isthmus.cli.describe", "tables", "List the tables: name, key, what a row is."),
    "describe": ("isthmus.cli.describe", "describe", "Show the columns of a table and what each means."),
    "completion": ("isthmus.cli.completion", "completion", "Print what makes a shell complete names."),
}

#: Environment variable that asks for the stack of calls of an unforeseen error.
DEBUG = "ISTHMUS_DEBUG"
GATE_FAILED = 3

#: Commands of earlier versions, and what took their place.
OLD_COMMANDS = {"significance": "test-network"}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(module), name)
        found.epilog = as_typed(found.epilog) if found.epilog else None
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with what they do, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, _, says) in COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what to type first, as it works where this help was asked for."""
        run = command("run", "--snapshot", "world", "--study", "demonstration")
        formatter.write_paragraph()
        formatter.write_text(f"Start here:  {command('simulate', '--out', 'world')} && {run}")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of these arguments; an unknown one is an error with the nearest name."""
        from isthmus.errors import did_you_mean

        if args and args[0] in OLD_COMMANDS:
            ctx.fail(f"the command {args[0]!r} is now {OLD_COMMANDS[args[0]]!r}")
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            ctx.fail(f"there is no command {args[0]!r}; {did_you_mean(args[0], list(COMMANDS))}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="isthmus")
@click.option("--debug", is_flag=True, help="Show where an unforeseen error happened, too; or set ISTHMUS_DEBUG.")
def cli(debug: bool) -> None:
    """Who works with whom, who builds on whom, and which ties are stronger than size explains.

    Isthmus reads the OpenAlex snapshot into Delta tables with Spark, builds yearly networks of countries, tests every
    tie against a null model, and writes a report.

    Exit codes: 0 done; 1 an error, said in a sentence; 2 a word that is not understood; 3 a quality check of the data
    failed; 130 stopped from the keyboard.
    """
    if debug:
        os.environ[DEBUG] = "1"


def main() -> None:
    """Run the command line; an error of Isthmus is one message and exit code 1, without a traceback.

    A good end returns: schedulers that call this function take any exit for a failure.
    """
    code = guarded(lambda: cli.main(prog_name=program(), standalone_mode=False))
    if code:
        sys.exit(code)


def guarded(call: Callable[[], Any]) -> int:
    """Run something for a person: errors become words and an exit code."""
    try:
        call()
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        error.show()
        return int(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("isthmus: stopped. What is complete stays; the same command goes on from there.", err=True)
        return 130
    except IsthmusError as error:
        click.echo(f"isthmus: {as_typed(redacted(str(error)))}", err=True)
        return GATE_FAILED if isinstance(error, GateError) else 1
    except Exception as error:
        if os.environ.get(DEBUG):
            click.echo(redacted(traceback.format_exc()), err=True)
        click.echo(f"isthmus: {as_typed(redacted(sentence(error)))}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    main()
