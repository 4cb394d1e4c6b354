"""The versions of the packages that numbers come out of."""

import re
from importlib import metadata

from isthmus import __version__

COMPUTING = ("delta-spark", "numba", "numpy", "pandas", "pyarrow", "pyspark", "scipy")
_LISTED = re.compile(r"([\w-]+) ([\w.+!-]+)(?=[,)])")


def versions() -> str:
    """Return the version of Isthmus and of the packages that compute: "0.1.0 (numba 0.61.2, numpy 2.2.6, ...)"."""
    found = ((name, version_of(name)) for name in COMPUTING)
    return f"{__version__} ({', '.join(f'{name} {version}' for name, version in found if version)})"


def version_of(name: str) -> str | None:
    """Return the version of an installed package; None where there is none, as a runtime may bring its own Spark.

    Parameters
    ----------
    name : str
        Its name in the package registry.
    """
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def difference(before: str, now: str) -> str | None:
    """Return the first package that has another version, in words; None where none has, or where nobody knows.

    Parameters
    ----------
    before, now : str
        As `versions` returns them; an earlier Isthmus wrote down its own version alone.
    """
    old, new = dict(_LISTED.findall(before)), dict(_LISTED.findall(now))
    changed = (name for name in old if name in new and old[name] != new[name])
    return next((f"{name} is {new[name]} now and was {old[name]}" for name in changed), None)
