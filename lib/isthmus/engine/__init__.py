"""The room that knows Spark and Delta: session, table store, gates, ledger, progress.

Only this room knows formats and paths; every other room names tables.
"""

from typing import TYPE_CHECKING

from isthmus.engine.gates import Gate, GateResult, check_gates, require
from isthmus.engine.progress import Progress
from isthmus.engine.session import start_session
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from isthmus.engine.ledger import LEDGER, Ledger, LedgerEntry
    from isthmus.engine.store import TableStore

__all__ = [
    "LEDGER",
    "Gate",
    "GateResult",
    "Ledger",
    "LedgerEntry",
    "Progress",
    "TableSpec",
    "TableStore",
    "check_gates",
    "column",
    "require",
    "start_session",
]


def __getattr__(name: str) -> object:
    """Load what imports pyspark only when it is asked for: `isthmus plan` and `isthmus doctor` do without."""
    if name in {"LEDGER", "Ledger", "LedgerEntry"}:
        from isthmus.engine import ledger

        return getattr(ledger, name)
    if name == "TableStore":
        from isthmus.engine.store import TableStore

        return TableStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
