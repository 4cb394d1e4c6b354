"""The room that knows Spark and Delta: session, table store, gates, ledger, progress.

Only this room knows formats and paths; every other room names tables.
"""

from isthmus.engine.gates import Gate, GateResult, check_gates, require
from isthmus.engine.ledger import LEDGER, Ledger, LedgerEntry
from isthmus.engine.progress import Progress
from isthmus.engine.session import start_session
from isthmus.engine.store import TableStore
from isthmus.tablespec import TableSpec, column

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
