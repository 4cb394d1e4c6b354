"""The Python environment that workers need, packed for Spark to hand out: on a cluster nothing has to be installed.

Two archives: the packages (large, made again only when a version changes) and Isthmus itself (small, made again with
every change of its code). Both hold importable folders and no interpreter: each worker runs its own `python3`, whose
PYTHONPATH names the unpacked archives. A relocatable environment with an interpreter inside would be larger, and would
tie the workers to the C library of this machine; one whose interpreter is a link would need the same path everywhere.
Left out are pyspark, which comes with the workers' Spark, and what only the driver uses.

Compiled packages fit one minor version of Python, as does Spark's own protocol: `workers.check_workers` says so before
anything runs.
"""

import gzip
import hashlib
import importlib.metadata
import io
import os
import platform
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath

from isthmus.config.resources import conf_dir
from isthmus.engine.worker_packages import is_needless, package_files, rules, worker_packages
from isthmus.errors import SetupError

PACKAGES, LIBRARY = "isthmus_packages", "isthmus_library"
"""Names of the unpacked folders in a worker."""

PYTHONPATH = f"{PACKAGES}:{LIBRARY}"
LEVEL = 6  # of gzip: 9 takes three times as long and gains half a percent


def shipped_options(master: str | None = None, home: Path | None = None) -> dict[str, str]:
    """Spark options that give every worker this environment.

    YARN unpacks an archive once on each node, for all executors there; under Spark's own option each executor would do
    it again. A standalone cluster has that option alone.

    Parameters
    ----------
    master : str | None, optional
        Spark master URL.
    home : Path | None, optional
        Folder of the archives; by default one inside the Python environment.

    Raises
    ------
    SetupError
        a package that Isthmus needs is not installed here, or an archive cannot be written.
    """
    archives = [f"{file}#{name}" for file, name in zip(build_archives(home), (PACKAGES, LIBRARY), strict=True)]
    option = "spark.yarn.dist.archives" if (master or "").startswith("yarn") else "spark.archives"
    return {option: ",".join(archives), "spark.executorEnv.PYTHONPATH": PYTHONPATH}


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
    packages = home / f"packages-{machine}-{_hash((versions + rules()).encode())}.tar.gz"
    if not packages.exists():
        _pack(packages, (entry for name in needed for entry in package_files(name)))
    sources = dict(_library_files())
    content = b"".join(name.encode() + file.read_bytes() for name, file in sorted(sources.items()))
    library = home / f"isthmus-{_hash(content)}.tar.gz"
    if not library.exists():
        _pack(library, sources.items())
    for old in (*home.glob(f"packages-{machine}-*.tar.gz"), *home.glob("isthmus-*.tar.gz")):
        if old not in {packages, library}:
            old.unlink(missing_ok=True)
    return packages, library


def _library_files() -> Iterator[tuple[str, Path]]:
    """Isthmus itself, with the files of `conf` inside as in an installed package."""
    package, conf = Path(str(files("isthmus"))), conf_dir()
    for file in sorted(package.rglob("*")):
        path = PurePosixPath("isthmus", *file.relative_to(package).parts)
        if file.is_file() and not is_needless(path):
            yield str(path), file
    if conf != package / "conf":
        for file in sorted(conf.rglob("*")):
            if file.is_file():
                yield str(PurePosixPath("isthmus/conf", *file.relative_to(conf).parts)), file


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
        gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for name, file in entries:
            content = file.read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            tar.addfile(info, io.BytesIO(content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
