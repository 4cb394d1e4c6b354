"""How far a slice has come, in a file beside it, so that a fetch that was killed goes on."""

from datetime import date
from pathlib import Path

import msgspec

from isthmus.errors import FetchError
from isthmus.files.whole import write_bytes
from isthmus.snapshot.releases import PartFile

NAME = "fetch.json"
FIRST_PAGE = "*"


class State(msgspec.Struct):
    """What has been asked for, and what is there.

    Attributes
    ----------
    filter : str
        The filter, as given.
    day : datetime.date
        When the fetch began: the release of the snapshot that it writes.
    count : int
        Works that matched on the first page.
    cursor : str | None
        Where the next page of works begins; None when all are there.
    parts : list[PartFile]
        Written parts, those of works first.
    completed_authors : int
        Works whose authors beyond the hundredth were fetched one by one.
    cut_authors : int
        Works of which only the first hundred authors could be had.
    complete : bool
        Whether the manifests are written.
    """

    filter: str
    day: date
    count: int = 0
    cursor: str | None = FIRST_PAGE
    parts: list[PartFile] = []
    completed_authors: int = 0
    cut_authors: int = 0
    complete: bool = False

    @property
    def works(self) -> int:
        """Works that are there."""
        return sum(part.records for part in self.parts if part.entity == "works")

    def save(self, out: Path) -> None:
        """Write the state, whole or not at all."""
        write_bytes(out / NAME, msgspec.json.format(msgspec.json.encode(self)) + b"\n")


def load_state(out: Path, filter_text: str) -> State | None:
    """Return how far the slice in a folder has come; None where none was begun.

    Parameters
    ----------
    out : pathlib.Path
        The folder.
    filter_text : str
        What is asked for now.

    Raises
    ------
    FetchError
        The folder holds something else, or the slice of another filter.
    """
    file = out / NAME
    if not file.is_file():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise FetchError(f"{out} is not empty and holds no slice that was begun here; name another folder")
        return None
    try:
        state = msgspec.json.decode(file.read_bytes(), type=State)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise FetchError(f"{file} cannot be read ({error}); name another folder") from None
    if state.filter != filter_text:
        raise FetchError(f"{out} holds the slice {state.filter!r}, not {filter_text!r}; name another folder")
    return state
