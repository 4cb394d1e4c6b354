"""One run at a time on a warehouse: the second waits, and says for whom."""

import fcntl
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlparse

LOCK = ".run.lock"


@contextmanager
def turn(location: str, *, who: str, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a warehouse for one run; wait where another run holds it.

    The lock is the operating system's and ends with the process that holds it, so a run that was killed leaves none
    behind. It holds for warehouses in folders, on one machine or on a file system that shares locks (NFS 4); in object
    storage and in catalogs nothing is locked: there one scheduler has to see to it.

    Parameters
    ----------
    location : str
        The warehouse: a folder, a `file://` address, another address or `catalog.schema`.
    who : str
        What is run, for whoever has to wait for it.
    tell : Callable[[str], None] | None, optional
        Gets the sentence that says whom this run waits for; None writes it to the standard error.
    """
    folder = folder_of(location)
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            (tell or _warn)(f"{location} is in use by {_holder(lock)}. Waiting until that run has ended.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _sign(lock, who)
        try:
            yield
        finally:
            lock.truncate(0)


def _warn(text: str) -> None:
    sys.stderr.write(f"isthmus: {text}\n")
    sys.stderr.flush()


def holder(location: str) -> str | None:
    """Return who holds a warehouse now; None where nobody does, or where it is no folder.

    Parameters
    ----------
    location : str
        The warehouse, as for `turn`.
    """
    folder = folder_of(location)
    if folder is None or not (folder / LOCK).exists():
        return None
    with (folder / LOCK).open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock)
    return None


def folder_of(location: str) -> Path | None:
    """Return the folder of a warehouse, None where it lies elsewhere.

    Parameters
    ----------
    location : str
        The warehouse: a folder, a `file://` address, another address or `catalog.schema`.
    """
    from isthmus.engine.store import is_catalog

    if is_catalog(location):
        return None
    if "://" not in location and not location.startswith("file:"):
        return Path(location)
    address = urlparse(location)
    return Path(unquote(address.path)) if address.scheme == "file" else None


def _sign(lock: IO[str], who: str) -> None:
    lock.seek(0)
    lock.truncate()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    json.dump({"who": who, "process": os.getpid(), "host": socket.gethostname(), "started": started}, lock)
    lock.flush()


def _holder(lock: IO[str]) -> str:
    """Return who holds the lock, as that run wrote it; it may be writing it just now."""
    lock.seek(0)
    with suppress(ValueError, KeyError):
        held = json.loads(lock.read())
        return f"{held['who']} (process {held['process']} on {held['host']}, since {held['started']})"
    return "another run"
