"""Commands that people are told to type next: as they work where they are typed."""

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "isthmus"


def command(*words: str) -> str:
    """Return a command of Isthmus as it can be copied into this terminal: `.venv/bin/isthmus pair CN US`.

    Parameters
    ----------
    words : str
        What follows the program's name; words with blanks and the like are quoted.
    """
    return " ".join([program(), *(shlex.quote(word) for word in words)])


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
