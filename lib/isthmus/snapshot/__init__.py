"""The OpenAlex snapshot as it lies on disk or in object storage: layouts, manifests, parts, records.

`open_snapshot` finds out what a folder is and checks it against its manifests without Spark. `register` makes the
Spark data source `openalex`, which reads the parts of a snapshot as typed rows.
"""

from typing import TYPE_CHECKING

from isthmus.snapshot.model import ENTITIES, LAYOUTS, NEEDED_ENTITIES, Part, Snapshot
from isthmus.snapshot.opening import open_snapshot

if TYPE_CHECKING:
    from isthmus.snapshot.datasource import read_works, register

__all__ = [
    "ENTITIES",
    "LAYOUTS",
    "NEEDED_ENTITIES",
    "Part",
    "Snapshot",
    "open_snapshot",
    "read_works",
    "register",
]


def __getattr__(name: str) -> object:
    """Load what needs Spark only when it is asked for: every Python worker of Spark imports this package."""
    if name in {"read_works", "register"}:
        from isthmus.snapshot import datasource

        return getattr(datasource, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
