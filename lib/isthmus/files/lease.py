"""A lock that is renewed while it is held: where it was not for a while, the run that held it was killed."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from isthmus.errors import StorageError
from isthmus.files.lock_object import Seen

#: Share of `stale_after` for which the holder itself relies on its lock: services' clocks tell whole seconds.
OWN_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Times:
    """How long what takes, in seconds.

    Parameters
    ----------
    renewed_every : float, default 20.0
        Between two renewals.
    stale_after : float, default 90.0
        Without a renewal for so long, a lock is nobody's.
    asked_every : float, default 5.0
        Between two looks of who waits.
    """

    renewed_every: float = 20.0
    stale_after: float = 90.0
    asked_every: float = 5.0


class Place(Protocol):
    """Where a lock lies: it is written only where it still is what the writer saw."""

    def look(self) -> Seen | None:
        """Return what is there."""

    def write(self, content: bytes, seen: Seen | None) -> bool:
        """Write if that still is there; return whether it was."""

    def require_conditions(self, content: bytes) -> None:
        """Raise a StorageError where conditions are ignored."""


class Lease:
    """One holder's lock.

    Parameters
    ----------
    place : Place
        Where it lies.
    says : Mapping[str, object]
        Who holds it, for whoever has to wait.
    stale_after : float
        Seconds without a renewal after which it is nobody's.
    """

    def __init__(self, place: Place, says: Mapping[str, object], stale_after: float) -> None:
        self._place, self._says, self._stale_after = place, dict(says), stale_after
        self._token = uuid.uuid4().hex
        self._renewals = 0
        self._renewed = 0.0
        self._taken_by: str | None = None

    def take(self) -> Seen | None:
        """Take the lock where nobody holds it; return what its holder wrote where somebody does."""
        asked, seen = time.monotonic(), self._place.look()
        if seen is not None and seen.content and seen.age <= self._stale_after:
            return seen
        self._place.write(self._content(), seen)
        now = self._place.look()  # an answer may get lost, and the same request then be refused
        if now is None or not self._is_mine(now):
            return now or Seen(b"", "", 0.0)
        try:
            self._place.require_conditions(self._content())
        except StorageError:
            self.give_back()
            raise
        self._renewed = asked
        return None

    def renew(self) -> None:
        """Write that the holder still works; take note where somebody else has taken the lock."""
        asked, seen = time.monotonic(), self._place.look()
        if seen is not None and self._is_mine(seen):
            self._renewals += 1
            if self._place.write(self._content(), seen):
                self._renewed = asked
        else:
            self._taken_by = holder_of(seen.content) if seen else "nobody any more"

    def give_back(self) -> None:
        """Leave the lock empty, unless it is somebody else's."""
        seen = self._place.look()
        if seen is not None and self._is_mine(seen):
            self._place.write(b"", seen)
        self._taken_by = self._taken_by or "nobody any more"

    @property
    def is_held(self) -> bool:
        """Whether nobody else can have taken it."""
        return self._taken_by is None and time.monotonic() - self._renewed <= OWN_SHARE * self._stale_after

    @property
    def taken_by(self) -> str:
        """Who has it now, in words."""
        return self._taken_by or "perhaps another run"

    def _content(self) -> bytes:
        return json.dumps(self._says | {"token": self._token, "renewals": self._renewals}).encode()

    def _is_mine(self, seen: Seen) -> bool:
        return self._token.encode() in seen.content


@contextmanager
def held(place: Place, says: Mapping[str, object], wait: Callable[[str], None], times: Times) -> Iterator[Lease]:
    """Hold a lock, and renew it in a thread; wait where somebody else does.

    Parameters
    ----------
    place : Place
        Where it lies.
    says : Mapping[str, object]
        Who holds it.
    wait : Callable[[str], None]
        Is told once for whom is waited.
    times : Times
        How long what takes.
    """
    lease, told = Lease(place, says, times.stale_after), False
    while (other := lease.take()) is not None:
        if not told and other.content:
            wait(holder_of(other.content))
            told = True
        time.sleep(times.asked_every)
    ended = threading.Event()
    thread = threading.Thread(target=_renew, args=(lease, ended, times.renewed_every), name="lock", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        ended.set()
        thread.join()
        with suppress(StorageError):  # what the run wrote is there; the lock is stale in a while
            lease.give_back()


def _renew(lease: Lease, ended: threading.Event, every: float) -> None:
    while not ended.wait(every):
        try:
            lease.renew()
        except StorageError:  # the next one may get through; `is_held` knows how long none did
            continue


def holder_of(content: bytes | str) -> str:
    """Return who holds a lock, from what that run wrote into it; it may be writing it just now.

    Parameters
    ----------
    content : bytes | str
        Of the lock.
    """
    try:
        found = json.loads(content)
        return f"{found['who']} (process {found['process']} on {found['host']}, since {found['started']})"
    except (ValueError, KeyError, TypeError):
        return "another run"
