"""Errors and warnings that say what, where, observed against expected, and what to do next."""

from difflib import get_close_matches
from typing import Any

NO_SPARK = "this needs Spark, which is not installed here: pip install 'isthmus[spark]' (and Java 17 or 21)."
"""What is said where a command needs Spark and Python has none: Isthmus without it reads results and computes."""


class IsthmusError(Exception):
    """Any error that Isthmus raises on purpose; its message stands alone, without a traceback."""


class ConfigError(IsthmusError):
    """A study or storage configuration that cannot be used."""


class SnapshotError(IsthmusError):
    """A snapshot that is missing, incomplete, or not what its manifest says."""


class StorageError(IsthmusError):
    """A file or folder that cannot be reached, or that changed while it was read."""


class FetchError(IsthmusError):
    """Records that OpenAlex's API did not give, or that cannot be added to what a folder holds."""


class StoreError(IsthmusError):
    """A table that is missing or does not have the expected columns or rows."""


class GateError(IsthmusError):
    """A quality gate of severity `fail` that did not hold."""


class SetupError(IsthmusError):
    """A machine that lacks something: Java, a jar, a Python version."""


class NetworkError(IsthmusError):
    """A network that a null model cannot be fitted to; the message names the node."""


class TrajectoryError(IsthmusError):
    """Trajectories that cannot be built, compared or clustered; the message names the pair, the year or the number."""


class CentralityError(IsthmusError):
    """A network whose bridges or ranks cannot be computed; the message names the node, the arc or the number."""


class GravityError(IsthmusError):
    """A gravity model that cannot be fitted; the message names the covariate, the city or the number.

    Parameters
    ----------
    message : str
        What is wrong.
    covariate : str | None, optional
        The covariate that the data say nothing about, where one is the reason: without it the model may be fitted.
    """

    def __init__(self, message: str, covariate: str | None = None) -> None:
        super().__init__(message)
        self.covariate = covariate


class IndicatorError(IsthmusError):
    """Citations or papers that an indicator cannot be computed from; the message names the row or the year."""


class MatchingError(IsthmusError):
    """Units that cannot be matched or compared; the message names the column, the arm or the number."""


class IsthmusWarning(UserWarning):
    """Something that a reader of the results should know and that does not stop the run."""


def did_you_mean(word: Any, valid: list[str] | tuple[str, ...]) -> str:
    """Return a hint with the nearest valid word, or the list of valid words when none is near.

    Parameters
    ----------
    word : object
        What was given.
    valid : list[str] | tuple[str, ...]
        The words that are accepted.
    """
    lowered = {v.lower(): v for v in valid}
    near = get_close_matches(str(word).lower(), list(lowered), n=1, cutoff=0.5)
    return f"did you mean {lowered[near[0]]!r}?" if near else "valid: " + ", ".join(sorted(valid))
