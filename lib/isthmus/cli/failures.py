"""What people read when something outside Isthmus failed: the disk, the memory, the network, Spark."""

import re
import socket
import sys
from collections.abc import Callable

from isthmus.errors import NO_SPARK

GO_ON = "What is complete stays; the same command goes on from there."
SPARKS = frozenset({"pyspark", "py4j", "delta"})  # modules of the extra `spark`
LONGEST = 300  # characters of a foreign message that are shown

JAVA_ENDED = (
    "Spark's Java process ended in the middle of the run: most often memory ran out, and the system stopped it. "
    "Give the driver less than this machine has, use fewer cores (--master local[2]), or close other programs."
)

#: What a message of Spark, Java, Arrow or the system holds -> what that means for the person who reads it.
MEANINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"No space left on device|ENOSPC|Disk quota exceeded"),
        "a disk is full. Free some space, or name another --warehouse; Spark's own scratch files lie in "
        "$SPARK_LOCAL_DIRS (else /tmp).",
    ),
    (re.compile(r"File too large"), "a file is larger than this system or its limit (ulimit -f) allows."),
    (
        re.compile(r"Read-only file system|Permission denied|AccessDenied|Mkdirs failed to create"),
        "a folder cannot be written to. Name another --warehouse, or ask for the right to write there.",
    ),
    (
        re.compile(
            r"OutOfMemoryError|Java heap space|GC overhead limit|insufficient memory|Unable to allocate|"
            r"Please increase (?:heap|executor memory|driver memory)"
        ),
        "memory ran out. Give the driver more (scripts/submit.sh ... -- --driver-memory 16g), use fewer cores "
        "(--master local[2]), or read the snapshot for one study only (isthmus ingest --for-study).",
    ),
    (
        re.compile(r"JAVA_GATEWAY_EXITED|Java gateway process exited"),
        "Java did not start: it is not there, or memory does not suffice for it. `isthmus doctor` says which.",
    ),
    (
        re.compile(r"Python worker exited unexpectedly|Python worker crashed|exit code 137|ExecutorLostFailure"),
        "a process of Spark's workers was ended from outside, most often by the system because memory ran out. "
        "Use fewer cores (--master local[2]) or a machine with more memory.",
    ),
    (
        re.compile(r"Too many open files"),
        "this system allows too few open files; raise the limit (ulimit -n 65536) and run again.",
    ),
    (
        re.compile(r"Connection refused|UnknownHostException|Name or service not known|Could not connect to"),
        "a server cannot be reached. Is its address right, and is there a network?",
    ),
    (
        re.compile(
            r"ConcurrentAppendException|ConcurrentDeleteReadException|ConcurrentTransactionException|"
            r"ConcurrentModificationException|DELTA_CONCURRENT"
        ),
        "another run wrote to the same tables at the same time. Wait until it has ended, then run this one again.",
    ),
)


def sentence(error: BaseException) -> str:
    """Return what happened in words, with what to do where that is known.

    Parameters
    ----------
    error : BaseException
        Any error that Isthmus did not raise on purpose.
    """
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in SPARKS:
        return NO_SPARK
    text = str(error)
    for own, said in _OF_A_KIND:
        if isinstance(error, own):
            return said(error)
    if _java_has_ended():
        return f"{JAVA_ENDED} {GO_ON}"
    for pattern, meaning in MEANINGS:
        if pattern.search(text):
            return f"{meaning} {GO_ON} (The system says: {_first(text, pattern)})"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or _first(text)}. {GO_ON}"
    return (
        f"something unforeseen: {type(error).__name__}: {_first(text)}\n"
        f"{GO_ON} With --debug before the command's name, or ISTHMUS_DEBUG=1, the stack of calls is shown; "
        "please report it."
    )


def _java_has_ended() -> bool:
    """Whether nothing answers any more where this process has started Java: then each error says no more than that."""
    context = sys.modules.get("pyspark.core.context")
    gateway = getattr(getattr(context, "SparkContext", None), "_gateway", None)
    where = getattr(gateway, "gateway_parameters", None)
    if where is None:
        return False
    try:
        socket.create_connection((where.address, where.port), 5).close()
    except OSError:
        return True
    return False


def _recursion(_: BaseException) -> str:
    return "something is nested too deep to be read. With ISTHMUS_DEBUG=1 the stack of calls shows where."


def _memory(_: BaseException) -> str:
    return f"memory ran out in this process. Close other programs, or use a machine with more memory. {GO_ON}"


def _unicode(error: BaseException) -> str:
    return f"a file is not UTF-8 text: {_first(str(error))}. Save it as UTF-8."


_OF_A_KIND: tuple[tuple[type[BaseException], Callable[[BaseException], str]], ...] = (
    (RecursionError, _recursion),
    (MemoryError, _memory),
    (UnicodeError, _unicode),
)


def _first(text: str, pattern: re.Pattern[str] | None = None) -> str:
    """Return the line that says most: the one that the pattern is in, else the first; without the stack of calls."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    chosen = next((line for line in lines if pattern is not None and pattern.search(line)), lines[0] if lines else "")
    return chosen if len(chosen) <= LONGEST else f"{chosen[:LONGEST]} ..."
