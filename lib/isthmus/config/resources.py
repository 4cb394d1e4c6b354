"""Where the files of `conf/` lie: inside the installed package, or beside `lib/` in a checkout."""

from importlib.resources import files
from pathlib import Path


def conf_dir() -> Path:
    """Return the folder with studies, Spark and logging settings."""
    package = Path(str(files("isthmus")))
    for candidate in (package / "conf", package.parent.parent / "conf"):
        if (candidate / "studies").is_dir():
            return candidate
    raise FileNotFoundError(f"conf/studies is neither in {package} nor beside it: install Isthmus again")


def conf_file(name: str) -> Path:
    """One file of that folder."""
    return conf_dir() / name
