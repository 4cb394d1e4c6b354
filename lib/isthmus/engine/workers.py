"""Whether the workers of a cluster can run Isthmus, asked before any stage runs: Python, packages, the same code."""

import platform
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from isthmus import __version__
from isthmus.engine.settings import is_remote
from isthmus.errors import SetupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROBES = 32  # tasks; more than the cores of most clusters, so that every worker answers at least once
IMPORTED = ("isthmus", "numpy", "pyarrow", "pandas", "msgspec", "isal", "numba")
SPARK_MISMATCH = re.compile(
    r"PYTHON_VERSION_MISMATCH\].*?worker has different version:? \(?'?([\d., ']+?)'?\)? than that in driver:? "
    r"\(?'?([\d., ']+?)'?\)?[,.]",
    re.DOTALL,
)
NO_PROGRAM = re.compile(r'Cannot run program "([^"]+)"')
HOW = (
    "Name the interpreter of the workers with PYSPARK_PYTHON (scripts/submit.sh --worker-python), or install it there."
)

Answer = tuple[str, str, str]
"""Host, version of Python, and what went wrong (empty when nothing did)."""


def check_workers(spark: "SparkSession") -> None:
    """Run one small job on the workers; return when they have the driver's Python and can import what they need.

    Parameters
    ----------
    spark : SparkSession
        a session on a cluster.

    Raises
    ------
    SetupError
        a worker has another minor version of Python, no such interpreter, or lacks a package; names the worker and both
        versions.
    """
    if is_remote(spark):
        _check_workers_of_a_server(spark)
        return
    try:
        tasks = spark.sparkContext.parallelize(range(PROBES), PROBES)
        answers = tasks.mapPartitions(make_probe()).distinct().collect()
    except Exception as error:
        raise SetupError(explain(str(error))) from None
    require_same(answers)


def _check_workers_of_a_server(spark: "SparkSession") -> None:
    """Ask through a table of answers: a session of Spark Connect has no other way to the workers."""
    probe = make_probe()

    def answer(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow

        for _ in batches:
            pass
        hosts, versions, faults = zip(*probe([]), strict=True)
        yield pyarrow.RecordBatch.from_pydict({"host": hosts, "version": versions, "fault": faults})

    asked = spark.range(0, PROBES, 1, PROBES).mapInArrow(answer, "host string, version string, fault string")
    try:
        answers = [(row.host, row.version, row.fault) for row in asked.distinct().collect()]
    except Exception as error:
        raise SetupError(explain(str(error))) from None
    for host, version, fault in answers:
        if fault:
            raise SetupError(
                f"worker {host} of the Spark Connect server (Python {version}) cannot run Isthmus: {fault}. A server's "
                f"workers are sent no packages: install this version there, pip install isthmus=={__version__}, for "
                "the Python that the server's PYSPARK_PYTHON names."
            )
    require_same(answers)


def make_probe(names: tuple[str, ...] = IMPORTED) -> Callable[[Iterable[int]], Iterable[Answer]]:
    """Return a function that answers for one worker. It travels by its code, so that it runs where Isthmus is missing.

    Parameters
    ----------
    names : tuple[str, ...], optional
        Modules that must be importable.
    """
    expected = __version__

    def probe(_: Iterable[int]) -> Iterator[Answer]:
        from importlib import import_module

        fault = ""
        for name in names:
            try:
                module = import_module(name)
                if name == "isthmus" and module.__version__ != expected:
                    raise ImportError(f"it is version {module.__version__}, the driver's is {expected}")
            except Exception as error:  # whatever keeps a package from working is what has to be said
                fault = f"{name} cannot be imported: {type(error).__name__}: {error}"
                break
        yield platform.node(), platform.python_version(), fault

    return probe


def require_same(answers: list[Answer]) -> None:
    """Compare what the workers answered with this process.

    Parameters
    ----------
    answers : list[Answer]
        One or more per worker.

    Raises
    ------
    SetupError
        As `check_workers`.
    """
    for host, version, fault in sorted(answers):
        if version.split(".")[:2] != platform.python_version().split(".")[:2]:
            raise SetupError(different(version, f"worker {host} runs"))
        if fault:
            raise SetupError(
                f"worker {host} (Python {version}) cannot run Isthmus: {fault}. The packages were packed on "
                f"{platform.system()} {platform.machine()} for Python {platform.python_version()}; workers need the "
                "same system, processor and minor version. Otherwise install Isthmus on every worker and submit with "
                "--no-ship."
            )


def explain(message: str) -> str:
    """Return what a failed probe means, without Spark's stack of calls.

    Parameters
    ----------
    message : str
        Spark's error.
    """
    mismatch = SPARK_MISMATCH.search(message)
    if mismatch:
        return different(_plain(mismatch[1]), "the workers run")
    missing = NO_PROGRAM.search(message)
    if missing:
        return f"the workers have no interpreter {missing[1]!r}. {HOW}"
    lines = [line for line in message.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return "the workers could not run a first task:\n  " + "\n  ".join(lines[:12])


def different(version: str, who: str) -> str:
    """Return the message about two versions of Python.

    Parameters
    ----------
    version : str
        Version of Python in the workers.
    who : str
        Who runs it, with the verb.
    """
    here = platform.python_version()
    needed = ".".join(here.split(".")[:2])
    return (
        f"{who} Python {version}, the driver Python {here}; both must be of the same minor version, {needed}, for "
        f"the packages that are shipped are compiled for it. {HOW} Or set up the driver's environment with the "
        "workers' version: ISTHMUS_PYTHON=python3.x ISTHMUS_VENV=.venv-3.x scripts/submit.sh ..."
    )


def _plain(version: str) -> str:
    return ".".join(re.findall(r"\d+", version))
