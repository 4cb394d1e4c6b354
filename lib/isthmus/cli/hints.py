"""Commands that people are told to type next: as they work where they are typed."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

NAME = "isthmus"
#: The program's name where a command follows it; not the end of a path, nor a sentence about Isthmus.
_COMMAND = re.compile(
    r"(?<![\w/.-])isthmus(?= (?:--debug |COMMAND|completion|describe|disruption|doctor|export|fetch|ingest|maintain|"
    r"match|pair|plan|report|run|simulate|stages|studies|tables|test-network)\b)"
)


def command(*words: str) -> str:
    """Return a command of Isthmus as it can be copied into this terminal: `.venv/bin/isthmus pair CN US`.

    Parameters
    ----------
    words : str
        What follows the program's name; words with blanks and the like are quoted.
    """
    return " ".join([program(), *(shlex.quote(word) for word in words)])


def as_typed(text: str) -> str:
    """Return a text in which commands of Isthmus are called as they can be typed into this terminal.

    Parameters
    ----------
    text : str
        A message or a help page that says `isthmus doctor`.
    """
    name = program()
    return text if name == NAME else _COMMAND.sub(name, text)


def program(here: Path | None = None) -> str:
    """Return how Isthmus is called from a folder: its name where the PATH has this environment's, else its path.

    Parameters
    ----------
    here : Path | None, optional
        The folder; the one where this process works without it.
    """
    script = Path(sys.executable).parent / NAME  # not resolved: an environment's python is a link
    found = shutil.which(NAME)
    if found is not None and _same(Path(found), script):
        return NAME
    if not script.is_file():
        return f"{shlex.quote(sys.executable)} -m isthmus.cli.main"
    near = os.path.relpath(script, here or Path.cwd())
    return shlex.quote(str(script) if near.startswith("..") else near)


def _same(one: Path, other: Path) -> bool:
    return one == other or (other.exists() and one.samefile(other))
