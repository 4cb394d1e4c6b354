"""The log of a Delta table in a folder of this machine, read without Spark: a look costs no query."""

import json
from pathlib import Path
from typing import Any

LOG = "_delta_log"


def last_version(log: Path) -> int | None:
    """Return the number of a log's last commit; None where it has none.

    Parameters
    ----------
    log : Path
        The folder of the log; it need not be there.
    """
    return max((int(file.stem) for file in log.glob("*.json") if file.stem.isdigit()), default=None)


def commit_info(log: Path, version: int) -> dict[str, Any] | None:
    """Return what a commit says of itself; None where Delta has removed it, as it does after a month.

    Parameters
    ----------
    log : Path
        The folder of the log.
    version : int
        The number of the commit.
    """
    try:
        with (log / f"{version:020d}.json").open(encoding="utf-8") as lines:
            actions = (json.loads(line) for line in lines if line.startswith('{"commitInfo"'))
            return next((action["commitInfo"] for action in actions), {})
    except FileNotFoundError:
        return None
