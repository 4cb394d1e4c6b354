"""Which packages the workers of a cluster import, and which of their files: what has to travel with a job."""

import importlib.metadata
import re
import sys
from collections.abc import Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

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
        "pyalex",
        "requests",
        "graphframes-py",
        "statsmodels",  # tslearn asks for it, and its clustering does without
    }
)
"""Distributions that no worker imports: pyspark is the workers' own, the others commit, draw, ask or talk to people."""

WHERE_INSTALLED = ("tslearn",)
"""Optional distributions that workers import where a study asks for them."""

NEEDLESS_FOLDERS = frozenset({"__pycache__", "tests", "include"})
NEEDLESS_SUFFIXES = (".pyc", ".pyi", ".pyx", ".pxd", ".pxi", ".h", ".hpp", ".c", ".cc", ".cpp", ".a", ".nbi", ".nbc")
NEEDLESS_FILES = ("pyarrow/*flight*", "*.dist-info/RECORD")
"""Patterns of files that nothing else is linked to: Arrow's remote procedure calls are a fifth of pyarrow."""

_LINKED_NAME = re.compile(r"(?P<plain>.+\.so)\.\d+")


def rules() -> str:
    """Return the rules of this module as a text that changes with them."""
    return repr((sorted(NEEDLESS_FOLDERS), NEEDLESS_SUFFIXES, NEEDLESS_FILES, _LINKED_NAME.pattern))


def worker_packages() -> list[str]:
    """Return the distributions that workers import: what Isthmus depends on, and what that depends on.

    Raises
    ------
    SetupError
        One of them is not installed here.
    """
    found: dict[str, None] = {}
    wanted = [*_requirements("isthmus"), *filter(_is_installed, WHERE_INSTALLED)]
    while wanted:
        name = wanted.pop()
        if name not in found and name not in DRIVER_ONLY:
            found[name] = None
            wanted += _requirements(name)
    return sorted(found)


def package_files(name: str) -> Iterator[tuple[str, Path]]:
    """Yield the files of a distribution that are needed to import it: path below site-packages, and where it is.

    Parameters
    ----------
    name : str
        An installed distribution.
    """
    paths = {PurePosixPath(str(file)): file for file in importlib.metadata.files(name) or ()}
    second = _second_names({str(path) for path in paths})
    for path, file in paths.items():
        if ".." not in path.parts and not is_needless(path) and str(path) not in second:
            located = Path(str(file.locate()))
            if located.is_file():
                yield str(path), located


def is_needless(path: PurePosixPath) -> bool:
    """Whether a file is needed by nobody who only imports what it belongs to.

    Parameters
    ----------
    path : PurePosixPath
        Below site-packages.
    """
    return (
        bool(NEEDLESS_FOLDERS.intersection(path.parts))
        or path.name.endswith(NEEDLESS_SUFFIXES)
        or any(fnmatch(str(path), pattern) for pattern in NEEDLESS_FILES)
    )


def _second_names(names: Collection[str]) -> set[str]:
    """Return the names of libraries that lie there once more under the one that other libraries are linked to.

    A wheel holds no links: of `lib.so`, `lib.so.26` and `lib.so.26.1.0`, three equal files, the second one counts.
    """
    linked = {name: match["plain"] for name in names if (match := _LINKED_NAME.fullmatch(name))}
    return {
        other for name, plain in linked.items() for other in names if other == plain or other.startswith(f"{name}.")
    }


def _requirements(name: str) -> list[str]:
    """Return the distributions that one requires on this system, without those of its extras."""
    all_of_them = [Requirement(line) for line in importlib.metadata.requires(name) or []]
    here = [each for each in all_of_them if each.marker is None or each.marker.evaluate({"extra": ""})]
    required = [_normal(each.name) for each in here]
    for each in required:
        if each not in DRIVER_ONLY and not _is_installed(each):
            raise SetupError(
                f"the package {each!r}, which {name} needs, is not installed in {sys.prefix}, so it cannot be "
                f"shipped to the workers: install Isthmus with its dependencies (pip install 'isthmus[spark]')"
            )
    return required


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
