"""Trying again what failed for a moment: exponential waits with jitter, and which errors are worth it."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from isthmus.config.storage import Storage
from isthmus.errors import StorageError

T = TypeVar("T")

LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError)
# what the next try would be told again: the request is wrong, the key is wrong, the thing is not there
REFUSED = re.compile(
    r"ACCESS_DENIED|NO_SUCH|INVALID_|SIGNATURE|UNRECOGNIZED_CLIENT|EXPIRED|NOT_FOUND|MISSING_|"
    r"HTTP status (?:4(?!08|29)\d\d|30\d)"
)
LEAST_JITTER = 0.5  # of a wait: many tasks that failed together do not come back together


@dataclass(frozen=True, slots=True)
class Retries:
    """How often something is tried, and how long is waited in between.

    Parameters
    ----------
    attempts : int, default 1
        Tries in all.
    first_wait : float, default 0.5
        Seconds before the second try; doubles with each further one.
    longest_wait : float, default 30.0
        Seconds; no wait is longer.
    remote : bool, default False
        Whether requests go over a network at all; local storage that failed once fails again.
    """

    attempts: int = 1
    first_wait: float = 0.5
    longest_wait: float = 30.0
    remote: bool = False

    @classmethod
    def of(cls, storage: Storage) -> "Retries":
        """Return what a storage configuration says."""
        return cls(storage.attempts, storage.first_wait_seconds, storage.longest_wait_seconds, remote=True)

    def call(self, what: str, action: Callable[[], T]) -> T:
        """Return the result of an action on storage, tried again where it failed for a moment.

        Parameters
        ----------
        what : str
            The address, for messages.
        action : Callable[[], T]
            What is tried.

        Raises
        ------
        StorageError
            It still failed after the last try, or the request was refused.
        FileNotFoundError
            Nothing is there.
        OSError
            Any failure of local storage, where nothing is tried again.
        """
        for attempt in range(1, self.attempts + 1):
            try:
                return action()
            except OSError as error:
                if not self.remote or isinstance(error, LASTING):
                    raise
                if not is_passing(error):
                    raise StorageError(
                        f"{what}: the request was refused: {error}. Does the bucket's `access` (--storage FILE) fit?"
                    ) from None
                if attempt == self.attempts:
                    raise StorageError(
                        f"{what}: could not be read or written, {attempt} tries failed; the last one: {error}"
                    ) from None
                time.sleep(self.wait(attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def wait(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt, a random share of them left out.

        Parameters
        ----------
        attempt : int
            The number of the attempt that failed, from 1.
        """
        whole = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return whole * random.uniform(LEAST_JITTER, 1.0)


LOCAL = Retries()
"""Storage of this machine: what failed once fails again."""


def is_passing(error: OSError) -> bool:
    """Whether an error of storage may be gone at the next try: a lost connection, a busy server, a timeout.

    Parameters
    ----------
    error : OSError
        As pyarrow raises it.
    """
    return not isinstance(error, LASTING) and REFUSED.search(str(error)) is None
