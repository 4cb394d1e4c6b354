"""The Python environment that workers need, packed for Spark to hand out: on a cluster nothing has to be installed.

Two archives: the packages (large, made again only when a version changes) and Isthmus itself (small, made again with
every change of its code). Both hold importable folders and no interpreter: each worker runs its own `python3`, whose
PYTHONPATH names the unpacked archives. A relocatable environment with an interpreter inside would be larger, and would
tie the workers to the C library of this machine; one whose interpreter is a link would need the same path everywhere.
Left out are pyspark, which comes with the workers' Spark, and what only the driver uses.

Compiled packages fit one minor version of Python, as does Spark's own protocol: `workers.check_workers` says so before
anything runs.
"""

import hashlib
import importlib.metadata
import io
import os
import platform
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from isal import igzip

from isthmus.config.resources import conf_dir
from isthmus.errors import SetupError

DRIVER_ONLY = frozenset(
    {
        "pyspark",
        "delta-spark",
        "deltalake",
        "altair",
        "vl-convert-python",
        "jinja2",
        "click",
        "tslearn",
        "graphframes-py",
    }
)
"""Distributions that no worker imports: pyspark is the workers' own, the others draw, print and talk to people."""

PACKAGES, LIBRARY = "isthmus_packages", "isthmus_library"
"""Names of the unpacked folders in a worker."""

NEEDLESS_FOLDERS = frozenset({"__pycache__", "tests", "include"})
NEEDLESS_SUFFIXES = (".pyc", ".pyi", ".pyx", ".pxd", ".h", ".hpp", ".a", ".nbi", ".nbc")
PYTHONPATH = f"{PACKAGES}:{LIBRARY}"
LEVEL = 1  # of gzip: a quarter larger than the best and ten times as fast, for a cluster's own network
_gzip: Any = igzip  # has no types
REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")


def shipped_options(home: Path | None = None) -> dict[str, str]:
    """Spark options that give every worker this environment.

    Parameters
    ----------
    home : Path | None, optional
        Folder of the archives; by default one inside the Python environment.

    Raises
    ------
    SetupError
        a package that Isthmus needs is not installed here, or an archive cannot be written.
    """
    archives = [f"{file}#{name}" for file, name in zip(build_archives(home), (PACKAGES, LIBRARY), strict=True)]
    return {"spark.archives": ",".join(archives), "spark.executorEnv.PYTHONPATH": PYTHONPATH}


def build_archives(home: Path | None = None) -> tuple[Path, Path]:
    """Return the archive of packages and that of Isthmus itself; each is made only when what is in it has changed.

    Parameters
    ----------
    home : Path | None, optional
        Folder of the archives.
    """
    home = home or Path(os.environ.get("ISTHMUS_ENVIRONMENTS", Path(sys.prefix) / "share" / "isthmus" / "environments"))
    needed = worker_packages()
    versions = "\n".join(sorted(f"{name}=={importlib.metadata.version(name)}" for name in needed))
    machine = f"{sys.version_info.major}.{sys.version_info.minor}-{platform.machine()}"
    packages = home / f"packages-{machine}-{_hash(versions.encode())}.tar.gz"
    if not packages.exists():
        _pack(packages, (entry for name in needed for entry in _package_files(name)))
    sources = dict(_library_files())
    content = b"".join(name.encode() + file.read_bytes() for name, file in sorted(sources.items()))
    library = home / f"isthmus-{_hash(content)}.tar.gz"
    if not library.exists():
        _pack(library, sources.items())
    for old in (*home.glob(f"packages-{machine}-*.tar.gz"), *home.glob("isthmus-*.tar.gz")):
        if old not in {packages, library}:
            old.unlink(missing_ok=True)
    return packages, library


def worker_packages() -> list[str]:
    """Return the distributions that workers import: what Isthmus depends on, and what that depends on.

    Raises
    ------
    SetupError
        One of them is not installed here.
    """
    found: dict[str, None] = {}
    wanted = _requirements("isthmus")
    while wanted:
        name = wanted.pop()
        if name not in found and name not in DRIVER_ONLY:
            found[name] = None
            wanted += _requirements(name)
    return sorted(found)


def _requirements(name: str) -> list[str]:
    """Return the distributions that one requires.

    Conditional ones (extras, other systems) only where they are installed.
    """
    lines = [line for line in importlib.metadata.requires(name) or [] if "extra ==" not in line]
    named = [(_normal(match[0]), ";" in line) for line in lines if (match := REQUIREMENT.match(line))]
    for required, conditional in named:
        if not conditional and required not in DRIVER_ONLY and not _is_installed(required):
            raise SetupError(
                f"the package {required!r}, which {name} needs, is not installed in {sys.prefix}, so it cannot be "
                f"shipped to the workers: install Isthmus with its dependencies (pip install 'isthmus[spark]')"
            )
    return [required for required, _ in named if _is_installed(required)]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _package_files(name: str) -> Iterator[tuple[str, Path]]:
    """Yield the files of a distribution under site-packages that are needed to import it."""
    for file in importlib.metadata.files(name) or ():
        path = PurePosixPath(str(file))
        if ".." not in path.parts and not _needless(path):
            located = Path(str(file.locate()))
            if located.is_file():
                yield str(path), located


def _library_files() -> Iterator[tuple[str, Path]]:
    """Isthmus itself, with the files of `conf` inside as in an installed package."""
    package, conf = Path(str(files("isthmus"))), conf_dir()
    for file in sorted(package.rglob("*")):
        path = PurePosixPath("isthmus", *file.relative_to(package).parts)
        if file.is_file() and not _needless(path):
            yield str(path), file
    if conf != package / "conf":
        for file in sorted(conf.rglob("*")):
            if file.is_file():
                yield str(PurePosixPath("isthmus/conf", *file.relative_to(conf).parts)), file


def _needless(path: PurePosixPath) -> bool:
    return bool(NEEDLESS_FOLDERS.intersection(path.parts)) or path.name.endswith(NEEDLESS_SUFFIXES)


def _pack(archive: Path, entries: Iterable[tuple[str, Path]]) -> None:
    """Write an archive under its name only when it is whole; the same files give the same bytes."""
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".packing-") as scratch:
            whole = Path(scratch) / archive.name
            _write(whole, entries)
            os.replace(whole, archive)
    except OSError as error:
        raise SetupError(f"the workers' environment cannot be written to {archive}: {error}") from error


def _write(archive: Path, entries: Iterable[tuple[str, Path]]) -> None:
    with (
        archive.open("wb") as raw,
        _gzip.IGzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for name, file in entries:
            content = file.read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            tar.addfile(info, io.BytesIO(content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
