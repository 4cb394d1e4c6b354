"""A file has its name only when it is complete, whatever happens to the process that writes it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give the path to write to; the file gets its own name when the block ends without an error.

    A process that is killed inside the block leaves the earlier file as it was, and beside it a hidden
    `.part.NAME`, which the next writer of the same file replaces.

    Parameters
    ----------
    file : Path
        What is written or replaced; its folder is made when it is not there.

    Yields
    ------
    Path
        In the same folder, with the same ending, so that a writer can tell the format.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".part.{file.name}")
    try:
        yield partial
        _to_disk(partial)
        os.replace(partial, file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_text(file: Path, text: str) -> None:
    """Write a file of UTF-8 text, whole or not at all.

    Parameters
    ----------
    file : Path
        What is written or replaced.
    text : str
        All of it.
    """
    with whole_file(file) as partial:
        partial.write_text(text, encoding="utf-8")


def write_bytes(file: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    file : Path
        What is written or replaced.
    content : bytes
        All of it.
    """
    with whole_file(file) as partial:
        partial.write_bytes(content)


def _to_disk(file: Path) -> None:
    """Wait until the content is on the disk: after a power cut, a name must not stand before its content."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
