"""How far Spark is with what it computes right now: tasks done of all, where this process can ask."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from isthmus.engine.machine import cores

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Parts done of all, or None where nothing of several parts runs.
Parts = Callable[[], tuple[int, int] | None]


def parts_of(spark: "SparkSession") -> Parts:
    """Return a function that says how many parts of the running computation are done, of how many.

    A part is a task of Spark; where a snapshot is read, one of its parts. Several computations at once are added up.
    Spark Connect does not tell; there, and where nothing runs or only single tasks do, the answer is None.

    Parameters
    ----------
    spark : SparkSession
        The session.
    """
    try:
        tracker: Any = spark.sparkContext.statusTracker()
    except Exception:  # Spark Connect has no context
        return lambda: None
    return lambda: _counted(tracker)


def _counted(tracker: Any) -> tuple[int, int] | None:
    try:
        running = [info for stage in tracker.getActiveStageIds() if (info := tracker.getStageInfo(stage)) is not None]
    except Exception:  # the session is ending: what is shown is never worth an error
        return None
    done, every = sum(info.numCompletedTasks for info in running), sum(info.numTasks for info in running)
    return (done, every) if every > 1 else None


def cores_of(spark: "SparkSession") -> int:
    """Return how many tasks a session runs at the same time; this machine's cores where it does not tell."""
    try:
        return max(int(spark.sparkContext.defaultParallelism), 1)
    except Exception:  # Spark Connect has no context
        return cores()
