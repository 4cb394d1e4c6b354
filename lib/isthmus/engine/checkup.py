"""What a run needs of this machine, looked at before it starts: each check says what was found and what to do."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from packaging.requirements import InvalidRequirement, Requirement

from isthmus.config import Storage
from isthmus.engine.jars import find_jars, is_installed
from isthmus.engine.machine import cores, memory_mib
from isthmus.engine.packages import version_of
from isthmus.engine.turns import folder_of, holder
from isthmus.errors import IsthmusError, SetupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

State = Literal["ok", "warning", "problem"]

PYTHON_FROM, PYTHON_BEFORE = (3, 11), (3, 14)
JAVA = (17, 21)
#: Memory in MiB below which a local run fails, and below which a larger study will: half of it is the driver's.
LEAST_MEMORY, LITTLE_MEMORY = 2048, 8192
#: Free bytes below which nothing starts well: the demonstration's warehouse and Spark's temporary files.
LEAST_DISK = 1_000_000_000
_JAVA_SECONDS = 30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What: "Java", "memory".
    state : {"ok", "warning", "problem"}
        A problem ends a run, or may where it is an estimate; with a warning most runs end well.
    found : str
        What is there, in words.
    advice : str, optional
        What to do; empty where nothing has to be done.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def checkup(
    warehouse: str,
    *,
    jar_sets: Iterable[str] = ("delta",),
    disk_needed: float = 0.0,
    storage: Storage | None = None,
) -> list[Check]:
    """Look at everything that a local run needs; Java is only asked for its version, Spark is not started.

    Parameters
    ----------
    warehouse : str
        Where the tables will be: a folder, an address or `catalog.schema`.
    jar_sets : Iterable[str], optional
        Sets of `isthmus.engine.jars` that the run uses.
    disk_needed : float, optional
        Bytes that the run may need in the warehouse, where that can be estimated.
    storage : Storage | None, optional
        How buckets are reached.
    """
    if os.environ.get("SPARK_REMOTE"):  # Java and jars are the server's
        checks = [python(), memory(), packages()]
    else:
        checks = [python(), java(), memory(), packages(), *(jars(name) for name in jar_sets)]
    folder = folder_of(warehouse)
    if folder is None:
        elsewhere = Check("warehouse", "ok", f"{warehouse} is no folder: space and rights are not looked at")
        return [*checks, elsewhere, in_use(warehouse, storage)]
    scratch = Path(os.environ.get("SPARK_LOCAL_DIRS", tempfile.gettempdir()).split(",")[0])
    return [
        *checks,
        writable("warehouse", folder),
        disk("disk", folder, max(disk_needed, LEAST_DISK)),
        writable("temporary files", scratch),
        disk("disk for temporary files", scratch, LEAST_DISK),
        in_use(warehouse),
    ]


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Look at the version of Python.

    Parameters
    ----------
    version : tuple[int, ...], optional
        This Python's.
    """
    found = f"{'.'.join(map(str, version))}, {platform.machine()}, {cores()} cores"
    if PYTHON_FROM <= version[:2] < PYTHON_BEFORE:
        return Check("Python", "ok", found)
    return Check("Python", "problem", found, "Isthmus needs Python 3.11, 3.12 or 3.13.")


def java(command: str | None = None) -> Check:
    """Look for Java where Spark looks: `$JAVA_HOME`, else the PATH.

    Parameters
    ----------
    command : str | None, optional
        The program; None finds it.
    """
    home = os.environ.get("JAVA_HOME")
    program = command or (str(Path(home) / "bin" / "java") if home else "java")
    advice = (
        "Spark needs Java 17 or 21. On Debian or Ubuntu: sudo apt-get install openjdk-17-jre-headless; "
        "on macOS: brew install openjdk@17; then name its folder in JAVA_HOME if there are several."
    )
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=_JAVA_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Check("Java", "problem", f"{program} does not run", advice)
    match = re.search(r'version "(\d+)[^"]*"', said.stderr + said.stdout)
    if match is None:
        reason = next((line for line in (said.stdout + said.stderr).splitlines() if line.strip()), "it says nothing")
        memory_is_out = re.search(r"reserve|allocate|memory", said.stdout + said.stderr)
        advice = (
            "Memory does not suffice for Java: end other programs, or raise the limit." if memory_is_out else advice
        )
        return Check("Java", "problem", f"{program} does not say its version ({reason})", advice)
    found = f"{match[0].split()[1].strip(chr(34))} ({shutil.which(program) or program})"
    return Check("Java", "ok", found) if int(match[1]) in JAVA else Check("Java", "problem", found, advice)


def require_java() -> None:
    """Raise an error that says how to get Java where Spark would not start without it.

    Raises
    ------
    SetupError
        There is no Java, or one that Spark does not run on.
    """
    found = java()
    if found.state == "problem":
        raise SetupError(f"Spark cannot start: Java: {found.found}. {found.advice}")


