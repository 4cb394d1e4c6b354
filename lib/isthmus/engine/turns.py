"""One run at a time on a warehouse: the second waits, and says for whom."""

import fcntl
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlparse

from isthmus.config import Storage
from isthmus.engine.objectstore import is_s3
from isthmus.errors import StoreError
from isthmus.files.lease import Lease, Times, held, holder_of
from isthmus.files.lock_object import LockObject, lock_object

LOCK = ".run.lock"
TIMES = Times()


@contextmanager
def turn(
    location: str, *, who: str, storage: Storage | None = None, tell: Callable[[str], None] | None = None
) -> Iterator[Callable[[], None]]:
    """Hold a warehouse for one run; wait where another run holds it.

    In a folder the lock is the operating system's and ends with the process that holds it, on one machine or on a file
    system that shares locks (NFS 4). In S3 it is an object that is renewed: of a run that was killed it is stale after
    90 seconds. In other object storage and in catalogs nothing is locked: there of two commits at once one is refused.

    Parameters
    ----------
    location : str
        The warehouse: a folder, a `file://` address, another address or `catalog.schema`.
    who : str
        What is run, for whoever has to wait for it.
    storage : Storage | None, optional
        How buckets are reached.
    tell : Callable[[str], None] | None, optional
        Gets the sentence that says whom this run waits for; None writes it to the standard error.

    Yields
    ------
    Callable[[], None]
        Raises a StoreError once this run no longer holds the warehouse.
    """
    folder, tell = folder_of(location), tell or _warn
    place = None if folder else _lock_object(location, storage or Storage())
    if folder is not None:
        with _in_folder(folder, location, who, tell):
            yield _never_lost
    elif place is not None:
        sentence = f"Waiting until that run has ended; if it was killed, for at most {TIMES.stale_after:.0f} seconds."
        signature, lead = _signature(who), f"{location} is in use by"
        with held(place, signature, lambda other: tell(f"{lead} {other}. {sentence}"), TIMES) as lease:
            yield lambda: _require_held(lease, location)
            _require_held(lease, location)
    else:
        yield _never_lost


def _never_lost() -> None:
    """Do nothing: a lock of the operating system is held as long as this process lives, and no lock cannot be lost."""


@contextmanager
def _in_folder(folder: Path, location: str, who: str, tell: Callable[[str], None]) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"{location} is in use by {_holder(lock)}. Waiting until that run has ended.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _sign(lock, who)
        try:
            yield
        finally:
            lock.truncate(0)


def _require_held(lease: Lease, location: str) -> None:
    if not lease.is_held:
        raise StoreError(
            f"this run no longer holds {location}: its lock was not renewed for a while (the machine slept, or had no "
            f"network), and {lease.taken_by} may have it now. Nothing of what its last stage wrote counts. The same "
            f"command goes on from there."
        )


def _warn(text: str) -> None:
    sys.stderr.write(f"isthmus: {text}\n")
    sys.stderr.flush()


def holder(location: str, storage: Storage | None = None) -> str | None:
    """Return who holds a warehouse now; None where nobody does, or where nothing is locked.

    Parameters
    ----------
    location : str
        The warehouse, as for `turn`.
    storage : Storage | None, optional
        How buckets are reached.

    Raises
    ------
    StorageError
        The lock cannot be looked at.
    """
    folder = folder_of(location)
    if folder is None:
        place = _lock_object(location, storage or Storage())
        seen = place.look() if place else None
        return holder_of(seen.content) if seen and seen.content and seen.age <= TIMES.stale_after else None
    if not (folder / LOCK).exists():
        return None
    with (folder / LOCK).open(encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock)
    return None


def is_catalog(location: str) -> bool:
    """Whether a location is `catalog.schema` of a metastore and no path: two plain names with one dot between."""
    parts = location.split(".")
    return len(parts) == 2 and all(part.isidentifier() for part in parts)


def folder_of(location: str) -> Path | None:
    """Return the folder of a warehouse, None where it lies elsewhere.

    Parameters
    ----------
    location : str
        The warehouse: a folder, a `file://` address, another address or `catalog.schema`.
    """
    if is_catalog(location):
        return None
    if "://" not in location and not location.startswith("file:"):
        return Path(location)
    address = urlparse(location)
    return Path(unquote(address.path)) if address.scheme == "file" else None


def _lock_object(location: str, storage: Storage) -> LockObject | None:
    """Return the lock of a warehouse in S3; None where it lies elsewhere, or its bucket is not to be locked."""
    if not is_s3(location):
        return None
    name, _, path = location.partition("://")[2].partition("/")
    bucket = storage.bucket(name)
    key = "/".join(part for part in (path.strip("/"), LOCK) if part)
    return lock_object(name, key, bucket, storage.attempts) if bucket.lock_runs else None


def _signature(who: str) -> dict[str, object]:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    return {"who": who, "process": os.getpid(), "host": socket.gethostname(), "started": started}


def _sign(lock: IO[str], who: str) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump(_signature(who), lock)
    lock.flush()


def _holder(lock: IO[str]) -> str:
    """Return who holds the lock, as that run wrote it; it may be writing it just now."""
    lock.seek(0)
    return holder_of(lock.read())
