"""The run ledger: what ran on what, with which code and configuration, and what came out."""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from isthmus.config.secrets import redacted
from isthmus.engine.ddl import spark_schema
from isthmus.engine.gates import GateResult
from isthmus.tablespec import TableSpec, column

if TYPE_CHECKING:
    from pyspark.sql import Row

    from isthmus.engine.store import TableStore

TICK = timedelta(microseconds=1)
GATE_TYPE = (
    "struct<table:string,gate:string,severity:string,observed:double,bound:string,passed:boolean,message:string>"
)

LEDGER = TableSpec(
    name="ledger",
    fields=(
        column("run_id", "string", "one run of the pipeline", False),
        column("stage", "string", "stage", False),
        column("study", "string", "study, empty for the stages of the snapshot", False),
        column("release", "string", "release of the snapshot", False),
        column("configuration_hash", "string", "hash of the configuration that the stage reads", False),
        column("modules_hash", "string", "hash of the code of the stage and of all that it imports", False),
        column("inputs", "map<string,string>", "what was read -> its version or fingerprint", False),
        column("outputs", "map<string,bigint>", "table -> Delta version written", False),
        column("rows_in", "bigint", "rows read, where the stage counts them"),
        column("rows_out", "bigint", "rows written to all tables"),
        column("seconds", "double", "wall time", False),
        column("status", "string", "started, done or failed", False),
        column("message", "string", "the error of a failed stage; what to know of one that is done", False),
        column("gates", f"array<{GATE_TYPE}>", "quality checks of what the stage wrote"),
        column("started_at", "timestamp", "UTC", False),
        column("isthmus_version", "string", "version of the library, and of the packages that compute", False),
    ),
    key=("run_id", "stage", "study", "status"),
    comment="One row when a stage ends, and one when a stage that had ended before starts again.",
)


@dataclass(frozen=True)
class LedgerEntry:
    """One stage of one run; the fields are the ledger's columns."""

    run_id: str
    stage: str
    study: str
    release: str
    configuration_hash: str
    modules_hash: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, int]
    rows_in: int | None
    rows_out: int | None
    seconds: float
    status: str
    message: str
    isthmus_version: str
    gates: tuple[GateResult, ...] = ()
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Ledger:
    """The ledger of one store, read once at the start of a run."""

    def __init__(self, store: "TableStore") -> None:
        self.store = store
        self._last: dict[tuple[str, str], LedgerEntry] = {}
        self._open: set[tuple[str, str]] = set()
        self._latest = datetime.min.replace(tzinfo=UTC)
        for entry in self._read():
            self._take(entry)

    def last_done(self, stage: str, study: str) -> LedgerEntry | None:
        """Return the newest entry of a stage if it ended well; None when a later start of it was killed or failed.

        Such a start may have written some of its tables, so nothing can be said of them until the stage has run again.
        """
        return None if (stage, study) in self._open else self._last.get((stage, study))

    def expected_seconds(self, study: str) -> dict[str, float]:
        """Stage -> what it took last time, for this study and the stages of the snapshot."""
        return {stage: e.seconds for (stage, of), e in self._last.items() if of in ("", study)}

    def is_of_another_version(self, stages: Container[str]) -> bool:
        """Return whether the ledger knows stages that this version of Isthmus does not have."""
        return any(stage not in stages for stage, _ in self._last)

    def record(self, entry: LedgerEntry) -> None:
        """Append an entry, without any secret that this process has read; entries are only ever added.

        The times of entries never go back, though the clock may have been set back: their order is that of the ledger.
        """
        entry = replace(entry, started_at=max(entry.started_at, self._latest + TICK))
        inputs = {name: redacted(value) for name, value in entry.inputs.items()}
        entry = replace(entry, message=redacted(entry.message), inputs=inputs)
        rows = self.store.spark.createDataFrame([_row(entry)], spark_schema(LEDGER))
        self.store.append(LEDGER, rows)
        self._take(entry)

    def _take(self, entry: LedgerEntry) -> None:
        self._latest = max(self._latest, entry.started_at)
        key = (entry.stage, entry.study)
        if entry.status == "done":
            self._last[key] = entry
            self._open.discard(key)
        else:
            self._open.add(key)

    def _read(self) -> list[LedgerEntry]:
        if not self.store.exists(LEDGER):
            return []
        return sorted((_entry(row) for row in self.store.read(LEDGER).collect()), key=lambda e: e.started_at)


def configuration_hash(values: Any) -> str:
    """Hash of plain configuration values, whatever their order."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _row(entry: LedgerEntry) -> tuple[Any, ...]:
    values = asdict(entry) | {"gates": [tuple(asdict(g).values()) for g in entry.gates]}
    return tuple(values[f.name] for f in LEDGER.fields)


def _entry(row: "Row") -> LedgerEntry:
    values = row.asDict()
    gates = tuple(GateResult(**g.asDict()) for g in values.pop("gates") or ())
    values["started_at"] = values["started_at"].astimezone(UTC)  # Spark gives the local time without its zone
    return LedgerEntry(**values, gates=gates)