def memory(mib: float | None = None) -> Check:
    """Look at the memory of this machine or container.

    Parameters
    ----------
    mib : float | None, optional
        In MiB; None measures it.
    """
    mib = memory_mib() if mib is None else mib
    found = f"{mib / 1024:.1f} GiB"
    if mib < LEAST_MEMORY:
        return Check("memory", "problem", found, "Spark and its Python workers need 2 GiB or more.")
    if mib < LITTLE_MEMORY:
        return Check("memory", "warning", found, "Enough for the demonstration; a whole field needs 8 GiB or more.")
    return Check("memory", "ok", found)


def packages(required: Iterable[str] | None = None) -> Check:
    """Compare the installed Python packages with the versions that Isthmus asks for.

    Parameters
    ----------
    required : Iterable[str] | None, optional
        Requirements as in pyproject.toml; None takes those that the installed Isthmus declares.
    """
    if not is_installed("pyspark"):
        return Check("packages", "problem", "pyspark is missing", "Install it: pip install 'isthmus[spark]'")
    lines = metadata.requires("isthmus") or [] if required is None else required
    wrong = [said for said in map(_unmet, lines) if said]
    if wrong:
        return Check(
            "packages", "problem", "; ".join(wrong), "Install Isthmus again: pip install --upgrade 'isthmus[spark]'"
        )
    found = (f"{name} {version}" for name in ("pyspark", "delta-spark") if (version := version_of(name)))
    return Check("packages", "ok", ", ".join(found))


def _unmet(line: str) -> str:
    """Return what is wrong with one requirement; empty where it is met or belongs to an extra other than `spark`."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return ""
    if requirement.marker is not None and not any(requirement.marker.evaluate({"extra": x}) for x in ("", "spark")):
        return ""
    version = version_of(requirement.name)
    if version is None:
        return f"{requirement.name} is missing"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is {version}, needed is {requirement.specifier}"


def jars(name: str) -> Check:
    """Look for a set of jars.

    Parameters
    ----------
    name : str
        A set of `isthmus.engine.jars`.
    """
    files = find_jars([name])
    if files is not None:
        return Check(f"jars: {name}", "ok", f"{len(files)} files")
    advice = f"Spark will fetch them at each start; once and for all: python -m isthmus.engine.jars {name}"
    return Check(f"jars: {name}", "warning", "not fetched", advice)


def writable(name: str, folder: Path) -> Check:
    """Try whether files can be written into a folder, or into the nearest one above it that exists.

    Parameters
    ----------
    name : str
        What the folder is for.
    folder : Path
        The folder; it is not made.
    """
    there = _existing(folder)
    probe = there / f".isthmus-{uuid.uuid4().hex}"
    try:
        probe.write_bytes(b"can be written")
        probe.unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Check(name, "problem", f"{there} cannot be written: {reason}", "Choose another folder or its rights.")
    return Check(name, "ok", f"{there} can be written")


def disk(name: str, folder: Path, needed: float, *, free: Callable[[Path], float] | None = None) -> Check:
    """Compare the free space of a folder with what is needed.

    Parameters
    ----------
    name : str
        What the space is for.
    folder : Path
        The folder, or one that will be made.
    needed : float
        Bytes.
    free : Callable[[Path], float] | None, optional
        Measures the free bytes of a folder that exists.
    """
    there = _existing(folder)
    left = (free or _free)(there)
    found = f"{left / 1e9:,.1f} GB free at {there}"
    if left >= needed:
        return Check(name, "ok", found)
    wanted = f"{needed / 1e9:,.1f} GB may be needed"
    return Check(name, "problem", f"{found}, {wanted}", "Make room, or choose another disk.")


def in_use(warehouse: str, storage: Storage | None = None) -> Check:
    """Look whether another run holds the warehouse.

    Parameters
    ----------
    warehouse : str
        A folder, an address or `catalog.schema`; only folders and S3 are locked.
    storage : Storage | None, optional
        How buckets are reached.
    """
    try:
        other = holder(warehouse, storage)
    except IsthmusError as error:
        return Check("other runs", "problem", str(error))
    if other is None:
        return Check("other runs", "ok", "none on this warehouse")
    return Check("other runs", "warning", f"{warehouse} is in use by {other}", "A run will wait until it has ended.")


def spark_works(start: Callable[[], "SparkSession"]) -> Check:
    """Start Spark, write a Delta table into a temporary folder and read it.

    Parameters
    ----------
    start : Callable[[], SparkSession]
        Starts the session.
    """
    try:
        with tempfile.TemporaryDirectory() as scratch:
            rows = _through_delta(start(), f"{scratch}/table")
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        return Check("Spark", "problem", f"a small Delta table could not be written: {reason[0]}")
    if rows != 1:
        return Check("Spark", "problem", f"a Delta table of 1 row was read with {rows} rows")
    return Check("Spark", "ok", "a small Delta table was written and read")


def _through_delta(session: "SparkSession", address: str) -> int:
    session.range(1).write.format("delta").save(address)
    return session.read.format("delta").load(address).count()


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _free(folder: Path) -> float:
    return float(shutil.disk_usage(folder).free)
